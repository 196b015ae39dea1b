// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestCycle_nothingHappensBeforeTheStart(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.clock.Advance(48 * time.Hour)
	if w.account(ana) != nil || len(w.store.Log()) != 0 {
		t.Error("a job that was never started provisioned somebody")
	}
}

func TestCycle_beforeTheFirstOneEndsTheStatusSaysNothingYet(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.ok(w.Start(w.app, w.id))
	j := w.job()
	want := store.Status{
		Code: store.CodeNotRun, LastExecution: &store.Execution{State: store.ResultFailed, Error: &store.SyncError{Code: "None"}},
	}
	if diff := cmp.Diff(want, j.Status); diff != "" {
		t.Error(diff)
	}
	if j.Schedule != store.ScheduleActive {
		t.Errorf("got schedule %s", j.Schedule)
	}
}

func TestCycle_progressIsShownWhileItRuns(t *testing.T) {
	w := newWorld(t)
	for _, id := range w.store.AddUsers(100) {
		w.assign(id)
	}
	w.ok(w.Start(w.app, w.id))
	w.clock.Advance(time.Minute)
	want := []store.Progress{{Completed: 50, Total: 100, Units: "objects", ObservedAt: w.clock.Now()}}
	if diff := cmp.Diff(want, w.job().Status.Progress); diff != "" {
		t.Error(diff)
	}
}

func TestCycle_theFirstOneIsRecordedWhole(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	end := store.Epoch.Add(initialBase + 5*perObject)
	execution := &store.Execution{
		State: store.ResultSucceeded, Began: store.Epoch, Ended: end, Entitled: 5, EntitledForProvisioning: 5, Exports: 5, Exported: 5, Imported: 5,
	}
	want := store.Status{
		Code: store.CodeActive, LastExecution: execution, LastSuccessfulExecution: execution, LastSuccessfulExecutionWithExports: execution,
		Progress:         []store.Progress{{Completed: 5, Total: 5, Units: "objects", ObservedAt: end}},
		SteadyStateFirst: end, SteadyStateLast: end, EntryCounts: []store.EntryCount{{Kind: "User to User", Count: 5}},
	}
	got := w.job().Status
	execution.ActivityID = got.LastExecution.ActivityID
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCycle_laterOnesReadOnlyWhatChanged(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	w.next()
	st := w.job().Status
	if x := st.LastExecution; x.Imported != 0 || x.Entitled != 5 || x.EntitledForProvisioning != 5 {
		t.Errorf("without a change: imported %d, %d entitled, %d of them to be provisioned", x.Imported, x.Entitled, x.EntitledForProvisioning)
	}
	if st.LastSuccessfulExecutionWithExports.Exported != 5 || st.SteadyStateLast.Equal(st.SteadyStateFirst) {
		t.Error("the last cycle with exports or the steady state is wrong")
	}
	w.user(store.UserAna, func(u *store.User) { u.GivenName = "Anna" })
	w.user(store.UserSam, func(u *store.User) { u.GivenName = "Samuel" }) // who is nobody to this job
	w.next()
	if x := w.job().Status.LastExecution; x.Imported != 1 || x.ImportedDeltas != 1 || x.Exported != 1 {
		t.Errorf("after a change: imported %d, %d deltas, exported %d", x.Imported, x.ImportedDeltas, x.Exported)
	}
	if got := w.account(ana)["firstName"]; got != "Anna" {
		t.Errorf("got first name %s", got)
	}
}

func TestCycle_theyFollowEachOtherByTheInterval(t *testing.T) {
	w := newWorld(t)
	w.start()
	for i := 1; i <= 3; i++ {
		w.next()
		if got, want := w.job().Status.LastExecution.Began, store.Epoch.Add(time.Duration(i)*store.DefaultInterval); !got.Equal(want) {
			t.Errorf("cycle %d began at %v, want %v", i, got, want)
		}
	}
}

func TestCycle_longOnesPushTheNextBack(t *testing.T) {
	w := newWorld(t)
	for _, id := range w.store.AddUsers(5000) {
		w.assign(id)
	}
	w.start()
	end := w.clock.Now()
	if end.Sub(store.Epoch) < store.DefaultInterval {
		t.Fatal("the cycle is not long enough for this test")
	}
	w.next()
	if got := w.job().Status.LastExecution.Began; !got.Equal(end) {
		t.Errorf("the next cycle began at %v, want %v", got, end)
	}
}

func TestCycle_manyAreCaughtUpWithInOrder(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.clock.Advance(10 * 24 * time.Hour)
	if got, want := w.job().Status.LastExecution.Began, store.Epoch.Add(10*24*time.Hour); want.Sub(got) > store.DefaultInterval {
		t.Errorf("the last cycle began at %v, which is long before %v", got, want)
	}
}

func TestCycle_mappingChangesMakeTheNextOneInitial(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	w.mapTo(basic(flowOf{target: "department", expression: `"All"`})...)
	w.next()
	if x := w.job().Status.LastExecution; x.Imported != 5 || x.ImportedDeltas != 0 {
		t.Errorf("imported %d, %d deltas", x.Imported, x.ImportedDeltas)
	}
	if got := w.account(ana)["department"]; got != "All" {
		t.Errorf("got department %s", got)
	}
}

func TestCycle_aRunningOneKeepsTheMappingsItBeganWith(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.ok(w.Start(w.app, w.id))
	w.mapTo(basic(flowOf{target: "department", expression: `"New"`})...)
	w.finish()
	if got := w.account(ana)["department"]; got != "Engineering" {
		t.Errorf("got department %s", got)
	}
	w.next()
	if got := w.account(ana)["department"]; got != "New" {
		t.Errorf("in the next cycle: got department %s", got)
	}
}

func TestCycle_pauseLetsARunningOneEnd(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.ok(w.Start(w.app, w.id))
	w.ok(w.Pause(w.app, w.id))
	if j := w.job(); j.Schedule != store.SchedulePaused || j.Status.Code != store.CodePaused {
		t.Errorf("got schedule %s, code %s", j.Schedule, j.Status.Code)
	}
	w.finish()
	if w.account(ana) == nil {
		t.Error("the running cycle did not end")
	}
	if got := w.job().Status.Code; got != store.CodePaused {
		t.Errorf("after the cycle: got code %s", got)
	}
	began := w.job().Status.LastExecution.Began
	w.clock.Advance(24 * time.Hour)
	if !w.job().Status.LastExecution.Began.Equal(began) {
		t.Error("a paused job ran another cycle")
	}
}

func TestCycle_startGoesOnWhereItWasPaused(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	w.ok(w.Pause(w.app, w.id))
	w.user(store.UserAna, func(u *store.User) { u.GivenName = "Anna" })
	w.ok(w.Start(w.app, w.id))
	if got := w.job().Status.Code; got != store.CodeActive {
		t.Errorf("got code %s", got)
	}
	w.finish()
	if x := w.job().Status.LastExecution; x.ImportedDeltas != 1 {
		t.Errorf("imported %d deltas, want only what changed meanwhile", x.ImportedDeltas)
	}
}

func TestCycle_startOfARunningJobChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.start()
	before := w.job()
	w.ok(w.Start(w.app, w.id))
	if diff := cmp.Diff(before, w.job()); diff != "" {
		t.Error(diff)
	}
}

func TestCycle_countsOfEntriesDoNotGoDown(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen)
	w.start()
	w.unassign(store.UserAna)
	w.next()
	if diff := cmp.Diff([]store.EntryCount{{Kind: "User to User", Count: 2}}, w.job().Status.EntryCounts); diff != "" {
		t.Error(diff)
	}
	w.ok(w.Restart(w.app, w.id, []string{"ConnectorDataStore", "Watermark"}))
	w.finish()
	if diff := cmp.Diff([]store.EntryCount{{Kind: "User to User", Count: 1}}, w.job().Status.EntryCounts); diff != "" {
		t.Errorf("after the data store was reset: %s", diff)
	}
}

func TestRestart_scopesForgetWhatTheyName(t *testing.T) {
	tests := []struct {
		scopes         []string
		wantImported   int64
		wantQuarantine bool
		wantEscrowed   int64 // before the cycle that follows
		wantLinked     bool
	}{
		{nil, 2, false, 0, true},
		{[]string{"Watermark"}, 2, true, 1, true},
		{[]string{"Escrows"}, 0, true, 0, true},
		{[]string{"QuarantineState"}, 1, false, 1, true},
		{[]string{"ConnectorDataStore"}, 1, true, 1, false},
		{[]string{"Full"}, 2, false, 0, false},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.scopes, ","), func(t *testing.T) {
			w := newWorld(t)
			w.assign(store.UserAna, store.UserGuest) // the guest is put aside
			w.start()
			w.ok(w.Quarantine(w.app, w.id, "QuarantinedOnDemand", store.SyncError{Code: "x"}))
			w.ok(w.Restart(w.app, w.id, test.scopes))
			s := w.Engine.states[w.id]
			if got := w.job().Status.Quarantine != nil; got != test.wantQuarantine {
				t.Errorf("in quarantine: %v", got)
			}
			if got := int64(len(s.escrows)); got != test.wantEscrowed {
				t.Errorf("%d escrowed", got)
			}
			if got := s.links[store.UserAna] != nil; got != test.wantLinked {
				t.Errorf("linked: %v", got)
			}
			w.finish()
			j := w.job()
			if got := j.Status.LastExecution.Imported; got != test.wantImported {
				t.Errorf("imported %d, want %d", got, test.wantImported)
			}
			if j.Status.Quarantine != nil || j.Status.Code != store.CodeActive || j.Schedule != store.ScheduleActive {
				t.Errorf("after a good cycle: got quarantine %v, code %s, schedule %s", j.Status.Quarantine, j.Status.Code, j.Schedule)
			}
		})
	}
}

func TestRestart_startsAPausedJob(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.ok(w.Pause(w.app, w.id))
	w.ok(w.Restart(w.app, w.id, nil))
	if j := w.job(); j.Schedule != store.ScheduleActive || j.Status.Code != store.CodeActive {
		t.Errorf("got schedule %s, code %s", j.Schedule, j.Status.Code)
	}
	w.finish()
}

func TestRestart_endsARunningCycle(t *testing.T) {
	w := newWorld(t)
	w.ok(w.Start(w.app, w.id))
	first := w.Engine.states[w.id].running.id
	w.ok(w.Restart(w.app, w.id, nil))
	if second := w.Engine.states[w.id].running; second == nil || second.id == first {
		t.Error("the same cycle still runs")
	}
}

func TestJob_deletionEndsItsCycles(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.ok(w.Start(w.app, w.id))
	w.ok(w.store.DeleteJob(w.app, w.id))
	w.Forget(w.id)
	w.clock.Advance(time.Hour)
	if w.account(ana) != nil {
		t.Error("a deleted job provisioned somebody")
	}
}

func TestJob_stopsWhileItsApplicationIsInTheRecycleBin(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	p, err := w.store.ServicePrincipal(w.app)
	w.ok(err)
	w.ok(w.store.DeleteServicePrincipal(p.ID))
	w.unassign(store.UserAna)
	w.clock.Advance(24 * time.Hour)
	if got := w.account(ana)["active"]; got != "True" {
		t.Errorf("got active %s: accounts stay when the application goes", got)
	}
}
