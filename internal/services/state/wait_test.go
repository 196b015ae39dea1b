// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestResource_waitsForTheFirstCycle(t *testing.T) {
	t.Parallel()
	longAgo := store.Epoch.Add(-24 * time.Hour)
	ends := func(state string, change func(*store.Execution)) func(*store.Job) {
		return func(j *store.Job) {
			e := store.Execution{State: state, Began: store.Epoch.Add(2 * time.Minute), Ended: store.Epoch.Add(5 * time.Minute)}
			if change != nil {
				change(&e)
			}
			j.Status.LastExecution = &e
		}
	}
	for _, test := range []struct {
		name string
		// before is how the job is found, happens what becomes of it after six minutes.
		before, happens func(*store.Job)
		timeout         string
		want            []acctest.Diagnostic
		atLeast         time.Duration
		asks            string
	}{
		{"succeeds", nil, ends(store.ResultSucceeded, nil), "", nil, 6 * time.Minute, "start"},
		{"old results do not count", func(j *store.Job) {
			j.Status.LastExecution = &store.Execution{State: store.ResultFailed, Began: longAgo, Ended: longAgo.Add(time.Minute)}
		}, ends(store.ResultSucceeded, nil), "", nil, 6 * time.Minute, portalRestart},
		{"some people fail", nil, ends(store.ResultEntryLevelErrors, func(e *store.Execution) {
			e.EntitledForProvisioning, e.Exported, e.Escrowed = 12, 9, 3
		}), "", []acctest.Diagnostic{warning("wait_for_first_cycle", "The first cycle had failures",
			"The first cycle ended with the state EntryLevelErrors: 12 people in scope, 9 changes written, 3 failed. `gotomeeting_sync_status` and the provisioning logs show the details.")}, 6 * time.Minute, "start"},
		{"fails", nil, ends(store.ResultFailed, func(e *store.Execution) {
			e.Error = &store.SyncError{Code: "SimulatedUnavailable", Message: "The target does not answer."}
		}), "", []acctest.Diagnostic{warning("wait_for_first_cycle", "The first cycle had failures",
			"The first cycle ended with the state Failed: 0 people in scope, 0 changes written, 0 failed. The service said SimulatedUnavailable: The target does not answer. `gotomeeting_sync_status` and the provisioning logs show the details.")}, 6 * time.Minute, "start"},
		{"quarantine", nil, func(j *store.Job) {
			j.Status.Code, j.Status.Quarantine = store.CodeQuarantine, &store.Quarantine{Reason: "EncounteredQuarantineException", CurrentBegan: store.Epoch.Add(time.Minute)}
		}, "", []acctest.Diagnostic{warning("wait_for_first_cycle", "The first cycle ended in quarantine",
			"Provisioning is on, but the service put it into quarantine (EncounteredQuarantineException). `gotomeeting_sync_status` shows the details.")}, 6 * time.Minute, "start"},
		{"takes too long", nil, func(j *store.Job) {
			j.Status.Progress = []store.Progress{{Completed: 40, Total: 5000, Units: "objects", ObservedAt: store.Epoch}}
		}, "10m", []acctest.Diagnostic{warning("wait_for_first_cycle", "The first cycle has not ended yet",
			"Provisioning is on. The wait ended after 10m0s; last seen: 40 of 5000 objects. Initial cycles of large tenants take hours; raise `timeouts` to wait longer.")}, 10 * time.Minute, "start"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			// The cycles of this test are its own, not the engine's.
			w.Sim.Faults().Add(simulator.Fault{Path: jobPath + "/*", Effect: simulator.Answers(204, "application/json", "")})
			if test.before != nil {
				w.change(test.before)
			}
			w.at(time.Millisecond, func() { w.change(func(j *store.Job) { j.Schedule = store.ScheduleActive }) })
			w.at(6*time.Minute, func() { w.change(test.happens) })
			before := w.Sim.Clock().Now()
			object := w.object("enabled", true, "wait_for_first_cycle", true)
			if test.timeout != "" {
				object["timeouts"] = map[string]any{"create": test.timeout}
			}
			one, found := w.Protocol().Change(typeName, nil, object)
			w.wants(found, test.want...)
			if one == nil || one.State["enabled"] != true {
				t.Errorf("state %v", one)
			}
			if waited := w.Sim.Clock().Now().Sub(before); waited < test.atLeast || waited > test.atLeast+time.Minute {
				t.Errorf("waited %s, want %s and a bit", waited, test.atLeast)
			}
			if looks := len(w.Sim.Log().Match("GET", jobPath)); looks > 25 {
				t.Errorf("%d requests to follow one cycle", looks)
			}
			w.wantAsked(test.asks)
		})
	}
}

func TestResource_waitsOnlyWhenItStartsTheJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	before := w.Sim.Clock().Now()
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true, "wait_for_first_cycle", true, "restart_triggers", triggers("old")))
	succeeds(t, found)
	_, found = p.Change(typeName, one, w.object("enabled", true, "wait_for_first_cycle", true, "restart_triggers", triggers("new")))
	succeeds(t, found)
	if waited := w.Sim.Clock().Now().Sub(before); waited > 0 {
		t.Errorf("waited %s", waited)
	}
}

func TestResource_lostSightOfTheFirstCycleIsAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: jobPath, Skip: 2, Count: -1, Effect: simulator.LacksPermission()})
	one, found := w.Protocol().Change(typeName, nil, w.object("enabled", true, "wait_for_first_cycle", true))
	if len(found) != 1 || found[0].Error || found[0].Summary != "Cannot follow the first cycle" || one == nil {
		t.Errorf("got %v, %v", one, found)
	}
}

func TestResource_destroyPausesAndWaitsForTheRunningCycle(t *testing.T) {
	t.Parallel()
	running := func(j *store.Job) {
		j.Status.LastExecution = &store.Execution{State: store.ResultSucceeded, Began: store.Epoch.Add(-time.Minute)}
	}
	progressing := func(j *store.Job) {
		j.Status.LastExecution = &store.Execution{State: store.ResultSucceeded, Began: store.Epoch.Add(-time.Hour), Ended: store.Epoch.Add(-50 * time.Minute)}
		j.Status.Progress = []store.Progress{{Completed: 40, Total: 100, Units: "objects", ObservedAt: store.Epoch.Add(-time.Minute)}}
	}
	for _, test := range []struct {
		name string
		// is is what the job does, after how it goes on to do it.
		is     func(*store.Job)
		after  time.Duration
		end    func(*store.Job)
		want   []acctest.Diagnostic
		waited time.Duration
	}{
		{"at rest", func(*store.Job) {}, 0, func(*store.Job) {}, nil, 0},
		{"execution without an end", running, 4 * time.Minute, func(j *store.Job) { j.Status.LastExecution.Ended = store.Epoch.Add(4 * time.Minute) }, nil, 4 * time.Minute},
		{"progress short of its goal", progressing, 4 * time.Minute, func(j *store.Job) { j.Status.Progress[0].Completed = 100 }, nil, 4 * time.Minute},
		{"progress of an aborted cycle", func(j *store.Job) {
			progressing(j)
			j.Status.Progress[0].ObservedAt = store.Epoch.Add(-2 * time.Hour)
			j.Status.LastExecution = nil
		}, 0, func(*store.Job) {}, nil, 0},
		{"deleted meanwhile", running, 2 * time.Minute, nil, nil, 2 * time.Minute},
		{"takes too long", func(j *store.Job) { running(j); progressing(j) }, time.Hour, func(*store.Job) {}, []acctest.Diagnostic{warning("", "A cycle may still be running",
			"Provisioning of \"GoToMeeting\" (service principal SP) is paused, but the running cycle has apparently not ended. It may still change accounts according to the mappings with which it started.\n\n"+
				"waiting for the running cycle to end, last seen: 40 of 100 objects: context deadline exceeded")}, 15 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.Protocol()
			w.change(func(j *store.Job) { j.Schedule = store.ScheduleActive })
			one, found := p.Change(typeName, nil, w.object("enabled", true))
			succeeds(t, found)
			w.change(test.is)
			if test.after > 0 {
				w.at(test.after, func() {
					if test.end == nil {
						if err := w.Sim.Store().DeleteJob(w.sp.ID, w.job.ID); err != nil {
							t.Error(err)
						}
						return
					}
					w.change(test.end)
				})
			}
			before := w.Sim.Clock().Now()
			left, found := w.Protocol().Change(typeName, one, nil)
			for i := range test.want {
				test.want[i].Detail = strings.ReplaceAll(test.want[i].Detail, "SP)", w.sp.ID+")")
			}
			w.wants(found, test.want...)
			if left != nil {
				t.Errorf("left %v", left.State)
			}
			w.wantAsked("pause")
			if waited := w.Sim.Clock().Now().Sub(before); waited < test.waited || waited > test.waited+30*time.Second {
				t.Errorf("waited %s, want %s", waited, test.waited)
			}
		})
	}
}

func TestResource_destroyThatMayNotPauseIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	w.Sim.SetPermissions(simulator.ReadOnlyPermissions()...)
	left, found := w.Protocol().Change(typeName, one, nil)
	if left == nil || len(found) != 1 || !found[0].Error || found[0].Summary != "Cannot pause provisioning" {
		t.Errorf("got %v, %v", left, found)
	}
	w.wantSchedule(store.ScheduleActive)
}
