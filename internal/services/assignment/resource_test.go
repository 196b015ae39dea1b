// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const address = "gotomeeting_user_role_assignment.this"

func action(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, a)}}
}

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func attribute(name, value string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.StringExact(value))
}

// holds is a step's check of what the tenant has.
func (w *world) holds(want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if diff := cmp.Diff(want, w.held()); diff != "" {
			return fmt.Errorf("the tenant differs (-want +got):\n%s", diff)
		}
		return nil
	}
}

func TestResource_createsReplacesAndDestroys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := fmt.Sprintf("principal_id = %q", store.GroupMeetings)
	w.test(
		resource.TestStep{
			Config:           w.single(group, `role = "User"`),
			ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			Check:            w.holds(store.GroupMeetings + " User"),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute("principal_type", "Group"), attribute("app_role_id", w.roleID("User")), attribute("role", "User"),
			},
		},
		resource.TestStep{ // the same role in other words
			Config:           w.single(group, fmt.Sprintf("role = %q", w.roleID("User"))),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			Check:            w.holds(store.GroupMeetings + " User"),
		},
		resource.TestStep{
			Config:           w.single(group, `role = "organizer"`),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			Check:            w.holds(store.GroupMeetings + " Organizer"),
		},
		resource.TestStep{
			Config:           w.single(group, `role = "User"`, "lifecycle {\n create_before_destroy = true\n}"),
			ConfigPlanChecks: action(plancheck.ResourceActionCreateBeforeDestroy),
			Check:            w.holds(store.GroupMeetings + " User"),
		},
		resource.TestStep{
			Config:           w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			Check:            w.holds(store.UserAna + " User"),
		},
	)
}

func TestResource_resolvesUserPrincipalNameOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	byName := w.single(`user_principal_name = "ana@corp.example"`, `role = "User"`)
	rename := func(id, name string) {
		if err := w.Sim.Store().UpdateUser(id, func(u *store.User) { u.UserPrincipalName = name }); err != nil {
			t.Fatal(err)
		}
	}
	w.test(
		resource.TestStep{Config: byName, ConfigStateChecks: []statecheck.StateCheck{attribute("principal_id", store.UserAna)},
			Check: w.holds(store.UserAna + " User")},
		resource.TestStep{ // renamed in the directory: no difference
			PreConfig: func() { rename(store.UserAna, "ana.renamed@corp.example") },
			Config:    byName, ConfigPlanChecks: emptyPlan(),
		},
		resource.TestStep{ // the configuration follows: only the words change
			Config:           w.single(`user_principal_name = "ana.renamed@corp.example"`, `role = "User"`),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			Check:            w.holds(store.UserAna + " User"),
		},
		resource.TestStep{ // by id: again only the words
			Config:           w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
		},
		resource.TestStep{
			Config:           w.single(`user_principal_name = "ben@corp.example"`, `role = "User"`),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			Check:            w.holds(store.UserBen + " User"),
		},
		resource.TestStep{ // the name goes to somebody else
			PreConfig: func() {
				rename(store.UserBen, "ben.retired@corp.example")
				rename(store.UserAna, "ben@corp.example")
			},
			Config: w.single(`user_principal_name = "ben@corp.example"`, `role = "User"`), ConfigPlanChecks: emptyPlan(),
		},
		resource.TestStep{ // a changed entry is refused
			Config:      w.single(`user_principal_name = "ben@corp.example"`, `role = "Organizer"`),
			ExpectError: regexp.MustCompile(`(?s)The name now refers to a different user.*` + store.UserBen + `.*` + store.UserAna),
		},
		resource.TestStep{
			PreConfig: func() {
				rename(store.UserAna, "ana@corp.example")
				rename(store.UserBen, "ben@corp.example")
			},
			Config: w.single(`user_principal_name = "ben@corp.example"`, `role = "User"`), ConfigPlanChecks: emptyPlan(),
		},
	)
}

// What replaces an assignment resolves the name again, when the old assignment may be gone already.
func TestResource_renamedUserIsNotReplacedByALostName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.single(`user_principal_name = "ana@corp.example"`, `role = "User"`)},
		resource.TestStep{
			PreConfig: func() {
				if err := w.Sim.Store().UpdateUser(store.UserAna, func(u *store.User) { u.UserPrincipalName = "ana.renamed@corp.example" }); err != nil {
					t.Fatal(err)
				}
			},
			Config: w.single(`user_principal_name = "ana@corp.example"`, `role = "Organizer"`),
			ExpectError: regexp.MustCompile(`(?s)The user has a different name now.*` + store.UserAna + `.*is\s+now\s+"ana\.renamed@corp\.example".*` +
				`principal_id\s+=\s+"` + store.UserAna),
		},
		resource.TestStep{
			PreConfig: func() {
				if err := w.holds(store.UserAna + " User")(nil); err != nil {
					t.Error(err)
				}
			},
			Config:           w.single(`user_principal_name = "ana.renamed@corp.example"`, `role = "Organizer"`),
			ConfigPlanChecks: action(plancheck.ResourceActionReplace),
			Check:            w.holds(store.UserAna + " Organizer"),
		},
	)
}

func TestResource_renamedRoleIsNoDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`)
	rename := func(changes map[string]string) func() {
		return func() {
			err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
				for i := range sp.Roles {
					if name, ok := changes[sp.Roles[i].ID]; ok {
						sp.Roles[i].DisplayName = name
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	user, organizer := w.roleID("User"), w.roleID("Organizer")
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: rename(map[string]string{user: "Member"}), Config: config, ConfigPlanChecks: emptyPlan()},
		resource.TestStep{
			PreConfig: rename(map[string]string{organizer: "User"}), Config: config, ConfigPlanChecks: emptyPlan(),
		},
		resource.TestStep{ // a changed entry is refused
			Config:      w.single(fmt.Sprintf("principal_id = %q", store.UserBen), `role = "User"`),
			ExpectError: regexp.MustCompile(`(?s)"User" now refers to a different role.*` + user + `.*` + organizer),
		},
		resource.TestStep{PreConfig: rename(map[string]string{user: "User", organizer: "Organizer"}), Config: config, ConfigPlanChecks: emptyPlan()},
	)
}

func TestResource_imports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`)
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateVerify: true,
			ImportStateIdFunc: func(*terraform.State) (string, error) {
				return "/servicePrincipals/" + w.sp.ID + "/appRoleAssignedTo/" + w.Sim.Store().Assignments(w.sp.ID)[0].ID, nil
			},
		},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateId: "nonsense",
			ExpectError: regexp.MustCompile(`(?s)Invalid import id.*Expected .{service principal id}/{assignment\s*id}`),
		},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateId: w.sp.ID + "/gone",
			ExpectError: regexp.MustCompile(`No such assignment`),
		},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID,
			ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	)
}

func TestResource_repairsWhatChangedBehindItsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`)
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: w.unassignAll, Config: config, ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			Check: w.holds(store.UserAna + " User"),
		},
		resource.TestStep{ // removed and made again in the portal: the same person in the same role
			PreConfig: func() { w.unassignAll(); w.assign(store.UserAna, "User") },
			Config:    config, ConfigPlanChecks: emptyPlan(),
		},
	)
}

func TestResource_deletedApplicationIsNoObstacle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`)
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				if err := w.Sim.Store().DeleteServicePrincipal(w.sp.ID); err != nil {
					t.Fatal(err)
				}
			},
			RefreshState: true, ExpectNonEmptyPlan: true, ExpectError: regexp.MustCompile(`No such service principal`),
		},
		resource.TestStep{Config: w.Config(""), ConfigPlanChecks: emptyPlan()},
	)
}

// What may have been assigned once, and have left the state since, stops nobody's plan; the apply sends nothing for it.
func TestResource_refusesAtApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		name, principal, role, want string
	}{
		{"disabled role", store.UserAna, "retired", "is disabled and cannot be assigned. Valid roles: "},
		{"nobody", "d0000000-0000-4000-8000-0000000000ff", "User", "No such principal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := w.Managed(single)
			_, _, found := m.Plan(w.one(tt.principal, tt.role))
			says(t, found, false, tt.want, "The apply cannot create this assignment")
			says(t, m.Apply(w.one(tt.principal, tt.role)), true, tt.want)
			if m.Now != nil {
				t.Error("there is a state")
			}
		})
	}
	if writes := w.Sim.Log().Writes(); len(writes) > 0 {
		t.Errorf("%d writes, want none: %s %s", len(writes), writes[0].Method, writes[0].Path)
	}
}

func TestResource_refusesAtPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := store.UserAna
	tests := []struct {
		name   string
		config map[string]any
		want   string
	}{
		{"no principal", map[string]any{"role": "User"}, "Missing Attribute Configuration"},
		{"two principals", map[string]any{"principal_id": ana, "user_principal_name": "ana@corp.example", "role": "User"}, "Invalid Attribute Combination"},
		{"upper case", map[string]any{"principal_id": strings.ToUpper(ana), "role": "User"}, "GUID in uppercase"},
		{"no GUID", map[string]any{"principal_id": "ana@corp.example", "role": "User"}, "is not a GUID"},
		{"application in uppercase", map[string]any{"service_principal_id": strings.ToUpper(w.sp.ID), "principal_id": ana, "role": "User"}, "GUID in uppercase"},
		{"no such application", map[string]any{"service_principal_id": "b0000000-0000-4000-8000-0000000000ff", "principal_id": ana, "role": "User"}, "No such service principal"},
		{"empty role", map[string]any{"principal_id": ana, "role": ""}, "Empty value"},
		{"empty name", map[string]any{"user_principal_name": "", "role": "User"}, "Empty value"},
		{"unknown role", map[string]any{"principal_id": ana, "role": "Usr"}, `Did you mean "User"? Valid roles: `},
		{"Default Access", map[string]any{"principal_id": ana, "role": "Default Access"}, "Default Access does not provision"},
		{"Default Access by its id", map[string]any{"principal_id": ana, "role": store.DefaultAccess}, "Default Access does not provision"},
		{"role for applications", map[string]any{"principal_id": ana, "role": "integration"}, "Role not allowed for users"},
		{"group that cannot be assigned", map[string]any{"principal_id": store.GroupSocial, "role": "User"}, "Group cannot be assigned"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.config["service_principal_id"] == nil {
				tt.config["service_principal_id"] = w.sp.ID
			}
			if _, _, found := w.Managed(single).Plan(tt.config); !found.HasError() || !strings.Contains(found.String(), tt.want) {
				t.Errorf("got %v, want %q", found, tt.want)
			}
		})
	}
	if writes := w.Sim.Log().Writes(); len(writes) > 0 {
		t.Errorf("%d writes, want none: %s %s", len(writes), writes[0].Method, writes[0].Path)
	}
}

func TestResource_survivesFaultsOfTheService(t *testing.T) {
	t.Parallel()
	const collection, item = "/servicePrincipals/*/appRoleAssignedTo", "/servicePrincipals/*/appRoleAssignedTo/*"
	tests := []struct {
		name      string
		faults    []simulator.Fault
		wantPosts int
	}{
		{"throttled", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.Throttled(90 * time.Second)}}, 2},
		{"throttled without a hint", []simulator.Fault{{Method: "POST", Path: collection, Count: 2, Effect: simulator.ThrottledBare()}}, 3},
		{"unavailable", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.Unavailable(5 * time.Second)}}, 2},
		{"cut off before the effect", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.DropsBefore()}}, 2},
		{"cut off after the effect", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.DropsAfter()}}, 1},
		{"error after the effect", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.FailsAfter(504, "GatewayTimeout", "")}}, 1},
		{"error before the effect", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.Fails(500, "InternalServerError", "")}}, 2},
		{"answer cut in two", []simulator.Fault{{Method: "POST", Path: collection, Effect: simulator.Truncates()}}, 1},
		{"principal not replicated yet", []simulator.Fault{{Method: "POST", Path: collection, Count: 3, Effect: simulator.Fails(404, "Request_ResourceNotFound", "")}}, 4},
		{"listing fails and is throttled", []simulator.Fault{
			{Method: "GET", Path: collection, Effect: simulator.Fails(500, "InternalServerError", "")},
			{Method: "GET", Path: collection, Effect: simulator.Throttled(3 * time.Second)},
		}, 1},
		{"removal cut off", []simulator.Fault{{Method: "DELETE", Path: item, Effect: simulator.DropsAfter()}}, 1},
		{"removal throttled", []simulator.Fault{{Method: "DELETE", Path: item, Effect: simulator.Throttled(time.Second)}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Sim.Faults().Add(tt.faults...)
			m := w.Managed(single)
			noErrors(t, m.Apply(w.one(store.UserAna, "User")))
			if diff := cmp.Diff([]string{store.UserAna + " User"}, w.held()); diff != "" {
				t.Error(diff)
			}
			noErrors(t, m.Refresh())
			noErrors(t, m.Destroy())
			if held := w.held(); len(held) > 0 {
				t.Errorf("left: %q", held)
			}
			if n := w.sent("POST", collection); n != tt.wantPosts {
				t.Errorf("%d attempts to assign, want %d", n, tt.wantPosts)
			}
			if pending := w.Sim.Faults().Pending(); len(pending) > 0 {
				t.Errorf("%d faults never struck", len(pending))
			}
		})
	}
}

func TestResource_planRightAfterTheApplyIsEmptyInSpiteOfLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	w.test(resource.TestStep{Config: w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`)})
}

func TestResource_namesTheMissingPermissionAtOnce(t *testing.T) {
	t.Parallel()
	const collection = "/servicePrincipals/*/appRoleAssignedTo"
	tests := []struct {
		name, method string
		want         string
	}{
		{"to assign", "POST", `(?s)Cannot assign the role.*AppRoleAssignment\.ReadWrite\.All.*Application\.Read\.All.*Cloud\s+Application\s+Administrator`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Sim.Faults().Add(simulator.Fault{Method: tt.method, Path: collection, Count: -1, Effect: simulator.LacksPermission()})
			before := w.Sim.Clock().Now()
			w.test(resource.TestStep{
				Config:      w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`),
				ExpectError: regexp.MustCompile(tt.want),
			})
			if n := w.sent("POST", collection); n != 1 {
				t.Errorf("%d attempts, want 1", n)
			}
			if waited := w.Sim.Clock().Now().Sub(before); waited > 0 {
				t.Errorf("waited %s before saying so", waited)
			}
		})
	}
}

func TestResource_refusedReadIsNotGone(t *testing.T) {
	t.Parallel()
	const collection = "/servicePrincipals/*/appRoleAssignedTo"
	w := newWorld(t)
	config := w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`)
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: collection, Count: -1, Effect: simulator.LacksPermission()})
			},
			Config: config, ExpectError: regexp.MustCompile(`(?s)Cannot read the assignment.*Application\.Read\.All`),
		},
		resource.TestStep{PreConfig: w.Sim.Faults().Clear, Config: config, ConfigPlanChecks: emptyPlan()},
	)
}

func TestResource_takesOverWhatSomebodyElseAssigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	foreign := w.assign(store.UserAna, "User")
	m := w.Managed(single)
	says(t, m.Apply(w.one(store.UserAna, "User")), false, "The assignment of "+store.UserAna+" already exists", "creates it again")
	if id := m.Text("id"); id == w.sp.ID+"/"+foreign.ID || len(w.held()) != 1 {
		t.Errorf("the state has %s, the assignments are %q", id, w.held())
	}
	// Two resources for the same assignment are refused, as far as one run can tell.
	p := w.Protocol()
	config := w.one(store.UserBen, "User")
	first, found := p.Plan(single, nil, config)
	noErrors(t, found)
	second, found := p.Plan(single, nil, config)
	noErrors(t, found)
	_, found = p.Apply(first)
	noErrors(t, found)
	_, found = p.Apply(second)
	says(t, found, true, "is managed twice")
}

func TestResource_saysWhichEndIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The principal is only known while applying, after something else was written: the service has to say so.
	config := w.Config(fmt.Sprintf(`
resource "gotomeeting_user_role_assignment" "first" {
  service_principal_id = %[1]q
  principal_id         = %[2]q
  role                 = "User"
}

resource "terraform_data" "person" {
  input      = "d0000000-0000-4000-8000-0000000000ff"
  depends_on = [gotomeeting_user_role_assignment.first]
}

resource "gotomeeting_user_role_assignment" "this" {
  service_principal_id = %[1]q
  principal_id         = terraform_data.person.output
  role                 = "User"
}
`, w.sp.ID, store.UserAna))
	before := w.Sim.Clock().Now()
	w.test(resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`(?s)No such principal.*does not know the principal`)})
	if waited := w.Sim.Clock().Now().Sub(before); waited > 90*time.Second {
		t.Errorf("waited %s", waited)
	}
}

func TestResource_resolvesEverythingAtApplyWhenThePlanCannot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(resource.TestStep{
		Config: w.Config(fmt.Sprintf(`
resource "terraform_data" "known_later" {
  input = { sp = %q, user = "ana@corp.example", role = "organizer" }
}

resource "gotomeeting_user_role_assignment" "this" {
  service_principal_id = terraform_data.known_later.output.sp
  user_principal_name  = terraform_data.known_later.output.user
  role                 = terraform_data.known_later.output.role
}
`, w.sp.ID)),
		Check: w.holds(store.UserAna + " Organizer"),
	})
}

func TestResource_readOnlyPlannerGetsOneWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = []string{"Application.Read.All"} })
	w.test(resource.TestStep{
		Config: w.single(fmt.Sprintf("principal_id = %q", store.UserAna), `role = "User"`), PlanOnly: true, ExpectNonEmptyPlan: true,
	})
}

func TestResource_tenAssignmentsCostTwelveRequestsToCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(10)
	config := w.Config(fmt.Sprintf(`
resource "terraform_data" "application" {
  input = %q
}

resource "gotomeeting_user_role_assignment" "people" {
  count                = 10
  service_principal_id = terraform_data.application.output
  principal_id         = element(%s, count.index)
  role                 = "User"
}
`, w.sp.ID, quotedList(ids)))
	w.test(resource.TestStep{
		Config: config,
		Check: func(*terraform.State) error {
			if n := w.sent("POST", "/servicePrincipals/*/appRoleAssignedTo"); n != 10 {
				return fmt.Errorf("%d assignments made, want 10", n)
			}
			if n := w.sent("GET", "/servicePrincipals/*"); n != 1 {
				return fmt.Errorf("the roles were read %d times, want once", n)
			}
			return nil
		},
	})
	// Whoever has written before, like a configuration that makes the application, pays for nothing else.
	if n := w.sent("POST", "/directoryObjects/getByIds"); n > 2*3 {
		t.Errorf("%d look-ups of principals while planning twice, want at most 6", n)
	}
}
