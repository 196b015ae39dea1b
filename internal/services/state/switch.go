// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// saver stores a model and the identity that belongs to it.
func saver(ctx context.Context, state *tfsdk.State, id *tfsdk.ResourceIdentity) func(graph.JobRef, model) diag.Diagnostics {
	return func(ref graph.JobRef, m model) diag.Diagnostics {
		diags := state.Set(ctx, &m)
		diags.Append(id.Set(ctx, identityOf(ref))...)
		return diags
	}
}

// apply brings the job to what a change wants, and saves the state before it waits for anything.
func apply(ctx context.Context, data *providerdata.Data, c change, save func(graph.JobRef, model) diag.Diagnostics) diag.Diagnostics {
	ref, err := c.plan.ref()
	if err != nil {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "Invalid connection id", err.Error()+".")}
	}
	if refused := forecast.Of(data).Refused(ref, proposal); refused.HasError() {
		return refused
	}
	before, started, diags := switchJob(ctx, data, ref, c, save)
	// The wait holds no lock: it may last an hour, and other resources of the connection do not have to wait.
	if started && !diags.HasError() && c.plan.WaitForFirstCycle.ValueBool() {
		diags.Append(waitForFirstCycle(ctx, data, ref, before)...)
	}
	return diags
}

// switchJob makes the calls of apply. It returns the job as it was and whether the calls started it. Off means that no cycle
// starts: a restart of a job that is or stays off is pending until it is switched on.
func switchJob(ctx context.Context, data *providerdata.Data, ref graph.JobRef, c change, save func(graph.JobRef, model) diag.Diagnostics) (before graph.Job, started bool, diags diag.Diagnostics) {
	defer data.Lock(ref.ServicePrincipalID)()
	aftermath.Stays(data, ref)
	data.Steps(providerdata.Starts).Take(ref.String())
	before, err := awaitJob(ctx, data, ref)
	if err != nil {
		return before, false, diag.Diagnostics{graphdiag.Error("Cannot read the provisioning job", err)}
	}
	diags = c.checkIDs(ctx)
	active := before.Schedule.Active()
	wanted := c.wants(active)
	if wanted && !active && data.Takes(providerdata.Narrows, ref) {
		diags.Append(providerdata.Unordered())
	}
	if wanted && !active && !diags.HasError() {
		diags.Append(applyWriter(ctx, data, ref, c.plan)...)
	}
	if wanted && !active && !diags.HasError() {
		if _, checked := memoryOf(data).checked.Take(ref); !checked {
			diags.Append((&starter{data: data, ref: ref, plan: c.plan}).check(ctx, before, nil)...)
		}
	}
	if diags.HasError() {
		return before, false, diags
	}
	released, ds := releaseHeld(ctx, data, ref, c, before, wanted)
	if diags.Append(ds...); ds.HasError() {
		return before, false, diags
	}
	// A restart that was planned as pending stays pending, even if somebody has switched the job on since.
	waits := released || !wanted || c.plan.RestartPending.ValueBool()
	restart := c.wantsRestart() && !waits
	switch {
	case released:
	case wanted && !active:
		restarts, scope := c.restarting(ctx, data, ref, before)
		if err := startJob(ctx, data, ref, restarts, scope); err != nil {
			return before, false, append(diags, graphdiag.AttributeError(path.Root("enabled"), "Cannot start provisioning", err))
		}
	case restart:
		if err := data.Graph.RestartJob(ctx, ref, c.plan.RestartScope.ValueString()); err != nil {
			return before, false, append(diags, restartFailed(path.Root("restart_triggers"), "Cannot restart provisioning", err))
		}
	case !wanted && active:
		if err := data.Graph.PauseJob(ctx, ref); err != nil {
			return before, false, append(diags, graphdiag.AttributeError(path.Root("enabled"), "Cannot pause provisioning", err))
		}
	}
	diags.Append(c.settle(wanted, waits)...)
	diags.Append(save(ref, c.plan)...)
	if diags.HasError() || wanted == active && !restart && !released {
		return before, false, diags
	}
	job, err := waitForSchedule(ctx, data, ref, wanted)
	if err != nil {
		// The call was accepted; tainting would pause and start again unnecessarily.
		diags.AddAttributeWarning(path.Root("enabled"), "Cannot confirm the state of provisioning",
			"The service accepted the change. The next plan shows the result. "+graphdiag.Detail(err))
		return before, false, diags
	}
	if !c.plan.WaitForFirstCycle.ValueBool() {
		data.NoteJob(ref, job)
	}
	return before, wanted && !active, diags
}

// releaseHeld carries out `release_deletions` if it is for the quarantine that the job is in.
func releaseHeld(ctx context.Context, data *providerdata.Data, ref graph.JobRef, c change, job graph.Job, wanted bool) (released bool, diags diag.Diagnostics) {
	release, diags := c.plan.release(ctx)
	if release == nil || diags.HasError() || !wanted || !c.releases() || !release.means(job) {
		return false, diags
	}
	held, err := data.Graph.HeldDeletions(ctx, ref, job)
	if err != nil {
		return false, diag.Diagnostics{graphdiag.AttributeError(path.Root("release_deletions"), "Cannot count the held deletions", err, "Nothing was released.")}
	}
	if problem := release.refuses(data, ref, held); problem != nil {
		return false, diag.Diagnostics{problem}
	}
	if err := data.Graph.RestartJob(ctx, ref, "ForceDeletes"); err != nil {
		return false, diag.Diagnostics{restartFailed(path.Root("release_deletions"), "Cannot release the held deletions", err)}
	}
	return true, nil
}

// restartFailed is the error for a restart. It is unknown whether a lost one took effect.
func restartFailed(at path.Path, summary string, err error) diag.Diagnostic {
	var hints []string
	if graph.IsAmbiguous(err) {
		hints = append(hints, "Applying again restarts provisioning again, which is harmless.")
	}
	return graphdiag.AttributeError(at, summary, err, hints...)
}

// How often a start whose answer was lost is tried, and how long the service is given to show that it took effect.
const (
	startAttempts = 3
	startShows    = 10 * time.Second
)

// restarting reports whether switching a job on takes a restart, and what it resets. The service does not show with which scope the last
// cycle ran: somebody may have narrowed it since, and a start would go on with the wider one.
func (c change) restarting(ctx context.Context, data *providerdata.Data, ref graph.JobRef, job graph.Job) (restarts bool, scope string) {
	if c.wantsRestart() {
		scope = c.plan.RestartScope.ValueString()
	}
	secrets, err := data.Secrets(ctx, ref.ServicePrincipalID)
	narrow := job.HasRun() && (err != nil || !graph.ScopeIsAll(secrets))
	if narrow && !strings.Contains(scope, "Watermark") && !strings.Contains(scope, "Full") {
		scope = ""
	}
	return narrow || c.wantsRestart(), scope
}

// startJob starts or restarts a job that is off. After a lost response, the state that the service shows decides: a running job must not be started again,
// https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-start
func startJob(ctx context.Context, data *providerdata.Data, ref graph.JobRef, restarts bool, scope string) error {
	for attempt := 1; ; attempt++ {
		var err error
		if restarts {
			err = data.Graph.RestartJob(ctx, ref, scope)
		} else {
			err = data.Graph.StartJob(ctx, ref)
		}
		if !graph.IsAmbiguous(err) {
			return err
		}
		deadline := data.Graph.Clock().Now().Add(startShows)
		shown := false
		look, cancel := graph.Outlast(ctx)
		pollErr := data.Graph.Poll(look, "the job to show as started", func(ctx context.Context) (bool, string, error) {
			job, err := data.Graph.GetJob(ctx, ref)
			shown = err == nil && job.Schedule.Active()
			return shown || !data.Graph.Clock().Now().Before(deadline), "state " + job.Schedule.State, err
		})
		cancel()
		switch {
		case shown:
			return nil
		case pollErr != nil, ctx.Err() != nil, attempt == startAttempts:
			return err
		}
	}
}
