// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Default timeouts. An initial cycle takes from minutes to hours.
const (
	createTimeout = 60 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 60 * time.Minute
	deleteTimeout = 15 * time.Minute
)

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
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

// ModifyPlan says what a restart or a switch does that the plan's one line does not show.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() || plan.ConnectionID.IsUnknown() {
		return
	}
	if restarts(plan, state) && strings.EqualFold(plan.RestartScope.ValueString(), "ForceDeletes") {
		resp.Diagnostics.AddAttributeWarning(path.Root("restart_scope"), "Held deletions will be carried out",
			"Accidental-deletion prevention stopped a cycle to protect accounts. Applying this plan lets those disables and deletions through. Check the provisioning logs for `stagedDelete` entries first.")
	}
	if plan.Enabled.ValueBool() && !state.Enabled.ValueBool() {
		resp.Diagnostics.Append(r.warnQuarantined(ctx, plan)...)
	}
}

// restarts reports whether the plan restarts provisioning: the triggers of an existing resource changed to other values.
func restarts(plan, state model) bool {
	return !state.ID.IsNull() && !state.RestartTriggers.IsNull() && !plan.RestartTriggers.IsNull() && !plan.RestartTriggers.Equal(state.RestartTriggers)
}

// jobKey is under what planning hands over the job that it read.
type jobKey graph.JobRef

// warnQuarantined tells why a job is off that nobody switched off: the service disables one after four weeks in quarantine.
// A job that cannot be read yet is no reason to say anything.
func (r *Resource) warnQuarantined(ctx context.Context, plan model) diag.Diagnostics {
	ref, err := plan.ref()
	if err != nil {
		return nil
	}
	job, err := r.data.Graph.GetJob(ctx, ref)
	if err == nil {
		r.data.HandOver(jobKey(ref), job)
	}
	if err != nil || job.Schedule.Active() || job.Status == nil || job.Status.Quarantine == nil {
		return nil
	}
	quarantine := job.Status.Quarantine
	since := ""
	if began := quarantine.SeriesBegan; began != nil {
		since = " since " + began.Format(time.RFC3339)
	}
	detail := fmt.Sprintf("The job has been in quarantine%s (%s) and is off; the service disables a job after four weeks of that. Switching it on lifts the quarantine, and the next cycle meets the same cause unless it was removed.",
		since, quarantine.Reason)
	if quarantine.Error != nil && quarantine.Error.Message != "" {
		detail += " The service said: " + strings.TrimSuffix(quarantine.Error.Message, ".") + "."
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Quarantine switched provisioning off", detail)}
}

// Create brings the job to the wanted state.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	plan.ID = plan.ConnectionID
	save := func() diag.Diagnostics {
		diags := resp.State.Set(ctx, &plan)
		diags.Append(resp.Identity.Set(ctx, identity{plan.ConnectionID})...)
		return diags
	}
	resp.Diagnostics.Append(r.apply(ctx, plan, false, save)...)
}

// apply restarts if asked, then starts or pauses the job unless it is as wanted already, and saves the state before it
// waits for anything.
func (r *Resource) apply(ctx context.Context, plan model, restart bool, save func() diag.Diagnostics) diag.Diagnostics {
	ref, err := plan.ref()
	if err != nil {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "Invalid connection id", err.Error()+".")}
	}
	started, diags := r.switchJob(ctx, ref, plan, restart, save)
	// The wait takes no lock: it may last an hour, and other resources of the connection need not stand by.
	if started && !diags.HasError() && plan.WaitForFirstCycle.ValueBool() {
		diags.Append(r.waitForFirstCycle(ctx, ref)...)
	}
	return diags
}

// switchJob makes the calls of apply and reports whether they started the job.
func (r *Resource) switchJob(ctx context.Context, ref graph.JobRef, plan model, restart bool, save func() diag.Diagnostics) (started bool, diags diag.Diagnostics) {
	defer r.data.Lock(ref.ServicePrincipalID)()
	job, err := r.awaitJob(ctx, ref)
	if graph.IsNotFound(err) {
		return false, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "No such connection",
			fmt.Sprintf("The service has no provisioning job %q. If it was deleted in the portal, plan again: `gotomeeting_provisioning_connection` will be created anew.", ref.JobID))}
	}
	if err != nil {
		return false, diag.Diagnostics{graphdiag.Error("Cannot read the provisioning job", err, graphdiag.SynchronizationRead)}
	}
	wanted := job.Schedule.Active()
	if !plan.Enabled.IsNull() {
		wanted = plan.Enabled.ValueBool()
	}
	active := job.Schedule.Active()
	if restart {
		if err := r.data.Graph.RestartJob(ctx, ref, plan.RestartScope.ValueString()); err != nil {
			return false, diag.Diagnostics{graphdiag.AttributeError(path.Root("restart_triggers"), "Cannot restart provisioning", err, graphdiag.SynchronizationWrite)}
		}
		active, started = true, !active
	}
	switch {
	case wanted && !active:
		if err := r.data.Graph.StartJob(ctx, ref); err != nil {
			return false, diag.Diagnostics{graphdiag.AttributeError(path.Root("enabled"), "Cannot start provisioning", err, graphdiag.SynchronizationWrite,
				"If the connection has no credentials yet, give them or authorize in the portal first.")}
		}
		started = true
	case !wanted && active:
		if err := r.data.Graph.PauseJob(ctx, ref); err != nil {
			return false, diag.Diagnostics{graphdiag.AttributeError(path.Root("enabled"), "Cannot pause provisioning", err, graphdiag.SynchronizationWrite)}
		}
	}
	diags = save()
	if diags.HasError() || wanted == job.Schedule.Active() && !restart {
		return false, diags
	}
	if err := r.waitForState(ctx, ref, wanted); err != nil {
		// The call was accepted; tainting would pause and start again for nothing.
		diags.AddAttributeWarning(path.Root("enabled"), "Cannot confirm the state of provisioning", "The next plan shows what the service says.\n\n"+err.Error())
		return false, diags
	}
	return started && wanted, diags
}

// Read takes over whether the job runs.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	ref, err := state.ref()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	job, err := r.data.Graph.GetJob(ctx, ref)
	imported := state.ID.IsNull()
	state.ID = state.ConnectionID
	switch {
	case graph.IsNotFound(err):
		// A retired connector takes its jobs along. The connection resource says so; here the state is kept, so that the
		// rest of the configuration can be planned.
		if templates, err := r.data.Graph.ListSyncTemplates(ctx, ref.ServicePrincipalID); imported || err != nil || len(templates) > 0 {
			resp.State.RemoveResource(ctx)
			return
		}
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err, graphdiag.SynchronizationRead))
		return
	default:
		state.fromJob(job, imported)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{state.ConnectionID})...)
}

// Update brings the job to the wanted state.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	save := func() diag.Diagnostics {
		diags := resp.State.Set(ctx, &plan)
		diags.Append(resp.Identity.Set(ctx, identity{plan.ConnectionID})...)
		return diags
	}
	resp.Diagnostics.Append(r.apply(ctx, plan, restarts(plan, state), save)...)
}

// Delete pauses provisioning and waits, bounded, for a running cycle, so that nothing changes accounts while what
// defines them is taken away.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || state.Enabled.IsNull() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	ref, err := state.ref()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	defer r.data.Lock(ref.ServicePrincipalID)()
	job, err := r.data.Graph.GetJob(ctx, ref)
	if err == nil && job.Schedule.Active() {
		err = r.data.Graph.PauseJob(ctx, ref)
	}
	if graph.IsNotFound(err) {
		return
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot pause provisioning", err, graphdiag.SynchronizationWrite))
		return
	}
	if err := r.waitForRest(ctx, ref); err != nil {
		resp.Diagnostics.AddWarning("A cycle may still be running",
			"Provisioning is paused, but the cycle in progress has not been seen to end. It may still change accounts by the mappings it began with.\n\n"+err.Error())
	}
}

// ImportState accepts the connection's id and the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	connectionID := req.ID
	if connectionID == "" {
		var id identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		connectionID = id.ConnectionID.ValueString()
	}
	ref, err := graph.ParseJobRef(connectionID)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import id",
			fmt.Sprintf("Expected the id of the provisioning connection: `{service principal id}/{job id}`. Got %q: %s.", connectionID, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("connection_id"), ref.String())...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{types.StringValue(ref.String())})...)
}
