// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestSecrets_areMaskedAndMerged(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	path := made.sync + "/secrets"
	if got := c.must(http.StatusOK, "GET", path, nil).list(); len(got) != 0 {
		t.Errorf("nothing was written yet, got %v", got)
	}
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": credentials()})
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": "False"}}})
	want := [][2]string{{"UserName", store.AdminUserName}, {"Password", "*"}, {"SyncAll", "False"}}
	if diff := cmp.Diff(want, c.secrets(path)); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": ""}}})
	if diff := cmp.Diff(want[:2], c.secrets(path)); diff != "" {
		t.Errorf("after an empty value: %s", diff)
	}
	c.SetVariants(func(v *Variants) { v.SecretsReplace = true })
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": "true"}}})
	if diff := cmp.Diff([][2]string{{"SyncAll", "true"}}, c.secrets(path)); diff != "" {
		t.Errorf("with a service that replaces: %s", diff)
	}
}

func (c *tester) secrets(path string) [][2]string {
	c.t.Helper()
	var pairs [][2]string
	a := c.must(http.StatusOK, "GET", path, nil)
	for i := range a.list() {
		pairs = append(pairs, [2]string{a.text("value", i, "key"), a.text("value", i, "value")})
	}
	return pairs
}

func TestSecrets_takeAStarLiterally(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": []any{map[string]string{"key": "Password", "value": "*"}}})
	if got := c.Store().Secret(made.principal, "Password"); got != "*" {
		t.Errorf("stored %q, want *", got)
	}
	a := c.must(http.StatusBadRequest, "POST", job+"/validateCredentials", map[string]any{"useSavedCredentials": true})
	if got := a.nested(); got != "GoToMeetingInvalidCredentials" {
		t.Errorf("got nested code %s", got)
	}
}

func TestSecrets_refuseWhatTheServiceRefuses(t *testing.T) {
	c := start(t)
	made, _ := c.meeting()
	c.client = c.Server.Client() // some requests break the contract on purpose
	put := func(key, value string) any {
		return map[string]any{"value": []any{map[string]string{"key": key, "value": value}}}
	}
	path := made.sync + "/secrets"
	a := c.must(http.StatusInternalServerError, "PUT", path, put("userName", "x"))
	if a.text("error", "code") != "InternalError" || a.text("error", "message") != "Requested value 'userName' was not found." {
		t.Errorf("unknown key: got %s", a.raw)
	}
	for _, value := range []string{"", "text", "[]", "null"} {
		if got := c.must(http.StatusBadRequest, "PUT", path, put("SyncNotificationSettings", value)).nested(); got != "InvalidNotificationSettings" {
			t.Errorf("settings %q: got nested code %s", value, got)
		}
	}
	c.must(http.StatusNoContent, "PUT", path, put("SyncNotificationSettings", "{}"))
	c.must(http.StatusBadRequest, "PUT", path, map[string]any{"credentials": credentials()})
	c.must(http.StatusBadRequest, "PUT", path, "{")
}

func TestSecrets_areLimitedInGovernmentClouds(t *testing.T) {
	c := start(t, withVariants(Variants{USGovernment: true}))
	made := c.instantiate(store.TemplateGoToMeeting)
	settings := `{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":25}`
	put := func(status, length int) {
		t.Helper()
		c.must(status, "PUT", made.sync+"/secrets", map[string]any{"value": []any{
			map[string]string{"key": "UserName", "value": strings.Repeat("u", 9)},
			map[string]string{"key": "SyncAll", "value": "false"}, // no credential and no address
			map[string]string{"key": "SkipOutOfScopeDeletions", "value": "True"},
			map[string]string{"key": "Password", "value": strings.Repeat("p", length)},
			map[string]string{"key": "SyncNotificationSettings", "value": settings},
		}})
	}
	put(http.StatusNoContent, 1000)
	put(http.StatusBadRequest, 1001)
}

func TestValidateCredentials_signsInToTheTarget(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.client = c.Server.Client() // some requests break the contract on purpose
	given := func(user, password string) []map[string]string {
		return []map[string]string{{"key": "UserName", "value": user}, {"key": "Password", "value": password}}
	}
	tests := []struct {
		name       string
		body       map[string]any
		wantStatus int
		wantNested string
	}{
		{"right", map[string]any{"credentials": given(store.AdminUserName, store.AdminPassword)}, http.StatusNoContent, ""},
		{"saved", map[string]any{"useSavedCredentials": true, "credentials": given("x", "x")}, http.StatusNoContent, ""},
		{"wrong password", map[string]any{"credentials": given(store.AdminUserName, "wrong")}, http.StatusBadRequest, "GoToMeetingInvalidCredentials"},
		{"not a team administrator", map[string]any{"credentials": given(store.PlainUserName, store.PlainPassword)}, http.StatusBadRequest, "GoToMeetingInsufficientRights"},
		{"no password", map[string]any{"credentials": given(store.AdminUserName, "")}, http.StatusBadRequest, "GoToMeetingMissingCredentials"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, path := range []string{job + "/validateCredentials", made.sync + "/jobs/validateCredentials"} {
				test.body["templateId"] = store.ConnectorGoToMeeting
				a := c.must(test.wantStatus, "POST", path, test.body)
				if test.wantNested != "" && a.nested() != test.wantNested {
					t.Errorf("got nested code %s, want %s", a.nested(), test.wantNested)
				}
				for _, secret := range []string{store.AdminPassword, store.PlainPassword, "wrong"} {
					if strings.Contains(string(a.raw), `"`+secret) {
						t.Errorf("the answer echoes a password: %s", a.raw)
					}
				}
			}
		})
	}
	c.must(http.StatusBadRequest, "POST", made.sync+"/jobs/validateCredentials", map[string]any{"templateId": "other"})
	c.must(http.StatusInternalServerError, "POST", job+"/validateCredentials", map[string]any{"credentials": []any{map[string]string{"key": "username", "value": "x"}}})
}

func TestOAuthConnector_wantsAnAuthorizationCode(t *testing.T) {
	for name, template := range map[string]string{store.TemplateGoTo: store.ConnectorGoTo, store.TemplateGoToMeeting: store.ConnectorGoToMeeting} {
		t.Run(template, func(t *testing.T) {
			c := start(t, withVariants(Variants{Generation: store.ByAuthorization}))
			made := c.instantiate(name)
			refused := c.must(http.StatusBadRequest, "POST", made.sync+"/jobs/validateCredentials", map[string]any{"templateId": template, "credentials": credentials()})
			if got := refused.nested(); !strings.HasSuffix(got, "MissingCredentials") {
				t.Errorf("got nested code %s", got)
			}
			c.must(http.StatusBadRequest, "POST", made.sync+"/acquireAccessToken", map[string]any{"credentials": []any{}})
			c.must(http.StatusNoContent, "POST", made.sync+"/acquireAccessToken", map[string]any{"credentials": []any{
				map[string]string{"key": "Oauth2AuthorizationCode", "value": "code"}, map[string]string{"key": "Oauth2RedirectUri", "value": "https://x.example"},
			}})
			job := c.must(http.StatusCreated, "POST", made.sync+"/jobs", map[string]string{"templateId": template})
			c.must(http.StatusNoContent, "POST", made.sync+"/jobs/"+job.text("id")+"/validateCredentials", map[string]any{"useSavedCredentials": true})
			for _, pair := range c.secrets(made.sync + "/secrets") {
				if strings.HasSuffix(pair[0], "Token") && pair[1] != "*" {
					t.Errorf("%s is shown as %s", pair[0], pair[1])
				}
			}
		})
	}
}
