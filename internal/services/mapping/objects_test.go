// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
)

// addMapping adds an object mapping beside that of the users.
func (c *connected) addMapping(name, from, to string) {
	c.change(func(schema map[string]any) {
		rule := item(schema, "synchronizationRules", 0)
		var other map[string]any
		raw, err := json.Marshal(object(schema))
		if err != nil {
			c.t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &other); err != nil {
			c.t.Fatal(err)
		}
		maps.Copy(other, map[string]any{"name": name, "sourceObjectName": from, "targetObjectName": to, "attributeMappings": []any{
			map[string]any{"targetAttributeName": "displayName", "source": attributeNode("displayName"), "flowType": "Always", "matchingPriority": 1},
		}})
		rule["objectMappings"] = append(asList(rule["objectMappings"]), other)
	})
}

func TestResource_sharesTheSchemaWithAnother(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.addMapping("Synchronize Groups", "Group", "Group")
	c.Sim.Log().Reset()
	config := func(title, groups string) string {
		return c.Config(fmt.Sprintf(`
resource "gotomeeting_attribute_mappings" "users" {
  connection_id = %[1]q
  mappings = {
    email    = { source_attribute = "userPrincipalName", matching_priority = 1 }
    active   = { expression = "Not([IsSoftDeleted])" }
    jobTitle = { constant = %[2]q }
  }
}

resource "gotomeeting_attribute_mappings" "groups" {
  connection_id  = %[1]q
  object_mapping = "group"
  mappings = {
    displayName = { source_attribute = %[3]q, matching_priority = 1 }
  }
}
`, c.connectionID(), title, groups))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config("first", "displayName")},
			{Config: config("second", "mailNickname"), ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction("gotomeeting_attribute_mappings.groups", plancheck.ResourceActionUpdate))},
			{Config: config("second", "mailNickname"), ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan())},
		},
	})
	puts := c.puts()
	if len(puts) != 4 { // the users' create, both updates, and the users' default; the connector knows no default for groups
		t.Fatalf("%d writes, want 4", len(puts))
	}
	both := decode(t, puts[2].Body)
	groups := item(item(item(both, "synchronizationRules", 0), "objectMappings", 1), "attributeMappings", 0)
	got := map[string]any{"users": attribute(both, "jobTitle")["source"], "groups": groups["source"]}
	if diff := cmp.Diff(map[string]any{"users": constantNode("second"), "groups": attributeNode("mailNickname")}, got); diff != "" {
		t.Errorf("both updates (-want +got):\n%s", diff)
	}
}

func TestObjectMapping_isFoundByObjectsAndName(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.addMapping("People as contacts", "User", "Contact")
	c.addMapping("More contacts", "User", "Contact")
	p := c.Protocol()
	for _, test := range []struct {
		name string
		want []string
	}{
		{"User to User", nil},
		{"user TO user", nil},
		{"People as contacts", nil},
		{"User", []string{"error object_mapping: Several object mappings match: \"User\" matches all of these. Specify the intended one by source and target object, or, if these are also the same, by its name:\n" +
			"- User to User (\"Synchronize Azure Active Directory Users to GoToMeeting\", from Azure Active Directory to GoToMeeting)\n" +
			"- User to Contact (\"People as contacts\", from Azure Active Directory to GoToMeeting)\n- User to Contact (\"More contacts\", from Azure Active Directory to GoToMeeting)"}},
		{"User to Contact", []string{"error object_mapping: Several object mappings match: \"User to Contact\" matches all of these. Specify the intended one by source and target object, or, if these are also the same, by its name:\n" +
			"- User to Contact (\"People as contacts\", from Azure Active Directory to GoToMeeting)\n- User to Contact (\"More contacts\", from Azure Active Directory to GoToMeeting)"}},
	} {
		instance, found := p.Import(typeName, c.connectionID()+"/"+test.name)
		if diff := cmp.Diff(test.want, texts(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if test.want == nil && instance.State["object_mapping"] != test.name {
			t.Errorf("%s became %v", test.name, instance.State["object_mapping"])
		}
	}
}

func TestObjectMapping_defaultsToTheTenantsUsers(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	// A rule in the other direction, with users in it too.
	c.change(func(schema map[string]any) {
		rule := item(schema, "synchronizationRules", 0)
		back := maps.Clone(rule)
		back["sourceDirectoryName"], back["targetDirectoryName"] = rule["targetDirectoryName"], rule["sourceDirectoryName"]
		mapping := maps.Clone(object(schema))
		mapping["name"], mapping["attributeMappings"] = "Backwards", []any{}
		back["objectMappings"] = []any{mapping}
		schema["synchronizationRules"] = []any{back, rule}
	})
	instance, found := c.Protocol().Import(typeName, c.connectionID())
	if len(found) > 0 {
		t.Fatal(found)
	}
	if mappings, _ := instance.State["mappings"].(map[string]any); mappings["email"] == nil {
		t.Errorf("mappings %v", mappings)
	}
}

func TestResource_replacesForAnotherObjectMapping(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.addMapping("Synchronize Groups", "Group", "Group")
	m := c.created(c.config(nil))
	other := c.config(map[string]any{"object_mapping": "Group", "mappings": map[string]any{"displayName": map[string]any{"source_attribute": "displayName", "matching_priority": 1}}})
	if action, _, found := m.Plan(other); action != acctest.Replace || found.HasError() {
		t.Fatalf("plan: %s %s", action, found)
	}
	if found := m.Apply(other); found.HasError() {
		t.Fatalf("apply: %s", found)
	}
	if id := m.Text("id"); id != c.connectionID()+"/Group" {
		t.Errorf("id %s", id)
	}
}

func TestResource_disablesAGroupMapping(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.addMapping("Synchronize Groups", "Group", "Group")
	groups := map[string]any{"object_mapping": "Group", "mappings": map[string]any{"displayName": map[string]any{"source_attribute": "displayName", "matching_priority": 1}}}
	m := c.created(c.config(groups))
	groups["enabled"] = false
	if found := m.Apply(c.config(groups)); found.HasError() {
		t.Fatalf("apply: %s", found)
	}
	if enabled := item(item(c.schema(), "synchronizationRules", 0), "objectMappings", 1)["enabled"]; enabled != false {
		t.Errorf("enabled %v", enabled)
	}
}

func TestResource_addsCustomTargetAttributes(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	definitions := func() map[string]any {
		found := map[string]any{}
		for _, a := range asList(item(item(c.schema(), "directories", 1), "objects", 0)["attributes"]) {
			if definition, _ := a.(map[string]any); definition["anchor"] == nil { // ours have nothing but what was asked for
				found[fmt.Sprint(definition["name"])] = definition
			}
		}
		return found
	}
	original := c.schema()["directories"]
	m := c.Managed(typeName)
	mappings := entries(map[string]any{"badge": map[string]any{"source_attribute": "employeeId"}, "tags": map[string]any{"source_attribute": "otherMails", "apply": "add_values"}})
	with := func(custom map[string]any, mappings map[string]any) map[string]any {
		return c.config(map[string]any{"mappings": mappings, "custom_target_attributes": custom})
	}
	config := with(map[string]any{"badge": map[string]any{}, "tags": map[string]any{"multivalued": true}}, mappings)
	if found := m.Apply(config); len(found) > 0 {
		t.Fatalf("create: %s", found)
	}
	if diff := cmp.Diff(map[string]any{
		"badge": map[string]any{"name": "badge", "type": "String"},
		"tags":  map[string]any{"name": "tags", "type": "String", "multivalued": true},
	}, definitions()); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("plan: %s %s", action, found)
	}
	fewer := with(map[string]any{"badge": map[string]any{"type": "Integer"}, "email": map[string]any{}}, entries(map[string]any{"badge": map[string]any{"source_attribute": "employeeId"}}))
	if found := m.Apply(fewer); len(found) > 0 {
		t.Fatalf("update: %s", found)
	}
	if diff := cmp.Diff(map[string]any{"badge": map[string]any{"name": "badge", "type": "Integer"}}, definitions()); diff != "" {
		t.Errorf("definitions after the update (-want +got):\n%s", diff)
	}
	// "email" is the connector's own and stays when it is no longer declared.
	if found := m.Destroy(); len(found) > 0 {
		t.Fatalf("destroy: %s", found)
	}
	if diff := cmp.Diff(original, c.schema()["directories"]); diff != "" {
		t.Errorf("directories after the destroy (-want +got):\n%s", diff)
	}
}

// A mapping that only gets another address, without a `moved` block, is created and destroyed in one apply, in either order.
func TestResource_newAddressKeepsTheMapping(t *testing.T) {
	t.Parallel()
	for _, createFirst := range []bool{true, false} {
		c := newConnected(t)
		config := c.config(nil)
		m := c.created(config)
		p := c.Protocol()
		old, found := p.Plan(typeName, m.Now, nil)
		fresh, more := p.Plan(typeName, nil, config)
		if found = append(found, more...); found.HasError() {
			t.Fatal(found)
		}
		p = c.Protocol() // that of the apply
		var made *acctest.Instance
		steps := []func() acctest.Diagnostics{
			func() (found acctest.Diagnostics) { made, found = p.Apply(fresh); return found },
			func() (found acctest.Diagnostics) { _, found = p.Apply(old); return found },
		}
		if !createFirst {
			steps[0], steps[1] = steps[1], steps[0]
		}
		for _, step := range steps {
			if found := step(); found.HasError() {
				t.Fatal(found)
			}
		}
		m.Now = made
		if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
			t.Errorf("create first %t: afterward the plan is %s\n%s", createFirst, action, found)
		}
	}
}
