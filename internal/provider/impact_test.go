// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// reviewed is a configuration that was applied and has provisioned people, driven by the CLI.
type reviewed struct {
	*acctest.CLI
	env    *acctest.Env
	t      *testing.T
	sp     store.ServicePrincipal
	people []string
}

const reviewedScope, reviewedLastName, reviewedFilter = `"all"`, "[surname]", ""

func newReviewed(t *testing.T) *reviewed {
	t.Helper()
	env := acctest.New(t)
	world := env.Sim.Store()
	world.SetDomains()
	world.SetLicenses(1000)
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	r := &reviewed{env: env, t: t, sp: sp, people: world.AddUsers(40)}
	group := world.AddGroup(store.Group{DisplayName: "Many", SecurityEnabled: true, Members: r.people})
	for _, role := range sp.Roles {
		if role.DisplayName == store.RoleUser {
			if _, err := world.Assign(sp.ID, group, role.ID, store.AssignOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.CLI = env.CLI("")
	r.Setenv("GOTOMEETING_IMPACT_REPORT", "impact.md")
	r.configure(reviewedScope, reviewedLastName, reviewedFilter)
	r.Run("apply", "-auto-approve", "-no-color")
	for range 3 {
		env.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	return r
}

// configure writes the configuration.
func (r *reviewed) configure(scope, lastName, filter string) {
	r.Write("stack.tf", fmt.Sprintf(`
resource "gotomeeting_provisioning_connection" "c" {
  service_principal_id      = %q
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
  scope                     = %s
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.c.id
  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = %q }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
%s
}

resource "gotomeeting_provisioning_state" "on" {
  connection_id = gotomeeting_provisioning_connection.c.id
  enabled       = true
  mapping_ids   = [gotomeeting_attribute_mappings.users.id]
}
`, r.sp.ID, store.AdminUserName, store.AdminPassword, scope, lastName, filter))
}

const onlySales = `  scoping_filters = [{ clauses = [{ attribute = "department", operator = "EQUALS", values = ["Sales"] }] }]`

// names are those of everybody in the directory, and their addresses.
func (r *reviewed) names() []string {
	var names []string
	for u := range r.env.Sim.Store().EachUser() {
		for _, name := range []string{u.DisplayName, u.UserPrincipalName, u.Mail} {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// A reviewer reads what a change does; nothing of it names anybody, and the limits refuse what is too much.
func TestImpact_aReviewerReadsNumbersAndNoNames(t *testing.T) {
	acctest.RequireCLI(t)
	t.Parallel()
	r := newReviewed(t)
	out, _ := r.Run("plan", "-no-color")
	if report := r.File("impact.md"); !strings.Contains(report, "No account changes") || strings.Contains(report, "|") || strings.Contains(out, "accounts will be") {
		t.Errorf("without a change:\n%s\n%s", out, report)
	}

	r.configure(reviewedScope, "Join(\" \", [givenName], [surname])", reviewedFilter)
	out, _ = r.Run("plan", "-no-color")
	t.Logf("a changed expression:\n%s\n%s", out, r.File("impact.md"))
	if !strings.Contains(out, "accounts will be updated: attribute mappings of GoToMeeting") {
		t.Errorf("a changed expression:\n%s", out)
	}

	r.configure(reviewedScope, reviewedLastName, onlySales)
	out, errs, err := r.Try("plan", "-no-color")
	t.Logf("a narrowed filter:\n%s\n%s\n%s", out, errs, r.File("impact.md"))
	if err == nil || !strings.Contains(errs, "This plan would disable") {
		t.Errorf("a narrowed filter: %v\n%s\n%s", err, out, errs)
	}

	r.configure(`"assigned"`, "Join(\" \", [givenName], [surname])", onlySales)
	r.Setenv("GOTOMEETING_IMPACT_MAX_DISABLED", "100")
	r.Setenv("TF_LOG", "TRACE")
	out, log := r.Run("plan", "-no-color", "-out=saved")
	plan, _ := r.Run("show", "-json", "saved")
	report := r.File("impact.md") + r.File("impact.json")
	t.Logf("all of it:\n%s\n%s", out, report)
	r.Setenv("TF_LOG", "")
	for what, text := range map[string]string{"output": out, "log": log, "plan": plan, "saved plan": r.Unzipped("saved"), "report": report, "state": r.File("terraform.tfstate")} {
		for _, name := range r.names() {
			if at := strings.Index(text, name); at >= 0 {
				t.Errorf("the %s names %s: …%s…", what, name, text[max(0, at-200):at])
				break
			}
		}
	}
	for _, id := range r.people {
		if strings.Contains(report, id) {
			t.Fatalf("the report holds an object id")
		}
	}
	again := r.File("impact.json")
	r.Run("plan", "-no-color")
	if r.File("impact.json") != again {
		t.Errorf("the same plan reports\n%s\nthen\n%s", again, r.File("impact.json"))
	}
	r.Run("apply", "-auto-approve", "-no-color")
	for range 2 {
		r.env.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	active := 0
	for _, a := range r.env.Sim.Store().Accounts() {
		if a.Active && slices.Contains(r.emails(), strings.ToLower(a.Email)) {
			active++
		}
	}
	if active != 10 {
		t.Errorf("%d accounts are active afterward, want the 10 of Sales", active)
	}
}

func (r *reviewed) emails() []string {
	var found []string
	for _, id := range r.people {
		u, err := r.env.Sim.Store().User(id)
		if err != nil {
			r.t.Fatal(err)
		}
		found = append(found, strings.ToLower(u.UserPrincipalName))
	}
	return found
}

// What a plan allowed may be too much by the time it is applied: the assignments of people whose group kept them in scope are
// removed, and meanwhile they left the group. Nothing is written then, in no batch either.
func TestImpact_whoLeavesBetweenPlanAndApplyCounts(t *testing.T) {
	acctest.RequireCLI(t)
	t.Parallel()
	env := acctest.New(t)
	env.UseGoTo()
	world := env.Sim.Store()
	world.SetDomains()
	world.SetLicenses(1000)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	ok(err)
	people := world.AddUsers(200)
	group := world.AddGroup(store.Group{DisplayName: "Many", SecurityEnabled: true, Members: people})
	cli := env.CLI("")
	configure := func(more ...string) {
		assigned := []string{fmt.Sprintf("%q = %q", group, store.RoleUser)}
		for _, id := range more {
			assigned = append(assigned, fmt.Sprintf("%q = %q", id, store.RoleUser))
		}
		cli.Write("stack.tf", fmt.Sprintf(`
resource "gotomeeting_provisioning_connection" "c" {
  service_principal_id      = %[1]q
  admin_username            = %[2]q
  admin_password_wo         = %[3]q
  admin_password_wo_version = "1"
}

resource "gotomeeting_user_role_assignments_exclusive" "all" {
  service_principal_id = %[1]q
  max_removals         = -1
  assignments = {
    %[4]s
  }
}

resource "gotomeeting_provisioning_state" "on" {
  connection_id          = gotomeeting_provisioning_connection.c.id
  enabled                = true
  allow_default_mappings = true
  assignment_ids         = [gotomeeting_user_role_assignments_exclusive.all.id]
}
`, sp.ID, store.AdminUserName, store.AdminPassword, strings.Join(assigned, "\n    ")))
	}
	configure(people...)
	cli.Run("apply", "-auto-approve", "-no-color")
	for range 3 {
		env.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	cli.Setenv("GOTOMEETING_IMPACT_MAX_DISABLED", "150")
	configure()
	cli.Run("plan", "-no-color", "-out=saved")

	ok(world.RemoveMembers(group, people...))
	held := len(world.Assignments(sp.ID))
	env.Sim.Log().Reset()
	out, errs, err := cli.Try("apply", "-no-color", "saved")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(errs), " "), "This plan would disable 200 accounts of GoToMeeting, and the limit is 150") {
		t.Errorf("%v\n%s\n%s", err, out, errs)
	}
	for _, r := range env.Sim.Log().Writes() {
		if strings.Contains(r.Path, "appRoleAssign") || strings.Contains(r.Path, "/synchronization/") {
			t.Errorf("written all the same: %s %s", r.Method, r.Path)
		}
	}
	if got := len(world.Assignments(sp.ID)); got != held || held != 201 {
		t.Errorf("%d assignments of %d are left", got, held)
	}
}

// What is applied does no more to accounts than the report of its plan says, also below the limits: an apply with the file of
// the report refuses, before it writes anything, what has become more since; and it leaves the report as its plan wrote it.
func TestImpact_anApplyDoesNoMoreThanThePlanReported(t *testing.T) {
	acctest.RequireCLI(t)
	t.Parallel()
	r := newReviewed(t)
	r.Setenv("GOTOMEETING_IMPACT_MAX_DISABLED", "1000")
	move := func(from, to string, most int) {
		for _, id := range r.people {
			if u, err := r.env.Sim.Store().User(id); err != nil {
				t.Fatal(err)
			} else if u.Department == from && most > 0 {
				most--
				if err := r.env.Sim.Store().UpdateUser(id, func(u *store.User) { u.Department = to }); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	r.configure(reviewedScope, reviewedLastName, onlySales)
	r.Run("plan", "-no-color", "-out=saved")
	planned := r.File("impact.md") + r.File("impact.json") // 58 people have accounts, 14 of them in Sales

	move("Sales", "Legal", 5)
	r.env.Sim.Log().Reset()
	out, errs, err := r.Try("apply", "-no-color", "saved")
	all := strings.Join(strings.Fields(strings.ReplaceAll(out+errs, "│", "")), " ")
	if err == nil || !strings.Contains(all, "More accounts change than planned: attribute mappings of GoToMeeting") || !strings.Contains(all, "- disabled: 44 planned, 49 now") {
		t.Errorf("five more leave the scope: %v\n%s\n%s", err, out, errs)
	}
	if writes := r.env.Sim.Log().Writes(); len(writes) > 0 {
		t.Errorf("written all the same: %v", acctest.Lines(writes))
	}
	if after := r.File("impact.md") + r.File("impact.json"); after != planned {
		t.Errorf("the report of the plan became\n%s", after)
	}

	r.Run("plan", "-no-color", "-out=saved")
	planned = r.File("impact.md") + r.File("impact.json")
	move("Legal", "Sales", 1) // fewer than planned
	r.Run("apply", "-no-color", "saved")
	if after := r.File("impact.md") + r.File("impact.json"); after != planned || !strings.Contains(planned, "49") {
		t.Errorf("the report\n%s\nbecame\n%s", planned, after)
	}
	if out, _ := r.Run("plan", "-no-color"); !strings.Contains(out, "No changes") || !strings.Contains(r.File("impact.md"), "No account changes") {
		t.Errorf("after the apply:\n%s\n%s", out, r.File("impact.md"))
	}
}

// Two provider configurations are two processes: the second one may begin when the first one has written its whole report.
func TestImpact_twoConfigurationsCannotWriteOneReport(t *testing.T) {
	acctest.RequireCLI(t)
	t.Parallel()
	env := acctest.New(t)
	if _, _, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", ""); err != nil {
		t.Fatal(err)
	}
	cli := env.CLI("")
	configure := func(second string, limit int) {
		cli.Write("aliases.tf", fmt.Sprintf(`
provider "gotomeeting" {
  impact = { report_file = "report.md" }
}

data "gotomeeting_application" "first" {
  display_name = "GoToMeeting"
}

provider "gotomeeting" {
  alias  = "second"
  impact = { report_file = %q, max_created = %d, report_detail = data.gotomeeting_application.first.display_name == "" ? "people" : "ids" }
}

data "gotomeeting_application" "second" {
  provider     = gotomeeting.second
  display_name = "GoToMeeting"
}

output "id" {
  value = data.gotomeeting_application.second.id
}
`, second, limit))
	}
	configure("report.md", 1)
	out, errs, err := cli.Try("plan", "-no-color")
	if err == nil || !strings.Contains(strings.Join(strings.Fields(errs), " "), "another provider configuration, or another run, also writes a report to report.json") {
		t.Errorf("%v\n%s\n%s", err, out, errs)
	}
	configure("second.md", 1)
	cli.Run("apply", "-auto-approve", "-no-color")
	configure("second.md", 2) // the same files in the next run
	cli.Run("plan", "-no-color")
}

// Of an application that the same run creates, somebody may be assigned before it has a connection, and others once provisioning is on:
// these count as well.
func TestImpact_countsWhoIsAssignedAfterTheConnectionIsCreated(t *testing.T) {
	acctest.RequireCLI(t)
	t.Parallel()
	env := acctest.New(t)
	env.Sim.Store().SetDomains()
	env.Sim.Store().SetLicenses(1000)
	cli := env.CLI("")
	cli.Setenv("GOTOMEETING_IMPACT_MAX_CREATED", "3")
	cli.Write("stack.tf", fmt.Sprintf(`
resource "gotomeeting_application" "a" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_user_role_assignment" "first" {
  service_principal_id = gotomeeting_application.a.service_principal_id
  principal_id         = %q
  role                 = "User"
}

resource "gotomeeting_provisioning_connection" "c" {
  service_principal_id      = gotomeeting_user_role_assignment.first.service_principal_id
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
}

resource "gotomeeting_provisioning_state" "on" {
  connection_id          = gotomeeting_provisioning_connection.c.id
  enabled                = true
  allow_default_mappings = true
}

resource "gotomeeting_user_role_assignment" "later" {
  for_each             = toset(["%s"])
  service_principal_id = gotomeeting_application.a.service_principal_id
  principal_id         = each.key
  role                 = "User"
  depends_on           = [gotomeeting_provisioning_state.on]
}
`, store.UserAna, store.AdminUserName, store.AdminPassword, strings.Join(env.Sim.Store().AddUsers(8), `", "`)))
	out, errs, err := cli.Try("apply", "-auto-approve", "-no-color")
	if err == nil || !strings.Contains(errs, "and the limit is 3") {
		t.Errorf("%v\n%s\n%s", err, out, errs)
	}
}
