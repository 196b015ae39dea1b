// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

var terraformBlock = regexp.MustCompile(`(?s)\nterraform \{.*?\n\}\n`)

// complete is examples/complete as it stands, pointed at the simulated tenant.
func complete(t *testing.T, env *acctest.Env) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "complete", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no example: %v", err)
	}
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(terraformBlock.ReplaceAllString(string(content), "\n"))
		all.WriteString("\n")
	}
	text := strings.Replace(all.String(), "provider \"gotomeeting\" {}\n", env.ProviderConfig(), 1)
	if !strings.Contains(text, env.Sim.GraphURL()) {
		t.Fatal("the example has no empty provider block to replace")
	}
	return text
}

// ten are ten assignments beside the tutorial's.
func ten() string {
	people := []string{store.UserAna, store.UserBen, store.UserChloe, store.UserEva, store.UserFaisal,
		store.UserHelen, store.UserIvan, store.UserJun, store.UserKim, store.UserLeo}
	var all strings.Builder
	for i, person := range people {
		fmt.Fprintf(&all, `
resource "gotomeeting_user_role_assignment" "person_%d" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = "User"
}
`, i, person)
	}
	return all.String()
}

// firstApply cuts the requests of the first apply out of the log: each command signs in once, plan first.
func firstApply(t *testing.T, requests []simulator.Request) []simulator.Request {
	t.Helper()
	var signIns []int
	for i, request := range requests {
		if strings.HasSuffix(request.Path, "/oauth2/v2.0/token") {
			signIns = append(signIns, i)
		}
	}
	if len(signIns) < 3 {
		t.Fatalf("%d sign-ins, expected one for each command", len(signIns))
	}
	return requests[signIns[1]:signIns[2]]
}

func TestComplete_appliesInOrderAndWithinBudget(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	configuration := complete(t, env) + ten()
	variables := config.Variables{
		"gotomeeting_admin_password": config.StringVariable(store.AdminPassword),
		"meetings_team_group_id":     config.StringVariable(store.GroupMeetings),
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config: configuration, ConfigVariables: variables,
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("sync_state", knownvalue.StringExact("pending"))},
			},
			{
				PreConfig: func() {
					apply := firstApply(t, env.Sim.Log().Sent())
					checkOrder(t, apply)
					if n := len(apply); n > 36 { // the sign-in among them
						t.Errorf("the apply took %d requests, more than 36:\n%s", n, strings.Join(acctest.Lines(apply), "\n"))
					}
				},
				Config: configuration, ConfigVariables: variables,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				PreConfig: env.Sim.Log().Reset,
				Config:    configuration, ConfigVariables: variables, Destroy: true,
			},
		},
		CheckDestroy: func(*terraform.State) error {
			if writes := env.Sim.Log().Writes(); len(writes) == 0 || !strings.HasSuffix(writes[0].Path, "/pause") {
				return fmt.Errorf("pause is not the first write of the destroy: %v", acctest.Lines(writes))
			}
			if jobs := env.Sim.Store().AllJobs(); len(jobs) > 0 {
				return fmt.Errorf("%d jobs are left", len(jobs))
			}
			for _, sp := range env.Sim.Store().ServicePrincipals(false) {
				if sp.TemplateID == store.TemplateGoToMeeting {
					return fmt.Errorf("the application %s is left", sp.ID)
				}
			}
			return nil
		},
	})
}

// checkOrder proves that no account could be touched by template defaults: the job was started after the schema was
// written and after every assignment, and nothing was written later.
func checkOrder(t *testing.T, requests []simulator.Request) {
	t.Helper()
	position := func(suffix string) (at []int) {
		for i, request := range requests {
			if request.IsWrite() && strings.HasSuffix(request.Path, suffix) {
				at = append(at, i)
			}
		}
		return at
	}
	start, schema, assignments := position("/start"), position("/schema"), position("/appRoleAssignedTo")
	if len(start) != 1 || len(schema) != 1 || len(assignments) != 11 {
		t.Fatalf("%d starts, %d schema writes and %d assignments; expected 1, 1 and 11", len(start), len(schema), len(assignments))
	}
	if before := slices.Max(append(schema, assignments[len(assignments)-1])); start[0] < before {
		t.Errorf("the job was started at request %d, before request %d:\n%s", start[0], before, strings.Join(acctest.Lines(requests), "\n"))
	}
}
