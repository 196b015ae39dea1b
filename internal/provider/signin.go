// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

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

// oidcAttributes are the attributes that serve OpenID Connect alone; the last one serves AKS workload identity as well.
var oidcAttributes = []string{"oidc_token", "oidc_request_url", "oidc_request_token", "ado_pipeline_service_connection_id", "oidc_token_file_path"}

// validate reports what is contradictory or incomplete within the block itself. What is not known yet may turn out to be
// null and is given the benefit of the doubt.
func (m model) validate() diag.Diagnostics {
	var diags diag.Diagnostics
	attributes := m.attributes()
	given := func(attribute string) bool {
		return !attributes[attribute].IsNull() && !attributes[attribute].IsUnknown()
	}
	var chosen, names []string
	for _, method := range methodAttributes {
		for _, attribute := range method.attributes {
			if flag, isFlag := attributes[attribute].(types.Bool); given(attribute) && (!isFlag || flag.ValueBool()) {
				chosen = append(chosen, attribute)
				names = append(names, method.name)
				break
			}
		}
	}
	if len(chosen) > 1 {
		diags.AddAttributeError(path.Root(chosen[1]), "Two sign-in methods",
			fmt.Sprintf("The provider block configures %s. Keep one of them and remove the attributes of the others.", strings.Join(names, " and ")))
	}
	for _, pair := range [][2]string{
		{"client_certificate", "client_certificate_path"}, {"client_secret", "client_secret_file_path"},
		{"client_id", "client_id_file_path"}, {"oidc_token", "oidc_token_file_path"},
	} {
		if given(pair[0]) && given(pair[1]) {
			diags.AddAttributeError(path.Root(pair[1]), "Two sources for one value",
				fmt.Sprintf("`%s` and `%s` set the same value. Keep one of them.", pair[0], pair[1]))
		}
	}
	for _, attribute := range oidcAttributes {
		servesAKS := attribute == "oidc_token_file_path" && m.UseAKSWorkloadIdentity.ValueBool()
		if given(attribute) && !servesAKS && m.UseOIDC.Equal(types.BoolValue(false)) {
			diags.AddAttributeError(path.Root(attribute), "Unused OpenID Connect setting",
				fmt.Sprintf("`%s` has no effect because `use_oidc` is false. Set `use_oidc = true` or remove it.", attribute))
		}
	}
	return diags
}

// checkUse reports settings of the block that nothing makes use of. An operator who switched OpenID Connect off by
// `ARM_USE_OIDC`, for a run at a desk, is taken at the word.
func (s settings) checkUse() diag.Diagnostics {
	var diags diag.Diagnostics
	for _, attribute := range oidcAttributes {
		servesAKS := attribute == "oidc_token_file_path" && s.enabled("use_aks_workload_identity")
		if s.inBlock[attribute] && !servesAKS && !s.has("use_oidc") {
			diags.AddAttributeError(path.Root(attribute), "Unused OpenID Connect setting",
				fmt.Sprintf("`%s` has no effect without `use_oidc`. Set `use_oidc = true` or `ARM_USE_OIDC`, or remove it.", attribute))
		}
	}
	return diags
}

// offer is a way to sign in for which there is a setting.
type offer struct {
	method graph.Method
	by     string // the attribute
}

// offers are the ways to sign in that are configured, complete or not, in the azuread provider's order. The Azure CLI is
// not among them: it is what remains when there are none.
func (s settings) offers() []offer {
	var offers []offer
	for _, attribute := range []string{"client_certificate", "client_certificate_path"} {
		if s.has(attribute) {
			offers = append(offers, offer{graph.MethodClientCertificate, attribute})
		}
	}
	if s.has("client_secret") {
		offers = append(offers, offer{graph.MethodClientSecret, "client_secret"})
	}
	if s.enabled("use_oidc") {
		offers = append(offers, offer{s.oidcMethod(), "use_oidc"})
	}
	if s.enabled("use_aks_workload_identity") {
		offers = append(offers, offer{graph.MethodWorkloadIdentity, "use_aks_workload_identity"})
	}
	if s.enabled("use_msi") {
		offers = append(offers, offer{graph.MethodManagedIdentity, "use_msi"})
	}
	return offers
}

// method decides how to sign in: as the block chooses, else by the first complete offer of the environment, else by the
// Azure CLI. An offer that is incomplete is not passed over in favor of the CLI, which nobody may have thought of; what
// it lacks is reported.
func (s settings) method() (method graph.Method, why string) {
	offers := s.offers()
	for _, offer := range offers {
		if s.inBlock[offer.by] {
			return offer.method, s.source[offer.by]
		}
	}
	for _, offer := range offers {
		if len(s.gaps(offer.method)) == 0 {
			return offer.method, s.source[offer.by]
		}
	}
	switch {
	case len(offers) > 0:
		return offers[0].method, s.source[offers[0].by]
	case s.enabled("use_cli"):
		return graph.MethodCLI, "because nothing else is configured"
	}
	return graph.MethodNone, "because nothing is configured"
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

// gap is something that a way to sign in needs and does not have.
type gap struct{ attribute, variable, why string }

// gaps lists what a way to sign in still lacks.
func (s settings) gaps(method graph.Method) []gap {
	needs := []gap{
		{"tenant_id", "ARM_TENANT_ID", "It is the id or a verified domain of the tenant."},
		{"client_id", "ARM_CLIENT_ID", "It is the application (client) id of the identity to sign in as."},
	}
	switch method {
	case graph.MethodCLI, graph.MethodManagedIdentity:
		needs = nil
	case graph.MethodOIDCRequest:
		needs = append(needs,
			gap{"oidc_request_url", "ARM_OIDC_REQUEST_URL", "GitHub Actions provides it to jobs with `permissions: id-token: write`; otherwise, set `oidc_token` or `oidc_token_file_path`."},
			gap{"oidc_request_token", "ARM_OIDC_REQUEST_TOKEN", "It comes together with `oidc_request_url`."})
	case graph.MethodAzureDevOps:
		needs = append(needs,
			gap{"oidc_request_url", "ARM_OIDC_REQUEST_URL", "Azure DevOps provides it to pipelines as `SYSTEM_OIDCREQUESTURI`."},
			gap{"oidc_request_token", "ARM_OIDC_REQUEST_TOKEN", "Azure DevOps provides it to steps that map it: `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`."})
	}
	return slices.DeleteFunc(needs, func(g gap) bool { return s.has(g.attribute) })
}

// requireIdentity reports, on the attribute, what the chosen method still lacks.
func (s settings) requireIdentity() diag.Diagnostics {
	var diags diag.Diagnostics
	method, _ := s.method()
	if method == graph.MethodNone {
		diags.AddError("No sign-in method",
			"No sign-in method is configured, and `use_cli` is off. Set a client secret, a certificate, `use_oidc`, `use_aks_workload_identity`, or `use_msi` "+
				"in the provider block or with the `ARM_*` environment variables, or allow the Azure CLI.")
	}
	for _, missing := range s.gaps(method) {
		if method == graph.MethodNone {
			break
		}
		diags.AddAttributeError(path.Root(missing.attribute), "Missing "+strings.ReplaceAll(missing.attribute, "_", " "),
			fmt.Sprintf("Signing in with %s needs `%s`. %s Set it in the provider block or as `%s`.", method, missing.attribute, missing.why, missing.variable))
	}
	return diags
}

func (s settings) graphEndpoint() string {
	if s.has("graph_endpoint") {
		// The address is often copied with the version.
		return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(s.get("graph_endpoint"), "/"), "/v1.0"), "/")
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
			"Cannot use the certificate authorities", s.from("ca_certificate_file")+unusable(err))}
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
		Log:                            logAs("Sign-in request"),
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
		return diag.NewAttributeErrorDiagnostic(path.Root(attribute), "Cannot use the client certificate", s.from(attribute)+unusable(err))
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
