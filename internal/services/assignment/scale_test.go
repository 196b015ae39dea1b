// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"sync"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// requestsOf counts what do sends, sign-in included.
func (w *world) requestsOf(t *testing.T, what string, most int, do func()) {
	t.Helper()
	w.Sim.Log().Reset()
	connections := w.Sim.Log().Connections()
	do()
	n := len(w.Sim.Log().Sent())
	t.Logf("%s: %d requests, %d connections", what, n, w.Sim.Log().Connections()-connections)
	if n > most {
		t.Errorf("%s: %d requests, want at most %d", what, n, most)
	}
	if opened := w.Sim.Log().Connections() - connections; opened > 16 {
		t.Errorf("%s: %d connections, want at most 16", what, opened)
	}
}

func entriesOf(ids []string, role string) map[string]any {
	entries := make(map[string]any, len(ids))
	for _, id := range ids {
		entries[id] = role
	}
	return entries
}

func TestExclusive_requestsAtScale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                          string
		n, pageCap                    int
		create, plan, change, destroy int
	}{
		{"1,000", 1000, 0, 70, 15, 20, 70},
		{"1,000 at 100 a page", 1000, 100, 80, 15, 45, 85},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.PageSizeCap = tt.pageCap })
			ids := w.Sim.Store().AddUsers(tt.n)
			config := w.set(entriesOf(ids, "User"))
			m := w.Managed(exclusive)
			w.requestsOf(t, "create", tt.create, func() { noErrors(t, m.Apply(config)) })
			w.requestsOf(t, "plan without change", tt.plan, func() {
				if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
					t.Errorf("%s, %v", action, found)
				}
			})
			changed := entriesOf(ids, "User")
			for _, id := range ids[:tt.n/100] {
				changed[id] = "Organizer"
			}
			w.requestsOf(t, "change of 1 %", tt.change, func() { noErrors(t, m.Apply(w.set(changed))) })
			if held := w.held(); len(held) != tt.n {
				t.Errorf("%d assignments, want %d", len(held), tt.n)
			}
			w.requestsOf(t, "destroy", tt.destroy, func() { noErrors(t, m.Destroy()) })
			if held := w.held(); len(held) > 0 {
				t.Errorf("%d assignments left", len(held))
			}
		})
	}
}

func TestExclusive_plansTenThousandInFewRequests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		pageCap int
		plan    int
	}{
		{"pages of 999", 0, 25},
		{"pages capped at 100", 100, 115},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.PageSizeCap = tt.pageCap })
			ids := w.Sim.Store().AddUsers(10_000)
			for _, id := range ids {
				w.assign(id, "User")
			}
			m := w.Managed(exclusive)
			noErrors(t, m.Import(w.sp.ID))
			w.requestsOf(t, "plan without change", tt.plan, func() {
				if action, _, found := m.Plan(w.set(entriesOf(ids, "User"))); action != acctest.NoAction || len(found) > 0 {
					t.Errorf("%s, %v", action, found)
				}
			})
		})
	}
}

// each runs do for every index, ten at a time, as Terraform does.
func each(n int, do func(i int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 10)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	group.Wait()
}

func TestResource_requestsAtScale(t *testing.T) {
	t.Parallel()
	const n = 1000
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(n)
	w.singles(t, ids)
}

// singles takes single assignments of people through their life and checks what that costs.
func (w *world) singles(t *testing.T, ids []string) {
	n := len(ids)
	configs := make([]map[string]any, n)
	for i, id := range ids {
		configs[i] = w.one(id, "User")
	}
	states := make([]*acctest.Instance, n)
	w.requestsOf(t, "create", n+20, func() {
		planner, applier := w.Protocol(), w.Protocol()
		each(n, func(i int) {
			if _, found := planner.Plan(single, nil, configs[i]); found.HasError() {
				t.Errorf("plan %d: %v", i, found)
			}
		})
		each(n, func(i int) {
			var found acctest.Diagnostics
			if states[i], found = applier.Change(single, nil, configs[i]); found.HasError() {
				t.Errorf("create %d: %v", i, found)
			}
		})
	})
	if t.Failed() {
		t.FailNow()
	}
	w.requestsOf(t, "plan without change", 15, func() {
		p := w.Protocol()
		each(n, func(i int) {
			read, found := p.Read(states[i])
			if read == nil || found.HasError() {
				t.Errorf("read %d: %v", i, found)
				return
			}
			if plan, found := p.Plan(single, read, configs[i]); plan == nil || plan.Changes() || len(found) > 0 {
				t.Errorf("plan %d: %v", i, found)
			}
		})
	})
	w.requestsOf(t, "destroy", n+20, func() {
		p := w.Protocol()
		each(n, func(i int) {
			if _, found := p.Change(single, states[i], nil); found.HasError() {
				t.Errorf("destroy %d: %v", i, found)
			}
		})
	})
}

func TestResource_thousandNamesArePlannedInFewRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(1000)
	states := make([]*acctest.Instance, len(ids))
	configs := make([]map[string]any, len(ids))
	p := w.Protocol()
	each(len(ids), func(i int) {
		user, err := w.Sim.Store().User(ids[i])
		if err != nil {
			t.Error(err)
			return
		}
		configs[i] = map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": user.UserPrincipalName, "role": "User"}
		var found acctest.Diagnostics
		if states[i], found = p.Change(single, nil, configs[i]); found.HasError() {
			t.Errorf("create %d: %v", i, found)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	w.requestsOf(t, "plan without change", 15, func() {
		p := w.Protocol()
		each(len(ids), func(i int) {
			read, found := p.Read(states[i])
			if read == nil {
				t.Errorf("read %d: %v", i, found)
				return
			}
			if plan, found := p.Plan(single, read, configs[i]); plan == nil || plan.Changes() || len(found) > 0 {
				t.Errorf("plan %d: %v", i, found)
			}
		})
	})
}

func TestResource_thousandEndExactlyRightUnderFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(1000)
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	effects := []simulator.Effect{
		simulator.Throttled(2 * time.Second), simulator.Unavailable(time.Second), simulator.DropsAfter(), simulator.DropsBefore(),
		simulator.FailsAfter(504, "GatewayTimeout", ""), simulator.ThrottledBare(), simulator.Truncates(),
	}
	for i := range 100 {
		w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Skip: 3 + 9*i, Effect: effects[i%len(effects)]})
	}
	p := w.Protocol()
	states := make([]*acctest.Instance, len(ids))
	each(len(ids), func(i int) {
		var found acctest.Diagnostics
		if states[i], found = p.Change(single, nil, w.one(ids[i], "User")); found.HasError() {
			t.Errorf("create %d: %v", i, found)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	made := map[string]string{}
	for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
		if made[a.PrincipalID] != "" {
			t.Errorf("%s is assigned twice", a.PrincipalID)
		}
		made[a.PrincipalID] = w.sp.ID + "/" + a.ID
	}
	for i, id := range ids {
		if made[id] == "" || states[i].State["id"] != made[id] {
			t.Fatalf("%s: the state has %v and the tenant %q", id, states[i].State["id"], made[id])
		}
	}
	if pending := w.Sim.Faults().Pending(); len(pending) > 0 {
		t.Errorf("%d faults never struck", len(pending))
	}
}

func TestResource_killedAtAnyRequestConverges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.one(store.UserAna, "User")
	for _, effect := range []simulator.Effect{simulator.DropsBefore(), simulator.DropsAfter()} {
		for killed := 0; ; killed++ {
			m := w.Managed(single)
			// One request takes effect or not, and after it the provider is practically dead.
			w.Sim.Faults().Add(simulator.Fault{Path: "/v1.0/**", Skip: killed, Effect: effect},
				simulator.Fault{Path: "/v1.0/**", Skip: killed, Count: -1, Effect: simulator.DropsBefore()})
			survived := !m.Apply(config).HasError()
			w.Sim.Faults().Clear()
			if survived {
				noErrors(t, m.Destroy())
				break
			}
			m = w.Managed(single)        // no state was saved
			noErrors(t, m.Apply(config)) // takes over what was made
			if action, _, found := m.Plan(config); action != acctest.NoAction || len(w.held()) != 1 {
				t.Fatalf("killed after %d requests: then %s, %v, %q", killed, action, found, w.held())
			}
			noErrors(t, m.Destroy())
		}
	}
}
