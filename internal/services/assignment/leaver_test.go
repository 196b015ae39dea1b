// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// leave deletes a user, whose assignments the directory drops.
func (w *world) leave(t *testing.T, id string) {
	t.Helper()
	for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
		if a.PrincipalID == id {
			if err := w.Sim.Store().Unassign(w.sp.ID, a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Sim.Store().DeleteUser(id); err != nil {
		t.Fatal(err)
	}
}

func TestNewcomerWithALeaversName_getsNoAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": "ana@corp.example", "role": "User"}
	m := w.Managed(single)
	noErrors(t, m.Apply(config))
	w.leave(t, store.UserAna)
	newcomer := w.Sim.Store().AddUser(store.User{UserPrincipalName: "ana@corp.example", DisplayName: "Ana Newcomer", AccountEnabled: true})
	w.writes()
	says(t, m.Refresh(), false, store.UserAna+" was deleted on 2030-", "stays in the state")
	if m.Now == nil || m.Text("principal_id") != store.UserAna {
		t.Fatalf("the refreshed state: %v", m.Now)
	}
	for range 2 { // every plan, also of a refreshed state
		plan, found := w.Protocol().Plan(single, m.Now, config)
		says(t, found, false, `"ana@corp.example" now refers to a different user`, store.UserAna, newcomer)
		if plan == nil || plan.Changes() {
			t.Fatal("the plan changes something")
		}
	}
	says(t, m.Apply(config), false)
	config["role"] = "Organizer"
	says(t, m.Apply(config), true, "No such principal", newcomer)
	w.wantWrites(t)
	// What Terraform plans with -replace: the same again, and then as if there was nothing.
	config["role"] = "User"
	p := w.Protocol()
	_, found := p.Plan(single, m.Now, config)
	noErrors(t, found)
	byID := w.one(newcomer, "User")
	says(t, m.Apply(byID), false)
	if diff := cmp.Diff([]string{newcomer + " User"}, w.held()); diff != "" {
		t.Error(diff)
	}
	noErrors(t, m.Destroy())
}

func TestNewcomerWithALeaversName_destroySucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(single)
	noErrors(t, m.Apply(map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": "ana@corp.example", "role": "User"}))
	w.leave(t, store.UserAna)
	w.Sim.Store().AddUser(store.User{UserPrincipalName: "ana@corp.example", DisplayName: "Ana Newcomer", AccountEnabled: true})
	says(t, m.Destroy(), false)
	if m.Now != nil {
		t.Error("still in the state")
	}
}

func TestOneLeaver_stopsNoPlan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, why string
		leave     func(w *world, t *testing.T)
	}{
		{"deleted", "was deleted on 2030-", func(w *world, t *testing.T) { w.leave(t, store.UserAna) }},
		{"purged", "nor among the deleted users", func(w *world, t *testing.T) {
			if err := w.Sim.Store().PurgeUser(store.UserAna); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			one, set := w.Managed(single), w.Managed(exclusive)
			config, entries := w.one(store.UserAna, "Organizer"), w.setOf(map[string]any{store.UserAna: "User", store.UserBen: "User"}, "User")
			noErrors(t, one.Apply(config))
			noErrors(t, set.Apply(entries))
			tt.leave(w, t)
			w.writes()
			for name, found := range map[string]acctest.Diagnostics{single: one.Apply(config), exclusive: set.Apply(entries)} {
				if says(t, found, false, tt.why, store.UserAna); len(found) != 1 {
					t.Errorf("%s: %v", name, found)
				}
			}
			w.wantWrites(t)
			// Other entries of the set are changed, and the leaver's entry is removed, without a word to the service about it.
			entries["assignments"] = map[string]any{store.UserAna: "User", store.UserBen: "User", store.UserEva: "User"}
			says(t, set.Apply(entries), false, tt.why)
			w.wantWrites(t, "POST")
			entries["assignments"] = map[string]any{store.UserBen: "User", store.UserEva: "User"}
			says(t, set.Apply(entries), false)
			w.wantWrites(t)
			says(t, one.Destroy(), false)
			says(t, set.Destroy(), false)
		})
	}
}

func TestOneLeaver_onlyNewEntriesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.leave(t, store.UserAna)
	for name, config := range map[string]map[string]any{single: w.one(store.UserAna, "User"), exclusive: w.set(map[string]any{store.UserAna: "User"})} {
		_, found := w.Protocol().Plan(name, nil, config)
		says(t, found, true, "No such principal")
	}
}

func TestOneLeaver_movedRoleNameWarns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, set := w.Managed(single), w.Managed(exclusive)
	config, entries := w.one(store.UserAna, "User"), w.setOf(map[string]any{store.UserBen: "Organizer"}, "Organizer")
	noErrors(t, one.Apply(config))
	noErrors(t, set.Apply(entries))
	if err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
		for i := range sp.Roles {
			switch sp.Roles[i].DisplayName {
			case "User":
				sp.Roles[i].DisplayName = "Organizer"
			case "Organizer":
				sp.Roles[i].DisplayName = "User"
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.writes()
	says(t, one.Apply(config), false, `"User" now refers to a different role`)
	says(t, set.Apply(entries), false, `"Organizer" now refers to a different role`)
	w.wantWrites(t)
	says(t, one.Destroy(), false)
	says(t, set.Destroy(), false)
	w.wantWrites(t, "DELETE", "DELETE")
}
