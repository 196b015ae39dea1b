// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// filled is a tenant that was set up in the portal: an application with single sign-on, a running job with mappings of its
// own, and 300 assignments of people and groups; and an application of the successor without a job.
type filled struct {
	*acctest.Env
	sp, other store.ServicePrincipal
	job       store.Job
}

func newFilled(t *testing.T) *filled {
	t.Helper()
	f := &filled{Env: acctest.New(t)}
	world := f.Sim.Store()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	_, f.sp, err = world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting (Example Ltd)", "")
	must(err)
	_, f.other, err = world.Instantiate(store.TemplateGoTo, "GoTo", "")
	must(err)
	must(world.UpdateServicePrincipal(f.sp.ID, func(sp *store.ServicePrincipal) error {
		sp.Properties["preferredSingleSignOnMode"] = "saml"
		return nil
	}))
	f.job, err = world.CreateJob(f.sp.ID, store.ConnectorGoToMeeting)
	must(err)
	must(world.UpdateJob(f.sp.ID, f.job.ID, func(j *store.Job) {
		j.Schema = bytes.Replace(j.Schema, []byte(`"givenName"`), []byte(`"displayName"`), 1)
	}))
	must(world.PutSecrets(f.sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}, {Key: "SyncAll", Value: "false"},
		{Key: "SyncNotificationSettings", Value: `{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":25}`}}, store.SecretOptions{}))
	must(f.Sim.Engine().Start(f.sp.ID, f.job.ID))
	roles := map[string]string{}
	for _, role := range f.sp.Roles {
		roles[role.DisplayName] = role.ID
	}
	world.AddUsers(280)
	for i := range 280 {
		role := roles[store.RoleUser]
		if i%3 == 0 {
			role = roles[store.RoleOrganizer]
		}
		_, err := world.Assign(f.sp.ID, store.PersonID(i), role, store.AssignOptions{})
		must(err)
	}
	for i := range 20 { // groups that share names
		id := world.AddGroup(store.Group{DisplayName: fmt.Sprintf("Team %d", i%7), SecurityEnabled: true, MailNickname: fmt.Sprintf("team%d", i), Members: []string{store.UserAna}})
		_, err := world.Assign(f.sp.ID, id, roles[store.RoleUser], store.AssignOptions{})
		must(err)
	}
	f.Sim.Log().Reset()
	return f
}

// What a chain of lists finds, generates configuration that takes it over without a change.
func TestList_leadsFromTheGalleryToConfigurationThatPlansClean(t *testing.T) {
	t.Parallel()
	f := newFilled(t)
	p := f.Protocol()
	found, diagnostics := p.List("gotomeeting_application", map[string]any{"gallery_names": []any{"GoToMeeting", "GoTo"}}, true, 100)
	if len(found) != 2 || len(diagnostics) > 0 {
		t.Fatalf("%v, %v", found, diagnostics)
	}
	var ids []any
	for _, one := range found {
		ids = append(ids, one.Identity["service_principal_id"])
	}
	for _, test := range []struct {
		typeName string
		want     int
	}{
		{"gotomeeting_application", 2},
		{"gotomeeting_provisioning_connection", 1},
		{"gotomeeting_attribute_mappings", 1},
		{"gotomeeting_provisioning_state", 1},
		{"gotomeeting_user_role_assignment", 300},
		{"gotomeeting_user_role_assignments_exclusive", 1},
	} {
		if test.typeName != "gotomeeting_application" {
			if found, diagnostics = p.List(test.typeName, map[string]any{"service_principal_ids": ids}, true, 1000); len(diagnostics) > 0 {
				t.Errorf("%s: %v", test.typeName, diagnostics)
			}
			if some, _ := p.List(test.typeName, map[string]any{"service_principal_ids": ids}, false, 0); len(some) > 0 {
				t.Errorf("%s: %d results beyond the limit", test.typeName, len(some))
			}
		}
		if len(found) != test.want {
			t.Errorf("%s: %d results, not %d", test.typeName, len(found), test.want)
		}
		for i, one := range found {
			if len(one.Diagnostics) > 0 || one.DisplayName == "" || one.Resource["id"] == nil {
				t.Errorf("%s: %+v", test.typeName, one)
			}
			if i >= 5 { // the rest is like them
				continue
			}
			m := f.Managed(test.typeName)
			if found := m.ImportByIdentity(one.Identity); len(found) > 0 {
				t.Errorf("%s: %v", test.typeName, found)
				continue
			}
			config := p.Generate(test.typeName, one.Resource)
			if action, planned, found := m.Plan(config); action != acctest.NoAction || len(found.Errors()) > 0 {
				t.Errorf("%s: %s, %v\n%v\n%v", test.typeName, action, found, config, planned)
			}
		}
	}
	if writes := acctest.Lines(f.Sim.Log().Writes()); len(writes) > 0 {
		t.Errorf("the service was written to: %v", writes)
	}
}

func TestList_takesOneApplicationOrSeveral(t *testing.T) {
	t.Parallel()
	f := newFilled(t)
	p := f.Protocol()
	const absent = "b0000000-0000-4000-8000-0000000000ff"
	for _, typeName := range []string{"gotomeeting_provisioning_connection", "gotomeeting_attribute_mappings", "gotomeeting_provisioning_state",
		"gotomeeting_user_role_assignment", "gotomeeting_user_role_assignments_exclusive"} {
		for name, config := range map[string]map[string]any{
			"neither": {}, "both": {"service_principal_id": f.sp.ID, "service_principal_ids": []any{f.sp.ID}},
			"no id": {"service_principal_ids": []any{"GoToMeeting"}}, "absent": {"service_principal_id": absent},
		} {
			if _, found := p.List(typeName, config, false, 100); !found.HasError() {
				results, _ := p.List(typeName, config, false, 100)
				if len(results) != 1 || !results[0].Diagnostics.HasError() {
					t.Errorf("%s: %s is accepted", typeName, name)
				}
			}
		}
		one, found := p.List(typeName, map[string]any{"service_principal_id": "/servicePrincipals/" + f.sp.ID}, false, 1)
		if len(one) != 1 || len(found) > 0 || len(one[0].Diagnostics) > 0 {
			t.Errorf("%s: %v, %v", typeName, one, found)
		}
		if none, found := p.List(typeName, map[string]any{"service_principal_id": f.other.ID}, false, 100); len(none) > 0 || len(found) > 0 {
			t.Errorf("%s without anything: %v, %v", typeName, none, found)
		}
	}
}

// Below Terraform 1.14 the data sources write the import blocks.
func TestImport_takesOverAWholeTenantByImportBlocks(t *testing.T) {
	t.Parallel()
	f := newFilled(t)
	outputs := f.CLI(fmt.Sprintf(`
data "gotomeeting_application" "this" {
  display_name = %q
}

data "gotomeeting_user_role_assignments" "this" {
  service_principal_id = data.gotomeeting_application.this.id
}

output "import_blocks" {
  value = "${data.gotomeeting_application.this.import_blocks}\n${data.gotomeeting_user_role_assignments.this.import_blocks}"
}
`, f.sp.DisplayName))
	outputs.Run("apply", "-no-color", "-auto-approve")
	blocks, _ := outputs.Run("output", "-raw", "import_blocks")
	cli := f.CLI("")
	if name, have := cli.Product(); name == "Terraform" && have.Segments()[1] >= 16 { // which needs it to generate, and takes it from no one afterward
		cli.Write("imports.tf", strings.ReplaceAll(blocks, "import {\n", "import {\n  provider = gotomeeting\n"))
	} else {
		cli.Write("imports.tf", blocks)
	}
	plan, _ := cli.Run("plan", "-no-color", "-generate-config-out=generated.tf")
	if !strings.Contains(plan, "Plan: 304 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Fatalf("the plan is:\n%s\n%s", plan[max(0, len(plan)-3000):], blocks[:500])
	}
	cli.Write("imports.tf", blocks)
	cli.Run("apply", "-no-color", "-auto-approve")
	for _, arguments := range [][]string{{"plan", "-detailed-exitcode", "-no-color"}, {"plan", "-detailed-exitcode", "-no-color", "-refresh=false"}} {
		if out, log, err := cli.Try(arguments...); err != nil {
			t.Errorf("%v is not empty: %v\n%s%s", arguments, err, out, log)
		}
	}
	if writes := acctest.Lines(f.Sim.Log().Writes()); len(writes) > 0 {
		t.Errorf("the service was written to: %v", writes)
	}
	// The generated file keeps literal ids. With the replacements of the guide it still plans clean.
	label := regexp.MustCompile(`resource "gotomeeting_application" "(\w+)"`).FindStringSubmatch(cli.File("generated.tf"))[1]
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "importing.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile("(?s)```shell\n(sed .*?)```").FindStringSubmatch(string(guide))
	if lines == nil {
		t.Fatal("the guide has no line for sed")
	}
	if out, err := cli.Shell(strings.NewReplacer("b0000000", f.sp.ID[:8], "_application.this.", "_application."+label+".", "_connection.this.", "_connection."+label+".").Replace(lines[1])); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	replaced := cli.File("generated.tf")
	for pattern, want := range map[string]bool{
		`\n  service_principal_id\s*= gotomeeting_application\.` + label + `\.service_principal_id\n`: true,
		`\n  connection_id\s*= gotomeeting_provisioning_connection\.` + label + `\.id\n`:              true,
		`= "` + f.sp.ID: false, `= null`: false, `\n  template_id`: false,
	} {
		if regexp.MustCompile(pattern).MatchString(replaced) != want {
			t.Errorf("matching %s is not %t", pattern, want)
		}
	}
	replaced = regexp.MustCompile(`(?m)^\s*application_template_id\s*=.*\n`).ReplaceAllString(replaced, "")
	cli.Write("generated.tf", replaced)
	if out, log, err := cli.Try("plan", "-detailed-exitcode", "-no-color"); err != nil {
		t.Errorf("not empty with references: %v\n%s%s", err, out, log)
	}
}

// Assignments are imported by one block with for_each, without a block for each.
func TestImport_takesOverAssignmentsByForEach(t *testing.T) {
	t.Parallel()
	f := newFilled(t)
	cli := f.CLI(fmt.Sprintf(`
data "gotomeeting_user_role_assignments" "all" {
  service_principal_id = %q
}

locals {
  assignments = { for a in data.gotomeeting_user_role_assignments.all.assignments : "${a.principal_id}/${a.role}" => a }
}

import {
  for_each = local.assignments
  to       = gotomeeting_user_role_assignment.all[each.key]
  id       = each.value.id
}

resource "gotomeeting_user_role_assignment" "all" {
  for_each             = local.assignments
  service_principal_id = data.gotomeeting_user_role_assignments.all.service_principal_id
  principal_id         = each.value.principal_id
  role                 = each.value.role
}
`, f.sp.ID))
	if out, _ := cli.Run("plan", "-no-color", "-out=plan"); !strings.Contains(out, "Plan: 300 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Fatalf("the plan is:\n%s", out[max(0, len(out)-3000):])
	}
	cli.Run("apply", "-no-color", "plan")
	if out, log, err := cli.Try("plan", "-detailed-exitcode", "-no-color"); err != nil {
		t.Errorf("not empty: %v\n%s%s", err, out, log)
	}
	if writes := acctest.Lines(f.Sim.Log().Writes()); len(writes) > 0 {
		t.Errorf("the service was written to: %v", writes)
	}
}
