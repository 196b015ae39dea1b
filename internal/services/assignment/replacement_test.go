// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// A replacement on the same application removes nothing, so if its creation fails, everybody still has the role. A state without
// the resource would forget them: removing it from the configuration would then leave their access in place.
func TestReplacement_thatFailsLosesNothingFromTheState(t *testing.T) {
	t.Parallel()
	set := func(w *world) map[string]any {
		return w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})
	}
	tests := []struct {
		name, typeName string
		config         func(*world) map[string]any
		fault          simulator.Fault
		want           []string
	}{
		{"a single one that cannot be created", single, func(w *world) map[string]any { return w.one(store.UserAna, "User") },
			simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Count: -1, Effect: simulator.LacksPermission()}, []string{store.UserAna + " User"}},
		{"a set of an application that cannot be read", exclusive, set,
			simulator.Fault{Method: "GET", Path: "/servicePrincipals/*/appRoleAssignedTo", Skip: 1, Count: -1, Effect: simulator.LacksPermission()}, []string{store.UserAna + " User", store.UserBen + " User"}},
		{"a set of an application that nobody can read anymore", exclusive, set,
			simulator.Fault{Method: "GET", Path: "/servicePrincipals/**", Skip: 2, Count: -1, Effect: simulator.LacksPermission()}, []string{store.UserAna + " User", store.UserBen + " User"}},
		{"a single one of an application that nobody can reach anymore", single, func(w *world) map[string]any { return w.one(store.UserAna, "User") },
			simulator.Fault{Path: "/servicePrincipals/**", Skip: 2, Count: -1, Effect: simulator.Fails(400, "BadRequest", "No.")}, []string{store.UserAna + " User"}},
	}
	for _, tt := range tests {
		for _, asked := range []bool{true, false} {
			t.Run(tt.name+map[bool]string{true: ", -replace", false: ", tainted"}[asked], func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				m := w.Managed(tt.typeName)
				noErrors(t, m.Apply(tt.config(w)))
				before := m.Now.State
				m.Asked, m.Tainted = asked, !asked
				w.Sim.Faults().Add(tt.fault)
				says(t, m.Apply(tt.config(w)), true, "stays in the state", "terraform untaint")
				if diff := cmp.Diff(tt.want, w.held()); diff != "" {
					t.Error(diff)
				}
				if m.Now == nil || !m.Tainted {
					t.Fatalf("the state has %v, tainted %t", m.Now, m.Tainted)
				}
				if diff := cmp.Diff(before, m.Now.State); diff != "" {
					t.Error(diff)
				}
				w.Sim.Faults().Clear()
				noErrors(t, m.Apply(tt.config(w)))
				if m.Tainted {
					t.Error("the next apply does not finish the replacement")
				}
				noErrors(t, m.Destroy())
				if left := w.held(); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	}
}

// A tainted resource whose configuration then changes is planned as if there were nothing before, but what it replaces is
// another assignment, which nobody else is going to remove.
func TestReplacement_ofATaintedOneBySomethingElseRemovesTheOldOne(t *testing.T) {
	t.Parallel()
	for _, typeName := range []string{single, exclusive} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.Managed(typeName)
			config, changed := w.one(store.UserAna, "User"), w.one(store.UserBen, "User")
			if typeName == exclusive {
				_, other, err := w.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting for others", "")
				if err != nil {
					t.Fatal(err)
				}
				config = w.set(map[string]any{store.UserAna: "User"})
				changed = w.set(map[string]any{store.UserBen: "User"})
				changed["service_principal_id"] = other.ID
			}
			noErrors(t, m.Apply(config))
			m.Tainted = true
			noErrors(t, m.Apply(changed))
			for _, line := range w.held() {
				if line == store.UserAna+" User" {
					t.Errorf("still assigned, and in no state: %s", line)
				}
			}
		})
	}
}

// What a destroy that failed noted must not make a later replacement remove anything.
func TestReplacement_afterAFailedDestroyInterruptsNobody(t *testing.T) {
	t.Parallel()
	for _, typeName := range []string{single, exclusive} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.Managed(typeName)
			config := w.one(store.UserAna, "User")
			if typeName == exclusive {
				config = w.set(map[string]any{store.UserAna: "User"})
			}
			noErrors(t, m.Apply(config))
			w.Sim.Faults().Add(simulator.Fault{Method: "DELETE", Path: "/servicePrincipals/*/appRoleAssignedTo/*", Count: -1, Effect: simulator.LacksPermission()})
			if found := m.Destroy(); !found.HasError() || m.Now == nil {
				t.Fatalf("the destroy does not fail: %v", found)
			}
			w.Sim.Faults().Clear()
			w.writes()
			m.Asked = true
			var found acctest.Diagnostics
			if found = m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			for _, method := range w.writes() {
				if method == "DELETE" {
					t.Error("the replacement removed the assignment")
				}
			}
		})
	}
}
