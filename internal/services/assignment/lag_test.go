// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// both are configurations of the same assignment by either resource.
func (w *world) both(principalID string) map[string]map[string]any {
	return map[string]map[string]any{single: w.one(principalID, "User"), exclusive: w.set(map[string]any{principalID: "User"})}
}

// Terraform plans once more while it applies, and what another provider has made a moment ago is not known everywhere yet.
func TestPlan_looksAgainForAPrincipalMadeAMomentAgo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, config := range w.both(store.GroupMeetings) {
		w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/directoryObjects/getByIds", Count: 3,
			Effect: simulator.Answers(200, "application/json", `{"value":[]}`)})
		if _, found := w.Protocol().Plan(name, nil, config); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
		w.Sim.Faults().Clear()
	}
}

func TestPlan_looksAgainForAnApplicationMadeAMomentAgo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, config := range w.both(store.UserAna) {
		w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*", Count: 3,
			Effect: simulator.Fails(404, "Request_ResourceNotFound", "Resource does not exist.")})
		if _, found := w.Protocol().Plan(name, nil, config); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
		w.Sim.Faults().Clear()
	}
}

func TestPlan_waitsOnceForAnApplicationThatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.Sim.Clock().Now()
	p := w.Protocol()
	config := w.one(store.UserAna, "User")
	config["service_principal_id"] = "d0000000-0000-4000-8000-0000000000fe"
	for range 20 {
		if _, found := p.Plan(single, nil, config); !strings.Contains(found.String(), "No such service principal") {
			t.Fatal(found)
		}
	}
	if waited := w.Sim.Clock().Now().Sub(before); waited > 10*time.Second {
		t.Errorf("twenty instances waited %s", waited)
	}
}

func TestExclusive_removesWhatTheListingDoesNotShowYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})))
	// Without refreshing, as with a saved plan or -refresh=false.
	p := w.Protocol()
	_, found := p.Change(exclusive, m.Now, w.set(map[string]any{store.UserAna: "User"}))
	noErrors(t, found)
	if diff := cmp.Diff([]string{store.UserAna + " User"}, w.held()); diff != "" {
		t.Errorf("after the change: %s", diff)
	}
	m = w.Managed(exclusive)
	w.Sim.Clock().Advance(time.Minute)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.UserEva: "User"})))
	plan, found := w.Protocol().Plan(exclusive, m.Now, nil)
	noErrors(t, found)
	_, found = w.Protocol().Apply(plan)
	noErrors(t, found)
	if held := w.held(); len(held) > 0 {
		t.Errorf("orphaned: %q", held)
	}
}
