// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// tutorial is the configuration of the tutorial with nothing but these lines to order the last resource.
func tutorial(env *acctest.Env, order ...string) string {
	return env.Config(fmt.Sprintf(`
resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = gotomeeting_application.this.service_principal_id
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
  mappings = {
    email     = { source_attribute = "mail", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = "Coalesce([surname], [displayName])" }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
}

resource "gotomeeting_user_role_assignment" "meetings_team" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = "User"
}

resource "gotomeeting_provisioning_state" "this" {
  connection_id = gotomeeting_provisioning_connection.this.id
  enabled       = true
  %s
}
`, store.AdminUserName, store.AdminPassword, store.GroupMeetings, strings.Join(order, "\n  ")))
}

const (
	mappingIDs    = "mapping_ids = [gotomeeting_attribute_mappings.users.id]"
	assignmentIDs = "assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]"
)

// writes lists the writes but for signing in, by what they end with.
func writes(env *acctest.Env) (all []string) {
	for _, request := range env.Sim.Log().Writes() {
		all = append(all, request.Method+" "+request.Path[strings.LastIndex(request.Path, "/")+1:])
	}
	return all
}

// cycleBetweenWrites lets a cycle begin, and end, before each write.
func cycleBetweenWrites(env *acctest.Env) {
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		for _, path := range []string{"/servicePrincipals/**", "/applications/**", "/applicationTemplates/**"} {
			env.Sim.Faults().Add(simulator.Fault{Method: method, Path: path, Count: -1, Effect: simulator.Delays(time.Hour)})
		}
	}
}

// sameMapping checks that the mapping was never put back to the default, and that nobody was disabled.
func sameMapping(env *acctest.Env, provisioned []string) error {
	if puts := env.Sim.Log().Match("PUT", "/servicePrincipals/*/synchronization/jobs/*/schema"); len(puts) > 0 {
		return fmt.Errorf("the schema was written %d times", len(puts))
	}
	for _, e := range env.Sim.Store().Log() {
		if e.Action == "disable" || e.Action == "delete" {
			return fmt.Errorf("%s: %s", e.Action, e.SourceID)
		}
	}
	if now := active(env); len(now) != len(provisioned) {
		return fmt.Errorf("of %v only %v are active", provisioned, now)
	}
	return nil
}

func active(env *acctest.Env) (emails []string) {
	for _, account := range env.Sim.Store().Accounts() {
		if account.Active {
			emails = append(emails, account.Email)
		}
	}
	return emails
}

// Kind 1, lifecycle: the line that the user forgot.
func TestTutorial_withoutAnOrderIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
		{Config: tutorial(env), PlanOnly: true, ExpectError: regexp.MustCompile("Provisioning would start before the attribute mappings are in place")},
		{Config: tutorial(env), ExpectError: regexp.MustCompile("Provisioning would start before the attribute mappings are in place")},
		{Config: tutorial(env, assignmentIDs), ExpectError: regexp.MustCompile("Provisioning would start before the attribute mappings are in place")},
	}})
	if got := writes(env); len(got) > 0 {
		t.Errorf("wrote %v", got)
	}
}

// Kind 1, lifecycle: with cycles that begin whenever they can, no account is made by a default mapping, and none disabled
// by a destroy.
func TestTutorial_startsLastAndIsPausedFirst(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]string{"as it stands": {mappingIDs, assignmentIDs}, "without the line that orders assignments": {mappingIDs}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			startsLastAndIsPausedFirst(t, order...)
		})
	}
}

func startsLastAndIsPausedFirst(t *testing.T, order ...string) {
	env := acctest.New(t, func(o *simulator.Options) { o.TokenLifetime = 7 * 24 * time.Hour })
	config := tutorial(env, order...)
	before := active(env)
	var provisioned []string
	cycleBetweenWrites(env)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
		{Config: config},
		{
			PreConfig: func() {
				got := writes(env)
				if len(got) < 6 || got[len(got)-1] != "POST start" {
					t.Errorf("start is not the last write: %v", got)
				}
				if now := active(env); len(now) != len(before) {
					t.Errorf("accounts changed before the start: %v", now)
				}
				env.Sim.Clock().Advance(time.Hour)
				for _, account := range env.Sim.Store().Accounts() {
					if user, err := env.Sim.Store().FindUser(account.Email); err == nil && user.Mail != account.Email {
						t.Errorf("%s was matched by the default", account.Email)
					}
				}
				if provisioned = active(env); len(provisioned) <= len(before) {
					t.Fatalf("nobody was provisioned: %v", provisioned)
				}
				env.Sim.Log().Reset()
			},
			Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
		{ // replaced by themselves, with cycles between the halves
			Config: config, Taint: []string{"gotomeeting_attribute_mappings.users", "gotomeeting_user_role_assignment.meetings_team"},
			Check: func(*terraform.State) error { return sameMapping(env, provisioned) },
		},
		{PreConfig: env.Sim.Log().Reset, RefreshState: true},
	}, CheckDestroy: func(*terraform.State) error {
		if got := writes(env); len(got) < 5 || got[0] != "POST pause" {
			return fmt.Errorf("pause is not the first write of the destroy: %v", got)
		}
		if now := active(env); len(now) != len(provisioned) {
			return fmt.Errorf("of %v only %v are active after the destroy", provisioned, now)
		}
		return nil
	}})
}

// Kind 1, lifecycle: two resources of a connection that is known.
func TestTwoStates_areRefusedAtPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	two := w.config("enabled = true") + strings.Replace(strings.TrimPrefix(w.config("enabled = false"), w.ProviderConfig()), `"this"`, `"other"`, 1)
	w.test(resource.TestStep{Config: two, PlanOnly: true, ExpectError: regexp.MustCompile(`already\s+has\s+another\s+gotomeeting_provisioning_state`)})
	w.wantAsked()
}

// Kind 1, lifecycle: a connection that is not known until the apply. The destroy goes.
func TestTwoStates_ofANewConnectionAreRefusedAtApply(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := tutorial(env, mappingIDs, assignmentIDs)
	two := config + `
resource "gotomeeting_provisioning_state" "other" {
  connection_id = gotomeeting_provisioning_connection.this.id
  enabled       = false

  depends_on = [gotomeeting_provisioning_state.this]
}
`
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
		{Config: two, ExpectError: regexp.MustCompile(`already\s+has\s+another\s+gotomeeting_provisioning_state`)},
		{
			PreConfig: func() {
				if got := writes(env); got[len(got)-1] != "POST start" {
					t.Errorf("the second resource did something: %v", got)
				}
			},
			Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	}})
}

// Kind 1, lifecycle: a new name without a `moved` block is a create and a destroy of the same connection's state, in
// whatever order. And a replacement is not a second resource.
func TestOneState_mayBeRenamedAndReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config("enabled = true")
	renamed := strings.Replace(config, `"this"`, `"renamed"`, 1)
	early := strings.Replace(renamed, "enabled = true", "enabled = true\n  lifecycle {\n    create_before_destroy = true\n  }", 1)
	on := func() { w.wantSchedule(store.ScheduleActive) }
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{Config: renamed},
		resource.TestStep{PreConfig: on, Config: renamed, ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: early},
		resource.TestStep{PreConfig: on, Config: early, Taint: []string{typeName + ".renamed"}},
		resource.TestStep{PreConfig: on, Config: early, ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: renamed, Taint: []string{typeName + ".renamed"}},
		resource.TestStep{PreConfig: on, Config: renamed, ConfigPlanChecks: emptyPlan()},
	)
	w.wantSchedule(store.SchedulePaused)
}

// The same over the protocol, with each order of the two, and with the create planned before the destroy pauses.
func TestOneState_staysOnInEachOrderOfARename(t *testing.T) {
	t.Parallel()
	for _, destroyFirst := range []bool{true, false} {
		w := newWorld(t)
		object := w.object("enabled", true)
		old, found := w.Protocol().Change(typeName, nil, object)
		succeeds(t, found)
		p := w.Protocol()
		planned, found := p.Plan(typeName, nil, object)
		succeeds(t, found)
		destroy := func() {
			if left, found := p.Change(typeName, old, nil); left != nil || len(found) > 0 {
				t.Errorf("destroy gave %v, %s", left, found)
			}
		}
		if destroyFirst {
			destroy()
		}
		one, found := p.Apply(planned)
		succeeds(t, found)
		if !destroyFirst {
			destroy()
		}
		w.wantSchedule(store.ScheduleActive)
		managed := w.Managed(typeName)
		managed.Now = one
		if action, _, found := managed.Plan(object); action != acctest.NoAction || len(found) > 0 {
			t.Errorf("%s\n%s", action, found)
		}
	}
}
