// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	single    = "gotomeeting_user_role_assignment"
	exclusive = "gotomeeting_user_role_assignments_exclusive"
)

func (w *world) one(principalID, role string) map[string]any {
	return map[string]any{"service_principal_id": w.sp.ID, "principal_id": principalID, "role": role}
}

func (w *world) set(entries map[string]any) map[string]any {
	return map[string]any{"service_principal_id": w.sp.ID, "assignments": entries}
}

func noErrors(t *testing.T, found acctest.Diagnostics) {
	t.Helper()
	if found.HasError() {
		t.Fatal(found)
	}
}

func TestResource_identityImports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.UserAna, "User")))
	want := map[string]any{"service_principal_id": w.sp.ID, "principal_id": store.UserAna, "app_role_id": w.roleID("User")}
	if diff := cmp.Diff(want, m.Now.Identity); diff != "" {
		t.Fatal(diff)
	}
	other := w.Managed(single)
	noErrors(t, other.ImportByIdentity(want))
	if diff := cmp.Diff(m.Now.State, other.Now.State); diff != "" {
		t.Errorf("imported state differs: %s", diff)
	}
	if action, _, found := other.Plan(w.one(store.UserAna, "User")); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("after the import: %s, %v", action, found)
	}
	want["app_role_id"] = w.roleID("Organizer")
	if found := other.ImportByIdentity(want); other.Now != nil || found.HasError() {
		t.Errorf("an assignment that is not there was imported: %v, %v", other.Now, found)
	}
	want["principal_id"] = strings.ToUpper(store.UserAna)
	if found := other.ImportByIdentity(want); !strings.Contains(found.String(), "upper case") {
		t.Errorf("a bad identity was accepted: %v", found)
	}
}

func TestExclusive_identityImports(t *testing.T) {
	t.Parallel()
	w := populated(t)
	m := w.Managed(exclusive)
	noErrors(t, m.ImportByIdentity(map[string]any{"service_principal_id": w.sp.ID}))
	config := w.set(map[string]any{store.UserAna: "Organizer,User", store.UserBen: "User", store.GroupMeetings: "User"})
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("after the import: %s, %v", action, found)
	}
}

func TestResource_warnsOncePerCauseWithoutPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) {
		o.Permissions = []string{"Synchronization.Read.All", "Application.Read.All"}
	})
	p := w.Protocol()
	var warnings acctest.Diagnostics
	for _, id := range []string{store.UserAna, store.UserBen, store.UserEva} {
		plan, found := p.Plan(single, nil, w.one(id, "User"))
		if plan == nil || plan.State["app_role_id"] != w.roleID("User") {
			t.Fatalf("the role was not resolved: %v", found)
		}
		warnings = append(warnings, found...)
	}
	if len(warnings) > 1 || strings.Contains(warnings.String(), "error") {
		t.Errorf("want at most one warning, got %v", warnings)
	}
}

func TestResource_advisesOnPrincipals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		name, principal, want string
	}{
		{"ordinary user", store.UserAna, ""},
		{"ordinary group", store.GroupMeetings, ""},
		{"disabled user", store.UserDavid, "Disabled user"},
		{"nested group", store.GroupNested, "Nested group"},
		{"group of groups", store.GroupOnlyNest, "Group without direct users"},
		{"empty group", store.GroupEmpty, "Group without direct users"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, config := range map[string]map[string]any{single: w.one(tt.principal, "User"), exclusive: w.set(map[string]any{tt.principal: "User"})} {
				_, found := w.Protocol().Plan(name, nil, config)
				if found.HasError() || len(found) > 1 || tt.want != "" && !strings.Contains(found.String(), tt.want) || tt.want == "" && len(found) > 0 {
					t.Errorf("%s: got %v, want %q", name, found, tt.want)
				}
			}
		})
	}
}

func TestExclusive_destroyIsWarnedOfWithPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.UserSam: "User", store.GroupMeetings: "User"})))
	// The group has five members, of whom Ana is one.
	if found := m.Destroy(); found.HasError() || !strings.Contains(found.String(), "from 6 people") {
		t.Errorf("got %v", found)
	}
	if held := w.held(); len(held) > 0 {
		t.Errorf("left: %q", held)
	}
}

func TestExclusive_managedTwiceIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, order := range [][]string{{single, exclusive}, {exclusive, single}} {
		p := w.Protocol()
		var all acctest.Diagnostics
		for _, name := range order {
			config := w.one(store.UserAna, "User")
			if name == exclusive {
				config = w.set(map[string]any{store.UserAna: "User"})
			}
			_, found := p.Plan(name, nil, config)
			all = append(all, found...)
		}
		if len(all) != 1 || !strings.Contains(all.String(), "managed twice") {
			t.Errorf("%v: got %v", order, all)
		}
	}
}

func TestExclusive_unreadableRoleIsLeftToTheApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*", Count: -1, Effect: simulator.LacksPermission()})
	plan, found := w.Protocol().Plan(exclusive, nil, w.set(map[string]any{store.UserAna: "User"}))
	if plan == nil || plan.State["role_ids"] != acctest.Unknown || !strings.Contains(found.String(), "the roles that the application offers") {
		t.Errorf("got %v, %v", plan, found)
	}
}
