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
	return func(s *impact.Setup) {
		if s.Mapping.Name != live.mapping.Name || !strings.EqualFold(s.Mapping.Objects(), live.mapping.Objects()) {
			return // another mapping of users comes first
		}
		s.Mapping = planned
		if s.Target != nil && target != nil {
			s.Target = target
		}
	}
}
