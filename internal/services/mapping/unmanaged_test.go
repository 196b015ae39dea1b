// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// A source of a kind that no expression can say, with what a careless client loses: a number that no float holds, a
// doubled name, the order of names.
const workflow = `{"type":"Workflow","name":"InventedWorkflow","z":9007199254740993,"twice":1,"twice":2,"a":{"y":1.10,"b":[]}}`

const leftAlone = "warning Attribute mappings that Terraform does not manage: The mapping User to User has attribute mappings that an entry of `mappings` cannot express:\n\n" +
	"- \"jobTitle\", with a source of the type \"Workflow\"\n\n" +
	"`mappings` does not list them, and the provider does not change them. An entry for the same target attribute would replace the existing mapping."

// mapped adds attribute mappings to the stored schema.
func (c *connected) mapped(more ...any) {
	c.t.Helper()
	c.change(func(schema map[string]any) {
		mapping := object(schema)
		mapping["attributeMappings"] = append(asList(mapping["attributeMappings"]), more...)
	})
}

// written is the text of the only schema that was written since the log was last emptied.
func (c *connected) written() string {
	c.t.Helper()
	puts := c.puts()
	if len(puts) != 1 {
		c.t.Fatalf("%d writes, want 1", len(puts))
	}
	return string(puts[0].Body)
}

var newMail = map[string]any{"email": map[string]any{"source_attribute": "mail", "matching_priority": 1}}

func TestUnmanaged_aWorkflowSurvivesAnUnrelatedEdit(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.mapped(from("jobTitle", json.RawMessage(workflow), "futureMember", json.RawMessage(`[1.0]`)))

	if diff := cmp.Diff([]string{leftAlone}, texts(m.Refresh())); diff != "" {
		t.Errorf("refresh (-want +got):\n%s", diff)
	}
	imported := c.Managed(typeName)
	if diff := cmp.Diff([]string{leftAlone}, texts(imported.Import(c.connectionID()))); diff != "" {
		t.Errorf("import (-want +got):\n%s", diff)
	}
	shown, _ := imported.Get("mappings").(map[string]any)
	if _, found := shown["jobTitle"]; found || len(shown) != 3 {
		t.Errorf("mappings %v", shown)
	}
	if action, _, found := imported.Plan(c.config(nil)); action != acctest.NoAction {
		t.Errorf("plan: %s %s", action, found)
	}

	if found := m.Apply(c.config(edited(newMail))); found.HasError() {
		t.Fatalf("update: %s", found)
	}
	if body := c.written(); !strings.Contains(body, `"source":`+workflow) || !strings.Contains(body, `"futureMember":[1.0]`) || !strings.Contains(body, "[mail]") {
		t.Errorf("written: %s", body)
	}
}

func TestUnmanaged_isReplacedWhenAnEntryHasItsTarget(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.mapped(from("jobTitle", json.RawMessage(workflow), "futureMember", true))
	m.Refresh()
	config := c.config(edited(map[string]any{"jobTitle": map[string]any{"source_attribute": "department"}}))
	_, _, found := m.Plan(config)
	want := "warning mappings[jobTitle]: An attribute mapping of another kind is replaced: The service has an attribute mapping that an entry cannot express: " +
		"\"jobTitle\", with a source of the type \"Workflow\". This entry replaces it, and Terraform cannot restore it."
	if !slices.Contains(texts(found), want) {
		t.Errorf("plan: %s", found)
	}
	if found := m.Apply(config); found.HasError() {
		t.Fatalf("update: %s", found)
	}
	if diff := cmp.Diff(from("jobTitle", attributeNode("department"), "matchingPriority", 0.0), attribute(c.schema(), "jobTitle")); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestUnmanaged_isLeftByCreateAndDestroy(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.change(func(schema map[string]any) {
		for _, a := range asList(item(item(schema, "directories", 1), "objects", 0)["attributes"]) {
			if definition, _ := a.(map[string]any); definition["name"] == "jobTitle" {
				definition["required"] = true // the workflow writes it
			}
		}
	})
	c.mapped(from("jobTitle", json.RawMessage(workflow)))
	m := c.Managed(typeName)
	declared := c.config(edited(map[string]any{"jobTitle": map[string]any{"source_attribute": "department"}}))
	if _, _, found := m.Plan(declared); !strings.Contains(strings.Join(texts(found), "\n"), "The mapping was customized elsewhere") {
		t.Errorf("plan of a create that would replace it: %s", found)
	}
	if found := m.Apply(c.config(edited(newMail))); found.HasError() {
		t.Fatalf("create: %s", found)
	}
	if body := c.written(); !strings.Contains(body, `"source":`+workflow) {
		t.Errorf("create wrote: %s", body)
	}
	c.Sim.Log().Reset()
	if found := m.Destroy(); found.HasError() {
		t.Fatalf("destroy: %s", found)
	}
	if body := c.written(); !strings.Contains(body, `"source":`+workflow) {
		t.Errorf("destroy wrote: %s", body)
	}
	if got := sources(c.schema())["email"]; got != "[userPrincipalName]" {
		t.Errorf("email is %s again", got)
	}
}

func TestUnmanaged_dataSourceNamesIt(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.mapped(from("jobTitle", json.RawMessage(workflow)))
	state, found := c.Protocol().ReadData(typeName, map[string]any{"connection_id": c.connectionID()})
	if diff := cmp.Diff([]string{leftAlone}, texts(found)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	shown, _ := state["mappings"].(map[string]any)
	if _, found := shown["jobTitle"]; found || state["customized"] != true {
		t.Errorf("customized %v, mappings %v", state["customized"], shown)
	}
	for _, a := range asList(state["target_attributes"]) {
		if target, _ := a.(map[string]any); target["name"] == "jobTitle" && target["mapped"] != true {
			t.Error("the target attribute counts as not mapped")
		}
	}
}

func TestUnmanaged_twoMappingsOfOneTargetSurviveAnUnrelatedEdit(t *testing.T) {
	t.Parallel()
	c := newConnected(t, func(o *simulator.Options) { o.Variants.DoubledTargets = true })
	m := c.created(c.config(nil))
	first := `{"type":"Attribute","name":"department","expression":"[department]","n":9007199254740993,"parameters":[]}`
	second := `{"type":"Constant","name":"Sales","expression":"\"Sales\"","twice":1,"twice":2,"parameters":[]}`
	c.mapped(from("department", json.RawMessage(first)), from("department", json.RawMessage(second), "futureMember", true))

	doubled := "warning Target attributes that are mapped more than once: The mapping User to User has more than one attribute mapping for \"department\". `mappings` shows the first of them. " +
		"The others stay as they are until the entry of that target attribute changes or is removed, which removes them too."
	if diff := cmp.Diff([]string{doubled}, texts(m.Refresh())); diff != "" {
		t.Errorf("refresh (-want +got):\n%s", diff)
	}
	given := map[string]any{"department": map[string]any{"source_attribute": "department"}}
	if action, _, found := m.Plan(c.config(edited(given))); action != acctest.NoAction {
		t.Errorf("plan: %s %s", action, found)
	}
	before, _ := object(c.schema())["attributeMappings"].([]any)
	given["email"] = newMail["email"]
	if found := m.Apply(c.config(edited(given))); found.HasError() {
		t.Fatalf("update: %s", found)
	}
	body := c.written()
	if at := strings.Index(body, `"source":`+first); at < 0 || !strings.Contains(body[at:], `"source":`+second) {
		t.Errorf("written: %s", body)
	}
	after, _ := object(decode(t, []byte(body)))["attributeMappings"].([]any)
	if diff := cmp.Diff(targetsOf(before), targetsOf(after)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}

	c.Sim.Log().Reset()
	given["department"] = map[string]any{"source_attribute": "companyName"}
	_, _, found := m.Plan(c.config(edited(given)))
	want := "warning mappings[department]: Further attribute mappings are removed: The service has more than one attribute mapping for \"department\". After this change, only the one in this entry remains."
	if !slices.Contains(texts(found), want) {
		t.Errorf("plan: %s", found)
	}
	if found := m.Apply(c.config(edited(given))); found.HasError() {
		t.Fatalf("update: %s", found)
	}
	if body := c.written(); strings.Count(body, `"targetAttributeName":"department"`) != 1 || !strings.Contains(body, "[companyName]") {
		t.Errorf("written: %s", body)
	}
	if found := m.Refresh(); len(found) > 0 {
		t.Errorf("refresh: %s", found)
	}
}

func targetsOf(mappings []any) (targets []any) {
	for _, m := range mappings {
		mapping, _ := m.(map[string]any)
		targets = append(targets, mapping["targetAttributeName"])
	}
	return targets
}
