// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ObjectMappingEdit is what an object mapping shall be. Members of the schema that it does not name stay as they are.
type ObjectMappingEdit struct {
	Enabled   bool
	FlowTypes []string
	Filters   []FilterGroup
	// Attributes are all attribute mappings: others are dropped, and one whose members have the wanted values already is
	// not touched.
	Attributes []AttributeMapping
}

// EditObjectMapping returns the schema with one object mapping changed.
func (s *Schema) EditObjectMapping(at ObjectMappingRef, edit ObjectMappingEdit) (*Schema, error) {
	return s.changeObjectMapping(at, func(o rawObject) (rawObject, error) {
		if decodeOr(o.get("enabled"), true) != edit.Enabled {
			o = o.with("enabled", encodeJSON(edit.Enabled))
		}
		if !slices.Equal(readFlowTypes(o.get("flowTypes")), slices.Sorted(slices.Values(edit.FlowTypes))) {
			o = o.with("flowTypes", encodeJSON(writeFlowTypes(edit.FlowTypes)))
		}
		o, err := editFilters(o, edit.Filters)
		if err != nil {
			return nil, err
		}
		return editAttributes(o, edit.Attributes)
	})
}

// ReplaceObjectMapping returns the schema with the settings and attribute mappings of one object mapping taken from
// another schema, member by member as they are there. The mapping's name and metadata stay.
func (s *Schema) ReplaceObjectMapping(at ObjectMappingRef, from *Schema, fromAt ObjectMappingRef) (*Schema, error) {
	var template rawObject
	if _, err := from.changeObjectMapping(fromAt, func(o rawObject) (rawObject, error) {
		template = o
		return o, nil
	}); err != nil {
		return nil, err
	}
	return s.changeObjectMapping(at, func(o rawObject) (rawObject, error) {
		for _, name := range []string{"enabled", "flowTypes", "scope", "attributeMappings"} {
			if value := template.get(name); value != nil || o.get(name) != nil {
				if value == nil {
					value = json.RawMessage("null")
				}
				o = o.with(name, value)
			}
		}
		return o, nil
	})
}

// changeObjectMapping applies change to one object mapping and puts the document together again around it.
func (s *Schema) changeObjectMapping(at ObjectMappingRef, change func(rawObject) (rawObject, error)) (*Schema, error) {
	document, err := parseObject(s.document)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	rules, err := parseArray(document.get("synchronizationRules"))
	if err != nil || at.Rule >= len(rules) {
		return nil, fmt.Errorf("schema: no rule %d", at.Rule)
	}
	rule, err := parseObject(rules[at.Rule])
	if err != nil {
		return nil, fmt.Errorf("synchronizationRules[%d]: %w", at.Rule, err)
	}
	mappings, err := parseArray(rule.get("objectMappings"))
	if err != nil || at.Index >= len(mappings) {
		return nil, fmt.Errorf("synchronizationRules[%d]: no object mapping %d", at.Rule, at.Index)
	}
	mapping, err := parseObject(mappings[at.Index])
	if err != nil {
		return nil, fmt.Errorf("synchronizationRules[%d].objectMappings[%d]: %w", at.Rule, at.Index, err)
	}
	if mapping, err = change(mapping); err != nil {
		return nil, fmt.Errorf("synchronizationRules[%d].objectMappings[%d]: %w", at.Rule, at.Index, err)
	}
	mappings[at.Index] = mapping.encode()
	rules[at.Rule] = rule.with("objectMappings", encodeArray(mappings)).encode()
	return &Schema{document: document.with("synchronizationRules", encodeArray(rules)).encode()}, nil
}

// writeFlowTypes joins flags in the order that the service uses.
func writeFlowTypes(flags []string) string {
	order := []string{"Add", "Update", "Delete"}
	var out []string
	for _, flag := range order {
		if slices.Contains(flags, flag) {
			out = append(out, flag)
		}
	}
	for _, flag := range flags {
		if !slices.Contains(order, flag) {
			out = append(out, flag)
		}
	}
	if len(out) == 0 {
		return "None"
	}
	return strings.Join(out, ", ")
}

func editAttributes(o rawObject, want []AttributeMapping) (rawObject, error) {
	live, err := parseArray(o.get("attributeMappings"))
	if err != nil {
		return nil, fmt.Errorf("attributeMappings: %w", err)
	}
	pending := slices.Clone(want)
	changed := false
	var out []json.RawMessage
	for i, raw := range live {
		m, err := parseObject(raw)
		if err != nil {
			return nil, fmt.Errorf("attributeMappings[%d]: %w", i, err)
		}
		target := decodeOr(m.get("targetAttributeName"), "")
		at := slices.IndexFunc(pending, func(a AttributeMapping) bool { return a.Target == target })
		if at < 0 {
			changed = true // dropped, or the second one of the same target, which the service does not refuse
			continue
		}
		edited := editAttribute(m, pending[at])
		pending = slices.Delete(pending, at, at+1)
		if edited == nil {
			out = append(out, raw)
			continue
		}
		changed = true
		out = append(out, edited.encode())
	}
	for _, a := range pending {
		changed = true
		out = append(out, newAttribute(a).encode())
	}
	if !changed {
		return o, nil
	}
	return o.with("attributeMappings", encodeArray(out)), nil
}

// editAttribute returns the attribute mapping with the members that differ changed, nil when none does.
func editAttribute(m rawObject, want AttributeMapping) rawObject {
	changed := false
	set := func(name string, value json.RawMessage) {
		m, changed = m.with(name, value), true
	}
	tree := sourceTree(want.Source)
	if (isNull(m.get("source")) != isNull(tree)) || (!isNull(tree) && string(m.get("source")) != string(tree)) {
		set("source", tree)
	}
	if decodeOr(m.get("defaultValue"), "") != want.DefaultValue {
		set("defaultValue", textOrNull(want.DefaultValue))
	}
	if decodeOr(m.get("matchingPriority"), 0) != want.MatchingPriority {
		set("matchingPriority", encodeJSON(want.MatchingPriority))
	}
	if !strings.EqualFold(decodeOr(m.get("flowType"), "Always"), want.FlowType) {
		set("flowType", encodeJSON(want.FlowType))
	}
	if !changed {
		return nil
	}
	return m
}

func newAttribute(a AttributeMapping) rawObject {
	return rawObject{}.
		with("targetAttributeName", encodeJSON(a.Target)).
		with("source", sourceTree(a.Source)).
		with("defaultValue", textOrNull(a.DefaultValue)).
		with("exportMissingReferences", json.RawMessage("false")).
		with("flowBehavior", encodeJSON("FlowWhenChanged")).
		with("flowType", encodeJSON(a.FlowType)).
		with("matchingPriority", encodeJSON(a.MatchingPriority))
}

func sourceTree(s *MappingSource) json.RawMessage {
	if s == nil {
		return json.RawMessage("null")
	}
	return s.Tree
}

func textOrNull(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return encodeJSON(text)
}
