// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func (w *world) wantsHeld(completed, total int64) {
	w.t.Helper()
	s := w.job().Status
	if s.LastExecution != nil {
		w.t.Errorf("an execution is shown: %+v", s.LastExecution)
	}
	if diff := cmp.Diff([]store.Progress{{Completed: completed, Total: total, Units: "objects", ObservedAt: w.clock.Now()}}, s.Progress); diff != "" {
		w.t.Error(diff)
	}
}

func TestRunCycle_lastsUntilItIsEnded(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.ok(w.RunCycle(w.app, w.id, 40, 5000, 0))
	w.wantsHeld(40, 5000)
	w.clock.Advance(48 * time.Hour)
	w.wantsHeld(40, 5000)
	w.ok(w.Pause(w.app, w.id))
	w.clock.Advance(time.Hour)
	w.wantsHeld(40, 5000)
	w.ok(w.EndCycle(w.app, w.id))
	j := w.job()
	if e := j.Status.LastExecution; e == nil || e.State != store.ResultSucceeded || e.Exported != 1 || !e.Ended.Equal(w.clock.Now()) {
		t.Errorf("got %+v", e)
	}
	if j.Status.Code != store.CodePaused || j.Status.Progress[0].Completed != j.Status.Progress[0].Total {
		t.Errorf("got %+v", j.Status)
	}
	before := j
	w.ok(w.EndCycle(w.app, w.id)) // there is none anymore
	if diff := cmp.Diff(before, w.job()); diff != "" {
		t.Error(diff)
	}
}

func TestRunCycle_lastsForSomeLooks(t *testing.T) {
	w := newWorld(t)
	w.ok(w.RunCycle(w.app, w.id, 40, 5000, 2))
	w.Looked(w.app, w.id)
	w.wantsHeld(40, 5000)
	w.Looked(w.app, w.id)
	if w.job().Status.LastExecution == nil {
		t.Error("the cycle goes on")
	}
	w.Looked(w.app, w.id)
}

func TestRunCycle_endsWithARestart(t *testing.T) {
	w := newWorld(t)
	w.ok(w.RunCycle(w.app, w.id, 40, 5000, 0))
	w.ok(w.Restart(w.app, w.id, []string{"Full"}))
	if got := w.job().Status.Progress; len(got) != 0 {
		t.Errorf("the restart left %+v", got)
	}
	w.clock.Advance(time.Hour)
	if e := w.job().Status.LastExecution; e == nil || e.State != store.ResultSucceeded {
		t.Errorf("got %+v", e)
	}
}
