// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
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
		resource.TestStep{Config: w.config("enabled = true", `restart_triggers = { reason = "fourth" }`, `restart_scope = "ForceDeletes"`),
			ExpectError: regexp.MustCompile("`ForceDeletes` releases held deletions")},
		resource.TestStep{Config: w.config("enabled = true", `restart_scope = "None"`, `restart_triggers = { reason = "fifth" }`),
			ExpectError: regexp.MustCompile("`None` does not restart anything")},
		resource.TestStep{Config: w.config("enabled = true")},
	)
	w.wantAsked("start", portalRestart, `restart {"criteria":{"resetScope":"QuarantineState, Watermark"}}`, "pause")
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
		waits   bool
	}{
		{"running stays on", []any{"enabled", true}, true, []any{"enabled", true}, []string{portalRestart}, store.ScheduleActive, false},
		{"paused and paused it stays", []any{"enabled", false}, false, []any{"enabled", false}, nil, store.SchedulePaused, true},
		{"paused and switched on takes no start", []any{"enabled", false}, false, []any{"enabled", true}, []string{portalRestart}, store.ScheduleActive, false},
		{"running and switched off", []any{"enabled", true}, true, []any{"enabled", false}, []string{"pause"}, store.SchedulePaused, true},
		{"left to the operator, on", nil, true, nil, []string{portalRestart}, store.ScheduleActive, false},
		{"left to the operator, off", nil, false, nil, nil, store.SchedulePaused, true},
		{"paused outside", []any{"enabled", true}, false, []any{"enabled", true}, nil, store.SchedulePaused, true},
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
			managed := w.Managed(typeName)
			managed.Now = one
			config := w.object(append(test.after, "restart_triggers", triggers("new"))...)
			found = managed.Apply(config)
			if waits := "The restart of service principal " + w.sp.ID + " is pending until provisioning is switched on"; found.HasError() || test.waits != slices.Contains(summaries(found), waits) {
				t.Errorf("messages:\n%s", found)
			}
			w.wantAsked(test.want...)
			w.wantSchedule(test.is)
			if managed.Get("restart_pending") != test.waits {
				t.Errorf("state %v", managed.Now.State)
			}
			if action, planned, found := managed.Plan(config); action != acctest.NoAction || found.HasError() {
				t.Errorf("the plan afterward is %s %v, %s", action, planned, found)
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

func TestResource_restartFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		fault   simulator.Fault
		want    []string
		message string // of the error, how it begins
		is      string
		// again is what applying once more asks for.
		again []string
	}{
		{"refused", simulator.Fault{Path: restart, Effect: simulator.LacksPermission()}, []string{portalRestart},
			"The signed-in identity lacks a permission.", store.ScheduleActive, []string{portalRestart}},
		{"lost after its effect", simulator.Fault{Path: restart, Effect: simulator.DropsAfter()}, []string{portalRestart},
			"The connection was interrupted before the response arrived. It is unknown whether the change took effect; the next plan reads the current state. Applying again restarts provisioning again, which is harmless.",
			store.ScheduleActive, []string{portalRestart}},
		{"lost before its effect", simulator.Fault{Path: restart, Effect: simulator.DropsBefore()}, []string{portalRestart},
			"The connection was interrupted before the response arrived.", store.ScheduleActive, []string{portalRestart}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.Protocol()
			w.start()
			one, found := p.Change(typeName, nil, w.object("enabled", true, "restart_triggers", triggers("old")))
			succeeds(t, found)
			w.Sim.Faults().Add(test.fault)
			one, found = p.Change(typeName, one, w.object("enabled", true, "restart_triggers", triggers("new")))
			if len(found) != 1 || !found[0].Error || !strings.HasPrefix(found[0].Detail, test.message) {
				t.Errorf("messages:\n%s", found)
			}
			w.wantAsked(test.want...)
			w.wantSchedule(test.is)

			w.Sim.Log().Reset()
			one, found = p.Read(one)
			succeeds(t, found)
			_, found = p.Change(typeName, one, w.object("enabled", true, "restart_triggers", triggers("new")))
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
			"The job has been in quarantine since 2029-12-05T03:04:05Z (EncounteredQuarantineException) and is off; the service disables a job after four weeks in quarantine. " +
				"Switching it on ends the quarantine, and the next cycle has the same problem unless its cause was removed. The service said: The password is wrong."},
		{"no error and no date", store.Quarantine{Reason: "TooManyDeletes"},
			"The job has been in quarantine (TooManyDeletes) and is off; the service disables a job after four weeks in quarantine. " +
				"Switching it on ends the quarantine, and the next cycle has the same problem unless its cause was removed."},
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
			w.wantAsked(portalRestart)
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

func TestRestart_thatForgetsLinksSaysWhoseAccountsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	w.assign(store.UserBen)
	m := w.Managed(typeName)
	if found := m.Apply(w.object("enabled", true, "restart_triggers", map[string]any{"when": "now"})); found.HasError() {
		t.Fatal(found)
	}
	w.Sim.Clock().Advance(store.DefaultInterval + time.Minute)
	w.unassign(store.UserBen)
	for scope, tells := range map[string]bool{"": false, "QuarantineState,Watermark,Escrows": false, "Full": true, "Watermark, ConnectorDataStore": true} {
		config := w.object("enabled", true, "restart_triggers", map[string]any{"when": "later"})
		if scope != "" {
			config["restart_scope"] = scope
		}
		_, found := w.Protocol().Plan(typeName, m.Now, config)
		if found.HasError() || tells != strings.Contains(found.String(), "removes the links between people and accounts") || tells != strings.Contains(found.String(), "active ones)") || tells != strings.Contains(found.String(), graphdiag.LeftActive) {
			t.Errorf("%q: %v", scope, found)
		}
	}
	for scope, tells := range map[string]bool{"Watermark": false, "Full": true} {
		_, found := w.Protocol().Invoke("gotomeeting_restart_provisioning", map[string]any{"connection_id": w.connectionID(), "restart_scope": scope})
		if found.HasError() || tells != strings.Contains(found.String(), "removes the links between people and accounts") {
			t.Errorf("the action with %q: %v", scope, found)
		}
	}
}
