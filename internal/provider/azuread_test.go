// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const azureadAddress = "registry.terraform.io/hashicorp/azuread"

// formerly is a tenant that azuread has provisioned, and the state in which it kept that.
type formerly struct {
	*acctest.Env
	t           *testing.T
	application store.Application
	sp          store.ServicePrincipal
	job         store.Job
	role        string
	assignments []store.Assignment
}

func newFormerly(t *testing.T) *formerly {
	t.Helper()
	f := &formerly{Env: acctest.New(t), t: t}
	world := f.Sim.Store()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	f.application, f.sp, err = world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	must(err)
	f.job, err = world.CreateJob(f.sp.ID, store.ConnectorGoToMeeting)
	must(err)
	must(world.PutSecrets(f.sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}))
	must(f.Sim.Engine().Start(f.sp.ID, f.job.ID))
	for _, role := range f.sp.Roles {
		if role.DisplayName == store.RoleUser {
			f.role = role.ID
		}
	}
	world.AddUsers(10)
	for i := range 10 {
		a, err := world.Assign(f.sp.ID, store.PersonID(i), f.role, store.AssignOptions{})
		must(err)
		f.assignments = append(f.assignments, a)
	}
	f.Sim.Log().Reset()
	return f
}

// jobState and so on are attributes as azuread 3.9 writes them.
func (f *formerly) jobState() map[string]any {
	return map[string]any{
		"enabled": true, "id": "/servicePrincipals/" + f.sp.ID + "/synchronization/jobs/" + f.job.ID,
		"schedule":             []any{map[string]any{"expiration": "", "interval": "PT40M", "state": "Active"}},
		"service_principal_id": "/servicePrincipals/" + f.sp.ID, "template_id": store.ConnectorGoToMeeting, "timeouts": nil,
	}
}

func (f *formerly) secretState() map[string]any {
	return map[string]any{
		"credential": []any{map[string]any{"key": "UserName", "value": store.AdminUserName}, map[string]any{"key": "Password", "value": store.AdminPassword}},
		"id":         "/servicePrincipals/" + f.sp.ID, "service_principal_id": "/servicePrincipals/" + f.sp.ID, "timeouts": nil,
	}
}

func (f *formerly) assignmentState(i int) map[string]any {
	a := f.assignments[i]
	return map[string]any{
		"app_role_id": f.role, "id": "/servicePrincipals/" + f.sp.ID + "/appRoleAssignedTo/" + a.ID, "principal_display_name": "Somebody",
		"principal_object_id": a.PrincipalID, "principal_type": "User", "resource_display_name": f.sp.DisplayName, "resource_object_id": f.sp.ID, "timeouts": nil,
	}
}

func (f *formerly) applicationState() map[string]any {
	return map[string]any{
		"application_id": "/applications/" + f.application.ID, "application_object_id": f.application.ID, "display_name": "GoToMeeting",
		"id":                   "/applicationTemplates/" + store.TemplateGoToMeeting + "/instantiate/" + f.application.ID + "/" + f.sp.ID,
		"service_principal_id": "/servicePrincipals/" + f.sp.ID, "service_principal_object_id": f.sp.ID, "template_id": store.TemplateGoToMeeting, "timeouts": nil,
	}
}

func (f *formerly) servicePrincipalState() map[string]any {
	return map[string]any{
		"account_enabled": true, "application_tenant_id": f.Sim.TenantID(), "client_id": f.sp.AppID, "display_name": "GoToMeeting",
		"id": "/servicePrincipals/" + f.sp.ID, "object_id": f.sp.ID, "tags": []any{"WindowsAzureActiveDirectoryIntegratedApp"}, "timeouts": nil, "use_existing": true,
	}
}

// stateFile is the state of it all, in the form of a state file that a CLI wrote, with the registry of that CLI.
func (f *formerly) stateFile(cli *acctest.CLI) string {
	f.t.Helper()
	address := azureadAddress
	if name, _ := cli.Product(); name == "OpenTofu" {
		address = strings.Replace(address, "registry.terraform.io", "registry.opentofu.org", 1)
	}
	one := func(typeName, name string, version int, instances ...map[string]any) map[string]any {
		var list []any
		for i, attributes := range instances {
			instance := map[string]any{"schema_version": version, "attributes": attributes, "sensitive_attributes": []any{}, "private": "bnVsbA=="}
			if len(instances) > 1 {
				instance["index_key"] = i
			}
			list = append(list, instance)
		}
		resource := map[string]any{"mode": "managed", "type": typeName, "name": name, "provider": `provider["` + address + `"]`, "instances": list}
		if len(instances) > 1 {
			resource["each"] = "list"
		}
		return resource
	}
	var assignments []map[string]any
	for i := range f.assignments {
		assignments = append(assignments, f.assignmentState(i))
	}
	file, err := json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "0f0f0f0f-0000-4000-8000-00000000000a", "outputs": map[string]any{}, "check_results": nil,
		"resources": []any{
			one("azuread_app_role_assignment", "a", 1, assignments...),
			one("azuread_application_from_template", "app", 0, f.applicationState()),
			one("azuread_service_principal", "sp", 1, f.servicePrincipalState()),
			one("azuread_synchronization_job", "j", 1, f.jobState()),
			one("azuread_synchronization_secret", "s", 1, f.secretState()),
		},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return string(file)
}

// movedConfig is what the guide makes of azuread's configuration. How it names the role and the service principal is left
// open: both may stay as they were for azuread.
func movedConfig(role, servicePrincipal string) string {
	return fmt.Sprintf(`
resource "gotomeeting_application" "app" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "j" {
  service_principal_id         = %[2]s
  admin_username               = %[3]q
  prevent_accidental_deletions = false
}

resource "gotomeeting_user_role_assignment" "a" {
  count                = 10
  service_principal_id = %[2]s
  principal_id         = format("d1000000-0000-4000-8000-%%012d", count.index)
  role                 = %[1]q
}

moved {
  from = azuread_application_from_template.app
  to   = gotomeeting_application.app
}

moved {
  from = azuread_synchronization_job.j
  to   = gotomeeting_provisioning_connection.j
}

moved {
  from = azuread_app_role_assignment.a
  to   = gotomeeting_user_role_assignment.a
}

removed {
  from = azuread_service_principal.sp
  lifecycle {
    destroy = false
  }
}

removed {
  from = azuread_synchronization_secret.s
  lifecycle {
    destroy = false
  }
}
`, role, servicePrincipal, store.AdminUserName)
}

func TestMove_takesOverTheWholeStateOfAzureadWithoutAChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name             string
		role             func(*formerly) string
		servicePrincipal string
	}{
		{"as this provider's pages write it", func(*formerly) string { return store.RoleUser }, "gotomeeting_application.app.service_principal_id"},
		{"as azuread has it", func(f *formerly) string { return f.role }, `"/servicePrincipals/${gotomeeting_application.app.id}"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFormerly(t)
			cli := f.CLI(movedConfig(test.role(f), test.servicePrincipal))
			cli.UseAzuread()
			cli.Write("terraform.tfstate", f.stateFile(cli))
			out, _ := cli.Run("plan", "-no-color", "-out=plan")
			if !strings.Contains(out, "Plan: 0 to add, 0 to change, 0 to destroy.") && !strings.Contains(out, "Plan: 0 to add, 0 to change, 0 to destroy, 2 to forget.") { // as OpenTofu says it
				t.Errorf("the plan is:\n%s", out)
			}
			cli.Run("apply", "-no-color", "plan")
			if writes := acctest.Lines(f.Sim.Log().Writes()); len(writes) > 0 {
				t.Errorf("the service was written to: %v", writes)
			}
			if state := cli.File("terraform.tfstate"); strings.Contains(state, "azuread") || strings.Contains(state, store.AdminPassword) {
				t.Error("the state still has something of azuread")
			}
			for _, arguments := range [][]string{{"plan", "-detailed-exitcode", "-no-color"}, {"plan", "-detailed-exitcode", "-no-color", "-refresh=false"}} {
				if out, log, err := cli.Try(arguments...); err != nil {
					t.Errorf("%v is not empty: %v\n%s%s", arguments, err, out, log)
				}
			}
		})
	}
}

// Without the `removed` block azuread would empty the secrets, which the next plan shows.
func TestMove_emptiedSecretsShowInTheNextPlan(t *testing.T) {
	t.Parallel()
	f := newFormerly(t)
	config := map[string]any{"service_principal_id": f.sp.ID, "admin_username": store.AdminUserName, "prevent_accidental_deletions": false}
	m := f.Managed("gotomeeting_provisioning_connection")
	var found acctest.Diagnostics
	if m.Now, found = f.Protocol().Move("gotomeeting_provisioning_connection", azureadAddress, "azuread_synchronization_job", 1, f.jobState()); len(found) > 0 {
		t.Fatal(found)
	}
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Fatalf("%s, %v", action, found)
	}
	if err := f.Sim.Store().PutSecrets(f.sp.ID, []store.KeyValue{{Key: "UserName"}, {Key: "Password"}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	action, _, found := m.Plan(config)
	if action != acctest.Update || m.Get("admin_username") != nil || m.Get("authorized") != false || !strings.Contains(found.String(), "The connection has no credentials yet") {
		t.Errorf("%s, %v, %v", action, m.Now.State, found)
	}
}

func TestMove_fillsInWhatFollowsFromTheSource(t *testing.T) {
	t.Parallel()
	f := newFormerly(t)
	p := f.Protocol()
	for _, test := range []struct {
		to, provider, from string
		version            int64
		state, want        map[string]any
		identity           map[string]any
	}{
		{"gotomeeting_provisioning_connection", azureadAddress, "azuread_synchronization_job", 1, f.jobState(),
			map[string]any{"id": f.sp.ID + "/" + f.job.ID, "service_principal_id": f.sp.ID, "job_id": f.job.ID, "template_id": store.ConnectorGoToMeeting},
			map[string]any{"service_principal_id": f.sp.ID, "job_id": f.job.ID}},
		{"gotomeeting_user_role_assignment", "registry.opentofu.org/hashicorp/azuread", "azuread_app_role_assignment", 1, f.assignmentState(0),
			map[string]any{"id": f.sp.ID + "/" + f.assignments[0].ID, "service_principal_id": f.sp.ID, "principal_id": store.PersonID(0), "app_role_id": f.role, "principal_type": "User"},
			map[string]any{"service_principal_id": f.sp.ID, "principal_id": store.PersonID(0), "app_role_id": f.role}},
		// What OpenTofu sends for the later ones of many instances.
		{"gotomeeting_user_role_assignment", "registry.opentofu.org/gotomeeting-provisioning/gotomeeting", "azuread_app_role_assignment", 1, f.assignmentState(1),
			map[string]any{"id": f.sp.ID + "/" + f.assignments[1].ID, "service_principal_id": f.sp.ID, "principal_id": store.PersonID(1), "app_role_id": f.role, "principal_type": "User"},
			map[string]any{"service_principal_id": f.sp.ID, "principal_id": store.PersonID(1), "app_role_id": f.role}},
		{"gotomeeting_application", "example.com/hashicorp/azuread", "azuread_application_from_template", 0, f.applicationState(),
			map[string]any{"id": f.sp.ID, "service_principal_id": f.sp.ID, "display_name": "GoToMeeting", "application_template_id": store.TemplateGoToMeeting, "application_object_id": f.application.ID},
			map[string]any{"service_principal_id": f.sp.ID}},
		{"gotomeeting_application", azureadAddress, "azuread_service_principal", 1, f.servicePrincipalState(),
			map[string]any{"id": f.sp.ID, "service_principal_id": f.sp.ID, "display_name": "GoToMeeting"},
			map[string]any{"service_principal_id": f.sp.ID}},
	} {
		moved, found := p.Move(test.to, test.provider, test.from, test.version, test.state)
		if len(found) > 0 {
			t.Errorf("%s: %v", test.from, found)
			continue
		}
		got := map[string]any{}
		for name, value := range moved.State {
			if value != nil {
				got[name] = value
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.from, diff)
		}
		if diff := cmp.Diff(test.identity, moved.Identity); diff != "" {
			t.Errorf("identity of %s (-want +got):\n%s", test.from, diff)
		}
		read, found := p.Read(moved)
		if len(found) > 0 || read == nil {
			t.Errorf("reading what was %s: %v", test.from, found)
		}
	}
}

func TestMove_refusesWhatItDoesNotKnowWithTheImportBlock(t *testing.T) {
	t.Parallel()
	f := newFormerly(t)
	p := f.Protocol()
	job, assignment := f.sp.ID+"/"+f.job.ID, f.sp.ID+"/"+f.assignments[0].ID
	old := f.jobState()
	old["id"] = f.sp.ID + "/job/" + f.job.ID // as azuread 2 wrote it
	broken := f.jobState()
	broken["id"] = "nothing"
	for name, test := range map[string]struct {
		to, provider, from string
		version            int64
		state              map[string]any
		want               []string
	}{
		"version of azuread 2":    {"gotomeeting_provisioning_connection", azureadAddress, "azuread_synchronization_job", 0, old, []string{"schema version 0", `id = "` + job + `"`, "destroy = false"}},
		"version to come":         {"gotomeeting_user_role_assignment", azureadAddress, "azuread_app_role_assignment", 2, f.assignmentState(0), []string{"schema version 2", `id = "` + assignment + `"`}},
		"version of the template": {"gotomeeting_application", azureadAddress, "azuread_application_from_template", 1, f.applicationState(), []string{"schema version 1", `id = "` + f.sp.ID + `"`}},
		"another type":            {"gotomeeting_provisioning_connection", azureadAddress, "azuread_synchronization_secret", 1, f.secretState(), []string{"`azuread_synchronization_job`", "import {"}},
		"another provider":        {"gotomeeting_provisioning_connection", "registry.terraform.io/example/azuread", "azuread_synchronization_job", 1, f.jobState(), []string{"registry.terraform.io/example/azuread"}},
		"an id of another form":   {"gotomeeting_provisioning_connection", azureadAddress, "azuread_synchronization_job", 1, broken, []string{`"nothing"`, "import {"}},
	} {
		_, found := p.Move(test.to, test.provider, test.from, test.version, test.state)
		for _, want := range test.want {
			if !found.HasError() || !strings.Contains(found.String(), want) {
				t.Errorf("%s: no %q in %v", name, want, found)
			}
		}
	}
}
