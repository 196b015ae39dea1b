// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// attempt sends an assignment without insisting on an answer.
func (c *tester) attempt(a app, principalID string) (*http.Response, []byte, error) {
	c.t.Helper()
	body := `{"principalId":"` + principalID + `","resourceId":"` + a.principal + `","appRoleId":"` + a.roles["User"] + `"}`
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.GraphURL()+"/v1.0/servicePrincipals/"+a.principal+"/appRoleAssignedTo", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.Server.Client().Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	return response, raw, err
}

func TestFaults_strikeAsScripted(t *testing.T) {
	tests := []struct {
		name       string
		effect     Effect
		wantStatus int // 0: no answer at all
		wantRetry  string
		wantCode   string
		wantEffect bool
	}{
		{"throttled for seconds", Throttled(30 * time.Second), http.StatusTooManyRequests, "30", "TooManyRequests", false},
		{"throttled until a date", ThrottledUntil(time.Minute), http.StatusTooManyRequests, "Wed, 02 Jan 2030 03:05:05 GMT", "TooManyRequests", false},
		{"throttled without a hint", ThrottledBare(), http.StatusTooManyRequests, "", "TooManyRequests", false},
		{"server error", Fails(http.StatusInternalServerError, "InternalServerError", "x"), http.StatusInternalServerError, "", "InternalServerError", false},
		{"server error after the effect", FailsAfter(http.StatusGatewayTimeout, "UnknownError", ""), http.StatusGatewayTimeout, "", "UnknownError", true},
		{"unavailable", Unavailable(5 * time.Second), http.StatusServiceUnavailable, "5", "serviceNotAvailable", false},
		{"dropped before the effect", DropsBefore(), 0, "", "", false},
		{"dropped after the effect", DropsAfter(), 0, "", "", true},
		{"missing permission", LacksPermission(), http.StatusForbidden, "", "Authorization_RequestDenied", false},
		{"claims challenge", ClaimsChallenge(`{"access_token":{}}`), http.StatusUnauthorized, "", "InvalidAuthenticationToken", false},
		{"page for people", AnswersHTML(http.StatusBadGateway), http.StatusBadGateway, "", "", false},
		{"empty answer", AnswersNothing(http.StatusBadGateway), http.StatusBadGateway, "", "", false},
		{"truncated answer", Truncates(), http.StatusOK, "", "", true},
		{"any answer", Answers(http.StatusTeapot, "text/plain", "tea"), http.StatusTeapot, "", "", false},
		{"delay", Delays(time.Minute), http.StatusCreated, "", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			made := c.instantiate(store.TemplateGoToMeeting)
			c.Faults().Add(Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Effect: test.effect})
			response, raw, err := c.attempt(made, store.UserAna)
			if (err != nil) != (test.wantStatus == 0) {
				t.Fatalf("got error %v, want status %d", err, test.wantStatus)
			}
			if err == nil {
				var body struct{ Error struct{ Code string } }
				parsed := json.Unmarshal(raw, &body)
				if response.StatusCode != test.wantStatus || response.Header.Get("Retry-After") != test.wantRetry || body.Error.Code != test.wantCode {
					t.Errorf("got status %d, Retry-After %q, body %s", response.StatusCode, response.Header.Get("Retry-After"), raw)
				}
				if test.name == "truncated answer" && parsed == nil {
					t.Errorf("the answer is whole: %s", raw)
				}
				if test.name == "claims challenge" {
					want := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{}}`))
					if got := response.Header.Get("WWW-Authenticate"); !strings.Contains(got, `error="insufficient_claims", claims="`+want) {
						t.Errorf("got challenge %s", got)
					}
				}
			}
			if got := len(c.Store().Assignments(made.principal)) == 1; got != test.wantEffect {
				t.Errorf("the request took effect: %v, want %v", got, test.wantEffect)
			}
			if left := c.Faults().Pending(); len(left) != 0 {
				t.Errorf("%d faults are left", len(left))
			}
			log := c.Log().Match("POST", "/servicePrincipals/*/appRoleAssignedTo")
			if len(log) != 1 || log[0].Status != test.wantStatus {
				t.Errorf("recorded %d requests, want one with status %d", len(log), test.wantStatus)
			}
		})
	}
}

func TestFaults_delayMovesTheClock(t *testing.T) {
	c := start(t)
	c.Faults().Add(Fault{Effect: Delays(90 * time.Second)})
	c.must(http.StatusOK, "GET", "/users", nil)
	if got := c.Clock().Now().Sub(store.Epoch); got != 90*time.Second {
		t.Errorf("the clock moved by %v", got)
	}
}

func TestFaults_skipAndCountRequests(t *testing.T) {
	c := start(t)
	c.Faults().Add(
		Fault{Method: "GET", Path: "/users/*", Skip: 1, Count: 2, Effect: ThrottledBare()},
		Fault{Path: "/groups", Count: -1, Effect: ThrottledBare()},
	)
	var got []int
	for range 4 {
		got = append(got, c.do("GET", "/users/"+store.UserAna, nil).status)
	}
	for range 3 {
		got = append(got, c.do("GET", "/groups", nil).status)
	}
	want := []int{200, 429, 429, 200, 429, 429, 429}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if left := c.Faults().Pending(); len(left) != 1 {
		t.Errorf("%d faults are left, want the one without end", len(left))
	}
	c.Faults().Clear()
	c.must(http.StatusOK, "GET", "/groups", nil)
}

func TestFaults_missingPermissionIsToldInTheWayOfTheService(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	c.Faults().Add(Fault{Path: "/servicePrincipals/*/synchronization/**", Effect: LacksPermission()})
	a := c.must(http.StatusUnauthorized, "GET", job, nil)
	if a.text("error", "code") != "UnknownError" || a.text("error", "message") != "" {
		t.Errorf("got %s", a.raw)
	}
	c.must(http.StatusOK, "GET", job, nil)
}

func TestFaults_reachSignIn(t *testing.T) {
	c := start(t)
	c.Faults().Add(Fault{Path: "/*/oauth2/v2.0/token", Effect: RefusesSignIn(7000222)})
	form := "grant_type=client_credentials&client_id=" + c.ClientID() + "&client_secret=" + c.ClientSecret() + "&scope=" + c.GraphURL() + "/.default"
	path := c.AuthorityURL() + "/" + c.TenantID() + "/oauth2/v2.0/token"
	a := c.must(http.StatusUnauthorized, "POST", path, form, "Content-Type", "application/x-www-form-urlencoded")
	if !strings.HasPrefix(a.text("error_description"), "AADSTS7000222:") {
		t.Errorf("got %s", a.raw)
	}
	c.must(http.StatusOK, "POST", path, form, "Content-Type", "application/x-www-form-urlencoded")
}

func TestFaults_dropClosesPlainConnectionsToo(t *testing.T) {
	c := start(t, func(o *Options) { o.PlainHTTP = true })
	c.Faults().Add(Fault{Method: "DELETE", Effect: DropsBefore()})
	r, err := http.NewRequestWithContext(t.Context(), "DELETE", c.GraphURL()+"/v1.0/applications/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.Server.Client().Do(r)
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("got status %d", response.StatusCode)
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want an end of file", err)
	}
}

func TestMatchPath_understandsStars(t *testing.T) {
	tests := []struct {
		pattern, path string
		want          bool
	}{
		{"/users", "/v1.0/users", true},
		{"/v1.0/users", "/v1.0/users", true},
		{"/users", "/v1.0/users/x", false},
		{"/users/*", "/v1.0/users/x", true},
		{"/users/*", "/v1.0/users/x/y", false},
		{"/users/**", "/v1.0/users/x/y", true},
		{"/**/secrets", "/v1.0/servicePrincipals/1/synchronization/secrets", true},
		{"/serviceprincipals/*/APPROLEASSIGNEDTO", "/v1.0/servicePrincipals/1/appRoleAssignedTo", true},
		{"/servicePrincipals/*/synchronization/jobs/*/start", "/v1.0/servicePrincipals/1/synchronization/jobs/a.b/start", true},
		{"/*/oauth2/v2.0/token", "/tenant/oauth2/v2.0/token", true},
		{"/groups*", "/v1.0/groups", true},
		{"**", "/anything/at/all", true},
	}
	for _, test := range tests {
		t.Run(test.pattern+" "+test.path, func(t *testing.T) {
			if got := MatchPath(test.pattern, test.path); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
