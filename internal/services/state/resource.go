// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// Default timeouts. An initial cycle takes from minutes to hours.
const (
	createTimeout = 60 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 60 * time.Minute
	deleteTimeout = 15 * time.Minute
)

// replicationPatience is how long a job that was created moments ago may be unknown to parts of the service.
const replicationPatience = 15 * time.Second

var (
	_ resource.ResourceWithConfigure       = (*Resource)(nil)
	_ resource.ResourceWithIdentity        = (*Resource)(nil)
	_ resource.ResourceWithImportState     = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan      = (*Resource)(nil)
	_ resource.ResourceWithUpgradeIdentity = (*Resource)(nil)
)

// Resource is gotomeeting_provisioning_state.
type Resource struct {
	data *providerdata.Data
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provisioning_state"
}

// Configure takes over the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	r.data = data
	resp.Diagnostics.Append(diags...)
}

// Create brings the job to the wanted state.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	plan.ID = plan.ConnectionID
	if !memoryOf(r.data).created.apply(plan.ConnectionID.ValueString()) {
		resp.Diagnostics.Append(secondState(plan.ConnectionID.ValueString()))
		return
	}
	diags := apply(ctx, r.data, change{plan: plan, creates: true}, saver(ctx, &resp.State, resp.Identity))
	if diags.HasError() && resp.State.Raw.IsNull() {
		diags = keepReplaced(r.data, plan, diags, saver(ctx, &resp.State, resp.Identity))
	}
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, replacesKey, nil)...) // of what it replaces
}

// Read takes over whether the job runs.
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
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	// Also when it is gone: the framework treats a missing identity as a bug, and older versions of Terraform send none.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(ref))...)
	job, presence, err := r.data.Graph.FindJob(ctx, ref)
	imported := state.ID.IsNull()
	state.ID = state.ConnectionID
	switch {
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
		return
	case imported && (presence.Gone() || presence == graph.ConnectorRetired):
		resp.Diagnostics.Append(graphdiag.NoJob(ctx, r.data.Graph, ref, presence, graph.JobRef.String))
		return
	case presence.Gone():
		memoryOf(r.data).lost.Store(true)
		resp.State.RemoveResource(ctx)
		return
	case presence == graph.ConnectorRetired:
		// The connection's resource gives the warning.
	default:
		state.fromJob(job, imported, r.data.Graph.Clock().Now())
		if job.Schedule.Active() {
			memoryOf(r.data).active.Add(state.ConnectionID.ValueString())
		}
		if !state.PausedOutsideSince.IsNull() && state.Enabled.ValueBool() {
			memoryOf(r.data).held.Add(state.ConnectionID.ValueString())
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// ModifyPlan determines what the change does to the job, refuses a start that would change accounts according to the
// connector's defaults or end in quarantine, and reports what the plan itself does not show.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		var state model
		if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(noteDestroy(r.data, state)...)
			resp.Diagnostics.Append(resp.Private.SetKey(ctx, endsKey, []byte("true"))...)
			resp.Diagnostics.Append(memoryOf(r.data).rivals.ends(state)...)
		}
		return
	}
	c := change{creates: req.State.Raw.IsNull()}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &c.plan)...)
	if !c.creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &c.state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if ref, err := c.plan.ref(); err == nil {
		aftermath.Stays(r.data, ref)
		if c.switchesOn() && !c.repairs(r.data) {
			r.data.Steps(providerdata.Starts).Give(ref.String(), true)
		}
	}
	if ref, err := c.state.ref(); !c.creates && c.plan.ConnectionID.IsUnknown() && err == nil {
		resp.Diagnostics.Append(aftermath.Replaced(ctx, r.data, ref)...)
	}
	job, diags := plannedJob(ctx, r.data, c)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	pending := c.pendingAfter(job)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("restart_pending"), pending)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("paused_outside_since"), c.pausedAfter())...)
	if c.restarts() && pending.ValueBool() {
		resp.Diagnostics.Append(restartWaits(c))
	}
	if c.paused() && c.staysOff() && c.plan.Enabled.ValueBool() {
		resp.Diagnostics.AddAttributeWarning(path.Root("enabled"), "Provisioning of "+c.subject()+" was paused outside Terraform",
			fmt.Sprintf("It was first detected to be off at %s, although `enabled` is true: somebody paused it, or the service disabled it after a long quarantine. It stays off. "+
				"To switch it on again, change `resume_token`; to keep it off, set `enabled = false`. %s", c.state.PausedOutsideSince.ValueString(), resuming(ctx, r.data, c)))
	}
	replaces, diags := r.planAnother(ctx, c, resp.Private)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	if c.creates && c.plan.Enabled.ValueBool() {
		resp.Diagnostics.Append(endsPause(c, replaces == replacesHeld, memoryOf(r.data).held.Has(c.plan.ConnectionID.ValueString()))...)
	}
	resp.Diagnostics.Append(warnLeaves(ctx, r.data, c)...)
	resp.Diagnostics.Append(c.checkIDs(ctx)...)
	if c.creates && !c.plan.ConnectionID.IsUnknown() && !memoryOf(r.data).created.plan(c.plan.ConnectionID.ValueString()) {
		resp.Diagnostics.Append(secondState(c.plan.ConnectionID.ValueString()))
		return
	}
	resp.Diagnostics.Append(planWriter(ctx, r.data, c, job)...)
	if ref, err := c.plan.ref(); err == nil && c.wantsRestart() && !pending.ValueBool() && !r.data.Graph.HasWritten() {
		resp.Diagnostics.Append(warnLinks(ctx, r.data, ref, c.plan.RestartScope.ValueString())...)
	}
	resp.Diagnostics.Append(reviewStart(ctx, r.data, c, job)...)
	resp.Diagnostics.Append(reviewRelease(ctx, r.data, c, job)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(foresee(ctx, r.data, c, job)...)
	}
}

// Update brings the job to the wanted state.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Update, updateTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	resp.Diagnostics.Append(apply(ctx, r.data, change{plan: plan, state: state}, saver(ctx, &resp.State, resp.Identity))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, replacesKey, nil)...)
}

// Delete pauses provisioning and waits, bounded, for a running cycle, so nothing changes accounts while what
// defines them is removed.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Delete, deleteTimeout, &resp.Diagnostics)
	defer cancel()
	ends, diags := req.Private.GetKey(ctx, endsKey)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, endsKey, nil)...) // if this fails, nothing is about to end anymore
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := state.ref()
	if err == nil && ends == nil {
		memoryOf(r.data).remains.Give(ref, state)
	}
	if state.Enabled.IsNull() {
		return
	}
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	defer r.data.Lock(ref.ServicePrincipalID)()
	job, presence, err := r.data.Graph.FindJob(ctx, ref)
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
		return
	}
	// Renamed without a `moved` block, this resource is created under its new name and destroyed under the old one, in
	// whatever order: then it is not to be paused.
	if presence != graph.JobPresent && presence != graph.JobNotReplicated || memoryOf(r.data).created.applied.Has(state.ConnectionID.ValueString()) {
		return
	}
	memoryOf(r.data).deleted.Add(ref)
	paused, err := r.data.Graph.PauseAndWait(ctx, ref, job)
	switch {
	case !paused:
		resp.Diagnostics.Append(graphdiag.Error("Cannot pause provisioning", err))
	case err != nil:
		resp.Diagnostics.AddWarning("A cycle may still be running",
			"Provisioning of "+graphdiag.ApplicationName(ctx, r.data.Graph, ref.ServicePrincipalID)+" is paused, but the running cycle has apparently not ended. It may "+
				"still change accounts according to the mappings with which it started.\n\n"+err.Error())
	}
}
