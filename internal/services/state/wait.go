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

// awaitJob reads the job; one created moments ago may not be readable everywhere yet.
func (r *Resource) awaitJob(ctx context.Context, ref graph.JobRef) (job graph.Job, err error) {
	if planned, ok := providerdata.Take[graph.Job](r.data, jobKey(ref)); ok {
		return planned, nil
	}
	looks := 0
	pollErr := r.data.Graph.Poll(ctx, "the job to be readable", func(ctx context.Context) (bool, string, error) {
		job, err = r.data.Graph.GetJob(ctx, ref)
		looks++
		if graph.IsNotFound(err) && looks < 6 {
			return false, "not found", nil
		}
		return true, "", nil
	})
	if pollErr != nil {
		return job, pollErr
	}
	return job, err
}

// waitForState returns once the schedule shows what was asked for.
func (r *Resource) waitForState(ctx context.Context, ref graph.JobRef, active bool) error {
	bounded, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	return r.data.Graph.Poll(bounded, "the schedule to follow", func(ctx context.Context) (bool, string, error) {
		job, err := r.data.Graph.GetJob(ctx, ref)
		if graph.IsNotFound(err) { // a replica that has not heard of the job yet; it was there before
			return false, "not found", nil
		}
		return job.Schedule.Active() == active, "state " + job.Schedule.State, err
	})
}

// waitForRest returns once no cycle is in progress. A pause lets the running one end.
func (r *Resource) waitForRest(ctx context.Context, ref graph.JobRef) error {
	return r.data.Graph.Poll(ctx, "the running cycle to end", func(ctx context.Context) (bool, string, error) {
		job, err := r.data.Graph.GetJob(ctx, ref)
		if graph.IsNotFound(err) {
			return true, "", nil
		}
		return err == nil && !job.Schedule.Active() && !running(job, r.data.Graph.Clock().Now()), progressText(job), err
	})
}

// staleProgress is from when on unfinished progress is what an aborted cycle left behind.
const staleProgress = time.Hour

// running reports whether a cycle is in progress: an execution that began and has not ended, or progress that is short of
// its goal, was observed after the last execution ended, and is not old.
func running(job graph.Job, now time.Time) bool {
	if job.Status == nil {
		return false
	}
	last := job.Status.LastExecution
	if last != nil && last.TimeBegan != nil && last.TimeEnded == nil {
		return true
	}
	for _, p := range job.Status.Progress {
		if p.ObservedAt != nil && p.CompletedUnits < p.TotalUnits && now.Sub(*p.ObservedAt) < staleProgress &&
			(last == nil || last.TimeEnded == nil || p.ObservedAt.After(*last.TimeEnded)) {
			return true
		}
	}
	return false
}

func progressText(job graph.Job) string {
	if job.Status == nil || len(job.Status.Progress) == 0 {
		return "a cycle in progress"
	}
	p := job.Status.Progress[len(job.Status.Progress)-1]
	return fmt.Sprintf("%d of %d %s", p.CompletedUnits, p.TotalUnits, p.Units)
}

// firstCycleInterval is how often the first cycle is looked at: cycles take minutes, and every look is a request.
const firstCycleInterval = 30 * time.Second

// waitForFirstCycle returns once a cycle has ended that was not there before the start. A timeout is a warning:
// provisioning is on, as was asked.
func (r *Resource) waitForFirstCycle(ctx context.Context, ref graph.JobRef, before graph.Job) diag.Diagnostics {
	clock := r.data.Graph.Clock()
	start, allowed := clock.Now(), time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		allowed = time.Until(deadline)
	}
	for {
		job, err := r.data.Graph.GetJob(ctx, ref)
		if err != nil {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "Cannot follow the first cycle",
				"Provisioning is on; only the wait for its first cycle ended early. "+graphdiag.Detail(err))}
		}
		if result, ended := firstCycle(job, before); ended {
			return result
		}
		waited := clock.Now().Sub(start)
		tflog.Info(ctx, "Waiting for the first provisioning cycle", map[string]any{"progress": progressText(job), "waited_s": int(waited.Seconds())})
		if err := clock.Sleep(ctx, firstCycleInterval); err != nil || clock.Now().Sub(start) > allowed {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle has not ended yet",
				fmt.Sprintf("Provisioning is on. The wait ended after %s; last seen: %s. Initial cycles of large tenants take hours; raise `timeouts` to wait longer.",
					clock.Now().Sub(start).Round(time.Second), progressText(job)))}
		}
	}
}

// firstCycle tells whether the first cycle after the start has ended, and how. What the job showed before the start may
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
