// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// badInput is something that a new user tries, with what the answer has to have: its place, its cause and a remedy.
type badInput struct {
	tried string
	with  map[string]any
	at    string
	want  []string
}

// answered checks one answer: it has a message at the place that says all that is wanted.
func answered(t *testing.T, test badInput, found acctest.Diagnostics) {
	t.Helper()
	for _, d := range found {
		said := true
		for _, part := range test.want {
			said = said && strings.Contains(d.Summary+"\n"+d.Detail, part)
		}
		if said && d.Path == test.at {
			return
		}
	}
	t.Errorf("%s: want %q at %q, got\n%s", test.tried, test.want, test.at, found)
}

// resources validates and plans each of the inputs over a configuration that is right.
func (s *stack) resources(t *testing.T, typeName string, right map[string]any, tests []badInput) {
	t.Helper()
	t.Parallel()
	for _, test := range tests {
		p := s.Protocol()
		config := maps.Clone(right)
		maps.Copy(config, test.with)
		found := p.ValidateResource(typeName, config)
		if !found.HasError() {
			_, more := p.Plan(typeName, nil, config)
			found = append(found, more...)
		}
		answered(t, test, found)
	}
}

func entry(target string, value any) map[string]any {
	return map[string]any{"mappings": map[string]any{
		"email": map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1}, "active": map[string]any{"expression": "Not([IsSoftDeleted])"}, target: value,
	}}
}

func attributeOf(name string) map[string]any { return map[string]any{"source_attribute": name} }

func clause(attribute, operator string, values ...any) map[string]any {
	c := map[string]any{"attribute": attribute, "operator": operator}
	if len(values) > 0 {
		c["values"] = values
	}
	return map[string]any{"scoping_filters": []any{map[string]any{"clauses": []any{c}}}}
}

func one(name string, value any) map[string]any { return map[string]any{name: value} }

func two(name string, value any, other string, second any) map[string]any {
	return map[string]any{name: value, other: second}
}

func TestBadInput_ofMappings(t *testing.T) {
	s := newStack(t)
	s.resources(t, "gotomeeting_attribute_mappings", map[string]any{"connection_id": s.sp.ID + "/" + s.job.ID, "mappings": entry("firstName", attributeOf("givenName"))["mappings"]}, []badInput{
		{"connection by name", one("connection_id", "GoToMeeting"), "connection_id", []string{`"GoToMeeting" is not a connection id`, "`id` of a `gotomeeting_provisioning_connection`"}},
		{"connection by service principal", one("connection_id", s.sp.ID), "connection_id", []string{"id of a service principal alone", "`{service principal id}/{job id}`"}},
		{"connection by job", one("connection_id", s.job.ID), "connection_id", []string{"id of a job alone", "`{service principal id}/{job id}`"}},
		{"connection in uppercase", one("connection_id", strings.ToUpper(s.sp.ID)+"/"+s.job.ID), "connection_id", []string{"uppercase", "Write it in lowercase"}},
		{"connection empty", one("connection_id", ""), "connection_id", []string{"is empty", "`{service principal id}/{job id}`"}},
		{"mapping's id as connection", one("connection_id", s.sp.ID+"/"+s.job.ID+"/User"), "connection_id", []string{"more than the id of a connection", "`{service principal id}/{job id}`"}},
		{"connection with a line break", one("connection_id", s.sp.ID+"/"+s.job.ID+"\n"), "connection_id", []string{"ends with a line break", "chomp"}},
		{"connection of another tenant", one("connection_id", "b0000000-0000-4000-8000-0000000000ff/"+s.job.ID), "connection_id", []string{`no service principal with the object id "b0000000-0000-4000-8000-0000000000ff"`, "plan again"}},
		{"job that is not there", one("connection_id", s.sp.ID+"/nothing"), "connection_id", []string{`has no provisioning job "nothing"`, "check the id"}},
		{"object mapping empty", one("object_mapping", ""), "object_mapping", []string{"value is empty", "omit it"}},
		{"object mapping of groups", one("object_mapping", "Group"), "object_mapping", []string{`no mapping for "Group"`, "User to User"}},
		{"object mapping misspelled", one("object_mapping", "Users"), "object_mapping", []string{`no mapping for "Users"`, "User to User"}},
		{"no mappings", one("mappings", map[string]any{}), "mappings", []string{"no elements", "Add at least one"}},
		{"no source", entry("locale", map[string]any{}), `mappings["locale"]`, []string{"does not specify the source of the value", "Set one of `source_attribute`", "in this spelling"}},
		{"two sources", entry("locale", map[string]any{"constant": "x", "source_attribute": "city"}), `mappings["locale"]`, []string{"`source_attribute` and `constant`", "Keep one of them"}},
		{"three sources", entry("locale", map[string]any{"constant": "x", "source_attribute": "city", "expression": "[city]"}), `mappings["locale"]`, []string{"`source_attribute`, `constant` and `expression`", "Keep one of them"}},
		{"source misspelled as an attribute", entry("locale", map[string]any{"constant": nil}), `mappings["locale"]`, []string{"does not specify the source of the value", "drops an attribute with a different name"}},
		{"target empty", entry("", attributeOf("city")), `mappings[""]`, []string{"Empty attribute name", "Use the name of an attribute"}},
		{"target with blanks", entry(" locale", attributeOf("city")), `mappings[" locale"]`, []string{"spaces around the name", `Use "locale"`}},
		{"target misspelled", entry("lastname", attributeOf("surname")), `mappings["lastname"]`, []string{`no target attribute "lastname"`, `Did you mean "lastName"?`}},
		{"target unknown", entry("favoriteColor", attributeOf("surname")), `mappings["favoriteColor"]`, []string{`no target attribute "favoriteColor"`, "gotomeeting_attribute_mappings"}},
		{"target in brackets", entry("[lastName]", attributeOf("surname")), `mappings["[lastName]"]`, []string{"brackets", `Use "lastName"`}},
		{"target read-only", entry("createdTime", attributeOf("employeeHireDate")), `mappings["createdTime"]`, []string{"cannot be written", "Remove this entry"}},
		{"target the anchor", entry("id", attributeOf("objectId")), `mappings["id"]`, []string{"cannot be written", "Remove this entry"}},
		{"source misspelled", entry("lastName", attributeOf("surName")), `mappings["lastName"].source_attribute`, []string{`no attribute "surName"`, `Did you mean "surname"?`}},
		{"source as in the portal's list", entry("lastName", attributeOf("Last name")), `mappings["lastName"].source_attribute`, []string{`no attribute "Last name"`, "gotomeeting_attribute_mappings"}},
		{"source in brackets", entry("lastName", attributeOf("[surname]")), `mappings["lastName"].source_attribute`, []string{"brackets", `Use "surname"`}},
		{"source empty", entry("lastName", attributeOf("")), `mappings["lastName"].source_attribute`, []string{"Empty attribute name", "Use the name of an attribute"}},
		{"source with several values", entry("department", attributeOf("otherMails")), `mappings["department"].source_attribute`, []string{"can have several values", "Item([otherMails], 1)"}},
		{"source with user.", entry("lastName", attributeOf("user.surname")), `mappings["lastName"].source_attribute`, []string{`no attribute "user.surname"`, `Did you mean "surname"?`}},
		{"constant empty", entry("locale", map[string]any{"constant": ""}), `mappings["locale"].constant`, []string{"value is empty", "omit it"}},
		{"default value empty", entry("locale", map[string]any{"default_value": ""}), `mappings["locale"].default_value`, []string{"value is empty", "omit it"}},
		{"no matching attribute", one("mappings", map[string]any{"email": attributeOf("mail")}), "mappings", []string{"could not determine which account belongs to whom", "matching_priority = 1"}},
		{"two with one priority", entry("employeeNumber", map[string]any{"source_attribute": "employeeId", "matching_priority": 1}), `mappings["employeeNumber"].matching_priority`, []string{"both have the matching priority 1", "a different number"}},
		{"priority zero", entry("email", map[string]any{"source_attribute": "mail", "matching_priority": 0}), `mappings["email"].matching_priority`, []string{"got: 0", "between 1 and"}},
		{"priority below zero", entry("email", map[string]any{"source_attribute": "mail", "matching_priority": -1}), `mappings["email"].matching_priority`, []string{"got: -1", "between 1 and"}},
		{"matching on a constant", entry("locale", map[string]any{"constant": "x", "matching_priority": 2}), `mappings["locale"].matching_priority`, []string{"same value for everybody", "Match people by"}},
		{"apply misspelled", entry("locale", map[string]any{"constant": "x", "apply": "on_crate"}), `mappings["locale"].apply`, []string{`"on_crate" is not one of`, `Did you mean "on_create"?`}},
		{"apply in the service's word", entry("locale", map[string]any{"constant": "x", "apply": "ObjectAddOnly"}), `mappings["locale"].apply`, []string{"service's `ObjectAddOnly`", "use `on_create`"}},
		{"apply in the portal's words", entry("locale", map[string]any{"constant": "x", "apply": "Only during object creation"}), `mappings["locale"].apply`, []string{`"Only during object creation" is not one of`, `Did you mean "on_create"?`}},
		{"apply empty", entry("locale", map[string]any{"constant": "x", "apply": ""}), `mappings["locale"].apply`, []string{`"" is not one of`, "`always`"}},
		{"adding to one value", entry("department", map[string]any{"source_attribute": "department", "apply": "add_values"}), `mappings["department"].apply`, []string{"can have only one value", "Use `always`"}},
		{"required target not mapped", one("mappings", map[string]any{"firstName": map[string]any{"source_attribute": "mail", "matching_priority": 1}}), "mappings", []string{`requires "email" to create an account`, `Add an entry for "email"`}},
		{"nobody disabled anymore", one("mappings", map[string]any{"email": map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1}}), "mappings", []string{"no longer be disabled", "Keep `active"}},
		{"operation misspelled", one("operations", []any{"disable"}), "operations[…]", []string{`got: "disable"`, `"create" "update" "delete"`}},
		{"operation in uppercase", one("operations", []any{"Create"}), "operations[…]", []string{`got: "Create"`, `"create" "update" "delete"`}},
		{"user mapping disabled", one("enabled", false), "enabled", []string{"only allows other mappings", "gotomeeting_provisioning_state"}},
		{"filters empty", one("scoping_filters", []any{}), "scoping_filters", []string{"no elements", "omit it"}},
		{"filter group without clauses", one("scoping_filters", []any{map[string]any{"clauses": []any{}}}), "scoping_filters[0].clauses", []string{"has no conditions", "Add a clause"}},
		{"filter's name empty", one("scoping_filters", []any{map[string]any{"name": "", "clauses": []any{map[string]any{"attribute": "department", "operator": "IS NULL"}}}}), "scoping_filters[0].name", []string{"value is empty", "omit it"}},
		{"operator misspelled", clause("department", "EQUAL", "Sales"), "scoping_filters[0].clauses[0].operator", []string{`no operator "EQUAL"`, `Did you mean "EQUALS"?`}},
		{"operator as a sign", clause("department", "=", "Sales"), "scoping_filters[0].clauses[0].operator", []string{`no operator "="`, `Did you mean "EQUALS"?`}},
		{"operator in the portal's words", clause("department", "is not null and equals", "Sales"), "scoping_filters[0].clauses[0].operator", []string{`no operator "is not null and equals"`, "It must be one of"}},
		{"operator empty", clause("department", "", "Sales"), "scoping_filters[0].clauses[0].operator", []string{"value is empty", "Set a value"}},
		{"operator needs a value", clause("department", "EQUALS"), "scoping_filters[0].clauses[0].operator", []string{"compares the attribute with a value", "Set `values`, in this spelling"}},
		{"operator takes no value", clause("department", "IS NULL", "x"), "scoping_filters[0].clauses[0].values", []string{"tests only the attribute", "Remove `values`"}},
		{"operator for numbers", clause("employeeId", "GREATER_THAN", "many"), "scoping_filters[0].clauses[0].values[0]", []string{`"many" is not one`, "whole number"}},
		{"operator for another type", clause("accountEnabled", "EQUALS", "True"), "scoping_filters[0].clauses[0].operator", []string{"is of the type Boolean", "Use IS FALSE or IS NOT NULL"}},
		{"filter on an unknown attribute", clause("departement", "EQUALS", "Sales"), "scoping_filters[0].clauses[0].attribute", []string{`no attribute "departement"`, `Did you mean "department"?`}},
		{"filter on many values", clause("otherMails", "EQUALS", "x"), "scoping_filters[0].clauses[0].attribute", []string{"can have several values", "Test a different attribute"}},
		{"filter on a date", clause("employeeHireDate", "IS NULL"), "scoping_filters[0].clauses[0].attribute", []string{"is a date", "Test a different attribute"}},
		{"filter on the manager", clause("manager", "IS NULL"), "scoping_filters[0].clauses[0].attribute", []string{`does not support "manager"`, "Test a different attribute"}},
		{"filter on userType", clause("userType", "EQUALS", "Guest"), "scoping_filters[0].clauses[0].attribute", []string{`does not support "userType"`, "Test a different attribute"}},
		{"filter attribute in brackets", clause("[department]", "EQUALS", "Sales"), "scoping_filters[0].clauses[0].attribute", []string{"brackets", `Use "department"`}},
		{"filter attribute empty", clause("", "EQUALS", "Sales"), "scoping_filters[0].clauses[0].attribute", []string{"Empty attribute name", "Use the name of an attribute"}},
		{"filter by a broken expression", clause("department", "REGEX MATCH", "(Sales"), "scoping_filters[0].clauses[0].values[0]", []string{"missing closing )", "Correct it"}},
		{"filter by another broken one", clause("department", "NOT REGEX MATCH", "*"), "scoping_filters[0].clauses[0].values[0]", []string{"missing argument to repetition operator", "Correct it"}},
		{"custom attribute of an unknown type", one("custom_target_attributes", map[string]any{"badge": map[string]any{"type": "Text"}}), `custom_target_attributes["badge"].type`, []string{`got: "Text"`, `"String" "Integer"`}},
		{"custom attribute that is there", one("custom_target_attributes", map[string]any{"email": map[string]any{"type": "Integer"}}), `custom_target_attributes["email"]`, []string{`"email" already exists`, "Remove the entry"}},
		{"custom attributes empty", one("custom_target_attributes", map[string]any{}), "custom_target_attributes", []string{"no elements", "omit it"}},
		{"custom attribute without a name", one("custom_target_attributes", map[string]any{"": map[string]any{}}), `custom_target_attributes[""]`, []string{"Empty attribute name", "Use the name"}},
		{"timeout in words", one("timeouts", map[string]any{"create": "10 minutes"}), "timeouts.create", []string{"is not a duration", `"10m"`}},
		{"timeout without a unit", one("timeouts", map[string]any{"update": "10"}), "timeouts.update", []string{`"10" is not a duration`, `"10m"`}},
		{"timeout below zero", one("timeouts", map[string]any{"update": "-5m"}), "timeouts.update", []string{`"-5m" is not a duration greater than zero`, `"10m"`}},
		{"timeout zero", one("timeouts", map[string]any{"read": "0s"}), "timeouts.read", []string{`"0s" is not a duration greater than zero`, `"10m"`}},
	})
}

func TestBadInput_ofConnections(t *testing.T) {
	s := newStack(t)
	_, sp, err := s.Sim.Store().Instantiate(store.TemplateGoToMeeting, "Other", "")
	if err != nil {
		t.Fatal(err)
	}
	signIn := func(more ...any) map[string]any {
		all := map[string]any{"admin_username": "admin@corp.example", "admin_password_wo": "secret", "admin_password_wo_version": "1"}
		for i := 0; i < len(more); i += 2 {
			all[fmt.Sprint(more[i])] = more[i+1]
		}
		return all
	}
	var app store.Application
	for _, one := range s.Sim.Store().Applications(false) {
		if one.AppID == sp.AppID {
			app = one
		}
	}
	s.resources(t, "gotomeeting_provisioning_connection", map[string]any{"service_principal_id": sp.ID}, []badInput{
		{"service principal by name", one("service_principal_id", "GoToMeeting"), "service_principal_id", []string{`"GoToMeeting" is not a GUID`, "Use the object id"}},
		{"service principal in uppercase", one("service_principal_id", strings.ToUpper(sp.ID)), "service_principal_id", []string{"uppercase", "Write it in lowercase"}},
		{"service principal in braces", one("service_principal_id", "{"+sp.ID+"}"), "service_principal_id", []string{"braces or spaces", `Use "`}},
		{"service principal empty", one("service_principal_id", ""), "service_principal_id", []string{"value is empty", "Use the object id"}},
		{"path of another object", one("service_principal_id", "/applications/"+sp.ID), "service_principal_id", []string{"path in Microsoft Graph", "`object_id`"}},
		{"client id as service principal", one("service_principal_id", sp.AppID), "service_principal_id", []string{`client id of "Other"`, "Use the object id of its service principal"}},
		{"registration as service principal", one("service_principal_id", app.ID), "service_principal_id", []string{`object id of the app registration of "Other"`, "Use the object id of its service principal"}},
		{"service principal of another tenant", one("service_principal_id", "b0000000-0000-4000-8000-0000000000ff"), "service_principal_id", []string{"no service principal with the object id b0000000-0000-4000-8000-0000000000ff", "enterprise application"}},
		{"a second connection", one("service_principal_id", s.sp.ID), "service_principal_id", []string{"has never run, has no credentials", "If it belongs to another configuration, do not apply this plan"}},
		{"template unknown", one("template_id", "goToMeeting2"), "template_id", []string{`no connector "goToMeeting2"`, "It offers"}},
		{"template empty", one("template_id", ""), "template_id", []string{"value is empty", "omit it"}},
		{"scope misspelled", one("scope", "asigned"), "scope", []string{`got: "asigned"`, `"assigned" "all"`}},
		{"scope in the portal's words", one("scope", "Sync only assigned users and groups"), "scope", []string{`got: "Sync only`, `"assigned" "all"`}},
		{"scope empty", one("scope", ""), "scope", []string{`got: ""`, `"assigned" "all"`}},
		{"threshold zero", one("accidental_deletion_threshold", 0), "accidental_deletion_threshold", []string{"got: 0", "at least 1"}},
		{"threshold below zero", one("accidental_deletion_threshold", -3), "accidental_deletion_threshold", []string{"got: -3", "at least 1"}},
		{"threshold a fraction", one("accidental_deletion_threshold", 0.1), "accidental_deletion_threshold", []string{"Got 0.1", "whole number"}},
		{"notification without an address", one("notification_enabled", true), "notification_enabled", []string{"`notification_email` is not set", "Set it"}},
		{"notification to no address", one("notification_email", "ops"), "notification_email", []string{`"ops" is not an e-mail address`, "Use a single address"}},
		{"notification to two", one("notification_email", "a@corp.example; b@corp.example"), "notification_email", []string{"looks like several addresses", "use the address of a group"}},
		{"notification with a name", one("notification_email", "Ops <ops@corp.example>"), "notification_email", []string{"is not an e-mail address", "Use a single address"}},
		{"notification empty", one("notification_email", ""), "notification_email", []string{"value is empty", "or omit the attribute"}},
		{"user name without password", one("admin_username", "admin@corp.example"), "admin_username", []string{"without a password", "Set `admin_password_wo`"}},
		{"password without user name", two("admin_password_wo", "secret", "admin_password_wo_version", "1"), "admin_password_wo", []string{`"admin_username" must be specified`}},
		{"password without version", two("admin_username", "a@corp.example", "admin_password_wo", "secret"), "admin_password_wo", []string{`"admin_password_wo_version" must be specified`}},
		{"version without password", two("admin_username", "a@corp.example", "admin_password_wo_version", "1"), "admin_password_wo_version", []string{"is not set", "Set the password for this run"}},
		{"two passwords", signIn("admin_password", "secret"), "admin_password", []string{`"admin_password_wo" cannot be specified when "admin_password" is`}},
		{"password empty", signIn("admin_password_wo", ""), "admin_password_wo", []string{"value is empty", "Set a value"}},
		{"password with a line break", signIn("admin_password_wo", "secret\n"), "admin_password_wo", []string{"line break", "chomp"}},
		{"user name with a line break", signIn("admin_username", "a@corp.example\n"), "admin_username", []string{"line break", "chomp"}},
		{"user name empty", signIn("admin_username", ""), "admin_username", []string{"value is empty", "omit it"}},
		{"credential of an unknown key", signIn("credentials_wo", map[string]any{"Tokn": "x"}, "credentials_wo_version", "1"), "credentials_wo", []string{`does not list "Tokn"`, "\"UserName\", \"Password\"", "correct the key or omit it"}},
		{"credential without a key", signIn("credentials_wo", map[string]any{"": "x"}, "credentials_wo_version", "1"), `credentials_wo[""]`, []string{"key is empty", "BaseAddress"}},
		{"credentials without version", one("credentials_wo", map[string]any{"SecretToken": "x"}), "credentials_wo", []string{`"credentials_wo_version" must be specified`}},
		{"password among the credentials", two("credentials_wo", map[string]any{"Password": "x"}, "credentials_wo_version", "1"), `credentials_wo["Password"]`, []string{"set by the attribute `admin_password_wo`", "Use that instead"}},
		{"password among the settings", one("connector_settings", map[string]any{"Password": "x"}), `connector_settings["Password"]`, []string{"set by the attribute `admin_password_wo`", "Use that instead"}},
		{"token among the settings", one("connector_settings", map[string]any{"SecretToken": "x"}), `connector_settings["SecretToken"]`, []string{"is a secret", "Set it in `credentials_wo`"}},
		{"scope among the settings", one("connector_settings", map[string]any{"SyncAll": "true"}), `connector_settings["SyncAll"]`, []string{"set by the attribute `scope`", "Use that instead"}},
		{"setting empty", one("connector_settings", map[string]any{"Domain": ""}), `connector_settings["Domain"]`, []string{"value is empty", "Set a value"}},
		{"settings empty", one("connector_settings", map[string]any{}), "connector_settings", []string{"no elements", "omit it"}},
		{"key twice", map[string]any{"connector_settings": map[string]any{"BaseAddress": "x"}, "credentials_wo": map[string]any{"BaseAddress": "y"}, "credentials_wo_version": "1"}, `connector_settings["BaseAddress"]`, []string{"in `credentials_wo` and in `connector_settings`", "Keep it in"}},
		{"timeout in words", one("timeouts", map[string]any{"delete": "soon"}), "timeouts.delete", []string{"is not a duration", `"10m"`}},
	})
}

func TestBadInput_ofStates(t *testing.T) {
	s := newStack(t)
	id := s.sp.ID + "/" + s.job.ID
	s.resources(t, "gotomeeting_provisioning_state", map[string]any{"connection_id": id, "enabled": true, "mapping_ids": []any{id + "/User"}}, []badInput{
		{"connection by job", one("connection_id", s.job.ID), "connection_id", []string{"id of a job alone", "`{service principal id}/{job id}`"}},
		{"connection by mapping", one("connection_id", id+"/User"), "connection_id", []string{"more than the id of a connection", "`{service principal id}/{job id}`"}},
		{"connection empty", one("connection_id", ""), "connection_id", []string{"is empty", "`{service principal id}/{job id}`"}},
		{"restart scope misspelled", one("restart_scope", "Watermak"), "restart_scope", []string{`"Watermak" is not a restart scope`, "Use one or more of"}},
		{"restart scope in lowercase", one("restart_scope", "watermark"), "restart_scope", []string{`"watermark" is not a restart scope`, "in this spelling"}},
		{"restart scope with a blank", one("restart_scope", "Watermark Escrows"), "restart_scope", []string{"is not a restart scope", "separated by commas"}},
		{"restart scope empty", one("restart_scope", ""), "restart_scope", []string{`"" is not a restart scope`, "Use one or more of"}},
		{"restart scope without triggers", one("restart_scope", "Watermark"), "restart_scope", []string{`"restart_triggers" must be specified`}},
		{"restart scope that deletes", one("restart_scope", "ForceDeletes"), "restart_scope", []string{"releases held deletions", "Use `release_deletions`"}},
		{"outside pause misspelled", one("on_outside_pause", "resum"), "on_outside_pause", []string{`got: "resum"`, `"hold" "resume"`}},
		{"mapping's id is the connection's", one("mapping_ids", []any{id}), "mapping_ids", []string{"of this connection. Use the `id`", "Use the `id` of a `gotomeeting_attribute_mappings`"}},
		{"mapping's id is an assignment's", one("mapping_ids", []any{s.sp.ID + "/" + s.assignment.ID}), "mapping_ids", []string{"of this connection. Use the `id`", "Use the `id` of a `gotomeeting_attribute_mappings`"}},
		{"mapping's id is a name", one("mapping_ids", []any{"User"}), "mapping_ids", []string{"of this connection. Use the `id`", "Use the `id` of a `gotomeeting_attribute_mappings`"}},
		{"mapping of another connection", one("mapping_ids", []any{"b0000000-0000-4000-8000-0000000000ff/job/User"}), "mapping_ids", []string{"of this connection. Use the `id`", "Use the `id` of a `gotomeeting_attribute_mappings`"}},
		{"no mapping", one("mapping_ids", []any{}), "mapping_ids", []string{"no elements", "omit it"}},
		{"no mappings at all", one("mapping_ids", nil), "mapping_ids", []string{"has never run", "List the ids"}},
		{"assignment's id is a principal's", one("assignment_ids", []any{store.UserAna}), "assignment_ids", []string{"of this connection. Use the `id`", "Use the `id` of a resource of assignments"}},
		{"assignment's id is the mapping's", one("assignment_ids", []any{id + "/User"}), "assignment_ids", []string{"of this connection. Use the `id`", "Use the `id` of a resource of assignments"}},
		{"release without a maximum", one("release_deletions", map[string]any{"quarantine_began": "2030-01-01T00:00:00Z"}), "release_deletions.max", []string{"Must set a configuration value"}},
		{"release below zero", one("release_deletions", map[string]any{"quarantine_began": "2030-01-01T00:00:00Z", "max": -1}), "release_deletions.max", []string{"got: -1", "at least 1"}},
		{"release at no time", one("release_deletions", map[string]any{"quarantine_began": "yesterday", "max": 1}), "release_deletions.quarantine_began", []string{`"yesterday"`, "Copy it from `gotomeeting_sync_status`"}},
		{"release of nothing", one("release_deletions", map[string]any{"quarantine_began": "2030-01-01T00:00:00Z", "max": 1}), "release_deletions", []string{"not in quarantine"}},
		{"timeout in words", one("timeouts", map[string]any{"update": "an hour"}), "timeouts.update", []string{"is not a duration", `"10m"`}},
		{"start without credentials", one("resume_token", "1"), "enabled", []string{"has no credentials", "Configure credentials for the connection"}},
	})
}

func TestBadInput_ofAssignments(t *testing.T) {
	s := newStack(t)
	s.resources(t, "gotomeeting_user_role_assignment", map[string]any{"service_principal_id": s.sp.ID, "principal_id": store.UserBen, "role": "User"}, []badInput{
		{"service principal by name", one("service_principal_id", "GoToMeeting"), "service_principal_id", []string{`"GoToMeeting" is not a GUID`, "Use the object id"}},
		{"service principal by client id", one("service_principal_id", s.sp.AppID), "service_principal_id", []string{`client id of "GoToMeeting"`, "Use the object id of its service principal"}},
		{"service principal of another tenant", one("service_principal_id", "b0000000-0000-4000-8000-0000000000ff"), "service_principal_id", []string{"no service principal with the object id b0000000-0000-4000-8000-0000000000ff", "enterprise application"}},
		{"principal in uppercase", one("principal_id", strings.ToUpper(store.UserBen)), "principal_id", []string{"uppercase", "Write it in lowercase"}},
		{"principal by name", one("principal_id", "ben@corp.example"), "principal_id", []string{"is not a GUID", "names and e-mail addresses are not accepted"}},
		{"principal unknown", one("principal_id", "a0000000-0000-4000-8000-0000000000ff"), "principal_id", []string{"no user, group or service principal", "Check the id"}},
		{"principal empty", one("principal_id", ""), "principal_id", []string{"value is empty", "Use the object id"}},
		{"principal twice", one("user_principal_name", "ben@corp.example"), "principal_id", []string{"Exactly one of these attributes"}},
		{"no principal", one("principal_id", nil), "", []string{"Exactly one of these attributes"}},
		{"unknown user", two("principal_id", nil, "user_principal_name", "nobody@corp.example"), "user_principal_name", []string{`no user with the user principal name "nobody@corp.example"`, "check the spelling"}},
		{"group by name", two("principal_id", nil, "user_principal_name", "Meetings"), "user_principal_name", []string{`"Meetings" is not a user principal name`, "`principal_id` for groups"}},
		{"user by display name", two("principal_id", nil, "user_principal_name", "Ben"), "user_principal_name", []string{`"Ben" is not a user principal name`, `such as "ana@example.com"`}},
		{"user by id", two("principal_id", nil, "user_principal_name", store.UserBen), "user_principal_name", []string{"is not a user principal name", "`principal_id` for groups"}},
		{"user empty", two("principal_id", nil, "user_principal_name", ""), "user_principal_name", []string{"value is empty", "Set a value"}},
		{"user with a line break", two("principal_id", nil, "user_principal_name", "ben@corp.example\n"), "user_principal_name", []string{"line break", "chomp"}},
		{"role in another case", one("role", "user"), "role", []string{`no role "user"`, `Did you mean "User"?`}},
		{"role unknown", one("role", "Host"), "role", []string{`no role "Host"`, "Valid roles"}},
		{"role disabled", one("role", store.RoleRetired), "role", []string{"is disabled and cannot be assigned", "Valid roles"}},
		{"role of applications", one("role", store.RoleIntegration), "role", []string{"only for applications", "Valid roles"}},
		{"role empty", one("role", ""), "role", []string{"is empty", "Set a "}},
		{"role Default Access", one("role", "Default Access"), "role", []string{"refuses or skips", "Valid roles"}},
		{"role by an unknown id", one("role", "c0000000-0000-4000-8000-0000000000ff"), "role", []string{`no role "c0000000-0000-4000-8000-0000000000ff"`, "Valid roles"}},
		{"roles joined", one("role", "User,Organizer"), "role", []string{`no role "User,Organizer"`, "Valid roles"}},
		{"timeout in words", one("timeouts", map[string]any{"create": "soon"}), "timeouts.create", []string{"is not a duration", `"10m"`}},
	})
}

func TestBadInput_ofExclusiveSets(t *testing.T) {
	s := newStack(t)
	all := map[string]any{store.UserAna: "User", store.UserBen: "User"}
	set := func(id, role string) map[string]any {
		return one("assignments", map[string]any{store.UserAna: "User", id: role})
	}
	s.resources(t, "gotomeeting_user_role_assignments_exclusive", map[string]any{"service_principal_id": s.sp.ID, "assignments": all}, []badInput{
		{"service principal by client id", one("service_principal_id", s.sp.AppID), "service_principal_id", []string{`client id of "GoToMeeting"`, "Use the object id of its service principal"}},
		{"others are assigned", one("assignments", map[string]any{store.UserBen: "User"}), "", []string{"would remove these", "import {"}},
		{"key in uppercase", set(strings.ToUpper(store.UserBen), "User"), `assignments["D0000000-0000-4000-8000-000000000002"]`, []string{"uppercase", "Write it in lowercase"}},
		{"key a name", set("ben@corp.example", "User"), `assignments["ben@corp.example"]`, []string{"not a GUID", "Use the object id"}},
		{"key unknown", set("a0000000-0000-4000-8000-0000000000ff", "User"), `assignments["a0000000-0000-4000-8000-0000000000ff"]`, []string{"no user, group or service principal", "Check the id, or remove the entry"}},
		{"key empty", set("", "User"), `assignments[""]`, []string{"key is empty", "remove the entry"}},
		{"role unknown", set(store.UserBen, "Host"), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{`no role "Host"`, "Valid roles"}},
		{"role in another case", set(store.UserBen, "user"), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{`no role "user"`, `Did you mean "User"?`}},
		{"role disabled", set(store.UserBen, store.RoleRetired), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{"is disabled and cannot be assigned", "Valid roles"}},
		{"role empty", set(store.UserBen, ""), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{"is empty", "Set a "}},
		{"roles not sorted", set(store.UserBen, "User,Organizer"), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{"is not sorted", `"Organizer,User"`}},
		{"roles with blanks", set(store.UserBen, "Organizer, User"), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{"is not sorted", `"Organizer,User"`}},
		{"role twice", set(store.UserBen, "User,User"), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{"contains a role twice", `Use "User"`}},
		{"role between commas", set(store.UserBen, "Organizer,,User"), `assignments["d0000000-0000-4000-8000-000000000002"]`, []string{"empty role between its commas", "use its value or id"}},
		{"max removals -2", one("max_removals", -2), "max_removals", []string{"got: -2", "at least -1"}},
		{"max removals a fraction", one("max_removals", 1.5), "max_removals", []string{"Got 1.5", "whole number"}},
		{"max foreign removals -2", one("max_foreign_removals", -2), "max_foreign_removals", []string{"got: -2", "at least -1"}},
		{"ignored a name", one("ignored_principal_ids", []any{"ben"}), "ignored_principal_ids[0]", []string{`"ben" is not a GUID`, "Use the object id"}},
		{"ignored and listed", one("ignored_principal_ids", []any{store.UserBen}), "ignored_principal_ids", []string{"is in both `assignments` and", "Remove it from one"}},
		{"role of the scope unknown", one("roles", []any{"Host"}), "roles", []string{`no role "Host"`, "Valid roles"}},
		{"roles of the scope empty", one("roles", []any{}), "roles", []string{"no elements", "omit it"}},
		{"role not in the scope", one("roles", []any{"Organizer"}), `assignments["d0000000-0000-4000-8000-000000000001"]`, []string{"not among the `roles`", "Add it there"}},
	})
}

func TestBadInput_ofApplications(t *testing.T) {
	s := newStack(t)
	s.resources(t, "gotomeeting_application", map[string]any{"display_name": "Meetings"}, []badInput{
		{"name empty", one("display_name", ""), "display_name", []string{"value is empty", "Set a value"}},
		{"name that exists", one("display_name", "GoToMeeting"), "display_name", []string{`has an application named "GoToMeeting"`, "import {"}},
		{"gallery name misspelled", one("gallery_name", "GotoMeting"), "gallery_name", []string{`no application named "GotoMeting"`, "as the portal shows them"}},
		{"gallery name in another case", one("gallery_name", "gotomeeting"), "gallery_name", []string{`no application named "gotomeeting"`, "Use that spelling"}},
		{"gallery name unknown", one("gallery_name", "Something else"), "gallery_name", []string{`no application named "Something else"`, "as the portal shows them"}},
		{"gallery name empty", one("gallery_name", ""), "gallery_name", []string{"value is empty", "omit it"}},
		{"template unknown", one("application_template_id", "d0000000-0000-4000-8000-0000000000ff"), "application_template_id", []string{"no application with the id", "Set `gallery_name` to the name of the gallery entry"}},
		{"template by name", one("application_template_id", "GoToMeeting"), "application_template_id", []string{`"GoToMeeting" is not a GUID`, "Use the template id"}},
		{"template of another entry", two("gallery_name", "GoTo", "application_template_id", store.TemplateGoToMeeting), "gallery_name", []string{"`application_template_id` is the id of \"GoToMeeting\"", "Make them agree"}},
		{"timeout in words", one("timeouts", map[string]any{"create": "soon"}), "timeouts.create", []string{"is not a duration", `"10m"`}},
	})
}

func TestBadInput_ofDataSources(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	id := s.sp.ID + "/" + s.job.ID
	p := s.Protocol()
	for _, group := range []struct {
		typeName string
		tests    []badInput
	}{
		{"gotomeeting_application", []badInput{
			{"nothing given", nil, "", []string{"Exactly one of these attributes"}},
			{"two given", two("display_name", "GoToMeeting", "client_id", s.sp.AppID), "client_id", []string{"Exactly one of these attributes"}},
			{"name unknown", one("display_name", "Nothing"), "display_name", []string{"no service principal with this `display_name`", "check the spelling"}},
			{"name in another case", one("display_name", "gotomeeting"), "display_name", []string{`but one named "GoToMeeting"`, "Use that spelling"}},
			{"client id unknown", one("client_id", s.sp.ID), "client_id", []string{"no service principal with this `client_id`", "right tenant"}},
			{"client id no GUID", one("client_id", "GoToMeeting"), "client_id", []string{`"GoToMeeting" is not a GUID`, "Use the client id"}},
			{"service principal by client id", one("service_principal_id", s.sp.AppID), "service_principal_id", []string{`client id of "GoToMeeting"`, "Use the object id of its service principal"}},
			{"name empty", one("display_name", ""), "display_name", []string{"value is empty", "Set a value"}},
		}},
		{"gotomeeting_attribute_mappings", []badInput{
			{"connection by job", one("connection_id", s.job.ID), "connection_id", []string{"id of a job alone", "`{service principal id}/{job id}`"}},
			{"connection not there", one("connection_id", s.sp.ID+"/nothing"), "connection_id", []string{`has no provisioning job "nothing"`, "check the id"}},
			{"object mapping unknown", two("connection_id", id, "object_mapping", "Group"), "object_mapping", []string{`no mapping for "Group"`, "User to User"}},
		}},
		{"gotomeeting_sync_status", []badInput{
			{"connection by service principal", one("connection_id", s.sp.ID), "connection_id", []string{"id of a service principal alone", "`{service principal id}/{job id}`"}},
			{"connection not there", one("connection_id", s.sp.ID+"/nothing"), "connection_id", []string{`has no provisioning job "nothing"`, "check the id"}},
			{"connection of another tenant", one("connection_id", "b0000000-0000-4000-8000-0000000000ff/x"), "connection_id", []string{`no service principal with the object id "b0000000-0000-4000-8000-0000000000ff"`, "plan again"}},
		}},
		{"gotomeeting_provisioning_logs", []badInput{
			{"limit too high", two("connection_id", id, "limit", 5000), "limit", []string{"got: 5000", "between 1 and 1000"}},
			{"limit zero", two("connection_id", id, "limit", 0), "limit", []string{"got: 0", "between 1 and 1000"}},
			{"status misspelled", two("connection_id", id, "statuses", []any{"failed"}), "statuses[…]", []string{`got: "failed"`, `"success" "failure"`}},
			{"since a date alone", two("connection_id", id, "since", "2030-01-01"), "since", []string{`"2030-01-01" is not an RFC 3339 timestamp`, "Use a timestamp such as"}},
			{"since in words", two("connection_id", id, "since", "yesterday"), "since", []string{`"yesterday" is not an RFC 3339 timestamp`, "Use a timestamp such as"}},
			{"until before since", map[string]any{"connection_id": id, "since": "2030-02-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}, "until", []string{"is not after", "Swap them"}},
			{"principal by name", two("connection_id", id, "principal_id", "ana@corp.example"), "principal_id", []string{"is not a GUID", "names and e-mail addresses are not accepted"}},
			{"detail misspelled", two("connection_id", id, "detail", "full"), "detail", []string{`got: "full"`, `"summary" "people"`}},
		}},
		{"gotomeeting_provisioning_preview", []badInput{
			{"detail misspelled", two("connection_id", id, "detail", "full"), "detail", []string{`got: "full"`, `"summary" "people"`}},
			{"connection not there", one("connection_id", s.sp.ID+"/nothing"), "connection_id", []string{`has no provisioning job "nothing"`, "check the id"}},
			{"connection by name", one("connection_id", "GoToMeeting"), "connection_id", []string{`"GoToMeeting" is not a connection id`, "`id` of a `gotomeeting_provisioning_connection`"}},
		}},
		{"gotomeeting_user_role_assignments", []badInput{
			{"service principal unknown", one("service_principal_id", "b0000000-0000-4000-8000-0000000000ff"), "service_principal_id", []string{"no service principal with the object id", "enterprise application"}},
			{"role unknown", two("service_principal_id", s.sp.ID, "role", "Host"), "role", []string{`no role "Host"`, "Valid roles"}},
			{"kind misspelled", two("service_principal_id", s.sp.ID, "principal_type", "Users"), "principal_type", []string{`got: "Users"`, `"User" "Group"`}},
		}},
		{"gotomeeting_accounts", []badInput{
			{"GoTo not configured", nil, "", []string{"GoTo is not configured", "GOTO_CLIENT_ID"}},
			{"address empty", one("emails", []any{""}), "emails[0]", []string{"value is empty", "Set a value"}},
		}},
	} {
		for _, test := range group.tests {
			if test.with == nil {
				test.with = map[string]any{}
			}
			_, found := p.ReadData(group.typeName, test.with)
			answered(t, test, found)
		}
	}
}

func TestBadInput_ofExpressions(t *testing.T) {
	s := newStack(t)
	var tests []badInput
	for _, test := range []struct {
		text string
		want []string
	}{
		{`'x'`, []string{"not in other quotes", "Write it as"}},
		{`Join(' ', [givenName], [surname])`, []string{"not in other quotes", "Write it as"}},
		{`Join(“ ”, [givenName], [surname])`, []string{"not in other quotes", "Write it as"}},
		{`Join(« », [givenName], [surname])`, []string{"not in other quotes", "Write it as"}},
		{"Join(` `, [givenName], [surname])", []string{"not in other quotes", "Write it as"}},
		{`Join("’", It’s)`, []string{"not in other quotes", "Write it as"}},
		{`ToUpper(surname)`, []string{"`surname` has no meaning here", "Write `[surname]`"}},
		{`surname`, []string{"`surname` has no meaning here", "Write `[surname]`"}},
		{`ToUper([surname])`, []string{"no function `ToUper`", "Did you mean `ToUpper`?"}},
		{`If([a] = "b", "c", "d")`, []string{"no function `If`", "Did you mean `IIF`?"}},
		{`CONCAT([givenName], [surname])`, []string{"no function `CONCAT`", "Did you mean `Append`?"}},
		{`Concatenate([givenName], [surname])`, []string{"no function `Concatenate`", "Did you mean `Join`?"}},
		{`Substring([surname], 1, 2)`, []string{"no function `Substring`", "Did you mean `Mid`?"}},
		{`Length([surname])`, []string{"no function `Length`", "Did you mean `Len`?"}},
		{`IfNull([mail], [surname])`, []string{"no function `IfNull`", "Did you mean `Coalesce`?"}},
		{`Contains([surname], "x")`, []string{"function of Entra Connect", "InStr"}},
		{`UCase([surname])`, []string{"function of Entra Connect", "Use `ToUpper`"}},
		{`toupper([surname])`, []string{"case-sensitive", "documented as `ToUpper`"}},
		{`Switch([city])`, []string{"has 1 argument", "Mark an omitted default"}},
		{`Switch([city], "x", "a", "b", "c")`, []string{"needs an even number", "Mark an omitted default"}},
		{`Join("x")`, []string{"has 1 argument but needs", "Its form is"}},
		{`Not([IsSoftDeleted], "x")`, []string{"has 2 arguments but accepts 1", "Its form is"}},
		{`ToUpper()`, []string{"has no argument", "Its form is"}},
		{`Mid([surname], "a", 2)`, []string{"must be a number"}},
		{`ToUpper([surName])`, []string{`no attribute "surName"`, `Did you mean "surname"?`}},
		{`ToUpper([Last name])`, []string{`no attribute "Last name"`, "gotomeeting_attribute_mappings"}},
		{`ToUpper([$surname])`, []string{`no attribute "$surname"`, `Did you mean "surname"?`}},
		{`ToUpper([])`, []string{"do not contain an attribute name", "Write the name between them"}},
		{`ToUpper([surname]`, []string{"not closed", "Add `)`"}},
		{`ToUpper([surname)`, []string{"no closing bracket", "End its name with `]`"}},
		{`ToUpper([surname]))`, []string{"has no opening one"}},
		{`ToUpper("surname)`, []string{"no closing quote", "End it with"}},
		{`[givenName] + [surname]`, []string{"no operator `+`", "Use `Join` or `Append`"}},
		{`[givenName] & [surname]`, []string{"must be one function call", "Use `Join` or `Append`"}},
		{`[a] - [b]`, []string{"no operator `-`", "Use `DateAdd`"}},
		{`IIF([city] == "x", "a", "b")`, []string{"`==` is not an operator", "Write `=`"}},
		{`IIF([city] != "x", "a", "b")`, []string{"`!=` is not an operator", "Write `<>`"}},
		{`IIF([city] = "x" && [country] = "y", "a", "b")`, []string{"no operator `&&`", "Nest `IIF` calls"}},
		{`IIF([city] = "x" || [country] = "y", "a", "b")`, []string{"no operator `||`", "Nest `IIF` calls"}},
		{`IIF([city] = "x" AND [country] = "y", "a", "b")`, []string{"no operator `AND`", "Nest `IIF` calls"}},
		{`And([city] = "x", [country] = "y")`, []string{"no function `And`", "Nest `IIF` calls"}},
		{`[city] = "x"`, []string{"cannot be the whole expression", "Wrap it"}},
		{`IIF([city] = "x" ? "a" : "b")`, []string{"no operator `?`", "Write `IIF("}},
		{`[mail] ?? [userPrincipalName]`, []string{"no operator `??`", "Write `Coalesce("}},
		{`Join(" "; [givenName]; [surname])`, []string{"`;` does not separate arguments", "Write a comma"}},
		{`ToUpper([surname]);`, []string{"does not end with `;`", "Remove it"}},
		{`Join(" "， [givenName]， [surname])`, []string{"not a plain comma", "Write `,`"}},
		{`ToUpper（[surname]）`, []string{"not a plain parenthesis", "Write `(`"}},
		{`ToUpper([surname]) // loud`, []string{"no comments", "above the entry"}},
		{`/* loud */ ToUpper([surname])`, []string{"no comments", "above the entry"}},
		{`ToUpper([surname]) # loud`, []string{"no comments", "above the entry"}},
		{`Join(&quot; &quot;, [givenName], [surname])`, []string{"the HTML notation of a character", "Write `\"`"}},
		{`IIF([city] &lt;&gt; "x", "a", "b")`, []string{"the HTML notation of a character", "Write `<>`"}},
		{`user.surname`, []string{"notation of dynamic groups", "Write `[surname]`"}},
		{`ToUpper(user.surname)`, []string{"notation of dynamic groups", "Write `[surname]`"}},
		{`IIF([city] -eq "x", "a", "b")`, []string{"`-eq` is the notation of dynamic groups", "Compare with `=`"}},
		{`{surname}`, []string{"no meaning here", "square brackets"}},
		{`$surname`, []string{"no meaning here", "square brackets"}},
		{`[user].surname`, []string{"has no parts", "in brackets"}},
		{`Split([mail], "@")[0]`, []string{"ends before an attribute", "Item("}},
		{`Join(\" \", [givenName])`, []string{"A backslash has no meaning outside text", "write `\\\"`"}},
		{`ToUpper([surname]) ToLower([surname])`, []string{"ends before `ToLower`", "one function call"}},
		{`()`, []string{"cannot begin with `(`", "Begin with a function name"}},
		{`(ToUpper([surname]))`, []string{"cannot begin with `(`", "Begin with a function name"}},
		{`ToUpper(([surname]))`, []string{"Parentheses are allowed only after a function name", "Remove them"}},
		{`Join(",", [a] [b])`, []string{"comma is missing before an attribute"}},
		{`Join(,[a],[b])`, []string{"required but empty", "Its form is"}},
		{"ToUpper([surname]\u00a0)", []string{"not a plain space", "Replace it"}},
		{`IIF(IsPresent([mail]), [mail], [userPrincipalName])`, []string{"not supported", "Use `Coalesce("}},
		{`IIF([mail] = "", "x", [mail])`, []string{"cannot test for empty text", "Use `Coalesce("}},
		{`null`, []string{"cannot be the whole expression"}},
		{`Replace([surname], , "(x", , "y", , )`, []string{"regular expression"}},
		{` `, []string{"empty", "Write a function call"}},
		{strings.Repeat("a", 10_001), []string{"at most 10000"}},
	} {
		tests = append(tests, badInput{test.text, entry("lastName", map[string]any{"expression": test.text}), `mappings["lastName"].expression`, test.want})
	}
	s.resources(t, "gotomeeting_attribute_mappings", map[string]any{"connection_id": s.sp.ID + "/" + s.job.ID}, tests)
}
