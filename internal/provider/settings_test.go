// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

const (
	tenantID    = "c0000000-0000-4000-8000-00000000000c"
	clientID    = "a0000000-0000-4000-8000-0000000000aa"
	otherClient = "a0000000-0000-4000-8000-0000000000bb"
)

// block makes a provider block of texts and truth values by attribute.
func block(t *testing.T, values map[string]any) model {
	t.Helper()
	var m model
	fields := reflect.ValueOf(&m).Elem()
	set := 0
	nested, kinds := map[string]attr.Value{}, map[string]attr.Type{}
	for _, name := range goToAttributes {
		nested[name], kinds[name] = types.StringNull(), types.StringType
		if value, ok := values["goto."+name].(string); ok {
			nested[name] = types.StringValue(value)
			set++
		}
	}
	if set > 0 {
		m.GoTo = types.ObjectValueMust(kinds, nested)
	}
	nested, kinds = map[string]attr.Value{}, map[string]attr.Type{}
	was := set
	for name, null := range impactAttributes() {
		nested[name], kinds[name] = null, null.Type(t.Context())
		value, ok := values["impact."+name]
		if !ok {
			continue
		}
		set++
		text := fmt.Sprint(value)
		switch kinds[name] {
		case types.BoolType:
			nested[name] = types.BoolValue(text == "true")
		case types.Int64Type:
			n, err := strconv.ParseInt(textfile.Trimmed(text), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			nested[name] = types.Int64Value(n)
		default:
			nested[name] = types.StringValue(text)
		}
	}
	if set > was {
		m.Impact = types.ObjectValueMust(kinds, nested)
	}
	for i := range fields.NumField() {
		value, ok := values[fields.Type().Field(i).Tag.Get("tfsdk")]
		if !ok {
			continue
		}
		set++
		var made attr.Value
		switch value := value.(type) {
		case attr.Value:
			made = value
		case bool:
			made = types.BoolValue(value)
		case string:
			made = types.StringValue(value)
		}
		fields.Field(i).Set(reflect.ValueOf(made))
	}
	if set != len(values) {
		t.Fatalf("no such attribute among %v", slices.Sorted(maps.Keys(values)))
	}
	return m
}

func lookup(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// samples has two good values of each attribute, for the block and for the environment.
func samples(t *testing.T) map[string][2]string {
	t.Helper()
	return map[string][2]string{
		"tenant_id":                          {tenantID, "example.onmicrosoft.com"},
		"client_id":                          {clientID, otherClient},
		"client_id_file_path":                {write(t, clientID), write(t, otherClient)},
		"client_secret":                      {"first", "second"},
		"client_secret_file_path":            {write(t, "first"), write(t, "second")},
		"client_certificate":                 {"first", "second"},
		"client_certificate_path":            {"first.pfx", "second.pfx"},
		"client_certificate_password":        {" first ", " second "},
		"use_oidc":                           {"true", "false"},
		"oidc_token":                         {"first", "second"},
		"oidc_token_file_path":               {"first.jwt", "second.jwt"},
		"oidc_request_url":                   {"https://token.example.com/1?a=b", "https://token.example.com/2?a=b"},
		"oidc_request_token":                 {"first", "second"},
		"ado_pipeline_service_connection_id": {"first", "second"},
		"use_aks_workload_identity":          {"true", "false"},
		"use_msi":                            {"true", "false"},
		"msi_endpoint":                       {"http://169.254.169.254/token", "http://127.0.0.1:40342/token"},
		"use_cli":                            {"true", "false"},
		"environment":                        {"china", "dod"},
		"metadata_host":                      {"management.azure.com", "management.chinacloudapi.cn"},
		"graph_endpoint":                     {"https://graph.example.com", "http://localhost:8080"},
		"authority_host":                     {"https://login.example.com", "https://login.example.org"},
		"ca_certificate_file":                {"first.pem", "second.pem"},
		"goto.client_id":                     {"first", "second"},
		"goto.client_secret":                 {"first", "second"},
		"goto.personal_access_token":         {"first", "second"},
		"goto.account_key":                   {"8000000000000000001", "8000000000000000002"},
		"goto.endpoint":                      {"https://api.example.com", "http://localhost:8080"},
		"goto.token_endpoint":                {"https://login.example.com/token", "http://127.0.0.1:8080/token"},
		"impact.enabled":                     {"true", "false"},
		"impact.timeout":                     {"90s", "2m"},
		"impact.max_requests":                {"100", "2000"},
		"impact.max_disabled":                {"0", "5"},
		"impact.max_created":                 {"1", "50"},
		"impact.max_updated":                 {"2", "500"},
		"impact.max_left_active":             {"3", "4"},
		"impact.on_unknown":                  {"refuse", "warn"},
		"impact.read_links":                  {"true", "false"},
		"impact.report_file":                 {"first.md", "second.md"},
		"impact.report_detail":               {"ids", "people"},
	}
}

func TestResolve_takesEveryAttributeFromBlockOrEnvironment(t *testing.T) {
	t.Parallel()
	all := samples(t)
	if len(all) != len(variables) {
		t.Fatalf("%d samples for %d attributes", len(all), len(variables))
	}
	for _, v := range variables {
		inBlock, inEnvironment := all[v.attribute][0], all[v.attribute][1]
		var given any = inBlock
		if inBlock == "true" {
			given = true
		}
		check := func(name string, blockValues map[string]any, environment map[string]string, want, source string) {
			t.Run(v.attribute+"/"+name, func(t *testing.T) {
				s, found := block(t, blockValues).resolve(lookup(environment))
				if got := s.get(v.attribute); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				if got := s.source[v.attribute]; got != source {
					t.Errorf("source %q, want %q", got, source)
				}
				for _, d := range found {
					if strings.HasPrefix(d.Summary(), "Invalid") || strings.HasPrefix(d.Summary(), "Cannot") {
						t.Errorf("%s: %s", d.Summary(), d.Detail())
					}
				}
			})
		}
		check("neither", nil, nil, "", "")
		check("block", map[string]any{v.attribute: given}, nil, inBlock, "the provider block")
		for i, name := range v.names {
			check(name, nil, map[string]string{name: inEnvironment}, inEnvironment, "`"+name+"`")
			check("block and "+name, map[string]any{v.attribute: given}, map[string]string{name: inEnvironment}, inBlock, "the provider block")
			for _, later := range v.names[i+1:] {
				check(name+" before "+later, nil, map[string]string{name: inEnvironment, later: inBlock}, inEnvironment, "`"+name+"`")
				check("empty "+name+" before "+later, nil, map[string]string{name: "", later: inBlock}, inBlock, "`"+later+"`")
			}
		}
	}
}

func TestSchema_namesTheVariablesOfEveryAttribute(t *testing.T) {
	t.Parallel()
	var described fwprovider.SchemaResponse
	New("test")().Schema(t.Context(), fwprovider.SchemaRequest{}, &described)
	attributes := map[string]schema.Attribute{}
	for name, attribute := range described.Schema.Attributes {
		attributes[name] = attribute
		if object, ok := attribute.(schema.SingleNestedAttribute); ok {
			delete(attributes, name)
			for nested, attribute := range object.Attributes {
				attributes[name+"."+nested] = attribute
			}
		}
	}
	if len(attributes) != len(variables) {
		t.Errorf("%d attributes, %d of them can come from the environment", len(attributes), len(variables))
	}
	for _, v := range variables {
		attribute, ok := attributes[v.attribute]
		if !ok {
			t.Errorf("no attribute %s", v.attribute)
			continue
		}
		for _, name := range v.names {
			if !strings.Contains(attribute.GetMarkdownDescription(), "`"+name+"`") {
				t.Errorf("the description of %s does not name %s", v.attribute, name)
			}
		}
	}
}

func TestResolve_oneFormOfEachThing(t *testing.T) {
	t.Parallel()
	idFile, secretFile := write(t, otherClient+"\n"), write(t, "\tfrom a file\r\n")
	for _, test := range []struct {
		name        string
		block       map[string]any
		environment map[string]string
		want        map[string]string // "" for what must be absent
	}{
		{"client id from a file", map[string]any{"client_id_file_path": idFile}, nil, map[string]string{"client_id": otherClient}},
		{"client id from a file of the environment", nil, map[string]string{"ARM_CLIENT_ID_FILE_PATH": idFile}, map[string]string{"client_id": otherClient}},
		{"client id before its file in the environment", nil, map[string]string{"ARM_CLIENT_ID": clientID, "ARM_CLIENT_ID_FILE_PATH": idFile}, map[string]string{"client_id": clientID}},
		{"file in the block before client id in the environment", map[string]any{"client_id_file_path": idFile}, map[string]string{"ARM_CLIENT_ID": clientID}, map[string]string{"client_id": otherClient}},
		{"client id in the block before a file in the environment", map[string]any{"client_id": clientID}, map[string]string{"ARM_CLIENT_ID_FILE_PATH": idFile}, map[string]string{"client_id": clientID}},
		{"secret from a file", map[string]any{"client_secret_file_path": secretFile}, nil, map[string]string{"client_secret": "from a file"}},
		{"secret before its file in the environment", nil, map[string]string{"ARM_CLIENT_SECRET": "given", "ARM_CLIENT_SECRET_FILE_PATH": secretFile}, map[string]string{"client_secret": "given"}},
		{"file in the block before secret in the environment", map[string]any{"client_secret_file_path": secretFile}, map[string]string{"ARM_CLIENT_SECRET": "given"}, map[string]string{"client_secret": "from a file"}},
		{"certificate before its path in the environment", nil, map[string]string{"ARM_CLIENT_CERTIFICATE": "x", "ARM_CLIENT_CERTIFICATE_PATH": "y"},
			map[string]string{"client_certificate": "x", "client_certificate_path": ""}},
		{"path in the block before certificate in the environment", map[string]any{"client_certificate_path": "y"}, map[string]string{"ARM_CLIENT_CERTIFICATE": "x"},
			map[string]string{"client_certificate": "", "client_certificate_path": "y"}},
		{"token file in the block before a token in the environment", map[string]any{"use_oidc": true, "oidc_token_file_path": "f"}, map[string]string{"ARM_OIDC_TOKEN": "t"},
			map[string]string{"oidc_token": "", "oidc_token_file_path": "f"}},
		{"service connection in the block before a token in the environment, with the request from there", map[string]any{"use_oidc": true, "ado_pipeline_service_connection_id": "c"},
			map[string]string{"ARM_OIDC_TOKEN": "t", "SYSTEM_OIDCREQUESTURI": "https://token.example.com", "SYSTEM_ACCESSTOKEN": "r"},
			map[string]string{"oidc_token": "", "ado_pipeline_service_connection_id": "c", "oidc_request_url": "https://token.example.com", "oidc_request_token": "r"}},
		{"token in the block before a request in the environment", map[string]any{"use_oidc": true, "oidc_token": "t"},
			map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example.com", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "r"},
			map[string]string{"oidc_token": "t", "oidc_request_url": "", "oidc_request_token": ""}},
		{"white space goes, save in a password", map[string]any{"tenant_id": tenantID + "\n", "client_certificate_password": " p "}, map[string]string{"ARM_CLIENT_SECRET": "given\n"},
			map[string]string{"tenant_id": tenantID, "client_secret": "given", "client_certificate_password": " p "}},
		{"AKS", map[string]any{"use_aks_workload_identity": true}, map[string]string{"AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID, "AZURE_FEDERATED_TOKEN_FILE": "f"},
			map[string]string{"client_id": clientID, "tenant_id": tenantID, "oidc_token_file_path": "f"}},
		{"AKS beside values of our own", map[string]any{"use_aks_workload_identity": true, "client_id": otherClient},
			map[string]string{"ARM_TENANT_ID": "example.com", "AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID, "AZURE_FEDERATED_TOKEN_FILE": "f"},
			map[string]string{"client_id": otherClient, "tenant_id": "example.com", "oidc_token_file_path": "f"}},
		{"AKS variables without AKS", map[string]any{"use_cli": true}, map[string]string{"AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID, "AZURE_FEDERATED_TOKEN_FILE": "f"},
			map[string]string{"client_id": "", "tenant_id": "", "oidc_token_file_path": ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := block(t, test.block).resolve(lookup(test.environment))
			for attribute, want := range test.want {
				if got := s.get(attribute); got != want {
					t.Errorf("%s is %q, want %q", attribute, got, want)
				}
			}
		})
	}
}

func TestMethod_isTheBlocksElseTheFirstCompleteOne(t *testing.T) {
	t.Parallel()
	with := func(more ...string) map[string]string {
		environment := map[string]string{"ARM_TENANT_ID": tenantID, "ARM_CLIENT_ID": clientID}
		for i := 0; i < len(more); i += 2 {
			environment[more[i]] = more[i+1]
		}
		return environment
	}
	everything := []string{
		"ARM_CLIENT_CERTIFICATE", "c", "ARM_CLIENT_SECRET", "s", "ARM_USE_OIDC", "true", "ARM_OIDC_TOKEN", "t", "ARM_OIDC_TOKEN_FILE_PATH", "f",
		"ARM_OIDC_REQUEST_URL", "https://token.example.com", "ARM_OIDC_REQUEST_TOKEN", "r", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "a",
		"ARM_USE_AKS_WORKLOAD_IDENTITY", "true", "AZURE_FEDERATED_TOKEN_FILE", "f", "ARM_USE_MSI", "true",
	}
	secretFile := write(t, "s")
	// without drops variables from everything.
	without := func(names ...string) map[string]string {
		environment := with(everything...)
		for _, name := range names {
			delete(environment, name)
		}
		return environment
	}
	for _, test := range []struct {
		name        string
		block       map[string]any
		environment map[string]string
		want        graph.Method
		why         string
	}{
		{"nothing", nil, nil, graph.MethodCLI, "because nothing else is configured"},
		{"nothing, and no CLI", nil, map[string]string{"ARM_USE_CLI": "false"}, graph.MethodNone, "because nothing is configured"},
		{"everything", nil, without(), graph.MethodClientCertificate, "`ARM_CLIENT_CERTIFICATE`"},
		{"no certificate", nil, without("ARM_CLIENT_CERTIFICATE"), graph.MethodClientSecret, "`ARM_CLIENT_SECRET`"},
		{"then the token", nil, without("ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_SECRET"), graph.MethodOIDCToken, "`ARM_USE_OIDC`"},
		{"then its file", nil, without("ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_SECRET", "ARM_OIDC_TOKEN"), graph.MethodOIDCTokenFile, "`ARM_USE_OIDC`"},
		{"then Azure DevOps, where a service connection says so", nil, with("ARM_USE_OIDC", "true", "ARM_OIDC_REQUEST_URL", "https://token.example.com", "ARM_OIDC_REQUEST_TOKEN", "r",
			"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "a", "ARM_USE_MSI", "true"), graph.MethodAzureDevOps, "`ARM_USE_OIDC`"},
		{"else GitHub", nil, with("ARM_USE_OIDC", "true", "ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example.com", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "r", "ARM_USE_MSI", "true"),
			graph.MethodOIDCRequest, "`ARM_USE_OIDC`"},
		{"then AKS", nil, without("ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_SECRET", "ARM_USE_OIDC"), graph.MethodWorkloadIdentity, "`ARM_USE_AKS_WORKLOAD_IDENTITY`"},
		{"then a managed identity", nil, with("ARM_USE_MSI", "true"), graph.MethodManagedIdentity, "`ARM_USE_MSI`"},
		{"OIDC settings alone do not switch it on", nil, with("ARM_OIDC_TOKEN", "t"), graph.MethodCLI, "because nothing else is configured"},
		{"an incomplete offer is passed over for a complete one", nil, map[string]string{"ARM_CLIENT_SECRET": "s", "ARM_USE_MSI": "true"}, graph.MethodManagedIdentity, "`ARM_USE_MSI`"},
		{"an incomplete offer is not passed over for the CLI", nil, map[string]string{"ARM_CLIENT_SECRET": "s"}, graph.MethodClientSecret, "`ARM_CLIENT_SECRET`"},

		{"block before environment: secret", map[string]any{"client_secret": "s"}, without(), graph.MethodClientSecret, "the provider block"},
		{"block before environment: secret in a file", map[string]any{"client_secret_file_path": secretFile}, without(), graph.MethodClientSecret, "the provider block"},
		{"block before environment: OIDC", map[string]any{"use_oidc": true}, without(), graph.MethodOIDCToken, "the provider block"},
		{"block before environment: AKS", map[string]any{"use_aks_workload_identity": true}, without(), graph.MethodWorkloadIdentity, "the provider block"},
		{"block before environment: managed identity", map[string]any{"use_msi": true}, without(), graph.MethodManagedIdentity, "the provider block"},
		{"block before environment although it is incomplete", map[string]any{"use_oidc": true}, with("ARM_CLIENT_SECRET", "s"), graph.MethodOIDCRequest, "the provider block"},
		{"block switches a method of the environment off", map[string]any{"use_oidc": false}, without("ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_SECRET"), graph.MethodWorkloadIdentity, "`ARM_USE_AKS_WORKLOAD_IDENTITY`"},
		{"the CLI is last even if the block allows it", map[string]any{"use_cli": true}, with("ARM_CLIENT_SECRET", "s"), graph.MethodClientSecret, "`ARM_CLIENT_SECRET`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := block(t, test.block).resolve(lookup(test.environment))
			method, why := s.method()
			if method != test.want || why != test.why {
				t.Errorf("got %s because of %s, want %s because of %s", method, why, test.want, test.why)
			}
		})
	}
}

func TestSettings_endpoints(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		block map[string]any
		// graph, scope, authority and portal
		want []string
	}{
		{"default", nil, []string{"https://graph.microsoft.com", "https://graph.microsoft.com/.default", "https://login.microsoftonline.com", "https://entra.microsoft.com"}},
		{"alias", map[string]any{"environment": "public"}, []string{"https://graph.microsoft.com", "https://graph.microsoft.com/.default", "https://login.microsoftonline.com", "https://entra.microsoft.com"}},
		{"any case", map[string]any{"environment": "USGovernment"}, []string{"https://graph.microsoft.us", "https://graph.microsoft.us/.default", "https://login.microsoftonline.us", "https://entra.microsoft.us"}},
		{"DoD", map[string]any{"environment": "dod"}, []string{"https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default", "https://login.microsoftonline.us", "https://entra.microsoft.us"}},
		{"China", map[string]any{"environment": "china"}, []string{"https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default", "https://login.chinacloudapi.cn", "https://entra.microsoftonline.cn"}},
		{"private endpoint keeps the cloud's audience", map[string]any{"graph_endpoint": "https://graph.example.com/"},
			[]string{"https://graph.example.com", "https://graph.microsoft.com/.default", "https://login.microsoftonline.com", "https://entra.microsoft.com"}},
		{"another cloud", map[string]any{"graph_endpoint": "https://graph.example.com", "authority_host": "https://login.example.com/"},
			[]string{"https://graph.example.com", "https://graph.example.com/.default", "https://login.example.com", "https://entra.microsoft.com"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := block(t, test.block).resolve(lookup(nil))
			got := []string{s.graphEndpoint(), s.scope(), s.credentialOptions(graph.MethodCLI, nil, nil).AuthorityHost, s.environment.PortalURL}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("endpoints (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolve_choosesTheCloudByItsMetadataHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{"management.azure.com": "global", "HTTPS://Management.ChinaCloudAPI.cn/": "china", "management.usgovcloudapi.net": "usgovernmentl4", "": "global"} {
		s, found := block(t, map[string]any{"client_secret": "s"}).resolve(lookup(map[string]string{"ARM_METADATA_HOSTNAME": host, "ARM_TENANT_ID": tenantID, "ARM_CLIENT_ID": clientID}))
		if found.HasError() || s.environment.Name != want {
			t.Errorf("%s: cloud %s\n%v", host, s.environment.Name, found)
		}
	}
}

func TestProvider_userAgentTakesWhatTheEnvironmentAdds(t *testing.T) {
	t.Parallel()
	for added, want := range map[string]string{
		"":                         "terraform-provider-gotomeeting/1.2.3 terraform/1.14.0",
		" pid-1234 ci/7 ":          "terraform-provider-gotomeeting/1.2.3 terraform/1.14.0 pid-1234 ci/7",
		"ci/7\r\nAuthorization: x": "terraform-provider-gotomeeting/1.2.3 terraform/1.14.0 ci/7Authorization: x",
	} {
		p := &Provider{version: "1.2.3", getenv: lookup(map[string]string{"TF_APPEND_USER_AGENT": added})}
		if got := p.userAgent("1.14.0"); got != want {
			t.Errorf("%q gives %q", added, got)
		}
	}
}
