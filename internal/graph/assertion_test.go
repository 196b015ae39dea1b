// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
)

func TestNewCredential_federatedTokens(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	for _, test := range []struct {
		name    string
		method  Method
		options func(*CredentialOptions, *loginServer)
		want    []string // requests before the last
		asserts string
	}{
		{"token", MethodOIDCToken, func(o *CredentialOptions, _ *loginServer) { o.OIDCToken = "given" }, nil, "given"},
		{"file", MethodOIDCTokenFile, func(o *CredentialOptions, _ *loginServer) { o.OIDCTokenFilePath = file }, nil, "in a file"},
		{"workload identity", MethodWorkloadIdentity, func(o *CredentialOptions, _ *loginServer) { o.OIDCTokenFilePath = file }, nil, "in a file"},
		{"GitHub", MethodOIDCRequest, func(o *CredentialOptions, s *loginServer) {
			o.OIDCRequestURL, o.OIDCRequestToken = s.URL+"/oidc?api-version=2.0", "request-token"
		}, []string{"GET /oidc?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"}, "github-1"},
		{"Azure DevOps", MethodAzureDevOps, func(o *CredentialOptions, s *loginServer) {
			o.OIDCRequestURL, o.OIDCRequestToken, o.ADOPipelineServiceConnectionID = s.URL+"/ado", "request-token", "connection"
		}, []string{"POST /ado?api-version=7.1&serviceConnectionId=connection"}, "devops-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte("in a file\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			s := newLoginServer(t)
			o := s.options(test.method)
			test.options(&o, s)
			tokenOf(t, newTestCredential(t, o))
			want := append(test.want, "POST /"+testTenant+"/oauth2/v2.0/token")
			if diff := cmp.Diff(want, s.requests); diff != "" {
				t.Fatalf("requests (-want +got):\n%s", diff)
			}
			if len(want) > 1 && s.headers[0].Get("Authorization") != "Bearer request-token" {
				t.Errorf("headers %v", s.headers[0])
			}
			if got := s.headers[0].Get("X-TFS-FedAuthRedirect"); (got == "Suppress") != (test.method == MethodAzureDevOps) {
				t.Errorf("X-TFS-FedAuthRedirect %q", got)
			}
			form := s.forms[len(s.forms)-1]
			if got := strings.TrimSpace(form.Get("client_assertion")); got != test.asserts {
				t.Errorf("assertion %q, want %q", got, test.asserts)
			}
			if got := form.Get("client_assertion_type"); got != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
				t.Errorf("assertion type %q", got)
			}
		})
	}
}

func TestNewCredential_renewalFetchesANewFederatedToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	s := newLoginServer(t)
	o := s.options(MethodOIDCTokenFile)
	o.OIDCTokenFilePath = file
	c := newTestCredential(t, o)
	for i, assertion := range []string{"first", "second"} {
		if err := os.WriteFile(file, []byte(assertion), 0o600); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			tokenOf(t, c)
		} else {
			renew(t, c, "")
		}
		if got := s.forms[len(s.forms)-1].Get("client_assertion"); got != assertion {
			t.Errorf("assertion %q, want %q", got, assertion)
		}
	}
	if got := tokenOf(t, c); got != "access-2" {
		t.Errorf("after a renewal the credential still gives %q", got)
	}
	if len(s.requests) != 2 {
		t.Errorf("requests %v", s.requests)
	}
}

func TestNewCredential_federatedTokenFailures(t *testing.T) {
	for _, test := range []struct {
		name    string
		options CredentialOptions
		status  int
		body    string
		want    string
	}{
		{"missing file", CredentialOptions{Method: MethodOIDCTokenFile, OIDCTokenFilePath: "testdata/missing"}, 200, "", "reading the OpenID Connect token: the value, with 16 characters that are not shown, does not name a readable file: no such file or directory"},
		{"refused", CredentialOptions{Method: MethodOIDCRequest, OIDCRequestToken: "request-token"}, 403, `{"message":"no request-token here"}`, "requesting the OpenID Connect token: HOST answered 403 Forbidden: no (redacted) here"},
		{"no token", CredentialOptions{Method: MethodOIDCRequest, OIDCRequestToken: "request-token"}, 200, `{"other":1}`, "requesting the OpenID Connect token: the response of HOST does not contain a token"},
		{"sign-in page", CredentialOptions{Method: MethodAzureDevOps, OIDCRequestToken: "request-token"}, 302, `<html>`, "requesting the OpenID Connect token: HOST answered 302 Found: the response is an HTML page, not a Graph error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			t.Cleanup(server.Close)
			o := test.options
			o.TenantID, o.ClientID, o.AuthorityHost, o.HTTPClient, o.Clock = testTenant, testClient, server.URL, server.Client(), newFakeClock()
			o.OIDCRequestURL = server.URL + "/request"
			_, err := newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
			why, ok := errors.AsType[*AuthError](err)
			want := strings.ReplaceAll(test.want, "HOST", strings.TrimPrefix(server.URL, "https://"))
			if !ok || why.Description != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}
