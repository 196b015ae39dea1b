// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// foresee says what the planned mapping does to people. job is nil where it cannot be read. Mappings of other objects than users change no accounts.
func foresee(ctx context.Context, v *review, live located, job *graph.Job) forecast.Answer {
	if !strings.EqualFold(live.mapping.SourceObject, defaultObject) {
		return forecast.Answer{}
	}
	p := forecast.Proposal{Key: "mapping " + v.name, Subject: "attribute mappings", Change: proposed(v, live), Job: job}
	if !v.complete {
		p.Unknown = "The mapping holds values that are known only while applying."
	}
	return v.run.forecast.Plan(ctx, v.ref, p)
}

// foreseeDefault says what putting the connector's default back does to people. Whoever ran no cycle yet keeps nobody in step.
func (r *run) foreseeDefault(ctx context.Context, ref graph.JobRef, state model, job graph.Job) forecast.Answer {
	if !r.forecast.On() || !job.HasCompletedCycle() {
		return forecast.Answer{}
	}
	name := state.ObjectMapping.ValueString()
	p := forecast.Proposal{
		Key:     "default of mapping " + name, // sorted before the mapping that another resource may plan in its place
		Subject: "attribute mappings put back to the connector's default", Destroys: true, Unless: forecast.UnlessItEnds, Job: &job,
	}
	schema, err := r.data.Schema(ctx, ref)
	var template *graph.Schema
	if err == nil {
		template, err = r.template(ctx, ref, false)
	}
	if err != nil {
		p.Unknown = "The mapping that is there, or the connector's default, cannot be read."
		return r.forecast.Plan(ctx, ref, p)
	}
	live, diags := locate(schema, name)
	if diags.HasError() || template == nil || !strings.EqualFold(live.mapping.SourceObject, defaultObject) {
		return forecast.Answer{}
	}
	original, offered := restorable(template, live)
	planned := *live.mapping
	if !offered || restore(&planned, &original) != nil {
		return forecast.Answer{} // which stays as it is
	}
	p.Change = replaces(live, planned)
	return r.forecast.Plan(ctx, ref, p)
}

// foreseeNothing refuses a change of which nothing can be told where a limit is set. A connection that does not exist yet
// changes nobody.
func foreseeNothing(ctx context.Context, v *review) {
	if v.run == nil || v.ref.JobID == "" {
		return
	}
	p := forecast.Proposal{Key: "mapping " + v.name, Subject: "attribute mappings", Unknown: "The mapping that is there cannot be read."}
	v.foreseen = v.run.forecast.Plan(ctx, v.ref, p).Diagnostics.Errors()
}

// proposed puts the planned mapping into a setup. The service's trees are not needed for that: the text of an expression says all.
func proposed(v *review, live located) func(*impact.Setup) {
	trees := treeSet{}
	for _, e := range v.want.entries {
		trees[e.source.sourceID] = &graph.MappingSource{Type: graph.SourceFunction, Expression: e.source.String()}
	}
	trees.learnAll(live.schema)
	planned := *live.mapping
	v.want.assign(&planned, v.spelled(), trees)
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

// replaces puts a mapping in the place of the one that is there, unless another mapping of users comes first.
func replaces(live located, planned graph.ObjectMapping) func(*impact.Setup) {
	return func(s *impact.Setup) {
		if isOf(s, live) {
			s.Mapping = planned
		}
	}
}

// isOf reports whether a setup goes by a mapping.
func isOf(s *impact.Setup, live located) bool {
	return s.Mapping.Name == live.mapping.Name && strings.EqualFold(s.Mapping.Objects(), live.mapping.Objects())
}
