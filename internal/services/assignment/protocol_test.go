// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

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
	if found := other.ImportByIdentity(want); !strings.Contains(found.String(), "uppercase") {
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
	if found := m.ImportByIdentity(map[string]any{"service_principal_id": strings.ToUpper(w.sp.ID)}); !strings.Contains(found.String(), "uppercase") {
		t.Errorf("a bad identity was accepted: %v", found)
	}
}

// What is said of an instance depends on the configuration and the directory, and not on who is planned before it.
func TestResource_adviceIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		faults  []simulator.Fault
		exclude bool // an exclusive resource is planned first
		advised int  // instances with diagnostics
	}{
		{"everything can be looked up", nil, false, 5},
		{"principals cannot be looked up", []simulator.Fault{{Method: "POST", Path: "/directoryObjects/getByIds", Count: -1, Effect: simulator.LacksPermission()},
			{Method: "GET", Path: "/users", Count: -1, Effect: simulator.LacksPermission()}}, false, 66},
		{"users cannot be listed", []simulator.Fault{{Method: "GET", Path: "/users", Count: -1, Effect: simulator.LacksPermission()}}, false, 5},
		{"a set claims them all", nil, true, 66},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ids := append(w.Sim.Store().AddUsers(60), store.UserDavid, store.GroupNested, store.GroupEmpty, store.GroupSocial, "d0000000-0000-4000-8000-0000000000ff", store.GroupMeetings)
			w.Sim.Faults().Add(tt.faults...)
			random := rand.New(rand.NewPCG(1, 2))
			var want map[string]string
			for range 4 {
				p := w.Protocol()
				if tt.exclude {
					_, found := p.Plan(exclusive, nil, w.set(map[string]any{store.UserAna: "User"}))
					noErrors(t, found)
				}
				got := make([]string, len(ids))
				random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
				each(len(ids), func(i int) {
					_, found := p.Plan(single, nil, w.one(ids[i], "User"))
					got[i] = found.String()
				})
				advice := map[string]string{}
				for i, text := range got {
					if text != "" {
						advice[ids[i]] = text
					}
				}
				if want == nil {
					want = advice
				}
				if diff := cmp.Diff(want, advice); diff != "" || len(advice) != tt.advised {
					t.Fatalf("%d instances have advice, want %d: %s", len(advice), tt.advised, diff)
				}
			}
		})
	}
}

// Terraform shows warnings with the same summary as one, and counts the others.
func TestResource_missingPermissionIsSaidInTheSameWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/directoryObjects/getByIds", Count: -1, Effect: simulator.LacksPermission()})
	p := w.Protocol()
	said := map[string]int{}
	for _, id := range []string{store.UserAna, store.UserBen, store.UserEva} {
		plan, found := p.Plan(single, nil, w.one(id, "User"))
		if plan == nil || plan.State["app_role_id"] != w.roleID("User") || len(found) != 1 || found.HasError() {
			t.Fatalf("the role was not resolved, or not one warning: %v", found)
		}
		said[found.String()]++
	}
	if len(said) != 1 {
		t.Errorf("want the same words, got %v", said)
	}
	if n := w.sent("POST", "/directoryObjects/getByIds"); n != 1 {
		t.Errorf("asked %d times in spite of the refusal", n)
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
	if found := m.Destroy(); found.HasError() || !strings.Contains(found.String(), "from 6 people") || !strings.Contains(found.String(), "`moved` block") {
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

func TestExclusive_namesTheMissingPermissionAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(500)
	w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Count: -1, Effect: simulator.LacksPermission()})
	before := w.Sim.Clock().Now()
	found := w.Managed(exclusive).Apply(w.set(entriesOf(ids, "User")))
	for _, want := range []string{"Cannot change 500 of 500 assignments", "AppRoleAssignment.ReadWrite.All", "Application.Read.All", "and 490 more"} {
		if !strings.Contains(found.String(), want) {
			t.Errorf("%q is missing in %v", want, found)
		}
	}
	if n := w.sent("POST", "/$batch"); n > 4 {
		t.Errorf("%d batches sent in spite of the refusal", n)
	}
	if waited := w.Sim.Clock().Now().Sub(before); waited > 0 {
		t.Errorf("waited %s", waited)
	}
}

func TestExclusive_staysWithinTheDirectorysQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Quota = simulator.Quota{Units: 3500, Writes: 300} })
	ids := w.Sim.Store().AddUsers(1000)
	noErrors(t, w.Managed(exclusive).Apply(w.set(entriesOf(ids, "User"))))
	if held := w.held(); len(held) != 1000 {
		t.Errorf("%d assignments", len(held))
	}
	refused := 0
	for _, r := range w.Sim.Log().All() {
		if r.Status == 429 {
			refused++
		}
	}
	if refused > 300 {
		t.Errorf("%d requests were refused for the quota, want less than one in three: they are charged, too", refused)
	}
}

func TestExclusive_interruptedApplyKeepsWhatItKnows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(600)
	config := w.set(entriesOf(ids, "User"))
	w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Skip: 250, Effect: simulator.Throttled(5 * time.Second)})
	p := w.Protocol()
	plan, found := p.Plan(exclusive, nil, config)
	noErrors(t, found)
	stop := sync.OnceFunc(func() { // Ctrl-C while the provider waits for its turn
		if _, err := p.Server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
			t.Error(err)
		}
	})
	w.Sim.Clock().OnAdvance(stop)
	state, found := p.Apply(plan)
	if !found.HasError() || state == nil {
		t.Fatalf("got %v, %v", state, found)
	}
	entries, _ := state.State["assignments"].(map[string]any)
	if held := w.held(); len(entries) != len(held) || len(held) == 0 || len(held) == 600 {
		t.Errorf("the state has %d, the tenant %d", len(entries), len(held))
	}
	m := w.Managed(exclusive)
	m.Now = state // untainted
	noErrors(t, m.Apply(config))
	if held := w.held(); len(held) != 600 {
		t.Errorf("%d assignments after applying again", len(held))
	}
}

func TestExclusive_planRightAfterTheApplyIsEmptyInSpiteOfLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	m := w.Managed(exclusive)
	config := w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})
	noErrors(t, m.Apply(config))
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("%s, %v", action, found)
	}
}

func TestExclusive_deletedApplicationIsNoObstacle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User"})))
	if err := w.Sim.Store().DeleteServicePrincipal(w.sp.ID); err != nil {
		t.Fatal(err)
	}
	noErrors(t, m.Refresh())
	if m.Now != nil {
		t.Error("the set outlives its application")
	}
}

func TestExclusive_groupsThatCannotBeCountedStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.GroupMeetings: "User"})))
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/groups/*/members", Count: -1, Effect: simulator.LacksPermission()})
	without := w.set(map[string]any{store.UserAna: "User"})
	if action, _, found := m.Plan(without); action != acctest.Update || found.HasError() || !strings.Contains(found.String(), "how many people lose access") {
		t.Errorf("plan: %s, %v", action, found)
	}
	if found := m.Apply(without); !found.HasError() || !strings.Contains(found.String(), "Cannot count who would lose access") {
		t.Errorf("apply: %v", found)
	}
	if len(w.held()) != 2 {
		t.Errorf("held: %q", w.held())
	}
	without["max_removals"] = -1
	noErrors(t, m.Apply(without))
	if len(w.held()) != 1 {
		t.Errorf("held: %q", w.held())
	}
}

func TestExclusive_onlyRemovesWhatThePlanShowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	state, found := p.Change(exclusive, nil, w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"}))
	noErrors(t, found)
	plan, found := p.Plan(exclusive, state, w.set(map[string]any{store.UserAna: "User"}))
	noErrors(t, found)
	w.assign(store.UserEva, "User") // after the plan
	_, found = w.Protocol().Apply(plan)
	noErrors(t, found)
	if diff := cmp.Diff([]string{store.UserAna + " User", store.UserEva + " User"}, w.held()); diff != "" {
		t.Error(diff)
	}
}

func TestExclusive_manyInvalidEntriesAreNotAllListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entries := map[string]any{}
	for i := range 100 {
		entries[fmt.Sprintf("person %d", i)] = "User"
	}
	found := w.Protocol().ValidateResource(exclusive, w.set(entries))
	if len(found) != 11 || !strings.Contains(found.String(), "Further invalid entries") {
		t.Errorf("%d diagnostics", len(found))
	}
}
