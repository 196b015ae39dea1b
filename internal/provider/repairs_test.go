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

const repairable = `
resource "gotomeeting_application" "this" {
  display_name  = "GoToMeeting"
  force_destroy = true
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = gotomeeting_application.this.service_principal_id
  admin_username            = "` + store.AdminUserName + `"
  admin_password_wo         = "` + store.AdminPassword + `"
  admin_password_wo_version = "1"
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { source_attribute = "surname" }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
}

resource "gotomeeting_provisioning_state" "this" {
  connection_id    = gotomeeting_provisioning_connection.this.id
  enabled          = true
  on_outside_pause = "resume"
  mapping_ids      = [gotomeeting_attribute_mappings.users.id]
}
`

// A limit of the provider block refuses what somebody writes. Where nobody changed the configuration, a plan that puts back what
// was changed elsewhere says so, and only its apply is refused: everything else can be planned, applied and destroyed.
func TestImpact_aLimitRefusesARepairWhileApplyingOnly(t *testing.T) {
	t.Parallel()
	people := []string{store.UserAna, store.UserBen, store.UserEva}
	single := `
resource "gotomeeting_user_role_assignment" "people" {
  for_each             = toset(["` + strings.Join(people, `", "`) + `"])
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = each.key
  role                 = "User"
}
`
	all := `
resource "gotomeeting_user_role_assignments_exclusive" "all" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  max_foreign_removals = -1
  assignments          = { "` + strings.Join(people, `" = "User", "`) + `" = "User" }
}
`
	unassign := func(c changed) {
		for _, a := range c.Assignments(c.sp.ID) {
			c.must(c.Unassign(c.sp.ID, a.ID))
		}
	}
	for _, test := range []struct {
		name, more string
		change     func(c changed)
		changed    string // the resource whose plan brings about too much
	}{
		{"mapping", single, func(c changed) {
			c.schema(func(_, rule map[string]any) {
				mappings, _ := rule["objectMappings"].([]any)
				mapping, _ := mappings[0].(map[string]any)
				mapped, _ := mapping["attributeMappings"].([]any)
				for _, one := range mapped {
					if attribute, _ := one.(map[string]any); attribute["targetAttributeName"] == "lastName" {
						attribute["source"] = map[string]any{"type": "Attribute", "name": "displayName", "expression": "[displayName]", "parameters": []any{}}
					}
				}
			})
		}, "gotomeeting_attribute_mappings.users"},
		{"scope", single, func(c changed) {
			c.must(c.PutSecrets(c.sp.ID, []store.KeyValue{{Key: "SyncAll", Value: "true"}}, store.SecretOptions{}))
		}, "gotomeeting_provisioning_connection.this"},
		{"pause", single, func(c changed) {
			c.must(c.UpdateJob(c.sp.ID, c.job().ID, func(j *store.Job) { j.Schedule = "Disabled" }))
			unassign(c)
		}, "gotomeeting_"}, // whichever comes last
		{"assignments", single, unassign, "gotomeeting_user_role_assignment.people"},
		{"entries of a set", all, unassign, "gotomeeting_user_role_assignments_exclusive.all"},
		{"strangers in a set", all, func(c changed) {
			for _, role := range c.sp.Roles {
				if role.DisplayName == store.RoleUser {
					_, err := c.Assign(c.sp.ID, c.AddUser(store.User{UserPrincipalName: "new@corp.example", GivenName: "New", Surname: "Comer", AccountEnabled: true}), role.ID, store.AssignOptions{})
					c.must(err)
				}
			}
		}, "gotomeeting_user_role_assignments_exclusive.all"},
		{"job", single, func(c changed) {
			c.must(c.DeleteJob(c.sp.ID, c.job().ID))
			for _, id := range people {
				c.must(c.UpdateUser(id, func(u *store.User) { u.Surname = "Married" }))
			}
		}, "gotomeeting_provisioning_state.this"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.Sim.Store().SetLicenses(1000)
			cycles := func() {
				for range 2 {
					env.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
				}
			}
			cli := env.CLI(repairable + test.more)
			cli.Run("apply", "-auto-approve", "-no-color")
			cycles()
			c := changed{env.Sim.Store(), t, env.Sim.Store().ServicePrincipals(false)[0]}
			for _, sp := range env.Sim.Store().ServicePrincipals(false) {
				if sp.TemplateID == store.TemplateGoToMeeting {
					c.sp = sp
				}
			}
			test.change(c)
			cycles()
			for _, limit := range []string{"DISABLED", "CREATED", "UPDATED"} {
				cli.Setenv("GOTOMEETING_IMPACT_MAX_"+limit, "0")
			}
			cli.Write("unrelated.tf", unrelated)
			const eased = "The configuration is as it was applied"
			out, shown, err := cli.Try("plan", "-no-color")
			if all := strings.Join(strings.Fields(strings.ReplaceAll(out+shown, "│", "")), " "); err != nil || !strings.Contains(all, eased) || !strings.Contains(all, "`impact.max_") ||
				!strings.Contains(all, "gotomeeting_application.goto will be created") {
				t.Errorf("plan: %v\n%s", err, out+shown)
			}
			out, shown, err = cli.Try("apply", "-auto-approve", "-no-color")
			_, errors, _ := strings.Cut(shown, "Error: ")
			if err == nil || !strings.Contains(errors, test.changed) || strings.Count(errors, "Error: ")+1 != strings.Count(errors, "`impact.max_") {
				t.Errorf("apply: %v\n%s", err, out+shown)
			}
			if !slices.ContainsFunc(env.Sim.Store().ServicePrincipals(false), func(sp store.ServicePrincipal) bool { return sp.DisplayName == "GoTo" }) {
				t.Errorf("the unrelated application is missing:\n%s", out)
			}
			// What an apply found gone and could not make again is not in the state any more: to the next plan, it is new.
			gone := test.name == "assignments" || test.name == "job" || test.name == "pause"
			if out, shown, err := cli.Try("destroy", "-auto-approve", "-no-color", fmt.Sprintf("-refresh=%t", !gone)); err != nil || !strings.Contains(out, "Destroy complete!") {
				t.Errorf("destroy: %v\n%s", err, out+shown)
			}
		})
	}
}
