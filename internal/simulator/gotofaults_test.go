// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// tryAdmin asks for the users without insisting on an answer.
func (c *tester) tryAdmin(token string) (*http.Response, []byte, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), "GET", c.GoToURL()+"/admin/rest/v1"+mainUsers, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := c.Server.Client().Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	return response, raw, err
}

func TestFaults_reachTheAdminAPI(t *testing.T) {
	tests := []struct {
		name       string
		effect     Effect
		wantStatus int // 0: no answer at all
		wantRetry  string
		wantCode   string // "": no error in GoTo's shape
		wantJSON   bool
	}{
		{"throttled without a hint", ThrottledBare(), http.StatusTooManyRequests, "", "TooManyRequests", true},
		{"throttled for seconds", Throttled(7 * time.Second), http.StatusTooManyRequests, "7", "TooManyRequests", true},
		{"server error", Fails(http.StatusInternalServerError, "InternalError", "x"), http.StatusInternalServerError, "", "InternalError", true},
		{"bad token", Fails(http.StatusForbidden, "InvalidToken", "Invalid token passed"), http.StatusForbidden, "", "InvalidToken", true},
		{"unavailable", Unavailable(5 * time.Second), http.StatusServiceUnavailable, "5", "serviceNotAvailable", true},
		{"page for people", AnswersHTML(http.StatusBadGateway), http.StatusBadGateway, "", "", false},
		{"text", Answers(http.StatusBadGateway, "text/plain", "Bad Gateway"), http.StatusBadGateway, "", "", false},
		{"empty answer", AnswersNothing(http.StatusGatewayTimeout), http.StatusGatewayTimeout, "", "", false},
		{"missing rights", LacksPermission(), http.StatusForbidden, "", "AccessDenied", true},
		{"truncated answer", Truncates(), http.StatusOK, "", "", false},
		{"dropped before the effect", DropsBefore(), 0, "", "", false},
		{"dropped after the effect", DropsAfter(), 0, "", "", false},
		{"delay", Delays(time.Minute), http.StatusOK, "", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			token := c.GoToAccessToken()
			c.Faults().Add(Fault{Method: "GET", Path: "/admin/rest/v1/accounts/*/users", Effect: test.effect})
			response, raw, err := c.tryAdmin(token)
			if (err != nil) != (test.wantStatus == 0) {
				t.Fatalf("got error %v, want status %d", err, test.wantStatus)
			}
			if err == nil {
				var body struct {
					Code string `json:"int_err_code"`
				}
				parsed := json.Unmarshal(raw, &body)
				if response.StatusCode != test.wantStatus || response.Header.Get("Retry-After") != test.wantRetry || body.Code != test.wantCode || (parsed == nil) != test.wantJSON {
					t.Errorf("got status %d, Retry-After %q, body %s", response.StatusCode, response.Header.Get("Retry-After"), raw)
				}
			}
			if left := c.Faults().Pending(); len(left) != 0 {
				t.Errorf("%d faults are left", len(left))
			}
			log := c.Log().Match("GET", "/admin/rest/v1/**")
			if len(log) != 1 || log[0].Status != test.wantStatus {
				t.Errorf("recorded %d requests, want one with status %d", len(log), test.wantStatus)
			}
			if response, _, err := c.tryAdmin(token); err != nil || response.StatusCode != http.StatusOK {
				t.Errorf("the request after the fault: %v, %v", response, err)
			}
		})
	}
}

func TestFaults_delayOutlivesATokenOfGoTo(t *testing.T) {
	c := start(t)
	token := c.GoToAccessToken()
	c.Faults().Add(Fault{Path: "/admin/rest/v1/me", Effect: Delays(time.Hour)})
	c.adminAs(token, http.StatusUnauthorized, "/me")
	if got := c.Clock().Now().Sub(store.Epoch); got != time.Hour {
		t.Errorf("the clock moved by %v", got)
	}
}

func TestFaults_reachTheTokenEndpointOfGoTo(t *testing.T) {
	c := start(t)
	c.Faults().Add(
		Fault{Method: "POST", Path: "/oauth/token", Effect: Fails(http.StatusBadRequest, "invalid_grant", "The token was revoked")},
		Fault{Method: "POST", Path: "/oauth/token", Effect: ThrottledBare()},
	)
	form := withPersonalToken(DefaultPersonalAccessToken)
	want := map[string]any{"error": "invalid_grant", "error_description": "The token was revoked"}
	if diff := cmp.Diff(want, c.gotoToken(http.StatusBadRequest, form).body); diff != "" {
		t.Error(diff)
	}
	c.gotoToken(http.StatusTooManyRequests, form)
	c.gotoToken(http.StatusOK, form)
}

func TestLog_recordsRequestsToGoTo(t *testing.T) {
	c := start(t)
	token := c.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken)).text("access_token")
	c.adminAs(token, http.StatusOK, mainUsers+"?filter=email%20eq%20%22eva%40corp.example%22")
	all := c.Log().All()
	if len(all) != 2 {
		t.Fatalf("recorded %d requests", len(all))
	}
	if got, want := string(all[0].Body), withPersonalToken(redacted); got != want {
		t.Errorf("recorded body %s, want %s", got, want)
	}
	if all[0].Header.Get("Authorization") != "Basic "+redacted || all[0].Path != "/oauth/token" || !strings.Contains(string(all[0].Response), token) {
		t.Errorf("recorded %+v", all[0])
	}
	if all[1].Header.Get("Authorization") != "Bearer "+token || all[1].Query.Get("filter") != `email eq "eva@corp.example"` || len(all[1].Response) == 0 {
		t.Errorf("recorded %+v", all[1])
	}
	if len(c.Log().Writes()) != 0 {
		t.Error("reading counts as writing")
	}
}

func TestGoTo_keepsSecretsOutOfLogAndErrors(t *testing.T) {
	c := start(t)
	refresh := c.NewGoToRefreshToken(store.AdminUserName)
	const mistyped, mistypedSecret = "mistyped-personal-token", "mistyped-client-secret"
	good, escaped := DefaultPersonalAccessToken, url.QueryEscape(DefaultPersonalAccessToken)
	answers := map[string]answer{
		"wrong token":  c.gotoToken(http.StatusBadRequest, withPersonalToken(mistyped)),
		"wrong secret": c.gotoToken(http.StatusUnauthorized, withPersonalToken(good), "Authorization", basic(DefaultGoToClientID, mistypedSecret)),
		"secret as bearer": c.gotoToken(http.StatusUnauthorized, gotoForm("client_secret", DefaultGoToClientSecret, "refresh_token", refresh),
			"Authorization", "Bearer "+mistypedSecret),
		"no scheme":        c.gotoToken(http.StatusUnauthorized, "", "Authorization", mistypedSecret),
		"other field":      c.gotoToken(http.StatusBadRequest, gotoForm("grant_type", "personal_access_token", "token", mistyped)),
		"no form":          c.gotoToken(http.StatusBadRequest, `{"pat":"`+mistyped+`"}`, "Content-Type", "application/json"),
		"in the address":   c.must(http.StatusUnauthorized, "POST", c.GoToTokenURL()+"?pat="+escaped+"&x="+mistyped, "", "Authorization", ""),
		"as access token":  c.adminAs(good, http.StatusUnauthorized, "/me"),
		"basic for admin":  c.must(http.StatusUnauthorized, "GET", c.GoToURL()+"/admin/rest/v1/me", nil, "Authorization", basic(DefaultGoToClientID, DefaultGoToClientSecret)),
		"in the path":      c.admin(http.StatusNotFound, "/accounts/"+escaped+"/users"),
		"in the query":     c.admin(http.StatusBadRequest, mainUsers+"?filter="+escaped),
		"in another field": c.must(http.StatusUnauthorized, "GET", c.GoToURL()+"/admin/rest/v1/me", good, "Authorization", "", "X-Secret", DefaultGoToClientSecret),
	}
	c.Clock().Advance(20 * 24 * time.Hour)
	next := c.gotoToken(http.StatusOK, gotoForm("grant_type", "refresh_token", "refresh_token", refresh)).text("refresh_token")
	secrets := []string{
		good, escaped, DefaultGoToClientSecret, mistyped, mistypedSecret, refresh, next,
		strings.TrimPrefix(basic(DefaultGoToClientID, DefaultGoToClientSecret), "Basic "), strings.TrimPrefix(basic(DefaultGoToClientID, mistypedSecret), "Basic "),
	}
	for name, a := range answers {
		for _, secret := range secrets {
			if strings.Contains(string(a.raw), secret) {
				t.Errorf("%s: the answer contains %s: %s", name, secret, a.raw)
			}
		}
	}
	for _, r := range c.Log().All() {
		text := strings.Join([]string{r.Path, r.Query.Encode(), string(r.Body), string(r.Response)}, "\n")
		for name, values := range r.Query {
			text += "\n" + name + strings.Join(values, "\n")
		}
		for _, values := range r.Header {
			text += "\n" + strings.Join(values, "\n")
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("the record of %s %s contains %s:\n%s", r.Method, r.Path, secret, text)
			}
		}
	}
}

func TestLog_showsSecretsOfGoToThatReachOthers(t *testing.T) {
	c := start(t)
	c.must(http.StatusUnauthorized, "GET", "/users", nil, "Authorization", "Bearer "+DefaultPersonalAccessToken)
	if got := c.Log().All()[0].Header.Get("Authorization"); got != "Bearer "+DefaultPersonalAccessToken {
		t.Errorf("recorded %q, and nobody sees what went wrong", got)
	}
}
