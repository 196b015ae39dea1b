// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"fmt"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// killed carries out a plan with a provider that dies right after its effect: Terraform keeps the instance as it was before,
// without identity and private data.
func (w *world) killed(managed *acctest.Managed, config map[string]any) {
	w.t.Helper()
	p := w.Protocol()
	if managed.Now != nil {
		managed.Refresh()
	}
	planned, found := p.Plan(typeName, managed.Now, config)
	if found.HasError() {
		w.t.Fatal(found)
	}
	if _, found := p.Apply(planned); found.HasError() {
		w.t.Fatal(found)
	}
	if managed.Now != nil {
		managed.Now = managed.Now.AfterKill()
	}
}

// Kind 4: killed between a write and the state that reports it, and applied again: the same end as undisturbed.
func TestKilled_betweenTheWriteAndTheStateComesToTheSameEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		// first is there, outside happens then, wanted is what the killed apply was about.
		first   []any
		outside func(*world)
		wanted  []any
		want    []string
	}{
		{"start of a create", nil, nil, []any{"enabled", true}, []string{"start"}},
		{"start", []any{"enabled", false}, nil, []any{"enabled", true}, []string{"start"}},
		{"pause", []any{"enabled", true}, nil, []any{"enabled", false}, []string{"start", "pause"}},
		{"restart", []any{"enabled", true, "restart_triggers", triggers("old")}, nil, []any{"enabled", true, "restart_triggers", triggers("new")},
			[]string{"start", portalRestart, portalRestart}},
		{"restart by first triggers", []any{"enabled", true}, nil, []any{"enabled", true, "restart_triggers", triggers("new")},
			[]string{"start", portalRestart, portalRestart}},
		{"resume", []any{"enabled", true}, (*world).pause, []any{"enabled", true, "resume_token", "1"}, []string{"start", "start"}},
		{"repair", []any{"enabled", true, "on_outside_pause", "resume"}, (*world).pause, []any{"enabled", true, "on_outside_pause", "resume"}, []string{"start", "start"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			managed := w.Managed(typeName)
			if test.first != nil {
				succeeds(t, managed.Apply(w.object(test.first...)))
			}
			if test.outside != nil {
				test.outside(w)
			}
			config := w.object(test.wanted...)
			w.killed(managed, config)
			if found := managed.Apply(config); found.HasError() {
				t.Errorf("messages:\n%s", found)
			}
			w.wantAsked(test.want...)
			action, _, found := managed.Plan(config)
			if succeeds(t, found); action != acctest.NoAction {
				t.Errorf("the plan afterward is %s", action)
			}
			if got := w.now().Schedule == store.ScheduleActive; got != config["enabled"] {
				t.Errorf("active: %t", got)
			}
		})
	}
}

// Kind 4: the switch-on that carries out a waiting restart.
func TestKilled_whileAWaitingRestartIsCarriedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(w.object("enabled", false, "restart_triggers", triggers("old"))))
	managed.Apply(w.object("enabled", false, "restart_triggers", triggers("new")))
	on := w.object("enabled", true, "restart_triggers", triggers("new"))
	w.killed(managed, on)
	if managed.Get("restart_pending") != true {
		t.Fatalf("state %v", managed.Now.State)
	}
	succeeds(t, managed.Apply(on))
	w.wantAsked(portalRestart, portalRestart)
	if action, _, _ := managed.Plan(on); action != acctest.NoAction || managed.Get("restart_pending") != false {
		t.Errorf("the plan afterward is %s", action)
	}
}

// Kind 4: the first triggers after an import are those of a restart that was, also after a provider was killed.
func TestKilled_afterAnImportTheFirstTriggersRestartNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	managed := w.Managed(typeName)
	succeeds(t, managed.Import(w.connectionID()))
	w.killed(managed, w.object("enabled", true, "timeouts", map[string]any{"update": "30m"}))
	succeeds(t, managed.Apply(w.object("enabled", true)))
	first := w.object("enabled", true, "restart_triggers", triggers("first"))
	w.killed(managed, first)
	succeeds(t, managed.Apply(first))
	w.wantAsked()
	succeeds(t, managed.Apply(w.object("enabled", true)))
	succeeds(t, managed.Apply(w.object("enabled", true, "restart_triggers", triggers("second"))))
	w.wantAsked(portalRestart)
}

func TestUpgrade_aStateOfAnEarlierVersionPlansEmpty(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		enabled any
		more    []any
		given   func(*world)
	}{
		{"on", true, nil, (*world).start},
		{"on, with triggers", true, []any{"restart_triggers", triggers("old"), "restart_scope", "Watermark"}, (*world).start},
		{"off", false, nil, func(*world) {}},
		{"left to the operator", nil, nil, (*world).start},
		{"on, and paused in the portal", true, nil, func(*world) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.given(w)
			config := map[string]any{"connection_id": w.connectionID(), "enabled": test.enabled}
			for i := 0; i < len(test.more); i += 2 {
				config[fmt.Sprint(test.more[i])] = test.more[i+1]
			}
			state := map[string]any{"id": w.connectionID(), "wait_for_first_cycle": false}
			for name, value := range config {
				state[name] = value
			}
			managed := w.Managed(typeName)
			managed.Now = w.Protocol().Stored(typeName, state)
			action, planned, found := managed.Plan(config)
			if action != acctest.NoAction || found.HasError() {
				t.Errorf("the plan is %s %v\n%s", action, planned, found)
			}
			w.wantAsked()
		})
	}
}
