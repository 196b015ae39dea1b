// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Values of the pending_action attribute.
const (
	actionRestart = "restart"
	actionStart   = "start"
)

// unfinished is the action that a change left undone, as a refresh finds it: the provider may have been killed between
// the write of the settings and the action, and then neither private data nor the new state survives. Only a difference
// between the state from before and what the service has tells.
func unfinished(before, now model, job graph.Job) string {
	switch {
	case now.Scope.ValueString() == scopeAssigned && (before.Scope.ValueString() == scopeAll && hasMembers(job) || before.PendingAction.ValueString() == actionRestart):
		return actionRestart
	case !job.QuarantinedForCredentials():
		return ""
	case before.PendingAction.ValueString() == actionStart, !before.AdminUsername.Equal(now.AdminUsername),
		!before.Authorized.IsNull() && !before.Authorized.ValueBool() && now.Authorized.ValueBool():
		return actionStart
	}
	return ""
}

// hasMembers reports whether a narrower scope has anybody to let go: a job that never began has nothing to re-evaluate.
func hasMembers(job graph.Job) bool { return job.Schedule.Active() || job.HasRun() }

// owed is what an update owes besides its write, "" for nothing: a narrower scope takes effect only with a restart.
// https://learn.microsoft.com/entra/identity/app-provisioning/known-issues
func owed(state, plan model) string {
	due := state.PendingAction.ValueString()
	switch {
	case state.Scope.ValueString() == scopeAll && plan.Scope.ValueString() == scopeAssigned:
		return actionRestart
	case due == actionRestart && plan.Scope.ValueString() == scopeAll:
		return ""
	}
	return due
}

// planPending plans what becomes of the pending action. It is carried out, except that a restart waits while the job is
// off, since off means that no cycle begins.
func planPending(ctx context.Context, data *providerdata.Data, plan, state model) (types.String, diag.Diagnostics) {
	narrows := state.Scope.ValueString() == scopeAll && !plan.Scope.Equal(state.Scope)
	switch {
	case narrows, !state.PendingAction.IsNull() && plan.Scope.IsUnknown():
		return types.StringUnknown(), nil
	case owed(state, plan) != actionRestart || data == nil:
		return types.StringNull(), nil
	}
	job, err := data.Graph.RequireJob(ctx, state.ref())
	if err != nil || job.Schedule.Active() {
		return types.StringNull(), nil
	}
	return state.PendingAction, diag.Diagnostics{waits()}
}

func waits() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("pending_action"), "The restart for the narrower scope waits",
		"Provisioning is off, and a restart would switch it on. The restart stays pending: apply once more after provisioning was switched on. "+
			"Until then nobody who left the scope is disabled.")
}

// carryOut does what is due and reports whether nothing is left to do.
func carryOut(ctx context.Context, client *graph.Client, ref graph.JobRef, due string, job graph.Job) (done bool, diags diag.Diagnostics) {
	switch {
	case due == actionRestart && job.Schedule.Active():
		if err := client.RestartJob(ctx, ref, ""); err != nil {
			return false, diag.Diagnostics{graphdiag.AttributeError(path.Root("scope"), "Cannot restart the job for the narrower scope", err,
				"The scope is stored but takes effect only with a restart, which stays pending: apply again, or restart provisioning in the portal.")}
		}
	case due == actionRestart && job.HasRun():
		return false, diag.Diagnostics{waits()}
	case due == actionStart && job.QuarantinedForCredentials():
		if err := client.StartJob(ctx, ref); err != nil {
			return false, diag.Diagnostics{graphdiag.Error("Cannot lift the quarantine", err,
				"The new credentials are stored; the start stays pending, and the service will try them by itself at its next attempt.")}
		}
	}
	return true, nil
}
