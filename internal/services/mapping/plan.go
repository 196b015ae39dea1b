// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// ModifyPlan checks a change against the connection's schema, as far as that can be had, and warns of what a small diff
// does not show. A plan without a change costs no request here.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		var state model
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if !resp.Diagnostics.HasError() && r.data != nil {
			resp.Diagnostics.Append(r.warnDestroy(ctx, state)...)
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
	if resp.Diagnostics.HasError() || (state != nil && plan.sameAs(*state)) {
		return
	}
	if state != nil && (!plan.ConnectionID.Equal(state.ConnectionID) || !plan.ObjectMapping.Equal(state.ObjectMapping)) {
		state = nil // replaced: judged as a new one
	}
	v, diags := r.reviewOf(ctx, plan, state)
	resp.Diagnostics.Append(diags...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(v.planned(ctx)...)
	}
}

// sameAs reports whether two models ask for the same in the same words; timeouts aside.
func (m model) sameAs(other model) bool {
	return m.ConnectionID.Equal(other.ConnectionID) && m.ObjectMapping.Equal(other.ObjectMapping) && m.Mappings.Equal(other.Mappings) &&
		m.Operations.Equal(other.Operations) && m.Enabled.Equal(other.Enabled) && m.ScopingFilters.Equal(other.ScopingFilters) &&
		m.CustomTargetAttributes.Equal(other.CustomTargetAttributes) && m.AllowNoDeprovisioning.Equal(other.AllowNoDeprovisioning)
}

// What the checks against the service are called when they cannot run.
const (
	checkSchema     = "whether the target and source attributes exist and can be mapped"
	checkCustomised = "whether the mapping was customised elsewhere"
	checkLeaving    = "whether accounts of people who leave are still disabled"
	checkParser     = "the expressions by the connection's own parser"
	checkOperators  = "the operators of the scoping filters by the connection's own list"
	checkScope      = "whether the connection's scope suits functions that read roles"

	thenApply = "They run at apply, before anything is written."
)

// planned runs every check that a plan allows.
func (v *review) planned(ctx context.Context) diag.Diagnostics {
	var skipped graphdiag.Skipped
	diags := v.checkMatching()
	live, ds := v.live(ctx, &skipped)
	diags.Append(ds...)
	if ds.HasError() {
		return append(diags, v.checkExpressions(v.changes(nil), nil)...)
	}
	if live == nil {
		diags.Append(v.checkExpressions(v.changes(nil), nil)...)
		diags.Append(v.checkFilters(nil, nil)...)
		if v.prior != nil {
			diags.Append(v.checkDeprovisioning(*v.prior, nil)...)
			diags.Append(v.warnChanges(*v.prior, nil)...)
		}
		return append(diags, skipped.Diagnostics(thenApply)...)
	}
	diags.Append(v.against(ctx, *live, &skipped, true)...)
	if v.prior == nil {
		diags.Append(v.customisedAtPlan(ctx, *live, &skipped)...)
		diags.Append(v.warnOverDefault(settingsOf(live.mapping))...)
	}
	if !diags.HasError() {
		diags.Append(v.warnWrite(ctx, *live)...)
	}
	return append(diags, skipped.Diagnostics(thenApply)...)
}

// live reads the mapping that is there now. It is nil, without an error, when that is not possible yet or not allowed.
func (v *review) live(ctx context.Context, skipped *graphdiag.Skipped) (*located, diag.Diagnostics) {
	reason := ""
	switch {
	case v.resource.data == nil:
		reason = "The provider's configuration is not known yet."
	case v.plan.ConnectionID.IsUnknown():
		reason = "The connection does not exist yet."
	}
	if reason != "" || v.plan.ObjectMapping.IsUnknown() {
		if reason == "" {
			reason = "The object mapping is not known yet."
		}
		v.skipLive(func(check string) { skipped.AddReason(check, reason) })
		return nil, nil
	}
	ref, err := v.plan.ref()
	if err != nil {
		return nil, nil // the attribute's validator has said so
	}
	v.ref = ref
	schema, err := v.resource.data.Graph.GetSchema(ctx, ref)
	if graph.IsPermissionDenied(err) || unreachable(err) {
		v.skipLive(func(check string) { skipped.Add(check, err) })
		return nil, nil
	}
	if err != nil {
		return nil, schemaUnreadable(ctx, v.resource.data.Graph, ref, err)
	}
	at, diags := locate(schema, v.name)
	if diags.HasError() {
		return nil, diags
	}
	return &at, nil
}

// skipLive names every check that needs the schema and would have had something to check.
func (v *review) skipLive(skip func(check string)) {
	skip(checkSchema)
	if v.prior == nil {
		skip(checkCustomised)
		skip(checkLeaving)
	}
	if len(treeSet{}.unparsed(v.want.entries)) > 0 {
		skip(checkParser)
	}
	if len(v.want.filters) > 0 {
		skip(checkOperators)
	}
	if len(v.roleReaders(func(string) bool { return true })) > 0 {
		skip(checkScope)
	}
}

// unreachable reports whether no answer arrived at all, be it from the sign-in or from Graph.
func unreachable(err error) bool {
	var answer *graph.Error
	var auth *graph.AuthError
	switch {
	case errors.As(err, &auth):
		return false // whoever cannot sign in has to know
	case errors.As(err, &answer):
		return answer.StatusCode == 0
	}
	return false
}

// beforeWrite runs every check at apply; all of them can run now, and what a reader was not allowed to check is checked.
func (v *review) beforeWrite(ctx context.Context, live located) diag.Diagnostics {
	var skipped graphdiag.Skipped
	diags := v.checkMatching().Errors() // the warnings were given at plan
	diags.Append(v.against(ctx, live, &skipped, false).Errors()...)
	return diags
}

// against judges the plan by the schema that is there. ask adds the checks that cost further requests and happen at apply
// by themselves.
func (v *review) against(ctx context.Context, live located, skipped *graphdiag.Skipped, ask bool) (diags diag.Diagnostics) {
	is := settingsOf(live.mapping)
	changed := v.changes(&is)
	diags.Append(v.checkEditable(live)...)
	diags.Append(v.checkEnabled(live)...)
	diags.Append(v.checkTargets(live, changed)...)
	diags.Append(v.checkCustom(live)...)
	diags.Append(v.checkSources(live, changed)...)
	diags.Append(v.checkDeprovisioning(is, live.source)...)
	diags.Append(v.askFilters(ctx, live, is, skipped)...)
	diags.Append(v.askRoles(ctx, changed, skipped)...)
	problems := v.checkExpressions(changed, nil)
	if problems.HasError() {
		problems = v.checkExpressions(changed, v.offered(ctx))
	}
	diags.Append(problems...)
	if ask && !problems.HasError() {
		diags.Append(v.askParser(ctx, live, changed, skipped)...)
	}
	return diags
}

// offered lists the functions that the connection offers, which can go beyond the documented ones; nothing when that
// cannot be read.
func (v *review) offered(ctx context.Context) []string {
	functions, err := v.resource.data.Graph.Functions(ctx, v.ref)
	if err != nil {
		return nil
	}
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = f.Name
	}
	return names
}

// customisedAtPlan tells before the apply that a create would overwrite somebody's work.
func (v *review) customisedAtPlan(ctx context.Context, live located, skipped *graphdiag.Skipped) diag.Diagnostics {
	if !v.complete || settingsOf(live.mapping).same(v.want) {
		return nil
	}
	template, err := v.resource.template(ctx, v.ref, false)
	switch {
	case graph.IsPermissionDenied(err) || unreachable(err):
		skipped.Add(checkCustomised, err)
		return nil
	case err != nil:
		return templateUnreadable(err)
	}
	return v.refuseCustomised(live, template)
}
