// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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
// between the prior state and the service shows it.
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

// hasMembers reports whether a narrower scope excludes anybody: a job that never started has nothing to reevaluate.
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

// planPending plans the result of the pending action. It is performed, except that a restart is pending while the job
// is off, since off means that no cycle starts.
func planPending(ctx context.Context, data *providerdata.Data, plan, state model) (types.String, diag.Diagnostics) {
	narrows := state.Scope.ValueString() == scopeAll && !plan.Scope.Equal(state.Scope)
	open := narrows || !state.PendingAction.IsNull() && plan.Scope.IsUnknown()
	off := false
	if data != nil && owed(state, plan) == actionRestart {
		job, err := data.Graph.RequireJob(ctx, state.ref())
		if off = err == nil && !job.Schedule.Active(); job.HasRun() {
			data.Steps(providerdata.Narrows).Give(state.ref().String(), true)
		}
	}
	switch {
	case narrows && off && data.Takes(providerdata.Starts, state.ref()):
		return types.StringUnknown(), diag.Diagnostics{providerdata.Unordered()}
	case open:
		return types.StringUnknown(), nil
	case off:
		return state.PendingAction, diag.Diagnostics{waits()}
	}
	return types.StringNull(), nil
}

func waits() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("pending_action"), "The restart for the narrower scope is pending",
		"Provisioning is off, and a restart would switch it on. `gotomeeting_provisioning_state` restarts provisioning when it switches it on. If something else does, apply again immediately "+
			"afterward: until the restart, the service works with the wider scope, so it creates accounts for everybody, and disables nobody who left the scope. The service does not show whether a job was restarted: "+
			"in either case, the next apply restarts it once more (`pending_action`), which only evaluates everybody again.")
}

// mayRelease reports whether new credentials may release the quarantine that the job is in: one of credentials, or one that
// began after a start of our own.
func mayRelease(ctx context.Context, job graph.Job, kept private) bool {
	var started time.Time
	if raw, _ := kept.GetKey(ctx, keyStarted); raw != nil && json.Unmarshal(raw, &started) != nil {
		started = time.Time{}
	}
	return job.QuarantinedForCredentials() || job.QuarantinedSince(started)
}

// carryOut performs the action and reports whether nothing is left to do. It reads the job again: the write and the test
// before it take time, in which somebody may have paused it. accepted says that the target accepted the credentials.
func carryOut(ctx context.Context, client *graph.Client, plan model, due string, accepted bool, kept private) (done bool, diags diag.Diagnostics) {
	ref := plan.ref()
	job, err := client.RequireJob(ctx, ref)
	switch {
	case err != nil:
		return false, diag.Diagnostics{graphdiag.Error("Cannot read the provisioning job", err, "The remaining action of the change stays pending: apply again.")}
	case due == actionStart:
		return release(ctx, client, plan, job, accepted, kept)
	case job.Schedule.Active():
		if err := client.RestartJob(ctx, ref, ""); err != nil {
			return false, diag.Diagnostics{graphdiag.AttributeError(path.Root("scope"), "Cannot restart the job for the narrower scope", err,
				"The scope is stored but takes effect only with a restart, which stays pending: apply again, or restart provisioning in the portal.")}
		}
		diags.Append(noteStart(ctx, client, kept)...)
	case job.HasRun():
		return false, diag.Diagnostics{waits()}
	}
	return true, diags
}

// noteStart keeps when this connection was started by a change of its own.
func noteStart(ctx context.Context, client *graph.Client, kept private) diag.Diagnostics {
	started, err := json.Marshal(client.Clock().Now())
	if err != nil {
		return nil // a time always has a JSON form
	}
	return kept.SetKey(ctx, keyStarted, started)
}

// release lifts a quarantine for credentials that the target accepted, unless it holds deletions.
func release(ctx context.Context, client *graph.Client, plan model, job graph.Job, accepted bool, kept private) (done bool, diags diag.Diagnostics) {
	if !mayRelease(ctx, job, kept) {
		return true, nil
	}
	if !accepted { // the run that stored them was cut short
		if !plan.TestConnection.ValueBool() {
			return true, nil
		}
		if err := client.ValidateJobCredentials(ctx, plan.ref(), nil); err != nil {
			return true, diag.Diagnostics{graphdiag.Error("The quarantine is not lifted", err, "The stored credentials could not be confirmed, and a start would only end in quarantine again. Set new credentials with a new version.")}
		}
	}
	if job.Status.Quarantine.SeriesCount > 1 { // it may have begun for another reason
		held, err := client.HeldDeletions(ctx, plan.ref(), job)
		const then = " The new credentials are stored, and the service tries them at its next attempt."
		switch {
		case err != nil:
			return true, diag.Diagnostics{diag.NewWarningDiagnostic("The quarantine was not lifted", "It is unknown whether it also holds deletions."+then+"\n\n"+graphdiag.Detail(err))}
		case len(held) > 0:
			return true, diag.Diagnostics{diag.NewWarningDiagnostic("The quarantine was not lifted", fmt.Sprintf("It also holds %d deletions. ", len(held))+
				"Review them, and release them with `release_deletions` of `gotomeeting_provisioning_state` if they are intended."+then+graphdiag.Incident)}
		}
	}
	diags.Append(noteStart(ctx, client, kept)...)
	if err := client.StartJob(ctx, plan.ref()); err != nil {
		return false, append(diags, graphdiag.Error("Cannot lift the quarantine", err,
			"The new credentials are stored. The start stays pending, and the service will try them at its next attempt."))
	}
	return true, diags
}
