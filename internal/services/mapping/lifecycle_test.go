// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const address = "gotomeeting_attribute_mappings.users"

func planned(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func TestResource_writesTheTutorialsMapping(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	before := c.schema()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config:           c.mappings(tutorial),
				ConfigPlanChecks: planned(plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)),
				Check: func(*terraform.State) error {
					want := map[string]string{
						"active": "Not([IsSoftDeleted])", "email": "[userPrincipalName]", "firstName": "[givenName]",
						"lastName": "Coalesce([surname], [displayName])", "locale": `"en_US"`,
					}
					if diff := cmp.Diff(want, sources(c.schema())); diff != "" {
						t.Errorf("sources (-want +got):\n%s", diff)
					}
					return nil
				},
			},
			{Config: c.mappings(tutorial), ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan())},
			{
				PreConfig: c.Sim.Log().Reset,
				Config: c.mappings(`
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName", default_value = "Unknown" }
    lastName  = { source_attribute = "surname" }
    locale    = { constant = "en_US" }
    active    = { expression = "Not([IsSoftDeleted])" }
    timeZone  = { default_value = "Europe/Berlin" }
`),
				ConfigPlanChecks: planned(plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)),
			},
			{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
			},
		},
		CheckDestroy: func(*terraform.State) error {
			after := c.schema()
			after["version"], before["version"] = nil, nil
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("schema after destroy (-default +got):\n%s", diff)
			}
			return nil
		},
	})
	for _, line := range acctest.Lines(c.Sim.Log().Sent()) {
		t.Log(line)
	}
}

func TestResource_createsWithItsConnection(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{{Config: env.Config(`
resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = gotomeeting_application.this.service_principal_id
  admin_username            = "` + store.AdminUserName + `"
  admin_password_wo         = "` + store.AdminPassword + `"
  admin_password_wo_version = "1"
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
  mappings = {` + tutorial + `}
}
`)}},
	})
	for _, line := range acctest.Lines(env.Sim.Log().Sent()) {
		t.Log(line)
	}
}
