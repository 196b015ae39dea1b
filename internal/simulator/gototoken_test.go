// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// gotoForm is the body of a token request.
func gotoForm(pairs ...string) string {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form.Encode()
}

func withPersonalToken(pat string) string {
	return gotoForm("grant_type", "personal_access_token", "pat", pat)
}

// basic is the header with which a client of GoTo says who it is.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// gotoToken asks GoTo for a token as the default client.
func (c *tester) gotoToken(status int, form string, headers ...string) answer {
	c.t.Helper()
	headers = append([]string{
		"Content-Type", "application/x-www-form-urlencoded", "Authorization", basic(DefaultGoToClientID, DefaultGoToClientSecret),
	}, headers...)
	return c.must(status, "POST", c.GoToTokenURL(), form, headers...)
}

// admin asks the Admin API with a fresh token of the seeded administrator.
func (c *tester) admin(status int, path string) answer {
	c.t.Helper()
	return c.adminAs(c.GoToAccessToken(), status, path)
}

func (c *tester) adminAs(token string, status int, path string) answer {
	c.t.Helper()
	return c.must(status, "GET", c.GoToURL()+"/admin/rest/v1"+path, nil, "Authorization", "Bearer "+token)
}

func TestGoToToken_isGivenForAPersonalAccessToken(t *testing.T) {
	c := start(t)
	a := c.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken))
	token := a.text("access_token")
	want := map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": 3600.0, "scope": "identity:", "principal": store.AdminUserName, "loa": 2.0,
	}
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Error(diff)
	}
	c.adminAs(token, http.StatusOK, "/me")
}

func TestGoToToken_belongsToThePersonOfThePersonalAccessToken(t *testing.T) {
	c := start(t)
	c.AddPersonalAccessToken("member-token", store.PlainUserName)
	token := c.gotoToken(http.StatusOK, withPersonalToken("member-token")).text("access_token")
	if got := c.adminAs(token, http.StatusOK, "/me").text("email"); got != store.PlainUserName {
		t.Errorf("got %s", got)
	}
}

func TestGoToToken_refusesWithTheErrorsOfOAuth(t *testing.T) {
	good := withPersonalToken(DefaultPersonalAccessToken)
	tests := []struct {
		name       string
		form       string
		headers    []string
		wantStatus int
		wantError  string
	}{
		{"wrong secret", good, []string{"Authorization", basic(DefaultGoToClientID, "wrong")}, http.StatusUnauthorized, "invalid_client"},
		{"unknown client", good, []string{"Authorization", basic("unknown", DefaultGoToClientSecret)}, http.StatusUnauthorized, "invalid_client"},
		{"no credentials", good, []string{"Authorization", ""}, http.StatusUnauthorized, "invalid_client"},
		{"credentials in the form only", good + "&" + gotoForm("client_id", DefaultGoToClientID, "client_secret", DefaultGoToClientSecret),
			[]string{"Authorization", ""}, http.StatusUnauthorized, "invalid_client"},
		{"wrong token", withPersonalToken("wrong"), nil, http.StatusBadRequest, "invalid_grant"},
		{"token not escaped", "grant_type=personal_access_token&pat=" + DefaultPersonalAccessToken, nil, http.StatusBadRequest, "invalid_grant"},
		{"no token", gotoForm("grant_type", "personal_access_token"), nil, http.StatusBadRequest, "invalid_grant"},
		{"wrong refresh token", gotoForm("grant_type", "refresh_token", "refresh_token", "wrong"), nil, http.StatusBadRequest, "invalid_grant"},
		{"other grant", gotoForm("grant_type", "client_credentials"), nil, http.StatusBadRequest, "unsupported_grant_type"},
		{"no grant", gotoForm("pat", DefaultPersonalAccessToken), nil, http.StatusBadRequest, "invalid_request"},
		{"no form", `{"grant_type":"personal_access_token"}`, []string{"Content-Type", "application/json"}, http.StatusBadRequest, "invalid_request"},
		{"client without the grant", good, []string{"Authorization", basic("strict", "strict-secret")}, http.StatusBadRequest, "unauthorized_client"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			c.AddGoToClient(GoToClient{ID: "strict", Secret: "strict-secret", NoPersonalTokens: true})
			a := c.gotoToken(test.wantStatus, test.form, test.headers...)
			if got := a.text("error"); got != test.wantError {
				t.Errorf("got %s, want %s", a.raw, test.wantError)
			}
		})
	}
}

func TestGoToToken_personalAccessTokensCanBeSwitchedOff(t *testing.T) {
	c := start(t, withVariants(Variants{GoTo: GoToVariants{NoPersonalTokens: true}}))
	a := c.gotoToken(http.StatusBadRequest, withPersonalToken(DefaultPersonalAccessToken))
	if got := a.text("error"); got != "unauthorized_client" {
		t.Errorf("got %s", a.raw)
	}
	c.gotoToken(http.StatusOK, gotoForm("grant_type", "refresh_token", "refresh_token", c.NewGoToRefreshToken(store.AdminUserName)))
}

func TestGoToToken_revokedOrSuspendedPeopleGetNone(t *testing.T) {
	c := start(t)
	token := c.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken)).text("access_token")
	admin, err := c.Store().AccountByEmail(store.AdminUserName)
	if err != nil {
		t.Fatal(err)
	}
	suspend := func(suspended bool) {
		t.Helper()
		if err := c.Store().UpdateAccount(admin.Key, func(a *store.Account) { a.Active = !suspended }); err != nil {
			t.Fatal(err)
		}
	}
	suspend(true)
	if got := c.gotoToken(http.StatusBadRequest, withPersonalToken(DefaultPersonalAccessToken)).text("error"); got != "invalid_grant" {
		t.Errorf("suspended: got %s", got)
	}
	c.adminAs(token, http.StatusUnauthorized, "/me")
	suspend(false)
	c.RevokePersonalAccessToken(DefaultPersonalAccessToken)
	if got := c.gotoToken(http.StatusBadRequest, withPersonalToken(DefaultPersonalAccessToken)).text("error"); got != "invalid_grant" {
		t.Errorf("revoked: got %s", got)
	}
	c.adminAs(token, http.StatusOK, "/me")
}

func TestGoToToken_expiresOnTheSimulatedClock(t *testing.T) {
	c := start(t)
	token := c.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken)).text("access_token")
	c.Clock().Advance(time.Hour - time.Second)
	c.adminAs(token, http.StatusOK, "/me")
	c.Clock().Advance(time.Second)
	c.adminAs(token, http.StatusUnauthorized, "/me")
	short := start(t, func(o *Options) { o.TokenLifetime = time.Minute })
	if got := short.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken)).at("expires_in"); got != 60.0 {
		t.Errorf("a token of a minute expires in %v seconds", got)
	}
}

func TestGoToToken_refreshTokensRotateAfterEighteenDays(t *testing.T) {
	c := start(t)
	first := c.NewGoToRefreshToken(store.AdminUserName)
	use := func(status int, token string) answer {
		t.Helper()
		return c.gotoToken(status, gotoForm("grant_type", "refresh_token", "refresh_token", token))
	}
	if a := use(http.StatusOK, first); a.body["refresh_token"] != nil {
		t.Errorf("a new refresh token comes with a fresh one: %s", a.raw)
	}
	c.Clock().Advance(18*24*time.Hour - time.Second)
	if a := use(http.StatusOK, first); a.body["refresh_token"] != nil {
		t.Errorf("a new refresh token comes too early: %s", a.raw)
	}
	c.Clock().Advance(time.Second)
	a := use(http.StatusOK, first)
	c.adminAs(a.text("access_token"), http.StatusOK, "/me")
	second := a.text("refresh_token")
	use(http.StatusBadRequest, first)
	use(http.StatusOK, second)
	unused := c.NewGoToRefreshToken(store.AdminUserName)
	c.Clock().Advance(30 * 24 * time.Hour)
	if got := use(http.StatusBadRequest, unused).text("error"); got != "invalid_grant" {
		t.Errorf("got %s for a refresh token after 30 days", got)
	}
}

func TestGoToToken_refreshTokensBelongToTheirClient(t *testing.T) {
	c := start(t)
	c.AddGoToClient(GoToClient{ID: "other", Secret: "other-secret"})
	form := gotoForm("grant_type", "refresh_token", "refresh_token", c.NewGoToRefreshToken(store.AdminUserName))
	if got := c.gotoToken(http.StatusBadRequest, form, "Authorization", basic("other", "other-secret")).text("error"); got != "invalid_grant" {
		t.Errorf("got %s", got)
	}
	c.gotoToken(http.StatusOK, form)
}

func TestGraph_refusesTokensOfGoTo(t *testing.T) {
	c := start(t)
	c.must(http.StatusUnauthorized, "GET", "/users", nil, "Authorization", "Bearer "+c.GoToAccessToken())
	c.adminAs(c.AccessToken(), http.StatusUnauthorized, "/me")
}
