// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// runs is a connection whose job is on and has run.
func (w *world) runs(pairs ...any) *acctest.Managed {
	w.t.Helper()
	m := w.created(pairs...)
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) })
	return m
}

func (w *world) quarantine(reason, code string) {
	w.t.Helper()
	if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job().ID, reason, store.SyncError{Code: code}); err != nil {
		w.t.Fatal(err)
	}
}

// rotate applies new credentials and returns what was done.
func (w *world) rotate(m *acctest.Managed, pairs ...any) (acctest.Diagnostics, []string) {
	w.t.Helper()
	w.Sim.Log().Reset()
	found := m.Apply(w.object(append([]any{"admin_password_wo_version", "2"}, pairs...)...))
	return found, w.did()
}

const refusedCode = "GoToMeetingInvalidCredentials"

func TestQuarantine_isReleasedByNewCredentialsOnlyWhereTheyAreTheCause(t *testing.T) {
	t.Parallel()
	const test, put, start = "POST validateCredentials", "PUT secrets", "POST start"
	for name, tt := range map[string]struct {
		prepare func(w *world, m *acctest.Managed)
		pairs   []any
		want    []string
		says    string
		failing bool
	}{
		"wrong credentials": {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("EncounteredQuarantineException", refusedCode) },
			want: []string{test, put, start}},
		"no quarantine":        {prepare: func(*world, *acctest.Managed) {}, want: []string{test, put}},
		"too many deletions":   {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("TooManyDeletes", "TooManyDeletes") }, want: []string{test, put}},
		"too many failures":    {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("EncounteredBaseEscrowThreshold", "") }, want: []string{test, put}},
		"put there by hand":    {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("QuarantinedOnDemand", "") }, want: []string{test, put}},
		"a schema that is bad": {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("EncounteredQuarantineException", "InvalidSchema") }, want: []string{test, put}},
		"new ones not accepted": {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("EncounteredQuarantineException", refusedCode) },
			pairs: []any{"admin_password_wo", "wrong"}, want: []string{test}, failing: true},
		"new ones not tested": {prepare: func(w *world, _ *acctest.Managed) { w.quarantine("EncounteredQuarantineException", refusedCode) },
			pairs: []any{"test_connection", false}, want: []string{put}, says: "The connection was not tested"},
		"the target could not be asked": {prepare: func(w *world, _ *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			w.Sim.SetVariants(func(v *simulator.Variants) { v.ConnectionTest = simulator.TestUnavailable })
		}, want: []string{test, put}, says: "The connection was not tested"},
		"paused before": {prepare: func(w *world, _ *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			w.changeJob(func(j *store.Job) { j.Schedule = store.SchedulePaused })
		}, want: []string{test, put}},
		"paused meanwhile": {prepare: func(w *world, _ *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			w.fault(simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.Delays(time.Second)})
			w.Sim.Clock().OnAdvance(func() {
				if err := w.Sim.Engine().Pause(w.sp.ID, w.job().ID); err != nil {
					w.t.Error(err)
				}
			})
		}, want: []string{test, put}},
		"deletions are held as well": {prepare: func(w *world, _ *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			w.changeJob(func(j *store.Job) { j.Status.Quarantine.SeriesCount = 2 })
			w.Sim.Store().AddLog(store.LogEntry{At: w.Sim.Clock().Now(), ServicePrincipalID: w.sp.ID, JobID: w.job().ID, Action: "stagedDelete", SourceID: store.UserAna})
		}, want: []string{test, put}, says: "The quarantine was not lifted"},
		"a long quarantine without held deletions": {prepare: func(w *world, _ *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			w.changeJob(func(j *store.Job) { j.Status.Quarantine.SeriesCount = 5 })
		}, want: []string{test, put, start}},
		"held deletions cannot be told": {prepare: func(w *world, _ *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			w.changeJob(func(j *store.Job) { j.Status.Quarantine.SeriesCount = 2 })
			w.fault(simulator.Fault{Method: "GET", Path: "/auditLogs/provisioning", Effect: simulator.LacksPermission()})
		}, want: []string{test, put}, says: "The quarantine was not lifted"},
		"another cause, after our own start": {prepare: func(w *world, m *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			if found := m.Apply(w.object("admin_password_wo_version", "1b")); found.HasError() {
				w.t.Fatal(found)
			}
			w.Sim.Clock().Advance(time.Minute)
			w.quarantine("EncounteredBaseEscrowThreshold", "")
		}, want: []string{test, put, start}},
		"another cause, after our own restart": {prepare: func(w *world, m *acctest.Managed) {
			for _, scope := range []string{"all", "assigned"} { // the narrower one is answered by a restart
				if found := m.Apply(w.object("scope", scope)); found.HasError() {
					w.t.Fatal(found)
				}
			}
			w.Sim.Clock().Advance(time.Minute)
			w.quarantine("EncounteredBaseEscrowThreshold", "")
		}, want: []string{test, put, start}},
		"deletions held after our own start": {prepare: func(w *world, m *acctest.Managed) {
			w.quarantine("EncounteredQuarantineException", refusedCode)
			if found := m.Apply(w.object("admin_password_wo_version", "1b")); found.HasError() {
				w.t.Fatal(found)
			}
			w.Sim.Clock().Advance(time.Minute)
			w.quarantine("TooManyDeletes", "TooManyDeletes")
		}, want: []string{test, put}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.runs()
			tt.prepare(w, m)
			found, did := w.rotate(m, tt.pairs...)
			wantLines(t, did, tt.want...)
			if found.HasError() != tt.failing {
				t.Error(found)
			}
			if tt.says != "" && !slices.Contains(summaries(found), "warning: "+tt.says) {
				t.Errorf("%q is missing in\n%s", tt.says, found)
			}
			if released := w.job().Status.Quarantine == nil; !released && slices.Contains(tt.want, start) {
				t.Error("the job is still in quarantine")
			}
			if m.Get("pending_action") != nil {
				t.Errorf("pending is %v", m.Get("pending_action"))
			}
		})
	}
}
