// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

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
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// cutover is a tenant whose 200 people are provisioned by the GoToMeeting application, which also signs them in, and which
// moves to the GoTo application. What nobody may notice is checked at every tick of the clock.
type cutover struct {
	*acctest.Env
	t       *testing.T
	old     store.ServicePrincipal
	oldJob  store.Job
	people  []string
	inGap   map[string]bool // who left while neither connection ran
	blocked map[string]bool // whose sign-in was blocked meanwhile
	ticks   int
	broken  []string
}

func newCutover(t *testing.T) *cutover {
	t.Helper()
	c := &cutover{Env: acctest.New(t), t: t, inGap: map[string]bool{}, blocked: map[string]bool{}}
	c.UseGoTo()
	world := c.Sim.Store()
	var err error
	if _, c.old, err = world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", ""); err != nil {
		t.Fatal(err)
	}
	c.must(world.UpdateServicePrincipal(c.old.ID, func(sp *store.ServicePrincipal) error {
		sp.Properties["preferredSingleSignOnMode"] = "saml"
		return nil
	}))
	if c.oldJob, err = world.CreateJob(c.old.ID, store.ConnectorGoToMeeting); err != nil {
		t.Fatal(err)
	}
	c.must(world.PutSecrets(c.old.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}))
	role := slices.IndexFunc(c.old.Roles, func(r store.AppRole) bool { return r.DisplayName == store.RoleUser })
	c.people = world.AddUsers(200)
	for _, id := range c.people {
		_, err := world.Assign(c.old.ID, id, c.old.Roles[role].ID, store.AssignOptions{})
		c.must(err)
	}
	c.must(c.Sim.Engine().Start(c.old.ID, c.oldJob.ID))
	c.interval()
	c.Sim.Clock().OnAdvance(c.look)
	c.look()
	return c
}

func (c *cutover) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// interval lets the time pass, step by step, in which every job that is on has a cycle.
func (c *cutover) interval() {
	for range 9 {
		c.Sim.Clock().Advance(5 * time.Minute)
	}
}

// look checks what must be so at every moment: nobody has two accounts, nobody is disabled who still works here, nobody new
// is created, each person is whom the account says, and single sign-on works.
func (c *cutover) look() {
	c.ticks++
	wrong := func(format string, values ...any) {
		if len(c.broken) < 5 {
			c.broken = append(c.broken, fmt.Sprintf("tick %d: ", c.ticks)+fmt.Sprintf(format, values...))
		}
	}
	world := c.Sim.Store()
	byEmail := map[string][]store.Account{}
	for _, a := range world.Accounts() {
		byEmail[strings.ToLower(a.Email)] = append(byEmail[strings.ToLower(a.Email)], a)
	}
	for _, id := range c.people {
		user, err := world.User(id)
		if err != nil {
			continue // deleted
		}
		accounts := byEmail[strings.ToLower(user.UserPrincipalName)]
		switch {
		case len(accounts) != 1:
			wrong("%s has %d accounts", user.UserPrincipalName, len(accounts))
		case !accounts[0].Active && !c.blocked[id]:
			wrong("%s is disabled", user.UserPrincipalName)
		case strings.Join(accounts[0].Attributes["firstName"], "") != user.GivenName:
			wrong("%s is called %v", user.UserPrincipalName, accounts[0].Attributes["firstName"])
		}
		for name := range accounts[0].Attributes {
			if strings.HasPrefix(name, "name.") {
				wrong("%s has a property of its own for the new connector: %s", user.UserPrincipalName, name)
			}
		}
	}
	if len(byEmail) != len(c.people)+3 { // the seed's
		wrong("%d accounts", len(byEmail))
	}
	sp, err := world.ServicePrincipal(c.old.ID)
	if err != nil || sp.Properties["preferredSingleSignOnMode"] != "saml" || sp.Properties["accountEnabled"] == false {
		wrong("single sign-on no longer works: %v", err)
	}
	if n := len(world.Assignments(c.old.ID)); n < len(c.people)-len(c.inGap) {
		wrong("%d may sign in by the old application", n)
	}
}

// successor is the new application's service principal and job.
func (c *cutover) successor() (sp store.ServicePrincipal, job store.Job) {
	c.t.Helper()
	for _, job = range c.Sim.Store().AllJobs() {
		if job.ServicePrincipalID != c.old.ID {
			sp, err := c.Sim.Store().ServicePrincipal(job.ServicePrincipalID)
			c.must(err)
			return sp, job
		}
	}
	c.t.Fatal("there is no other job")
	return sp, job
}

// config is the configuration of a step, with somebody left out. The people are listed once, for both applications.
func (c *cutover) config(leaver string, oldOn, newOn bool, more ...string) string {
	var entries []string
	for _, id := range c.people {
		if id != leaver {
			entries = append(entries, fmt.Sprintf("    %q = \"User\"", id))
		}
	}
	text := fmt.Sprintf(`
locals {
  assignments = {
%s
  }
}

resource "gotomeeting_application" "old" {
  display_name = "GoToMeeting"
}

import {
  to = gotomeeting_application.old
  id = %[2]q
}

resource "gotomeeting_user_role_assignments_exclusive" "old" {
  service_principal_id = gotomeeting_application.old.service_principal_id
  assignments          = local.assignments
}

import {
  to = gotomeeting_user_role_assignments_exclusive.old
  id = %[2]q
}

resource "gotomeeting_provisioning_state" "old" {
  connection_id = %[3]q
  enabled       = %[4]t
}

import {
  to = gotomeeting_provisioning_state.old
  id = %[3]q
}
`, strings.Join(entries, "\n"), c.old.ID, c.old.ID+"/"+c.oldJob.ID, oldOn)
	if len(more) > 0 {
		text += fmt.Sprintf(`
resource "gotomeeting_application" "goto" {
  display_name = "GoTo"
  gallery_name = "GoTo"
}

resource "gotomeeting_provisioning_connection" "goto" {
  service_principal_id          = gotomeeting_application.goto.service_principal_id
  accidental_deletion_threshold = 5
}

resource "gotomeeting_attribute_mappings" "goto" {
  connection_id = gotomeeting_provisioning_connection.goto.id
  mappings = {
    userName          = { source_attribute = "userPrincipalName", matching_priority = 1 }
    "name.givenName"  = { source_attribute = "givenName" }
    "name.familyName" = { source_attribute = "surname" }
    active            = { expression = "Not([IsSoftDeleted])" }
  }
}

resource "gotomeeting_user_role_assignments_exclusive" "goto" {
  service_principal_id = gotomeeting_application.goto.service_principal_id
  assignments          = local.assignments
}

resource "gotomeeting_provisioning_state" "goto" {
  connection_id  = gotomeeting_provisioning_connection.goto.id
  enabled        = %t
  mapping_ids    = [gotomeeting_attribute_mappings.goto.id]
  assignment_ids = [gotomeeting_user_role_assignments_exclusive.goto.id]
}
%s`, newOn, strings.Join(more, "\n"))
	}
	return c.Config(text)
}

const cutoverPreview = `
data "gotomeeting_provisioning_preview" "goto" {
  connection_id = gotomeeting_provisioning_connection.goto.id
}
`

// sound ends a step: whatever happened until then has harmed nobody.
func (c *cutover) sound(step string) {
	c.t.Helper()
	for _, one := range c.broken {
		c.t.Errorf("until %s: %s", step, one)
	}
	c.broken = nil
}

// nothing to do.
var settled = resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

func TestCutover_movesFromGoToMeetingToGoToWithoutAnyoneNoticing(t *testing.T) {
	t.Parallel()
	c := newCutover(t)
	world := c.Sim.Store()
	leaver, blocked := c.people[7], c.people[11]
	counts := tfjsonpath.New("counts")
	expect := func(want map[string]int64) []statecheck.StateCheck {
		var checks []statecheck.StateCheck
		for _, name := range slices.Sorted(maps.Keys(want)) {
			checks = append(checks, statecheck.ExpectKnownValue("data.gotomeeting_provisioning_preview.goto", counts.AtMapKey(name), knownvalue.Int64Exact(want[name])))
		}
		return checks
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.ProviderFactories(),
		Steps: []resource.TestStep{
			{ // What exists comes under management.
				Config: c.config("", true, false), ConfigPlanChecks: settled,
			},
			{ // The new application beside it, off. Nothing runs twice.
				PreConfig: func() { c.sound("the import"); c.interval() },
				Config:    c.config("", true, false, ""), ConfigPlanChecks: settled,
			},
			{ // Both on is refused.
				PreConfig: func() { c.sound("the new application was made"); c.interval() },
				Config:    c.config("", true, true, ""), PlanOnly: true, ExpectError: regexp.MustCompile(`Two connections would write to the\s+same\s+accounts`),
			},
			{ // The old one has finished a cycle and is paused.
				Config: c.config("", false, false, ""), ConfigPlanChecks: settled,
			},
			{ // The way back from there.
				PreConfig: func() { c.sound("the pause"); c.interval(); c.interval() },
				Config:    c.config("", true, false, ""), ConfigPlanChecks: settled,
			},
			{
				PreConfig: func() { c.sound("the way back"); c.interval() },
				Config:    c.config("", false, false, ""), ConfigPlanChecks: settled,
			},
			{ // Not authorized yet: the switch is refused.
				PreConfig: func() { c.sound("the second pause"); c.interval() },
				Config:    c.config("", false, true, ""), PlanOnly: true, ExpectError: regexp.MustCompile("The connection cannot sign in yet"),
			},
			{ // Authorize in the portal. In the gap somebody leaves, and somebody's sign-in is blocked. The preview tells.
				PreConfig: func() {
					sp, _ := c.successor()
					c.must(world.Authorize(sp.ID))
					c.inGap[leaver], c.blocked[blocked] = true, true
					c.must(world.UpdateUser(blocked, func(u *store.User) { u.AccountEnabled = false }))
					c.interval()
				},
				Config: c.config(leaver, false, false, cutoverPreview),
			},
			{
				Config: c.config(leaver, false, false, cutoverPreview),
				// The leaver is with the seed's accounts that nobody matches. The service does not link the one who is blocked,
				// and so does not disable that account either: the preview lists it as skipped.
				ConfigStateChecks: expect(map[string]int64{"create": 0, "skip": 1, "in_scope": 199, "unmatched_accounts": 4}),
			},
			{ // One person on demand, then everybody.
				PreConfig: func() {
					c.sound("the preview")
					sp, job := c.successor()
					progress, found := c.Protocol().Invoke("gotomeeting_provision_on_demand", map[string]any{"connection_id": sp.ID + "/" + job.ID, "user_ids": []any{c.people[0]}})
					if found.HasError() {
						t.Errorf("on demand: %v, %v", progress, found)
					}
					c.interval()
					c.sound("the person on demand")
				},
				Config: strings.Replace(c.config(leaver, false, true, cutoverPreview), "provider \"gotomeeting\" {\n", "provider \"gotomeeting\" {\n  impact = { max_created = 0, max_disabled = 0 }\n", 1),
			},
			{ // The first cycles. The leaver and the one who is blocked are still listed.
				PreConfig: func() { c.interval(); c.interval(); c.sound("the first cycles") },
				Config:    c.config(leaver, false, true, cutoverPreview), ConfigPlanChecks: settled,
				// The preview cannot see anymore that the account of the one who is blocked was never linked.
				ConfigStateChecks: expect(map[string]int64{"create": 0, "skip": 0, "disable": 0, "disable_or_unmanaged": 5, "unmatched_accounts": 4}),
			},
			{ // The way back from there, too: the new one off, the old one on.
				PreConfig: func() {
					_, job := c.successor()
					if now, err := world.Job(job.ServicePrincipalID, job.ID); err != nil || now.Status.Quarantine != nil {
						t.Errorf("the first cycle is in quarantine: %v, %v", now.Status.Quarantine, err)
					}
				},
				Config: c.config(leaver, false, false, ""), ConfigPlanChecks: settled,
			},
			{
				PreConfig: func() { c.interval() },
				// The old job knows the leaver, so its next cycle disables the account.
				Config: c.config(leaver, true, false, ""), ConfigPlanChecks: settled,
			},
			{ // And forth again.
				PreConfig: func() {
					c.blocked[leaver] = true
					c.interval()
					c.interval()
					c.sound("the old one was on again")
					for _, id := range []string{leaver, blocked} {
						user, err := world.User(id)
						c.must(err)
						account, err := world.AccountByEmail(user.UserPrincipalName)
						if c.must(err); account.Active {
							t.Errorf("%s is still active", user.UserPrincipalName)
						}
					}
				},
				Config: c.config(leaver, false, false, ""), ConfigPlanChecks: settled,
			},
			{
				Config: c.config(leaver, false, true, ""), ConfigPlanChecks: settled,
			},
			{
				PreConfig: func() { c.interval(); c.interval(); c.sound("the end") },
				Config:    c.config(leaver, false, true, ""), ConfigPlanChecks: settled,
			},
			{ // The test ends without the old application, which stays for single sign-on.
				Config: regexp.MustCompile(`(?s)resource "gotomeeting_application" "old".*?\nresource "gotomeeting_application" "goto"`).ReplaceAllString(c.config(leaver, false, true, ""), `
removed {
  from = gotomeeting_application.old
  lifecycle {
    destroy = false
  }
}

removed {
  from = gotomeeting_user_role_assignments_exclusive.old
  lifecycle {
    destroy = false
  }
}

resource "gotomeeting_application" "goto"`),
			},
		},
	})
	if c.ticks < 120 {
		t.Errorf("only %d ticks of the clock", c.ticks)
	}
}

// Two connections that one plan makes and switches on, with addresses built in, are refused before anything is made.
func TestCutover_refusesTwoNewConnectionsOfOneTarget(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := env.CLI(fmt.Sprintf(`
locals {
  names = toset(["a", "b"])
}

resource "gotomeeting_application" "this" {
  for_each     = local.names
  display_name = "GoToMeeting ${each.key}"
}

resource "gotomeeting_provisioning_connection" "this" {
  for_each                  = local.names
  service_principal_id      = gotomeeting_application.this[each.key].service_principal_id
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
}

resource "gotomeeting_provisioning_state" "this" {
  for_each               = local.names
  connection_id          = gotomeeting_provisioning_connection.this[each.key].id
  enabled                = true
  allow_default_mappings = true
}
`, store.AdminUserName, store.AdminPassword))
	out, log, err := cli.Try("plan", "-no-color")
	if err == nil || strings.Count(log, "Two connections would write to the same") != 1 || !strings.Contains(strings.Join(strings.Fields(log), " "), "two connections that this plan creates are both on") {
		t.Errorf("%v\n%s\n%s", err, out, log)
	}
}
