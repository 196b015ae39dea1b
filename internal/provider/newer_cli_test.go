// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
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

// exampleOf is an example with the tenant's ids instead of the invented one.
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
		t.Errorf("plan afterward:\n%s", again)
	}
	if writes := env.Sim.Log().Writes(); len(writes) > 0 {
		t.Errorf("writes: %v", acctest.Lines(writes))
	}
}

// From a tenant that the portal filled, both files lead to configuration that changes nothing, without one id being known: each
// list takes what it needs from the one before.
func TestQuery_takesOverAFilledTenantWithoutOneID(t *testing.T) {
	t.Parallel()
	for name, count := range map[string]int{"everything": 2 + 1 + 1 + 1 + 300, "everything-exclusive": 2 + 1 + 1 + 1 + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFilled(t)
			cli := f.CLI("")
			cli.NeedTerraform("1.14.0")
			cli.Write("everything.tfquery.hcl", exampleOf(t, f.sp.ID, "list-resources", name+".tfquery.hcl"))
			cli.Run("query", "-no-color", "-generate-config-out=generated.tf")
			generated := cli.File("generated.tf")
			if n := strings.Count(generated, "import {"); n != count {
				t.Errorf("%d import blocks, not %d", n, count)
			}
			plan, _ := cli.Run("plan", "-no-color", "-out=plan")
			if want := fmt.Sprintf("Plan: %d to import, 0 to add, 0 to change, 0 to destroy.", count); !strings.Contains(plan, want) {
				t.Fatalf("the plan is not %q:\n%s", want, plan[max(0, len(plan)-3000):])
			}
			cli.Run("apply", "-no-color", "plan")
			for _, arguments := range [][]string{{"plan", "-detailed-exitcode", "-no-color"}, {"plan", "-detailed-exitcode", "-no-color", "-refresh=false"}} {
				if out, log, err := cli.Try(arguments...); err != nil {
					t.Errorf("%v is not empty: %v\n%s%s", arguments, err, out, log)
				}
			}
			if writes := acctest.Lines(f.Sim.Log().Writes()); len(writes) > 0 {
				t.Errorf("the service was written to: %v", writes)
			}
		})
	}
}

// With -minimal-refresh Terraform reads only what the configuration changes.
func TestPlan_minimalRefreshChangesWhatWasNotRead(t *testing.T) {
	t.Parallel()
	cli, env, servicePrincipalID, _ := newest(t)
	cli.NeedTerraform("1.17.0")
	env.Sim.Log().Reset()
	if out, log, err := cli.Try("plan", "-minimal-refresh", "-detailed-exitcode", "-no-color"); err != nil {
		t.Errorf("not empty: %v\n%s%s", err, out, log)
	}
	for _, request := range acctest.Lines(env.Sim.Log().Match("GET", "**")) {
		if strings.HasSuffix(request, "/schema") || strings.HasSuffix(request, "/appRoleAssignedTo") {
			t.Errorf("it was refreshed: %s", request)
		}
	}
	for i, test := range []struct{ override, writes string }{
		{`resource "gotomeeting_provisioning_connection" "this" { accidental_deletion_threshold = 30 }`, "/secrets"},
		{`resource "gotomeeting_application" "this" { display_name = "GoToMeeting of Example Ltd" }`, "/applications/"},
		{`resource "gotomeeting_provisioning_state" "this" { enabled = false }`, "/pause"},
	} {
		cli.Write(fmt.Sprintf("change%d_override.tf", i), test.override)
		env.Sim.Log().Reset()
		out, _ := cli.Run("apply", "-minimal-refresh", "-no-color", "-auto-approve")
		if writes := acctest.Lines(env.Sim.Log().Writes()); !strings.Contains(out, "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.") || len(writes) != 1 || !strings.Contains(writes[0], test.writes) {
			t.Errorf("%s\nwrote %q:\n%s", test.override, writes, out)
		}
		for _, arguments := range [][]string{{"-minimal-refresh"}, {}} {
			if out, log, err := cli.Try(append([]string{"plan", "-detailed-exitcode", "-no-color"}, arguments...)...); err != nil {
				t.Errorf("%s\nplan %v is not empty: %v\n%s%s", test.override, arguments, err, out, log)
			}
		}
	}
	cli.Run("destroy", "-minimal-refresh", "-no-color", "-auto-approve")
	if _, err := env.Sim.Store().ServicePrincipal(servicePrincipalID); err == nil {
		t.Error("the application is still there")
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
		{"gotomeeting_test_connection.this", "validateCredentials", "", "The service signed in to the target with the stored credentials."},
		{"gotomeeting_test_connection.next_password", "validateCredentials", "", "The service signed in to the target with the given credentials."},
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

// The credentials that the action is to test are write-only. Whether they are given by an ephemeral variable or by a sensitive
// one, they are tested, are in no plan, and are never replaced by the stored ones without a word.
func TestActions_testCredentialsThatNoPlanHolds(t *testing.T) {
	t.Parallel()
	cli, env, servicePrincipalID, jobID := newest(t)
	const wrong = "not-the-password-1"
	cli.Setenv("TF_VAR_given", wrong)
	cli.Setenv("TF_VAR_sensitive", wrong)
	cli.Write("tests.tf", strings.ReplaceAll(`
variable "given" {
  type      = string
  ephemeral = true
}

variable "sensitive" {
  type      = string
  sensitive = true
}

variable "trigger" {
  type    = number
  default = 0
}

action "gotomeeting_test_connection" "ephemeral" {
  config {
    connection_id  = "CONNECTION"
    admin_username = "provisioning@example.com"
    admin_password = var.given
  }
}

action "gotomeeting_test_connection" "ephemeral_key" {
  config {
    connection_id = "CONNECTION"
    credentials   = { BaseAddress = "https://goto.example", SecretToken = var.given }
  }
}

action "gotomeeting_test_connection" "sensitive" {
  config {
    connection_id  = "CONNECTION"
    admin_username = "provisioning@example.com"
    admin_password = var.sensitive
  }
}

resource "terraform_data" "this" {
  input = var.trigger

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.gotomeeting_test_connection.ephemeral]
    }
  }
}
`, "CONNECTION", servicePrincipalID+"/"+jobID))
	tested := func() []simulator.Request { return env.Sim.Log().Match("POST", "**/validateCredentials") }
	run := func(what string, wantTests int, wantText string, arguments ...string) {
		t.Helper()
		env.Sim.Log().Reset()
		out, log, err := cli.Try(arguments...)
		text := strings.Join(strings.Fields(out+log), " ")
		if err == nil || !strings.Contains(text, wantText) || strings.Contains(text, wrong) {
			t.Errorf("%s: %v, no %q in:\n%s\n%s", what, err, wantText, out, log)
		}
		if got := len(tested()); got != wantTests {
			t.Errorf("%s: %d tests, not %d", what, got, wantTests)
		}
		for _, request := range tested() {
			if !strings.Contains(string(request.Body), wrong) {
				t.Errorf("%s: other credentials were tested than those given: %s", what, request.Body)
			}
		}
	}
	const refused = "and the target refused. The service said:"
	run("sensitive", 1, refused, "apply", "-no-color", "-auto-approve", "-invoke=action.gotomeeting_test_connection.sensitive")
	// Terraform 1.16 and newer omit ephemeral values from what they invoke.
	wantTests, wantText := 0, "was not passed to the action, so nothing was tested"
	if _, have := cli.Product(); have.Segments()[1] < 16 {
		wantTests, wantText = 1, refused
	}
	run("ephemeral", wantTests, wantText, "apply", "-no-color", "-auto-approve", "-invoke=action.gotomeeting_test_connection.ephemeral")
	run("one key is ephemeral", wantTests, wantText, "apply", "-no-color", "-auto-approve", "-invoke=action.gotomeeting_test_connection.ephemeral_key")
	cli.Setenv("TF_VAR_sensitive", "another") // a saved plan has the values of variables that are not ephemeral
	cli.Run("plan", "-no-color", "-out=plan")
	acctest.WantNoSecret(t, cli.Unzipped("plan"), map[string]string{"password": wrong})
	run("triggered", 1, refused, "apply", "-no-color", "plan")
	// The right password lets the change happen that asked for the test.
	cli.Setenv("TF_VAR_given", store.AdminPassword)
	env.Sim.Log().Reset()
	if out, _ := cli.Run("apply", "-no-color", "-auto-approve"); !strings.Contains(out, "signed in to the target with the given credentials") || len(tested()) != 1 {
		t.Errorf("%d tests:\n%s", len(tested()), out)
	}
	acctest.WantNoSecret(t, cli.File("terraform.tfstate"), map[string]string{"password": store.AdminPassword})
}
