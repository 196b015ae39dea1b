// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func triggers(value any) map[string]any { return map[string]any{"reason": value} }

const (
	portalRestart = `restart {"criteria":{}}`
	forceDeletes  = `restart {"criteria":{"resetScope":"ForceDeletes"}}`
)

func TestResource_restartsOnTrigger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "first" }`)},
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "second" }`), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "second" }`), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "second" }`, `restart_scope = "Watermark"`), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "third" }`, `restart_scope = "QuarantineState, Watermark"`)},
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "fourth" }`, `restart_scope = "ForceDeletes"`)},
		resource.TestStep{Config: w.config("enabled = true", `restart_scope = "None"`, `restart_triggers = { reason = "fifth" }`),
			ExpectError: regexp.MustCompile("`None` restarts nothing")},
		resource.TestStep{Config: w.config("enabled = true")},
	)
	w.wantAsked("start", portalRestart, `restart {"criteria":{"resetScope":"QuarantineState, Watermark"}}`, forceDeletes, "pause")
}

func TestResource_restartsByTheStateOfTheJob(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		before  []any // of the object that is there; triggers "old"
		running bool  // when the plan is made, whatever the object said
		after   []any
		want    []string
		is      string
	}{
		{"running stays on", []any{"enabled", true}, true, []any{"enabled", true}, []string{portalRestart}, store.ScheduleActive},
		{"paused is paused again", []any{"enabled", false}, false, []any{"enabled", false}, []string{portalRestart, "pause"}, store.SchedulePaused},
		{"paused and switched on takes no start", []any{"enabled", false}, false, []any{"enabled", true}, []string{portalRestart}, store.ScheduleActive},
		{"running and switched off", []any{"enabled", true}, true, []any{"enabled", false}, []string{portalRestart, "pause"}, store.SchedulePaused},
		{"left to the operator, on", nil, true, nil, []string{portalRestart}, store.ScheduleActive},
		{"left to the operator, off", nil, false, nil, []string{portalRestart, "pause"}, store.SchedulePaused},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.Protocol()
			w.start()
			one, found := p.Change(typeName, nil, w.object(append(test.before, "restart_triggers", triggers("old"))...))
			succeeds(t, found)
			if !test.running {
				w.pause()
			}
			w.Sim.Log().Reset()
			one, found = p.Change(typeName, one, w.object(append(test.after, "restart_triggers", triggers("new"))...))
			succeeds(t, found)
			w.wantAsked(test.want...)
			w.wantSchedule(test.is)
			planned, found := p.Plan(typeName, one, w.object(append(test.after, "restart_triggers", triggers("new"))...))
			succeeds(t, found)
			if planned.Changes() {
				t.Errorf("the plan afterwards changes %v", planned.State)
			}
		})
	}
}

func TestResource_restartsWhenTriggersAreFirstSetButNotAfterAnImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	w.start()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	one, found = p.Change(typeName, one, w.object("enabled", true, "restart_triggers", triggers("first")))
	succeeds(t, found)
	w.wantAsked(portalRestart)
	_, found = p.Change(typeName, one, w.object("enabled", true))
	succeeds(t, found)
	w.wantAsked(portalRestart)

	w.Sim.Log().Reset()
	one, found = p.Import(typeName, w.connectionID())
	succeeds(t, found)
	one, found = p.Change(typeName, one, w.object("enabled", true, "restart_triggers", triggers("first")))
	succeeds(t, found)
	w.wantAsked()
	one, found = p.Change(typeName, one, w.object("enabled", true))
	succeeds(t, found)
	_, found = p.Change(typeName, one, w.object("enabled", true, "restart_triggers", triggers("again")))
	succeeds(t, found)
	w.wantAsked(portalRestart)
}

func TestResource_warnsBeforeHeldDeletionsAreReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true, "restart_triggers", triggers("old"), "restart_scope", "ForceDeletes"))
	succeeds(t, found)
	held := warning("restart_scope", "Held deletions will be carried out",
		"Accidental-deletion prevention stopped a cycle to protect accounts. Applying this plan lets those disables and deletions through. Check the provisioning logs for `stagedDelete` entries first.")
	for _, value := range []any{"new", acctest.Unknown} {
		_, found = p.Plan(typeName, one, w.object("enabled", true, "restart_triggers", triggers(value), "restart_scope", "ForceDeletes"))
		w.wants(found, held)
	}
	_, found = p.Plan(typeName, one, w.object("enabled", true, "restart_triggers", triggers("old"), "restart_scope", "ForceDeletes"))
	w.wants(found)
}

func TestResource_restartFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		fault   simulator.Fault
		enabled bool
		want    []string
		message string // of the error, how it begins
		is      string
		// again is what applying once more asks for.
		again []string
	}{
		{"refused", simulator.Fault{Path: restart, Effect: simulator.LacksPermission()}, true, []string{portalRestart},
			"The signed-in identity lacks a permission.", store.ScheduleActive, []string{portalRestart}},
		{"lost after its effect", simulator.Fault{Path: restart, Effect: simulator.DropsAfter()}, true, []string{portalRestart},
			"The connection broke before the answer arrived. It is not known whether the change took effect; the next plan reads what is there. Applying again restarts provisioning once more, which does no harm.",
			store.ScheduleActive, []string{portalRestart}},
		{"lost while paused", simulator.Fault{Path: restart, Effect: simulator.DropsAfter()}, false, []string{portalRestart, "pause"},
			"The connection broke before the answer arrived", store.SchedulePaused, []string{portalRestart, "pause"}},
		{"pause afterwards refused", simulator.Fault{Path: pause, Effect: simulator.LacksPermission()}, false, []string{portalRestart, "pause"},
			"The signed-in identity lacks a permission.", store.ScheduleActive, []string{"pause"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.Protocol()
			w.start()
			if !test.enabled {
				w.pause()
			}
			one, found := p.Change(typeName, nil, w.object("enabled", test.enabled, "restart_triggers", triggers("old")))
			succeeds(t, found)
			w.Sim.Faults().Add(test.fault)
			one, found = p.Change(typeName, one, w.object("enabled", test.enabled, "restart_triggers", triggers("new")))
			if len(found) != 1 || !found[0].Error || !strings.HasPrefix(found[0].Detail, test.message) {
				t.Errorf("messages:\n%s", found)
			}
			w.wantAsked(test.want...)
			w.wantSchedule(test.is)

			w.Sim.Log().Reset()
			one, found = p.Read(one)
			succeeds(t, found)
			_, found = p.Change(typeName, one, w.object("enabled", test.enabled, "restart_triggers", triggers("new")))
			succeeds(t, found)
			w.wantAsked(test.again...)
		})
	}
}

func TestResource_quarantineIsNoDrift(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job.ID, "EncounteredQuarantineException", store.SyncError{Code: "SimulatedInvalidCredentials", Message: "No."}); err != nil {
		t.Fatal(err)
	}
	one, found = p.Read(one)
	succeeds(t, found)
	planned, found := p.Plan(typeName, one, w.object("enabled", true))
	succeeds(t, found)
	if planned.Changes() {
		t.Errorf("the plan changes %v", planned.State)
	}
	w.wantAsked("start")
}

func TestResource_warnsOfTheQuarantineThatSwitchedTheJobOff(t *testing.T) {
	t.Parallel()
	began := store.Epoch.AddDate(0, 0, -28)
	for _, test := range []struct {
		name       string
		quarantine store.Quarantine
		want       string
	}{
		{"everything known", store.Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: began, CurrentBegan: began, Error: &store.SyncError{Code: "SimulatedInvalidCredentials", Message: "The password is wrong."}},
			"The job has been in quarantine since 2029-12-05T03:04:05Z (EncounteredQuarantineException) and is off; the service disables a job after four weeks of that. " +
				"Switching it on lifts the quarantine, and the next cycle meets the same cause unless it was removed. The service said: The password is wrong."},
		{"no error and no date", store.Quarantine{Reason: "TooManyDeletes"},
			"The job has been in quarantine (TooManyDeletes) and is off; the service disables a job after four weeks of that. " +
				"Switching it on lifts the quarantine, and the next cycle meets the same cause unless it was removed."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.Protocol()
			w.change(func(j *store.Job) {
				j.Schedule, j.Status.Code, j.Status.Quarantine = store.ScheduleDisabled, store.CodeQuarantine, &test.quarantine
			})
			one, found := p.Change(typeName, nil, w.object("enabled", false))
			succeeds(t, found)
			off, found := p.Plan(typeName, one, w.object("enabled", true))
			w.wants(found, warning("enabled", "Quarantine switched provisioning off", test.want))
			_, found = p.Apply(off)
			succeeds(t, found)
			w.wantAsked("start")
			w.wantSchedule(store.ScheduleActive)
		})
	}
}

func TestResource_doesNotWarnOfAQuarantineThatLeavesTheJobOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job.ID, "TooManyDeletes", store.SyncError{}); err != nil {
		t.Fatal(err)
	}
	_, found := w.Protocol().Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	w.wantAsked()
}
