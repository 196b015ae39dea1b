// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const exclusiveAddress = "gotomeeting_user_role_assignments_exclusive.this"

// exclusive is a configuration of the whole set; lines are its arguments besides the service principal and the entries.
func (w *world) exclusive(entries map[string]string, lines ...string) string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		fmt.Fprintf(&b, "    %q = %q\n", id, entries[id])
	}
	return w.Config(fmt.Sprintf(`
resource "gotomeeting_user_role_assignments_exclusive" "this" {
  service_principal_id = %q
  assignments = {
%s  }
  %s
}
`, w.sp.ID, b.String(), strings.Join(lines, "\n  ")))
}

// everybody gives one role to many people.
func everybody(ids []string, role string) map[string]string {
	entries := make(map[string]string, len(ids))
	for _, id := range ids {
		entries[id] = role
	}
	return entries
}

func exclusiveAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(exclusiveAddress, a)}}
}

func TestExclusive_managesTheWholeSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{
			Config:           w.exclusive(map[string]string{store.UserAna: "User", store.UserBen: "Organizer,User", store.GroupMeetings: "User"}),
			ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionCreate),
			Check:            w.holds(store.UserAna+" User", store.UserBen+" Organizer", store.UserBen+" User", store.GroupMeetings+" User"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(exclusiveAddress, tfjsonpath.New("id"), knownvalue.StringExact(w.sp.ID)),
				statecheck.ExpectKnownValue(exclusiveAddress, tfjsonpath.New("role_ids"), knownvalue.MapExact(map[string]knownvalue.Check{
					"User": knownvalue.StringExact(w.roleID("User")), "Organizer": knownvalue.StringExact(w.roleID("Organizer")),
				})),
			},
		},
		resource.TestStep{ // one comes, one goes, one changes
			Config:           w.exclusive(map[string]string{store.UserAna: "organizer", store.UserBen: "User", store.UserEva: "User"}),
			ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionUpdate),
			Check:            w.holds(store.UserAna+" Organizer", store.UserBen+" User", store.UserEva+" User"),
		},
		resource.TestStep{ // the same in other words
			PreConfig:        w.Sim.Log().Reset,
			Config:           w.exclusive(map[string]string{store.UserAna: "Organizer", store.UserBen: w.roleID("User"), store.UserEva: "User"}),
			ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				if writes := w.Sim.Log().Writes(); len(writes) > 0 {
					return fmt.Errorf("%d writes for nothing", len(writes))
				}
				return nil
			},
		},
		resource.TestStep{Config: w.exclusive(map[string]string{}, "allow_empty = true"), Check: func(*terraform.State) error {
			if held := w.held(); len(held) > 0 {
				return fmt.Errorf("left: %q", held)
			}
			return nil
		}},
	)
}

func TestExclusive_addsBeforeItRemoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.exclusive(map[string]string{store.UserAna: "User"})},
		resource.TestStep{PreConfig: w.Sim.Log().Reset, Config: w.exclusive(map[string]string{store.UserAna: "Organizer"}), Check: func(*terraform.State) error {
			var methods []string
			for _, r := range w.Sim.Log().Writes() {
				methods = append(methods, r.Method)
			}
			if !slices.Equal(methods, []string{"POST", "DELETE"}) {
				return fmt.Errorf("writes: %q", methods)
			}
			return nil
		}},
		resource.TestStep{ // who cannot be given the new role keeps the old one
			PreConfig: func() {
				w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Count: -1,
					Effect: simulator.Fails(400, "Request_BadRequest", "One or more properties are invalid.")})
			},
			Config:      w.exclusive(map[string]string{store.UserAna: "User"}),
			ExpectError: regexp.MustCompile(`(?s)Cannot change 2 of 2 assignments.*` + store.UserAna + `.*role "Organizer": kept,\s+because\s+the\s+new\s+role.*One or more\s+properties`),
		},
		resource.TestStep{
			PreConfig: func() {
				w.Sim.Faults().Clear()
				if err := w.holds(store.UserAna + " Organizer")(nil); err != nil {
					t.Error(err)
				}
			},
			Config: w.exclusive(map[string]string{store.UserAna: "User"}), ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionUpdate),
			Check: w.holds(store.UserAna + " User"),
		},
	)
}

func TestExclusive_repairsDrift(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.exclusive(map[string]string{store.UserAna: "User", store.UserBen: "User"}, "max_foreign_removals = 1")
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{ // one gone, one too many, and an integration that is nobody's account
			PreConfig: func() {
				w.unassignAll()
				w.assign(store.UserAna, "User")
				w.assign(store.UserEva, "Organizer")
				_, app := w.Sim.Store().AddApplication("Reporting")
				w.assign(app.ID, "Integration")
				t.Cleanup(func() {})
			},
			Config: config, ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				held := w.held()
				people := slices.DeleteFunc(slices.Clone(held), func(line string) bool { return strings.HasSuffix(line, "Integration") })
				if want := []string{store.UserAna + " User", store.UserBen + " User"}; !slices.Equal(people, want) || len(held) != 3 {
					return fmt.Errorf("held: %q", held)
				}
				w.unassignAll()
				w.assign(store.UserAna, "User")
				w.assign(store.UserBen, "User")
				return nil
			},
		},
	)
}

func TestExclusive_renamedRoleIsNoDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rename := func(changes map[string]string) func() {
		return func() {
			if err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
				for i := range sp.Roles {
					if name, ok := changes[sp.Roles[i].ID]; ok {
						sp.Roles[i].DisplayName = name
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	user, organizer := w.roleID("User"), w.roleID("Organizer")
	config := w.exclusive(map[string]string{store.UserAna: "User"})
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: rename(map[string]string{user: "Member"}), Config: config, ConfigPlanChecks: emptyPlan()},
		resource.TestStep{PreConfig: rename(map[string]string{organizer: "User"}), Config: config, ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: w.exclusive(map[string]string{store.UserAna: "User", store.UserBen: "User"}), // a new entry is refused
			ExpectError: regexp.MustCompile(`(?s)"User" now refers to a different role.*` + user + `.*` + organizer)},
		resource.TestStep{PreConfig: rename(map[string]string{user: "User", organizer: "Organizer"}), Config: config, ConfigPlanChecks: emptyPlan()},
	)
}

func TestExclusive_leavesOtherOwnersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserEva, "Organizer")
	w.assign(store.UserSam, "User")
	lines := []string{`roles = ["User"]`, fmt.Sprintf("ignored_principal_ids = [%q]", store.UserSam)}
	others := []string{store.UserEva + " Organizer", store.UserSam + " User"}
	w.test(
		resource.TestStep{
			Config: w.exclusive(map[string]string{store.UserAna: "User"}, lines...),
			Check:  w.holds(store.UserAna+" User", store.UserEva+" Organizer", store.UserSam+" User"),
		},
		resource.TestStep{ // a wider scope takes over what it finds, and shows it
			Config:           w.exclusive(map[string]string{store.UserAna: "User", store.UserEva: "Organizer"}, lines[1]),
			ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionUpdate),
			Check:            w.holds(store.UserAna+" User", store.UserEva+" Organizer", store.UserSam+" User"),
		},
		resource.TestStep{ // a narrower one lets go of it
			PreConfig: w.Sim.Log().Reset,
			Config:    w.exclusive(map[string]string{store.UserAna: "User"}, lines...),
			Check: func(state *terraform.State) error {
				if writes := w.Sim.Log().Writes(); len(writes) > 0 {
					return fmt.Errorf("%d writes", len(writes))
				}
				return w.holds(store.UserAna+" User", store.UserEva+" Organizer", store.UserSam+" User")(state)
			},
		},
		resource.TestStep{
			Config: w.Config(""),
			Check: func(state *terraform.State) error {
				defer w.unassignAll()
				return w.holds(others...)(state)
			},
		},
	)
}

func TestExclusive_refusesToTakeOverForeignAssignments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserAna, "User")
	w.assign(store.UserEva, "Organizer")
	config := w.exclusive(map[string]string{store.UserAna: "User"})
	whole := w.exclusive(map[string]string{store.UserAna: "User", store.UserEva: "Organizer"})
	w.test(
		resource.TestStep{
			Config: config, PlanOnly: true,
			ExpectError: regexp.MustCompile(`(?s)has assignments that are not listed.*Eva.*` + store.UserEva + `.*to = gotomeeting_user_role_assignments_exclusive\.NAME\s+id = "` + w.sp.ID),
		},
		resource.TestStep{ // the block from the message
			Config: fmt.Sprintf("import {\n to = %s\n id = %q\n}\n", exclusiveAddress, w.sp.ID) + whole,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(exclusiveAddress, plancheck.ResourceActionNoop)}},
		},
		resource.TestStep{ResourceName: exclusiveAddress, ImportState: true, ImportStateVerify: true},
		resource.TestStep{Config: config, Check: w.holds(store.UserAna + " User")},
		resource.TestStep{
			ResourceName: exclusiveAddress, ImportState: true, ImportStateId: w.sp.ID + "/organizer",
			ImportStateCheck: func(states []*terraform.InstanceState) error {
				if n := states[0].Attributes["assignments.%"]; n != "0" {
					return fmt.Errorf("%s entries imported, want none: the only one has another role", n)
				}
				return nil
			},
		},
		resource.TestStep{ResourceName: exclusiveAddress, ImportState: true, ImportStateId: "nonsense", ExpectError: regexp.MustCompile(`Invalid import id`)},
	)
}

func TestExclusive_takesOverWhatIsAsItShouldBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserAna, "User")
	w.test(resource.TestStep{
		Config: w.exclusive(map[string]string{store.UserAna: "User", store.UserBen: "User"}),
		Check: func(state *terraform.State) error {
			if n := len(w.Sim.Log().Match("POST", "/servicePrincipals/*/appRoleAssignedTo")); n != 2 {
				return fmt.Errorf("%d assignments made, want the missing one and the one that was there", n)
			}
			return w.holds(store.UserAna+" User", store.UserBen+" User")(state)
		},
	})
}

func TestExclusive_limitsHowManyPeopleLoseAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(60)
	all := everybody(ids, "User")
	few := everybody(ids[:9], "User")
	group := map[string]string{store.GroupMeetings: "User"}
	maps.Copy(group, few)
	w.test(
		resource.TestStep{Config: w.exclusive(all)},
		resource.TestStep{
			Config: w.exclusive(few), PlanOnly: true,
			ExpectError: regexp.MustCompile(`(?s)Too many people would lose access.*from 51 people.*and 41 more.*allows 50`),
		},
		resource.TestStep{Config: w.exclusive(everybody(ids, "Organizer")), Check: func(*terraform.State) error { // nobody loses access
			if n := len(w.held()); n != 60 {
				return fmt.Errorf("%d assignments", n)
			}
			return nil
		}},
		resource.TestStep{Config: w.exclusive(group, "max_removals = 51")},
		resource.TestStep{ // five people are in the group
			Config: w.exclusive(few, "max_removals = 4"), PlanOnly: true,
			ExpectError: regexp.MustCompile(`(?s)Too many people would lose access.*from 5 people.*Meetings Users.*a group with 5\s+direct\s+members`),
		},
		resource.TestStep{ // known only while applying: refused then, before the first write
			PreConfig: w.Sim.Log().Reset,
			Config: w.Config(fmt.Sprintf(`
resource "terraform_data" "people" {
  input = {}
}

resource "gotomeeting_user_role_assignments_exclusive" "this" {
  service_principal_id = %q
  assignments          = terraform_data.people.output
  max_removals         = 3
  allow_empty          = true
}
`, w.sp.ID)),
			ExpectError: regexp.MustCompile(`(?s)Too many people would lose access.*from 14 people`),
		},
		resource.TestStep{ // a limit that is known only while applying counts then
			Config: w.Config(fmt.Sprintf(`
resource "terraform_data" "limit" {
  input = 13
}

resource "gotomeeting_user_role_assignments_exclusive" "this" {
  service_principal_id = %q
  assignments          = {}
  max_removals         = terraform_data.limit.output
  allow_empty          = true
}
`, w.sp.ID)),
			ExpectError: regexp.MustCompile(`(?s)Too many people would lose access.*allows 13`),
		},
		resource.TestStep{
			PreConfig: func() {
				if writes := w.Sim.Log().Writes(); len(writes) > 0 {
					t.Errorf("%d writes in spite of the limit", len(writes))
				}
			},
			Config: w.exclusive(map[string]string{}, "max_removals = -1", "allow_empty = true"),
		},
	)
}

func TestExclusive_refusesBadInputAtPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := store.UserAna
	const nobody, nobodyElse = "d0000000-0000-4000-8000-0000000000fe", "d0000000-0000-4000-8000-0000000000ff"
	tests := []struct {
		name    string
		entries map[string]any
		others  map[string]any
		want    string
	}{
		{"upper case", map[string]any{strings.ToUpper(ana): "User"}, nil, "GUID in uppercase"},
		{"a name as key", map[string]any{"ana@corp.example": "User"}, nil, "is not a GUID"},
		{"empty role", map[string]any{ana: ""}, nil, "The role is empty"},
		{"not sorted", map[string]any{ana: "User,Organizer"}, nil, `"Organizer,User"`},
		{"comma at the end", map[string]any{ana: "User,"}, nil, "has an empty role"},
		{"unknown role", map[string]any{ana: "Usr"}, nil, `Did you mean "User"?`},
		{"disabled role", map[string]any{ana: "retired"}, nil, "Disabled role"},
		{"Default Access", map[string]any{ana: "Default Access"}, nil, "Default Access does not provision"},
		{"Default Access by id", map[string]any{ana: store.DefaultAccess}, nil, "Default Access does not provision"},
		{"role for applications", map[string]any{ana: "integration"}, nil, "Role not allowed for users"},
		{"group that cannot be assigned", map[string]any{store.GroupSocial: "User"}, nil, "Group cannot be assigned"},
		{"nobody", map[string]any{nobody: "User"}, nil, "No such principal"},
		{"several nobodies", map[string]any{nobody: "User", nobodyElse: "User"}, nil, "2 principals:"},
		{"role outside the scope", map[string]any{ana: "Organizer"}, map[string]any{"roles": []any{"User"}}, "Role not among `roles`"},
		{"unknown role in the scope", map[string]any{ana: "User"}, map[string]any{"roles": []any{"User", "Usr"}}, "Unknown role"},
		{"listed and ignored", map[string]any{ana: "User"}, map[string]any{"ignored_principal_ids": []any{ana}}, "Principal both listed and ignored"},
		{"ignoring a name", map[string]any{ana: "User"}, map[string]any{"ignored_principal_ids": []any{"ben"}}, "is not a GUID"},
		{"negative limit", map[string]any{ana: "User"}, map[string]any{"max_removals": -2}, "must be at least -1"},
		{"no such application", map[string]any{ana: "User"}, map[string]any{"service_principal_id": nobody}, "No such service principal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := w.set(tt.entries)
			maps.Copy(config, tt.others)
			if _, _, found := w.Managed(exclusive).Plan(config); !found.HasError() || !strings.Contains(found.String(), tt.want) {
				t.Errorf("got %v, want %q", found, tt.want)
			}
		})
	}
	if writes := w.Sim.Log().Writes(); len(writes) > 0 {
		t.Errorf("%d writes, want none", len(writes))
	}
}

func TestExclusive_unchangedEntriesAreNotRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.exclusive(map[string]string{store.UserAna: "User", store.UserBen: "User"})
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				if err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
					for i := range sp.Roles {
						if sp.Roles[i].DisplayName == "User" {
							sp.Roles[i].Enabled = false
						}
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			},
			Config: config, ConfigPlanChecks: emptyPlan(),
		},
		resource.TestStep{Config: w.exclusive(map[string]string{store.UserAna: "User"}), Check: w.holds(store.UserAna + " User")},
		resource.TestStep{
			Config:      w.exclusive(map[string]string{store.UserAna: "User", store.UserEva: "User"}),
			ExpectError: regexp.MustCompile(`Disabled role`),
		},
	)
}

func TestExclusive_incompleteCreateContinuesWithoutTakingAccessAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(50)
	config := w.exclusive(everybody(ids, "User"))
	w.test(
		resource.TestStep{
			PreConfig: func() {
				w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Skip: 30, Count: -1,
					Effect: simulator.Fails(400, "Request_BadRequest", "One or more properties are invalid.")})
			},
			Config:      config,
			ExpectError: regexp.MustCompile(`(?s)Cannot change 20 of 50 assignments.*and 10 more.*terraform\s+untaint`),
		},
		resource.TestStep{
			PreConfig: func() {
				w.Sim.Faults().Clear()
				w.Sim.Log().Reset()
			},
			Config: config, ConfigPlanChecks: exclusiveAction(plancheck.ResourceActionDestroyBeforeCreate),
			Check: func(*terraform.State) error {
				if n := len(w.Sim.Log().Match("DELETE", "**")); n > 0 {
					return fmt.Errorf("%d people lost access on the way", n)
				}
				if n := len(w.held()); n != 50 {
					return fmt.Errorf("%d assignments, want 50", n)
				}
				return nil
			},
		},
	)
}

func TestExclusive_convergesAfterAKillAtAnyRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(70)
	before, after := w.set(entriesOf(ids[:40], "User")), w.set(entriesOf(ids[5:], "Organizer"))
	for killed := 0; ; killed += 1 + killed/15*4 { // every request of the interesting part, and some of the rest
		m := w.Managed(exclusive)
		// After that many requests the provider is practically dead: nothing it sends has an effect or an answer.
		kill := simulator.Fault{Path: "/v1.0/**", Skip: killed, Count: -1, Effect: simulator.DropsBefore()}
		w.Sim.Faults().Add(kill)
		survived := !m.Apply(before).HasError()
		w.Sim.Faults().Clear()
		noErrors(t, m.Apply(before))
		if held := w.held(); len(held) != 40 {
			t.Fatalf("create killed after %d requests: %d assignments", killed, len(held))
		}
		w.Sim.Faults().Add(kill)
		survived = !m.Apply(after).HasError() && survived
		w.Sim.Faults().Clear()
		noErrors(t, m.Apply(after))
		if held := w.held(); len(held) != 65 || strings.Contains(strings.Join(held, ","), "User") {
			t.Fatalf("update killed after %d requests: %q", killed, held)
		}
		w.Sim.Faults().Add(kill)
		survived = !m.Destroy().HasError() && survived
		w.Sim.Faults().Clear()
		noErrors(t, m.Destroy())
		if held := w.held(); len(held) > 0 {
			t.Fatalf("destroy killed after %d requests: %q", killed, held)
		}
		if survived {
			t.Logf("nothing left to kill after %d requests", killed)
			return
		}
	}
}

func TestExclusive_thousandEndExactlyRightUnderFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(1000)
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	const collection = "/servicePrincipals/*/appRoleAssignedTo"
	effects := []simulator.Effect{
		simulator.Throttled(2 * time.Second), simulator.Unavailable(time.Second), simulator.DropsAfter(), simulator.DropsBefore(),
		simulator.FailsAfter(504, "GatewayTimeout", ""), simulator.ThrottledBare(),
	}
	for i := range 100 {
		w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: collection, Skip: 3 + i*7, Effect: effects[i%2*5]})
	}
	for i := range 6 {
		w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/$batch", Skip: 2 + 7*i, Effect: effects[i]})
	}
	w.test(resource.TestStep{
		Config: w.exclusive(everybody(ids, "User")),
		Check: func(*terraform.State) error {
			held := w.held()
			if len(held) != 1000 || len(slices.Compact(held)) != 1000 {
				return fmt.Errorf("%d assignments, want 1000 different ones", len(held))
			}
			return nil
		},
	})
}
