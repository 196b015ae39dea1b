// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// With replicas that take turns, a read shows now the new and now the old state for a while after every write.
func TestComplete_appliesWithReplicasThatTakeTurns(t *testing.T) {
	for _, lag := range []simulator.Lag{{For: 2 * time.Second, Flicker: true}, {For: 5 * time.Second, Flicker: true}, {For: 5 * time.Second}} {
		t.Run(fmt.Sprintf("%+v", lag), func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			for _, kind := range []simulator.ObjectKind{
				simulator.KindServicePrincipal, simulator.KindApplication, simulator.KindSynchronization, simulator.KindJob,
				simulator.KindSecrets, simulator.KindSchema, simulator.KindAssignment,
			} {
				env.Sim.SetLag(kind, lag)
			}
			// Each command signs in once. Ten seconds between commands are for the replicas, which are not to be tested between them.
			env.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/*/oauth2/v2.0/token", Count: -1, Effect: simulator.Delays(10 * time.Second)})
			text := complete(t, env)
			variables := config.Variables{
				"gotomeeting_admin_password": config.StringVariable(store.AdminPassword),
				"meetings_team_group_id":     config.StringVariable(store.GroupMeetings),
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
				{Config: text, ConfigVariables: variables},
				{Config: text, ConfigVariables: variables, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
			}})
			if starts := env.Sim.Log().Match("POST", "/**/start"); len(starts) != 1 {
				t.Errorf("started %d times", len(starts))
			}
		})
	}
}
