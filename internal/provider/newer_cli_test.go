// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// newest is a tenant in which the complete example is applied, and the CLI that applied it: one that has queries and
// actions, or the test is skipped.
func newest(t *testing.T) (cli *acctest.CLI, env *acctest.Env, servicePrincipalID, jobID string) {
	t.Helper()
	env = acctest.New(t)
	configuration := strings.ReplaceAll(complete(t, env), env.ProviderConfig(), "")
	cli = env.CLI(configuration)
	cli.NeedTerraform("1.14.0")
	cli.Setenv("TF_VAR_gotomeeting_admin_password", store.AdminPassword)
	cli.Setenv("TF_VAR_meetings_team_group_id", store.GroupMeetings)
	cli.Run("apply", "-auto-approve", "-no-color")
	for _, sp := range env.Sim.Store().ServicePrincipals(false) {
		if sp.DisplayName != "GoToMeeting" {
			continue
		}
		jobs, err := env.Sim.Store().Jobs(sp.ID)
		if err != nil || len(jobs) != 1 {
			t.Fatalf("%d jobs, %v", len(jobs), err)
		}
		return cli, env, sp.ID, jobs[0].ID
	}
	t.Fatal("the example made no application")
	return nil, nil, "", ""
}

// exampleOf is an example with the tenant's ids in the place of the invented one.
func exampleOf(t *testing.T, servicePrincipalID string, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "examples"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(content), "b0000000-0000-4000-8000-000000000001", servicePrincipalID)
}

// What one state manages, a query finds, and the configuration that it generates takes over in another without a change.
func TestQuery_generatesConfigurationThatPlansClean(t *testing.T) {
	t.Parallel()
	_, env, servicePrincipalID, _ := newest(t)
	cli := env.CLI("")
	for _, name := range []string{"gotomeeting_application", "gotomeeting_provisioning_connection", "gotomeeting_user_role_assignment"} {
		cli.Write(name+".tfquery.hcl", exampleOf(t, servicePrincipalID, "list-resources", name, "list-resource.tfquery.hcl"))
	}
	env.Sim.Log().Reset()
	found, _ := cli.Run("query", "-no-color", "-generate-config-out=generated.tf")
	for _, want := range []string{
		"list.gotomeeting_application.all", "list.gotomeeting_provisioning_connection.all", "list.gotomeeting_user_role_assignment.groups",
		"service_principal_id=" + servicePrincipalID, "principal_id=" + store.GroupMeetings,
	} {
		if !strings.Contains(found, want) {
			t.Errorf("the query does not show %q:\n%s", want, found)
		}
	}
	generated := cli.File("generated.tf")
	if n := strings.Count(generated, "import {"); n != 3 {
		t.Errorf("%d import blocks for an application, a connection and an assignment:\n%s", n, generated)
	}
	plan, _ := cli.Run("plan", "-no-color")
	if !strings.Contains(plan, "3 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("plan of the generated configuration:\n%s\n%s", plan, generated)
	}
	cli.Run("apply", "-no-color", "-auto-approve")
	if again, _ := cli.Run("plan", "-no-color"); !strings.Contains(again, "No changes.") {
		t.Errorf("plan afterwards:\n%s", again)
	}
	if writes := env.Sim.Log().Writes(); len(writes) > 0 {
		t.Errorf("writes: %v", acctest.Lines(writes))
	}
}

// last is the last part of the path of each write.
func last(requests []simulator.Request) string {
	var parts []string
	for _, request := range requests {
		parts = append(parts, request.Path[strings.LastIndex(request.Path, "/")+1:])
	}
	return strings.Join(parts, " ")
}

func TestActions_areInvokedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	cli, env, servicePrincipalID, jobID := newest(t)
	cli.Setenv("TF_VAR_connection_id", servicePrincipalID+"/"+jobID)
	cli.Setenv("TF_VAR_next_password", store.AdminPassword)
	cli.Setenv("TF_VAR_pilot_user_ids", `["`+store.UserAna+`"]`)
	variable := regexp.MustCompile(`(?s)variable "connection_id" \{.*?\n\}\n`)
	for i, name := range []string{"gotomeeting_test_connection", "gotomeeting_restart_provisioning", "gotomeeting_provision_on_demand"} {
		text := exampleOf(t, servicePrincipalID, "actions", name, "action.tf")
		if i > 0 {
			text = variable.ReplaceAllString(text, "") // declared once
		}
		cli.Write(name+".tf", text)
	}
	for _, test := range []struct{ action, wantCall, wantWrites, wantOutput string }{
		{"gotomeeting_test_connection.this", "validateCredentials", "", "The service signed in to the target."},
		{"gotomeeting_test_connection.next_password", "validateCredentials", "", "The service signed in to the target."},
		{"gotomeeting_restart_provisioning.allow_deletes", "restart", "restart", "Provisioning was restarted."},
		{"gotomeeting_provision_on_demand.pilot", "provisionOnDemand", "provisionOnDemand", store.UserAna + ": Success (create)"},
	} {
		env.Sim.Log().Reset()
		output, _ := cli.Run("apply", "-no-color", "-auto-approve", "-invoke=action."+test.action)
		if got := last(env.Sim.Log().Writes()); got != test.wantWrites {
			t.Errorf("%s wrote %q, not %q", test.action, got, test.wantWrites)
		}
		if got := last(env.Sim.Log().Sent()); !strings.Contains(got, test.wantCall) {
			t.Errorf("%s called %q, not %s", test.action, got, test.wantCall)
		}
		if !strings.Contains(output, test.wantOutput) {
			t.Errorf("%s does not say %q:\n%s", test.action, test.wantOutput, output)
		}
	}
}

func TestActions_areTriggeredByAChange(t *testing.T) {
	t.Parallel()
	cli, env, servicePrincipalID, jobID := newest(t)
	cli.Write("trigger.tf", strings.NewReplacer("SERVICE_PRINCIPAL", servicePrincipalID, "JOB", jobID, "PERSON", store.UserSam).Replace(`
action "gotomeeting_provision_on_demand" "sam" {
  config {
    connection_id = "SERVICE_PRINCIPAL/JOB"
    user_ids      = ["PERSON"]
  }
}

resource "gotomeeting_user_role_assignment" "sam" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = "PERSON"
  role                 = "User"

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.gotomeeting_provision_on_demand.sam]
    }
  }
}
`))
	env.Sim.Log().Reset()
	cli.Run("apply", "-no-color", "-auto-approve")
	if got := last(env.Sim.Log().Writes()); got != "appRoleAssignedTo provisionOnDemand" {
		t.Errorf("the apply wrote %q", got)
	}
	if _, err := env.Sim.Store().AccountByEmail("sam@corp.example"); err != nil {
		t.Errorf("nobody was provisioned: %v", err)
	}
}
