// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// Signing in and the way to the services: what is wrong with the settings is found without a request, at the setting.
func TestBadInput_ofSignIns(t *testing.T) {
	env := acctest.New(t)
	t.Setenv("PATH", t.TempDir()) // without the Azure CLI
	captive := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>Please sign in to the hotel's network</html>"))
	}))
	t.Cleanup(captive.Close)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := "https://" + closed.Addr().String()
	_ = closed.Close()
	identity := func(more ...string) map[string]any {
		all := map[string]any{"ARM_TENANT_ID": env.Sim.TenantID(), "ARM_CLIENT_ID": env.Sim.ClientID(), "ARM_CLIENT_SECRET": env.Sim.ClientSecret()}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	refused := func(number int) map[string]any { return map[string]any{"refuse": number} }
	for _, test := range []badInput{
		{"nothing set", map[string]any{}, "", []string{"Cannot sign in to Microsoft Entra ID", "no other sign-in method is configured", "Set `tenant_id`"}},
		{"nothing set, no CLI allowed", map[string]any{"ARM_USE_CLI": "false"}, "", []string{"No sign-in method is configured", "Set a client secret"}},
		{"no tenant", identity("ARM_TENANT_ID", ""), "tenant_id", []string{"needs `tenant_id`", "`ARM_TENANT_ID`"}},
		{"no client id", identity("ARM_CLIENT_ID", ""), "client_id", []string{"needs `client_id`", "`ARM_CLIENT_ID`"}},
		{"no secret, CLI allowed", identity("ARM_CLIENT_SECRET", ""), "", []string{"Cannot sign in to Microsoft Entra ID", "no other sign-in method is configured", "`client_secret`"}},
		{"tenant as a word", identity("ARM_TENANT_ID", "contoso"), "tenant_id", []string{`"contoso" is not a tenant`, "verified domains"}},
		{"tenant in braces", identity("ARM_TENANT_ID", "{"+env.Sim.TenantID()+"}"), "tenant_id", []string{"is not a tenant", "Use the tenant id"}},
		{"client id as a name", identity("ARM_CLIENT_ID", "provisioning"), "client_id", []string{`"provisioning" is not a GUID`, "Use the application (client) id"}},
		{"secret's id", identity("ARM_CLIENT_SECRET", "b0000000-0000-4000-8000-000000000001"), "", []string{"Cannot sign in to Microsoft Entra ID", "client secret is wrong", "not its id"}},
		{"secret wrong", refused(7000215), "", []string{"Cannot sign in to Microsoft Entra ID", "client secret is wrong", "Use the value of the secret"}},
		{"secret expired", refused(7000222), "", []string{"Cannot sign in to Microsoft Entra ID", "client secret has expired", "Create a new one"}},
		{"application not in the tenant", refused(700016), "", []string{"Cannot sign in to Microsoft Entra ID", "no application with this `client_id`", "Check `client_id` and `tenant_id`"}},
		{"tenant not in the cloud", refused(90002), "", []string{"Cannot sign in to Microsoft Entra ID", "tenant does not exist", "Check `tenant_id` and `environment`"}},
		{"Conditional Access", refused(53003), "", []string{"Cannot sign in to Microsoft Entra ID", "Conditional Access policy blocks", "Exclude the workload identity"}},
		{"secret's file missing", identity("ARM_CLIENT_SECRET", "", "ARM_CLIENT_SECRET_FILE_PATH", "/nowhere/secret"), "client_secret_file_path", []string{"no such file", "Correct the path"}},
		{"client id's file missing", identity("ARM_CLIENT_ID", "", "ARM_CLIENT_ID_FILE_PATH", "/nowhere/id"), "client_id_file_path", []string{"no such file", "Correct the path"}},
		{"secret's file empty", identity("ARM_CLIENT_SECRET", "", "ARM_CLIENT_SECRET_FILE_PATH", writeFile(t, "empty", "\n")), "client_secret_file_path", []string{"is empty", "use another file"}},
		{"switch as a word", identity("ARM_USE_OIDC", "maybe"), "use_oidc", []string{"neither true nor false", "Use one of them"}},
		{"CA file missing", identity("GOTOMEETING_CA_CERTIFICATE_FILE", "/nowhere/ca.pem"), "ca_certificate_file", []string{"no such file", "Correct the path"}},
		{"CA file not PEM", identity("GOTOMEETING_CA_CERTIFICATE_FILE", writeFile(t, "ca", "hello")), "ca_certificate_file", []string{"does not contain a PEM certificate", "use a file with the certificate of the authority"}},
		{"CA not given", identity("GOTOMEETING_CA_CERTIFICATE_FILE", ""), "", []string{"Cannot sign in to Microsoft Entra ID", "an authority that this machine does not know", "`ca_certificate_file`"}},
		{"endpoint beta", identity("GOTOMEETING_GRAPH_ENDPOINT", env.Sim.GraphURL()+"/beta"), "graph_endpoint", []string{"ends with a version", "Omit the version"}},
		{"endpoint without a scheme", identity("GOTOMEETING_GRAPH_ENDPOINT", "graph.microsoft.com"), "graph_endpoint", []string{"not an absolute URL", "Use a URL such as"}},
		{"endpoint in plain http", identity("GOTOMEETING_GRAPH_ENDPOINT", "http://graph.example.com"), "graph_endpoint", []string{"not encrypted", "Use https"}},
		{"authority without a scheme", identity("GOTOMEETING_AUTHORITY_HOST", "login.example.com"), "authority_host", []string{"not an absolute URL", "Use a URL such as"}},
		{"endpoint's port closed", identity("GOTOMEETING_GRAPH_ENDPOINT", nowhere), "", []string{"connection refused", "check host and port"}},
		{"endpoint's name unknown", identity("GOTOMEETING_GRAPH_ENDPOINT", "https://graph.invalid"), "", []string{"graph.invalid could not be resolved", "check its spelling"}},
		{"authority's port closed", identity("GOTOMEETING_AUTHORITY_HOST", nowhere), "", []string{"Cannot sign in to Microsoft Entra ID", "connection refused", "check host and port"}},
		{"captive portal", identity("GOTOMEETING_GRAPH_ENDPOINT", captive.URL), "", []string{"response is not from Microsoft Graph", "Check the endpoint"}},
		{"environment misspelled", identity("ARM_ENVIRONMENT", "usgov"), "environment", []string{`"usgov" is not a Microsoft cloud`, "Use `global`"}},
		{"certificate missing", identity("ARM_CLIENT_SECRET", "", "ARM_CLIENT_CERTIFICATE_PATH", "/nowhere/client.pem"), "client_certificate_path", []string{"no such file", "Correct the path"}},
		{"certificate not one", identity("ARM_CLIENT_SECRET", "", "ARM_CLIENT_CERTIFICATE_PATH", writeFile(t, "client.pem", "hello")), "client_certificate_path", []string{"not readable as PKCS#12 or PEM", "export it with its private key"}},
		{"certificate in base64", identity("ARM_CLIENT_SECRET", "", "ARM_CLIENT_CERTIFICATE_PATH", writeFile(t, "client.b64", "TUlJS0V3SUJBekNDQ2RZR0NTcUdTSWIz\nRFFFSEFhQ0NDY2NF\n")), "client_certificate_path", []string{"contains base64", "decode it, or set its content as `client_certificate`"}},
		{"certificate not base64", identity("ARM_CLIENT_SECRET", "", "ARM_CLIENT_CERTIFICATE", "***"), "client_certificate", []string{"not base64", "encode the whole PFX file"}},
		{"token file missing", identity("ARM_CLIENT_SECRET", "", "ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN_FILE_PATH", "/nowhere/token"), "oidc_token_file_path", []string{"no such file", "Correct the path"}},
		{"token file empty", identity("ARM_CLIENT_SECRET", "", "ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN_FILE_PATH", writeFile(t, "none", " \n")), "oidc_token_file_path", []string{"is empty", "CI system must write the token"}},
		{"token request missing", identity("ARM_CLIENT_SECRET", "", "ARM_USE_OIDC", "true"), "oidc_request_url", []string{"needs `oidc_request_url`", "`permissions: id-token: write`"}},
		{"AKS outside AKS", identity("ARM_CLIENT_SECRET", "", "ARM_USE_AKS_WORKLOAD_IDENTITY", "true"), "use_aks_workload_identity", []string{"`AZURE_FEDERATED_TOKEN_FILE` is not set", "webhook sets it"}},
		{"AKS token missing", identity("ARM_CLIENT_SECRET", "", "ARM_USE_AKS_WORKLOAD_IDENTITY", "true", "AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token"), "oidc_token_file_path", []string{"no such file", "Correct the path"}},
		{"GoTo account key no number", identity("GOTO_ACCOUNT_KEY", "abc"), "goto.account_key", []string{`"abc" is not an account key`, "Use the decimal number"}},
	} {
		environment := values{
			"GOTOMEETING_GRAPH_ENDPOINT": env.Sim.GraphURL(), "GOTOMEETING_AUTHORITY_HOST": env.Sim.AuthorityURL(), "GOTOMEETING_CA_CERTIFICATE_FILE": env.CAFile(),
		}
		env.Sim.Faults().Clear()
		if number, ok := test.with["refuse"].(int); ok {
			test.with = identity()
			env.Sim.Faults().Add(simulator.Fault{Path: "/*/oauth2/v2.0/token", Count: -1, Effect: simulator.RefusesSignIn(number)})
		}
		for name, value := range test.with {
			environment[name] = fmt.Sprint(value)
		}
		p, found := acctest.Configure(t, provider.New("test", provider.WithClock(env.Sim.Clock()), provider.WithGetenv(environment.get)), nil)
		if !found.HasError() {
			_, found = p.ReadData("gotomeeting_application", map[string]any{"display_name": "GoToMeeting"})
		}
		answered(t, test, found)
	}
}
