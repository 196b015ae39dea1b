// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

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

// resumes reports whether the change ends a pause that somebody made outside Terraform. Removing a token
// requests nothing.
func (c change) resumes() bool {
	return c.plan.Enabled.ValueBool() && c.paused() && (c.plan.OnOutsidePause.ValueString() == pauseResumes || c.newToken())
}

func (c change) newToken() bool {
	return !c.plan.ResumeToken.IsNull() && !c.plan.ResumeToken.Equal(c.state.ResumeToken)
}

// repairs reports whether the change only puts back what others changed: a pause ends that somebody made outside Terraform, or
// the job that was there is gone.
func (c change) repairs(data *providerdata.Data) bool {
	return c.resumes() && !c.newToken() || c.creates && memoryOf(data).lost.Load()
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

// wantsRestart reports whether this change or an earlier pending one requests a restart. Without triggers, no restart
// is requested anymore.
func (c change) wantsRestart() bool {
	return c.restarts() || c.state.RestartPending.ValueBool() && !c.plan.RestartTriggers.IsNull()
}

// pendingAfter is `restart_pending` after the change. It is unknown if the job may be paused, or if held deletions are
// released first: the restart is then pending.
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

// releases reports whether the change is to release held deletions: `release_deletions` is new, or provisioning, for which
// it had to wait, is switched on. Otherwise, the release was already performed or is out of date.
func (c change) releases() bool {
	return !c.plan.ReleaseDeletions.IsNull() && (c.creates || !c.plan.ReleaseDeletions.Equal(c.state.ReleaseDeletions) || c.switchesOn())
}

// checkIDs refuses ids of another connection or application, as far as they are known and were not there before.
func (c change) checkIDs(ctx context.Context) (diags diag.Diagnostics) {
	ref, err := c.plan.ref()
	if err != nil {
		return nil
	}
	for _, list := range []struct {
		name, prefix, what, wanted string
		ids, before                types.List
	}{
		{"mapping_ids", ref.String() + "/", "attribute mappings", "a `gotomeeting_attribute_mappings`", c.plan.MappingIDs, c.state.MappingIDs},
		{"assignment_ids", ref.ServicePrincipalID, "an assignment", "a resource of assignments", c.plan.AssignmentIDs, c.state.AssignmentIDs},
	} {
		ids, _ := knownTexts(ctx, list.ids)
		before, _ := knownTexts(ctx, list.before)
		for _, id := range ids {
			ofJob := list.name == "assignment_ids" && strings.HasPrefix(id, ref.String())
			if (ofJob || !strings.HasPrefix(id, list.prefix)) && (c.creates || !slices.Contains(before, id)) {
				diags.AddAttributeError(path.Root(list.name), "Id of another object",
					fmt.Sprintf("`%s` contains %q, which is not the id of %s of this connection. Use the `id` of %s that belongs to the connection %q.", list.name, id, list.what, list.wanted, ref))
			}
		}
	}
	return diags
}

// settle fills in values that the plan left unknown, and reports a pause that was not visible at plan.
func (c *change) settle(wanted, waits bool) (diags diag.Diagnostics) {
	if c.plan.RestartPending.IsUnknown() {
		c.plan.RestartPending = types.BoolValue(c.wantsRestart() && waits)
		if c.plan.RestartPending.ValueBool() && !wanted {
			diags.Append(restartWaits(*c))
		}
	}
	if c.plan.PausedOutsideSince.IsUnknown() {
		c.plan.PausedOutsideSince = types.StringNull()
		if c.paused() && c.plan.Enabled.ValueBool() && !wanted {
			c.plan.PausedOutsideSince = c.state.PausedOutsideSince
		}
	}
	if c.plan.Enabled.ValueBool() && !wanted && !c.paused() {
		diags.AddAttributeWarning(path.Root("enabled"), "Provisioning of "+c.subject()+" was paused after the plan",
			"Somebody paused it outside Terraform after the plan was created. It stays paused; the next plan shows how to continue.")
	}
	return diags
}

// wants reports whether the job is to be on after the change. A job that is off although the state has it on was paused
// outside Terraform since the refresh, which no plan has shown.
func (c change) wants(active bool) bool {
	switch {
	case c.plan.Enabled.IsNull():
		return active
	case !c.plan.Enabled.ValueBool():
		return false
	case active || c.creates:
		return true
	case c.paused():
		return c.resumes()
	}
	return !c.state.Enabled.ValueBool() || c.newToken()
}
