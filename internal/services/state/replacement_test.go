// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The first half of a replacement has paused provisioning. If it then cannot be switched on, the resource stays
// in the state, and the next apply switches it on.
func TestReplacement_thatFailsLosesNothingFromTheState(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{true, false} {
		w := newWorld(t)
		m := w.Managed(typeName)
		config := w.object("enabled", true, "allow_default_mappings", true)
		succeeds(t, m.Apply(config))
		m.Asked, m.Tainted = asked, !asked
		w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/synchronization/jobs/*/start", Count: -1, Effect: simulator.LacksPermission()})
		found := m.Apply(config)
		if !found.HasError() || !strings.Contains(found.String(), "has paused provisioning and could not switch it on again") {
			t.Errorf("asked %t: %s", asked, found)
		}
		if m.Now == nil || !m.Tainted || m.Get("enabled") != false {
			t.Fatalf("asked %t: the state has %v, tainted %t", asked, m.Now, m.Tainted)
		}
		w.Sim.Faults().Clear()
		if found := m.Apply(config); found.HasError() || strings.Contains(found.String(), "outside Terraform") {
			t.Errorf("asked %t: the next apply: %s", asked, found)
		}
		if w.now().Schedule != store.ScheduleActive || m.Get("enabled") != true {
			t.Errorf("asked %t: the next apply leaves provisioning %s", asked, w.now().Schedule)
		}
	}
}

// Somebody has paused provisioning at 3 a.m., and the pause is held. No replacement ends it without a word.
func TestHold_isNotEndedByAReplacementWithoutAWord(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*acctest.Managed)
		want    string
		refused bool
	}{
		"-replace": {func(m *acctest.Managed) { m.Asked = true }, "Replacing this resource would end the pause of ", true},
		"tainted":  {func(m *acctest.Managed) { m.Tainted = true }, "This plan ends the pause of ", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.Managed(typeName)
			config := w.object("enabled", true, "allow_default_mappings", true)
			succeeds(t, m.Apply(config))
			w.pause()
			succeeds(t, m.Refresh())
			test.prepare(m)
			w.Sim.Log().Reset()
			_, _, found := m.Plan(config)
			if found.HasError() != test.refused || !slices.ContainsFunc(summaries(found), func(s string) bool { return strings.Contains(s, test.want) }) {
				t.Errorf("got %s", found)
			}
			m.Asked, m.Tainted = false, false
			if found := m.Apply(config); found.HasError() || w.now().Schedule == store.ScheduleActive {
				t.Errorf("without it: provisioning is %s: %s", w.now().Schedule, found)
			}
		})
	}
}

// Kind 1: a second resource beside one that stays would pause what that one runs, and so would its end.
func TestTwoStates_besideOneThatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(typeName)
	config := w.object("enabled", true)
	succeeds(t, m.Apply(config))
	const title = "The connection already has another gotomeeting_provisioning_state"
	for _, stayingFirst := range []bool{true, false} {
		p := w.Protocol()
		var all acctest.Diagnostics
		for i := range 2 {
			prior, wanted := m.Now, config
			if stayingFirst == (i == 1) {
				prior, wanted = nil, w.object("enabled", false)
			}
			_, found := p.Plan(typeName, prior, wanted)
			all = append(all, found...)
		}
		if !all.HasError() || !slices.Contains(summaries(all), title) {
			t.Errorf("staying first %t: %s", stayingFirst, all)
		}
	}
	// A new address: what is destroyed does not count.
	p := w.Protocol()
	_, found := p.Plan(typeName, m.Now, nil)
	succeeds(t, found)
	_, found = p.Plan(typeName, nil, config)
	succeeds(t, found)
	// And neither does what a replacement replaces.
	m.Asked = true
	succeeds(t, m.Apply(config))
	m.Tainted = true
	succeeds(t, m.Apply(config))
	// Two that are in the state.
	for _, stayingFirst := range []bool{true, false} {
		p := w.Protocol()
		var all acctest.Diagnostics
		for i := range 2 {
			wanted := config
			if stayingFirst == (i == 1) {
				wanted = nil
			}
			_, found := p.Plan(typeName, m.Now, wanted)
			all = append(all, found...)
		}
		if all.HasError() || !slices.Contains(summaries(all), "Destroying one of two gotomeeting_provisioning_state pauses service principal "+w.sp.ID) {
			t.Errorf("one of two is destroyed, staying first %t: %s", stayingFirst, all)
		}
	}
	p = w.Protocol()
	_, first := p.Plan(typeName, m.Now, config)
	succeeds(t, first)
	if _, found := p.Plan(typeName, m.Now, w.object("enabled", false)); found.HasError() || !slices.Contains(summaries(found), "Two gotomeeting_provisioning_state disagree about service principal "+w.sp.ID) {
		t.Errorf("two that disagree: %s", found)
	}
}

// Kind 8: with -replace, Terraform drops the warnings of the connection's own plan. What depends on it tells them.
func TestAccountsLeft_areToldWhenTheConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	for _, ran := range []bool{true, false} {
		w := newWorld(t)
		m := w.Managed(typeName)
		succeeds(t, m.Apply(w.object("enabled", true)))
		if ran {
			w.change(func(j *store.Job) { j.Status.SteadyStateFirst = store.Epoch })
		}
		config := w.object("enabled", true)
		config["connection_id"] = acctest.Unknown
		_, found := w.Protocol().Plan(typeName, m.Now, config)
		if told := strings.Contains(found.String(), "Provisioning by the connection "+w.connectionID()+" ends, which leaves ") && strings.Contains(found.String(), graphdiag.LeftActive); told != ran || found.HasError() {
			t.Errorf("ran %t: %s", ran, found)
		}
	}
}
