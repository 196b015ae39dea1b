// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestQuarantine_badCredentialsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.secret("Password", "wrong")
	w.next()
	j := w.job()
	problem := &store.SyncError{Code: "GoToMeetingInvalidCredentials", Message: "The user name or the password is wrong.", TenantActionable: true}
	now := w.clock.Now()
	want := &store.Quarantine{
		Reason: "EncounteredQuarantineException", Error: problem, CurrentBegan: now, SeriesBegan: now, SeriesCount: 1, NextAttempt: now.Add(6 * time.Hour),
	}
	if diff := cmp.Diff(want, j.Status.Quarantine); diff != "" {
		t.Error(diff)
	}
	if j.Status.Code != store.CodeQuarantine || j.Schedule != store.ScheduleActive || j.Status.LastExecution.State != store.ResultFailed || j.Status.SuccessiveFailures != 1 {
		t.Errorf("got code %s, schedule %s, execution %s, %d failures", j.Status.Code, j.Schedule, j.Status.LastExecution.State, j.Status.SuccessiveFailures)
	}
	if diff := cmp.Diff(problem, j.Status.LastExecution.Error); diff != "" {
		t.Error(diff)
	}
	if j.Status.LastSuccessfulExecution == nil {
		t.Error("the last good cycle was forgotten")
	}
}

func TestQuarantine_withoutCredentialsTheFirstCycleFails(t *testing.T) {
	w := newWorld(t)
	w.secret("UserName", "", "Password", "")
	w.start()
	if q := w.job().Status.Quarantine; q == nil || q.Error.Code != "GoToMeetingMissingCredentials" {
		t.Errorf("got %v", q)
	}
}

func TestQuarantine_attemptsBecomeRarerUntilOnceADay(t *testing.T) {
	w := newWorld(t)
	w.secret("Password", "wrong")
	w.start()
	var delays []time.Duration
	for range 5 {
		q := w.job().Status.Quarantine
		delays = append(delays, q.NextAttempt.Sub(q.CurrentBegan))
		w.next()
	}
	if diff := cmp.Diff([]time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}, delays); diff != "" {
		t.Error(diff)
	}
	if st := w.job().Status; st.Quarantine.SeriesCount != 6 || st.SuccessiveFailures != 6 || !st.Quarantine.SeriesBegan.Before(store.Epoch.Add(time.Minute)) {
		t.Errorf("got series of %d since %v, %d failures", st.Quarantine.SeriesCount, st.Quarantine.SeriesBegan, st.SuccessiveFailures)
	}
}

func TestQuarantine_aGoodAttemptLiftsIt(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.secret("Password", "wrong")
	w.start()
	w.secret("Password", store.AdminPassword)
	w.next()
	j := w.job()
	if j.Status.Quarantine != nil || j.Status.Code != store.CodeActive || j.Status.SuccessiveFailures != 0 || w.account(ana) == nil {
		t.Errorf("got %+v", j.Status)
	}
	w.next()
	if got := j.Status.LastExecution.Began.Add(store.DefaultInterval); !w.job().Status.LastExecution.Began.Equal(got) {
		t.Error("the usual interval is not back")
	}
}

func TestQuarantine_startLiftsItAndTriesAtOnce(t *testing.T) {
	w := newWorld(t)
	w.secret("Password", "wrong")
	w.start()
	w.secret("Password", store.AdminPassword)
	w.ok(w.Start(w.app, w.id))
	if w.job().Status.Quarantine != nil {
		t.Error("the job is still in quarantine")
	}
	w.finish()
	if got := w.job().Status.Code; got != store.CodeActive {
		t.Errorf("got code %s", got)
	}
}

func TestQuarantine_afterFourWeeksTheJobIsDisabled(t *testing.T) {
	w := newWorld(t)
	w.secret("Password", "wrong")
	w.start()
	began := w.job().Status.Quarantine.SeriesBegan
	w.clock.Advance(began.Add(28*24*time.Hour - time.Second).Sub(w.clock.Now()))
	if j := w.job(); j.Schedule != store.ScheduleActive || j.Status.Code != store.CodeQuarantine {
		t.Errorf("before the end: got schedule %s, code %s", j.Schedule, j.Status.Code)
	}
	w.clock.Advance(time.Second)
	j := w.job()
	if j.Schedule != store.ScheduleDisabled || j.Status.Quarantine == nil || !j.Status.Quarantine.NextAttempt.IsZero() {
		t.Errorf("after four weeks: got schedule %s, quarantine %+v", j.Schedule, j.Status.Quarantine)
	}
	count := j.Status.Quarantine.SeriesCount
	w.clock.Advance(48 * time.Hour)
	if got := w.job().Status.Quarantine.SeriesCount; got != count {
		t.Error("a disabled job was tried again")
	}
	w.secret("Password", store.AdminPassword)
	w.start()
	if j := w.job(); j.Schedule != store.ScheduleActive || j.Status.Code != store.CodeActive {
		t.Errorf("started again: got schedule %s, code %s", j.Schedule, j.Status.Code)
	}
}

func TestQuarantine_byOperatorsUntilTheNextAttempt(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.ok(w.Quarantine(w.app, w.id, "QuarantinedOnDemand", store.SyncError{Code: "x", Message: "y"}))
	if j := w.job(); j.Status.Code != store.CodeQuarantine || !j.Status.Quarantine.NextAttempt.Equal(w.clock.Now().Add(6*time.Hour)) {
		t.Errorf("got %+v", j.Status)
	}
	w.clock.Advance(6*time.Hour + time.Minute)
	if j := w.job(); j.Status.Quarantine != nil {
		t.Errorf("got %+v", j.Status.Quarantine)
	}
}

func TestQuarantine_byTheNumberAndProportionOfFailures(t *testing.T) {
	tests := []struct {
		name   string
		limits Limits
		bad    int
		good   int
		want   string
	}{
		{"too few to count", Limits{Evaluated: 5, Percent: 40, Failures: 100, Total: 100}, 4, 0, ""},
		{"not more than the proportion", Limits{Evaluated: 4, Percent: 40, Failures: 100, Total: 100}, 4, 6, ""},
		{"more than the proportion", Limits{Evaluated: 4, Percent: 40, Failures: 100, Total: 100}, 5, 6, "EncounteredEscrowProportionThreshold"},
		{"more than the base", Limits{Evaluated: 3, Percent: 40, Failures: 3, Total: 100}, 4, 9, "EncounteredBaseEscrowThreshold"},
		{"more than the total", Limits{Evaluated: 3, Percent: 40, Failures: 100, Total: 3}, 4, 9, "EncounteredTotalEscrowThreshold"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.SetLimits(test.limits)
			for i, id := range w.store.AddUsers(test.bad + test.good) {
				if i < test.bad {
					w.user(id, func(u *store.User) { u.UserPrincipalName = id + "@elsewhere.example" })
				}
				w.assign(id)
			}
			w.start()
			got := ""
			if q := w.job().Status.Quarantine; q != nil {
				got = q.Reason
			}
			if got != test.want {
				t.Errorf("got reason %q, want %q", got, test.want)
			}
		})
	}
}

func TestQuarantine_defaultLimitsAreTheDocumentedOnes(t *testing.T) {
	if diff := cmp.Diff(Limits{Evaluated: 5000, Percent: 40, Failures: 40000, Total: 60000}, DefaultLimits()); diff != "" {
		t.Error(diff)
	}
}

// many starts a job with accounts for four people and switches the prevention of accidental deletions on.
func many(t *testing.T, threshold int) (*world, []string) {
	t.Helper()
	w := newWorld(t)
	ids := w.store.AddUsers(4)
	w.assign(ids...)
	w.start()
	w.threshold(threshold)
	return w, ids
}

// remaining counts the active accounts besides the three that were there.
func (w *world) remaining() int {
	n := 0
	for _, a := range w.store.Accounts() {
		if a.Active {
			n++
		}
	}
	return n - 3
}

func TestTooManyDeletes_reachingTheThresholdStopsAllRemovals(t *testing.T) {
	w, ids := many(t, 3)
	w.unassign(ids[:3]...)
	w.assign(store.UserAna)
	before := w.clock.Now()
	w.next()
	q := w.job().Status.Quarantine
	if q == nil || q.Reason != "TooManyDeletes" || w.job().Status.Code != store.CodeQuarantine {
		t.Fatalf("got %+v", q)
	}
	if got := w.remaining(); got != 5 {
		t.Errorf("%d accounts remain, want 5: nothing removed, one created", got)
	}
	staged := 0
	for _, l := range w.lines(before) {
		if l[:12] == "stagedDelete" {
			staged++
		}
	}
	if staged != 3 {
		t.Errorf("%d removals are logged as staged, want 3: %v", staged, w.lines(before))
	}
}

func TestTooManyDeletes_fewerThanTheThresholdPass(t *testing.T) {
	w, ids := many(t, 3)
	w.unassign(ids[:2]...)
	w.next()
	if got := w.remaining(); got != 2 || w.job().Status.Quarantine != nil {
		t.Errorf("%d accounts remain, quarantine %+v", got, w.job().Status.Quarantine)
	}
}

func TestTooManyDeletes_areCountedPerCycle(t *testing.T) {
	w, ids := many(t, 3)
	w.unassign(ids[:2]...)
	w.next()
	w.unassign(ids[2:]...)
	w.next()
	if got := w.remaining(); got != 0 || w.job().Status.Quarantine != nil {
		t.Errorf("%d accounts remain, quarantine %+v", got, w.job().Status.Quarantine)
	}
}

func TestTooManyDeletes_deletionsAndDisablingsCountTogether(t *testing.T) {
	w, ids := many(t, 2)
	w.unassign(ids[0])
	w.ok(w.store.PurgeUser(ids[1]))
	w.next()
	if w.job().Status.Quarantine == nil {
		t.Error("one disabling and one deletion passed a threshold of two")
	}
}

func TestTooManyDeletes_areNotPreventedWhenSwitchedOff(t *testing.T) {
	w, ids := many(t, 1)
	w.secret("SyncNotificationSettings", `{"DeleteThresholdEnabled":false,"DeleteThresholdValue":1}`)
	w.unassign(ids...)
	w.next()
	if got := w.remaining(); got != 0 {
		t.Errorf("%d accounts remain", got)
	}
}

func TestTooManyDeletes_theThresholdIsFiveHundredByDefault(t *testing.T) {
	w := newWorld(t)
	w.secret("SyncNotificationSettings", `{"DeleteThresholdEnabled":true}`)
	j := w.job()
	if got := w.removalLimit(&j); got != 500 {
		t.Errorf("got %d", got)
	}
}

func TestTooManyDeletes_areHeldUntilReleasedByForceDeletes(t *testing.T) {
	w, ids := many(t, 3)
	w.unassign(ids...)
	w.next()
	w.next() // the next attempt finds the same
	if got := w.remaining(); got != 4 || w.job().Status.Quarantine.SeriesCount != 2 {
		t.Errorf("%d accounts remain, quarantine %+v", got, w.job().Status.Quarantine)
	}
	w.ok(w.Restart(w.app, w.id, []string{"ForceDeletes"}))
	w.finish()
	if got := w.remaining(); got != 0 || w.job().Status.Quarantine != nil || w.job().Status.Code != store.CodeActive {
		t.Errorf("after the release: %d accounts remain, quarantine %+v", got, w.job().Status.Quarantine)
	}
	w.assign(ids...)
	w.next()
	w.unassign(ids...)
	w.next()
	if w.job().Status.Quarantine == nil {
		t.Error("the release counts for later cycles too")
	}
}

func TestTooManyDeletes_anOrdinaryRestartDoesNotReleaseThem(t *testing.T) {
	w, ids := many(t, 3)
	w.unassign(ids...)
	w.next()
	w.ok(w.Restart(w.app, w.id, nil))
	w.finish()
	if got := w.remaining(); got != 4 || w.job().Status.Quarantine == nil {
		t.Errorf("%d accounts remain, quarantine %+v", got, w.job().Status.Quarantine)
	}
}

func TestTooManyDeletes_endWhenTheirCauseIsRemoved(t *testing.T) {
	w, ids := many(t, 3)
	w.unassign(ids...)
	w.next()
	w.assign(ids[1:]...)
	w.ok(w.Restart(w.app, w.id, nil))
	w.finish()
	if got := w.remaining(); got != 3 || w.job().Status.Quarantine != nil {
		t.Errorf("%d accounts remain, quarantine %+v", got, w.job().Status.Quarantine)
	}
}
