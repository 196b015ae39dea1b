// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// review is a planned mapping together with what it is judged by.
type review struct {
	resource *Resource
	ref      graph.JobRef
	name     string // object mapping
	plan     model
	entries  map[string]entryModel // as planned, for paths and notation
	want     settings
	// complete is false while parts of the plan are unknown; then checks of the whole have to wait.
	complete bool
	prior    *settings // what the state has; nil on create
	// operators are the connection's filter operators, once they were read.
	operators []graph.FilterOperator
}

// review decodes a plan that is fully known, as it is at apply.
func (r *Resource) review(ctx context.Context, plan model, state *model) (*review, diag.Diagnostics) {
	ref, err := plan.ref()
	if err != nil {
		return nil, attributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
	}
	v, diags := r.reviewOf(ctx, plan, state)
	v.ref = ref
	return v, diags
}

func (r *Resource) reviewOf(ctx context.Context, plan model, state *model) (*review, diag.Diagnostics) {
	v := &review{resource: r, name: plan.ObjectMapping.ValueString(), plan: plan}
	var diags diag.Diagnostics
	v.entries, _ = plan.entries()
	v.want, v.complete, diags = plan.desired(ctx)
	if state != nil {
		prior, _, ds := state.desired(ctx)
		diags.Append(ds...)
		v.prior = &prior
	}
	return v, diags
}

// writer returns the writer for the reviewed mapping. trees gives the trees that are at hand; removed are attribute
// definitions to take away.
func (r *Resource) writer(v *review, trees treeSet, removed []string) writer {
	return writer{
		graph: r.data.Graph, replaced: r.versions(), ref: v.ref, name: v.name,
		settled: func(at located) bool {
			return settingsOf(at.mapping).same(v.want) && v.customSettled(at.target) && !definesAny(at.target, removed)
		},
		check: v.beforeWrite,
		edit: func(at located) (*graph.Schema, []string, error) {
			live := maps.Clone(trees)
			live.learnAll(at.schema)
			attributes, missing := v.want.attributeMappings(at.mapping, live)
			if len(missing) > 0 {
				return nil, missing, nil
			}
			edited, err := at.schema.EditObjectMapping(at.mapping.Ref, graph.ObjectMappingEdit{
				Enabled:    v.want.enabled,
				FlowTypes:  slices.Concat(v.want.operations, unknownFlags(at.mapping.FlowTypes)),
				Filters:    v.spelt(),
				Attributes: attributes,
			})
			if err == nil && (!v.customSettled(at.target) || definesAny(at.target, removed)) {
				edited, err = edited.EditAttributeDefinitions(at.mapping.TargetDirectory, at.mapping.TargetObject, v.definitions(), removed)
			}
			return edited, nil, err
		},
		parse: func(ctx context.Context, missing []string) diag.Diagnostics {
			return parseAll(ctx, r.data.Graph, v.ref, v.want.entries, missing, trees)
		},
		lost: func(at located) []string { return settingsOf(at.mapping).differences(v.want) },
	}
}

// spelt are the wanted filters with the operators in the connection's spelling.
func (v *review) spelt() []graph.FilterGroup {
	groups := slices.Clone(v.want.filters)
	for i := range groups {
		groups[i].Clauses = slices.Clone(groups[i].Clauses)
		for j, clause := range groups[i].Clauses {
			for _, operator := range v.operators {
				if strings.EqualFold(operator.Name, clause.Operator) {
					groups[i].Clauses[j].Operator = operator.Name
				}
			}
		}
	}
	return groups
}

// customSettled reports whether the target defines the custom attributes as wanted.
func (v *review) customSettled(target *graph.ObjectDefinition) bool {
	for name, c := range v.want.custom {
		if target == nil {
			return false
		}
		a := target.Attribute(name)
		if a == nil || a.Type != c.kind || a.Multivalued != c.multivalued {
			return false
		}
	}
	return true
}

func (v *review) definitions() []graph.AttributeDefinition {
	var definitions []graph.AttributeDefinition
	for _, name := range slices.Sorted(maps.Keys(v.want.custom)) {
		c := v.want.custom[name]
		definitions = append(definitions, graph.AttributeDefinition{Name: name, Type: c.kind, Multivalued: c.multivalued})
	}
	return definitions
}
