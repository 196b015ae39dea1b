// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// settings is a whole object mapping as this resource understands it: what a configuration requests, or what the service
// has.
type settings struct {
	entries    map[string]entry // by target attribute
	operations []string         // wire flags, sorted
	enabled    bool
	filters    []graph.FilterGroup
	custom     map[string]customAttribute // attribute definitions that the connector does not list itself
	// What the service has beside the entries, by target attribute: mappings that no entry can say, and how many more
	// there are of a target that has an entry.
	unmanaged map[string]*graph.AttributeMapping
	doubled   map[string]int
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

// erases reports whether the service has nothing but deletion to end access with.
func (s settings) erases() bool {
	for _, e := range s.entries {
		if e.readsState() {
			return false
		}
	}
	return slices.Contains(s.operations, flagDelete)
}

// inert reports whether an attribute mapping of the service does nothing at all. Such leftovers have no counterpart in a
// configuration; they are neither shown nor touched.
func inert(a *graph.AttributeMapping) bool {
	return a.Source == nil && a.DefaultValue == "" && a.MatchingPriority == 0 && a.Understood()
}

// unsayable reports whether no entry can express an attribute mapping of the service, such as a workflow.
func unsayable(a *graph.AttributeMapping) bool {
	problem, _ := attributeNameProblem(a.Target)
	return problem != "" || !a.Understood() || !isApply(applyOf(a.FlowType))
}

// settingsOf reads what the service has. Of two mappings of one target, which the service tolerates, the first counts.
func settingsOf(m *graph.ObjectMapping) settings {
	s := settings{
		entries: map[string]entry{}, operations: knownFlags(m.FlowTypes), enabled: m.Enabled, filters: m.Filters,
		unmanaged: map[string]*graph.AttributeMapping{}, doubled: map[string]int{},
	}
	for i := range m.Attributes {
		a := &m.Attributes[i]
		_, mapped := s.entries[a.Target]
		switch {
		case inert(a):
		case unsayable(a):
			s.unmanaged[a.Target] = a
		case mapped:
			s.doubled[a.Target]++
		default:
			s.entries[a.Target] = entryOf(a)
		}
	}
	return s
}

func entryOf(a *graph.AttributeMapping) entry {
	return entry{fromTree(a.Source), a.DefaultValue, a.MatchingPriority, flowTypeOf(applyOf(a.FlowType))}
}

// same reports whether two settings mean the same to the service. Custom attribute definitions are compared separately,
// because they are part of a directory, not of the mapping.
func (s settings) same(other settings) bool {
	return maps.EqualFunc(s.entries, other.entries, entry.same) && slices.Equal(s.operations, other.operations) &&
		s.enabled == other.enabled && graph.SameFilters(s.filters, other.filters)
}

// replacesUnmanaged reports whether entries would replace mappings that no entry can express and that are not in the original.
func (s settings) replacesUnmanaged(is, original settings) bool {
	for target, a := range is.unmanaged {
		if _, wanted := s.entries[target]; wanted && !sameUnmanaged(a, original.unmanaged[target]) {
			return true
		}
	}
	return false
}

func sameUnmanaged(a, b *graph.AttributeMapping) bool { return a != nil && b != nil && a.Same(b) }

// sameMapping reports whether two object mappings mean the same, including what no entry can express.
func sameMapping(a, b *graph.ObjectMapping) bool {
	x, y := settingsOf(a), settingsOf(b)
	return x.same(y) && maps.EqualFunc(x.unmanaged, y.unmanaged, sameUnmanaged)
}

// maxDifferences limits how many lines a message shows; to see more, import the mapping and read the plan.
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

// match is one way to find an account.
type match struct {
	priority int
	target   string
	source   source
}

func (m match) same(other match) bool {
	return m.priority == other.priority && m.target == other.target && m.source.same(other.source)
}

// matching lists what accounts are found by, in the order in which it is tried.
func (s settings) matching() []match {
	var matches []match
	for target, e := range s.entries {
		if e.priority > 0 {
			matches = append(matches, match{e.priority, target, e.source})
		}
	}
	sort.Slice(matches, func(i, j int) bool {
		return cmp.Or(cmp.Compare(matches[i].priority, matches[j].priority), strings.Compare(matches[i].target, matches[j].target)) < 0
	})
	return matches
}
