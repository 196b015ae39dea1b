// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
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
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"
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

// pemFiles writes the certificates of testdata, which "openssl pkcs12 -export" made (with -legacy for the one so named), as
// PEM: no private key lies about in the clear.
func pemFiles(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	read := func(file string) (certificate, key []byte) {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		private, leaf, err := pkcs12.Decode(data, "geheim")
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	rsaCertificate, rsaKey := read("rsa-modern.pfx")
	ecCertificate, ecKey := read("ecdsa.pfx")
	for file, parts := range map[string][][]byte{
		"rsa.pem":           {rsaKey, rsaCertificate},
		"chain.pem":         {ecCertificate, rsaCertificate, rsaKey},
		"ecdsa.pem":         {ecKey, ecCertificate},
		"mismatch.pem":      {rsaKey, ecCertificate},
		"two-keys.pem":      {rsaKey, ecKey, rsaCertificate},
		"no-key.pem":        {rsaCertificate},
		"rsa-encrypted.pem": {pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("?")}), rsaCertificate},
	} {
		if err := os.WriteFile(filepath.Join(dir, file), bytes.Join(parts, nil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewCredential_certificate(t *testing.T) {
	pems := pemFiles(t)
	for _, test := range []struct {
		name     string
		file     string
		password string
	}{
		{"PKCS#12 with AES and SHA-256", "testdata/rsa-modern.pfx", "geheim"},
		{"PKCS#12 with 3DES and SHA-1", "testdata/rsa-legacy.pfx", "geheim"},
		{"PKCS#12 without a password", "testdata/rsa-nopassword.pfx", ""},
		{"PEM", filepath.Join(pems, "rsa.pem"), ""},
		{"PEM with another certificate first", filepath.Join(pems, "chain.pem"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := os.ReadFile(test.file)
			if err != nil {
				t.Fatal(err)
			}
			for _, inline := range []bool{false, true} {
				s := newLoginServer(t)
				o := s.options(MethodClientCertificate)
				o.ClientCertificatePassword = test.password
				if inline {
					o.ClientCertificate = base64.StdEncoding.EncodeToString(data)
				} else {
					o.ClientCertificatePath = test.file
				}
				tokenOf(t, newTestCredential(t, o))
				form := s.sentOnce(t)
				certificates, _, err := o.certificate()
				if err != nil {
					t.Fatal(err)
				}
				parsed, err := jwt.Parse(form.Get("client_assertion"), func(*jwt.Token) (any, error) { return certificates[0].PublicKey, nil },
					jwt.WithIssuer(testClient), jwt.WithSubject(testClient), jwt.WithAudience(s.URL+"/"+testTenant+"/oauth2/v2.0/token"))
				if err != nil {
					t.Fatalf("assertion: %v", err)
				}
				sum := sha256.Sum256(certificates[0].Raw)
				if got, want := parsed.Header["x5t#S256"], base64.StdEncoding.EncodeToString(sum[:]); got != want {
					t.Errorf("thumbprint %v, want %v", got, want)
				}
			}
		})
	}
}

func TestNewCredential_refusesCertificates(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage.pfx")
	if err := os.WriteFile(garbage, []byte("this is no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	pems := pemFiles(t)
	data := func(file string) string {
		if strings.HasSuffix(file, ".pem") {
			return filepath.Join(pems, file)
		}
		return filepath.Join("testdata", file)
	}
	for _, test := range []struct {
		name    string
		options CredentialOptions
		want    string
	}{
		{"nothing", CredentialOptions{}, "no certificate is given"},
		{"both", CredentialOptions{ClientCertificate: "YQ==", ClientCertificatePath: garbage}, "both a certificate and a path to one are given"},
		{"not base64", CredentialOptions{ClientCertificate: "%%%"}, "the certificate is not base64"},
		{"garbage", CredentialOptions{ClientCertificatePath: garbage}, "the certificate is not readable as PKCS#12"},
		{"missing file", CredentialOptions{ClientCertificatePath: data("missing.pfx")}, "open testdata/missing.pfx: no such file or directory"},
		{"wrong password", CredentialOptions{ClientCertificatePath: data("rsa-modern.pfx"), ClientCertificatePassword: "falsch"}, "the certificate's password is wrong"},
		{"no password", CredentialOptions{ClientCertificatePath: data("rsa-modern.pfx")}, "the certificate's password is wrong"},
		{"ECDSA", CredentialOptions{ClientCertificatePath: data("ecdsa.pfx"), ClientCertificatePassword: "geheim"}, "the certificate's key is ECDSA; Microsoft Entra ID takes only RSA here"},
		{"ECDSA as PEM", CredentialOptions{ClientCertificatePath: data("ecdsa.pem")}, "the certificate's key is ECDSA; Microsoft Entra ID takes only RSA here"},
		{"encrypted PEM", CredentialOptions{ClientCertificatePath: data("rsa-encrypted.pem")}, "the PEM private key is encrypted; use PKCS#12, which can have a password, or decrypt it"},
		{"two keys", CredentialOptions{ClientCertificatePath: data("two-keys.pem")}, "the PEM file holds more than one private key"},
		{"no key", CredentialOptions{ClientCertificatePath: data("no-key.pem")}, "the PEM file holds no private key"},
		{"key of another certificate", CredentialOptions{ClientCertificatePath: data("mismatch.pem")}, "no certificate belongs to the private key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.Method = MethodClientCertificate
			test.options.TenantID, test.options.ClientID = testTenant, testClient
			_, err := NewCredential(test.options)
			if _, ok := errors.AsType[*CertificateError](err); !ok || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
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
			&AuthError{Code: "invalid_client", AADSTS: []int{7000215}, Description: "AADSTS7000215: Invalid client secret provided: (redacted).", TraceID: "0f0f"},
		},
		{"unknown tenant", []reply{answer(400, `{"error":"invalid_request","error_description":"AADSTS90002: no such tenant"}`)}, 1, 0,
			&AuthError{Code: "invalid_request", AADSTS: []int{90002}, Description: "AADSTS90002: no such tenant"}},
		{"a proxy's page", []reply{answer(403, `<html><title>Blocked</title>s3cr3t</html>`)}, 1, 0,
			&AuthError{Description: `the sign-in service answered 403 Forbidden: the answer is a page, not a Graph error: "Blocked"`}},
		{"failing for ever", []reply{answer(500, ""), answer(500, ""), answer(500, ""), answer(500, ""), answer(500, "")}, 5, 4,
			&AuthError{Description: `the sign-in service answered 500 Internal Server Error`}},
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
	if !ok || !strings.HasPrefix(why.Description, "the sign-in service answered 429 Too Many Requests: the service asked to wait 2h0m0s") {
		t.Errorf("error %v", err)
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
		{"missing file", CredentialOptions{Method: MethodOIDCTokenFile, OIDCTokenFilePath: "testdata/missing"}, 200, "", "reading the OpenID Connect token: open testdata/missing: no such file or directory"},
		{"refused", CredentialOptions{Method: MethodOIDCRequest, OIDCRequestToken: "request-token"}, 403, `{"message":"no request-token here"}`, "requesting the OpenID Connect token: HOST answered 403 Forbidden: no (redacted) here"},
		{"no token", CredentialOptions{Method: MethodOIDCRequest, OIDCRequestToken: "request-token"}, 200, `{"other":1}`, "requesting the OpenID Connect token: the answer of HOST holds no token"},
		{"sign-in page", CredentialOptions{Method: MethodAzureDevOps, OIDCRequestToken: "request-token"}, 302, `<html>`, "requesting the OpenID Connect token: HOST answered 302 Found: the answer is a page, not a Graph error"},
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

func TestNewCredential_refusesOptions(t *testing.T) {
	for _, test := range []struct {
		name    string
		options CredentialOptions
		want    string
	}{
		{"no method", CredentialOptions{}, "no way to sign in is chosen"},
		{"request URL without TLS", CredentialOptions{Method: MethodOIDCRequest, OIDCRequestURL: "http://ci.example.com/"}, "the OpenID Connect request URL is not an https URL"},
		{"no request URL", CredentialOptions{Method: MethodAzureDevOps}, "the OpenID Connect request URL is not an https URL"},
		{"no token", CredentialOptions{Method: MethodOIDCToken}, "no OpenID Connect token is given"},
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

func TestLookupEnvironment_knowsNamesAndAliases(t *testing.T) {
	for _, test := range []struct{ name, want, authority, endpoint string }{
		{"global", "global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"public", "global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"Public", "global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"usgovernment", "usgovernmentl4", "https://login.microsoftonline.us", "https://graph.microsoft.us"},
		{"usgovernmentl4", "usgovernmentl4", "https://login.microsoftonline.us", "https://graph.microsoft.us"},
		{"usgovernmentl5", "usgovernmentl5", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
		{"dod", "usgovernmentl5", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
		{"china", "china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"},
		{"german", "", "", ""},
		{"", "", "", ""},
	} {
		got, ok := LookupEnvironment(test.name)
		if ok != (test.want != "") || got.Name != test.want || got.AuthorityHost != test.authority || got.GraphEndpoint != test.endpoint {
			t.Errorf("%q is %+v, %v", test.name, got, ok)
		}
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
		"testdata/missing.pem": "reading certificate authorities: open testdata/missing.pem: no such file or directory",
		"auth_test.go":         "reading certificate authorities: auth_test.go holds no PEM certificate",
	} {
		if _, err := NewHTTPClient(file); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
