// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
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
	ref, diags := importRef(ctx, req)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), ref.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("service_principal_id"), ref.ServicePrincipalID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("job_id"), ref.JobID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID)})...)
}

// Read takes over what the job and its readable secrets say.
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

	// Also when it is gone: the framework takes a missing identity for a bug, and older versions of Terraform send none.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.toIdentity())...)
	imported := state.TemplateID.IsNull()
	job, presence, err := r.data.Graph.FindJob(ctx, state.ref())
	switch {
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
		return
	case presence.Gone(), presence == graph.ConnectorRetired && imported:
		resp.State.RemoveResource(ctx)
		return
	case presence == graph.ConnectorRetired:
		resp.Diagnostics.Append(graphdiag.ConnectorRetired("connection"))
		return
	}
	remembered(r.data).own.Add(state.ref())
	state.fromJob(state.ServicePrincipalID.ValueString(), job)
	secrets, err := r.data.Graph.GetSecrets(ctx, state.ServicePrincipalID.ValueString())
	switch {
	case graph.IsPermissionDenied(err) && !imported:
		var skipped graphdiag.Skipped
		skipped.Add("whether user name, notification, threshold and scope are still as configured", err)
		skipped.Add("whether a change would cost secrets that are not managed here", err)
		resp.Diagnostics.Append(skipped.Diagnostics("They keep the values of the last apply.")...)
		remembered(r.data).refused.Add(state.ref())
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the connection's settings", err))
		return
	default:
		r.data.NoteSecrets(state.ServicePrincipalID.ValueString(), secrets)
		resp.Diagnostics.Append(state.fromStored(secrets, imported)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Update tests new credentials, then writes what differs in one PUT.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	want := plan.withWriteOnly(config).toDesired(&state)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	defer r.data.Lock(servicePrincipalID)()

	fresh := newSecrets(plan, config, state)
	narrowed := state.Scope.ValueString() == scopeAll && plan.Scope.ValueString() == scopeAssigned
	var job graph.Job
	if fresh || narrowed {
		var err error
		if job, err = r.data.Graph.RequireJob(ctx, plan.ref()); err != nil {
			resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
			return
		}
	}
	var result written
	if writes(plan, config, state) {
		if result, diags = r.change(ctx, plan.ref(), want, fresh); diags.HasError() {
			resp.Diagnostics.Append(diags...)
			return
		}
		resp.Diagnostics.Append(diags...)
	}
	resp.Diagnostics.Append(plan.afterWrite(result)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.toIdentity())...)
	if len(result.lost) > 0 {
		resp.Diagnostics.AddError("The service dropped secrets", lostDetail(result.lost))
	}
	switch {
	case narrowed:
		resp.Diagnostics.Append(r.restart(ctx, plan.ref(), job)...)
	case fresh && job.QuarantinedForCredentials():
		if err := r.data.Graph.StartJob(ctx, plan.ref()); err != nil {
			resp.Diagnostics.Append(graphdiag.Error("Cannot lift the quarantine", err,
				"The new credentials are stored; the service will try them by itself at its next attempt."))
		}
	}
}

// change tests the secrets that are about to be sent and writes what differs.
func (r *Resource) change(ctx context.Context, ref graph.JobRef, want desired, fresh bool) (written, diag.Diagnostics) {
	before, planned := remembered(r.data).secrets.Take(ref.ServicePrincipalID)
	if !planned {
		var err error
		if before, err = r.data.Graph.GetSecrets(ctx, ref.ServicePrincipalID); err != nil {
			return written{}, diag.Diagnostics{graphdiag.Error("Cannot read the connection's settings", err, "Nothing was changed.")}
		}
	}
	put, atRisk := before.plan(want, fresh)
	if put != nil && len(want.secret) > 0 {
		if err := r.data.Graph.ValidateJobCredentials(ctx, ref, want.credentials()); err != nil {
			return written{}, diag.Diagnostics{credentialsRefused(err, want)}
		}
	}
	result, err := write(ctx, r.data.Graph, ref.ServicePrincipalID, before, put, atRisk)
	r.data.NoteSecrets(ref.ServicePrincipalID, result.after)
	if err != nil {
		return result, diag.Diagnostics{graphdiag.Error("Cannot store the credentials and settings", err)}
	}
	return result, result.warning()
}

// restart makes a narrowed scope take effect, which needs a restart (known issue of the service). Restarting starts a
// stopped job as well, so one that was off is paused again. A job that never ran has nothing to re-evaluate.
// https://learn.microsoft.com/entra/identity/app-provisioning/known-issues
func (r *Resource) restart(ctx context.Context, ref graph.JobRef, job graph.Job) diag.Diagnostics {
	restarted, err := true, error(nil)
	switch {
	case job.Schedule.Active():
		if err = r.data.Graph.RestartJob(ctx, ref, ""); err == nil {
			r.data.NoteStart(ref)
			return nil
		}
		restarted = false
	case job.HasRun():
		restarted, err = r.data.Graph.RestartJobKeepingOff(ctx, ref, "")
	}
	switch {
	case err == nil:
		return nil
	case restarted:
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("scope"), "Cannot pause the job again", err,
			"The job was off and had to be restarted for the narrower scope, which may have started it. Pause it in the portal.")}
	}
	return diag.Diagnostics{graphdiag.AttributeError(path.Root("scope"), "Cannot restart the job for the narrower scope", err,
		"The scope is stored but takes effect only with a restart; restart provisioning in the portal.")}
}
