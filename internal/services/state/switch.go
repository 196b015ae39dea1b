// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// saver stores a model and the identity that belongs to it.
func saver(ctx context.Context, state *tfsdk.State, id *tfsdk.ResourceIdentity) func(graph.JobRef, model) diag.Diagnostics {
	return func(ref graph.JobRef, m model) diag.Diagnostics {
		diags := state.Set(ctx, &m)
		diags.Append(id.Set(ctx, identityOf(ref))...)
		return diags
	}
}

// apply restarts if asked, then starts or pauses the job unless it is as wanted already, and saves the state before it
// waits for anything.
func (r *Resource) apply(ctx context.Context, plan model, restart bool, save func(graph.JobRef, model) diag.Diagnostics) diag.Diagnostics {
	ref, err := plan.ref()
	if err != nil {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "Invalid connection id", err.Error()+".")}
	}
	before, started, diags := r.switchJob(ctx, ref, plan, restart, save)
	// The wait takes no lock: it may last an hour, and other resources of the connection need not stand by.
	if started && !diags.HasError() && plan.WaitForFirstCycle.ValueBool() {
		diags.Append(r.waitForFirstCycle(ctx, ref, before)...)
	}
	return diags
}

// switchJob makes the calls of apply. It returns the job as it was and whether the calls started it.
func (r *Resource) switchJob(ctx context.Context, ref graph.JobRef, plan model, restart bool, save func(graph.JobRef, model) diag.Diagnostics) (before graph.Job, started bool, diags diag.Diagnostics) {
	defer r.data.Lock(ref.ServicePrincipalID)()
	before, err := r.awaitJob(ctx, ref)
	if err != nil {
		return before, false, diag.Diagnostics{graphdiag.Error("Cannot read the provisioning job", err)}
	}
	active := before.Schedule.Active()
	wanted := active
	if !plan.Enabled.IsNull() {
		wanted = plan.Enabled.ValueBool()
	}
	if restart {
		if err := r.data.Graph.RestartJob(ctx, ref, plan.RestartScope.ValueString()); err != nil {
			return before, false, r.restartFailed(ctx, ref, wanted, err)
		}
		r.data.NoteStart(ref)
		active = true // a restart starts a stopped job as well
	}
	switch {
	case wanted && !active:
		if err := r.startJob(ctx, ref); err != nil {
			return before, false, diag.Diagnostics{graphdiag.AttributeError(path.Root("enabled"), "Cannot start provisioning", err,
				"If the connection has no credentials yet, give them or authorize in the portal first.")}
		}
		r.data.NoteStart(ref)
	case !wanted && active:
		if err := r.data.Graph.PauseJob(ctx, ref); err != nil {
			diags = diag.Diagnostics{graphdiag.AttributeError(path.Root("enabled"), "Cannot pause provisioning", err)}
			if restart {
				// The restart is done and must not be repeated; what is left to do is the pause.
				if !plan.Enabled.IsNull() {
					plan.Enabled = types.BoolValue(true)
				}
				diags.Append(save(ref, plan)...)
			}
			return before, false, diags
		}
	}
	diags = save(ref, plan)
	if diags.HasError() || wanted == before.Schedule.Active() && !restart {
		return before, false, diags
	}
	if err := r.waitForSchedule(ctx, ref, wanted); err != nil {
		// The call was accepted; tainting would pause and start again for nothing.
		diags.AddAttributeWarning(path.Root("enabled"), "Cannot confirm the state of provisioning",
			"The service accepted the change. The next plan shows what became of it. "+graphdiag.Detail(err))
		return before, false, diags
	}
	return before, wanted && !before.Schedule.Active(), diags
}

// restartFailed is the error for a restart. Whether a lost one took effect cannot be told; a job that is to be off is
// switched off for safety.
func (r *Resource) restartFailed(ctx context.Context, ref graph.JobRef, wanted bool, err error) diag.Diagnostics {
	var hints []string
	if graph.IsAmbiguous(err) {
		hints = append(hints, "Applying again restarts provisioning once more, which does no harm.")
		if !wanted {
			if pauseErr := r.data.Graph.PauseJob(ctx, ref); pauseErr != nil {
				hints = append(hints, "A restart starts a paused job, and pausing it again failed too: look at it in the portal.")
			}
		}
	}
	return diag.Diagnostics{graphdiag.AttributeError(path.Root("restart_triggers"), "Cannot restart provisioning", err, hints...)}
}

// How often a start whose answer was lost is tried, and how long the service is given to show that it took effect.
const (
	startAttempts = 3
	startShows    = 10 * time.Second
)

// startJob starts the job. After a lost answer what the service shows decides: a running job must not be started again,
// https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-start
func (r *Resource) startJob(ctx context.Context, ref graph.JobRef) error {
	for attempt := 1; ; attempt++ {
		err := r.data.Graph.StartJob(ctx, ref)
		if !graph.IsAmbiguous(err) {
			return err
		}
		deadline := r.data.Graph.Clock().Now().Add(startShows)
		shown := false
		pollErr := r.data.Graph.Poll(ctx, "the job to show as started", func(ctx context.Context) (bool, string, error) {
			job, err := r.data.Graph.GetJob(ctx, ref)
			shown = err == nil && job.Schedule.Active()
			return shown || !r.data.Graph.Clock().Now().Before(deadline), "state " + job.Schedule.State, err
		})
		switch {
		case shown:
			return nil
		case pollErr != nil || attempt == startAttempts:
			return err
		}
	}
}
