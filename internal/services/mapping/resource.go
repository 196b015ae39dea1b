// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// Default timeouts.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 10 * time.Minute
	deleteTimeout = 10 * time.Minute
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// Resource is gotomeeting_attribute_mappings.
type Resource struct {
	data *providerdata.Data
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_attribute_mappings"
}

// Configure takes over the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	r.data = data
	resp.Diagnostics.Append(diags...)
}

// Create writes the mapping over the connector's default. A mapping that was customized elsewhere is not changed, and one
// that is already as configured is taken over without a write.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	v, diags := newReview(ctx, runOf(r.data), plan, nil)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(v.run.forecast.Refused(v.ref, v.proposal())...)
	if resp.Diagnostics.HasError() {
		return
	}
	was, replaces := v.run.remains.Take(importID(v.ref, v.name))
	defer func() {
		if replaces && resp.Diagnostics.HasError() && resp.State.Raw.IsNull() {
			resp.Diagnostics = graphdiag.StillThere(resp.Diagnostics)
			resp.Diagnostics.Append(resp.State.Set(ctx, &was)...)
			resp.Diagnostics.Append(resp.Identity.Set(ctx, was.identity(v.ref))...)
		}
	}()
	defer r.data.Lock(v.ref.ServicePrincipalID)()

	template, err := v.run.template(ctx, v.ref, true)
	if err != nil {
		resp.Diagnostics.Append(templateUnreadable(err)...)
		return
	}
	trees := v.planTrees()
	trees.learnAll(template)
	resp.Diagnostics.Append(v.parse(ctx, trees.unparsed(v.want.entries), trees, nil)...)
	if resp.Diagnostics.HasError() {
		return
	}
	w := newWriter(v, trees, nil)
	w.waitForJob = true
	w.check = func(ctx context.Context, at located) diag.Diagnostics {
		if !replaces {
			if diags := v.refuseCustomized(at, template); diags.HasError() {
				return diags
			}
		}
		return v.beforeWrite(ctx, at)
	}
	resp.Diagnostics.Append(w.bring(ctx)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ID = types.StringValue(importID(v.ref, plan.ObjectMapping.ValueString()))
	v.run.made.Add(plan.ID.ValueString())
	for _, key := range []string{leavesKey, aftermath.SuccessorKey} { // of what it replaces
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, key, nil)...)
	}
	resp.Diagnostics.Append(appliedBy(ctx, plan).keep(ctx, resp.Private)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity(v.ref))...)
}

// Read refreshes the state from the service.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	ref, err := state.ref()
	if err != nil {
		resp.Diagnostics.AddError("Invalid connection id in the state", err.Error()+". This is a bug in the provider; please report it.")
		return
	}
	// Also when it is gone: the framework treats a missing identity as a bug, and older versions of Terraform send none.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity(ref))...)
	schema, err := r.data.Graph.GetSchema(ctx, ref)
	if graph.IsNotFound(err) {
		r.readMissing(ctx, state, ref, resp)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error(summarySchema, err))
		return
	}
	at, diags := locate(schema, state.ObjectMapping.ValueString())
	imported := state.Mappings.IsNull()
	if diags.HasError() {
		if at.schema != nil && !imported {
			diags[0] = warningOf(diags[0], "The mapping stays in the state, so the rest of the configuration can still be planned; destroying it succeeds.")
		}
		resp.Diagnostics.Append(diags...)
		return
	}
	if !imported {
		runOf(r.data).own.Add(importID(ref, state.ObjectMapping.ValueString()))
	}
	before := appliedBy(ctx, state)
	resp.Diagnostics.Append(state.fromGraph(ctx, at.mapping, at.target)...)
	if imported {
		before = appliedBy(ctx, state)
	}
	if readApplied(ctx, req.Private) == nil {
		resp.Diagnostics.Append(before.keep(ctx, resp.Private)...)
	}
	resp.Diagnostics.Append(warnUnmanaged(at.mapping)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity(ref))...)
}

// readMissing says why there is no schema.
func (r *Resource) readMissing(ctx context.Context, state model, ref graph.JobRef, resp *resource.ReadResponse) {
	_, presence, err := r.data.Graph.FindJob(ctx, ref)
	imported := state.Mappings.IsNull()
	switch {
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error(summarySchema, err))
	case imported:
		resp.Diagnostics.Append(graphdiag.NoJob(ctx, r.data.Graph, ref, presence, func(ref graph.JobRef) string { return importID(ref, state.ObjectMapping.ValueString()) }))
	case presence.Gone():
		resp.State.RemoveResource(ctx)
	case presence == graph.ConnectorRetired:
		// The connection's own warning says more; this one is for a mapping whose connection is managed elsewhere.
		if retired := graphdiag.ConnectorRetired(ctx, r.data.Graph, ref.ServicePrincipalID, "mapping"); r.data.TellsFirst(retired.Summary()) {
			resp.Diagnostics.Append(retired)
		}
	}
}

// Update writes what differs, in one PUT; a change of notation alone sends none.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Update, updateTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	v, diags := newReview(ctx, runOf(r.data), plan, &state)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !v.want.same(*v.prior) || !maps.Equal(v.want.custom, v.prior.custom) {
		if resp.Diagnostics.Append(v.run.forecast.Refused(v.ref, v.proposal())...); resp.Diagnostics.HasError() {
			return
		}
		resp.Diagnostics.Append(r.rewrite(ctx, v)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	resp.Diagnostics.Append(appliedBy(ctx, plan).keep(ctx, resp.Private)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity(v.ref))...)
}

func (r *Resource) rewrite(ctx context.Context, v *review) diag.Diagnostics {
	defer r.data.Lock(v.ref.ServicePrincipalID)()
	removed, diags := v.run.removable(ctx, v)
	if diags.HasError() {
		return diags
	}
	// Expressions that the state does not have are parsed first, so nothing lies between the read and the write.
	trees := v.planTrees()
	fresh := slices.DeleteFunc(trees.unparsed(v.want.entries), func(target string) bool {
		return v.prior.has(v.want.entries[target].source)
	})
	diags.Append(v.parse(ctx, fresh, trees, nil)...)
	if diags.HasError() {
		return diags
	}
	return append(diags, newWriter(v, trees, removed).bring(ctx)...)
}

// Delete restores the connector's default mapping; the rest of the schema stays.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Delete, deleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	ref, err := state.ref()
	if err != nil {
		return
	}
	defer r.data.Lock(ref.ServicePrincipalID)()
	run, id := runOf(r.data), importID(ref, state.ObjectMapping.ValueString())
	itself := aftermath.ReplacesItself(ctx, req.Private, id)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, nil)...) // if this fails, nothing is about to be restored anymore
	switch {
	case itself:
		run.remains.Give(id, state)
	case !run.made.Has(id): // else a resource with another address has taken it over
		resp.Diagnostics.Append(run.restoreDefault(ctx, ref, state)...)
	}
}
