// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// rightCredentials are some that the simulated target accepts.
func rightCredentials(g store.Generation) map[string]string {
	switch g {
	case store.ByAuthorization:
		return map[string]string{"Oauth2AccessToken": store.SeedToken, "Oauth2RefreshToken": "refresh-for-seed"}
	case store.ByToken:
		return map[string]string{"BaseAddress": store.TenantURL, "SecretToken": store.SecretToken}
	case store.ByClientCredentials:
		return map[string]string{"BaseAddress": store.TenantURL, "Oauth2ClientId": store.TargetClientID, "Oauth2ClientSecret": store.TargetClientSecret,
			"Oauth2TokenExchangeUri": store.TokenExchangeURI, "Oauth2AccessToken": store.SeedToken}
	case store.ByPassword:
	}
	return map[string]string{"UserName": store.AdminUserName, "Password": store.AdminPassword}
}

func pairsOf(values map[string]string) []map[string]string {
	var pairs []map[string]string
	for key, value := range values {
		pairs = append(pairs, map[string]string{"key": key, "value": value})
	}
	return pairs
}

func TestGenerations_eachAcceptsItsOwnCredentialsOnly(t *testing.T) {
	for _, connector := range store.Generations() {
		t.Run(string(connector), func(t *testing.T) {
			c := start(t, withVariants(Variants{Generation: connector}))
			made, job := c.meeting()
			for _, given := range store.Generations() {
				want := http.StatusBadRequest
				if given == connector || connector == store.ByAuthorization && given == store.ByClientCredentials { // which has a token too
					want = http.StatusNoContent
				}
				body := map[string]any{"templateId": store.ConnectorGoToMeeting, "credentials": pairsOf(rightCredentials(given))}
				c.must(want, "POST", made.sync+"/jobs/validateCredentials", body)
				c.must(want, "POST", job+"/validateCredentials", body)
			}
			for key, value := range rightCredentials(connector) {
				if key == "Oauth2RefreshToken" {
					continue
				}
				wrong := rightCredentials(connector)
				wrong[key] = "https://elsewhere.example.com/" + value
				refused := c.must(http.StatusBadRequest, "POST", job+"/validateCredentials", map[string]any{"credentials": pairsOf(wrong)})
				isAddress := key == "BaseAddress" || key == "Oauth2TokenExchangeUri"
				if got := refused.nested(); strings.HasSuffix(got, "CredentialValidationUnavailable") != isAddress {
					t.Errorf("with another %s the code is %s", key, got)
				}
			}
		})
	}
}

func TestGenerations_theTestOfCredentialsGoesAstray(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	body := map[string]any{"credentials": pairsOf(rightCredentials(store.ByPassword))}
	for want, variant := range map[string]ConnectionTest{"CredentialValidationUnavailable": TestUnavailable, "CredentialsValidation": TestRefuses} {
		c.SetVariants(func(v *Variants) { v.ConnectionTest = variant })
		if got := c.must(http.StatusBadRequest, "POST", job+"/validateCredentials", body).nested(); !strings.HasSuffix(got, want) {
			t.Errorf("the code is %s, want ...%s", got, want)
		}
	}
}

func TestGenerations_authorizeIsOneCall(t *testing.T) {
	c := start(t, withVariants(Variants{Generation: store.ByAuthorization}))
	made, job := c.meeting()
	c.must(http.StatusBadRequest, "POST", job+"/validateCredentials", map[string]any{"useSavedCredentials": true})
	if err := c.Store().Authorize(made.principal); err != nil {
		t.Fatal(err)
	}
	c.must(http.StatusNoContent, "POST", job+"/validateCredentials", map[string]any{"useSavedCredentials": true})
	c.SetVariants(func(v *Variants) { v.Generation = store.ByToken })
	if err := c.Store().Authorize(made.principal); err == nil {
		t.Error("a connector without the button was authorized")
	}
}

// Microsoft's announcement: existing jobs do not move by themselves, while the template asks for something else already.
func TestGenerations_aJobOutlivesTheChangeOfItsTemplate(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": pairsOf(rightCredentials(store.ByPassword))})
	c.SetVariants(func(v *Variants) { v.Generation = store.ByToken })
	c.must(http.StatusNoContent, "POST", job+"/validateCredentials", map[string]any{"useSavedCredentials": true})
	c.must(http.StatusNoContent, "POST", job+"/validateCredentials", map[string]any{"credentials": pairsOf(rightCredentials(store.ByToken))})
	c.must(http.StatusBadRequest, "POST", made.sync+"/jobs/validateCredentials",
		map[string]any{"templateId": store.ConnectorGoToMeeting, "credentials": pairsOf(rightCredentials(store.ByPassword))})
}

// What the service writes in one of its ways comes back from a client as it is, and the store keeps the documented way.
func TestSpelling_isOfTheWireOnly(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	plain := c.must(http.StatusOK, "GET", job+"/schema", nil)
	c.SetVariants(func(v *Variants) {
		v.Spelling = Spelling{EmptyDefaults: true, NoParameters: true, UnnamedConstants: true, EntraDirectory: true, LowerCaseCounts: true}
	})
	spelled := c.must(http.StatusOK, "GET", job+"/schema", nil)
	for _, want := range []string{`"defaultValue":""`, `"name":"Microsoft Entra ID"`, `"sourceDirectoryName":"Microsoft Entra ID"`} {
		if !bytes.Contains(spelled.raw, []byte(want)) {
			t.Errorf("the schema lacks %s", want)
		}
	}
	for _, not := range []string{`"name":"Azure Active Directory"`, `"defaultValue":null,"exportMissing`, `"parameters":[]`} {
		if bytes.Contains(spelled.raw, []byte(not)) {
			t.Errorf("the schema has %s", not)
		}
	}
	if got := spelled.raw; !bytes.Equal(got, c.must(http.StatusOK, "GET", job+"/schema", nil).raw) {
		t.Error("two reads differ")
	}
	c.must(http.StatusNoContent, "PUT", job+"/schema", spelled.body)
	c.SetVariants(func(v *Variants) { v.Spelling = Spelling{} })
	kept := c.must(http.StatusOK, "GET", job+"/schema", nil)
	delete(plain.body, "version")
	delete(kept.body, "version")
	for _, body := range []map[string]any{plain.body, kept.body} {
		for _, name := range []string{"@odata.context", "directories@odata.context"} {
			delete(body, name)
		}
	}
	want, _ := json.Marshal(plain.body)
	got, _ := json.Marshal(kept.body)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the store keeps another schema:\n%s", diff)
	}
}
