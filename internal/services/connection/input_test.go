// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
)

func bad(path, summary, detail string) acctest.Diagnostic {
	return acctest.Diagnostic{Error: true, Path: path, Summary: summary, Detail: detail}
}

func TestResource_refusesBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const (
		empty     = "The value is empty. Set a value; if the attribute is optional, you can omit it instead."
		lineBreak = "The value ends with a line break, as `file(…)` returns it. Remove it with `chomp(…)`, or remove all surrounding white space with `trimspace(…)`."
		noGUID    = " is not a GUID. Use the object id, such as \"b0000000-0000-4000-8000-000000000001\"; names and e-mail addresses are not accepted here."
	)
	needs := func(path, other string) acctest.Diagnostic {
		return bad(path, "Invalid Attribute Combination", fmt.Sprintf("Attribute %q must be specified when %q is specified", other, path))
	}
	for name, tt := range map[string]struct {
		config map[string]any
		want   []acctest.Diagnostic
	}{
		"service principal by name": {w.object("service_principal_id", "GoToMeeting"), []acctest.Diagnostic{bad("service_principal_id", "Invalid object id", `"GoToMeeting"`+noGUID)}},
		"service principal in uppercase": {w.object("service_principal_id", "B0000000-0000-4000-8000-000000000001"), []acctest.Diagnostic{bad("service_principal_id", "Invalid object id",
			`"B0000000-0000-4000-8000-000000000001" is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: "b0000000-0000-4000-8000-000000000001".`)}},
		"empty template":               {w.object("template_id", ""), []acctest.Diagnostic{bad("template_id", "Empty value", empty)}},
		"empty user name":              {w.object("admin_username", ""), []acctest.Diagnostic{bad("admin_username", "Empty value", empty)}},
		"empty password":               {w.object("admin_password_wo", ""), []acctest.Diagnostic{bad("admin_password_wo", "Empty value", empty)}},
		"password with a line break":   {w.object("admin_password_wo", "pw\n"), []acctest.Diagnostic{bad("admin_password_wo", "Stray characters in the value", lineBreak)}},
		"user name with a line break":  {w.object("admin_username", "ops@example.com\r\n"), []acctest.Diagnostic{bad("admin_username", "Stray characters in the value", lineBreak)}},
		"credential with a line break": {w.bare("credentials_wo", map[string]any{"SecretToken": "s\n"}, "credentials_wo_version", "1"), []acctest.Diagnostic{bad(`credentials_wo["SecretToken"]`, "Stray characters in the value", lineBreak)}},
		"empty version":                {w.object("admin_password_wo_version", ""), []acctest.Diagnostic{bad("admin_password_wo_version", "Empty value", empty)}},
		"both passwords": {w.object("admin_password", "x"), []acctest.Diagnostic{bad("admin_password", "Invalid Attribute Combination",
			`Attribute "admin_password_wo" cannot be specified when "admin_password" is specified`)}},
		"password without a version":    {w.object("admin_password_wo_version", nil), []acctest.Diagnostic{needs("admin_password_wo", "admin_password_wo_version")}},
		"password without a user name":  {w.bare("admin_password", "x"), []acctest.Diagnostic{needs("admin_password", "admin_username")}},
		"version without a user name":   {w.bare("admin_password_wo_version", "1"), []acctest.Diagnostic{needs("admin_password_wo_version", "admin_username")}},
		"credentials without a version": {w.bare("credentials_wo", map[string]any{"SecretToken": "x"}), []acctest.Diagnostic{needs("credentials_wo", "credentials_wo_version")}},
		"no credentials in the map": {w.bare("credentials_wo", map[string]any{}, "credentials_wo_version", "1"), []acctest.Diagnostic{
			bad("credentials_wo", "Empty value", "The value has no elements. Add at least one; if the attribute is optional, you can omit it instead.")}},
		"empty credential": {w.bare("credentials_wo", map[string]any{"SecretToken": ""}, "credentials_wo_version", "1"), []acctest.Diagnostic{bad(`credentials_wo["SecretToken"]`, "Empty value", empty)}},
		"misspelled key": {w.bare("credentials_wo", map[string]any{"secretToken": "x"}, "credentials_wo_version", "1"), []acctest.Diagnostic{
			bad(`credentials_wo["secretToken"]`, "Unknown key", `The service does not have a key "secretToken"; keys are case-sensitive. Did you mean "SecretToken"?`)}},
		"key with an attribute of its own": {w.bare("connector_settings", map[string]any{"SyncAll": "true"}), []acctest.Diagnostic{
			bad(`connector_settings["SyncAll"]`, "Key with a separate attribute", "\"SyncAll\" is set by the attribute `scope`. Use that instead.")}},
		"secret among the settings": {w.bare("connector_settings", map[string]any{"SecretToken": "x"}), []acctest.Diagnostic{
			bad(`connector_settings["SecretToken"]`, "Secret among the settings", "\"SecretToken\" is a secret, and `connector_settings` is stored in the state. Set it in `credentials_wo`.")}},
		"key given twice": {w.bare("connector_settings", map[string]any{"Domain": "a"}, "credentials_wo", map[string]any{"Domain": "b"}, "credentials_wo_version", "1"), []acctest.Diagnostic{
			bad(`connector_settings["Domain"]`, "Key set twice", "\"Domain\" is in `credentials_wo` and in `connector_settings`. Keep it in `credentials_wo` if it is a secret, otherwise in `connector_settings`.")}},
		"address that is none": {w.object("notification_email", "identity-ops"), []acctest.Diagnostic{
			bad("notification_email", "Invalid e-mail address", `"identity-ops" is not an e-mail address. Use a single address without a name, such as "identity-ops@example.com".`)}},
		"several addresses": {w.object("notification_email", "a@example.com; b@example.com"), []acctest.Diagnostic{bad("notification_email", "Invalid e-mail address",
			`"a@example.com; b@example.com" looks like several addresses. The service accepts a single address; to reach several people, use the address of a group.`)}},
		"empty address": {w.object("notification_email", ""), []acctest.Diagnostic{bad("notification_email", "Invalid e-mail address",
			`The value is empty. Use a single address without a name, such as "identity-ops@example.com", or omit the attribute.`)}},
		"notification without an address": {w.object("notification_email", nil, "notification_enabled", true), []acctest.Diagnostic{bad("notification_enabled", "Notification without an address",
			"`notification_enabled` is true, but `notification_email` is not set. Set it, or omit `notification_enabled`.")}},
		"threshold of nothing": {w.object("accidental_deletion_threshold", 0), []acctest.Diagnostic{
			bad("accidental_deletion_threshold", "Invalid Attribute Value", "Attribute accidental_deletion_threshold value must be at least 1, got: 0")}},
		"unknown scope": {w.object("scope", "Everybody"), []acctest.Diagnostic{
			bad("scope", "Invalid Attribute Value Match", `Attribute scope value must be one of: ["assigned" "all"], got: "Everybody"`)}},
		"everything at once": {w.bare("service_principal_id", "x", "scope", "y", "accidental_deletion_threshold", -1), []acctest.Diagnostic{
			bad("accidental_deletion_threshold", "Invalid Attribute Value", "Attribute accidental_deletion_threshold value must be at least 1, got: -1"),
			bad("scope", "Invalid Attribute Value Match", `Attribute scope value must be one of: ["assigned" "all"], got: "y"`),
			bad("service_principal_id", "Invalid object id", `"x"`+noGUID)}},
	} {
		t.Run(name, func(t *testing.T) {
			found := w.managed().Apply(tt.config)
			slices.SortFunc(found, func(a, b acctest.Diagnostic) int { return strings.Compare(a.Path, b.Path) })
			wants(t, found, tt.want...)
		})
	}
	if sent := w.Sim.Log().Sent(); len(sent) > 0 {
		t.Errorf("requests were sent: %v", acctest.Lines(sent))
	}
}

// What is not known yet is not refused.
func TestResource_acceptsUnknownInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"service_principal_id", "template_id", "admin_username", "admin_password_wo", "admin_password_wo_version", "credentials_wo", "credentials_wo_version", "connector_settings",
		"notification_email", "notification_enabled", "prevent_accidental_deletions", "accidental_deletion_threshold", "scope", "skip_out_of_scope_deletions"} {
		t.Run(name, func(t *testing.T) {
			config := w.object(name, acctest.Unknown)
			if name == "credentials_wo" {
				config["credentials_wo_version"] = "1"
			}
			if name == "credentials_wo_version" {
				config["credentials_wo"] = map[string]any{"SecretToken": acctest.Unknown}
			}
			_, _, found := w.managed().Plan(config)
			clean(t, found.Errors())
		})
	}
}

// In the US Government clouds credentials and addresses share 1,024 bytes.
func TestResource_refusesWhatTheGovernmentCloudCannotStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(typeName, func(block map[string]any) { block["environment"] = "usgovernmentl4" })
	used := len("provisioning@example.com") + len("identity-ops@example.com")
	tooLong := func(bytes int) acctest.Diagnostic {
		return bad("", "Credentials too long for this cloud", fmt.Sprintf("In the US Government clouds, the total size of all credentials and the notification address is limited to 1024 bytes; these have %d. "+
			"Use a shorter password, user name, or address.", bytes))
	}
	_, _, found := m.Plan(w.object("admin_password_wo", strings.Repeat("x", 1025-used)))
	wants(t, found, tooLong(1025))
	_, _, found = m.Plan(w.object("admin_password_wo", strings.Repeat("x", 1024-used)))
	clean(t, found)
	// With an existing connection, also by what is known only then.
	clean(t, m.Apply(w.object()))
	_, _, found = m.Plan(w.object("connector_settings", map[string]any{"Domain": strings.Repeat("y", 1000)}))
	wants(t, found, tooLong(used+len("correct-horse-battery")+1000))
	// Elsewhere there is no such limit.
	w = newWorld(t)
	_, _, found = w.managed().Plan(w.object("admin_password_wo", strings.Repeat("x", 2000)))
	clean(t, found)
}
