// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// whatDataSourcesTell is used as configurations use it: everything that a null collection or object would stop.
const whatDataSourcesTell = `
data "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

data "gotomeeting_provisioning_preview" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

data "gotomeeting_provisioning_logs" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

data "gotomeeting_accounts" "all" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

locals {
  told = {
    mapped     = [for target, entry in data.gotomeeting_attribute_mappings.users.mappings : "${target} ${coalesce(entry.apply, "always")}"]
    attributes = [for a in concat(data.gotomeeting_attribute_mappings.users.source_attributes, data.gotomeeting_attribute_mappings.users.target_attributes) : a.name]
    objects    = length(data.gotomeeting_attribute_mappings.users.object_mappings)
    operations = sort(data.gotomeeting_attribute_mappings.users.operations)
    created    = data.gotomeeting_provisioning_preview.this.counts.create > 100 ? "many" : "few"
    entries    = length(data.gotomeeting_provisioning_preview.this.entries)
    problems   = [for p in data.gotomeeting_provisioning_preview.this.problems : p.code]
    logged     = length(data.gotomeeting_provisioning_logs.this.entries)
    unmatched  = length(data.gotomeeting_accounts.all.active_unmatched_keys)
  }
}

output "told" {
  value = local.told
}
`

// The service takes a connector away under a running stack: the state stays, one warning for each application names it,
// what is beside it is planned and applied as ever, and all can be destroyed.
func TestRetirement_leavesEverythingElseAlone(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.UseGoTo()
	configuration := complete(t, env) + `
data "gotomeeting_application" "this" {
  service_principal_id = gotomeeting_application.this.id
}

data "gotomeeting_user_role_assignments" "this" {
  service_principal_id = gotomeeting_application.this.id
}
` + whatDataSourcesTell
	beside := configuration + fmt.Sprintf(`
resource "gotomeeting_user_role_assignment" "more" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = "User"
}

resource "gotomeeting_application" "goto" {
  display_name = "GoTo"
  gallery_name = "GoTo"
}

resource "gotomeeting_provisioning_connection" "goto" {
  service_principal_id = gotomeeting_application.goto.service_principal_id
}
`, store.UserSam)
	variables := config.Variables{
		"gotomeeting_admin_password": config.StringVariable(store.AdminPassword),
		"meetings_team_group_id":     config.StringVariable(store.GroupMeetings),
	}
	settled := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	var unchanged resource.ConfigPlanChecks // outputs tell that the connection is retired
	for _, address := range []string{"gotomeeting_application.this", "gotomeeting_provisioning_connection.this", "gotomeeting_attribute_mappings.users",
		"gotomeeting_user_role_assignment.meetings_team", "gotomeeting_provisioning_state.this"} {
		unchanged.PreApply = append(unchanged.PreApply, plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop))
	}
	warned := func() {
		t.Helper()
		var titles []string
		for _, d := range env.Diagnostics() { // with a refresh that of a resource, without one that of a data source
			if strings.Contains(d.Summary, "retired") && !slices.Contains(titles, d.Summary) {
				titles = append(titles, d.Summary)
			}
		}
		if len(titles) != 1 || !strings.HasPrefix(titles[0], `The service has retired the connector of "GoToMeeting" (service principal `) {
			t.Errorf("warnings: %q", titles)
		}
		env.ForgetDiagnostics()
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: configuration, ConfigVariables: variables},
			{
				PreConfig: func() {
					if err := env.Sim.Store().UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) { c.Retired = true }); err != nil {
						t.Fatal(err)
					}
					env.ForgetDiagnostics()
					env.Sim.Log().Reset()
				},
				Config: configuration, ConfigVariables: variables, ConfigPlanChecks: unchanged,
			},
			{
				PreConfig: func() {
					warned()
					if writes := acctest.Lines(env.Sim.Log().Writes()); len(writes) > 0 {
						t.Errorf("the service was written to: %v", writes)
					}
				},
				Config: beside, ConfigVariables: variables,
			},
			{
				PreConfig: warned,
				Config:    beside, ConfigVariables: variables, ConfigPlanChecks: settled,
			},
			{Config: beside, ConfigVariables: variables, Destroy: true},
		},
		CheckDestroy: func(*terraform.State) error {
			for _, sp := range env.Sim.Store().ServicePrincipals(false) {
				if sp.TemplateID != "" {
					return fmt.Errorf("%s is left", sp.DisplayName)
				}
			}
			return nil
		},
	})
}
