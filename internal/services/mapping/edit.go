// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"maps"
	"slices"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// assign writes the settings to an object mapping. Equivalent values stay as they are, including their spelling. filters
// are those of the settings in the spelling to write; missing lists the entries whose expression has no tree, and then
// nothing may be written.
func (s settings) assign(m *graph.ObjectMapping, filters []graph.FilterGroup, trees treeSet) (missing []string) {
	attributes, missing := s.attributeMappings(m, trees)
	m.Enabled = s.enabled
	m.FlowTypes = slices.Concat(s.operations, unknownFlags(m.FlowTypes))
	m.Filters = mergeFilters(m.Filters, filters)
	m.Attributes = attributes
	return missing
}

// attributeMappings are the attribute mappings for the schema, in the existing order. Mappings that do nothing, and those that
// no entry can express, stay unless an entry has their target. A target whose entry changes ends up with one mapping.
func (s settings) attributeMappings(live *graph.ObjectMapping, trees treeSet) (all []graph.AttributeMapping, missing []string) {
	is := settingsOf(live)
	written := map[string]bool{}
	put := func(target string, a graph.AttributeMapping) {
		e := s.entries[target]
		if e.source.kind == sourceNone {
			a.Source = nil
		} else if a.Source == nil || !fromTree(a.Source).same(e.source) {
			if a.Source = trees.find(e.source); a.Source == nil {
				missing = append(missing, target)
			}
		}
		a.Target, a.DefaultValue, a.MatchingPriority, a.FlowType = target, e.defaultValue, e.priority, e.flowType
		all = append(all, a)
		written[target] = true
	}
	for i := range live.Attributes {
		a := &live.Attributes[i]
		e, wanted := s.entries[a.Target]
		had, managed := is.entries[a.Target]
		switch {
		case wanted && managed && had.same(e), !wanted && (inert(a) || unsayable(a)):
			all = append(all, *a)
			written[a.Target] = true
		case !wanted, written[a.Target], managed && (inert(a) || unsayable(a)):
		case unsayable(a):
			put(a.Target, graph.AttributeMapping{})
		default:
			put(a.Target, *a)
		}
	}
	for _, target := range slices.Sorted(maps.Keys(s.entries)) {
		if !written[target] {
			put(target, graph.AttributeMapping{})
		}
	}
	return all, missing
}

// mergeFilters keeps the wanted parts of the existing groups and clauses, with their other members.
func mergeFilters(live, want []graph.FilterGroup) []graph.FilterGroup {
	if graph.SameFilters(live, want) {
		return live
	}
	rest := slices.Clone(live)
	groups := make([]graph.FilterGroup, 0, len(want))
	for _, group := range want {
		if i := slices.IndexFunc(rest, func(g graph.FilterGroup) bool { return g.Name == group.Name }); i >= 0 {
			merged := rest[i]
			if !merged.Equal(group) {
				merged.Clauses = slices.Clone(group.Clauses)
				for j, clause := range merged.Clauses {
					if k := slices.IndexFunc(rest[i].Clauses, clause.Equal); k >= 0 {
						merged.Clauses[j] = rest[i].Clauses[k]
					}
				}
			}
			group, rest = merged, slices.Delete(rest, i, i+1)
		}
		groups = append(groups, group)
	}
	return groups
}

// define adds, changes and removes attribute definitions of an object, which may be nil when there is nothing to add.
// Connectors that accept this learn about attributes that they do not list.
func define(object *graph.ObjectDefinition, want map[string]customAttribute, remove []string) {
	if object == nil {
		return
	}
	object.Attributes = slices.DeleteFunc(object.Attributes, func(a graph.AttributeDefinition) bool { return slices.Contains(remove, a.Name) })
	for _, name := range slices.Sorted(maps.Keys(want)) {
		a := object.Attribute(name)
		if a == nil {
			object.Attributes = append(object.Attributes, graph.AttributeDefinition{Name: name})
			a = &object.Attributes[len(object.Attributes)-1]
		}
		a.Type, a.Multivalued = want[name].kind, want[name].multivalued
	}
}

// restore restores the connector's default. Mappings that no entry can express stay if the default has none for their target.
func restore(m, original *graph.ObjectMapping) error {
	kept := slices.DeleteFunc(slices.Clone(m.Attributes), func(a graph.AttributeMapping) bool {
		return !unsayable(&a) || inert(&a) ||
			slices.ContainsFunc(original.Attributes, func(o graph.AttributeMapping) bool { return o.Target == a.Target })
	})
	if err := m.Restore(original); err != nil {
		return err
	}
	// The original may have been shortened, which Restore does not see.
	m.Attributes = slices.DeleteFunc(m.Attributes, func(a graph.AttributeMapping) bool {
		return !slices.ContainsFunc(original.Attributes, func(o graph.AttributeMapping) bool { return o.Target == a.Target })
	})
	m.Attributes = append(m.Attributes, kept...)
	return nil
}
