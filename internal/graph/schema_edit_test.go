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
	"pgregory.net/rapid"
)

// exactJSON decodes with the text of numbers, so that a lost digit shows.
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

func TestEditObjectMapping_changesOnlyWhatItIsToldTo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := randomSchema(t)
		schema := &Schema{document: json.RawMessage(text)}
		mappings, err := schema.ObjectMappings()
		if err != nil {
			t.Fatalf("%v", err)
		}
		m := mappings[2]
		want := exactJSON(t, []byte(text))
		mapping := as[map[string]any](inside(want, "synchronizationRules", 1, "objectMappings", 0))
		list := as[[]any](mapping["attributeMappings"])
		email := as[map[string]any](list[0])

		edit := ObjectMappingEdit{Enabled: m.Enabled, FlowTypes: m.FlowTypes, Filters: m.Filters, Attributes: slices.Clone(m.Attributes)}
		if rapid.Bool().Draw(t, "source") {
			edit.Attributes[0].Source = ConstantSource("a\"b\\c")
			email["source"] = map[string]any{"type": "Constant", "name": "a\"b\\c", "expression": `"a\"b\\c"`, "parameters": []any{}}
		}
		if rapid.Bool().Draw(t, "priority") {
			edit.Attributes[0].MatchingPriority = 2
			email["matchingPriority"] = json.Number("2")
		}
		if rapid.Bool().Draw(t, "flow type") {
			edit.Attributes[0].FlowType = "ObjectAddOnly"
			email["flowType"] = "ObjectAddOnly"
		}
		if rapid.Bool().Draw(t, "default") {
			edit.Attributes[0].DefaultValue = "x"
			email["defaultValue"] = "x"
		}
		if rapid.Bool().Draw(t, "drop") {
			edit.Attributes = edit.Attributes[:1]
			mapping["attributeMappings"] = list[:1]
		}
		if rapid.Bool().Draw(t, "operations") {
			edit.FlowTypes = []string{"Update", "Add"}
			mapping["flowTypes"] = "Add, Update"
		}
		if rapid.Bool().Draw(t, "enabled") {
			edit.Enabled = false
			mapping["enabled"] = false
		}
		if rapid.Bool().Draw(t, "filter") {
			edit.Filters = []FilterGroup{{Name: "g", Clauses: append(slices.Clone(m.Filters[0].Clauses), FilterClause{Attribute: "department", Operator: "IS NULL"})}}
			group := as[map[string]any](inside(mapping, "scope", "groups", 0))
			group["clauses"] = append(as[[]any](group["clauses"]), map[string]any{"sourceOperandName": "department", "operatorName": "IS NULL", "targetOperand": map[string]any{"values": []any{}}})
		}
		edited, err := schema.EditObjectMapping(m.Ref, edit)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if got := exactJSON(t, edited.document); !reflect.DeepEqual(want, got) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
		}
		// Values that nobody understands keep their very text, doubled members and lone surrogates too.
		for _, rare := range []string{`"\ud800 alone"`, "1e400"} {
			dropped := strings.Count(string(rawOf(schema, 2)), rare) - strings.Count(string(rawOf(edited, 2)), rare)
			if strings.Count(text, rare)-dropped != strings.Count(string(edited.document), rare) {
				t.Fatalf("%s was rewritten outside the edited mapping", rare)
			}
		}
	})
}

// rawOf is the text of an object mapping.
func rawOf(s *Schema, index int) json.RawMessage {
	mappings, err := s.ObjectMappings()
	if err != nil {
		return nil
	}
	var raw json.RawMessage
	_, _ = s.changeObjectMapping(mappings[index].Ref, func(o rawObject) (rawObject, error) {
		raw = o.encode()
		return o, nil
	})
	return raw
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

func TestEditObjectMapping_keepsTheTextWhenNothingChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		schema := &Schema{document: json.RawMessage(randomSchema(t))}
		mappings, err := schema.ObjectMappings()
		if err != nil {
			t.Fatalf("%v", err)
		}
		m := mappings[rapid.IntRange(0, 3).Draw(t, "mapping")]
		edited, err := schema.EditObjectMapping(m.Ref, ObjectMappingEdit{Enabled: m.Enabled, FlowTypes: m.FlowTypes, Filters: m.Filters, Attributes: m.Attributes})
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, member := range []string{"directories", "version", "id"} {
			want, got := parsed(t, schema).get(member), parsed(t, edited).get(member)
			if string(want) != string(got) {
				t.Fatalf("%s: %s became %s", member, want, got)
			}
		}
		again, err := edited.ObjectMappings()
		if err != nil {
			t.Fatalf("%v", err)
		}
		if !reflect.DeepEqual(mappings, again) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(mappings, again))
		}
		if want, got := exactJSON(t, schema.document), exactJSON(t, edited.document); !reflect.DeepEqual(want, got) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
		}
	})
}

func parsed(t *rapid.T, s *Schema) rawObject {
	o, err := parseObject(s.document)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return o
}

func TestEditAttributeDefinitions_addsChangesAndRemoves(t *testing.T) {
	t.Parallel()
	schema := &Schema{document: json.RawMessage(`{"n": 12345678901234567890, "directories": [{"name": "Source"}, {"name": "Target", "objects": [
		{"name": "User", "attributes": [{"name": "email", "type": "string", "x": 1.0}, {"name": "badge", "type": "Integer"}, {"name": "old"}]}, {"name": "Group"}]}]}`)}
	edited, err := schema.EditAttributeDefinitions("target", "user",
		[]AttributeDefinition{{Name: "email", Type: "String"}, {Name: "badge", Type: "String", Multivalued: true}, {Name: "fresh", Type: "Boolean"}, {Name: "many", Type: "String", Multivalued: true}}, []string{"old", "never"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"n":12345678901234567890,"directories":[{"name": "Source"},{"name":"Target","objects":[{"name":"User","attributes":[` +
		`{"name":"email","type":"string","x":1.0},{"name":"badge","type":"String","multivalued":true},{"name":"fresh","type":"Boolean"},{"name":"many","type":"String","multivalued":true}]},{"name": "Group"}]}]}`
	if diff := cmp.Diff(want, string(edited.document)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := schema.EditAttributeDefinitions("Target", "Contact", nil, nil); err == nil {
		t.Error("an object that is not there was edited")
	}
}

func TestReplaceObjectMapping_takesOverWhatPeopleEdit(t *testing.T) {
	t.Parallel()
	live := &Schema{document: json.RawMessage(`{"synchronizationRules":[{"id":"r","objectMappings":[{"name":"Renamed","flowTypes":"Add","metadata":[1],"enabled":false,"scope":{"groups":[2]},"attributeMappings":[3]}]}]}`)}
	template := &Schema{document: json.RawMessage(`{"synchronizationRules":[{"id":"r","objectMappings":[{"name":"Original","flowTypes":"Add, Update","metadata":[4],"enabled":true,"attributeMappings":[{"a":1e2}]}]}]}`)}
	got, err := live.ReplaceObjectMapping(ObjectMappingRef{}, template, ObjectMappingRef{})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"synchronizationRules":[{"id":"r","objectMappings":[{"name":"Renamed","flowTypes":"Add, Update","metadata":[1],"enabled":true,"scope":null,"attributeMappings":[{"a":1e2}]}]}]}`
	if diff := cmp.Diff(want, string(got.document)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestObjectMappings_readsEverySpelling(t *testing.T) {
	t.Parallel()
	schema := &Schema{document: json.RawMessage(`{"synchronizationRules": [{"id": "r", "name": "R", "priority": 3, "editable": false, "sourceDirectoryName": "S", "targetDirectoryName": "T", "objectMappings": [
		{"flowTypes": "Delete,add", "sourceObjectName": "User", "targetObjectName": "Contact", "scope": {"groups": [{"name": null, "clauses": [
			{"sourceOperandName": "city", "operatorName": "IS NULL", "targetOperand": null}]}],
		  "inputFilterGroups": [{"name": "i", "clauses": []}], "categoryFilterGroups": [{"name": "c"}]},
		 "attributeMappings": [
			{"targetAttributeName": "a", "source": {"type": "constant", "name": "x", "expression": "\"x\""}, "flowType": null, "matchingPriority": 1},
			{"targetAttributeName": "b", "source": null, "defaultValue": "d", "flowType": "ObjectAddOnly"}]}, {"flowTypes": "None", "enabled": false}]}, {"id": "empty"}]}`)}
	got, err := schema.ObjectMappings()
	if err != nil {
		t.Fatal(err)
	}
	want := []ObjectMapping{
		{
			RuleID: "r", RuleName: "R", RulePriority: 3, SourceDirectory: "S", TargetDirectory: "T", Enabled: true, FlowTypes: []string{"Add", "Delete"},
			SourceObject: "User", TargetObject: "Contact",
			Filters:      []FilterGroup{{Clauses: []FilterClause{{Attribute: "city", Operator: "IS NULL"}}}},
			InputFilters: []FilterGroup{{Name: "i"}}, CategoryFilters: []FilterGroup{{Name: "c"}},
			Attributes: []AttributeMapping{
				{Target: "a", FlowType: "Always", MatchingPriority: 1, Source: &MappingSource{Type: "Constant", Name: "x", Expression: `"x"`,
					Tree: json.RawMessage(`{"type": "constant", "name": "x", "expression": "\"x\""}`)}},
				{Target: "b", FlowType: "ObjectAddOnly", DefaultValue: "d"},
			},
		},
		{Ref: ObjectMappingRef{0, 1}, RuleID: "r", RuleName: "R", RulePriority: 3, SourceDirectory: "S", TargetDirectory: "T"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
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
