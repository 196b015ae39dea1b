// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Kind 5: the assignment of somebody who left permanently is asked to be created again, after a separate refresh or with the apply.
// Only whoever has the name now can get it, visibly; nobody else loses anything, and everything else is applied.
func TestReplaceOfALeaversAssignment(t *testing.T) {
	t.Parallel()
	const byName, byID = `user_principal_name = "ana@corp.example"`, `principal_id = "` + store.UserAna + `"`
	for _, test := range []struct {
		name, principal string
		purged          bool
		newcomer        bool
		refreshed       bool
		refused         string // what the apply says, "" if it succeeds
		atPlan          bool   // and so does the plan
	}{
		{name: "newcomer, deleted", principal: byName, newcomer: true},
		{name: "newcomer, purged", principal: byName, purged: true, newcomer: true},
		{name: "newcomer, purged and refreshed", principal: byName, purged: true, newcomer: true, refreshed: true},
		{name: "nobody, deleted", principal: byName, refused: "The user has a different name now", atPlan: true},
		{name: "id, purged", principal: byID, purged: true, refused: "No such principal"},
		{name: "id, purged and refreshed", principal: byID, purged: true, refreshed: true, refused: "No such principal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			cli := env.CLI(`
resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_user_role_assignment" "leaver" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  ` + test.principal + `
  role                 = "User"
}

resource "gotomeeting_user_role_assignment" "ben" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = "` + store.UserBen + `"
  role                 = "User"
}
`)
			cli.Run("apply", "-auto-approve", "-no-color")
			world := env.Sim.Store()
			remove := world.DeleteUser
			if test.purged {
				remove = world.PurgeUser
			}
			var sp store.ServicePrincipal
			for _, one := range world.ServicePrincipals(false) {
				if one.TemplateID == store.TemplateGoToMeeting {
					sp = one
				}
			}
			for _, a := range world.Assignments(sp.ID) {
				if a.PrincipalID == store.UserAna {
					if err := world.Unassign(sp.ID, a.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := remove(store.UserAna); err != nil {
				t.Fatal(err)
			}
			want := []string{store.UserBen, store.UserChloe}
			if test.newcomer {
				want = append(want, world.AddUser(store.User{UserPrincipalName: "ana@corp.example", DisplayName: "Ana Newcomer", AccountEnabled: true}))
			}
			if test.refreshed {
				cli.Run("apply", "-refresh-only", "-auto-approve", "-no-color")
			}
			// Nothing is granted unasked.
			out, log, err := cli.Try("plan", "-no-color")
			if text := out + log; err != nil || strings.Contains(text, "leaver will be created") && test.newcomer || strings.Contains(text, "leaver will be destroyed") {
				t.Errorf("plan: %v\n%s", err, text)
			}
			cli.Write("chloe.tf", `
resource "gotomeeting_user_role_assignment" "chloe" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = "`+store.UserChloe+`"
  role                 = "User"
}
`)
			replace := "-replace=gotomeeting_user_role_assignment.leaver"
			if _, _, err := cli.Try("plan", "-no-color", replace); (err != nil) != test.atPlan {
				t.Errorf("plan with %s: %v", replace, err)
			}
			out, log, err = cli.Try("apply", "-auto-approve", "-no-color", replace)
			if (err != nil) != (test.refused != "") || !strings.Contains(strings.Join(strings.Fields(out+log), " "), test.refused) {
				t.Errorf("apply: %v, want %q\n%s", err, test.refused, out+log)
			}
			if test.atPlan {
				want = want[:1]
			}
			var held []string
			for _, a := range world.Assignments(sp.ID) {
				held = append(held, a.PrincipalID)
			}
			slices.Sort(held)
			slices.Sort(want)
			if !slices.Equal(held, want) {
				t.Errorf("%q have the role, want %q", held, want)
			}
			if out, log, err := cli.Try("destroy", "-auto-approve", "-no-color"); err != nil {
				t.Errorf("destroy: %v\n%s", err, out+log)
			}
		})
	}
}
