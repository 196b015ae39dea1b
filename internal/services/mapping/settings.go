// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// settings is a whole object mapping as this resource understands it: what a configuration asks for, or what the service
// has.
type settings struct {
	entries    map[string]entry // by target attribute
	operations []string         // wire flags, sorted
	enabled    bool
	filters    []graph.FilterGroup
	custom     map[string]customAttribute // attribute definitions that the connector does not list itself
}

// entry is the mapping of one target attribute.
type entry struct {
	source       source
	defaultValue string
	priority     int
	flowType     string // as on the wire
}

func (e entry) same(other entry) bool {
	return e.source.same(other.source) && e.defaultValue == other.defaultValue && e.priority == other.priority && e.flowType == other.flowType
}

type customAttribute struct {
	kind        string
	multivalued bool
}

// has reports whether some entry has the source.
func (s settings) has(wanted source) bool {
	for _, e := range s.entries {
		if e.source.same(wanted) {
			return true
		}
	}
	return false
}

// inert reports whether an attribute mapping of the service does nothing at all. Such leftovers have no counterpart in a
// configuration; they are neither shown nor touched.
func inert(a graph.AttributeMapping) bool {
	return a.Source == nil && a.DefaultValue == "" && a.MatchingPriority == 0
}

// settingsOf reads what the service has. Of two mappings of one target, which the service tolerates, the first counts.
func settingsOf(m graph.ObjectMapping) settings {
	s := settings{entries: map[string]entry{}, operations: knownFlags(m.FlowTypes), enabled: m.Enabled, filters: m.Filters}
	for _, a := range m.Attributes {
		if _, doubled := s.entries[a.Target]; doubled || inert(a) {
			continue
		}
		s.entries[a.Target] = entryOf(a)
	}
	return s
}

func entryOf(a graph.AttributeMapping) entry {
	return entry{fromTree(a.Source), a.DefaultValue, a.MatchingPriority, flowTypeOf(applyOf(a.FlowType))}
}

// same reports whether two settings mean the same to the service. Custom attribute definitions are compared apart,
// because they are part of a directory, not of the mapping.
func (s settings) same(other settings) bool {
	return maps.EqualFunc(s.entries, other.entries, entry.same) && slices.Equal(s.operations, other.operations) &&
		s.enabled == other.enabled && graph.SameFilters(s.filters, other.filters)
}

// maxDifferences bounds how many lines a message shows; whoever needs more imports the mapping and reads the plan.
const maxDifferences = 30

// differences lists what would change from s to want, one line each.
func (s settings) differences(want settings) []string {
	var lines []string
	targets := slices.Sorted(maps.Keys(s.entries))
	for target := range want.entries {
		if _, both := s.entries[target]; !both {
			targets = append(targets, target)
		}
	}
	slices.Sort(targets)
	for _, target := range targets {
		is, had := s.entries[target]
		shall, has := want.entries[target]
		switch {
		case !has:
			lines = append(lines, fmt.Sprintf("- %s: %s", target, is))
		case !had:
			lines = append(lines, fmt.Sprintf("+ %s: %s", target, shall))
		case !is.same(shall):
			lines = append(lines, fmt.Sprintf("~ %s: %s -> %s", target, is, shall))
		}
	}
	if !slices.Equal(s.operations, want.operations) {
		lines = append(lines, fmt.Sprintf("~ operations: %s -> %s", operationList(s.operations), operationList(want.operations)))
	}
	if s.enabled != want.enabled {
		lines = append(lines, fmt.Sprintf("~ enabled: %t -> %t", s.enabled, want.enabled))
	}
	if !graph.SameFilters(s.filters, want.filters) {
		lines = append(lines, fmt.Sprintf("~ scoping filters: %d -> %d groups", len(s.filters), len(want.filters)))
	}
	if len(lines) > maxDifferences {
		more := len(lines) - maxDifferences
		lines = append(lines[:maxDifferences], fmt.Sprintf("… and %d more", more))
	}
	return lines
}

// String is the entry on one line: the source and whatever is not the usual.
func (e entry) String() string {
	text := e.source.String()
	var extras []string
	if e.defaultValue != "" {
		extras = append(extras, fmt.Sprintf("default %q", e.defaultValue))
	}
	if e.priority != 0 {
		extras = append(extras, fmt.Sprintf("matching priority %d", e.priority))
	}
	if e.flowType != flowAlways {
		extras = append(extras, "apply "+applyOf(e.flowType))
	}
	if len(extras) > 0 {
		text += " (" + strings.Join(extras, ", ") + ")"
	}
	return text
}

// attributeMappings is what the schema shall hold, given the trees of expressions. Mappings of the service that do
// nothing stay. missing lists the entries whose expression has no tree.
func (s settings) attributeMappings(live graph.ObjectMapping, trees treeSet) (all []graph.AttributeMapping, missing []string) {
	for _, target := range slices.Sorted(maps.Keys(s.entries)) {
		e := s.entries[target]
		a := graph.AttributeMapping{Target: target, DefaultValue: e.defaultValue, MatchingPriority: e.priority, FlowType: e.flowType}
		if is := liveSource(live, target); is != nil && fromTree(is).same(e.source) {
			a.Source = is
		} else if e.source.kind != sourceNone {
			if a.Source = trees.find(e.source); a.Source == nil {
				missing = append(missing, target)
			}
		}
		all = append(all, a)
	}
	for _, a := range live.Attributes {
		if _, wanted := s.entries[a.Target]; !wanted && inert(a) {
			all = append(all, a)
		}
	}
	return all, missing
}

func liveSource(m graph.ObjectMapping, target string) *graph.MappingSource {
	for _, a := range m.Attributes {
		if a.Target == target {
			return a.Source
		}
	}
	return nil
}

// treeSet holds trees of expressions that the service made: those of mappings that exist, and fresh ones of its parser.
type treeSet map[sourceID]*graph.MappingSource

// learn adds the expressions of existing mappings.
func (t treeSet) learn(mappings []graph.AttributeMapping) {
	for _, a := range mappings {
		if s := fromTree(a.Source); s.kind == sourceFunction && t[s.sourceID] == nil {
			t[s.sourceID] = a.Source
		}
	}
}

// find returns the tree of a source, nil when only the service's parser can make it. Attributes and constants have a
// documented shape.
func (t treeSet) find(s source) *graph.MappingSource {
	switch s.kind {
	case sourceAttribute:
		return graph.AttributeSource(s.text)
	case sourceConstant:
		return graph.ConstantSource(s.text)
	}
	return t[s.sourceID]
}

// unparsed lists the targets whose expression has no known tree, sorted.
func (t treeSet) unparsed(entries map[string]entry) []string {
	var targets []string
	for target, e := range entries {
		if e.source.kind == sourceFunction && t[e.source.sourceID] == nil {
			targets = append(targets, target)
		}
	}
	slices.Sort(targets)
	return targets
}
