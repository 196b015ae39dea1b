// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
)

// schemaOf is a schema with one rule. Names are unlike those of the simulated connector's, as in other connectors'
// documented defaults.
func (c *connected) setMapping(targets []map[string]any, mapping map[string]any) {
	c.t.Helper()
	c.change(func(schema map[string]any) {
		target := item(item(schema, "directories", 1), "objects", 0)
		if targets != nil {
			list := []any{}
			for _, t := range targets {
				list = append(list, t)
			}
			target["attributes"] = list
		}
		maps.Copy(object(schema), mapping)
	})
}

func target(name string, more ...any) map[string]any {
	t := map[string]any{"name": name, "type": "String", "mutability": "ReadWrite"}
	for i := 0; i+1 < len(more); i += 2 {
		t[fmt.Sprint(more[i])] = more[i+1]
	}
	return t
}

func from(targetName string, source any, more ...any) map[string]any {
	m := map[string]any{"targetAttributeName": targetName, "source": source, "defaultValue": nil, "exportMissingReferences": false,
		"flowBehavior": "FlowWhenChanged", "flowType": "Always", "matchingPriority": 0}
	for i := 0; i+1 < len(more); i += 2 {
		m[fmt.Sprint(more[i])] = more[i+1]
	}
	return m
}

func attributeNode(name string) map[string]any {
	return map[string]any{"type": "Attribute", "name": name, "expression": "[" + name + "]", "parameters": []any{}}
}

func constantNode(text string) map[string]any {
	return map[string]any{"type": "Constant", "name": text, "expression": `"` + text + `"`, "parameters": []any{}}
}

func functionNode(name, expression string, parameters ...any) map[string]any {
	list := []any{}
	for i := 0; i+1 < len(parameters); i += 2 {
		list = append(list, map[string]any{"key": parameters[i], "value": parameters[i+1]})
	}
	return map[string]any{"type": "Function", "name": name, "expression": expression, "parameters": list}
}

// Mappings in the shapes that the documentation shows for the defaults of other connectors.
var documentedShapes = []struct {
	name     string
	targets  []map[string]any
	mapping  map[string]any
	wantText []string // in the generated configuration
}{
	{
		"a business directory with profile defaults",
		[]map[string]any{target("Id", "anchor", true, "mutability", "ReadOnly"), target("Username", "required", true), target("IsActive", "type", "Boolean"),
			target("ProfileName"), target("LocaleSidKey", "required", true), target("TimeZoneSidKey"), target("Alias"), target("EmailEncodingKey")},
		map[string]any{"flowTypes": "Add, Update", "attributeMappings": []any{
			from("Username", attributeNode("userPrincipalName"), "matchingPriority", 1),
			from("IsActive", functionNode("Not", "Not([IsSoftDeleted])", "source", attributeNode("IsSoftDeleted")), "defaultValue", "True"),
			from("ProfileName", functionNode("SingleAppRoleAssignment", "SingleAppRoleAssignment([appRoleAssignments])", "source", attributeNode("appRoleAssignments"))),
			from("LocaleSidKey", functionNode("Replace", `Replace([preferredLanguage], "-", , , "_", , )`, "source", attributeNode("preferredLanguage"), "Find", constantNode("-"), "Replacement", constantNode("_"))),
			from("TimeZoneSidKey", nil, "defaultValue", "America/Los_Angeles"),
			from("Alias", functionNode("Mid", `Mid([userPrincipalName],1,8)`, "source", attributeNode("userPrincipalName"), "start", constantNode("1"), "length", constantNode("8")), "flowType", "ObjectAddOnly"),
			from("EmailEncodingKey", constantNode("UTF-8"), "flowType", "ObjectAddOnly"),
		}},
		[]string{`operations = ["create", "update"]`, `default_value = "America/Los_Angeles"`, `apply = "on_create"`},
	},
	{
		"a SCIM application",
		[]map[string]any{target("id", "anchor", true), target("userName", "required", true), target("active", "type", "Boolean"), target("externalId"),
			target(`emails[type eq "work"].value`), target("name.formatted"), target("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "type", "Reference"), target("roles", "multivalued", true)},
		map[string]any{"flowTypes": "Add,Update,Delete", "attributeMappings": []any{
			from("userName", attributeNode("userPrincipalName"), "matchingPriority", 1),
			from("externalId", attributeNode("mailNickname"), "matchingPriority", 2),
			from("active", functionNode("Switch", `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, "source", attributeNode("IsSoftDeleted"),
				"switchValue", constantNode("False"), "switchValue", constantNode("True"), "switchValue", constantNode("True"), "switchValue", constantNode("False"))),
			from(`emails[type eq "work"].value`, attributeNode("mail")),
			from("name.formatted", functionNode("Join", `Join(" ", [givenName], [surname])`, "separator", constantNode(" "), "source", attributeNode("givenName"), "source", attributeNode("surname"))),
			from("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", attributeNode("manager")),
			from("roles", functionNode("AppRoleAssignmentsComplex", "AppRoleAssignmentsComplex([appRoleAssignments])", "source", attributeNode("appRoleAssignments")), "flowType", "ValueAddOnly"),
			from("id", nil), // a leftover that does nothing
		}},
		[]string{`"emails[type eq \"work\"].value"`, `apply = "add_value"`, `matching_priority = 2`},
	},
	{
		"scoping groups",
		nil,
		map[string]any{"flowTypes": "add, UPDATE, delete", "scope": map[string]any{"inputFilterGroups": []any{}, "categoryFilterGroups": []any{}, "groups": []any{
			map[string]any{"name": "Engineers in Berlin", "clauses": []any{
				map[string]any{"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": map[string]any{"values": []any{"Engineering"}}},
				map[string]any{"sourceOperandName": "city", "operatorName": "EQUALS", "targetOperand": map[string]any{"values": []any{"Berlin"}}}}},
			map[string]any{"name": nil, "clauses": []any{
				map[string]any{"sourceOperandName": "accountEnabled", "operatorName": "IS TRUE", "targetOperand": map[string]any{"values": []any{}}},
				map[string]any{"sourceOperandName": "employeeId", "operatorName": "IS NOT NULL", "targetOperand": nil}}},
		}}},
		[]string{`name = "Engineers in Berlin"`, `operator = "IS NOT NULL"`},
	},
	{
		"odd constants, and a flow type and a kind of the future",
		[]map[string]any{target("login", "required", true), target("a"), target("b"), target("c"), target("d"), target("e"), target("f", "required", true), target("g")},
		map[string]any{"attributeMappings": []any{
			from("login", attributeNode("mail"), "matchingPriority", 1),
			from("a", constantNode("")),
			from("b", map[string]any{"type": "Constant", "name": "say \"hi\" ${x} %{y} \\", "expression": `"say \"hi\" ${x} %{y} \\"`, "parameters": []any{}}),
			from("c", constantNode("1"), "flowType", "SomethingNew"),
			from("d", functionNode("Unheard", `Unheard([mail], "x")`)),
			from("e", map[string]any{"type": "Function", "name": "IIF", "expression": `IIF([department]="Sales", "S", "")`, "parameters": nil}),
			from("f", json.RawMessage(workflow)),
			from("g", attributeNode("city"), "flowType", "Not 1 word"),
		}},
		[]string{`apply = "SomethingNew"`, `constant = "say \"hi\" $${x} %%{y} \\"`, `expression = "Unheard([mail], \"x\")"`},
	},
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// needsQuotes reports whether a target's name is no key of a map unless it is quoted.
func needsQuotes(target map[string]any) bool {
	return !identifier.MatchString(fmt.Sprint(target["name"]))
}

func TestImport_generatesConfigurationThatPlansClean(t *testing.T) {
	t.Parallel()
	for _, test := range documentedShapes {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			c.setMapping(test.targets, test.mapping)
			cli := c.CLI("")
			block := func(more string) {
				cli.Write("import.tf", fmt.Sprintf("import {\n  to = gotomeeting_attribute_mappings.users\n  id = %q\n%s}\n", c.connectionID()+"/User", more))
			}
			block("  provider = gotomeeting\n") // Terraform 1.16 needs it to generate, and none takes it afterward
			if name, have := cli.Product(); name == "OpenTofu" && slices.ContainsFunc(test.targets, needsQuotes) {
				t.Skipf("%s %s generates map keys without the quotes that these need", name, have)
			}
			plan, _ := cli.Run("plan", "-no-color", "-generate-config-out=generated.tf")
			if !strings.Contains(plan, "1 to import, 0 to add, 0 to change, 0 to destroy") {
				t.Errorf("plan of the import:\n%s", plan)
			}
			generated := cli.File("generated.tf")
			for _, want := range test.wantText {
				if !strings.Contains(strings.Join(strings.Fields(generated), " "), want) {
					t.Errorf("%s is missing in\n%s", want, generated)
				}
			}
			block("")
			c.Sim.Log().Reset()
			cli.Run("apply", "-no-color", "-auto-approve")
			again, _ := cli.Run("plan", "-no-color", "-detailed-exitcode")
			if !strings.Contains(again, "No changes.") {
				t.Errorf("plan afterward:\n%s", again)
			}
			if writes := c.Sim.Log().Writes(); len(writes) > 0 {
				t.Errorf("writes: %v", acctest.Lines(writes))
			}
		})
	}
}

func TestMain(m *testing.M) { acctest.Main(m) }

func TestImport_refusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	form := "Expected `{service principal id}/{job id}/{object mapping}`: the connection's id, a slash, and the kind of source object, such as `User`. Got "
	for _, test := range []struct{ id, want string }{
		{c.job.ServicePrincipalID, `error Invalid import id: ` + form + `"` + c.job.ServicePrincipalID + `", without a job.`},
		{c.connectionID() + "/Group", "error object_mapping: No such object mapping: The connection's schema has no mapping for \"Group\". It has:\n" +
			"- User to User (\"Synchronize Azure Active Directory Users to GoToMeeting\", from Azure Active Directory to GoToMeeting)"},
	} {
		_, found := p.Import(typeName, test.id)
		if diff := cmp.Diff([]string{test.want}, texts(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.id, diff)
		}
	}
	_, found := p.ImportByIdentity(typeName, map[string]any{"service_principal_id": "x", "job_id": "y"})
	if want := []string{`error Invalid identity: ` + "`service_principal_id` and `job_id` must name a provisioning job. Got \"x\" and \"y\": \"x/y\" is not {service principal object id}/{job id}."}; !slices.Equal(want, texts(found)) {
		t.Errorf("got %q", texts(found))
	}
}

func TestImport_acceptsIDAndIdentity(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.created(c.config(nil))
	identity := map[string]any{"service_principal_id": c.job.ServicePrincipalID, "job_id": c.job.ID}
	for _, how := range []func(m *acctest.Managed) acctest.Diagnostics{
		func(m *acctest.Managed) acctest.Diagnostics { return m.Import(c.connectionID() + "/User") },
		func(m *acctest.Managed) acctest.Diagnostics { return m.Import(c.connectionID()) },
		func(m *acctest.Managed) acctest.Diagnostics { return m.ImportByIdentity(identity) },
	} {
		m := c.Managed(typeName)
		if found := how(m); len(found) > 0 {
			t.Fatalf("import: %s", found)
		}
		if id := m.Text("id"); id != c.connectionID()+"/User" {
			t.Errorf("id %s", id)
		}
		if m.Now.Identity["object_mapping"] != "User" {
			t.Errorf("identity %v", m.Now.Identity)
		}
		if action, _, found := m.Plan(c.config(nil)); action != acctest.NoAction || len(found) > 0 {
			t.Errorf("plan: %s %s", action, found)
		}
	}
}

func TestPlan_showsOneLineForOneAttributeOfAHundred(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	targets := []map[string]any{target("key", "required", true)}
	list := []any{from("key", attributeNode("userPrincipalName"), "matchingPriority", 1)}
	config := "    key = { source_attribute = \"userPrincipalName\", matching_priority = 1 }\n"
	for i := range 99 {
		name := fmt.Sprintf("attribute%02d", i)
		targets = append(targets, target(name))
		list = append(list, from(name, functionNode("ToUpper", "ToUpper([city])", "source", attributeNode("city"))))
		function := "ToUpper"
		if i == 42 {
			function = "${var.function}"
		}
		config += fmt.Sprintf("    %s = { expression = \"%s([city])\" }\n", name, function)
	}
	c.setMapping(targets, map[string]any{"attributeMappings": list})
	cli := c.CLI(fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n\n", address, c.connectionID()) +
		"variable \"function\" {\n  default = \"ToUpper\"\n}\n" + c.bare(config))
	cli.Run("apply", "-no-color", "-auto-approve")
	c.Sim.Log().Reset()
	same, _ := cli.Run("plan", "-no-color")
	if !strings.Contains(same, "No changes.") {
		t.Fatalf("plan without a change:\n%s", same)
	}
	if diff := cmp.Diff([]string{"POST token", "GET schema"}, brief(c.Sim.Log().Sent())); diff != "" {
		t.Errorf("requests of a plan without a change (-want +got):\n%s", diff)
	}
	plan, _ := cli.Run("plan", "-no-color", "-var=function=ToLower")
	var changed []string
	_, plan, _ = strings.Cut(plan, "will perform the following actions")
	for line := range strings.Lines(plan) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "~ ") || strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "- ") {
			changed = append(changed, strings.Join(strings.Fields(line), " "))
		}
	}
	want := []string{`~ resource "gotomeeting_attribute_mappings" "users" {`, "~ mappings = {", `~ "attribute42" = {`, `~ expression = "ToUpper([city])" -> "ToLower([city])"`}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("changed lines (-want +got):\n%s\n%s", diff, plan)
	}
	c.Sim.Log().Reset()
	cli.Run("apply", "-no-color", "-auto-approve", "-var=function=ToLower")
	if n := len(c.puts()); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
}

// bare is the resource without the provider block.
func (c *connected) bare(entries string) string {
	return fmt.Sprintf("resource \"gotomeeting_attribute_mappings\" \"users\" {\n  connection_id = %q\n  mappings = {\n%s  }\n}\n", c.connectionID(), entries)
}
