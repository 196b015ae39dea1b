// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/google/go-cmp/cmp"
)

// options let Azure's own sign-in library talk to the simulator.
func (c *tester) options() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: c.AuthorityURL()}, Transport: c.Server.Client(),
		Retry: policy.RetryOptions{MaxRetries: -1},
	}
}

// signsIn asks the credential for a token and uses it.
func (c *tester) signsIn(credential azcore.TokenCredential, err error) error {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	token, err := credential.GetToken(c.t.Context(), policy.TokenRequestOptions{Scopes: []string{c.GraphURL() + "/.default"}})
	if err != nil {
		return err
	}
	c.token = token.Token
	c.must(http.StatusOK, "GET", "/users", nil)
	return nil
}

func TestSignIn_acceptsClientSecretOfTheAzureLibrary(t *testing.T) {
	c := start(t)
	err := c.signsIn(azidentity.NewClientSecretCredential(c.TenantID(), c.ClientID(), c.ClientSecret(), &azidentity.ClientSecretCredentialOptions{
		ClientOptions: c.options(), DisableInstanceDiscovery: true,
	}))
	if err != nil {
		t.Error(err)
	}
}

func TestSignIn_servesInstanceDiscovery(t *testing.T) {
	c := start(t)
	a := c.must(http.StatusOK, "GET", c.AuthorityURL()+"/common/discovery/instance?api-version=1.1&authorization_endpoint=x", nil)
	document := c.must(http.StatusOK, "GET", a.text("tenant_discovery_endpoint"), nil)
	if got, want := document.text("token_endpoint"), c.AuthorityURL()+"/"+c.TenantID()+"/oauth2/v2.0/token"; got != want {
		t.Errorf("got token endpoint %s, want %s", got, want)
	}
}

func TestSignIn_acceptsRegisteredCertificate(t *testing.T) {
	c := start(t)
	key, certificate := newClientCertificate(t)
	credential := func() error {
		return c.signsIn(azidentity.NewClientCertificateCredential(c.TenantID(), c.ClientID(), []*x509.Certificate{certificate}, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: c.options(), DisableInstanceDiscovery: true}))
	}
	if err := credential(); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("unregistered certificate: got %v, want AADSTS700027", err)
	}
	c.RegisterCertificate(certificate)
	if err := credential(); err != nil {
		t.Error(err)
	}
}

func newClientCertificate(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
	}, &x509.Certificate{}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return key, certificate
}

func TestSignIn_acceptsFederatedToken(t *testing.T) {
	c := start(t)
	with := func(token string) error {
		return c.signsIn(azidentity.NewClientAssertionCredential(c.TenantID(), c.ClientID(),
			func(context.Context) (string, error) { return token, nil },
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: c.options(), DisableInstanceDiscovery: true}))
	}
	token := c.FederatedToken()
	if err := with(token); err != nil {
		t.Error(err)
	}
	if err := with(token + "x"); err == nil || !strings.Contains(err.Error(), "AADSTS70021") {
		t.Errorf("foreign token: got %v, want AADSTS70021", err)
	}
	c.Clock().Advance(time.Hour)
	if err := with(token); err == nil || !strings.Contains(err.Error(), "AADSTS700024") {
		t.Errorf("old token: got %v, want AADSTS700024", err)
	}
}

func TestSignIn_servesIdentityTokensOfBuildJobs(t *testing.T) {
	c := start(t)
	github := c.GitHubRequestURL() + "&audience=" + url.QueryEscape(federationAudience)
	c.must(http.StatusUnauthorized, "GET", github, nil, "Authorization", "Bearer wrong")
	value := c.must(http.StatusOK, "GET", github, nil, "Authorization", "Bearer "+GitHubRequestToken).text("value")
	if _, err := c.authority.verify(value); err != nil {
		t.Errorf("the token of the GitHub job: %v", err)
	}
	other := c.must(http.StatusOK, "GET", c.GitHubRequestURL()+"&audience=other", nil, "Authorization", "Bearer "+GitHubRequestToken).text("value")
	if number, _ := c.authority.assertionRefusal(Client{}, other, c.Clock().Now()); number != 700213 {
		t.Errorf("a token for another audience is refused with %d, want 700213", number)
	}
	devops := c.AzureDevOpsRequestURL() + "?api-version=7.1&serviceConnectionId=0b9d7f3e-0000-4000-8000-000000000001"
	c.must(http.StatusUnauthorized, "POST", devops, nil, "Authorization", "Bearer wrong")
	c.must(http.StatusBadRequest, "POST", c.AzureDevOpsRequestURL(), nil, "Authorization", "Bearer "+AzureDevOpsToken)
	token := c.must(http.StatusOK, "POST", devops, nil, "Authorization", "Bearer "+AzureDevOpsToken).text("oidcToken")
	if _, err := c.authority.verify(token); err != nil {
		t.Errorf("the token of the Azure DevOps job: %v", err)
	}
}

func TestSignIn_servesManagedIdentities(t *testing.T) {
	c := start(t)
	address := c.ManagedIdentityURL() + "?api-version=2018-02-01&resource=" + url.QueryEscape(c.GraphURL())
	c.must(http.StatusBadRequest, "GET", address, nil)
	c.must(http.StatusBadRequest, "GET", c.ManagedIdentityURL(), nil, "Metadata", "true")
	c.must(http.StatusBadRequest, "GET", address+"&client_id=unknown", nil, "Metadata", "true")
	c.token = c.must(http.StatusOK, "GET", address, nil, "Metadata", "true").text("access_token")
	c.must(http.StatusOK, "GET", "/users", nil)
}

func TestSignIn_refusesWithTheErrorsOfEntra(t *testing.T) {
	c := start(t)
	good := map[string]string{
		"grant_type": "client_credentials", "client_id": c.ClientID(), "client_secret": c.ClientSecret(), "scope": c.GraphURL() + "/.default",
	}
	tests := []struct {
		name       string
		tenant     string
		change     map[string]string
		wantStatus int
		wantError  string
		wantCode   float64
	}{
		{"wrong secret", c.TenantID(), map[string]string{"client_secret": "wrong"}, http.StatusUnauthorized, "invalid_client", 7000215},
		{"no credential", c.TenantID(), map[string]string{"client_secret": ""}, http.StatusBadRequest, "invalid_request", 900144},
		{"unknown client", c.TenantID(), map[string]string{"client_id": "0b9d7f3e-0000-4000-8000-000000000001"}, http.StatusBadRequest, "unauthorized_client", 700016},
		{"unknown tenant", "other.example", nil, http.StatusBadRequest, "invalid_request", 90002},
		{"scope of no resource", c.TenantID(), map[string]string{"scope": "User.Read"}, http.StatusBadRequest, "invalid_scope", 70011},
		{"other grant", c.TenantID(), map[string]string{"grant_type": "password"}, http.StatusBadRequest, "unsupported_grant_type", 70003},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			form := url.Values{}
			for name, value := range good {
				form.Set(name, value)
			}
			for name, value := range test.change {
				form.Set(name, value)
			}
			a := c.must(test.wantStatus, "POST", c.AuthorityURL()+"/"+test.tenant+"/oauth2/v2.0/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			if got := a.text("error"); got != test.wantError || a.at("error_codes", 0) != test.wantCode {
				t.Errorf("got %s, want %s %v", a.raw, test.wantError, test.wantCode)
			}
			if want := fmt.Sprintf("AADSTS%.0f:", test.wantCode); !strings.HasPrefix(a.text("error_description"), want) {
				t.Errorf("got description %q, want it to begin with %s", a.text("error_description"), want)
			}
		})
	}
}

func TestSignIn_tokensCarryWhatClientsRead(t *testing.T) {
	c := start(t)
	_, got, err := readToken(c.AccessToken())
	if err != nil {
		t.Fatal(err)
	}
	if got.ObjectID == "" {
		t.Error("the token has no object id")
	}
	want := claims{
		Audience: c.GraphURL(), Issuer: got.Issuer, Subject: got.ObjectID, AppID: c.ClientID(), ObjectID: got.ObjectID, TenantID: c.TenantID(),
		Roles: DefaultPermissions(), IDType: "app", Version: "1.0", TokenID: got.TokenID,
		IssuedAt: c.Clock().Now().Unix(), NotUntil: c.Clock().Now().Unix(), NotAfter: c.Clock().Now().Add(time.Hour).Unix(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGraph_refusesTokensThatDoNotFit(t *testing.T) {
	c := start(t)
	foreign := start(t)
	client, _ := c.authority.client(c.ClientID())
	tests := []struct{ name, header string }{
		{"none", ""},
		{"no token at all", "Bearer nonsense"},
		{"of another authority", "Bearer " + foreign.AccessToken()},
		{"for another resource", "Bearer " + c.authority.accessToken(client, "https://other.example", c.Clock().Now())},
		{"expired", "Bearer " + c.authority.accessToken(client, c.GraphURL(), c.Clock().Now().Add(-time.Hour))},
		{"of an unknown client", "Bearer " + c.authority.accessToken(Client{ID: "x"}, c.GraphURL(), c.Clock().Now())},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := c.must(http.StatusUnauthorized, "GET", "/users", nil, "Authorization", test.header)
			if got := a.text("error", "code"); got != "InvalidAuthenticationToken" {
				t.Errorf("got code %s", got)
			}
		})
	}
}

func TestGraph_refusesTokenOnceTheClockPassesItsEnd(t *testing.T) {
	c := start(t, func(o *Options) { o.TokenLifetime = 30 * time.Minute })
	c.Clock().Advance(30*time.Minute - time.Second)
	c.must(http.StatusOK, "GET", "/users", nil)
	c.Clock().Advance(time.Second)
	c.must(http.StatusUnauthorized, "GET", "/users", nil)
}

func TestMetadata_describeTheCloudToOtherClients(t *testing.T) {
	for _, plain := range []bool{false, true} {
		t.Run(fmt.Sprintf("plain %v", plain), func(t *testing.T) {
			c := start(t, func(o *Options) { o.PlainHTTP = plain })
			a := c.must(http.StatusOK, "GET", "https://"+c.MetadataHost()+"/metadata/endpoints?api-version=2022-09-01", nil)
			if a.header.Get("Content-Type") != "application/json" || a.text("name") == "" || a.text("resourceManager") == "" {
				t.Errorf("metadata lack something: %s", a.raw)
			}
			if got := strings.TrimSuffix(a.text("microsoftGraphResourceId"), "/"); got != c.GraphURL() {
				t.Errorf("got Graph at %s, want %s", got, c.GraphURL())
			}
			login := a.text("authentication", "loginEndpoint")
			form := url.Values{"client_id": {c.ClientID()}, "client_secret": {c.ClientSecret()}, "grant_type": {"client_credentials"}, "scope": {c.GraphURL() + "/.default"}}
			token := c.must(http.StatusOK, "POST", login+"/"+c.TenantID()+"/oauth2/v2.0/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			if seconds, _ := token.at("expires_in").(float64); seconds < 1800 {
				t.Errorf("the token lasts %v seconds, which clients take for expiring soon", seconds)
			}
			c.token = token.text("access_token")
			c.must(http.StatusOK, "GET", "/servicePrincipals", nil)
		})
	}
}

func TestEnvironment_pointsTheProviderAtTheServer(t *testing.T) {
	c := start(t)
	want := map[string]string{
		"ARM_TENANT_ID": c.TenantID(), "ARM_CLIENT_ID": c.ClientID(), "ARM_CLIENT_SECRET": c.ClientSecret(), "ARM_USE_CLI": "false",
		"GOTOMEETING_GRAPH_ENDPOINT": c.GraphURL(), "GOTOMEETING_AUTHORITY_HOST": c.AuthorityURL(), "GOTOMEETING_CA_CERTIFICATE_FILE": "ca.pem",
		"GOTO_CLIENT_ID": DefaultGoToClientID, "GOTO_CLIENT_SECRET": DefaultGoToClientSecret, "GOTO_PERSONAL_ACCESS_TOKEN": DefaultPersonalAccessToken,
		"GOTO_ENDPOINT": c.GoToURL(), "GOTO_TOKEN_ENDPOINT": c.GoToTokenURL(),
	}
	if diff := cmp.Diff(want, c.Environment("ca.pem")); diff != "" {
		t.Error(diff)
	}
}

func TestServer_offersHTTP2(t *testing.T) {
	c := start(t)
	response, err := c.Server.Client().Get(c.GraphURL() + "/v1.0/users")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.ProtoMajor != 2 {
		t.Errorf("got %s", response.Proto)
	}
}

func TestErrors_haveTheShapeOfGraph(t *testing.T) {
	c := start(t)
	a := c.must(http.StatusNotFound, "GET", "/users/nobody@corp.example", nil, "client-request-id", "88888888-0000-4000-8000-000000000002")
	var body struct {
		Error struct {
			Code, Message string
			InnerError    map[string]string
		}
	}
	if err := json.Unmarshal(a.raw, &body); err != nil {
		t.Fatal(err)
	}
	inner := body.Error.InnerError
	if body.Error.Code != "Request_ResourceNotFound" || inner["date"] != "2030-01-02T03:04:05" ||
		inner["client-request-id"] != "88888888-0000-4000-8000-000000000002" || inner["request-id"] != a.header.Get("request-id") {
		t.Errorf("got %s with request-id %s", a.raw, a.header.Get("request-id"))
	}
}
