// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
)

const (
	testTenant = "c0000000-0000-4000-8000-00000000000c"
	testClient = "a0000000-0000-4000-8000-0000000000aa"
	testScope  = "https://graph.example.com/.default"
)

// loginServer is a sign-in service, a CI system's token endpoint and a managed identity endpoint.
type loginServer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // method and target
	forms    []url.Values
	headers  []http.Header
	replies  []reply // of the token endpoints; then success
}

func newLoginServer(t *testing.T, replies ...reply) *loginServer {
	t.Helper()
	s := &loginServer{replies: replies}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // one test does not trust it
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *loginServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
	s.forms = append(s.forms, form)
	s.headers = append(s.headers, r.Header)
	n := len(s.requests)
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/oidc" {
		fmt.Fprintf(w, `{"value":"github-%d"}`, n)
		return
	}
	if r.URL.Path == "/ado" {
		fmt.Fprintf(w, `{"oidcToken":"devops-%d"}`, n)
		return
	}
	if len(s.replies) > 0 {
		next := s.replies[0]
		s.replies = s.replies[1:]
		for name, values := range next.header {
			w.Header()[name] = values
		}
		w.WriteHeader(next.status)
		_, _ = io.WriteString(w, next.body)
		return
	}
	fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"access-%d"}`, n)
}

// sentOnce returns the form of the single request for a token and fails the test if there was any other request.
func (s *loginServer) sentOnce(t *testing.T) url.Values {
	t.Helper()
	want := []string{"POST /" + testTenant + "/oauth2/v2.0/token"}
	if diff := cmp.Diff(want, s.requests); diff != "" {
		t.Fatalf("requests (-want +got):\n%s", diff)
	}
	return s.forms[0]
}

// options are those of a sign-in at the server.
func (s *loginServer) options(method Method) CredentialOptions {
	return CredentialOptions{
		Method: method, TenantID: testTenant, ClientID: testClient,
		AuthorityHost: s.URL, HTTPClient: s.Client(), Clock: newFakeClock(),
	}
}

func newTestCredential(t *testing.T, o CredentialOptions) azcore.TokenCredential {
	t.Helper()
	c, err := NewCredential(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tokenOf(t *testing.T, c azcore.TokenCredential) string {
	t.Helper()
	token, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}, EnableCAE: true})
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(token.ExpiresOn); left < 58*time.Minute || left > time.Hour {
		t.Errorf("the token ends in %s", left)
	}
	return token.Token
}

func renew(t *testing.T, c azcore.TokenCredential, claims string) {
	t.Helper()
	r, ok := c.(renewer)
	if !ok {
		t.Fatalf("%T cannot renew", c)
	}
	if _, err := r.renew(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}, Claims: claims, EnableCAE: true}); err != nil {
		t.Fatal(err)
	}
}

func TestNewCredential_clientSecretTakesOneRequest(t *testing.T) {
	s := newLoginServer(t)
	o := s.options(MethodClientSecret)
	o.ClientSecret = "s3cr3t&+/"
	if got := tokenOf(t, newTestCredential(t, o)); got != "access-1" {
		t.Errorf("token %q", got)
	}
	form := s.sentOnce(t)
	if form.Get("client_id") != testClient || form.Get("client_secret") != o.ClientSecret ||
		form.Get("grant_type") != "client_credentials" || !strings.Contains(form.Get("scope"), testScope) {
		t.Errorf("form %v", form)
	}
}

// A stand-in on the machine has no need of TLS, which Azure's libraries insist on.
func TestNewCredential_signsInWithoutTLSOnTheMachine(t *testing.T) {
	s := newLoginServer(t)
	plain := httptest.NewServer(s.Config.Handler)
	t.Cleanup(plain.Close)
	o := s.options(MethodClientSecret)
	o.ClientSecret, o.AuthorityHost = "s3cr3t", plain.URL
	if got := tokenOf(t, newTestCredential(t, o)); got != "access-1" {
		t.Errorf("token %q", got)
	}
	s.sentOnce(t)
}

func TestNewCredential_managedIdentity(t *testing.T) {
	for range 2 { // the second would get the first one's token from a cache of the process
		s := newLoginServer(t, answer(404, ""), answer(500, ""))
		o := s.options(MethodManagedIdentity)
		o.AuthorityHost = "https://login.example.com"
		o.MSIEndpoint = s.URL + "/msi/token"
		clock := newFakeClock()
		o.Clock = clock
		tokenOf(t, newTestCredential(t, o))
		if len(s.requests) != 3 || s.headers[2].Get("Metadata") != "true" {
			t.Fatalf("requests %v, headers %v", s.requests, s.headers)
		}
		target, err := url.Parse(strings.TrimPrefix(s.requests[2], "GET "))
		if err != nil {
			t.Fatal(err)
		}
		q := target.Query()
		if target.Path != "/msi/token" || q.Get("resource") != "https://graph.example.com" || q.Get("client_id") != testClient {
			t.Errorf("request %s", target)
		}
		if len(clock.sleeps) != 2 {
			t.Errorf("slept %v", clock.sleeps)
		}
	}
}

func TestNewCredential_managedIdentityOffAzure(t *testing.T) {
	s := newLoginServer(t)
	o := s.options(MethodManagedIdentity)
	o.MSIEndpoint = s.URL + "/msi/token"
	s.Close()
	clock := newFakeClock()
	o.Clock = clock
	_, err := newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
	if why, ok := errors.AsType[*AuthError](err); !ok || len(clock.sleeps) != 0 || !strings.Contains(why.Description, "connection refused") {
		t.Errorf("error %#v after waits %v", err, clock.sleeps)
	}
}

func TestNewCredential_cli(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for the Azure CLI is a shell script")
	}
	stub := func(t *testing.T, script string) {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "az"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+string(os.PathListSeparator)+"/bin:/usr/bin")
	}
	get := func(t *testing.T, claims string) (azcore.AccessToken, error) {
		t.Helper()
		c := newTestCredential(t, CredentialOptions{Method: MethodCLI, TenantID: testTenant})
		return c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}, Claims: claims, EnableCAE: true})
	}
	t.Run("token", func(t *testing.T) {
		stub(t, `[ "$*" = "account get-access-token -o json --resource https://graph.example.com --tenant `+testTenant+`" ] || exit 9
echo '{"accessToken":"from-cli","expires_on":4102444800}'`)
		token, err := get(t, "")
		if err != nil || token.Token != "from-cli" || token.ExpiresOn.Year() != 2100 {
			t.Errorf("got %v, %v", token, err)
		}
	})
	t.Run("sign-in expired", func(t *testing.T) {
		stub(t, `echo "ERROR: AADSTS70043: The refresh token has expired.
Run az login." >&2; exit 1`)
		_, err := get(t, "")
		why, ok := errors.AsType[*AuthError](err)
		if !ok || !cmp.Equal(why.AADSTS, []int{70043}) || why.Description != "Azure CLI: ERROR: AADSTS70043: The refresh token has expired. Run az login." {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := get(t, "")
		if why, ok := errors.AsType[*AuthError](err); !ok || why.Description != "Azure CLI: executable not found on path" {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("claims", func(t *testing.T) {
		stub(t, "exit 0")
		_, err := get(t, `{"a":1}`)
		if why, ok := errors.AsType[*AuthError](err); !ok || !strings.Contains(why.Description, "az login --tenant "+testTenant+" --claims-challenge") {
			t.Errorf("error %#v", err)
		}
	})
}

func TestNewCredential_sendsClaimsAndCapabilities(t *testing.T) {
	s := newLoginServer(t)
	o := s.options(MethodClientSecret)
	o.ClientSecret = "secret"
	c := newTestCredential(t, o)
	tokenOf(t, c)
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
	renew(t, c, claims)
	if len(s.requests) != 2 {
		t.Fatalf("requests %v", s.requests)
	}
	type sent struct {
		AccessToken struct {
			NBF  map[string]any      `json:"nbf"`
			XMSC map[string][]string `json:"xms_cc"`
		} `json:"access_token"`
	}
	var got sent
	if err := json.Unmarshal([]byte(s.forms[1].Get("claims")), &got); err != nil {
		t.Fatal(err)
	}
	if got.AccessToken.NBF["value"] != "1" || !cmp.Equal(got.AccessToken.XMSC["values"], []string{"CP1"}, cmp.Comparer(strings.EqualFold)) {
		t.Errorf("claims %s", s.forms[1].Get("claims"))
	}
}

func TestNewCredential_retriesOnlyWhatMayPass(t *testing.T) {
	invalid := `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided: s3cr3t. Trace ID: 0f Correlation ID: 1f Timestamp: 2030-01-02 03:04:05Z","error_codes":[7000215],"trace_id":"0f0f"}`
	for _, test := range []struct {
		name      string
		replies   []reply
		wantCalls int
		wantWaits int
		want      *AuthError
	}{
		{"throttled", []reply{answer(429, "", "Retry-After", "120")}, 2, 1, nil},
		{"failing", []reply{answer(500, ""), answer(503, "")}, 3, 2, nil},
		{
			"wrong secret", []reply{answer(401, invalid)}, 1, 0,
			&AuthError{Code: "invalid_client", AADSTS: []int{7000215}, Description: "AADSTS7000215: Invalid client secret provided: (redacted).", TraceID: "0f0f", Method: MethodClientSecret},
		},
		{"unknown tenant", []reply{answer(400, `{"error":"invalid_request","error_description":"AADSTS90002: no such tenant"}`)}, 1, 0,
			&AuthError{Code: "invalid_request", AADSTS: []int{90002}, Description: "AADSTS90002: no such tenant", Method: MethodClientSecret}},
		{"a proxy's page", []reply{answer(403, `<html><title>Blocked</title>s3cr3t</html>`)}, 1, 0,
			&AuthError{Description: `the sign-in service answered 403 Forbidden: the response is an HTML page, not a Graph error: "Blocked"`, Method: MethodClientSecret}},
		{"failing for ever", []reply{answer(500, ""), answer(500, ""), answer(500, ""), answer(500, ""), answer(500, "")}, 5, 4,
			&AuthError{Description: `the sign-in service answered 500 Internal Server Error`, Method: MethodClientSecret}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newLoginServer(t, test.replies...)
			o := s.options(MethodClientSecret)
			clock := newFakeClock()
			o.ClientSecret, o.Clock = "s3cr3t", clock
			var lines []string
			o.Log = func(_ context.Context, e Exchange) { lines = append(lines, fmt.Sprintf("%+v", e)) }
			_, err := newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
			if len(s.requests) != test.wantCalls || len(clock.sleeps) != test.wantWaits || len(lines) != test.wantCalls {
				t.Errorf("%d requests, waits %v, %d lines of log", len(s.requests), clock.sleeps, len(lines))
			}
			var got *AuthError
			if err != nil {
				got, _ = errors.AsType[*AuthError](err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if text := fmt.Sprint(err, lines); strings.Contains(text, "s3cr3t") {
				t.Errorf("the secret is in %s", text)
			}
		})
	}
}

func TestNewCredential_throttledBeyondTheDeadline(t *testing.T) {
	s := newLoginServer(t, answer(429, "", "Retry-After", "7200"))
	o := s.options(MethodClientSecret)
	o.ClientSecret = "secret"
	_, err := newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
	why, ok := errors.AsType[*AuthError](err)
	if !ok || !strings.HasPrefix(why.Description, "the sign-in service answered 429 Too Many Requests: the service required a wait of 2h0m0s") {
		t.Errorf("error %v", err)
	}
}

func TestNewCredential_refusesOptions(t *testing.T) {
	for _, test := range []struct {
		name    string
		options CredentialOptions
		want    string
	}{
		{"no method", CredentialOptions{}, "no sign-in method is selected"},
		{"request URL without TLS", CredentialOptions{Method: MethodOIDCRequest, OIDCRequestURL: "http://ci.example.com/"}, "the OpenID Connect request URL is not an https URL"},
		{"no request URL", CredentialOptions{Method: MethodAzureDevOps}, "the OpenID Connect request URL is not an https URL"},
		{"no token", CredentialOptions{Method: MethodOIDCToken}, "no OpenID Connect token is set"},
		{"authority without TLS", CredentialOptions{Method: MethodOIDCToken, OIDCToken: "x", AuthorityHost: "http://login.example.com"}, "an OpenID Connect token: cannot use an authority host without https"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.TenantID, test.options.ClientID = testTenant, testClient
			if _, err := NewCredential(test.options); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestNewHTTPClient_trustsTheGivenAuthorities(t *testing.T) {
	s := newLoginServer(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := NewHTTPClient(file)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	o := s.options(MethodClientSecret)
	o.ClientSecret, o.HTTPClient = "secret", client
	tokenOf(t, newTestCredential(t, o))

	stranger, err := NewHTTPClient("")
	if err != nil {
		t.Fatal(err)
	}
	clock := newFakeClock()
	o.HTTPClient, o.Clock = stranger, clock
	_, err = newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
	if why, ok := errors.AsType[*AuthError](err); !ok || len(clock.sleeps) != 0 || !strings.Contains(why.Description, "certificate signed by unknown authority") {
		t.Errorf("error %v after waits %v", err, clock.sleeps)
	}
	for file, want := range map[string]string{
		"testdata/missing.pem": "the file \"testdata/missing.pem\" cannot be read: no such file or directory",
		"auth_test.go":         "the file \"auth_test.go\" does not contain a PEM certificate: use a file with the certificate of the authority, which begins with -----BEGIN CERTIFICATE-----",
	} {
		if _, err := NewHTTPClient(file); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
