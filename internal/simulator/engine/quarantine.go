// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Limits are the numbers of failed objects at which a job is quarantined. Microsoft says that they may change.
type Limits struct {
	// Evaluated is how many failures there must be before a proportion counts.
	Evaluated int64
	// Percent of the objects that failed.
	Percent int64
	// Failures that quarantine whatever the proportion, references not counted.
	Failures int64
	// Total failures that quarantine, references counted.
	Total int64
}

// DefaultLimits are the numbers that Microsoft gives.
func DefaultLimits() Limits {
	return Limits{Evaluated: 5_000, Percent: 40, Failures: 40_000, Total: 60_000}
}

// quarantineEnd is how long a job stays in quarantine before it is disabled.
const quarantineEnd = 28 * 24 * time.Hour

// quarantineDelays are the times until a quarantined job is tried again, the last one over and over.
var quarantineDelays = []time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// escrowReason says why the failures of a cycle quarantine its job, empty if they do not.
func (e *Engine) escrowReason(r *run, s *jobState, evaluated int64) string {
	failed := int64(len(s.escrows))
	switch {
	case failed+int64(len(r.unresolved)) > e.limits.Total:
		return "EncounteredTotalEscrowThreshold"
	case failed >= e.limits.Evaluated && r.failures*100 > evaluated*e.limits.Percent:
		return "EncounteredEscrowProportionThreshold"
	case failed > e.limits.Failures:
		return "EncounteredBaseEscrowThreshold"
	}
	return ""
}

// impose quarantines a job after a cycle, or keeps it in quarantine. The job is tried again less and less often, and
// disabled after four weeks.
func (e *Engine) impose(j *store.Job, s *jobState, reason string, problem store.SyncError, c *cycle, execution *store.Execution) {
	execution.State, execution.Error = store.ResultFailed, &problem
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { // a job that is gone has no status
		st := &j.Status
		st.LastExecution = execution
		st.SuccessiveFailures++
		if len(s.ever) > 0 {
			st.EntryCounts = []store.EntryCount{{Kind: "User to User", Count: int64(len(s.ever))}}
		}
		q := st.Quarantine
		if q == nil {
			q = &store.Quarantine{SeriesBegan: c.ends}
		}
		q = &store.Quarantine{
			Reason: reason, Error: &problem, CurrentBegan: c.ends, SeriesBegan: q.SeriesBegan, SeriesCount: q.SeriesCount + 1,
		}
		st.Quarantine = q
		s.next = time.Time{}
		if j.Schedule != store.ScheduleActive {
			return // paused meanwhile
		}
		st.Code = store.CodeQuarantine
		s.retry(q, c.ends)
	})
}

// retry sets the next attempt of a quarantined job.
func (s *jobState) retry(q *store.Quarantine, now time.Time) {
	at := min(int(q.SeriesCount)-1, len(quarantineDelays)-1)
	q.NextAttempt = now.Add(quarantineDelays[at])
	if end := q.SeriesBegan.Add(quarantineEnd); !q.NextAttempt.Before(end) {
		q.NextAttempt = time.Time{}
		s.next = end
		return
	}
	s.next = q.NextAttempt
}

// expire disables a job that was in quarantine for too long, and says whether it did.
func (e *Engine) expire(j *store.Job, s *jobState, now time.Time) bool {
	q := j.Status.Quarantine
	if q == nil || j.Schedule != store.ScheduleActive || now.Before(q.SeriesBegan.Add(quarantineEnd)) {
		return false
	}
	s.next = time.Time{}
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { j.Schedule = store.ScheduleDisabled }) // found a moment ago
	return true
}

// Quarantine holds a job back for a reason, as the service's operators would.
func (e *Engine) Quarantine(servicePrincipalID, jobID, reason string, problem store.SyncError) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.store.Clock().Now()
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		s := e.state(j.ID)
		q := &store.Quarantine{Reason: reason, Error: &problem, CurrentBegan: now, SeriesBegan: now, SeriesCount: 1}
		j.Status.Code, j.Status.Quarantine = store.CodeQuarantine, q
		s.running = nil
		if j.Schedule == store.ScheduleActive {
			s.retry(q, now)
		} else {
			q.NextAttempt = now.Add(quarantineDelays[0])
		}
	})
}
