// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// ran has the job run its first cycle with some people more, and forgets the requests.
func (w *world) ran(people int) (ids []string) {
	w.t.Helper()
	ids = w.Sim.Store().AddUsers(people)
	w.assign(ids...)
	w.start()
	w.Sim.Clock().Advance(30 * time.Minute)
	if job := w.now(); job.Status.LastExecution == nil || job.Status.LastExecution.Ended.IsZero() {
		w.t.Fatalf("no cycle has ended: %+v", job.Status)
	}
	w.Sim.Log().Reset()
	return ids
}

// accounts counts the active accounts.
func (w *world) accounts() (active int) {
	for _, account := range w.Sim.Store().Accounts() {
		if account.Active {
			active++
		}
	}
	return active
}

// Kind 3: off means that no cycle begins.
func TestOff_aRestartWaitsUntilItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ran(2)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", false, "restart_triggers", triggers("old"))))
	before := w.accounts()
	w.assign(store.UserBen)

	changed := w.object("enabled", false, "restart_triggers", triggers("new"))
	_, planned, found := managed.Plan(changed)
	if planned["restart_pending"] != true || !slices.Equal(summaries(found), []string{"The restart of service principal " + w.sp.ID + " is pending until provisioning is switched on"}) {
		t.Errorf("%v\n%s", planned, found)
	}
	managed.Apply(changed)
	w.Sim.Clock().Advance(3 * time.Hour)
	if after := w.accounts(); after != before {
		t.Errorf("%d accounts became %d while provisioning was off", before, after)
	}
	if action, _, found := managed.Plan(changed); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("%s, %s", action, found)
	}
	on := w.object("enabled", true, "restart_triggers", triggers("new"))
	if _, planned, _ := managed.Plan(on); planned["restart_pending"] != false || managed.Get("restart_pending") != true {
		t.Errorf("the plan does not show the restart: %v", planned)
	}
	succeeds(t, managed.Apply(on))
	w.wantAsked("pause", portalRestart)
	if action, _, found := managed.Plan(on); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("%s, %s", action, found)
	}
}

func TestOff_aWaitingRestartGoesWithItsTriggers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", false, "restart_triggers", triggers("old"))))
	managed.Apply(w.object("enabled", false, "restart_triggers", triggers("new")))
	succeeds(t, managed.Apply(w.object("enabled", true)))
	w.wantAsked("start")
}

// Left to the operator, a waiting restart comes with the plan after the operator has switched the job on.
func TestOff_aWaitingRestartFollowsTheOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("restart_triggers", triggers("old"))))
	config := w.object("restart_triggers", triggers("new"))
	if found := managed.Apply(config); found.HasError() || managed.Get("restart_pending") != true {
		t.Fatalf("%v\n%s", managed.Now.State, found)
	}
	if action, _, found := managed.Plan(config); action != acctest.NoAction || found.HasError() {
		t.Errorf("%s, %s", action, found)
	}
	w.start()
	if action, _, _ := managed.Plan(config); action != acctest.Update {
		t.Errorf("the plan is %s", action)
	}
	succeeds(t, managed.Apply(config))
	w.wantAsked(portalRestart)
	if managed.Get("restart_pending") != false {
		t.Errorf("state %v", managed.Now.State)
	}
}

// Kind 3: what an operator paused is not switched on in passing.
func TestOutsidePause_holdsUntilTheTokenChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paused := func() {
		for _, one := range w.Diagnostics() {
			if one.Error {
				t.Errorf("message: %s", one)
			}
		}
		w.pause()
	}
	unrelated := w.config("enabled = true", `timeouts = { update = "30m" }`)
	w.test(
		resource.TestStep{Config: w.config("enabled = true")},
		resource.TestStep{PreConfig: paused, Config: w.config("enabled = true"), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: unrelated, ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{PreConfig: func() { w.wantAsked("start"); w.wantSchedule(store.SchedulePaused) },
			Config: w.config("enabled = true", `resume_token = "1"`), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: w.config("enabled = true", `resume_token = "1"`), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{PreConfig: paused, Config: w.config("enabled = true"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
	)
	w.wantAsked("start", "start")
}

func TestOutsidePause_isToldAtEveryPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	managed := w.Managed(typeName)
	config := w.object("enabled", true)
	succeeds(t, managed.Apply(config))
	w.pause()
	seen := w.Sim.Clock().Now().Format(time.RFC3339)
	for range 2 {
		action, planned, found := managed.Plan(config)
		if action != acctest.NoAction || found.HasError() || !slices.Equal(summaries(found), []string{"Provisioning of service principal " + w.sp.ID + " was paused outside Terraform"}) {
			t.Errorf("%s\n%s", action, found)
		}
		if planned["paused_outside_since"] != seen || planned["enabled"] != true {
			t.Errorf("planned %v", planned)
		}
		w.Sim.Clock().Advance(24 * time.Hour)
	}
	resumes := w.object("enabled", true, "resume_token", "1")
	action, planned, found := managed.Plan(resumes)
	if succeeds(t, found); action != acctest.Update || planned["paused_outside_since"] != nil || managed.Get("paused_outside_since") != seen {
		t.Errorf("%s %v", action, planned)
	}
	succeeds(t, managed.Apply(resumes))
	w.wantAsked("start", portalRestart)
}

// Paused between the plan and its apply.
func TestOutsidePause_thatThePlanDidNotSeeIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"hold", "resume"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			managed := w.Managed(typeName)
			object := w.object("enabled", true, "on_outside_pause", mode, "restart_triggers", triggers("old"))
			succeeds(t, managed.Apply(object))
			object = w.object("enabled", true, "on_outside_pause", mode, "restart_triggers", triggers("new"))
			planned, found := w.Protocol().Plan(typeName, managed.Now, object)
			succeeds(t, found)
			w.pause()
			one, found := w.Protocol().Apply(planned)
			if found.HasError() || !slices.Contains(summaries(found), "Provisioning of service principal "+w.sp.ID+" was paused after the plan") {
				t.Errorf("messages:\n%s", found)
			}
			if one.State["restart_pending"] != true {
				t.Errorf("the restart is forgotten: %v", one.State)
			}
			w.wantAsked("start")
			if managed.Now = one; mode == "hold" {
				succeeds(t, managed.Apply(w.object("enabled", true, "on_outside_pause", mode, "restart_triggers", triggers("new"), "resume_token", "1")))
			} else {
				succeeds(t, managed.Apply(object))
			}
			w.wantAsked("start", portalRestart)
		})
	}
}

func TestOutsidePause_isRepairedWhereConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	managed := w.Managed(typeName)
	config := w.object("enabled", true, "on_outside_pause", "resume")
	succeeds(t, managed.Apply(config))
	w.pause()
	action, planned, found := managed.Plan(config)
	if succeeds(t, found); action != acctest.Update || managed.Get("enabled") != false || planned["enabled"] != true {
		t.Errorf("%s %v", action, planned)
	}
	// What forbids the start is a warning at the plan, which is about other things too, and an error of this resource alone.
	if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "Password", Value: ""}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, _, found := managed.Plan(config); len(found) != 1 || found[0].Error || !strings.HasSuffix(found[0].Summary, "cannot be resumed: The connection cannot sign in yet") {
		t.Errorf("messages:\n%s", found)
	}
	if found := managed.Apply(config); !found.HasError() {
		t.Errorf("messages:\n%s", found)
	}
	w.wantAsked("start")
	// To hold after all is not to start.
	succeeds(t, slices.DeleteFunc(managed.Apply(w.object("enabled", true)), func(one acctest.Diagnostic) bool { return !one.Error }))
	w.wantAsked("start")
}

// Weeks in quarantine: the service switches the job off.
func TestOutsidePause_ofAQuarantineHoldsToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", true)))
	w.change(func(j *store.Job) {
		j.Schedule, j.Status.Code = store.ScheduleDisabled, store.CodeQuarantine
		j.Status.Quarantine = &store.Quarantine{Reason: "TooManyDeletes", SeriesBegan: store.Epoch, CurrentBegan: store.Epoch}
	})
	if action, _, found := managed.Plan(w.object("enabled", true)); action != acctest.NoAction || len(found) != 1 || found[0].Error {
		t.Errorf("%s\n%s", action, found)
	}
	_, _, found := managed.Plan(w.object("enabled", true, "resume_token", "1"))
	if !slices.Contains(summaries(found), "Quarantine switched provisioning off") {
		t.Errorf("messages:\n%s", found)
	}
	w.wantAsked("start")
}

// held is a world whose job holds the removal of all but two of its people, and the moment that the quarantine began.
func held(t *testing.T, leavers int) (w *world, ids []string, began string) {
	t.Helper()
	w = newWorld(t)
	settings := `{"Enabled":false,"Recipients":"","DeleteThresholdEnabled":true,"DeleteThresholdValue":2}`
	if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "SyncNotificationSettings", Value: settings}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	ids = w.ran(leavers + 1)[:leavers]
	w.unassign(ids...)
	w.Sim.Clock().Advance(time.Hour)
	quarantine := w.now().Status.Quarantine
	if quarantine == nil || quarantine.Reason != "TooManyDeletes" {
		t.Fatalf("the job is not held: %+v", w.now().Status)
	}
	w.Sim.Log().Reset()
	slices.Sort(ids)
	return w, ids, quarantine.CurrentBegan.Format(time.RFC3339)
}

func releases(began string, most int) map[string]any {
	return map[string]any{"quarantine_began": began, "max": most}
}

// Kind 3: what is held is released once, by number, and for one quarantine.
func TestRelease_letsTheHeldDeletionsOfOneQuarantineThrough(t *testing.T) {
	t.Parallel()
	w, ids, began := held(t, 3)
	before := w.accounts()
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", true)))

	_, _, found := managed.Plan(w.object("enabled", true, "release_deletions", releases(began, 2)))
	if len(found) != 1 || !found[0].Error || found[0].Path != "release_deletions.max" || !strings.Contains(found[0].Detail, "3 held deletions") {
		t.Errorf("messages:\n%s", found)
	}
	config := w.object("enabled", true, "release_deletions", releases(began, 3))
	_, _, found = managed.Plan(config)
	w.wants(found, warning("release_deletions", "3 held deletions of service principal "+w.sp.ID+" will be carried out",
		"Accidental-deletion prevention stopped a cycle to protect these accounts. Applying this plan disables or deletes them. Object ids in the directory:\n- "+strings.Join(ids, "\n- ")+graphdiag.Incident))
	_, found = w.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"report_detail": "counts"} }).Plan(typeName, managed.Now, config)
	w.wants(found, warning("release_deletions", "3 held deletions of service principal "+w.sp.ID+" will be carried out",
		"Accidental-deletion prevention stopped a cycle to protect these accounts. Applying this plan disables or deletes them."+graphdiag.Incident))
	if found := managed.Apply(config); found.HasError() {
		t.Fatal(found)
	}
	w.Sim.Clock().Advance(time.Hour)
	if after := w.accounts(); after != before-3 {
		t.Errorf("%d of %d accounts are left", after, before)
	}
	w.wantAsked(forceDeletes)

	// The same block at the next quarantine, with whatever changes beside it.
	left := w.Sim.Store().AddUsers(3)
	w.assign(left...)
	w.Sim.Clock().Advance(2 * time.Hour)
	w.unassign(left...)
	w.Sim.Clock().Advance(2 * time.Hour)
	if w.now().Status.Quarantine == nil {
		t.Fatal("there is no second quarantine")
	}
	if action, _, found := managed.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("%s\n%s", action, found)
	}
	config["timeouts"] = map[string]any{"update": "30m"}
	succeeds(t, managed.Apply(config))
	config["release_deletions"] = releases(began, 100)
	if found := managed.Apply(config); len(found) == 0 || found[0].Error || found[0].Summary != "No deletions of service principal "+w.sp.ID+" will be released" {
		t.Errorf("messages:\n%s", found)
	}
	w.wantAsked(forceDeletes)
}

// Counted again at apply: more may be held by then.
func TestRelease_refusesAtApplyWhatWasNotSeenAtPlan(t *testing.T) {
	t.Parallel()
	w, _, began := held(t, 3)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", true)))
	planned, found := w.Protocol().Plan(typeName, managed.Now, w.object("enabled", true, "release_deletions", releases(began, 3)))
	if found.HasError() {
		t.Fatal(found)
	}
	entry := w.Sim.Store().Log()
	last := entry[len(entry)-1]
	last.ID, last.Action, last.SourceID, last.At = "more", "stagedDelete", store.UserKim, w.Sim.Clock().Now()
	w.Sim.Store().AddLog(last)
	_, found = w.Protocol().Apply(planned)
	if len(found) != 1 || !found[0].Error || found[0].Summary != "More deletions are held than the limit allows" {
		t.Errorf("messages:\n%s", found)
	}
	w.wantAsked()
}

func TestRelease_waitsWhileProvisioningIsOff(t *testing.T) {
	t.Parallel()
	w, _, began := held(t, 3)
	before := w.accounts()
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", false)))
	off := w.object("enabled", false, "release_deletions", releases(began, 3))
	if found := managed.Apply(off); found.HasError() || !slices.Contains(summaries(found), "Held deletions of service principal "+w.sp.ID+" stay held") {
		t.Errorf("messages:\n%s", found)
	}
	w.Sim.Clock().Advance(3 * time.Hour)
	if after := w.accounts(); after != before {
		t.Errorf("%d accounts became %d", before, after)
	}
	on := w.object("enabled", true, "release_deletions", releases(began, 3))
	if _, _, found := managed.Plan(on); !slices.Contains(summaries(found), "3 held deletions of service principal "+w.sp.ID+" will be carried out") {
		t.Errorf("messages:\n%s", found)
	}
	managed.Apply(on)
	w.wantAsked("pause", forceDeletes)
}

func TestRelease_andARestartTakeTwoApplies(t *testing.T) {
	t.Parallel()
	w, _, began := held(t, 3)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", true, "restart_triggers", triggers("old"))))
	both := w.object("enabled", true, "restart_triggers", triggers("new"), "release_deletions", releases(began, 3))
	if found := managed.Apply(both); found.HasError() || managed.Get("restart_pending") != true {
		t.Fatalf("%v\n%s", managed.Now.State, found)
	}
	w.wantAsked(forceDeletes)
	if found := managed.Apply(both); found.HasError() || managed.Get("restart_pending") != false {
		t.Fatalf("%v\n%s", managed.Now.State, found)
	}
	if diff := cmp.Diff([]string{forceDeletes, portalRestart}, w.asked()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}
