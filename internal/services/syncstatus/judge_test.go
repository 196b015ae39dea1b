// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// now is when the jobs of the tests are looked at.
var now = time.Date(2030, 1, 3, 10, 0, 0, 0, time.UTC)

func job(t *testing.T, schedule, status string) graph.Job {
	t.Helper()
	var j graph.Job
	if err := json.Unmarshal(fmt.Appendf(nil, `{"id":"EXAMPLE.job","schedule":%s,"status":%s}`, schedule, status), &j); err != nil {
		t.Fatal(err)
	}
	return j
}

// cycle is an execution that began at an hour and minute of the day and took a minute.
func cycle(at, state, more string) string {
	return fmt.Sprintf(`{"state":%q,"timeBegan":"2030-01-03T%s:00Z","timeEnded":"2030-01-03T%s:59.1234567Z"%s}`, state, at, at, more)
}

const (
	active     = `{"expiration":null,"interval":"PT40M","state":"Active"}`
	disabled   = `{"expiration":null,"interval":"PT40M","state":"Disabled"}`
	pausedNow  = `{"expiration":null,"interval":"PT40M","state":"Paused"}`
	unplanned  = `{"expiration":null,"interval":"P10675199DT2H48M5.4775807S","state":"Active"}`
	notRunYet  = `"code":"NotRun","lastExecution":{"activityIdentifier":null,"countEntitled":0,"countEscrowed":0,"state":"Failed","timeBegan":"0001-01-01T00:00:00Z","timeEnded":"0001-01-01T00:00:00Z","error":{"code":"None","message":"","tenantActionable":false}}`
	noneBefore = `"steadyStateFirstAchievedTime":"0001-01-01T00:00:00Z","steadyStateLastAchievedTime":"0001-01-01T00:00:00Z"`
)

func TestJudge_everyDocumentedStatus(t *testing.T) {
	t.Parallel()
	yes, no := new(bool), new(bool)
	*yes = true
	pausedFinding := finding{"Paused", severityWarning, "Provisioning is off."}
	notConfigured := finding{"NotConfigured", severityWarning, "The connection has no credentials yet, or was never started."}
	quarantined := func(reason string) string {
		return `{"code":"Quarantine","lastExecution":` + cycle("04:00", "Failed", `,"error":{"code":"None","message":"","tenantActionable":false}`) +
			`,"quarantine":{"currentBegan":"2030-01-03T04:01:00Z","nextAttempt":"2030-01-03T10:01:00Z","reason":"` + reason + `","seriesBegan":"2030-01-03T04:01:00Z","seriesCount":1,"error":{"code":"None","message":""}}}`
	}
	failedOnce := finding{"CycleFailed", severityWarning, "The last cycle failed."}
	inQuarantine := func(code, text string) []finding {
		return []finding{{code, severityError, "The service put the job into quarantine: " + text + ". Next attempt: 2030-01-03T10:01:00Z."}, failedOnce}
	}
	for _, test := range []struct {
		name             string
		schedule, status string
		state            string
		healthy          *bool
		problems         []finding
	}{
		{"no status at all", disabled, `null`, statePaused, nil, []finding{pausedFinding}},
		{"freshly created", disabled, `{"code":"Paused","progress":[],` + noneBefore + `}`, statePaused, nil, []finding{pausedFinding}},
		{"freshly created without credentials", disabled, `{"code":"NotConfigured",` + noneBefore + `}`, statePaused, nil, []finding{notConfigured}},
		{"on without credentials", active, `{"code":"NotConfigured"}`, statePending, nil, []finding{notConfigured}},
		{"started and not run", active, `{` + notRunYet + `,` + noneBefore + `}`, statePending, nil, nil},
		{"in its first cycle", active, `{"code":"NotRun","lastExecution":{"state":"Succeeded","timeBegan":"2030-01-03T01:00:00Z","timeEnded":"0001-01-01T00:00:00Z"}}`, statePending, nil, nil},
		{"running well", active, `{"code":"Active","lastExecution":` + cycle("09:38", "Succeeded", `,"error":null`) + `}`, stateHealthy, yes, nil},
		{"running well for a long time", active, `{"code":"Active","steadyStateFirstAchievedTime":"2029-01-03T09:50:00Z","steadyStateLastAchievedTime":"2030-01-03T09:50:00Z"}`, stateHealthy, yes, nil},
		{"some people fail", active, `{"code":"Active","lastExecution":` + cycle("09:38", "EntryLevelErrors", `,"countEscrowed":3,"error":{"code":"None"}`) + `}`, stateDegraded, yes,
			[]finding{{"EscrowedEntries", severityWarning, "3 objects could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons."}}},
		{"one person fails", active, `{"code":"Active","lastExecution":` + cycle("09:38", "EntryLevelErrors", `,"countEscrowed":1`) + `}`, stateDegraded, yes,
			[]finding{{"EscrowedEntries", severityWarning, "1 object could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons."}}},
		{"the service does not say how many fail", active, `{"code":"Active","lastExecution":` + cycle("09:38", "EntryLevelErrors", "") + `}`, stateDegraded, yes,
			[]finding{{"EscrowedEntries", severityWarning, "Some objects could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons."}}},
		{"failed once", active, `{"code":"Active","countSuccessiveCompleteFailures":1,"lastExecution":` + cycle("09:38", "Failed", `,"error":{"code":"ExampleUnavailable","message":"The target does not answer."}`) + `}`,
			stateDegraded, yes, []finding{{"ExampleUnavailable", severityWarning, "The last cycle failed. The service said: The target does not answer."}}},
		{"failed once without a reason", active, `{"code":"Active","countSuccessiveCompleteFailures":1,"lastExecution":` + cycle("09:38", "Failed", "") + `}`, stateDegraded, yes, []finding{failedOnce}},
		{"failed repeatedly", active, `{"code":"Active","countSuccessiveCompleteFailures":2,"lastExecution":` + cycle("09:38", "Failed", `,"error":{"code":"ExampleUnavailable","message":""}`) + `}`,
			stateFailed, no, []finding{{"ExampleUnavailable", severityError, "The last 2 cycles failed."}}},
		{"failed repeatedly and says so only by the count", active, `{"code":"Active","countSuccessiveCompleteFailures":4,"lastExecution":` + cycle("09:38", "Succeeded", "") + `}`,
			stateFailed, no, []finding{{"RepeatedFailures", severityError, "4 cycles in a row failed."}}},
		{"escrows pruned", active, `{"code":"Active","escrowsPruned":true,"lastExecution":` + cycle("09:38", "Succeeded", "") + `}`, stateDegraded, yes, []finding{{"EscrowsPruned", severityWarning,
			"The service discarded recorded failures during the initial cycle. Restart provisioning with `Watermark` to evaluate those people again."}}},
		{"paused after a good cycle", pausedNow, `{"code":"Paused","lastExecution":` + cycle("04:00", "Succeeded", "") + `}`, statePaused, yes, []finding{pausedFinding}},

		{"a little late", active, `{"code":"Active","lastExecution":` + cycle("08:55", "Succeeded", "") + `}`, stateDegraded, yes,
			[]finding{{"Slow", severityWarning, "The last sign of a cycle was at 2030-01-03T08:55:59Z, and one is due every 40m0s."}}},
		{"overdue", active, `{"code":"Active","lastExecution":` + cycle("07:58", "Succeeded", "") + `}`, stateFailed, no,
			[]finding{{"Overdue", severityError, "No sign of a cycle since 2030-01-03T07:58:59Z, although one is due every 40m0s. If provisioning was just switched on, its first cycle has not ended yet."}}},
		{"three intervals are not overdue yet", active, `{"code":"Active","lastExecution":` + cycle("07:59", "Succeeded", "") + `,"steadyStateLastAchievedTime":"2030-01-03T08:00:00Z"}`, stateDegraded, yes,
			[]finding{{"Slow", severityWarning, "The last sign of a cycle was at 2030-01-03T08:00:00Z, and one is due every 40m0s."}}},
		{"a long cycle that makes progress is not overdue", active, `{"code":"Active","lastSuccessfulExecution":` + cycle("01:00", "Succeeded", "") +
			`,"progress":[{"completedUnits":40,"totalUnits":5000,"units":"objects","progressObservationDateTime":"2030-01-03T09:55:00Z"}]}`, stateHealthy, yes, nil},
		{"a first cycle takes what it takes", active, `{"code":"NotRun","lastExecution":{"state":"Succeeded","timeBegan":"2030-01-03T01:00:00Z"}}`, statePending, nil, nil},
		{"never scheduled, never overdue", unplanned, `{"code":"Active","lastExecution":` + cycle("01:00", "Succeeded", "") + `}`, stateHealthy, yes, nil},
		{"paused is not overdue", pausedNow, `{"code":"Paused","lastExecution":` + cycle("01:00", "Succeeded", "") + `}`, statePaused, yes, []finding{pausedFinding}},

		{"quarantine: base escrow threshold", active, quarantined("EncounteredBaseEscrowThreshold"), stateFailed, no, inQuarantine("EncounteredBaseEscrowThreshold", "too many people failed")},
		{"quarantine: total escrow threshold", active, quarantined("EncounteredTotalEscrowThreshold"), stateFailed, no, inQuarantine("EncounteredTotalEscrowThreshold", "too many people failed")},
		{"quarantine: escrow proportion", active, quarantined("EncounteredEscrowProportionThreshold"), stateFailed, no, inQuarantine("EncounteredEscrowProportionThreshold", "too large a share of the people failed")},
		{"quarantine: exception", active, quarantined("EncounteredQuarantineException"), stateFailed, no,
			inQuarantine("EncounteredQuarantineException", "a critical error, typically invalid credentials or no connection to the target")},
		{"quarantine: by hand", active, quarantined("QuarantinedOnDemand"), stateFailed, no, inQuarantine("QuarantinedOnDemand", "Microsoft did so manually")},
		{"quarantine: by hand, in the other spelling", active, quarantined("QuarantineOnDemand"), stateFailed, no, inQuarantine("QuarantineOnDemand", "Microsoft did so manually")},
		{"quarantine: too many deletes", active, quarantined("TooManyDeletes"), stateFailed, no,
			inQuarantine("TooManyDeletes", "more deletions than the accidental-deletion threshold allows; check them, then restart with `ForceDeletes` or remove the cause")},
		{"quarantine: ingestion interrupted", active, quarantined("IngestionInterrupted"), stateFailed, no, inQuarantine("IngestionInterrupted", "reading changes from the directory was interrupted")},
		{"quarantine: unknown", active, quarantined("Unknown"), stateFailed, no, inQuarantine("Unknown", "for an unknown reason")},
		{"quarantine: of a kind that is not documented", active, quarantined("Sunspots"), stateFailed, no, inQuarantine("Sunspots", "Sunspots")},
		{"quarantine: with an error", active, `{"code":"Quarantine","quarantine":{"reason":"EncounteredQuarantineException","currentBegan":"2030-01-01T00:00:00Z","error":{"code":"ExampleInvalidCredentials","message":"The password is wrong."}}}`,
			stateFailed, no, []finding{{"EncounteredQuarantineException", severityError, "The service put the job into quarantine: a critical error, typically invalid credentials or no connection to the target. " +
				"It said ExampleInvalidCredentials: The password is wrong."}}},
		{"quarantine: only by its code", active, `{"code":"Quarantine"}`, stateFailed, no, []finding{{"Quarantine", severityError, "The service put the job into quarantine without a reason."}}},
		{"quarantine: all empty, as one documented example has it", active, `{"code":"Active","lastExecution":` + cycle("09:38", "Succeeded", "") +
			`,"quarantine":{"currentBegan":"","nextAttempt":"","reason":"","seriesBegan":"","seriesCount":0,"error":null}}`, stateHealthy, yes, nil},
		{"quarantine: backed off for days", active, `{"code":"Quarantine","lastExecution":` + cycle("01:00", "Succeeded", "") + `,"quarantine":{"reason":"TooManyDeletes","nextAttempt":"2030-01-04T01:00:00Z"}}`,
			stateFailed, no, []finding{{"TooManyDeletes", severityError, "The service put the job into quarantine: more deletions than the accidental-deletion threshold allows; " +
				"check them, then restart with `ForceDeletes` or remove the cause. Next attempt: 2030-01-04T01:00:00Z."}}},
		{"quarantine: switched off after four weeks", disabled, `{"code":"Quarantine","quarantine":{"reason":"Unknown","seriesBegan":"2029-12-01T00:00:00Z"}}`, stateFailed, no,
			[]finding{{"Unknown", severityError, "The service put the job into quarantine: for an unknown reason."}, pausedFinding}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, healthy, problems := judge(job(t, test.schedule, test.status), now)
			if state != test.state {
				t.Errorf("state %s, want %s", state, test.state)
			}
			if diff := cmp.Diff(test.healthy, healthy); diff != "" {
				t.Errorf("healthy (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, problems, cmp.AllowUnexported(finding{})); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLastSign_isTheLatest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, status, want string
	}{
		{"nothing", `{}`, ""},
		{"placeholder", `{` + notRunYet + `,` + noneBefore + `}`, ""},
		{"began", `{"lastExecution":{"state":"Succeeded","timeBegan":"2030-01-03T01:00:00Z"}}`, "2030-01-03T01:00:00Z"},
		{"ended", `{"lastExecution":` + cycle("01:00", "Succeeded", "") + `}`, "2030-01-03T01:00:59Z"},
		{"succeeded", `{"lastExecution":` + cycle("01:00", "Failed", "") + `,"lastSuccessfulExecution":` + cycle("02:00", "Succeeded", "") + `}`, "2030-01-03T02:00:59Z"},
		{"steady", `{"lastExecution":` + cycle("01:00", "Failed", "") + `,"steadyStateLastAchievedTime":"2030-01-03T03:00:00Z"}`, "2030-01-03T03:00:00Z"},
		{"progress", `{"steadyStateLastAchievedTime":"2030-01-03T03:00:00Z","progress":[{"progressObservationDateTime":"2030-01-03T05:00:00Z"},{"progressObservationDateTime":"2030-01-03T04:00:00Z"}]}`, "2030-01-03T05:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if last := lastSign(*job(t, active, test.status).Status); last != nil {
				got = last.Format(time.RFC3339)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestNextCycle_isAnIntervalAfterTheLast(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, schedule, status string
		want                   string
	}{
		{"no status", active, `null`, ""},
		{"not run", active, `{` + notRunYet + `}`, ""},
		{"running", active, `{"lastExecution":` + cycle("09:38", "Succeeded", "") + `}`, "2030-01-03T10:18:00Z"},
		{"paused", pausedNow, `{"lastExecution":` + cycle("09:38", "Succeeded", "") + `}`, ""},
		{"quarantine", active, `{"lastExecution":` + cycle("09:38", "Failed", "") + `,"quarantine":{"reason":"Unknown","nextAttempt":"2030-01-03T16:00:00Z"}}`, "2030-01-03T16:00:00Z"},
		{"quarantine without a date", active, `{"lastExecution":` + cycle("09:38", "Failed", "") + `,"quarantine":{"reason":"Unknown"}}`, ""},
		{"never scheduled", unplanned, `{"lastExecution":` + cycle("09:38", "Succeeded", "") + `}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if next := nextCycle(job(t, test.schedule, test.status)); next != nil {
				got = next.Format(time.RFC3339)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestParseDuration_readsWhatTheServiceSends(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"PT40M", 40 * time.Minute, true},
		{"PT20M", 20 * time.Minute, true},
		{"PT1H30M", 90 * time.Minute, true},
		{"P1D", 24 * time.Hour, true},
		{"P1DT2H3M4.5S", 26*time.Hour + 3*time.Minute + 4*time.Second, true},
		{"P366D", 366 * 24 * time.Hour, true},
		{"P367D", 0, false},
		{"P10675199DT2H48M5.4775807S", 0, false},
		{"P99999999999999999999D", 0, false},
		{"PT0S", 0, false},
		{"P", 0, false},
		{"PT", 0, false},
		{"P1M", 0, false}, // a month
		{"-PT40M", 0, false},
		{"40m", 0, false},
		{"", 0, false},
	} {
		if got, ok := parseDuration(test.text); ok != test.ok || ok && got != test.want {
			t.Errorf("%q: got %s, %t; want %s, %t", test.text, got, ok, test.want, test.ok)
		}
	}
}
