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
		return err == nil && !job.Schedule.Active() && !running(job), progressText(job), err
	})
}

// running reports whether a cycle is in progress: an execution that began and has not ended.
func running(job graph.Job) bool {
	return job.Status != nil && job.Status.LastExecution != nil &&
		job.Status.LastExecution.TimeBegan != nil && job.Status.LastExecution.TimeEnded == nil
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

// waitForFirstCycle returns once a cycle has ended. A timeout is a warning: provisioning is on, as was asked.
func (r *Resource) waitForFirstCycle(ctx context.Context, ref graph.JobRef) diag.Diagnostics {
	clock := r.data.Graph.Clock()
	began, allowed := clock.Now(), time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		allowed = time.Until(deadline)
	}
	for {
		job, err := r.data.Graph.GetJob(ctx, ref)
		if err != nil {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "Cannot follow the first cycle",
				"Provisioning is on; only the wait for its first cycle ended early.\n\n"+graphdiag.Detail(err, graphdiag.SynchronizationRead))}
		}
		if status := job.Status; status != nil {
			if status.Quarantine != nil {
				return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle ended in quarantine",
					fmt.Sprintf("Provisioning is on, but the service put it into quarantine (%s). `gotomeeting_sync_status` shows the details.", status.Quarantine.Reason))}
			}
			if last := status.LastExecution; last != nil && last.TimeEnded != nil {
				return firstCycleResult(last)
			}
		}
		tflog.Info(ctx, "Waiting for the first provisioning cycle", map[string]any{"progress": progressText(job), "waited_s": int(clock.Now().Sub(began).Seconds())})
		if err := clock.Sleep(ctx, firstCycleInterval); err != nil || clock.Now().Sub(began) > allowed {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle has not ended yet",
				fmt.Sprintf("Provisioning is on. The wait ended after %s; last seen: %s. Initial cycles of large tenants take hours; raise `timeouts` to wait longer.",
					clock.Now().Sub(began).Round(time.Second), progressText(job)))}
		}
	}
}

func firstCycleResult(last *graph.TaskExecution) diag.Diagnostics {
	if strings.EqualFold(last.State, "Succeeded") {
		return nil
	}
	detail := fmt.Sprintf("The first cycle ended with the state %s: %d people in scope, %d changes written, %d failed.",
		last.State, last.CountEntitledForProvisioning, last.CountExported, last.CountEscrowed)
	if last.Error != nil {
		detail += fmt.Sprintf(" The service said: %s: %s", last.Error.Code, last.Error.Message)
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("wait_for_first_cycle"), "The first cycle had failures",
		detail+" `gotomeeting_sync_status` and the provisioning logs show the details.")}
}
