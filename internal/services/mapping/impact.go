// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Part is what the resource contributes to a written proposal: the mapping of users. With `mappings`, omitted attributes have
// the resource's defaults, so both can have the same values; without, they stay as they are.
func Part() forecast.Part {
	return forecast.Part{Resource: NewResource(), Attributes: []string{"mappings", "operations", "scoping_filters"}, Change: written}
}

func written(ctx context.Context, _ *providerdata.Data, values map[string]attr.Value, today *impact.Setup) (func(*impact.Setup), diag.Diagnostics) {
	is := settingsOf(&today.Mapping)
	m := model{}
	m.Mappings, _ = values["mappings"].(types.Map)
	m.Operations, _ = values["operations"].(types.Set)
	m.ScopingFilters, _ = values["scoping_filters"].(types.List)
	c, diags := newChange(ctx, m, nil)
	whole := !m.Mappings.IsNull()
	c.want.enabled = is.enabled
	if !whole {
		c.want.entries = is.entries
	}
	if m.Operations.IsNull() {
		c.want.operations = is.operations
		if whole {
			c.want.operations = flagsOf([]string{operationCreate, operationDelete, operationUpdate})
		}
	}
	if m.ScopingFilters.IsNull() && !whole {
		c.want.filters = is.filters
	}
	if whole {
		for _, target := range slices.Sorted(maps.Keys(c.entries)) {
			diags.Append(oneSource(target, c.entries[target])...)
		}
		changed := c.changes(&is)
		diags.Append(c.checkMatching(&is)...)
		diags.Append(c.checkTargets(located{mapping: &today.Mapping, target: today.Target}, changed)...)
		diags.Append(doubted(c.checkExpressions(changed, nil), func(diag.Diagnostic) bool { return true })...) // the connection may offer more functions
	}
	diags.Append(checkFilters(c.want.filters, is.filters, nil, nil)...)
	planned := c.want.in(today.Mapping, c.want.filters)
	return func(s *impact.Setup) { s.Mapping = planned }, diags
}

// foresee determines what the planned mapping does to people. job is nil if it cannot be read. Mappings of other objects than users change no accounts.
func foresee(ctx context.Context, v *review, live located, job *graph.Job) forecast.Answer {
	if !strings.EqualFold(live.mapping.SourceObject, defaultObject) {
		return forecast.Answer{}
	}
	p := forecast.Proposal{Key: v.proposal(), Subject: "attribute mappings", Change: proposed(v, live), Job: job, Repairs: v.repairs}
	if !v.complete {
		p.Unknown = "The mapping contains values that are known only at apply."
	}
	return v.run.forecast.Plan(ctx, v.ref, p)
}

// foreseeDefault determines what restoring the connector's default does to people. A job that has linked nobody keeps nobody in sync.
func (r *run) foreseeDefault(ctx context.Context, ref graph.JobRef, state model, job graph.Job) forecast.Answer {
	if !r.forecast.On() || !job.MayHaveLinked(r.graph.Clock().Now()) {
		return forecast.Answer{}
	}
	p := putsBack(state, job)
	if p.Change, p.Unknown = r.toDefault(ctx, ref, state); p.Change == nil && p.Unknown == "" {
		return forecast.Answer{} // which stays as it is
	}
	return r.forecast.Plan(ctx, ref, p)
}

// foreseeDefaultOn is foreseeDefault for provisioning that is off, which matters where this plan switches it on.
func (r *run) foreseeDefaultOn(ctx context.Context, ref graph.JobRef, state model, job graph.Job) diag.Diagnostics {
	p := putsBack(state, job)
	p.Later = func(ctx context.Context) (func(*impact.Setup), string) { return r.toDefault(ctx, ref, state) }
	if r.forecast.Begins(ref) {
		return r.forecast.Plan(ctx, ref, p).Diagnostics
	}
	return r.forecast.Note(ref, p)
}

// putsBack is the proposal to restore the connector's default, without its changes.
func putsBack(state model, job graph.Job) forecast.Proposal {
	return forecast.Proposal{
		Key:     "default of mapping " + state.ObjectMapping.ValueString(), // sorted before the mapping that another resource may plan in its place
		Subject: "attribute mappings restored to the connector's default", Destroys: true, Unless: forecast.UnlessItEnds, Job: &job,
	}
}

// toDefault is the change that restores the connector's default, nil for none, or why it is unknown.
func (r *run) toDefault(ctx context.Context, ref graph.JobRef, state model) (change func(*impact.Setup), unknown string) {
	schema, err := r.data.Schema(ctx, ref)
	var template *graph.Schema
	if err == nil {
		template, err = r.template(ctx, ref, false)
	}
	if err != nil {
		return nil, "The existing mapping, or the connector's default, cannot be read."
	}
	live, diags := locate(schema, state.ObjectMapping.ValueString())
	if diags.HasError() || template == nil || !strings.EqualFold(live.mapping.SourceObject, defaultObject) {
		return nil, ""
	}
	original, offered := restorable(template, live)
	planned := *live.mapping
	if !offered || restore(&planned, &original) != nil {
		return nil, ""
	}
	return replaces(live, planned), ""
}

// foreseeNothing refuses a change with an unknown effect if a limit is set. A connection that does not exist yet
// changes nobody.
func foreseeNothing(ctx context.Context, v *review) {
	if v.run == nil {
		return
	}
	if v.ref.JobID == "" {
		switch f := v.run.forecast; {
		case strings.EqualFold(v.name, "Group") || !f.On():
		case f.Creates():
			v.foreseen = f.NewMapping()
		default:
			v.foreseen = f.PlanUnidentified(forecast.Proposal{Key: v.proposal(), Subject: "attribute mappings", Unknown: "The connection is known only at apply."}, false)
		}
		return
	}
	p := forecast.Proposal{Key: v.proposal(), Subject: "attribute mappings", Unknown: "The existing mapping cannot be read.", Repairs: v.repairs}
	if v.foreseen = v.run.forecast.Plan(ctx, v.ref, p).Diagnostics; !v.repairs {
		v.foreseen = v.foreseen.Errors()
	}
}

// in is an object mapping with the settings, for the evaluator: it needs no trees of the service, since the text of an
// expression says all.
func (s settings) in(m graph.ObjectMapping, filters []graph.FilterGroup) graph.ObjectMapping {
	trees := treeSet{}
	for _, e := range s.entries {
		trees[e.source.sourceID] = &graph.MappingSource{Type: graph.SourceFunction, Expression: e.source.String()}
	}
	s.assign(&m, filters, trees)
	return m
}

// proposed puts the planned mapping into a setup.
func proposed(v *review, live located) func(*impact.Setup) {
	planned := v.want.in(*live.mapping, v.spelled())
	target := live.target
	if target != nil && len(v.want.custom) > 0 {
		extended := *target
		extended.Attributes = slices.Clone(target.Attributes)
		define(&extended, v.want.custom, nil)
		target = &extended
	}
	change := replaces(live, planned)
	return func(s *impact.Setup) {
		if change(s); s.Target != nil && target != nil && isOf(s, live) {
			s.Target = target
		}
	}
}

// replaces replaces the existing mapping, unless another mapping of users comes first.
func replaces(live located, planned graph.ObjectMapping) func(*impact.Setup) {
	return func(s *impact.Setup) {
		if isOf(s, live) {
			s.Mapping = planned
		}
	}
}

// isOf reports whether a setup uses a mapping.
func isOf(s *impact.Setup, live located) bool {
	return s.Mapping.Name == live.mapping.Name && strings.EqualFold(s.Mapping.Objects(), live.mapping.Objects())
}
