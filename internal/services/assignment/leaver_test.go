// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
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
		name, id, why string
		leave         func(w *world, t *testing.T)
	}{
		{"a user", store.UserAna, "was deleted on 2030-", func(w *world, t *testing.T) { w.leave(t, store.UserAna) }},
		{"a group", store.GroupMeetings, "was deleted on 2030-", func(w *world, t *testing.T) {
			if err := w.Sim.Store().BinGroup(store.GroupMeetings); err != nil {
				t.Fatal(err)
			}
		}},
		{"one of whom nobody may tell", store.UserAna, "cannot be read", func(w *world, t *testing.T) {
			w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/directory/deletedItems/microsoft.graph.user", Count: -1, Effect: simulator.LacksPermission()})
			w.purge(t, store.UserAna)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			one, set := w.Managed(single), w.Managed(exclusive)
			config, entries := w.one(tt.id, "Organizer"), w.setOf(map[string]any{tt.id: "User", store.UserBen: "User"}, "User")
			noErrors(t, one.Apply(config))
			noErrors(t, set.Apply(entries))
			tt.leave(w, t)
			w.writes()
			for name, found := range map[string]acctest.Diagnostics{single: one.Apply(config), exclusive: set.Apply(entries)} {
				if says(t, found, false, tt.why, tt.id, "restore it, or remove the entry"); len(found) != 1 {
					t.Errorf("%s: %v", name, found)
				}
			}
			w.wantWrites(t)
			// Other entries of the set are changed, and the leaver's entry is removed, without a word to the service about it.
			entries["assignments"] = map[string]any{tt.id: "User", store.UserBen: "User", store.UserEva: "User"}
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

// purge deletes a user permanently.
func (w *world) purge(t *testing.T, id string) {
	t.Helper()
	if err := w.Sim.Store().PurgeUser(id); err != nil {
		t.Fatal(err)
	}
}

func TestOneLeaver_purgedLeavesAndFailsAlone(t *testing.T) {
	t.Parallel()
	for _, refreshed := range []bool{false, true} {
		t.Run(fmt.Sprintf("refreshed apart %t", refreshed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			one, set := w.Managed(single), w.Managed(exclusive)
			config, entries := w.one(store.UserAna, "Organizer"), w.setOf(map[string]any{store.UserAna: "User", store.UserBen: "User"}, "User")
			noErrors(t, one.Apply(config))
			noErrors(t, set.Apply(entries))
			w.purge(t, store.UserAna)
			if refreshed { // terraform apply -refresh-only
				says(t, one.Refresh(), false)
				says(t, set.Refresh(), false)
				if one.Now != nil || cmp.Diff(map[string]any{store.UserBen: "User"}, set.Get("assignments")) != "" {
					t.Errorf("left in the state: %v, %v", one.Now, set.Get("assignments"))
				}
			}
			action, _, found := one.Plan(config)
			if says(t, found, false, "No such principal", store.UserAna, "everything else continues"); action != acctest.Create {
				t.Errorf("the plan would %s", action)
			}
			_, _, found = set.Plan(entries)
			says(t, found, false, "No such principal", store.UserAna, "everything else continues")
			// Another entry of the set is made although the purged one cannot be.
			entries["assignments"] = map[string]any{store.UserAna: "User", store.UserBen: "User", store.UserEva: "User"}
			says(t, set.Apply(entries), true, "Cannot change 1 of 2 assignments", store.UserAna)
			says(t, one.Apply(config), true, "No such principal")
			if diff := cmp.Diff([]string{store.UserBen + " User", store.UserEva + " User"}, w.held()); diff != "" {
				t.Error(diff)
			}
			// The plan after the failed apply stops nothing either, and a new entry is refused as ever.
			_, _, found = set.Plan(entries)
			says(t, found, false, "No such principal")
			entries["assignments"] = map[string]any{"d0000000-0000-4000-8000-0000000000ff": "User", store.UserBen: "User", store.UserEva: "User"}
			_, _, found = set.Plan(entries)
			says(t, found, true, "No such principal", "0000000000ff")
			says(t, one.Destroy(), false)
			says(t, set.Destroy(), false)
		})
	}
}

func TestOneLeaver_onlyNewEntriesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.leave(t, store.UserAna)
	_, found := w.Protocol().Plan(exclusive, nil, w.set(map[string]any{store.UserAna: "User"}))
	says(t, found, true, "No such principal")
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.UserBen, "User")))
	_, found = w.Protocol().Plan(single, m.Now, w.one(store.UserAna, "User")) // something that works is not given up for it
	says(t, found, true, "No such principal")
}

// What the configuration says is as it was, but what it assigned was removed, and something speaks against making it again.
func TestRemovedElsewhere_whatSpeaksAgainstItStopsNoPlan(t *testing.T) {
	t.Parallel()
	roles := func(change func(*[]store.AppRole, int)) func(*world, *testing.T) {
		return func(w *world, t *testing.T) {
			if err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
				change(&sp.Roles, slices.IndexFunc(sp.Roles, func(r store.AppRole) bool { return r.DisplayName == "User" }))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name, want string
		happens    func(*world, *testing.T)
	}{
		{"the role is disabled", "Disabled role", roles(func(all *[]store.AppRole, i int) { (*all)[i].Enabled = false })},
		{"the role is gone", "Unknown role", roles(func(all *[]store.AppRole, i int) { *all = slices.Delete(*all, i, i+1) })},
		{"the role is for applications", "Role not allowed for users", roles(func(all *[]store.AppRole, i int) { (*all)[i].AllowedMemberTypes = []string{"Application"} })},
		{"the group is not for security", "Group cannot be assigned", func(w *world, t *testing.T) {
			if err := w.Sim.Store().UpdateGroup(store.GroupMeetings, func(g *store.Group) { g.SecurityEnabled = false }); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			one, set := w.Managed(single), w.Managed(exclusive)
			config, entries := w.one(store.GroupMeetings, "User"), w.set(map[string]any{store.GroupMeetings: "User", store.UserBen: "Organizer"})
			noErrors(t, one.Apply(config))
			noErrors(t, set.Apply(entries))
			for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
				if a.PrincipalID == store.GroupMeetings {
					if err := w.Sim.Store().Unassign(w.sp.ID, a.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			tt.happens(w, t)
			_, _, found := one.Plan(config)
			says(t, found, false, tt.want, "everything else continues")
			noErrors(t, set.Refresh()) // apart, as terraform apply -refresh-only does
			_, _, found = set.Plan(entries)
			says(t, found, false, tt.want, "everything else continues")
			w.writes()
			entries["assignments"] = map[string]any{store.GroupMeetings: "User", store.UserBen: "Organizer", store.UserEva: "Organizer"}
			says(t, set.Apply(entries), true, "Cannot change 1 of 2 assignments")
			if diff := cmp.Diff([]string{store.UserBen + " Organizer", store.UserEva + " Organizer"}, w.held()); diff != "" {
				t.Error(diff)
			}
			says(t, set.Destroy(), false)
			if tt.want == "Disabled role" { // also where nothing tells anymore that it was there
				_, found := w.Protocol().Plan(single, nil, config)
				says(t, found, false, tt.want)
			}
		})
	}
}

func TestApplicationDeletedElsewhere_stopsNoPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, set := w.Managed(single), w.Managed(exclusive)
	config, entries := w.one(store.UserAna, "User"), w.set(map[string]any{store.UserAna: "User"})
	noErrors(t, one.Apply(config))
	noErrors(t, set.Apply(entries))
	if err := w.Sim.Store().DeleteServicePrincipal(w.sp.ID); err != nil {
		t.Fatal(err)
	}
	_, _, found := one.Plan(config)
	says(t, found, false, "No such service principal")
	_, _, found = set.Plan(entries)
	says(t, found, false, "No such service principal")
	noErrors(t, one.Destroy())
	noErrors(t, set.Destroy())
}

func TestPurgedLeaver_nameOfANewcomerKeepsTheOldID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": "ana@corp.example", "role": "User"}
	m := w.Managed(single)
	noErrors(t, m.Apply(config))
	w.purge(t, store.UserAna)
	newcomer := w.Sim.Store().AddUser(store.User{UserPrincipalName: "ana@corp.example", DisplayName: "Ana Newcomer", AccountEnabled: true})
	w.writes()
	noErrors(t, m.Refresh()) // apart
	for range 2 {
		says(t, m.Apply(config), false, `"ana@corp.example" now refers to a different user`, store.UserAna, newcomer)
	}
	if w.wantWrites(t); m.Text("principal_id") != store.UserAna {
		t.Errorf("the state has %s", m.Text("principal_id"))
	}
	noErrors(t, m.Destroy())
}

func TestPurgedLeaver_nameOfNobodyLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": "ana@corp.example", "role": "User"}
	m := w.Managed(single)
	noErrors(t, m.Apply(config))
	w.purge(t, store.UserAna)
	noErrors(t, m.Refresh())
	if m.Now != nil {
		t.Errorf("in the state: %v", m.Now)
	}
	_, _, found := m.Plan(config)
	says(t, found, false, "User not found")
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

// Who was in the state, or is in the recycle bin, is not somebody whom a replica does not know yet: nobody waits for them.
func TestOneLeaver_costsNoWait(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{single, exclusive} {
		for name, leave := range map[string]func(*world){
			"in the recycle bin": func(w *world) { w.leave(t, store.UserAna) }, "purged": func(w *world) { w.purge(t, store.UserAna) },
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				config := w.one(store.UserAna, "User")
				if kind == exclusive {
					config = w.setOf(map[string]any{store.UserAna: "User", store.UserBen: "User"}, "User")
				}
				m := w.Managed(kind)
				noErrors(t, m.Apply(config))
				w.Sim.Clock().Advance(time.Hour)
				leave(w)
				w.Sim.Log().Reset()
				began := w.Sim.Clock().Now()
				_, _, found := m.Plan(config)
				noErrors(t, found)
				noErrors(t, m.Destroy())
				if waited := w.Sim.Clock().Now().Sub(began); waited > 0 {
					t.Errorf("a plan and a destroy wait for %s:\n%v", waited, acctest.Lines(w.Sim.Log().All()))
				}
			})
		}
	}
	t.Run("new entry for somebody deleted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.leave(t, store.UserAna)
		began := w.Sim.Clock().Now()
		_, found := w.Protocol().Plan(exclusive, nil, w.set(map[string]any{store.UserAna: "User"}))
		if says(t, found, true, "No such principal"); w.Sim.Clock().Now() != began {
			t.Errorf("the plan waits for %s", w.Sim.Clock().Now().Sub(began))
		}
	})
}

// Kind 5: with a renamed `for_each` key, or once the resource is tainted, the name is resolved as for a new assignment, although nobody
// has asked for another user. Only a plan with -replace does that.
func TestNewcomerWithALeaversName_getsNoAccessByANewAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": "ana@corp.example", "role": "User"}
	m := w.Managed(single)
	noErrors(t, m.Apply(config))
	p := w.Protocol()
	before, found := p.Read(m.Now)
	noErrors(t, found)
	if _, found := p.Plan(single, nil, config); found.HasError() { // the same user under a new address
		t.Errorf("got %v", found)
	}
	w.leave(t, store.UserAna)
	newcomer := w.Sim.Store().AddUser(store.User{UserPrincipalName: "ana@corp.example", DisplayName: "Ana Newcomer", AccountEnabled: true})
	p = w.Protocol()
	before, found = p.Read(before)
	says(t, found, false, "stays in the state")
	_, found = p.Plan(single, nil, config)
	says(t, found, true, "The name now refers to a different user", store.UserAna, newcomer, "`moved` block")
	m.Tainted = true
	says(t, m.Apply(config), true, "The name now refers to a different user", newcomer)
	w.wantWrites(t, "POST")
	if m.Tainted, m.Asked, m.Now = false, true, before; m.Apply(config).HasError() {
		t.Error("-replace does not resolve the name again")
	}
	if diff := cmp.Diff([]string{newcomer + " User"}, w.held()); diff != "" {
		t.Error(diff)
	}
}
