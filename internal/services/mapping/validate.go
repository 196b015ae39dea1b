// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// ValidateConfig reports what is wrong in the configuration alone.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	entries, _ := config.entries()
	for _, target := range slices.Sorted(maps.Keys(entries)) {
		resp.Diagnostics.Append(oneSource(target, entries[target])...)
	}
}

// ModifyPlan checks a change against the connection's schema, as far as that can be had, and warns of what a small diff
// does not show. A plan without a change costs no request here.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		var state model
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if run := runOf(r.data); run == nil || !run.handsOver(state) {
			resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, []byte("true"))...)
			if run != nil && !resp.Diagnostics.HasError() {
				resp.Diagnostics.Append(run.warnDestroy(ctx, state)...)
			}
		}
		return
	}
	var plan model
	var state *model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		state = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && plan.sameAs(*state) {
		v, _ := newReview(ctx, nil, plan, state)
		resp.Diagnostics.Append(v.warnStanding()...)
		return
	}
	if state != nil && plan.ConnectionID.IsUnknown() && r.data != nil {
		if ref, err := state.ref(); err == nil {
			resp.Diagnostics.Append(aftermath.Replaced(ctx, r.data, ref)...)
		}
	}
	if state != nil && (!plan.ConnectionID.Equal(state.ConnectionID) || !plan.ObjectMapping.Equal(state.ObjectMapping)) {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, []byte("true"))...)
		state = nil // replaced: judged as a new one
	}
	v, diags := newReview(ctx, runOf(r.data), plan, state)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	was, now := readApplied(ctx, req.Private), appliedBy(ctx, plan)
	v.repairs = state != nil && maps.Equal(was, now)
	found := v.planned(ctx)
	if state != nil {
		found = was.ease(found, now)
	}
	if req.State.Raw.IsNull() && v.run != nil && !plan.ConnectionID.IsUnknown() && !plan.ObjectMapping.IsUnknown() {
		found = append(found, v.succeed(ctx, resp.Private)...)
		found = append(found, v.run.refuseGap(ctx, v.ref, importID(v.ref, v.name))...)
		if _, replaces := runOf(r.data).remains.Look(importID(v.ref, v.name)); replaces {
			found = graphdiag.LeftToCreation(found)
		}
	}
	resp.Diagnostics.Append(found...)
	if !v.judged {
		resp.Diagnostics.Append(v.warnStanding()...)
	}
	resp.Diagnostics.Append(v.foreseen...)
}

// sameAs reports whether two models ask for the same in the same words; timeouts aside.
func (m model) sameAs(other model) bool {
	return m.ConnectionID.Equal(other.ConnectionID) && m.ObjectMapping.Equal(other.ObjectMapping) && m.Mappings.Equal(other.Mappings) &&
		m.Operations.Equal(other.Operations) && m.Enabled.Equal(other.Enabled) && m.ScopingFilters.Equal(other.ScopingFilters) &&
		m.CustomTargetAttributes.Equal(other.CustomTargetAttributes) && m.AllowNoDeprovisioning.Equal(other.AllowNoDeprovisioning)
}

// oneSource wants exactly one kind of source, or a default value alone.
func oneSource(target string, e entryModel) diag.Diagnostics {
	given, unknown := []string{}, false
	for _, s := range []struct {
		name          string
		null, unknown bool
	}{
		{"`source_attribute`", e.SourceAttribute.IsNull(), e.SourceAttribute.IsUnknown()},
		{"`constant`", e.Constant.IsNull(), e.Constant.IsUnknown()},
		{"`expression`", e.Expression.IsNull(), e.Expression.IsUnknown()},
	} {
		unknown = unknown || s.unknown // may turn out null
		if !s.null && !s.unknown {
			given = append(given, s.name)
		}
	}
	switch {
	case len(given) > 1:
		return attributeError(at(target), "Several sources for one target attribute",
			"The entry has "+enumerate(given)+". Keep one of them.")
	case len(given) == 0 && !unknown && e.DefaultValue.IsNull():
		return attributeError(at(target), "No source for the target attribute",
			"The entry does not specify the source of the value. Set one of `source_attribute`, `constant`, and `expression`, or a `default_value`, in this spelling: Terraform drops an attribute with a different name without a message.")
	}
	return nil
}

// enumerate joins names for a sentence.
func enumerate(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	case 2:
		return names[0] + " and " + names[1]
	}
	return names[0] + ", " + enumerate(names[1:])
}
