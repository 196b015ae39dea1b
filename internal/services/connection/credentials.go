// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// supplies are the keys for which a configuration sets a value, known yet or not, with the attribute that sets it.
type supplies struct {
	by map[string]string
	// open says that a map is not known yet, so more keys may come.
	open bool
}

func supplied(config model) supplies {
	s := supplies{by: map[string]string{}}
	for _, a := range managedAttributes {
		value := config.value(a.attribute)
		if _, isMap := value.(types.Map); isMap && value.IsUnknown() {
			s.open = true
		}
		if a.always() {
			continue
		}
		for key := range a.entries(config) {
			s.by[key] = a.attribute
		}
	}
	return s
}

// credentials reports whether they include any credential. Without one, the portal's credentials are kept.
func (s supplies) credentials() bool {
	given := slices.Collect(maps.Values(s.by))
	return slices.ContainsFunc(managedAttributes, func(a managed) bool { return a.kind != setting && slices.Contains(given, a.attribute) })
}

// checkCredentials compares the supplied values with those that the connector's own description requires.
func checkCredentials(template graph.SyncTemplate, supplied supplies) diag.Diagnostics {
	var diags diag.Diagnostics
	if template.ConfigurationFields == nil {
		return diags
	}
	asked := map[string]bool{}
	for _, field := range template.ConfigurationFields {
		asked[strings.ToLower(field.Name)] = true
		// Values that an interactive authorization stores, or that the configuration does not manage, are not required.
		missing := supplied.by[field.Name] == "" && supplied.credentials() && !supplied.open && !template.OAuthEnabled
		if !missing || field.Optional || field.Hidden || field.ReadOnly || field.DefaultValue != "" {
			continue
		}
		attribute := "connector_settings"
		if field.Secret {
			attribute = "credentials_wo"
		}
		if a, owned := owner(field.Name); owned {
			if a.always() {
				continue
			}
			attribute = a.attribute
		}
		diags.AddAttributeError(path.Root(attribute), "Missing credential",
			fmt.Sprintf("The connector %q requires %q. Set it in `%s`.", template.ID, field.Name, attribute))
	}
	if template.OAuthEnabled && supplied.by[keyUserName] != "" {
		diags.AddAttributeWarning(path.Root("admin_username"), "The connector signs in with OAuth",
			"The connector requires interactive authorization (the portal's *Authorize* button). A user name and password alone are probably not sufficient. Omit them, apply, and authorize in the portal.")
		asked[strings.ToLower(keyUserName)], asked[strings.ToLower(keyPassword)] = true, true
	}
	for _, key := range slices.Sorted(maps.Keys(supplied.by)) {
		byToken := template.OAuthEnabled && (key == "BaseAddress" || strings.HasPrefix(key, "Oauth2")) // instead of the portal's step
		if !asked[strings.ToLower(key)] && !byToken {
			diags.AddAttributeWarning(path.Root(supplied.by[key]), "Credential that the connector does not ask for",
				fmt.Sprintf("The connector %q does not list %q among its configuration fields, which are %s. It is sent anyway; if the connection test fails, correct the key or omit it.", template.ID, key, fieldNames(template)))
		}
	}
	return diags
}

// fieldNames lists what a connector can be configured by.
func fieldNames(template graph.SyncTemplate) string {
	var names []string
	for _, field := range template.ConfigurationFields {
		if field.Hidden || field.ReadOnly {
			continue
		}
		names = append(names, fmt.Sprintf("%q", field.Name))
	}
	return cmp.Or(graphdiag.List(names), "none")
}

// refusal returns what the service said when the target refused the credentials. The codes depend on the connector
// and are not documented, so errors that certainly concern the caller or Graph itself are excluded instead.
func refusal(err error) (said string, refused bool) {
	var answer *graph.Error
	if _, could := unavailable(err); could || graph.IsUnsupported(err) {
		return "", false
	}
	if !errors.As(err, &answer) || answer.StatusCode < 400 || answer.StatusCode == 404 || answer.StatusCode == 408 || answer.StatusCode == 429 || answer.Claims != "" ||
		slices.Contains([]string{"", "UnknownError", "Authorization_RequestDenied", "InvalidAuthenticationToken"}, answer.Code) {
		return "", false
	}
	// A server error is a verdict only if it contains the error of the service behind it.
	if answer.StatusCode >= 500 && answer.Code == answer.OuterCode {
		return "", false
	}
	return strings.TrimSuffix(cmp.Or(answer.Message, answer.Code), ".") + ".", true
}

// unavailable returns what the service said when it could not contact the target at all: its host does not resolve, its response was
// unexpected, or its endpoint is gone. That says nothing about the credentials.
func unavailable(err error) (said string, could bool) {
	var answer *graph.Error
	if !errors.As(err, &answer) || answer.StatusCode < 400 || answer.Code == answer.OuterCode && strings.EqualFold(answer.Code, "ServiceUnavailable") ||
		!slices.ContainsFunc([]string{"unavailable", "incompatible"}, func(family string) bool { return strings.HasSuffix(strings.ToLower(answer.Code), family) }) {
		return "", false
	}
	return strings.TrimSuffix(cmp.Or(answer.Message, answer.Code), ".") + ".", true
}

// untested warns that credentials were stored without a test.
func untested(why string, err error) diag.Diagnostic {
	detail := why + " The credentials were stored without a test, so it is unknown whether they are correct. You notice wrong credentials only when provisioning " +
		"goes into quarantine: test them later with the action `gotomeeting_test_connection`. An existing quarantine is not lifted; the service tries the new credentials at its next attempt."
	if err != nil {
		detail += "\n\n" + graphdiag.Facts(err)
	}
	return diag.NewAttributeWarningDiagnostic(path.Root("test_connection"), "The connection was not tested", detail)
}

// tested judges the connection test: a refusal is an error, and a target that could not be contacted is a warning. ask is not
// called when the configuration turns the test off.
func (m model) tested(want desired, ask func() error) diag.Diagnostic {
	if !m.TestConnection.ValueBool() {
		return untested("`test_connection` is `false`.", nil)
	}
	err := ask()
	if err == nil {
		return nil
	}
	if said, could := unavailable(err); could {
		return untested("Microsoft Entra ID could not contact the target. The service said: "+said, err)
	}
	if graph.IsUnsupported(err) {
		return untested("The service does not offer the test.", err)
	}
	said, refused := refusal(err)
	if !refused {
		advice := "Nothing was created or changed."
		if graph.IsNotFound(err) { // the service may not offer it
			advice += " `test_connection = false` skips the test."
		}
		return graphdiag.Error("Cannot test the connection", err, advice)
	}
	hint := "Check the user name and the password. The account needs team administrator rights at GoTo, and must be able to sign in without a second factor."
	if want.plain[keyUserName] == "" {
		hint = "Check the credentials; they need administrator rights at the target."
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(want.secretFrom), "The connection test failed",
		fmt.Sprintf("Microsoft Entra ID tried to sign in to the target with the credentials, and the target refused. The service said: %s %s Nothing was created or "+
			"changed. If the test is wrong, `test_connection = false` skips it.\n\n%s", said, hint, graphdiag.Facts(err)))
}
