// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan works out what the change does to the job, refuses a start that would touch accounts by the connector's
// defaults or end in quarantine, and says what a line of the plan does not show.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	c := change{creates: req.State.Raw.IsNull()}
	if !c.creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	imported, diags := wasImported(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	c.plan, c.state, c.imported = plan, state, imported
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("restart_pending"), c.pendingAfter())...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("paused_outside_since"), c.pausedAfter())...)
	if c.restarts() && c.staysOff() {
		resp.Diagnostics.AddAttributeWarning(path.Root("restart_triggers"), "The restart waits for provisioning to be switched on",
			"Provisioning of "+c.subject()+" is off, and off means that no cycle begins. `restart_pending` stays true until it is switched on; then it restarts.")
	}
	if c.held() && c.staysOff() {
		resp.Diagnostics.AddAttributeWarning(path.Root("enabled"), "Provisioning of "+c.subject()+" was paused outside Terraform",
			fmt.Sprintf("It was first seen to be off at %s, although `enabled` is true: somebody paused it, or the service disabled it after a long quarantine. It stays off. "+
				"To switch it on again, change `resume_token`; to keep it off, set `enabled = false`. `gotomeeting_provisioning_preview` tells what the next cycle would do.", state.PausedOutsideSince.ValueString()))
	}
	if c.creates && !plan.ConnectionID.IsUnknown() && !r.run().created.plan(plan.ConnectionID.ValueString()) {
		resp.Diagnostics.Append(secondState(plan.ConnectionID.ValueString()))
		return
	}
	resp.Diagnostics.Append(r.reviewStart(ctx, c)...)
}

// change is one planned change of the resource.
type change struct {
	plan, state model
	creates     bool // there is no prior state
	imported    bool // and no restart triggers since
}

// subject names the connection in titles.
func (c change) subject() string {
	if ref, err := c.plan.ref(); err == nil {
		return "service principal " + ref.ServicePrincipalID
	}
	return "the connection"
}

// held reports whether the state says that provisioning was paused outside Terraform.
func (c change) held() bool { return !c.creates && c.state.held() }

// resumes reports whether the change ends a pause that somebody made outside Terraform.
func (c change) resumes() bool {
	return c.held() && c.plan.Enabled.ValueBool() &&
		(!c.plan.ResumeToken.Equal(c.state.ResumeToken) || c.plan.OnOutsidePause.ValueString() == pauseResumes)
}

// switchesOn reports whether the change starts a job that is off, as far as the configuration tells.
func (c change) switchesOn() bool {
	return c.plan.Enabled.ValueBool() && (c.creates || !c.state.Enabled.ValueBool() || c.resumes())
}

// staysOff reports whether provisioning is off after the change, as far as the configuration tells.
func (c change) staysOff() bool {
	if c.plan.Enabled.IsNull() || c.plan.Enabled.IsUnknown() {
		return false
	}
	return !c.plan.Enabled.ValueBool() || c.held() && !c.resumes()
}

// restarts reports whether the change asks for a restart.
func (c change) restarts() bool { return !c.creates && restarts(c.plan, c.state, c.imported) }

// pendingAfter is `restart_pending` after the change; unknown where only the job tells whether it is on.
func (c change) pendingAfter() types.Bool {
	wanted := c.restarts() || c.state.RestartPending.ValueBool()
	switch {
	case !wanted:
		return types.BoolValue(false)
	case c.plan.Enabled.IsUnknown() || c.plan.Enabled.IsNull() && c.restarts():
		return types.BoolUnknown()
	case c.plan.Enabled.IsNull():
		return c.state.RestartPending
	}
	return types.BoolValue(c.staysOff())
}

// pausedAfter is `paused_outside_since` after the change.
func (c change) pausedAfter() types.String {
	if c.held() && c.plan.Enabled.ValueBool() && !c.resumes() {
		return c.state.PausedOutsideSince
	}
	return types.StringNull()
}

func secondState(connectionID string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "The connection has another gotomeeting_provisioning_state already",
		fmt.Sprintf("This configuration creates two of them for the connection %q. One of them would pause what the other runs: a connection has one. Remove this one; to restart or to release held deletions, "+
			"use `restart_triggers` and `release_deletions` of the other.", connectionID))
}
