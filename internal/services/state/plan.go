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

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// ModifyPlan works out what the change does to the job, refuses a start that would touch accounts by the connector's
// defaults or end in quarantine, and says what a line of the plan does not show.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
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
	job := r.plannedJob(ctx, c)
	pending := c.pendingAfter(job)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("restart_pending"), pending)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("paused_outside_since"), c.pausedAfter())...)
	if c.restarts() && pending.ValueBool() {
		resp.Diagnostics.Append(restartWaits(c))
	}
	if c.paused() && c.staysOff() && c.plan.Enabled.ValueBool() {
		resp.Diagnostics.AddAttributeWarning(path.Root("enabled"), "Provisioning of "+c.subject()+" was paused outside Terraform",
			fmt.Sprintf("It was first seen to be off at %s, although `enabled` is true: somebody paused it, or the service disabled it after a long quarantine. It stays off. "+
				"To switch it on again, change `resume_token`; to keep it off, set `enabled = false`. `gotomeeting_provisioning_preview` tells what the next cycle would do.", c.state.PausedOutsideSince.ValueString()))
	}
	resp.Diagnostics.Append(c.checkIDs(ctx)...)
	if c.creates && !c.plan.ConnectionID.IsUnknown() && !r.run().created.plan(c.plan.ConnectionID.ValueString()) {
		resp.Diagnostics.Append(secondState(c.plan.ConnectionID.ValueString()))
		return
	}
	resp.Diagnostics.Append(r.reviewStart(ctx, c, job)...)
	resp.Diagnostics.Append(r.reviewRelease(ctx, c, job)...)
}

// plannedJob reads the job where the plan depends on it, and keeps it for the action that follows. It is nil where it is not
// needed or cannot be read; the apply says what is wrong, should it still be.
func (r *Resource) plannedJob(ctx context.Context, c change) *graph.Job {
	ref, err := c.plan.ref()
	if err != nil || !c.switchesOn() && !c.releases() && !(c.wantsRestart() && c.plan.Enabled.IsNull()) {
		return nil
	}
	job, err := r.data.Graph.RequireJob(ctx, ref)
	if err != nil {
		return nil
	}
	r.run().planned.Give(ref, job)
	return &job
}

// change is one planned change of the resource.
type change struct {
	plan, state model
	creates     bool // there is no prior state
}

// subject names the connection in titles.
func (c change) subject() string {
	if ref, err := c.plan.ref(); err == nil {
		return "service principal " + ref.ServicePrincipalID
	}
	return "the connection"
}

// paused reports whether the state says that provisioning was paused outside Terraform.
func (c change) paused() bool { return !c.creates && !c.state.PausedOutsideSince.IsNull() }

// resumes reports whether the change ends a pause that somebody made outside Terraform. To take a token away is not to
// ask for anything.
func (c change) resumes() bool {
	return c.plan.Enabled.ValueBool() && c.paused() && (c.plan.OnOutsidePause.ValueString() == pauseResumes || c.newToken())
}

func (c change) newToken() bool {
	return !c.plan.ResumeToken.IsNull() && !c.plan.ResumeToken.Equal(c.state.ResumeToken)
}

// switchesOn reports whether the change starts a job that is off, as far as the configuration tells.
func (c change) switchesOn() bool {
	return c.plan.Enabled.ValueBool() && (c.creates || c.resumes() || !c.state.Enabled.ValueBool() && !c.paused())
}

// staysOff reports whether provisioning is off after the change, as far as the configuration tells.
func (c change) staysOff() bool {
	if c.plan.Enabled.IsNull() || c.plan.Enabled.IsUnknown() {
		return false
	}
	return !c.plan.Enabled.ValueBool() || c.paused() && !c.resumes()
}

// restarts reports whether the change asks for a restart: the triggers of an existing resource changed or were set. The
// first triggers after an import are those of a restart that may have been long ago, and restart nothing. That it was
// imported shows in `restart_pending`, which is null until there are triggers: a state, unlike private data, outlives a
// provider that was killed.
func (c change) restarts() bool {
	switch {
	case c.creates, c.plan.RestartTriggers.IsNull():
		return false
	case c.state.RestartTriggers.IsNull():
		return !c.state.RestartPending.IsNull()
	}
	return !c.plan.RestartTriggers.Equal(c.state.RestartTriggers)
}

// wantsRestart reports whether a restart is asked for, by this change or by one that had to wait. Without triggers nobody
// wants one any more.
func (c change) wantsRestart() bool {
	return c.restarts() || c.state.RestartPending.ValueBool() && !c.plan.RestartTriggers.IsNull()
}

// pendingAfter is `restart_pending` after the change. It is unknown where the job may be found paused, or held deletions
// are released first: then the restart waits.
func (c change) pendingAfter(job *graph.Job) types.Bool {
	leftOff := c.plan.Enabled.IsNull() && job != nil && !job.Schedule.Active()
	switch {
	case c.wantsRestart() && (leftOff || c.staysOff()):
		return types.BoolValue(true)
	case c.wantsRestart() && c.switchesOn() && !c.resumes() && c.plan.ReleaseDeletions.IsNull():
		return types.BoolValue(false)
	case c.wantsRestart():
		return types.BoolUnknown()
	case c.creates, c.state.RestartPending.ValueBool(), !c.plan.RestartTriggers.Equal(c.state.RestartTriggers):
		return types.BoolValue(false)
	}
	return c.state.RestartPending
}

// pausedAfter is `paused_outside_since` after the change; unknown where only a value not known yet decides.
func (c change) pausedAfter() types.String {
	switch {
	case !c.paused(), c.plan.Enabled.IsNull():
		return types.StringNull()
	case c.plan.Enabled.IsUnknown(), c.plan.Enabled.ValueBool() && c.plan.ResumeToken.IsUnknown():
		return types.StringUnknown()
	case c.plan.Enabled.ValueBool() && !c.resumes():
		return c.state.PausedOutsideSince
	}
	return types.StringNull()
}

func restartWaits(c change) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("restart_triggers"), "The restart of "+c.subject()+" waits for provisioning to be switched on",
		"Provisioning is off, and off means that no cycle begins. `restart_pending` stays true until it is switched on; then it restarts.")
}

func secondState(connectionID string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "The connection has another gotomeeting_provisioning_state already",
		fmt.Sprintf("This configuration creates two of them for the connection %q. One of them would pause what the other runs: a connection has one. Remove this one; to restart or to release held deletions, "+
			"use `restart_triggers` and `release_deletions` of the other.", connectionID))
}
