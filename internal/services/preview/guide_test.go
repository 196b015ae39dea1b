// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// tenantFromNothing declares everything that the examples of the preview refer to.
const tenantFromNothing = `
resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = gotomeeting_application.this.service_principal_id
  admin_username            = "provisioning@example.com"
  admin_password_wo         = "correct-horse-battery"
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
  principal_id         = "` + store.GroupMeetings + `"
  role                 = "User"
}
`

func example(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "data-sources", previewType, name+".tf"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The guide, from nothing: as long as users conflict, provisioning is not switched on.
func TestPreview_keepsProvisioningOffWhileThereAreConflicts(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.UseGoTo()
	mail := func(id, address string) {
		if err := env.Sim.Store().UpdateUser(id, func(u *store.User) { u.Mail = address }); err != nil {
			t.Fatal(err)
		}
	}
	state := func() string {
		for _, job := range env.Sim.Store().AllJobs() {
			return job.Schedule
		}
		return "none"
	}
	config := env.Config(tenantFromNothing + example(t, "data-source") + example(t, "data-source-gate") + `
resource "gotomeeting_provisioning_state" "this" {
  connection_id  = gotomeeting_provisioning_connection.this.id
  enabled        = true
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]

  depends_on = [data.gotomeeting_provisioning_preview.gate]
}
`)
	mail(store.UserBen, "ana@corp.example")
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
		{Config: config, ExpectError: regexp.MustCompile(`(?s)The next cycle would not do what is wanted.*"conflict":2`)},
		{PreConfig: func() {
			if got := state(); got == store.ScheduleActive {
				t.Errorf("the job is %s in spite of conflicts", got)
			}
			mail(store.UserBen, "ben@corp.example")
		}, Config: config},
		{PreConfig: func() {
			if got := state(); got != store.ScheduleActive {
				t.Errorf("the job is %s", got)
			}
		}, Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
	}})
}

// The gate of the example refuses a plan: the mapping that it is about is not written yet.
func TestPreview_gateRefusesAPlan(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.UseGoTo()
	w := &stage{Env: env, t: t}
	env.Sim.Store().SetDomains()
	before, rest, _ := strings.Cut(tenantFromNothing, `resource "gotomeeting_attribute_mappings" "users" {`)
	_, after, _ := strings.Cut(rest, "\n}\n")
	gated := before + after + example(t, "data-source-proposed") + `
resource "gotomeeting_provisioning_state" "this" {
  connection_id  = gotomeeting_provisioning_connection.this.id
  enabled        = true
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]
}
`
	narrowed := strings.Replace(gated, `"IS NOT NULL"`, `"IS NULL"`, 1)
	if narrowed == gated {
		t.Fatal("the example has no filter")
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
		{Config: env.Config(gated)},
		{PreConfig: func() {
			for _, job := range env.Sim.Store().AllJobs() {
				w.job, w.sp.ID = job, job.ServicePrincipalID
			}
			for range 3 {
				w.cycle()
			}
			env.Sim.Log().Reset()
		}, Config: env.Config(narrowed), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Resource precondition failed.*\d accounts will be disabled.*\| disabled or deleted \| 0 \|`)},
		{PreConfig: func() {
			if sent := env.Sim.Log().Writes(); len(sent) > 0 {
				t.Errorf("written: %v", acctest.Lines(sent))
			}
		}, Config: env.Config(gated), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
	}})
}

func TestPreview_exampleCheckSaysWhoIsInTheWay(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	w := &stage{Env: env, t: t}
	for _, id := range []string{store.UserAna, store.UserBen} {
		w.user(id, func(u *store.User) { u.Mail = "desk@corp.example" })
	}
	cli := env.CLI(tenantFromNothing + example(t, "data-source-check"))
	stdout, log := cli.Run("apply", "-auto-approve", "-no-color")
	if want := fmt.Sprintf("%s: several_people_match", store.UserAna); !strings.Contains(stdout+log, want) {
		t.Errorf("no %q in\n%s\n%s", want, stdout, log)
	}
}

// The real CLI and the provider as processes of their own: nobody's name or address is in what they print and log.
func TestPreview_namesNobodyInOutputAndLog(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.GroupMeetings, store.UserDavid)
	cli := w.CLI(fmt.Sprintf("data %q \"this\" {\n  connection_id = %q\n  detail        = \"people\"\n}\n\noutput \"counts\" {\n  value = data.%s.this.counts\n}\n", previewType, w.connectionID(), previewType))
	cli.Setenv("TF_LOG_PROVIDER", "TRACE")
	var all strings.Builder
	for _, args := range [][]string{{"plan", "-no-color"}, {"apply", "-no-color", "-auto-approve"}, {"plan", "-no-color"}} {
		stdout, log := cli.Run(args...)
		all.WriteString(stdout + log)
	}
	if state := cli.File("terraform.tfstate"); !strings.Contains(state, "ana@corp.example") {
		t.Error("the state holds no people although they were asked for")
	}
	printed := all.String()
	if !strings.Contains(printed, "getByIds") || !strings.Contains(printed, "GoTo request") {
		t.Error("the log is not as expected")
	}
	for _, name := range []string{"@corp.example", "Ana", "Example, ", "Known", "Chloe", "Faisal", "former"} {
		if at := strings.Index(printed, name); at >= 0 {
			t.Errorf("%q is printed: %s", name, printed[max(0, at-200):min(len(printed), at+100)])
		}
	}
}
