// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// entries is a mapping that the simulated connector accepts, with some entries changed; nil removes one.
func entries(changes map[string]any) map[string]any {
	all := map[string]any{
		"email":     map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1},
		"firstName": map[string]any{"source_attribute": "givenName"},
		"active":    map[string]any{"expression": "Not([IsSoftDeleted])"},
	}
	for target, change := range changes {
		if change == nil {
			delete(all, target)
			continue
		}
		all[target] = change
	}
	return all
}

// config is a configuration for the connection with some attributes given.
func (c *connected) config(given map[string]any) map[string]any {
	config := map[string]any{"connection_id": c.connectionID(), "mappings": entries(nil)}
	maps.Copy(config, given)
	return config
}

func expression(text string) map[string]any { return map[string]any{"expression": text} }

func filter(clauses ...any) map[string]any {
	return map[string]any{"scoping_filters": []any{map[string]any{"clauses": clauses}}}
}

func clause(attribute, operator string, values ...any) any {
	c := map[string]any{"attribute": attribute, "operator": operator}
	if len(values) > 0 {
		c["values"] = values
	}
	return c
}

func plan(p *acctest.Protocol, config map[string]any) []string {
	_, found := p.Plan(typeName, nil, config)
	return texts(found)
}

func TestValidate_reportsBadConfiguration(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	tests := []struct {
		name   string
		config map[string]any
		want   []string
	}{
		{"nothing wrong", nil, nil},
		{"connection id of another kind", map[string]any{"connection_id": "GoToMeeting"}, []string{
			"error connection_id: Invalid connection id: \"GoToMeeting\" is not a connection id. Expected the `id` of a `gotomeeting_provisioning_connection`, in the form `{service principal id}/{job id}`."}},
		{"no mappings", map[string]any{"mappings": map[string]any{}}, []string{
			"error mappings: Empty value: The value has no elements. Add at least one; if the attribute is optional, you can omit it instead."}},
		{"empty object mapping", map[string]any{"object_mapping": ""}, []string{
			"error object_mapping: Empty value: The value is empty. Set a value; if the attribute is optional, you can omit it instead."}},
		{"empty target", map[string]any{"mappings": entries(map[string]any{"": map[string]any{"constant": "x"}})}, []string{
			"error mappings[]: Empty attribute name: Use the name of an attribute, spelled as in the schema."}},
		{"blanks around a target", map[string]any{"mappings": entries(map[string]any{" locale": map[string]any{"constant": "x"}})}, []string{
			`error mappings[ locale]: Invalid attribute name: " locale" has spaces around the name. Use "locale".`}},
		{"brackets around a source", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"source_attribute": "[city]"}})}, []string{
			`error mappings[locale].source_attribute: Invalid attribute name: "[city]" has brackets, which attributes have only in expressions. Use "city" here.`}},
		{"two sources", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "x", "source_attribute": "city"}})}, []string{
			"error mappings[locale]: Several sources for one target attribute: The entry has `source_attribute` and `constant`. Keep one of them."}},
		{"three sources", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "x", "source_attribute": "city", "expression": "[city]"}})}, []string{
			"error mappings[locale]: Several sources for one target attribute: The entry has `source_attribute`, `constant` and `expression`. Keep one of them."}},
		{"no source", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"apply": "on_create"}})}, []string{
			"error mappings[locale]: No source for the target attribute: The entry does not specify the source of the value. Set one of `source_attribute`, `constant`, and `expression`, or a `default_value`, in this spelling: Terraform drops an attribute with a different name without a message."}},
		{"source not known yet", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": acctest.Unknown}})}, nil},
		{"only a default value", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"default_value": "x"}})}, nil},
		{"empty texts", map[string]any{"mappings": entries(map[string]any{
			"locale": map[string]any{"constant": ""}, "timeZone": map[string]any{"default_value": ""}, "department": map[string]any{"source_attribute": ""}})}, []string{
			"error mappings[department].source_attribute: Empty attribute name: Use the name of an attribute, spelled as in the schema.",
			"error mappings[locale].constant: Empty value: The value is empty. Set a value; if the attribute is optional, you can omit it instead.",
			"error mappings[timeZone].default_value: Empty value: The value is empty. Set a value; if the attribute is optional, you can omit it instead."}},
		{"expression that does not parse", map[string]any{"mappings": entries(map[string]any{"lastName": expression("Join(\" \", [givenName], [surname]")})}, []string{
			"error mappings[lastName].expression: Invalid expression: The parenthesis of `Join` is not closed. Add `)` where the call ends.\n\nline 1, column 5:\n  Join(\" \", [givenName], [surname]\n      ^"}},
		{"matching priority below one", map[string]any{"mappings": entries(map[string]any{"email": map[string]any{"source_attribute": "mail", "matching_priority": 0}})}, []string{
			"error mappings[email].matching_priority: Invalid Attribute Value: Attribute mappings[\"email\"].matching_priority value must be between 1 and 2147483647, got: 0"}},
		{"apply misspelled", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "x", "apply": "on_crate"}})}, []string{
			"error mappings[locale].apply: Invalid value of apply: \"on_crate\" is not one of `always`, `on_create`, `if_target_empty`, `add_value`, `add_values`. Did you mean \"on_create\"?"}},
		{"apply in the service's word", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "x", "apply": "ObjectAddOnly"}})}, []string{
			"error mappings[locale].apply: Invalid value of apply: For the service's `ObjectAddOnly`, use `on_create`."}},
		{"apply that the service may add", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "x", "apply": "SomethingNew"}})}, nil},
		{"unknown operation", map[string]any{"operations": []any{"disable"}}, []string{
			"error operations[…]: Invalid Attribute Value Match: Attribute operations[Value(\"disable\")] value must be one of: [\"create\" \"update\" \"delete\"], got: \"disable\""}},
		{"custom attribute of an unknown type", map[string]any{"custom_target_attributes": map[string]any{"badge": map[string]any{"type": "Text"}}}, []string{
			"error custom_target_attributes[badge].type: Invalid Attribute Value Match: Attribute custom_target_attributes[\"badge\"].type value must be one of: [\"String\" \"Integer\" \"Boolean\" \"Binary\" \"Reference\" \"DateTime\"], got: \"Text\""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, texts(p.ValidateResource(typeName, c.config(test.config)))); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

const listHint = " Names are spelled as in the schema; the data source `gotomeeting_attribute_mappings` lists them. If the connector accepts attributes that it does not list, declare this one in `custom_target_attributes`."

const sourceHint = " Names are spelled as in the schema, including case; the data source `gotomeeting_attribute_mappings` lists them."

const operatorHint = " It must be one of: !&, &, ENDS_WITH, EQUALS, GREATER_THAN, GREATER_THAN_OR_EQUALS, INCLUDES, IS FALSE, IS NOT NULL, IS NULL, IS TRUE, NOT EQUALS, NOT REGEX MATCH, REGEX MATCH."

func TestPlan_reportsWhatTheSchemaDoesNotAllow(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	tests := []struct {
		name   string
		config map[string]any
		want   []string
	}{
		{"nothing wrong", nil, nil},
		{"unknown target", map[string]any{"mappings": entries(map[string]any{"lastname": map[string]any{"source_attribute": "surname"}})}, []string{
			`error mappings[lastname]: Unknown target attribute: The connector has no target attribute "lastname". Did you mean "lastName"?` + listHint}},
		{"unknown target with nothing near", map[string]any{"mappings": entries(map[string]any{"favoriteColour": map[string]any{"source_attribute": "surname"}})}, []string{
			`error mappings[favoriteColour]: Unknown target attribute: The connector has no target attribute "favoriteColour".` + listHint}},
		{"unknown source", map[string]any{"mappings": entries(map[string]any{"lastName": map[string]any{"source_attribute": "surName"}})}, []string{
			`error mappings[lastName].source_attribute: Unknown source attribute: Objects of the kind User in Azure Active Directory have no attribute "surName". Did you mean "surname"?` + sourceHint}},
		{"unknown source in an expression", map[string]any{"mappings": entries(map[string]any{"lastName": expression("ToUpper([givenname])")})}, []string{
			`error mappings[lastName].expression: Unknown source attribute: Objects of the kind User in Azure Active Directory have no attribute "givenname". Did you mean "givenName"?` + sourceHint}},
		{"read-only target", map[string]any{"mappings": entries(map[string]any{"createdTime": map[string]any{"source_attribute": "employeeHireDate"}})}, []string{
			`error mappings[createdTime]: Read-only target attribute: The target sets "createdTime" itself, and it cannot be written. Remove this entry.`}},
		{"anchor as target", map[string]any{"mappings": entries(map[string]any{"id": map[string]any{"source_attribute": "objectId"}})}, []string{
			`error mappings[id]: Target attribute is the anchor: "id" is the key by which the target identifies its objects, and it cannot be written. Remove this entry.`}},
		{"required target missing", map[string]any{"mappings": entries(map[string]any{"email": nil, "firstName": map[string]any{"source_attribute": "mail", "matching_priority": 1}})}, []string{
			`error mappings: Required target attribute is not mapped: The target requires "email" to create an account, and no entry writes it. Add an entry for "email".`}},
		{"no matching attribute", map[string]any{"mappings": entries(map[string]any{"email": map[string]any{"source_attribute": "mail"}})}, []string{
			"error mappings: No matching attribute: No entry has a `matching_priority`, so the service could not determine which account belongs to whom. Set `matching_priority = 1` on the attribute that identifies people in both systems, usually the e-mail address."}},
		{"equal priorities", map[string]any{"mappings": entries(map[string]any{"employeeNumber": map[string]any{"source_attribute": "employeeId", "matching_priority": 1}})}, []string{
			`error mappings[employeeNumber].matching_priority: Matching priority used twice: "email" and "employeeNumber" both have the matching priority 1. Use a different number for each matching attribute; the lowest is tried first.`}},
		{"matching on a constant", map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "en_US", "matching_priority": 2}})}, []string{
			`warning mappings[locale].matching_priority: Matching attribute with the same value for everybody: "locale" has the same value for everybody, so it cannot distinguish people: every person would match the same account. Match people by an attribute that is different for each person.`}},
		{"many values into one", map[string]any{"mappings": entries(map[string]any{"department": map[string]any{"source_attribute": "otherMails"}})}, []string{
			"error mappings[department].source_attribute: Source attribute with several values: \"otherMails\" can have several values, but the target attribute \"department\" can have only one. Select one with `expression = \"Item([otherMails], 1)\"`, or join them with `expression = \"Join(\\\",\\\", [otherMails])\"`."}},
		{"adding to one value", map[string]any{"mappings": entries(map[string]any{"department": map[string]any{"source_attribute": "department", "apply": "add_values"}})}, []string{
			"error mappings[department].apply: Target attribute has a single value: `apply = \"add_values\"` adds to the existing values, but \"department\" can have only one value. Use `always`, `on_create`, or `if_target_empty`."}},
		{"adding to many values", map[string]any{"mappings": entries(map[string]any{"groups": map[string]any{"source_attribute": "otherMails", "apply": "add_values"}})}, nil},
		{"unknown function", map[string]any{"mappings": entries(map[string]any{"lastName": expression("ToUper([surname])")})}, []string{
			"error mappings[lastName].expression: Invalid expression: There is no function `ToUper`. Did you mean `ToUpper`?\n\nline 1, column 1:\n  ToUper([surname])\n  ^^^^^^"}},
		{"SelectUniqueValue in a job that does not have it", map[string]any{"mappings": entries(map[string]any{"lastName": expression(`Join("", SelectUniqueValue([surname], [givenName]))`)})}, []string{
			"error mappings[lastName].expression: Invalid expression: `SelectUniqueValue` must be the outermost function. Move the other functions into its arguments.\n\nline 1, column 10:\n  Join(\"\", SelectUniqueValue([surname], [givenName]))\n           ^^^^^^^^^^^^^^^^^",
			"warning mappings[lastName].expression: Doubtful expression: `SelectUniqueValue` works only in jobs that write to on-premises Active Directory.\n\nline 1, column 10:\n  Join(\"\", SelectUniqueValue([surname], [givenName]))\n           ^^^^^^^^^^^^^^^^^\n\n" +
				"`SelectUniqueValue` works only in a mapping that is applied when the object is created.\n\nline 1, column 10:\n  Join(\"\", SelectUniqueValue([surname], [givenName]))\n           ^^^^^^^^^^^^^^^^^"}},
		{"user mapping disabled", map[string]any{"enabled": false}, []string{
			"error enabled: The user mapping cannot be disabled: The service only allows other mappings, such as that of groups, to be disabled. To stop provisioning, set `enabled = false` on `gotomeeting_provisioning_state`; to provision fewer people, use `scoping_filters` or the connection's `scope`."}},
		{"connector's own attribute redefined", map[string]any{"custom_target_attributes": map[string]any{"email": map[string]any{"type": "Integer"}}}, []string{
			`error custom_target_attributes[email]: The connector already has this attribute: The target attribute "email" already exists, with the type String and one value. This resource cannot redefine it. Remove the entry: a listed attribute does not need a declaration.`}},
		{"unknown object mapping", map[string]any{"object_mapping": "Group"}, []string{
			"error object_mapping: No such object mapping: The connection's schema has no mapping for \"Group\". It has:\n- User to User (\"Synchronize Azure Active Directory Users to GoToMeeting\", from Azure Active Directory to GoToMeeting)"}},
		{"unknown operator", filter(clause("department", "EQUAL", "Sales")), []string{
			`error scoping_filters[0].clauses[0].operator: Unknown filter operator: The connection's scoping filters have no operator "EQUAL". Did you mean "EQUALS"?` + operatorHint}},
		{"operator without its value", filter(clause("department", "equals")), []string{
			"error scoping_filters[0].clauses[0].operator: Filter operator needs a value: EQUALS compares the attribute with a value. Set `values`, in this spelling: Terraform drops an attribute with a different name without a message."}},
		{"unary operator with a value", filter(clause("department", "IS NULL", "x")), []string{
			"error scoping_filters[0].clauses[0].values: Filter operator does not accept a value: IS NULL tests only the attribute. Remove `values`."}},
		{"operator for numbers with text", filter(clause("employeeId", "GREATER_THAN", "many")), []string{
			`error scoping_filters[0].clauses[0].values[0]: Filter operator needs a whole number: GREATER_THAN compares whole numbers, and "many" is not one.`}},
		{"operator for another type", filter(clause("accountEnabled", "EQUALS", "True")), []string{
			`error scoping_filters[0].clauses[0].operator: Filter operator does not suit the attribute: EQUALS accepts attributes of the type String or Integer, and "accountEnabled" is of the type Boolean. Use IS FALSE or IS NOT NULL or IS NULL or IS TRUE.`}},
		{"filter group without clauses", map[string]any{"scoping_filters": []any{map[string]any{"clauses": []any{}}}}, []string{
			"error scoping_filters[0].clauses: Filter group without clauses: The group has no conditions, so everybody would match it. Add a clause, or remove the group."}},
		{"regular expression with an open group", filter(clause("department", "REGEX MATCH", "^Sales", "(^Ops")), []string{
			`error scoping_filters[0].clauses[0].values[1]: Invalid regular expression: REGEX MATCH requires a regular expression, and "(^Ops" is not one: missing closing ). Correct it; in a configuration, write a backslash twice.`}},
		{"regular expression with an open class", filter(clause("department", "not regex match", "[a-")), []string{
			`error scoping_filters[0].clauses[0].values[0]: Invalid regular expression: NOT REGEX MATCH requires a regular expression, and "[a-" is not one: unterminated [] set. Correct it; in a configuration, write a backslash twice.`}},
		{"regular expressions of the service's kind", filter(clause("department", "REGEX MATCH", "(?i)^(?!Ops)(?<a>S).*$")), nil},
		{"filter on an unknown attribute", filter(clause("departement", "EQUALS", "Sales")), []string{
			`error scoping_filters[0].clauses[0].attribute: Unknown source attribute: Objects of the kind User in Azure Active Directory have no attribute "departement". Did you mean "department"?` + sourceHint}},
		{"filter on many values", filter(clause("otherMails", "EQUALS", "ana@example.com")), []string{
			`error scoping_filters[0].clauses[0].attribute: Attribute cannot be used in a scoping filter: "otherMails" can have several values, and the service does not support that in scoping filters. Test a different attribute, or scope by assignment.`}},
		{"filter on a date", filter(clause("employeeHireDate", "IS NULL")), []string{
			`error scoping_filters[0].clauses[0].attribute: Attribute cannot be used in a scoping filter: "employeeHireDate" is a date, and the service does not support that in scoping filters. Test a different attribute, or scope by assignment.`}},
		{"filter on the manager", filter(clause("manager", "IS NULL")), []string{
			`error scoping_filters[0].clauses[0].attribute: Attribute cannot be used in a scoping filter: The service does not support "manager" in scoping filters. Test a different attribute, or scope by assignment.`}},
		{"connection that is not there", map[string]any{"connection_id": "b0000000-0000-4000-8000-000000000001/nothing"}, []string{
			"warning connection_id: The application does not exist: The tenant has no service principal with the object id \"b0000000-0000-4000-8000-000000000001\". If the application was deleted elsewhere, plan again: Terraform will create the parts that this configuration manages again. A deleted application can be restored for 30 days.\n\n" +
				"Applying this mapping fails until that is corrected; everything else can be planned, applied, and destroyed."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := plan(p, c.config(test.config))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlan_refusesRoleFunctionsForAll(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	config := c.config(map[string]any{"mappings": entries(map[string]any{"department": expression("SingleAppRoleAssignment([appRoleAssignments])")})})
	if got := plan(p, config); len(got) > 0 {
		t.Errorf("with the default scope: %q", got)
	}
	c.setScope("true")
	got := plan(p, config)
	want := []string{"error mappings[department].expression: Function needs assigned people: SingleAppRoleAssignment reads role assignments, and the service does not support that while the connection's scope is all users and groups. " +
		"Set `scope = \"assigned\"` on the connection and apply that first, or map this attribute from a different source."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func TestPlan_namesChecksThatCannotRun(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	everything := c.config(map[string]any{
		"mappings": entries(map[string]any{
			"lastName":   expression("Coalesce([surname], [displayName])"),
			"department": expression("SingleAppRoleAssignment([appRoleAssignments])"),
		}),
		"scoping_filters": []any{map[string]any{"clauses": []any{clause("department", "EQUALS", "Sales")}}},
	})
	everything["connection_id"] = acctest.Unknown
	got := plan(p, everything)
	want := []string{"warning Some checks could not run: Not checked: whether the target and source attributes exist and can be mapped; whether the mapping was customized elsewhere; " +
		"whether accounts of people who leave are still disabled; the expressions by the connection's own parser; the operators of the scoping filters by the connection's own list; " +
		"whether the connection's scope suits functions that read roles; what the change does to people's accounts. The connection does not exist yet. They run at apply, before anything is written."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("connection unknown (-want +got):\n%s", diff)
	}

	// Without the connection's own list, only what looks misspelled is refused.
	everything["scoping_filters"] = []any{map[string]any{"clauses": []any{clause("department", "EQUAL", "Sales"), clause("city", "SOUNDS LIKE", "Berlin")}}}
	got = plan(p, everything)
	if len(got) != 2 || got[0] != `error scoping_filters[0].clauses[0].operator: Unknown filter operator: The connection's scoping filters have no operator "EQUAL". Did you mean "EQUALS"?`+
		" It must be one of: !&, &, ENDS_WITH, EQUALS, Greater_Than, Greater_Than_OR_EQUALS, IS FALSE, IS NOT NULL, IS NULL, IS TRUE, Includes, NOT EQUALS, NOT REGEX MATCH, REGEX MATCH." {
		t.Errorf("operators offline: %q", got)
	}
	everything["scoping_filters"] = []any{map[string]any{"clauses": []any{clause("department", "EQUALS", "Sales")}}}

	reader := newConnected(t, func(o *simulator.Options) { o.Permissions = simulator.ReadOnlyPermissions() })
	p = reader.Protocol()
	everything["connection_id"] = reader.connectionID()
	got = plan(p, everything)
	prefix := "warning Some checks could not run: Not checked: the operators of the scoping filters by the connection's own list; whether the connection's scope suits functions that read roles; the expressions by the connection's own parser. " +
		"The signed-in identity only reads: it does not have `Synchronization.ReadWrite.All`, which only an apply needs."
	if want := []string{prefix + " They run at apply, before anything is written."}; !slices.Equal(got, want) {
		t.Errorf("read-only identity, provisioning off, so no account changes: %q", got)
	}
	if err := reader.Sim.Engine().Start(reader.job.ServicePrincipalID, reader.job.ID); err != nil {
		t.Fatal(err)
	}
	got = plan(reader.Protocol(), everything)
	const untold = "warning Cannot determine how many accounts of GoToMeeting this plan would disable: attribute mappings: Reading the connection's settings was refused, so its scope is unknown."
	if !slices.ContainsFunc(got, func(text string) bool { return strings.HasPrefix(text, untold) }) || !slices.Contains(got, prefix+" They run at apply, before anything is written.") {
		t.Errorf("read-only identity, provisioning on: %q", got)
	}
}
