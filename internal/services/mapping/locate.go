// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// located is an object mapping in a schema with the definitions of its two objects, which may be missing. There is no schema
// if it could not be understood.
type located struct {
	schema  *graph.Schema
	mapping *graph.ObjectMapping
	source  *graph.ObjectDefinition
	target  *graph.ObjectDefinition
	// missing says that the schema has no such mapping; the diagnostics then say so too.
	missing bool
}

// locate finds the object mapping that a configuration names.
func locate(schema *graph.Schema, name string) (located, diag.Diagnostics) {
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return located{}, malformed(err)
	}
	fits := schema.MappingsNamed(name)
	switch len(fits) {
	case 1:
	case 0:
		return located{schema: schema, missing: true}, attributeError(path.Root("object_mapping"), "No such object mapping",
			fmt.Sprintf("The connection's schema has no mapping for %q. It has:\n%s", name, mappingList(mappings)))
	default:
		return located{schema: schema}, attributeError(path.Root("object_mapping"), "Several object mappings match",
			fmt.Sprintf("%q matches all of these. Specify the intended one by source and target object, or, if these are also the same, by its name:\n%s", name, mappingList(fits)))
	}
	at := located{schema: schema, mapping: fits[0]}
	if at.source, err = schema.Object(fits[0].Rule.SourceDirectory, fits[0].SourceObject); err != nil {
		return located{}, malformed(err)
	}
	if at.target, err = schema.Object(fits[0].Rule.TargetDirectory, fits[0].TargetObject); err != nil {
		return located{}, malformed(err)
	}
	return at, nil
}

// counterpart finds the same object mapping in the connector's default schema. The rule's id is the engine's and the
// same in both; names can be edited.
func counterpart(template *graph.Schema, m *graph.ObjectMapping) (located, bool) {
	mappings, err := template.ObjectMappings()
	if err != nil {
		return located{}, false
	}
	fits := matching(mappings, func(d *graph.ObjectMapping) bool {
		return strings.EqualFold(d.Objects(), m.Objects()) && strings.EqualFold(d.Rule.ID, m.Rule.ID)
	})
	if len(fits) == 0 {
		fits = matching(mappings, func(d *graph.ObjectMapping) bool { return strings.EqualFold(d.Objects(), m.Objects()) })
	}
	if len(fits) > 1 {
		if named := matching(fits, func(d *graph.ObjectMapping) bool { return d.Name == m.Name }); len(named) > 0 {
			fits = named
		}
	}
	if len(fits) == 0 {
		return located{}, false
	}
	target, err := template.Object(fits[0].Rule.TargetDirectory, fits[0].TargetObject)
	return located{schema: template, mapping: fits[0], target: target}, err == nil
}

func matching(mappings []*graph.ObjectMapping, keep func(*graph.ObjectMapping) bool) []*graph.ObjectMapping {
	return slices.DeleteFunc(slices.Clone(mappings), func(m *graph.ObjectMapping) bool { return !keep(m) })
}

func mappingList(mappings []*graph.ObjectMapping) string {
	lines := make([]string, len(mappings))
	for i, m := range mappings {
		lines[i] = fmt.Sprintf("%s (%q, from %s to %s)", m.Objects(), m.Name, m.Rule.SourceDirectory, m.Rule.TargetDirectory)
	}
	return graphdiag.Lines(lines)
}

func malformed(err error) diag.Diagnostics {
	return diag.Diagnostics{diag.NewErrorDiagnostic("Cannot understand the synchronization schema",
		"The service sent a schema that does not have the documented shape: "+err.Error()+". Nothing was changed.")}
}

func attributeError(at path.Path, summary, detail string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, summary, detail)}
}
