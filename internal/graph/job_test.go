// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The codes of the 404s differ on purpose from one answer to the next: none of them is documented.
func TestFindJob_tellsWhyAJobIsNotThere(t *testing.T) {
	t.Parallel()
	job := `{"id":"` + testJob + `"}`
	gone := func(code string) reply { return answer(404, `{"error":{"code":"`+code+`","message":"gone"}}`) }
	some, none := answer(200, `{"value":[{"id":"T"}]}`), answer(200, `{"value":[]}`)
	there := answer(200, `{"id":"`+testSP+`"}`)
	for _, test := range []struct {
		name    string
		replies []reply
		want    Presence
		found   string // id of the job
	}{
		{"present", []reply{answer(200, job)}, JobPresent, testJob},
		{"not replicated yet", []reply{gone("NotFound"), answer(200, `{"value":[{"id":"other"},`+job+`]}`)}, JobNotReplicated, testJob},
		{"deleted", []reply{gone("Request_ResourceNotFound"), none, some}, JobDeleted, ""},
		{"deleted, and a listing of nothing is a 404", []reply{gone("UnknownError"), gone("JobNotFound"), some}, JobDeleted, ""},
		{"retired", []reply{gone("Request_ResourceNotFound"), none, none, there}, ConnectorRetired, ""},
		{"retired, with the directory's code", []reply{gone("Request_ResourceNotFound"), gone("Request_ResourceNotFound"), gone("Request_ResourceNotFound"), there}, ConnectorRetired, ""},
		{"service principal gone", []reply{gone("X"), gone("X"), gone("TemplateNotFound"), gone("Request_ResourceNotFound")}, ServicePrincipalGone, ""},
		{"service principal gone, and nobody says so", []reply{gone("X"), none, none, gone("Y")}, ServicePrincipalGone, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, test.replies...)
			got, presence, err := b.FindJob(t.Context(), testRef)
			if err != nil || presence != test.want || got.ID != test.found || len(b.service.targets()) != len(test.replies) {
				t.Errorf("got %q, %d, %v after %v", got.ID, presence, err, b.service.targets())
			}
			b = newBench(t, test.replies...)
			_, err = b.RequireJob(t.Context(), testRef)
			missing, _ := errors.AsType[*NoJobError](err)
			if (missing == nil) != (test.found != "") || missing != nil && (missing.Presence != test.want || missing.Ref != testRef) {
				t.Errorf("required: %v", err)
			}
		})
	}
}

func TestFindJob_doesNotGuess(t *testing.T) {
	t.Parallel()
	gone, failing := answer(404, `{}`), answer(403, `{"error":{"code":"Authorization_RequestDenied"}}`)
	none := answer(200, `{"value":[]}`)
	for name, replies := range map[string][]reply{
		"job": {failing}, "listing": {gone, failing}, "templates": {gone, none, failing}, "service principal": {gone, none, none, failing},
	} {
		if _, _, err := newBench(t, replies...).FindJob(t.Context(), testRef); !IsPermissionDenied(err) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestJob_knowsWhetherACycleRuns(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	part := func(done int64, seen *time.Time) []Progress {
		return []Progress{{CompletedUnits: done, TotalUnits: 5000, ObservedAt: seen}}
	}
	for _, test := range []struct {
		name             string
		status           *JobStatus
		running, run, ok bool
	}{
		{"nothing known", nil, false, false, false},
		{"never ran", &JobStatus{}, false, false, false},
		{"an open execution", &JobStatus{LastExecution: &TaskExecution{TimeBegan: ago(time.Minute)}}, true, true, false},
		{"progress alone", &JobStatus{Progress: part(40, ago(time.Minute))}, true, true, false},
		{"progress that is complete", &JobStatus{Progress: part(5000, ago(time.Minute))}, false, true, false},
		{"progress that an aborted cycle left", &JobStatus{Progress: part(40, ago(time.Hour))}, false, true, false},
		{"progress of the cycle that ended", &JobStatus{Progress: part(40, ago(3*time.Minute)), LastExecution: &TaskExecution{TimeBegan: ago(5 * time.Minute), TimeEnded: ago(2 * time.Minute)}}, false, true, true},
		{"progress of the next cycle", &JobStatus{Progress: part(40, ago(time.Minute)), LastExecution: &TaskExecution{TimeBegan: ago(5 * time.Minute), TimeEnded: ago(2 * time.Minute)}}, true, true, true},
		{"failed as a whole", &JobStatus{LastExecution: &TaskExecution{State: "Failed", TimeEnded: ago(time.Minute)}}, false, true, false},
		{"failed after it wrote", &JobStatus{LastExecution: &TaskExecution{State: "Failed", TimeEnded: ago(time.Minute), CountExported: 3}}, false, true, true},
		{"failed after one that was good", &JobStatus{LastExecution: &TaskExecution{State: "Failed", TimeEnded: ago(time.Minute)}, SteadyStateFirstAchievedTime: ago(time.Hour)}, false, true, true},
		{"quarantined before the first end", &JobStatus{Quarantine: &Quarantine{Reason: "Unknown"}}, false, true, false},
	} {
		job := Job{Status: test.status}
		if got := []bool{job.Running(now), job.HasRun(), job.HasCompletedCycle()}; !cmp.Equal(got, []bool{test.running, test.run, test.ok}) {
			t.Errorf("%s: running, has run, has completed a cycle: %v", test.name, got)
		}
	}
}

func TestPauseAndWait_heedsProgressWithoutAnExecution(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	seen := b.clock.Now().Format(time.RFC3339)
	busy := answer(200, `{"id":"`+testJob+`","schedule":{"state":"Disabled"},"status":{"progress":[{"completedUnits":40,"totalUnits":5000,"progressObservationDateTime":"`+seen+`"}]}}`)
	b.service.replies = []reply{busy, busy, answer(200, `{"id":"`+testJob+`","schedule":{"state":"Disabled"}}`)}
	job, err := b.GetJob(t.Context(), testRef)
	if err != nil {
		t.Fatal(err)
	}
	if paused, err := b.PauseAndWait(t.Context(), testRef, job); !paused || err != nil {
		t.Errorf("%t, %v", paused, err)
	}
	if n := len(b.service.targets()); n != 3 {
		t.Errorf("%d requests, want one before and two while waiting: %v", n, b.service.targets())
	}
}

func TestJob_isOfATemplateHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	job := Job{TemplateID: "GoToMeeting"}
	for id, want := range map[string]bool{"GoToMeeting": true, "gotomeeting": true, "GoTo": false, "": false} {
		if got := job.IsOf(id); got != want {
			t.Errorf("%q: %t", id, got)
		}
	}
}

func TestIsOn_readsEverySpellingThatIsDocumented(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"True": true, "true": true, "1": true, "False": false, "0": false, "": false, "yes": false} {
		if got := ScopeIsAll([]KeyValue{{Key: "Domain", Value: "1"}, {Key: "SyncAll", Value: value}}); got != want {
			t.Errorf("%q: %t", value, got)
		}
	}
}
