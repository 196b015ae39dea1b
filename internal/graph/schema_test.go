// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// exactJSON decodes with the text of numbers, so a lost digit shows.
func exactJSON(t interface{ Fatalf(string, ...any) }, raw []byte) any {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}

// anything draws the JSON text of any value; numbers go beyond what a float holds.
func anything() *rapid.Generator[string] {
	scalar := rapid.OneOf(
		rapid.Just("null"), rapid.Just("true"), rapid.Just("false"),
		rapid.StringMatching(`-?[1-9][0-9]{15,25}`), rapid.StringMatching(`[1-9]\.[0-9]{1,20}0`), rapid.Just("1e400"),
		rapid.Map(rapid.String(), func(s string) string { return string(encodeJSON(s)) }),
		rapid.Just(`"\ud800 alone"`), rapid.Just(`"\u00e9<&>"`),
	)
	return rapid.OneOf(scalar,
		rapid.Map(rapid.SliceOfN(scalar, 0, 3), func(items []string) string { return "[" + strings.Join(items, ", ") + "]" }),
		rapid.Map(rapid.SliceOfN(scalar, 1, 3), func(items []string) string {
			members := make([]string, len(items))
			for i, item := range items {
				members[i] = fmt.Sprintf("%q :%s", fmt.Sprintf("m%d", i), item)
			}
			return "{ " + strings.Join(members, ", ") + " }"
		}))
}

// extras draws members that the client does not know, some of them doubled, as text to put into an object.
func extras(t *rapid.T) string {
	var b strings.Builder
	for i := range rapid.IntRange(0, 3).Draw(t, "extras") {
		name := rapid.SampledFrom([]string{"x-unknown", "futureMember", "ümlaut", "a\"quote", `back\slash`}).Draw(t, "name")
		if rapid.Bool().Draw(t, "numbered") {
			name += fmt.Sprint(i)
		}
		b.WriteString(string(encodeJSON(name)) + ": " + anything().Draw(t, "value") + ", ")
	}
	return b.String()
}

// randomSchema draws the text of a schema with two rules; the object mapping under test is the first one of the second.
func randomSchema(t *rapid.T) string {
	source := func(name string) string {
		return fmt.Sprintf(`{%s"type": "Attribute", "name": %q, "expression": "[%s]", "parameters": []}`, extras(t), name, name)
	}
	attribute := func(target, name string) string {
		return fmt.Sprintf(`{%s"targetAttributeName": %q, "source": %s, "flowType": "Always", "flowBehavior": "FlowAlways", "matchingPriority": 0, "defaultValue": null}`,
			extras(t), target, source(name))
	}
	mapping := func(name string) string {
		return fmt.Sprintf(`{%s"name": %q, "sourceObjectName": "User", "targetObjectName": "User", "enabled": true, "flowTypes": "Add,Update, Delete",
			"scope": {%s"groups": [{%s"name": "g", "clauses": [{%s"sourceOperandName": "city", "operatorName": "EQUALS", "targetOperand": {%s"values": ["Berlin"]}}]}]},
			"metadata": [{"key": "twice", "value": "1"}, {"key": "twice", "value": "1"}], "attributeMappings": [%s, %s]}`,
			extras(t), name, extras(t), extras(t), extras(t), extras(t), attribute("email", "mail"), attribute("name", "displayName"))
	}
	rule := func(id string) string {
		return fmt.Sprintf(`{%s"id": %q, "objectMappings": [%s, %s]}`, extras(t), id, mapping("first"), mapping("second"))
	}
	return fmt.Sprintf(`{%s"id": "x", "version": "v1.0", "directories": [{%s"name": "Target", "objects": [{%s"name": "User", "attributes": [{%s"name": "email", "type": "String"}]}]}],
		"synchronizationRules": [%s, %s]}`, extras(t), extras(t), extras(t), extras(t), rule("one"), rule("two"))
}

// schemaFrom reads a schema.
func schemaFrom(t interface{ Fatalf(string, ...any) }, text string) *Schema {
	schema := &Schema{}
	if err := json.Unmarshal([]byte(text), schema); err != nil || schema.malformed != nil {
		t.Fatalf("%v, %v", err, schema.malformed)
	}
	return schema
}

// mappingOf is an object mapping of a schema.
func mappingOf(t interface{ Fatalf(string, ...any) }, schema *Schema, index int) *ObjectMapping {
	mappings, err := schema.ObjectMappings()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return mappings[index]
}

func TestSchema_changesOnlyWhatIsAssigned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := randomSchema(t)
		schema := schemaFrom(t, text)
		want := exactJSON(t, []byte(text))
		mapping := as[map[string]any](inside(want, "synchronizationRules", 1, "objectMappings", 0))
		list := as[[]any](mapping["attributeMappings"])
		email := as[map[string]any](list[0])

		edited := schema.Clone()
		m := mappingOf(t, edited, 2)
		if rapid.Bool().Draw(t, "source") {
			m.Attributes[0].Source = ConstantSource("a\"b\\c")
			email["source"] = map[string]any{"type": "Constant", "name": "a\"b\\c", "expression": `"a\"b\\c"`, "parameters": []any{}}
		}
		if rapid.Bool().Draw(t, "priority") {
			m.Attributes[0].MatchingPriority = 2
			email["matchingPriority"] = json.Number("2")
		}
		if rapid.Bool().Draw(t, "flow type") {
			m.Attributes[0].FlowType = "ObjectAddOnly"
			email["flowType"] = "ObjectAddOnly"
		}
		if rapid.Bool().Draw(t, "default") {
			m.Attributes[0].DefaultValue = "x"
			email["defaultValue"] = "x"
		}
		if rapid.Bool().Draw(t, "drop") {
			m.Attributes = m.Attributes[:1]
			mapping["attributeMappings"] = list[:1]
		}
		if rapid.Bool().Draw(t, "operations") {
			m.FlowTypes = []string{"Update", "Add"}
			mapping["flowTypes"] = "Add, Update"
		}
		if rapid.Bool().Draw(t, "enabled") {
			m.Enabled = false
			mapping["enabled"] = false
		}
		if rapid.Bool().Draw(t, "filter") {
			m.Filters[0].Clauses = append(m.Filters[0].Clauses, FilterClause{Attribute: "department", Operator: "IS NULL"})
			group := as[map[string]any](inside(mapping, "scope", "groups", 0))
			group["clauses"] = append(as[[]any](group["clauses"]), map[string]any{"sourceOperandName": "department", "operatorName": "IS NULL", "targetOperand": map[string]any{"values": []any{}}})
		}
		if got := exactJSON(t, edited.encode()); !reflect.DeepEqual(want, got) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
		}
		// Values that nobody understands keep their very text, doubled members and lone surrogates too.
		for _, rare := range []string{`"\ud800 alone"`, "1e400"} {
			dropped := strings.Count(string(write(mappingOf(t, schema, 2))), rare) - strings.Count(string(write(m)), rare)
			if strings.Count(text, rare)-dropped != strings.Count(string(edited.encode()), rare) {
				t.Fatalf("%s was rewritten outside the edited mapping", rare)
			}
		}
		if string(schema.encode()) != text {
			t.Fatalf("the edit of a clone changed the schema that it was cloned from")
		}
	})
}

// A service replaces the schema whole, so each byte that nobody assigned has to be there again: doubled names, their
// order, white space, and numbers that no float holds.
func TestSchema_keepsEveryByteBesideAnAssignment(t *testing.T) {
	t.Parallel()
	const text = `{"n":9007199254740993,"x":1,"x":2,"directories":[ {"name": "a" , "name": "b"} ],"synchronizationRules":[{"objectMappings":[{"z":1.10,"z":1.1,"attributeMappings":[` +
		`{"b":[1 ,2],"targetAttributeName":"one","a":9007199254740993,"source":{"type":"Attribute", "name":"mail","x":1,"x":2},"b":null,"matchingPriority":1},` +
		`{"targetAttributeName": "two", "source": {"type": "Workflow","id":9007199254740993,"id":2 } },` +
		`{"targetAttributeName": "two", "source": {"name": "mail"}},{ },null],"scope":{"y":1,"y":2,"groups":[{"q":1E2,"clauses":[ ]}]}}]}]}`
	schema := schemaFrom(t, text)
	if got := string(schema.Clone().encode()); got != text {
		t.Errorf("unchanged: %s", cmp.Diff(text, got))
	}
	edited := schema.Clone()
	m := mappingOf(t, edited, 0)
	m.Attributes[0].MatchingPriority = 2
	m.Filters[0].Name = "new"
	want := strings.NewReplacer(`"matchingPriority":1`, `"matchingPriority":2`, `"clauses":[ ]}`, `"clauses":[ ],"name":"new"}`).Replace(text)
	if diff := cmp.Diff(want, string(edited.encode())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// as is v as a T; another type is a mistake of the test and shows as its zero value.
func as[T any](v any) T {
	t, _ := v.(T)
	return t
}

func inside(v any, steps ...any) any {
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			v = as[map[string]any](v)[step]
		case int:
			v = as[[]any](v)[step]
		}
	}
	return v
}

func TestSchema_keepsTheTextWhenNothingChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := randomSchema(t)
		clone := schemaFrom(t, text).Clone()
		m := mappingOf(t, clone, rapid.IntRange(0, 3).Draw(t, "mapping"))
		m.Attributes, m.Filters, m.FlowTypes = slices.Clone(m.Attributes), slices.Clone(m.Filters), slices.Clone(m.FlowTypes)
		if got := string(clone.encode()); got != text {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(text, got))
		}
	})
}

func TestDirectory_takesAttributeDefinitions(t *testing.T) {
	t.Parallel()
	schema := schemaFrom(t, `{"n": 12345678901234567890, "directories": [{"name": "Source"}, {"name": "Target", "objects": [
		{"name": "User", "attributes": [{"name": "email", "type": "string", "x": 1.0}, {"name": "badge", "type": "Integer"}, {"name": "old"}]}, {"name": "Group"}]}]}`).Clone()
	user, err := schema.Object("target", "user")
	if err != nil || user == nil || user.Directory != "Target" {
		t.Fatalf("got %+v, %v", user, err)
	}
	user.Attribute("email").Type = "String"
	user.Attribute("badge").Type, user.Attribute("badge").Multivalued = "String", true
	user.Attributes = append(user.Attributes[:2], AttributeDefinition{Name: "fresh", Type: "Boolean"}, AttributeDefinition{Name: "many", Type: "String", Multivalued: true})
	want := `{"n":12345678901234567890,"directories":[{"name": "Source"},{"name":"Target","objects":[{"name":"User","attributes":[` +
		`{"name": "email", "type": "string", "x": 1.0},{"name":"badge","type":"String","multivalued":true},{"name":"fresh","type":"Boolean"},{"name":"many","type":"String","multivalued":true}]},{"name": "Group"}]}]}`
	if diff := cmp.Diff(want, string(schema.encode())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if contact, err := schema.Object("Target", "Contact"); contact != nil || err != nil {
		t.Errorf("found %+v, %v", contact, err)
	}
}

func TestRestore_takesOverWhatPeopleEdit(t *testing.T) {
	t.Parallel()
	live := schemaFrom(t, `{"synchronizationRules":[{"id":"r","objectMappings":[{"name":"Renamed","flowTypes":"Add","metadata":[1],"enabled":false,"scope":{"groups":[{}]},"attributeMappings":[{"a":3}]}]}]}`).Clone()
	template := schemaFrom(t, `{"synchronizationRules":[{"id":"r","objectMappings":[{"name":"Original","flowTypes":"Add, Update","metadata":[4],"enabled":true,"attributeMappings":[{"a":1e2}]}]}]}`)
	if err := mappingOf(t, live, 0).Restore(mappingOf(t, template, 0)); err != nil {
		t.Fatal(err)
	}
	want := `{"synchronizationRules":[{"id":"r","objectMappings":[{"name":"Renamed","flowTypes":"Add, Update","metadata":[1],"enabled":true,"scope":null,"attributeMappings":[{"a":1e2}]}]}]}`
	if diff := cmp.Diff(want, string(live.encode())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rule := mappingOf(t, live, 0).Rule; rule == nil || rule.ID != "r" {
		t.Errorf("rule %+v", rule)
	}
}

func TestAttributeMapping_knowsWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mapping string
		want    bool
	}{
		{`{"source": {"type": "attribute", "name": "mail"}}`, true},
		{`{"source": {"name": "mail"}, "flowType": "SomethingNew", "note": "text", "list": [1]}`, true},
		{`{"source": {"type": "Attribute", "expression": "[mail]"}}`, true},
		{`{"source": {"type": "Constant"}}`, true},
		{`{"source": {"type": "Function", "name": "Guid", "parameters": null}}`, true},
		{`{"source": {"type": "Function", "name": "Odd", "expression": "Odd([a])", "parameters": [{"value": 1}]}}`, true},
		{`{"source": null}`, true},
		{`{"source": null, "defaultValue": "x"}`, true},
		{`{"source": {"type": "Workflow", "name": "InventedWorkflow"}}`, false},
		{`{"source": {"type": "Workflow", "name": "InventedWorkflow", "expression": "InventedWorkflow([mail])"}}`, false},
		{`{"source": {"type": "Function", "name": "Odd", "parameters": [{"key": "source", "value": {"name": "mail"}}]}}`, false},
		{`{"source": {"workflowId": "w"}}`, false},
		{`{"source": "text"}`, false},
		{`{"source": [1]}`, false},
		{`{"source": null, "workflow": {"id": "w"}}`, false},
		{`{"source": null, "defaultValue": "x", "workflow": {"id": "w"}}`, false},
	} {
		a, err := read[AttributeMapping](json.RawMessage(test.mapping))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Understood(); got != test.want {
			t.Errorf("%s: %t, want %t", test.mapping, got, test.want)
		}
		if got := string(write(&a)); got != test.mapping {
			t.Errorf("%s became %s", test.mapping, got)
		}
	}
}

func TestObjectMappings_readsEverySpelling(t *testing.T) {
	t.Parallel()
	schema := schemaFrom(t, `{"synchronizationRules": [{"id": "r", "name": "R", "priority": 3, "editable": false, "sourceDirectoryName": "S", "targetDirectoryName": "T", "objectMappings": [
		{"flowTypes": "Delete,add", "sourceObjectName": "User", "targetObjectName": "Contact", "scope": {"groups": [{"name": null, "clauses": [
			{"sourceOperandName": "city", "operatorName": "IS NULL", "targetOperand": null}]}],
		  "inputFilterGroups": [{"name": "i", "clauses": []}], "categoryFilterGroups": [{"name": "c"}]},
		 "attributeMappings": [
			{"targetAttributeName": "a", "source": {"type": "constant", "name": "x", "expression": "\"x\""}, "flowType": null, "matchingPriority": 1},
			{"targetAttributeName": "b", "source": null, "defaultValue": "d", "flowType": "ObjectAddOnly"}]}, {"flowTypes": "None", "enabled": false}]}, {"id": "empty"}]}`)
	got, err := schema.ObjectMappings()
	if err != nil {
		t.Fatal(err)
	}
	rule := &Rule{ID: "r", Name: "R", Priority: 3, SourceDirectory: "S", TargetDirectory: "T"}
	want := []*ObjectMapping{
		{
			Rule: rule, Enabled: true, FlowTypes: []string{"Add", "Delete"},
			SourceObject: "User", TargetObject: "Contact",
			Filters:      []FilterGroup{{Clauses: []FilterClause{{Attribute: "city", Operator: "IS NULL"}}}},
			InputFilters: []FilterGroup{{Name: "i"}}, CategoryFilters: []FilterGroup{{Name: "c"}},
			Attributes: []AttributeMapping{
				{Target: "a", FlowType: "Always", MatchingPriority: 1, Source: &MappingSource{Type: "Constant", Name: "x", Expression: `"x"`,
					Tree: json.RawMessage(`{"type": "constant", "name": "x", "expression": "\"x\""}`)}},
				{Target: "b", FlowType: "ObjectAddOnly", DefaultValue: "d"},
			},
		},
		{Rule: rule},
	}
	unexported := cmpopts.IgnoreUnexported(ObjectMapping{}, Rule{}, FilterGroup{}, FilterClause{}, AttributeMapping{})
	if diff := cmp.Diff(want, got, unexported, cmpopts.IgnoreFields(Rule{}, "ObjectMappings")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSource_namesItsAttributes(t *testing.T) {
	t.Parallel()
	source, err := SourceFromTree(json.RawMessage(`{"type": "Function", "name": "Join", "expression": "…", "parameters": [
		{"key": "separator", "value": {"type": "Constant", "name": " ", "parameters": null}},
		{"key": "source", "value": {"type": "Function", "name": "ToUpper", "parameters": [{"key": "source", "value": {"type": "Attribute", "name": "surname"}}]}},
		{"key": "source", "value": {"type": "Attribute", "name": "givenName"}}, {"key": "source", "value": {"name": "givenName"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"givenName", "surname"}, source.Attributes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if none, err := SourceFromTree(json.RawMessage(" null ")); none != nil || err != nil {
		t.Errorf("null: %v, %v", none, err)
	}
	if _, err := SourceFromTree(json.RawMessage(`"text"`)); err == nil {
		t.Error("a text passed for a source")
	}
}
