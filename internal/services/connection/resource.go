// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// Default timeouts.
const (
	createTimeout = 15 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 15 * time.Minute
	deleteTimeout = 15 * time.Minute
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithMoveState      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// Resource is gotomeeting_provisioning_connection.
type Resource struct {
	data *providerdata.Data
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provisioning_connection"
}

// Configure takes over the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	r.data = data
	resp.Diagnostics.Append(diags...)
}

// ImportState accepts the id and the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ref, diags := importRef(ctx, r.data.Graph, req)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), ref.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("service_principal_id"), ref.ServicePrincipalID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("job_id"), ref.JobID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID)})...)
}

// MoveState takes over the job of another provider.
func (r *Resource) MoveState(context.Context) []resource.StateMover { return movers() }

// Read refreshes the state from the job and its readable secrets.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	// Also when it is gone: the framework treats a missing identity as a bug, and older versions of Terraform send none.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.toIdentity())...)
	imported := state.Scope.IsNull() // or moved from another provider's state
	job, presence, err := r.data.Graph.FindJob(ctx, state.ref())
	switch {
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
		return
	case state.TemplateID.IsNull() && (presence.Gone() || presence == graph.ConnectorRetired): // to be imported
		resp.Diagnostics.Append(graphdiag.NoJob(ctx, r.data.Graph, state.ref(), presence, graph.JobRef.String))
		return
	case presence.Gone():
		remembered(r.data).lapsed.Add(state.ServicePrincipalID.ValueString())
		resp.State.RemoveResource(ctx)
		return
	case presence == graph.ConnectorRetired:
		retired := graphdiag.ConnectorRetired(ctx, r.data.Graph, state.ServicePrincipalID.ValueString(), "connection")
		r.data.TellsFirst(retired.Summary())
		left := aftermath.Of(ctx, r.data, state.ref())
		resp.Diagnostics.AddWarning(retired.Summary(), retired.Detail()+"\n\nNothing disables accounts at GoTo anymore when people leave. "+left.Detail()+graphdiag.LeftActive)
		return
	}
	remembered(r.data).own.Add(state.ref())
	if synced, told := job.Status.Synchronized(); told {
		remembered(r.data).synced.Give(state.ref(), synced)
	}
	state.fromJob(state.ServicePrincipalID.ValueString(), job)
	if state.TestConnection.IsNull() { // imported, or written by a version without it
		state.TestConnection = types.BoolValue(true)
	}
	secrets, err := r.data.Graph.GetSecrets(ctx, state.ServicePrincipalID.ValueString())
	switch {
	case graph.IsPermissionDenied(err) && !imported:
		resp.Diagnostics.Append(graphdiag.NotRefreshed("the connection "+state.JobID.ValueString(), state.unread(), err,
			"overwrite changes made to them elsewhere, and drop secrets that are not managed here"))
		remembered(r.data).refused.Add(state.ref())
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the connection's settings", err))
		return
	default:
		r.data.NoteSecrets(state.ServicePrincipalID.ValueString(), secrets)
		before := state
		resp.Diagnostics.Append(state.fromStored(secrets, imported)...)
		if imported {
			before.Scope, before.SkipOutOfScopeDeletions = state.Scope, state.SkipOutOfScopeDeletions
		}
		if kept, _ := req.Private.GetKey(ctx, keyScope); kept == nil {
			resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyScope, before.applied())...)
		}
		state.PendingAction = attribute.Text(unfinished(before, state, job))
		if mark := recall(ctx, req.Private); mark != nil && mark.over(secrets, job) {
			resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyRefused, nil)...)
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Update tests new credentials, then writes what differs in one PUT.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Update, updateTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(forecast.Of(r.data).Refused(plan.ref(), proposal)...); resp.Diagnostics.HasError() {
		return
	}
	want := plan.withWriteOnly(config).toDesired(&state)
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	defer r.data.Lock(servicePrincipalID)()

	fresh := newSecrets(plan, config, state)
	due := owed(state, plan)
	var job graph.Job
	if fresh || due != "" || plan.Authorized.IsUnknown() {
		var err error
		if job, err = r.data.Graph.RequireJob(ctx, plan.ref()); err != nil {
			resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
			return
		}
	}
	var result written
	if writes(plan, config, state) {
		var diags diag.Diagnostics
		if result, fresh, diags = r.change(ctx, plan, state, want, fresh); diags.HasError() {
			resp.Diagnostics.Append(diags...)
			return
		}
		resp.Diagnostics.Append(diags...)
	}
	r.data.Steps(providerdata.Narrows).Take(plan.ref().String())
	resp.Diagnostics.Append(plan.afterWrite(result)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyScope, plan.applied())...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyReplaced, nil)...)
	resp.Diagnostics.Append(result.remember(ctx, fresh || !plan.TestConnection.ValueBool(), resp.Private)...)
	if fresh && result.accepted && due == "" && mayRelease(ctx, job, resp.Private) {
		due = actionStart
	}
	planned := plan.PendingAction
	// The pending action is stored in the state before it is performed, and stays there if it fails.
	plan.PendingAction = attribute.Text(due)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.toIdentity())...)
	if len(result.lost) > 0 {
		resp.Diagnostics.AddError("The service dropped secrets", lostDetail(result.lost))
	}
	resp.Diagnostics.Append(result.brokenNow(r.portalLink(servicePrincipalID))...)
	if due == "" || !planned.IsNull() && !planned.IsUnknown() { // which leaves it pending
		if due == "" {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("pending_action"), types.StringNull())...)
		}
		return
	}
	done, diags := carryOut(ctx, r.data.Graph, plan, due, result.accepted, resp.Private)
	resp.Diagnostics.Append(diags...)
	switch {
	case done:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("pending_action"), types.StringNull())...)
	case planned.IsNull() && !diags.HasError():
		resp.Diagnostics.AddAttributeError(path.Root("pending_action"), "Provisioning was switched off since the plan",
			"The plan restarts the job. The restart stays pending; plan again.")
	}
}

// change tests credentials that the service does not have yet and writes what differs. It reports whether credentials
// were new to the service: also those that it has lost are.
func (r *Resource) change(ctx context.Context, plan, state model, want desired, fresh bool) (written, bool, diag.Diagnostics) {
	ref := plan.ref()
	before, planned := remembered(r.data).secrets.Take(ref.ServicePrincipalID)
	if !planned {
		var err error
		if before, err = r.data.Graph.GetSecrets(ctx, ref.ServicePrincipalID); err != nil {
			return written{}, fresh, diag.Diagnostics{graphdiag.Error("Cannot read the connection's settings", err, "Nothing was changed.")}
		}
	}
	put, atRisk := before.plan(want, fresh)
	fresh = fresh || put != nil && len(before.vanished(slices.Collect(maps.Keys(want.secret)))) > 0
	var diags diag.Diagnostics
	accepted := false
	if put != nil && len(want.secret) > 0 && !want.withheld && (fresh || otherSettings(plan, state, false)) {
		diags.Append(plan.tested(want, func() error { return r.data.Graph.ValidateJobCredentials(ctx, ref, want.credentials()) }))
		if diags.HasError() {
			return written{}, fresh, diags
		}
		accepted = len(diags) == 0
	}
	result, err := writeAround(ctx, r.data.Graph, plan, want, before, put, atRisk)
	result.accepted = result.accepted || accepted
	r.data.NoteSecrets(ref.ServicePrincipalID, result.after)
	r.data.NotePlannedCredentials(ref.ServicePrincipalID, false)
	if err != nil {
		return result, fresh, diag.Diagnostics{graphdiag.Error("Cannot store the credentials and settings", err)}
	}
	return result, fresh, append(diags, result.warning()...)
}
