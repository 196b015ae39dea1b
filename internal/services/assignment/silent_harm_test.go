// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// says checks that diagnostics are of one kind and contain every text.
func says(t *testing.T, found acctest.Diagnostics, isError bool, texts ...string) {
	t.Helper()
	if found.HasError() != isError {
		t.Errorf("an error: %t, want %t: %v", found.HasError(), isError, found)
	}
	for _, text := range texts {
		if !strings.Contains(found.String(), text) {
			t.Errorf("%q is missing in %v", text, found)
		}
	}
}

// writes are the writes to assignments, in their order, and clears the log.
func (w *world) writes() []string {
	var lines []string
	for _, r := range w.Sim.Log().Writes() {
		if strings.Contains(r.Path, "appRoleAssignedTo") {
			lines = append(lines, r.Method)
		}
	}
	w.Sim.Log().Reset()
	return lines
}

func (w *world) wantWrites(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.writes()); diff != "" {
		t.Errorf("writes: %s", diff)
	}
}

func (w *world) requireAssignment(t *testing.T, required bool) {
	t.Helper()
	if err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
		sp.Properties["appRoleAssignmentRequired"] = required
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestGuardOnBothRoads_singleAssignments(t *testing.T) {
	t.Parallel()
	by := func(role string) map[string]any {
		return map[string]any{"principal_id": store.GroupMeetings, "role": role}
	}
	tests := []struct {
		name     string
		config   map[string]any // nil to destroy
		others   map[string]string
		required bool
		want     []string // nothing is said when empty
	}{
		{"destroyed", nil, nil, true, []string{"5 people", `"GoToMeeting"`, "requires assignment: 5 people can no longer sign in", "accounts of 5 people", "Meetings Users", store.UserAna}},
		{"signing in is open to all", nil, nil, false, []string{"5 people", "people can still sign in"}},
		{"one stays by a role of its own", nil, map[string]string{store.UserAna: "Organizer"}, true, []string{"4 people"}},
		{"another principal", map[string]any{"principal_id": store.UserSam, "role": "User"}, nil, false, []string{"Replacing the assignment of Meetings Users", "5 people"}},
		{"a member instead of the group", map[string]any{"principal_id": store.UserAna, "role": "User"}, nil, false, []string{"4 people"}},
		{"another role", by("Organizer"), nil, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.requireAssignment(t, tt.required)
			if _, err := w.Sim.Store().CreateJob(w.sp.ID, store.ConnectorGoToMeeting); err != nil {
				t.Fatal(err)
			}
			m := w.Managed(single)
			noErrors(t, m.Apply(w.one(store.GroupMeetings, "User")))
			for id, role := range tt.others {
				w.assign(id, role)
			}
			w.writes()
			if tt.config != nil {
				tt.config["service_principal_id"] = w.sp.ID
			}
			_, found := w.Protocol().Plan(single, m.Now, tt.config)
			says(t, found, false, tt.want...)
			if len(tt.want) == 0 && len(found) > 0 {
				t.Errorf("got %v", found)
			}
			w.wantWrites(t)
		})
	}
}

func TestGuardOnBothRoads_lastOfTwoRolesIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user, organizer := w.Managed(single), w.Managed(single)
	noErrors(t, user.Apply(w.one(store.UserAna, "User")))
	noErrors(t, organizer.Apply(w.one(store.UserAna, "Organizer")))
	p := w.Protocol()
	_, first := p.Plan(single, user.Now, nil)
	_, second := p.Plan(single, organizer.Now, nil)
	if len(first) > 0 {
		t.Errorf("the first of two: %v", first)
	}
	says(t, second, false, "1 person loses access")
}

func TestGuardOnBothRoads_uncountableIsNeverZero(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.GroupMeetings, "User")))
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/groups/*/members", Count: -1, Effect: simulator.LacksPermission()})
	_, found := w.Protocol().Plan(single, m.Now, nil)
	says(t, found, false, "an unknown number of people", "could not be counted")
}

func TestGuardOnBothRoads_peopleWhoCannotBeCounted(t *testing.T) {
	t.Parallel()
	const readsEligibility = "PrivilegedEligibilitySchedule.Read.AzureADGroup"
	group := func(change func(*store.Group)) func(*world) string {
		return func(w *world) string {
			g := store.Group{DisplayName: "Special", SecurityEnabled: true}
			change(&g)
			return w.Sim.Store().AddGroup(g)
		}
	}
	tests := []struct {
		name        string
		make        func(*world) string
		permissions []string
		want        []string // nothing is said when empty
	}{
		{"eligible and active members", group(func(g *store.Group) { g.Members, g.Eligible = []string{store.UserAna}, []string{store.UserBen} }), []string{readsEligibility},
			[]string{"at least 1 person", "1 direct member, and with people who are only eligible to activate"}},
		{"only eligible members", group(func(g *store.Group) { g.Eligible = []string{store.UserBen} }), []string{readsEligibility}, []string{"an unknown number of people", "only eligible to activate"}},
		{"eligible members that cannot be read", group(func(g *store.Group) { g.Eligible = []string{store.UserBen} }), nil,
			[]string{"an unknown number of people", "whose eligible members could not be read"}},
		{"hidden members", group(func(g *store.Group) { g.Members, g.Visibility = []string{store.UserAna}, "HiddenMembership" }), []string{readsEligibility},
			[]string{"an unknown number of people", "whose members are hidden"}},
		{"hidden members that may be read", group(func(g *store.Group) { g.Members, g.Visibility = []string{store.UserAna}, "HiddenMembership" }),
			[]string{readsEligibility, "Member.Read.Hidden"}, []string{"1 person loses access"}},
		{"nobody", group(func(*store.Group) {}), []string{readsEligibility}, nil},
		{"plain", group(func(g *store.Group) { g.Members = []string{store.UserAna} }), nil, []string{"1 person loses access"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Sim.SetPermissions(append(simulator.DefaultPermissions(), tt.permissions...)...)
			id := tt.make(w)
			one, set := w.Managed(single), w.Managed(exclusive)
			says(t, one.Apply(w.one(id, "User")), false)
			_, found := w.Protocol().Plan(single, one.Now, nil)
			entries := w.setOf(map[string]any{id: "Organizer", store.UserSam: "Organizer"}, "Organizer")
			says(t, set.Apply(entries), false)
			says(t, one.Destroy(), false)
			entries["assignments"] = map[string]any{store.UserSam: "Organizer"}
			_, more := w.Protocol().Plan(exclusive, set.Now, entries)
			for road, found := range map[string]acctest.Diagnostics{"single": found, "set": more} {
				if says(t, found, false, tt.want...); len(tt.want) == 0 && len(found) > 0 {
					t.Errorf("%s: %v", road, found)
				}
			}
			w.writes()
			says(t, set.Apply(entries), false) // nothing is wrong with the limit
			w.wantWrites(t, "DELETE")
		})
	}
}

func TestGuardOnBothRoads_oneUnreadableGroupDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hidden := w.Sim.Store().AddGroup(store.Group{DisplayName: "Broken", SecurityEnabled: true, Members: []string{store.UserSam}})
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.GroupMeetings: "User", hidden: "User"})))
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/groups/" + hidden + "/members", Count: -1, Effect: simulator.LacksPermission()})
	_, found := w.Protocol().Plan(exclusive, m.Now, nil)
	says(t, found, false, "at least 5 people", "Broken ("+hidden+"), a group whose members could not be counted", "a group with 5 direct members")
}

func TestGuardOnBothRoads_emptyingIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.GroupMeetings: "User"})))
	w.writes()
	empty := w.set(map[string]any{})
	says(t, m.Apply(empty), true, "The whole set would be emptied", "5 people", "allow_empty")
	w.wantWrites(t)
	empty["allow_empty"] = true
	says(t, m.Apply(empty), false, "5 people lose access")
	w.wantWrites(t, "DELETE", "DELETE")
}

func TestGuardOnBothRoads_emptyingByAMapKnownOnlyAtApplyIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.exclusive(map[string]string{store.UserAna: "User"})},
		resource.TestStep{
			PreConfig: func() { w.writes() },
			Config: w.Config(fmt.Sprintf(`
resource "terraform_data" "people" {
  input = {}
}

resource "gotomeeting_user_role_assignments_exclusive" "this" {
  service_principal_id = %q
  assignments          = terraform_data.people.output
}
`, w.sp.ID)),
			ExpectError: regexp.MustCompile(`The whole set would be emptied`),
		},
		resource.TestStep{
			PreConfig: func() { w.wantWrites(t) },
			Config:    w.exclusive(map[string]string{store.UserAna: "User"}),
		},
	)
}

func TestGuardOnBothRoads_creatingEmptyOverOthersIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserAna, "User")
	_, _, found := w.Managed(exclusive).Plan(w.set(map[string]any{}))
	says(t, found, true, "has assignments that are not listed")
}

func TestGuardOnBothRoads_moreThanHalfNeedsALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(10)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(entriesOf(ids, "User"))))
	w.writes()
	_, _, found := m.Plan(w.set(entriesOf(ids[5:], "User")))
	says(t, found, false, "5 people lose access", ids[0])
	few := w.set(entriesOf(ids[6:], "User"))
	says(t, m.Apply(few), true, "More than half of the people", "max_removals = 6")
	w.wantWrites(t)
	few["max_removals"] = 50 // the default, but given
	says(t, m.Apply(few), false)
	few["assignments"], few["max_removals"] = entriesOf(ids[7:], "User"), -1
	_, _, found = m.Plan(few)
	says(t, found, false, "1 person loses access", "sets no limit")
}

func TestGuardOnBothRoads_whatOthersGrantedIsNotRemovedUnasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	config := w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})
	noErrors(t, m.Apply(config))
	w.assign(store.UserEva, "Organizer")
	noErrors(t, m.Refresh())
	if diff := cmp.Diff(map[string]any{store.UserEva: "Organizer"}, m.Get("foreign_assignments")); diff != "" {
		t.Error(diff)
	}
	w.writes()
	// Refused by the apply alone: a colleague's grant stops no plan, and so no destroy.
	_, _, found := m.Plan(config)
	says(t, found, false, "1 assignment that others made would be removed", "everything else can be planned, applied, and destroyed")
	says(t, m.Apply(config), true, "1 assignment that others made would be removed", "Eva Known", "max_foreign_removals")
	w.wantWrites(t)
	_, _, found = m.Plan(w.set(map[string]any{store.UserAna: "User"})) // with a change of the configuration
	says(t, found, true, "1 assignment that others made would be removed")
	listed := w.set(map[string]any{store.UserAna: "User", store.UserBen: "User", store.UserEva: "Organizer"})
	says(t, m.Apply(listed), false)
	w.wantWrites(t)
	if m.Get("foreign_assignments") != nil {
		t.Error("what was taken over is still foreign")
	}
	says(t, m.Apply(config), false, "1 person loses access")
	w.wantWrites(t, "DELETE")
	w.assign(store.UserEva, "Organizer")
	w.writes()
	config["max_foreign_removals"] = 1
	says(t, m.Apply(config), false, "others created these", "Eva Known", "Who loses access:\n- "+store.UserEva+"\n")
	w.wantWrites(t, "DELETE")
}

func TestReplacement_misspelledNameRemovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(single)
	named := func(name string) map[string]any {
		return map[string]any{"service_principal_id": w.sp.ID, "user_principal_name": name, "role": "User"}
	}
	noErrors(t, m.Apply(named("ana@corp.example")))
	w.writes()
	says(t, m.Apply(named("anna@corp.example")), true, "User not found", "Nothing was changed")
	says(t, w.Protocol().ValidateResource(single, named("Meetings Users")), true, "Invalid user principal name")
	w.wantWrites(t)
	if diff := cmp.Diff([]string{store.UserAna + " User"}, w.held()); diff != "" {
		t.Error(diff)
	}
}

func TestReplacement_successorKnownOnlyAtApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chain := func(id string, createFirst bool) string {
		return w.Config(fmt.Sprintf(`
resource "terraform_data" "person" {
  input = %q
}

resource "gotomeeting_user_role_assignment" "this" {
  service_principal_id = %q
  principal_id         = terraform_data.person.output
  role                 = "User"
  lifecycle {
    create_before_destroy = %t
  }
}
`, id, w.sp.ID, createFirst))
	}
	const nobody = "d0000000-0000-4000-8000-0000000000ff"
	w.test(
		resource.TestStep{Config: chain(store.UserAna, true)},
		resource.TestStep{
			PreConfig:   func() { w.writes() },
			Config:      chain(nobody, true),
			ExpectError: regexp.MustCompile(`No such principal`),
		},
		resource.TestStep{ // the new one is made before the old one goes
			PreConfig: func() {
				w.wantWrites(t)
				if err := w.holds(store.UserAna + " User")(nil); err != nil {
					t.Error(err)
				}
			},
			Config: chain(store.UserBen, true), Check: w.holds(store.UserBen + " User"),
		},
		resource.TestStep{PreConfig: func() { w.wantWrites(t, "POST", "DELETE") }, Config: chain(store.UserBen, true)},
	)
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.UserAna, "User")))
	config := w.one(store.UserAna, "User")
	config["principal_id"] = acctest.Unknown
	_, found := w.Protocol().Plan(single, m.Now, config)
	says(t, found, false, "is interrupted", "create_before_destroy", "1 person loses access")
	// What is refused interrupts nothing.
	if _, found = w.Protocol().Plan(single, m.Now, w.one(store.UserAna, "Organizr")); len(found) != 1 || !found.HasError() {
		t.Errorf("an unknown role: %v", found)
	}
	noErrors(t, m.Destroy())
}

// A destroy of the set always goes, so that the application can go too. What others granted since the last apply was never part of the
// configuration, and is told apart.
func TestForeignAssignments_areToldApartWhenTheSetIsDestroyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User"})))
	w.assign(store.UserEva, "Organizer")
	noErrors(t, m.Refresh())
	_, found := w.Protocol().Plan(exclusive, m.Now, nil)
	says(t, found, false, "2 people lose access", "others created these since the last apply", "- "+store.UserEva+`, role "Organizer"`)
	noErrors(t, m.Destroy())
	if held := w.held(); len(held) > 0 {
		t.Errorf("held %q", held)
	}
}
