// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// awaitJob reads the job; a job that was just created may not be readable everywhere yet. The data from the plan is out of date
// if the same resource under another name has been destroyed since, which paused the job.
func awaitJob(ctx context.Context, data *providerdata.Data, ref graph.JobRef) (graph.Job, error) {
	if planned, ok := memoryOf(data).planned.Take(ref); ok && !memoryOf(data).deleted.Has(ref) {
		return planned, nil
	}
	return data.Graph.RequireJob(graph.WithReplicationWait(ctx, replicationPatience), ref)
}

// waitForSchedule returns the job once the schedule shows what was asked for.
func waitForSchedule(ctx context.Context, data *providerdata.Data, ref graph.JobRef, active bool) (graph.Job, error) {
	bounded, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	return data.Graph.WaitForSchedule(bounded, ref, active)
}

// firstCycleInterval is how often the first cycle is checked: cycles take minutes, and every check is a request.
const firstCycleInterval = 30 * time.Second

// waitForFirstCycle returns once a cycle has ended that was not there before the start. A timeout is a warning:
// provisioning is on, as was asked.
func waitForFirstCycle(ctx context.Context, data *providerdata.Data, ref graph.JobRef, before graph.Job) diag.Diagnostics {
	clock := data.Graph.Clock()
	start, allowed := clock.Now(), time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		allowed = time.Until(deadline)
	}
	for {
		job, err := data.Graph.GetJob(ctx, ref)
		if err != nil {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "Cannot follow the first cycle",
				"Provisioning is on; only the wait for its first cycle ended early. "+graphdiag.Detail(err))}
		}
		if result, ended := firstCycle(job, before); ended {
			return result
		}
		waited := clock.Now().Sub(start)
		tflog.Info(ctx, "Waiting for the first provisioning cycle", map[string]any{"progress": job.Activity(), "waited_s": int(waited.Seconds())})
		if err := clock.Sleep(ctx, firstCycleInterval); err != nil || clock.Now().Sub(start) > allowed {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle has not ended yet",
				fmt.Sprintf("Provisioning is on. The wait ended after %s; last seen: %s. Initial cycles of large tenants take hours; raise `timeouts` to wait longer.",
					clock.Now().Sub(start).Round(time.Second), job.Activity()))}
		}
	}
}

// firstCycle says whether the first cycle after the start has ended, and how. What the job showed before the start may
// still be shown for a while and does not count.
func firstCycle(job, before graph.Job) (result diag.Diagnostics, ended bool) {
	if job.Status == nil {
		return nil, false
	}
	old := graph.JobStatus{}
	if before.Status != nil {
		old = *before.Status
	}
	if quarantine := job.Status.Quarantine; quarantine != nil && (old.Quarantine == nil || !sameInstant(quarantine.CurrentBegan, old.Quarantine.CurrentBegan)) {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle ended in quarantine",
			fmt.Sprintf("Provisioning is on, but the service put it into quarantine (%s). `gotomeeting_sync_status` shows the details.", quarantine.Reason))}, true
	}
	if last := job.Status.LastExecution; last != nil && last.TimeEnded != nil && !sameInstant(last.TimeEnded, endOf(old.LastExecution)) {
		return firstCycleResult(last), true
	}
	return nil, false
}

func endOf(e *graph.TaskExecution) *time.Time {
	if e == nil {
		return nil
	}
	return e.TimeEnded
}

func sameInstant(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

func firstCycleResult(last *graph.TaskExecution) diag.Diagnostics {
	if strings.EqualFold(last.State, "Succeeded") {
		return nil
	}
	detail := fmt.Sprintf("The first cycle ended with the state %s: %d people in scope, %d changes written, %d failed.",
		last.State, last.CountEntitledForProvisioning, last.CountExported, last.CountEscrowed)
	if last.Error != nil {
		detail += fmt.Sprintf(" The service said %s: %s.", last.Error.Code, strings.TrimSuffix(last.Error.Message, "."))
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle had failures",
		detail+" `gotomeeting_sync_status` and the provisioning logs show the details.")}
}
