// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// reads configures the provider by an environment and reads one data source. It returns the paths of the requests, with
// the tenant's id as {tenant}.
func reads(t *testing.T, env *acctest.Env, environment values) (requests []string, found acctest.Diagnostics) {
	t.Helper()
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	all := values{
		"GOTOMEETING_GRAPH_ENDPOINT": env.Sim.GraphURL(), "GOTOMEETING_AUTHORITY_HOST": env.Sim.AuthorityURL(), "GOTOMEETING_CA_CERTIFICATE_FILE": env.CAFile(),
	}
	maps.Copy(all, environment)
	p, found := acctest.Configure(t, provider.New("test", provider.WithClock(env.Sim.Clock()), provider.WithGetenv(all.get)), nil)
	if found.HasError() {
		return nil, found
	}
	if sent := env.Sim.Log().Sent(); len(sent) > 0 {
		t.Errorf("configuring the provider contacted %v", acctest.Lines(sent))
	}
	_, found = p.ReadData("gotomeeting_application", map[string]any{"service_principal_id": sp.ID})
	for _, line := range acctest.Lines(env.Sim.Log().Sent()) {
		requests = append(requests, strings.NewReplacer(env.Sim.TenantID(), "{tenant}", sp.ID, "{id}").Replace(line))
	}
	return requests, found
}

func TestSignIn_byEachMethod(t *testing.T) {
	t.Parallel()
	const (
		token = "POST /{tenant}/oauth2/v2.0/token"
		read  = "GET /v1.0/servicePrincipals/{id}"
		jobs  = "GET /v1.0/servicePrincipals/{id}/synchronization/jobs"
	)
	key, certificate := rsaPair(t)
	for _, test := range []struct {
		name string
		// environment is what is set besides the endpoints; identity adds tenant and client.
		identity    bool
		environment func(*testing.T, *acctest.Env) values
		want        []string
	}{
		{"client secret", true, func(_ *testing.T, env *acctest.Env) values {
			return values{"ARM_CLIENT_SECRET": env.Sim.ClientSecret()}
		}, []string{token, read}},
		{"client secret in a file", true, func(t *testing.T, env *acctest.Env) values {
			return values{"ARM_CLIENT_SECRET_FILE_PATH": writeFile(t, "secret", env.Sim.ClientSecret()+"\n")}
		}, []string{token, read}},
		{"client certificate as PEM file", true, func(t *testing.T, env *acctest.Env) values {
			env.Sim.RegisterCertificate(certificate)
			return values{"ARM_CLIENT_CERTIFICATE_PATH": pemFile(t, key, certificate)}
		}, []string{token, read}},
		{"client certificate as base64 PKCS#12 with a password", true, func(t *testing.T, env *acctest.Env) values {
			env.Sim.RegisterCertificate(certificate)
			bundle, err := pkcs12.Modern.Encode(key, certificate, nil, " with blanks ")
			if err != nil {
				t.Fatal(err)
			}
			return values{"ARM_CLIENT_CERTIFICATE": base64.StdEncoding.EncodeToString(bundle), "ARM_CLIENT_CERTIFICATE_PASSWORD": " with blanks "}
		}, []string{token, read}},
		{"OpenID Connect token", true, func(_ *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": env.Sim.FederatedToken()}
		}, []string{token, read}},
		{"OpenID Connect token file", true, func(t *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_OIDC": "1", "ARM_OIDC_TOKEN_FILE_PATH": writeFile(t, "token", env.Sim.FederatedToken())}
		}, []string{token, read}},
		{"GitHub Actions", true, func(_ *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_OIDC": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": env.Sim.GitHubRequestURL(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": simulator.GitHubRequestToken}
		}, []string{"GET /oidc/github", token, read}},
		{"Azure DevOps", true, func(_ *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_OIDC": "true", "SYSTEM_OIDCREQUESTURI": env.Sim.AzureDevOpsRequestURL(), "SYSTEM_ACCESSTOKEN": simulator.AzureDevOpsToken,
				"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection"}
		}, []string{"POST /oidc/azuredevops", token, read}},
		{"AKS workload identity", false, func(t *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_AKS_WORKLOAD_IDENTITY": "true", "AZURE_CLIENT_ID": env.Sim.ClientID(), "AZURE_TENANT_ID": env.Sim.TenantID(),
				"AZURE_FEDERATED_TOKEN_FILE": writeFile(t, "token", env.Sim.FederatedToken())}
		}, []string{token, read}},
		{"managed identity of the system", false, func(_ *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": env.Sim.ManagedIdentityURL()}
		}, []string{"GET /metadata/identity/oauth2/token", read}},
		{"managed identity by client id", true, func(_ *testing.T, env *acctest.Env) values {
			return values{"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": env.Sim.ManagedIdentityURL()}
		}, []string{"GET /metadata/identity/oauth2/token", read}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			environment := test.environment(t, env)
			if test.identity {
				environment["ARM_TENANT_ID"], environment["ARM_CLIENT_ID"] = env.Sim.TenantID(), env.Sim.ClientID()
			}
			requests, found := reads(t, env, environment)
			if len(found) > 0 {
				t.Errorf("messages:\n%s", found)
			}
			if diff := cmp.Diff(append(test.want, jobs), requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// The CLI is found by PATH, which belongs to the whole process: no other test may run beside this one.
func TestSignIn_byTheAzureCLI(t *testing.T) {
	env := acctest.New(t)
	answer, err := json.Marshal(map[string]any{
		"accessToken": env.Sim.AccessToken(), "tokenType": "Bearer", "tenant": env.Sim.TenantID(),
		"expiresOn": time.Now().Add(time.Hour).Format("2006-01-02 15:04:05.000000"), "expires_on": time.Now().Add(time.Hour).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	script := "#!/bin/sh\necho \"$@\" > " + said + "\ncat <<'END'\n" + string(answer) + "\nEND\n"
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte(script), 0o700); err != nil { //nolint:gosec // it has to be executable
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	requests, found := reads(t, env, values{"ARM_TENANT_ID": env.Sim.TenantID()})
	if len(found) > 0 {
		t.Errorf("messages:\n%s", found)
	}
	if diff := cmp.Diff([]string{"GET /v1.0/servicePrincipals/{id}", "GET /v1.0/servicePrincipals/{id}/synchronization/jobs"}, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	arguments, err := os.ReadFile(said)
	if err != nil {
		t.Fatal(err)
	}
	if want := "account get-access-token -o json --resource " + env.Sim.GraphURL() + " --tenant " + env.Sim.TenantID() + "\n"; string(arguments) != want {
		t.Errorf("az was asked for %q, want %q", arguments, want)
	}
}

func TestSignIn_withoutTheAzureCLISaysSo(t *testing.T) {
	env := acctest.New(t)
	t.Setenv("PATH", t.TempDir())
	_, found := reads(t, env, nil)
	if len(found) != 1 || !found[0].Error || !strings.HasPrefix(found[0].Detail, "Signing in to Microsoft Entra ID failed: no other sign-in method is configured, so the provider tried the Azure CLI. Azure CLI: executable not found on path. Set ") {
		t.Errorf("messages:\n%s", found)
	}
}

// What the sign-in service refuses is explained, without the secret.
func TestSignIn_explainsRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		number int
		want   string
	}{
		{53003, "A Conditional Access policy blocks this sign-in."},
		{50076, "The tenant requires multifactor authentication"},
		{7000222, "The client secret has expired."},
		{7000215, "The client secret is wrong."},
		{700024, "The federated token is outside its validity period."},
		{70021, "No federated credential of the application matches the token's issuer, subject or audience."},
		{700016, "The tenant has no application with this `client_id`."},
		{90002, "The tenant does not exist in this cloud."},
	} {
		t.Run("AADSTS"+strconv.Itoa(test.number), func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.Sim.Faults().Add(simulator.Fault{Path: "/*/oauth2/v2.0/token", Count: -1, Effect: simulator.RefusesSignIn(test.number)})
			_, found := reads(t, env, values{"ARM_TENANT_ID": env.Sim.TenantID(), "ARM_CLIENT_ID": env.Sim.ClientID(), "ARM_CLIENT_SECRET": "do-not-tell"})
			if len(found) != 1 || !found[0].Error {
				t.Fatalf("messages:\n%s", found)
			}
			if got := found[0].Detail; !strings.HasPrefix(got, "Signing in to Microsoft Entra ID failed. "+test.want) || !strings.Contains(got, "\nCode: AADSTS"+strconv.Itoa(test.number)+"\n") {
				t.Errorf("detail:\n%s", got)
			}
			if strings.Contains(found.String(), "do-not-tell") {
				t.Error("the secret is in the message")
			}
		})
	}
}

// A long apply outlives its tokens: each sign-in asks the CI system for a new one.
func TestSignIn_renewsFederatedTokens(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	environment := values{
		"GOTOMEETING_GRAPH_ENDPOINT": env.Sim.GraphURL(), "GOTOMEETING_AUTHORITY_HOST": env.Sim.AuthorityURL(), "GOTOMEETING_CA_CERTIFICATE_FILE": env.CAFile(),
		"ARM_TENANT_ID": env.Sim.TenantID(), "ARM_CLIENT_ID": env.Sim.ClientID(), "ARM_USE_OIDC": "true",
		"ARM_OIDC_REQUEST_URL": env.Sim.GitHubRequestURL(), "ARM_OIDC_REQUEST_TOKEN": simulator.GitHubRequestToken,
	}
	p, found := acctest.Configure(t, provider.New("test", provider.WithClock(env.Sim.Clock()), provider.WithGetenv(environment.get)), nil)
	if len(found) > 0 {
		t.Fatal(found)
	}
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, found := p.ReadData("gotomeeting_application", map[string]any{"service_principal_id": sp.ID}); len(found) > 0 {
			t.Fatal(found)
		}
		env.Sim.Clock().Advance(2 * time.Hour)
	}
	if n := len(env.Sim.Log().Match("GET", "/oidc/github")); n != 3 {
		t.Errorf("%d identity tokens for three sign-ins", n)
	}
}

func TestConfigure_contactsNobody(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	p := env.Protocol()
	object := map[string]any{"connection_id": "b0000000-0000-4000-8000-000000000001/EXAMPLE.job", "enabled": true}
	if found := p.ValidateResource("gotomeeting_provisioning_state", object); len(found) > 0 {
		t.Error(found)
	}
	_, found := p.Plan("gotomeeting_provisioning_state", nil, map[string]any{"connection_id": acctest.Unknown, "enabled": true, "allow_default_mappings": true})
	if len(found) != 1 || !strings.Contains(found.String(), "what switching provisioning on does to people's accounts. The connection does not exist yet.") {
		t.Error(found)
	}
	if sent := env.Sim.Log().Sent(); len(sent) > 0 {
		t.Errorf("contacted %v", acctest.Lines(sent))
	}
}

func TestProvider_worksWithoutTLSOnLoopback(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *simulator.Options) { o.PlainHTTP = true })
	requests, found := reads(t, env, values{"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": env.Sim.ManagedIdentityURL(), "GOTOMEETING_AUTHORITY_HOST": "https://login.example.com"})
	if len(found) > 0 || len(requests) != 3 {
		t.Errorf("requests %v, messages:\n%s", requests, found)
	}
}
