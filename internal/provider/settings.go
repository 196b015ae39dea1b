// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// model is the provider block as written.
type model struct {
	TenantID                       types.String `tfsdk:"tenant_id"`
	ClientID                       types.String `tfsdk:"client_id"`
	ClientIDFilePath               types.String `tfsdk:"client_id_file_path"`
	ClientSecret                   types.String `tfsdk:"client_secret"`
	ClientSecretFilePath           types.String `tfsdk:"client_secret_file_path"`
	ClientCertificate              types.String `tfsdk:"client_certificate"`
	ClientCertificatePath          types.String `tfsdk:"client_certificate_path"`
	ClientCertificatePassword      types.String `tfsdk:"client_certificate_password"`
	UseOIDC                        types.Bool   `tfsdk:"use_oidc"`
	OIDCToken                      types.String `tfsdk:"oidc_token"`
	OIDCTokenFilePath              types.String `tfsdk:"oidc_token_file_path"`
	OIDCRequestURL                 types.String `tfsdk:"oidc_request_url"`
	OIDCRequestToken               types.String `tfsdk:"oidc_request_token"`
	ADOPipelineServiceConnectionID types.String `tfsdk:"ado_pipeline_service_connection_id"`
	UseAKSWorkloadIdentity         types.Bool   `tfsdk:"use_aks_workload_identity"`
	UseMSI                         types.Bool   `tfsdk:"use_msi"`
	MSIEndpoint                    types.String `tfsdk:"msi_endpoint"`
	UseCLI                         types.Bool   `tfsdk:"use_cli"`
	Environment                    types.String `tfsdk:"environment"`
	MetadataHost                   types.String `tfsdk:"metadata_host"`
	GraphEndpoint                  types.String `tfsdk:"graph_endpoint"`
	AuthorityHost                  types.String `tfsdk:"authority_host"`
	CACertificateFile              types.String `tfsdk:"ca_certificate_file"`
	GoTo                           types.Object `tfsdk:"goto"`
	Impact                         types.Object `tfsdk:"impact"`
}

// settings is the block with the environment filled in: what holds, wherever it came from.
type settings struct {
	values      map[string]string // by attribute name, as "goto.client_id" if nested; absent when given nowhere
	source      map[string]string // by attribute name: "the provider block" or the environment variable
	inBlock     map[string]bool
	environment graph.Environment
}

// variables names the environment variables of each attribute, the first that is set and not empty wins. The ARM_ names
// and their CI-system fallbacks are the azuread provider's.
var variables = []struct {
	attribute string
	names     []string
}{
	{"tenant_id", []string{"ARM_TENANT_ID"}},
	{"client_id", []string{"ARM_CLIENT_ID"}},
	{"client_id_file_path", []string{"ARM_CLIENT_ID_FILE_PATH"}},
	{"client_secret", []string{"ARM_CLIENT_SECRET"}},
	{"client_secret_file_path", []string{"ARM_CLIENT_SECRET_FILE_PATH"}},
	{"client_certificate", []string{"ARM_CLIENT_CERTIFICATE"}},
	{"client_certificate_path", []string{"ARM_CLIENT_CERTIFICATE_PATH"}},
	{"client_certificate_password", []string{"ARM_CLIENT_CERTIFICATE_PASSWORD"}},
	{"use_oidc", []string{"ARM_USE_OIDC"}},
	{"oidc_token", []string{"ARM_OIDC_TOKEN"}},
	{"oidc_token_file_path", []string{"ARM_OIDC_TOKEN_FILE_PATH"}},
	{"oidc_request_url", []string{"ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"}},
	{"oidc_request_token", []string{"ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"}},
	{"ado_pipeline_service_connection_id", []string{"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"}},
	{"use_aks_workload_identity", []string{"ARM_USE_AKS_WORKLOAD_IDENTITY"}},
	{"use_msi", []string{"ARM_USE_MSI"}},
	{"msi_endpoint", []string{"ARM_MSI_ENDPOINT"}},
	{"use_cli", []string{"ARM_USE_CLI"}},
	{"environment", []string{"ARM_ENVIRONMENT"}},
	{"metadata_host", []string{"ARM_METADATA_HOSTNAME", "ARM_METADATA_HOST"}},
	{"graph_endpoint", []string{"GOTOMEETING_GRAPH_ENDPOINT"}},
	{"authority_host", []string{"GOTOMEETING_AUTHORITY_HOST"}},
	{"ca_certificate_file", []string{"GOTOMEETING_CA_CERTIFICATE_FILE"}},
	{"goto.client_id", []string{"GOTO_CLIENT_ID"}},
	{"goto.client_secret", []string{"GOTO_CLIENT_SECRET"}},
	{"goto.personal_access_token", []string{"GOTO_PERSONAL_ACCESS_TOKEN"}},
	{"goto.account_key", []string{"GOTO_ACCOUNT_KEY"}},
	{"goto.endpoint", []string{"GOTO_ENDPOINT"}},
	{"goto.token_endpoint", []string{"GOTO_TOKEN_ENDPOINT"}},
	{"impact.enabled", []string{"GOTOMEETING_IMPACT_ENABLED"}},
	{"impact.timeout", []string{"GOTOMEETING_IMPACT_TIMEOUT"}},
	{"impact.max_requests", []string{"GOTOMEETING_IMPACT_MAX_REQUESTS"}},
	{"impact.max_disabled", []string{"GOTOMEETING_IMPACT_MAX_DISABLED"}},
	{"impact.max_created", []string{"GOTOMEETING_IMPACT_MAX_CREATED"}},
	{"impact.max_updated", []string{"GOTOMEETING_IMPACT_MAX_UPDATED"}},
	{"impact.max_left_active", []string{"GOTOMEETING_IMPACT_MAX_LEFT_ACTIVE"}},
	{"impact.on_unknown", []string{"GOTOMEETING_IMPACT_ON_UNKNOWN"}},
	{"impact.read_links", []string{"GOTOMEETING_IMPACT_READ_LINKS"}},
	{"impact.report_file", []string{"GOTOMEETING_IMPACT_REPORT"}},
	{"impact.report_detail", []string{"GOTOMEETING_IMPACT_REPORT_DETAIL"}},
}

func (m model) attributes() map[string]attr.Value {
	attributes := map[string]attr.Value{
		"tenant_id": m.TenantID, "client_id": m.ClientID, "client_id_file_path": m.ClientIDFilePath,
		"client_secret": m.ClientSecret, "client_secret_file_path": m.ClientSecretFilePath,
		"client_certificate": m.ClientCertificate, "client_certificate_path": m.ClientCertificatePath,
		"client_certificate_password": m.ClientCertificatePassword,
		"use_oidc":                    m.UseOIDC, "oidc_token": m.OIDCToken, "oidc_token_file_path": m.OIDCTokenFilePath,
		"oidc_request_url": m.OIDCRequestURL, "oidc_request_token": m.OIDCRequestToken,
		"ado_pipeline_service_connection_id": m.ADOPipelineServiceConnectionID,
		"use_aks_workload_identity":          m.UseAKSWorkloadIdentity, "use_msi": m.UseMSI, "msi_endpoint": m.MSIEndpoint,
		"use_cli": m.UseCLI, "environment": m.Environment, "metadata_host": m.MetadataHost, "graph_endpoint": m.GraphEndpoint,
		"authority_host": m.AuthorityHost, "ca_certificate_file": m.CACertificateFile,
	}
	nested := m.GoTo.Attributes()
	for _, name := range goToAttributes {
		attributes["goto."+name] = types.StringNull()
		if value, ok := nested[name]; ok {
			attributes["goto."+name] = value
		}
	}
	nested = m.Impact.Attributes()
	for name, null := range impactAttributes() {
		attributes["impact."+name] = null
		if value, ok := nested[name]; ok {
			attributes["impact."+name] = value
		}
	}
	return attributes
}

// attributePath is where an attribute is, which may be nested.
func attributePath(attribute string) path.Path {
	block, name, nested := strings.Cut(attribute, ".")
	if nested {
		return path.Root(block).AtName(name)
	}
	return path.Root(attribute)
}

func notKnownYet(attribute, variables string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(attributePath(attribute), "Provider setting is not known yet",
		fmt.Sprintf("`%s` depends on a value that is known only after an apply, but the provider needs it to plan. Use a known value or the "+
			"environment variable%s, or first apply the resources on which it depends, with `-target`.", attribute, variables))
}

// waits says whether a setting is not known yet.
func (m model) waits() bool {
	if m.GoTo.IsUnknown() {
		return true
	}
	for _, value := range m.attributes() {
		if value.IsUnknown() {
			return true
		}
	}
	return false
}

// resolve applies the one rule for every attribute: the block takes precedence over the environment.
func (m model) resolve(getenv func(string) string) (settings, diag.Diagnostics) {
	var diags diag.Diagnostics
	s := settings{values: map[string]string{}, source: map[string]string{}, inBlock: map[string]bool{}}
	if m.GoTo.IsUnknown() {
		diags.Append(notKnownYet("goto", "s `GOTO_*`"))
	}
	if m.Impact.IsUnknown() {
		diags.Append(notKnownYet("impact", "s `GOTOMEETING_IMPACT_*`"))
	}
	attributes := m.attributes()
	for _, v := range variables {
		value := attributes[v.attribute]
		if value.IsUnknown() {
			diags.Append(notKnownYet(v.attribute, " `"+v.names[0]+"`"))
			continue
		}
		if !value.IsNull() {
			s.inBlock[v.attribute] = true
			s.set(v.attribute, text(v.attribute, value), "the provider block")
			if problem := strayProblem(v.attribute, s.get(v.attribute)); problem != "" {
				diags.AddAttributeError(attributePath(v.attribute), "Invalid value", problem)
			}
			continue
		}
		for _, name := range v.names {
			if fromEnvironment := trimmed(v.attribute, getenv(name)); fromEnvironment != "" {
				diags.Append(checkEnvironmentValue(v.attribute, name, fromEnvironment, value)...)
				s.set(v.attribute, fromEnvironment, "`"+name+"`")
				break
			}
		}
	}
	s.settleAlternatives()
	diags.Append(s.readFiles()...)
	diags.Append(s.aksWorkloadIdentity(getenv)...)
	s.environment, _ = graph.LookupEnvironment(cmp.Or(s.get("environment"), "global")) // an unknown one is reported where it was given
	diags.Append(s.settleMetadataHost()...)
	if diags.HasError() {
		return s, diags
	}
	diags.Append(s.checkUse()...)
	diags.Append(s.requireIdentity()...)
	return s, diags
}

// settleMetadataHost chooses the cloud by the host at which azuread's provider looks clouds up. Nothing is asked there: the
// hosts of the clouds are known, and another one would be passed over in silence, so it is refused. It does not matter
// where the endpoints are given outright.
func (s *settings) settleMetadataHost() diag.Diagnostics {
	host := strings.TrimRight(strings.TrimPrefix(strings.ToLower(s.get("metadata_host")), "https://"), "/")
	if host == "" || s.has("graph_endpoint") && s.has("authority_host") {
		return nil
	}
	refused := func(why string) diag.Diagnostics {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(attributePath("metadata_host"), "Metadata host that is not used", s.from("metadata_host")+why)}
	}
	var names []string
	for _, cloud := range graph.Environments() {
		if cloud.MetadataHost == host {
			names = append(names, cloud.Name)
		}
	}
	switch {
	case len(names) == 0:
		return refused("It is not the host of a cloud that this provider knows, and the provider does not look up clouds. Set `graph_endpoint` and `authority_host`, or remove it.")
	case !s.has("environment"):
		s.environment, _ = graph.LookupEnvironment(names[0])
	case !slices.Contains(names, s.environment.Name):
		return refused(fmt.Sprintf("It belongs to the cloud `%s`, and `environment` is `%s`. Keep one of the two.", names[0], s.environment.Name))
	}
	return nil
}

// checkEnvironmentValue applies to an environment variable what the schema checks in the block.
func checkEnvironmentValue(attribute, name, value string, kind attr.Value) diag.Diagnostics {
	problem := checkText(attribute, value)
	if _, isFlag := kind.(types.Bool); isFlag {
		if _, err := strconv.ParseBool(value); err != nil {
			problem = shown(value) + " is neither true nor false. Use one of them."
		}
	}
	if _, isNumber := kind.(types.Int64); isNumber {
		if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < leastOf(attribute) {
			problem = fmt.Sprintf("%s is not a whole number of at least %d.", shown(value), leastOf(attribute))
		}
	}
	if problem == "" {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(attributePath(attribute), "Invalid environment variable",
		fmt.Sprintf("`%s` sets `%s`. %s", name, attribute, problem))}
}

// text is the value of an attribute that is not null.
func text(attribute string, value attr.Value) string {
	switch v := value.(type) {
	case types.Bool:
		return strconv.FormatBool(v.ValueBool())
	case types.Int64:
		return strconv.FormatInt(v.ValueInt64(), 10)
	case types.String:
		return trimmed(attribute, v.ValueString())
	}
	return ""
}

// trimmed drops the white space around a value and the byte-order mark in front, which files and CI secrets bring along and
// which no setting but a password can end with.
func trimmed(attribute, value string) string {
	if attribute == "client_certificate_password" {
		return value
	}
	return textfile.Trimmed(value)
}

func strayProblem(attribute, value string) string {
	problem := textfile.Stray(value)
	if problem == "" && attribute != "client_certificate_password" {
		problem = textfile.Quoted(value)
	}
	return problem
}

// checkText finds in a value what surely is not meant, wherever it comes from.
func checkText(attribute, value string) string {
	if problem := strayProblem(attribute, value); problem != "" {
		return problem
	}
	if check := textChecks[attribute]; check != nil {
		return check(value)
	}
	return ""
}

func (s settings) set(attribute, value, source string) {
	s.values[attribute] = value
	s.source[attribute] = source
}

func (s settings) drop(attribute string) {
	delete(s.values, attribute)
	delete(s.source, attribute)
	delete(s.inBlock, attribute)
}

func (s settings) get(attribute string) string { return s.values[attribute] }

func (s settings) has(attribute string) bool { return s.values[attribute] != "" }

func (s settings) enabled(attribute string) bool {
	on, err := strconv.ParseBool(s.values[attribute])
	if err != nil {
		return attribute == "use_cli"
	}
	return on
}

// from says in a sentence where a value comes from that is not in front of the reader's eyes.
func (s settings) from(attribute string) string {
	if s.source[attribute] == "" || s.inBlock[attribute] {
		return ""
	}
	return "The value is from " + s.source[attribute] + ". "
}
