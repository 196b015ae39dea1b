// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Kind 5: what one provider configuration destroys another one creates at the same time, without `moved` blocks: each of the
// two runs in a process of its own and knows nothing of the other. Whatever comes first, and whether it is a set or single
// assignments, everybody has the role in the end.
func TestMovedBetweenConfigurations_keepsEverybodyInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, from := range []string{exclusive, single} {
		for _, to := range []string{exclusive, single} {
			for _, order := range []string{"create first", "destroy first", "at once", "throttled"} {
				for _, age := range []time.Duration{time.Hour, time.Second} {
					t.Run(fmt.Sprintf("%s to %s, %s, %s after the last write", from, to, order, age), func(t *testing.T) {
						t.Parallel()
						moveBetweenConfigurations(t, from, to, order, age)
					})
				}
			}
		}
	}
}

func moveBetweenConfigurations(t *testing.T, from, to, order string, age time.Duration) {
	t.Helper()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(25)
	configs := func(typeName string) (all []map[string]any) {
		if typeName == exclusive {
			return []map[string]any{w.set(entriesOf(ids, "User"))}
		}
		for _, id := range ids {
			all = append(all, w.one(id, "User"))
		}
		return all
	}
	first := w.Protocol()
	var states []*acctest.Instance
	for _, config := range configs(from) {
		state, found := first.Change(from, nil, config)
		noErrors(t, found)
		states = append(states, state)
	}
	if age > time.Minute { // else listings that lag would hide what is removed
		w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	}
	w.Sim.Clock().Advance(age)
	if order == "throttled" {
		for i := range 12 {
			w.Sim.Faults().Add(simulator.Fault{Method: []string{"POST", "DELETE"}[i%2], Path: "/servicePrincipals/*/appRoleAssignedTo**", Skip: 3 * i, Effect: simulator.Throttled(time.Second)})
		}
	}
	old, fresh := w.Protocol(), w.Protocol()
	var destroys, creates []*acctest.Planned
	for _, state := range states {
		planned, found := old.Plan(from, state, nil)
		noErrors(t, found)
		destroys = append(destroys, planned)
	}
	var told acctest.Diagnostics
	for _, config := range configs(to) {
		planned, found := fresh.Plan(to, nil, config)
		noErrors(t, found)
		told = append(told, found...)
		creates = append(creates, planned)
	}
	if !strings.Contains(told.String(), "already") || !strings.Contains(told.String(), "or provider configuration") {
		t.Errorf("the plan does not tell: %s", told)
	}
	old, fresh = w.Protocol(), w.Protocol() // Terraform applies with other processes than it plans with
	made := make([]*acctest.Instance, len(creates))
	create := func() {
		each(len(creates), func(i int) {
			var found acctest.Diagnostics
			made[i], found = fresh.Apply(creates[i])
			if found.HasError() {
				t.Errorf("create: %v", found)
			}
		})
	}
	destroy := func() {
		each(len(destroys), func(i int) {
			if _, found := old.Apply(destroys[i]); found.HasError() {
				t.Errorf("destroy: %v", found)
			}
		})
	}
	switch order {
	case "create first":
		create()
		destroy()
	case "destroy first":
		destroy()
		create()
	default:
		var both sync.WaitGroup
		both.Go(create)
		both.Go(destroy)
		both.Wait()
	}
	if held := w.held(); len(held) != len(ids) {
		t.Fatalf("%d of %d are left", len(held), len(ids))
	}
	w.Sim.Clock().Advance(time.Hour)
	for i, config := range configs(to) {
		p := w.Protocol()
		now, found := p.Read(made[i])
		noErrors(t, found)
		planned, found := p.Plan(to, now, config)
		if diff := cmp.Diff(now.State, planned.State); len(found) > 0 || diff != "" {
			t.Errorf("afterward: %v\n%s", found, diff)
		}
	}
}

// Whoever makes an assignment again between the plan of a destruction and its apply has a reason.
func TestExclusive_destroyLeavesWhatWasMadeAnewSinceItsPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})))
	w.Sim.Clock().Advance(time.Hour)
	p := w.Protocol()
	planned, found := p.Plan(exclusive, m.Now, nil)
	noErrors(t, found)
	for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
		if a.PrincipalID == store.UserAna {
			if err := w.Sim.Store().Unassign(w.sp.ID, a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.assign(store.UserAna, "User")
	w.Sim.Clock().Advance(time.Hour)
	left, found := p.Apply(planned)
	if left != nil || found.HasError() || !strings.Contains(found.String(), "1 assignment created again since the plan stay") || !strings.Contains(found.String(), "Ana Example") {
		t.Errorf("left %v: %v", left, found)
	}
	if held := w.held(); len(held) != 1 || !strings.HasPrefix(held[0], store.UserAna) {
		t.Errorf("held %q", held)
	}
}

// Listings that lag may show, when a destroy is planned, what the set has just replaced. The destroy removes the assignments nevertheless.
func TestExclusive_destroyRemovesWhatItsLastWriteMadeAnew(t *testing.T) {
	t.Parallel()
	for _, byUpdate := range []bool{false, true} {
		w := newWorld(t)
		m := w.Managed(exclusive)
		w.assign(store.UserAna, "User")
		both := w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})
		both["allow_empty"] = true
		if byUpdate {
			noErrors(t, m.Apply(both))
			only := w.set(map[string]any{store.UserBen: "User"})
			noErrors(t, m.Apply(only))
		}
		w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 30 * time.Second})
		noErrors(t, m.Apply(both))
		planned, found := w.Protocol().Plan(exclusive, m.Now, nil)
		noErrors(t, found)
		w.Sim.Clock().Advance(time.Minute)
		if _, found := w.Protocol().Apply(planned); found.HasError() {
			t.Errorf("by an update %t: %v", byUpdate, found)
		}
		if held := w.held(); len(held) > 0 {
			t.Errorf("by an update %t: held %q", byUpdate, held)
		}
	}
}
