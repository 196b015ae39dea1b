// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// treeSet holds trees of expressions that the service made: those of mappings that exist, and fresh ones of its parser.
type treeSet map[sourceID]*graph.MappingSource

// learnAll adds the expressions of all mappings of a schema, which may be nil.
func (t treeSet) learnAll(schema *graph.Schema) {
	if schema == nil {
		return
	}
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return // whoever edits the schema reports it
	}
	for _, m := range mappings {
		t.learn(m.Attributes)
	}
}

// learn adds the expressions of existing mappings.
func (t treeSet) learn(mappings []graph.AttributeMapping) {
	for _, a := range mappings {
		if s := fromTree(a.Source); s.kind == sourceFunction && t[s.sourceID] == nil && a.Understood() {
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
