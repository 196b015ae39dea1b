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
	data.Steps(providerdata.Starts).Remove(ref)
	before, err := awaitJob(ctx, data, ref)
	if err != nil {
		return before, false, diag.Diagnostics{graphdiag.Error("Cannot read the provisioning job", err)}
	}
	diags = c.checkIDs(ctx)
	active := before.Schedule.Active()
	wanted := c.wants(active)
	if wanted && !active && data.Steps(providerdata.Narrows).Has(ref) {
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
		if err := startJob(ctx, data, ref, c.starting(ctx, data, ref, before)); err != nil {
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

// starting is the call that switches a job on. The service does not show with which scope the last cycle ran: somebody may have narrowed
// it since, and a start would go on with the wider one.
func (c change) starting(ctx context.Context, data *providerdata.Data, ref graph.JobRef, job graph.Job) func(context.Context, graph.JobRef) error {
	scope := ""
	if c.wantsRestart() {
		scope = c.plan.RestartScope.ValueString()
	}
	secrets, err := data.Secrets(ctx, ref.ServicePrincipalID)
	switch narrow := job.HasRun() && (err != nil || !graph.ScopeIsAll(secrets)); {
	case !narrow && !c.wantsRestart():
		return data.Graph.StartJob
	case narrow && !strings.Contains(scope, "Watermark") && !strings.Contains(scope, "Full"):
		scope = ""
	}
	return func(ctx context.Context, ref graph.JobRef) error { return data.Graph.RestartJob(ctx, ref, scope) }
}

// startJob starts the job by a call. After a lost response, the state that the service shows decides: a running job must not be started again,
// https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-start
func startJob(ctx context.Context, data *providerdata.Data, ref graph.JobRef, call func(context.Context, graph.JobRef) error) error {
	for attempt := 1; ; attempt++ {
		err := call(ctx, ref)
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
