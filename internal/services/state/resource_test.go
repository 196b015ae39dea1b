// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const connected = `
resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = gotomeeting_application.this.service_principal_id
  admin_username            = "` + store.AdminUserName + `"
  admin_password_wo         = "` + store.AdminPassword + `"
  admin_password_wo_version = "1"
  notification_email        = "identity-ops@example.com"
}
`

func TestResource_startsAndPauses(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := func(enabled string) string {
		return env.Config(connected + `
resource "gotomeeting_provisioning_state" "this" {
  connection_id = gotomeeting_provisioning_connection.this.id
  enabled       = ` + enabled + `
}

data "gotomeeting_sync_status" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}
`)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config("true"), Check: resource.TestCheckResourceAttr("data.gotomeeting_sync_status.this", "state", "pending")},
			{Config: config("true"), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
			{Config: config("false")},
		},
	})
	for _, line := range acctest.Lines(env.Sim.Log().Sent()) {
		t.Log(line)
	}
}
