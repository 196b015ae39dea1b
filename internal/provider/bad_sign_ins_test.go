// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Signing in and the way to the services: what is wrong with the settings is found without a request, at the setting.
func TestBadInput_ofSignIns(t *testing.T) {
	env := acctest.New(t)
	none := t.TempDir() // without the Azure CLI
	signedOut := t.TempDir()
	if err := os.WriteFile(filepath.Join(signedOut, "az"), []byte("#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n"), 0o700); err != nil { //nolint:gosec // which is run
		t.Fatal(err)
	}
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
	toGoTo := func(setting, value string) map[string]any {
		all := identity("GOTO_CLIENT_ID", simulator.DefaultGoToClientID, "GOTO_CLIENT_SECRET", simulator.DefaultGoToClientSecret, "GOTO_PERSONAL_ACCESS_TOKEN", simulator.DefaultPersonalAccessToken,
			"GOTO_ENDPOINT", env.Sim.GoToURL(), "GOTO_TOKEN_ENDPOINT", env.Sim.GoToTokenURL())
		all[setting] = value
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
		{"two ways in the block", map[string]any{"block": map[string]any{"tenant_id": env.Sim.TenantID(), "client_id": env.Sim.ClientID(), "client_secret": "x", "use_oidc": true}}, "use_oidc", []string{"Two ways to sign in", "Keep one"}},
		{"Azure CLI signed out", map[string]any{"az": signedOut}, "", []string{"Cannot sign in to Microsoft Entra ID", "az login"}},
		{"GoTo's sign-in out of reach", toGoTo("GOTO_TOKEN_ENDPOINT", nowhere), "", []string{"Cannot sign in to GoTo", "could not be reached", "Check the network", "connection refused"}},
		{"GoTo out of reach", toGoTo("GOTO_ENDPOINT", nowhere), "", []string{"Cannot read the accounts at GoTo", "could not be reached", "Check the network", "connection refused"}},
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
		block, _ := test.with["block"].(map[string]any)
		t.Setenv("PATH", fmt.Sprint(cmp.Or[any](test.with["az"], none)))
		for name, value := range test.with {
			environment[name] = fmt.Sprint(value)
		}
		p, found := acctest.Configure(t, provider.New("test", provider.WithClock(env.Sim.Clock()), provider.WithGetenv(environment.get)), block)
		if !found.HasError() && test.with["GOTO_ENDPOINT"] != nil {
			_, found = p.ReadData("gotomeeting_accounts", map[string]any{})
		} else if !found.HasError() {
			_, found = p.ReadData("gotomeeting_application", map[string]any{"display_name": "GoToMeeting"})
		}
		answered(t, test, found)
	}
}

// What a proxy refuses is told by its own process only: the one of a test goes past proxies.
func TestBadInput_ofAProxy(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(proxy.Close)
	cli := env.CLI("data \"gotomeeting_application\" \"this\" {\n  display_name = \"GoToMeeting\"\n}\n")
	cli.Setenv("GOTOMEETING_GRAPH_ENDPOINT", "https://graph.example.com")
	cli.Setenv("HTTPS_PROXY", proxy.URL)
	_, shown, err := cli.Try("plan", "-no-color")
	said := strings.Join(strings.Fields(shown), " ")
	for _, want := range []string{"with data.gotomeeting_application.this", "refuses the way to graph.example.com:443: 407", "`HTTPS_PROXY`"} {
		if err == nil || !strings.Contains(said, want) {
			t.Errorf("want %s: %v\n%s", want, err, shown)
		}
	}
}

// Whatever somebody begins with, the first answer says what to configure.
func TestFirstContact_saysWhatToConfigure(t *testing.T) {
	s := newStack(t)
	t.Setenv("PATH", t.TempDir())
	id := s.sp.ID + "/" + s.job.ID
	for _, impact := range []string{"true", "false"} {
		contact := func() *acctest.Protocol {
			p, found := acctest.Configure(t, provider.New("test", provider.WithClock(s.Sim.Clock()), provider.WithGetenv(values{"GOTOMEETING_IMPACT_ENABLED": impact}.get)), nil)
			if found.HasError() {
				t.Fatal(found)
			}
			return p
		}
		says := func(what string, found acctest.Diagnostics) {
			t.Helper()
			if len(found) != 1 || !found[0].Error || found[0].Summary != "Cannot sign in to Microsoft Entra ID" || !strings.Contains(found[0].Detail, "Either set `tenant_id`") {
				t.Errorf("%s, impact %s: %s", what, impact, found)
			}
		}
		for typeName, config := range map[string]map[string]any{
			"gotomeeting_application":                     {"display_name": "x"},
			"gotomeeting_provisioning_connection":         {"service_principal_id": s.sp.ID},
			"gotomeeting_attribute_mappings":              {"connection_id": id, "mappings": entry("locale", map[string]any{"constant": "x"})["mappings"]},
			"gotomeeting_provisioning_state":              {"connection_id": id, "enabled": true, "mapping_ids": []any{id + "/User"}},
			"gotomeeting_user_role_assignment":            {"service_principal_id": s.sp.ID, "principal_id": store.UserBen, "role": "User"},
			"gotomeeting_user_role_assignments_exclusive": {"service_principal_id": s.sp.ID, "assignments": map[string]any{store.UserBen: "User"}},
		} {
			_, found := contact().Plan(typeName, nil, config)
			says(typeName, found)
		}
		for typeName, config := range map[string]map[string]any{
			"gotomeeting_application":           {"display_name": "x"},
			"gotomeeting_attribute_mappings":    {"connection_id": id},
			"gotomeeting_sync_status":           {"connection_id": id},
			"gotomeeting_provisioning_logs":     {"connection_id": id},
			"gotomeeting_provisioning_preview":  {"connection_id": id},
			"gotomeeting_user_role_assignments": {"service_principal_id": s.sp.ID},
		} {
			_, found := contact().ReadData(typeName, config)
			says("data "+typeName, found)
		}
	}
}
