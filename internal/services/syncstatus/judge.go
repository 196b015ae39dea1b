// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// States of provisioning as a whole.
const (
	statePending  = "pending"  // on, the first cycle has not ended
	stateHealthy  = "healthy"  // on, nothing to report
	stateDegraded = "degraded" // on, with warnings
	stateFailed   = "failed"   // an error keeps people from being provisioned
	statePaused   = "paused"   // off
	stateRetired  = "retired"  // the service no longer offers the connector
)

// Severities of problems.
const (
	severityError   = "error"
	severityWarning = "warning"
)

// overdueIntervals is how many intervals may pass without any progress before a job counts as overdue.
const overdueIntervals = 3

// failuresForError is from how many complete failures in a row they are an error; the service retries a single one.
const failuresForError = 2

// finding is one thing that is not as it should be.
type finding struct {
	code, severity, message string
}

// judge reads a job's status at an instant. healthy is nil
// until the first cycle has ended.
func judge(job graph.Job, now time.Time) (state string, healthy *bool, problems []finding) {
	status := graph.JobStatus{}
	if job.Status != nil {
		status = *job.Status
	}
	problems = append(problems, quarantineFindings(status)...)
	problems = append(problems, executionFindings(status)...)
	problems = append(problems, scheduleFindings(job, status, now)...)

	failed := false
	for _, problem := range problems {
		failed = failed || problem.severity == severityError
	}
	if ended(status) || failed {
		healthy = new(bool)
		*healthy = !failed
	}
	switch {
	case failed:
		state = stateFailed
	case !job.Schedule.Active():
		state = statePaused
	case !ended(status):
		state = statePending
	case len(problems) > 0:
		state = stateDegraded
	default:
		state = stateHealthy
	}
	return state, healthy, problems
}

// ended reports whether any cycle ever came to its end.
func ended(status graph.JobStatus) bool {
	for _, execution := range []*graph.TaskExecution{status.LastExecution, status.LastSuccessfulExecution} {
		if execution != nil && execution.TimeEnded != nil {
			return true
		}
	}
	return status.SteadyStateFirstAchievedTime != nil
}

func quarantineFindings(status graph.JobStatus) []finding {
	quarantine := status.Quarantine
	if quarantine == nil {
		if strings.EqualFold(status.Code, "Quarantine") {
			return []finding{{"Quarantine", severityError, "The service put the job into quarantine without a reason."}}
		}
		return nil
	}
	message := fmt.Sprintf("The service put the job into quarantine: %s.", reasonText(quarantine.Reason))
	if quarantine.Error != nil && quarantine.Error.Code != "" {
		message += fmt.Sprintf(" It said %s", quarantine.Error.Code)
		if quarantine.Error.Message != "" {
			message += ": " + strings.TrimSuffix(quarantine.Error.Message, ".")
		}
		message += "."
	}
	if quarantine.NextAttempt != nil {
		message += " Next attempt: " + quarantine.NextAttempt.UTC().Format(time.RFC3339) + "."
	}
	code := quarantine.Reason
	if code == "" {
		code = "Quarantine"
	}
	return []finding{{code, severityError, message}}
}

// reasonText explains the documented reasons; another is shown as it is.
// https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationquarantine
func reasonText(reason string) string {
	switch reason {
	case "EncounteredBaseEscrowThreshold", "EncounteredTotalEscrowThreshold":
		return "too many people failed"
	case "EncounteredEscrowProportionThreshold":
		return "too large a share of the people failed"
	case "EncounteredQuarantineException":
		return "a critical error, typically invalid credentials or no connection to the target"
	case "QuarantinedOnDemand", "QuarantineOnDemand":
		return "Microsoft did so manually"
	case "TooManyDeletes":
		return "more deletions than the accidental-deletion threshold allows; check them, then restart with `ForceDeletes` or remove the cause"
	case "IngestionInterrupted":
		return "reading changes from the directory was interrupted"
	case "", "Unknown":
		return "for an unknown reason"
	}
	return reason
}

func executionFindings(status graph.JobStatus) []finding {
	var found []finding
	last := status.LastExecution
	if last != nil && last.TimeEnded != nil && strings.EqualFold(last.State, "Failed") {
		severity, failures := severityWarning, status.CountSuccessiveCompleteFailures
		message := "The last cycle failed."
		if failures >= failuresForError {
			severity = severityError
			message = fmt.Sprintf("The last %d cycles failed.", failures)
		}
		code := "CycleFailed"
		if last.Error != nil && last.Error.Code != "" {
			code = last.Error.Code
			if last.Error.Message != "" {
				message += " The service said: " + strings.TrimSuffix(last.Error.Message, ".") + "."
			}
		}
		found = append(found, finding{code, severity, message})
	} else if status.CountSuccessiveCompleteFailures >= failuresForError {
		found = append(found, finding{"RepeatedFailures", severityError, fmt.Sprintf("%d cycles in a row failed.", status.CountSuccessiveCompleteFailures)})
	}
	if last != nil && last.TimeEnded != nil && (last.CountEscrowed > 0 || strings.EqualFold(last.State, "EntryLevelErrors")) {
		found = append(found, finding{"EscrowedEntries", severityWarning,
			objects(last.CountEscrowed) + " could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons."})
	}
	if status.EscrowsPruned {
		found = append(found, finding{"EscrowsPruned", severityWarning, "The service discarded recorded failures during the initial cycle. Restart provisioning with `Watermark` to evaluate those people again."})
	}
	return found
}

// objects counts objects in words; 0 is for a number that the service does not tell.
func objects(n int64) string {
	switch n {
	case 0:
		return "Some objects"
	case 1:
		return "1 object"
	}
	return fmt.Sprintf("%d objects", n)
}

func scheduleFindings(job graph.Job, status graph.JobStatus, now time.Time) []finding {
	if strings.EqualFold(status.Code, "NotConfigured") {
		return []finding{{"NotConfigured", severityWarning, "The connection has no credentials yet, or was never started."}}
	}
	if !job.Schedule.Active() {
		return []finding{{"Paused", severityWarning, "Provisioning is off."}}
	}
	interval, ok := parseDuration(job.Schedule.Interval)
	last := lastSign(status)
	if !ok || last == nil || status.Quarantine != nil || !ended(status) {
		return nil // in quarantine the service backs off on purpose, and a first cycle takes what it takes
	}
	silent := now.Sub(*last)
	switch {
	case silent > overdueIntervals*interval:
		return []finding{{"Overdue", severityError, fmt.Sprintf("No sign of a cycle since %s, although one is due every %s. If provisioning was just switched on, its first cycle has not ended yet.", last.UTC().Format(time.RFC3339), interval)}}
	case silent > interval*3/2:
		return []finding{{"Slow", severityWarning, fmt.Sprintf("The last sign of a cycle was at %s, and one is due every %s.", last.UTC().Format(time.RFC3339), interval)}}
	}
	return nil
}

// lastSign is the latest instant at which the job is known to have done something, or to have been told to.
func lastSign(status graph.JobStatus) *time.Time {
	var latest *time.Time
	consider := func(t *time.Time) {
		if t != nil && (latest == nil || t.After(*latest)) {
			latest = t
		}
	}
	if last := status.LastExecution; last != nil {
		consider(last.TimeBegan)
		consider(last.TimeEnded)
	}
	if last := status.LastSuccessfulExecution; last != nil {
		consider(last.TimeEnded)
	}
	consider(status.SteadyStateLastAchievedTime)
	for _, p := range status.Progress {
		consider(p.ObservedAt)
	}
	return latest
}

// nextCycle is when the next cycle is expected: an interval after the last began, or when quarantine next tries. It follows from what the
// service tells alone, so it is the same in every run.
func nextCycle(job graph.Job) *time.Time {
	if job.Status == nil || !job.Schedule.Active() {
		return nil
	}
	if job.Status.Quarantine != nil {
		return job.Status.Quarantine.NextAttempt
	}
	interval, ok := parseDuration(job.Schedule.Interval)
	last := job.Status.LastExecution
	if !ok || last == nil || last.TimeBegan == nil {
		return nil
	}
	next := last.TimeBegan.Add(interval)
	return &next
}

var isoDuration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$`)
})

// neverScheduled is more than any interval: the service sends some 29,000 years for a job without a schedule.
const neverScheduled = 366 * 24 * time.Hour

// parseDuration reads an ISO 8601 duration of days and smaller units, as the service sends them; fractions of a second do
// not matter here. It reports false for zero, for anything else, and for the placeholder that means "never".
func parseDuration(s string) (time.Duration, bool) {
	match := isoDuration().FindStringSubmatch(s)
	if match == nil {
		return 0, false
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if match[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(match[i+1])
		if err != nil || time.Duration(n) > neverScheduled/unit {
			return 0, false
		}
		total += time.Duration(n) * unit
	}
	return total, total > 0 && total <= neverScheduled
}
