// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// alternatives are the forms in which one thing can be given, in the order of preference within one place. A form may
// take several attributes.
var alternatives = [][][]string{
	{{"client_id"}, {"client_id_file_path"}},
	{{"client_secret"}, {"client_secret_file_path"}},
	{{"client_certificate"}, {"client_certificate_path"}},
	{{"oidc_token"}, {"oidc_token_file_path"}, {"oidc_request_url", "oidc_request_token", "ado_pipeline_service_connection_id"}},
}

// settleAlternatives keeps one form of each thing: one of the block if it has any, so the block takes precedence over the
// environment whatever the form, and the preferred one among those of the environment.
func (s settings) settleAlternatives() {
	for _, forms := range alternatives {
		kept := s.preferred(forms, func(attribute string) bool { return s.inBlock[attribute] })
		if kept < 0 {
			kept = s.preferred(forms, s.has)
		}
		for i, form := range forms {
			for _, attribute := range form {
				if kept >= 0 && i != kept {
					s.drop(attribute)
				}
			}
		}
	}
}

// preferred is the first form of which any attribute is given, -1 if none.
func (s settings) preferred(forms [][]string, given func(string) bool) int {
	for i, form := range forms {
		for _, attribute := range form {
			if given(attribute) {
				return i
			}
		}
	}
	return -1
}

// readFiles replaces the file forms of the client id and secret by their contents.
func (s settings) readFiles() diag.Diagnostics {
	var diags diag.Diagnostics
	for _, name := range []string{"client_id", "client_secret"} {
		file := name + "_file_path"
		if !s.has(file) {
			continue
		}
		content, err := textfile.Read(s.get(file))
		if err != nil {
			diags.AddAttributeError(path.Root(file), "Cannot read file", s.from(file)+unusable(err))
			continue
		}
		value := textfile.Trimmed(string(content))
		problem := checkText(name, value)
		switch {
		case value == "":
			diags.AddAttributeError(path.Root(file), "Empty file", s.from(file)+fmt.Sprintf("The file %q is empty. Write the value to it, or use another file.", s.get(file)))
		case problem != "":
			diags.AddAttributeError(path.Root(file), "Invalid file", s.from(file)+fmt.Sprintf("The file %q sets `%s`. %s", s.get(file), name, problem))
		default:
			s.set(name, value, s.source[file])
			s.inBlock[name] = s.inBlock[file]
		}
	}
	return diags
}

// unusable says why a file cannot be used, and what to do when it cannot be read at all.
func unusable(err error) string {
	text := sentence(err.Error())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text += " Correct the path."
	case errors.Is(err, fs.ErrPermission):
		text += " Give the account that runs Terraform permission to read it."
	}
	return text
}

// checkTokenFile finds a token file that is missing or empty before the first request would. It is read anew later.
func (s settings) checkTokenFile(method graph.Method) diag.Diagnostics {
	const file = "oidc_token_file_path"
	if method != graph.MethodOIDCTokenFile && method != graph.MethodWorkloadIdentity {
		return nil
	}
	content, err := textfile.Read(s.get(file))
	switch {
	case err != nil:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root(file), "Cannot read file", s.from(file)+unusable(err))}
	case textfile.Trimmed(string(content)) == "":
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root(file), "Empty file", s.from(file)+fmt.Sprintf("The file %q is empty. The CI system must write the token to it.", s.get(file)))}
	}
	return nil
}

// aksWorkloadIdentity takes over what the AKS webhook puts into the pod's environment.
// https://learn.microsoft.com/azure/aks/workload-identity-overview
func (s settings) aksWorkloadIdentity(getenv func(string) string) diag.Diagnostics {
	if !s.enabled("use_aks_workload_identity") {
		return nil
	}
	var diags diag.Diagnostics
	for _, projected := range []struct{ attribute, variable string }{
		{"client_id", "AZURE_CLIENT_ID"}, {"tenant_id", "AZURE_TENANT_ID"}, {"oidc_token_file_path", "AZURE_FEDERATED_TOKEN_FILE"},
	} {
		value := textfile.Trimmed(getenv(projected.variable))
		if s.has(projected.attribute) || value == "" {
			continue
		}
		diags.Append(checkEnvironmentValue(projected.attribute, projected.variable, value, nil)...)
		s.set(projected.attribute, value, "`"+projected.variable+"`")
	}
	if !s.has("oidc_token_file_path") {
		diags.AddAttributeError(path.Root("use_aks_workload_identity"), "No workload identity token",
			"`use_aks_workload_identity` is on, but `AZURE_FEDERATED_TOKEN_FILE` is not set. The AKS webhook sets it in pods that have the "+
				"label `azure.workload.identity/use: \"true\"` and a service account with a federated credential.")
	}
	return diags
}
