// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// methodAttributes are the attributes by which a block chooses a way to sign in.
var methodAttributes = []struct {
	name       string
	attributes []string
}{
	{"a client certificate", []string{"client_certificate", "client_certificate_path"}},
	{"a client secret", []string{"client_secret", "client_secret_file_path"}},
	{"OpenID Connect", []string{"use_oidc"}},
	{"AKS workload identity", []string{"use_aks_workload_identity"}},
	{"a managed identity", []string{"use_msi"}},
}

// validate reports what is contradictory or incomplete within the block itself.
func (m model) validate() diag.Diagnostics {
	var diags diag.Diagnostics
	attributes := m.attributes()
	var chosen, names []string
	for _, method := range methodAttributes {
		for _, attribute := range method.attributes {
			if chooses(attributes[attribute]) {
				chosen = append(chosen, attribute)
				names = append(names, method.name)
				break
			}
		}
	}
	if len(chosen) > 1 {
		diags.AddAttributeError(path.Root(chosen[1]), "Two ways to sign in",
			fmt.Sprintf("The provider block configures %s. Keep one of them and remove the attributes of the other.", strings.Join(names, " and ")))
	}
	for _, pair := range [][2]string{
		{"client_certificate", "client_certificate_path"}, {"client_secret", "client_secret_file_path"},
		{"client_id", "client_id_file_path"}, {"oidc_token", "oidc_token_file_path"},
	} {
		if !attributes[pair[0]].IsNull() && !attributes[pair[1]].IsNull() {
			diags.AddAttributeError(path.Root(pair[1]), "Two sources for one value",
				fmt.Sprintf("`%s` and `%s` say the same in two ways. Keep one of them.", pair[0], pair[1]))
		}
	}
	for _, attribute := range []string{"oidc_token", "oidc_token_file_path", "oidc_request_url", "oidc_request_token", "ado_pipeline_service_connection_id"} {
		if !attributes[attribute].IsNull() && m.UseOIDC.Equal(types.BoolValue(false)) {
			diags.AddAttributeError(path.Root(attribute), "Unused OpenID Connect setting",
				fmt.Sprintf("`%s` has no effect because `use_oidc` is false. Set `use_oidc = true` or remove it.", attribute))
		}
	}
	return diags
}

func chooses(value attr.Value) bool {
	if flag, ok := value.(types.Bool); ok {
		return flag.ValueBool()
	}
	return !value.IsNull()
}

// method decides how to sign in. What the block chooses is taken; else the azuread provider's order decides among what
// the environment offers, with the Azure CLI last.
func (s settings) method() (method graph.Method, why string) {
	for _, inBlock := range []bool{true, false} {
		for _, candidate := range []struct {
			method     graph.Method
			by         []string
			applicable bool
		}{
			{graph.MethodClientCertificate, []string{"client_certificate", "client_certificate_path"}, s.has("client_certificate") || s.has("client_certificate_path")},
			{graph.MethodClientSecret, []string{"client_secret", "client_secret_file_path"}, s.has("client_secret")},
			{s.oidcMethod(), []string{"use_oidc"}, s.enabled("use_oidc")},
			{graph.MethodWorkloadIdentity, []string{"use_aks_workload_identity"}, s.enabled("use_aks_workload_identity")},
			{graph.MethodManagedIdentity, []string{"use_msi"}, s.enabled("use_msi")},
			{graph.MethodCLI, []string{"use_cli"}, s.enabled("use_cli")},
		} {
			if !candidate.applicable {
				continue
			}
			for _, attribute := range candidate.by {
				if s.inBlock[attribute] == inBlock && (s.values[attribute] != "" || candidate.method == graph.MethodCLI) {
					source := s.source[attribute]
					if source == "" {
						source = "nothing else being configured"
					}
					return candidate.method, source
				}
			}
		}
	}
	return graph.MethodNone, "nothing is configured"
}

func (s settings) oidcMethod() graph.Method {
	switch {
	case s.has("oidc_token"):
		return graph.MethodOIDCToken
	case s.has("oidc_token_file_path"):
		return graph.MethodOIDCTokenFile
	case s.has("ado_pipeline_service_connection_id"):
		return graph.MethodAzureDevOps
	default:
		return graph.MethodOIDCRequest
	}
}

// requireIdentity reports, on the attribute, what the chosen method still lacks.
func (s settings) requireIdentity() diag.Diagnostics {
	var diags diag.Diagnostics
	method, _ := s.method()
	if method == graph.MethodNone {
		diags.AddError("No way to sign in",
			"No sign-in method is configured and `use_cli` is off. Give a client secret, a certificate, `use_oidc`, `use_aks_workload_identity` or `use_msi`, "+
				"in the provider block or by the `ARM_*` environment variables, or allow the Azure CLI.")
		return diags
	}
	missing := func(attribute, variable, why string) {
		diags.AddAttributeError(path.Root(attribute), "Missing "+strings.ReplaceAll(attribute, "_", " "),
			fmt.Sprintf("Signing in with %s needs `%s`. %s Set it in the provider block or as `%s`.", method, attribute, why, variable))
	}
	if method != graph.MethodCLI && method != graph.MethodManagedIdentity {
		if !s.has("tenant_id") {
			missing("tenant_id", "ARM_TENANT_ID", "It is the id or a verified domain of the tenant.")
		}
		if !s.has("client_id") {
			missing("client_id", "ARM_CLIENT_ID", "It is the application (client) id of the identity to sign in as.")
		}
	}
	if method == graph.MethodOIDCRequest || method == graph.MethodAzureDevOps {
		if !s.has("oidc_request_url") {
			missing("oidc_request_url", "ARM_OIDC_REQUEST_URL", "GitHub Actions provides it to jobs with `permissions: id-token: write`; otherwise give `oidc_token` or `oidc_token_file_path`.")
		}
		if !s.has("oidc_request_token") {
			missing("oidc_request_token", "ARM_OIDC_REQUEST_TOKEN", "It comes together with `oidc_request_url`.")
		}
	}
	return diags
}

func (s settings) graphEndpoint() string {
	if s.has("graph_endpoint") {
		return strings.TrimRight(s.get("graph_endpoint"), "/")
	}
	return s.environment.GraphEndpoint
}

// scope is the audience to ask tokens for. An endpoint of one's own in front of a known cloud does not change the cloud's
// audience; with a sign-in host of its own as well it is another cloud, or a simulator, whose audience is its endpoint.
func (s settings) scope() string {
	if s.has("authority_host") && s.has("graph_endpoint") {
		return s.graphEndpoint() + "/.default"
	}
	return s.environment.GraphEndpoint + "/.default"
}

func (s settings) httpClient() (*http.Client, diag.Diagnostics) {
	client, err := graph.NewHTTPClient(s.get("ca_certificate_file"))
	if err != nil {
		return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("ca_certificate_file"),
			"Cannot use the certificate authorities", s.from("ca_certificate_file")+sentence(err.Error()))}
	}
	return client, nil
}

func (s settings) credentialOptions(method graph.Method, client *http.Client, clock graph.Clock) graph.CredentialOptions {
	authority := s.environment.AuthorityHost
	if s.has("authority_host") {
		authority = strings.TrimRight(s.get("authority_host"), "/")
	}
	return graph.CredentialOptions{
		Method:                         method,
		TenantID:                       s.get("tenant_id"),
		ClientID:                       s.get("client_id"),
		ClientSecret:                   s.get("client_secret"),
		ClientCertificate:              s.get("client_certificate"),
		ClientCertificatePath:          s.get("client_certificate_path"),
		ClientCertificatePassword:      s.get("client_certificate_password"),
		OIDCToken:                      s.get("oidc_token"),
		OIDCTokenFilePath:              s.get("oidc_token_file_path"),
		OIDCRequestURL:                 s.get("oidc_request_url"),
		OIDCRequestToken:               s.get("oidc_request_token"),
		ADOPipelineServiceConnectionID: s.get("ado_pipeline_service_connection_id"),
		MSIEndpoint:                    s.get("msi_endpoint"),
		AuthorityHost:                  authority,
		HTTPClient:                     client,
		Clock:                          clock,
		Log:                            logExchange,
	}
}

// credentialDiagnostic puts a problem of preparing the credential on the attribute it is about.
func (s settings) credentialDiagnostic(method graph.Method, err error) diag.Diagnostic {
	var certificate *graph.CertificateError
	if errors.As(err, &certificate) {
		attribute := "client_certificate"
		if s.has("client_certificate_path") {
			attribute = "client_certificate_path"
		}
		return diag.NewAttributeErrorDiagnostic(path.Root(attribute), "Cannot use the client certificate", s.from(attribute)+sentence(err.Error()))
	}
	return diag.NewErrorDiagnostic("Cannot prepare to sign in", fmt.Sprintf("Preparing to sign in with %s failed: %s", method, sentence(err.Error())))
}

// sentence makes a full sentence of a library's error text.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
