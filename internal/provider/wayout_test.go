// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// wholeStack is everything that a configuration can have, read back by every data source.
func wholeStack(assignments string) string {
	return `
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
  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = "Coalesce([surname], [displayName])" }
    locale    = { constant = "en_US", apply = "on_create" }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
  scoping_filters = [{ clauses = [{ attribute = "department", operator = "IS NOT NULL" }] }]
}
` + assignments + `
resource "gotomeeting_provisioning_state" "this" {
  connection_id  = gotomeeting_provisioning_connection.this.id
  enabled        = true
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = local.assignment_ids
}

data "gotomeeting_sync_status" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

data "gotomeeting_application" "this" {
  service_principal_id = gotomeeting_application.this.id
}

data "gotomeeting_user_role_assignments" "this" {
  service_principal_id = gotomeeting_application.this.id
}
` + whatDataSourcesTell
}

// unrelated is what somebody else adds to the same configuration.
const unrelated = `
resource "gotomeeting_application" "goto" {
  display_name = "GoTo"
  gallery_name = "GoTo"
}
`

var (
	singles = fmt.Sprintf(`
resource "gotomeeting_user_role_assignment" "group" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = "User"
}

resource "gotomeeting_user_role_assignment" "ana" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = "Organizer"
}

resource "gotomeeting_user_role_assignment" "ben" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  user_principal_name  = "ben@corp.example"
  role                 = "User"
}

locals {
  assignment_ids = [gotomeeting_user_role_assignment.group.id, gotomeeting_user_role_assignment.ana.id, gotomeeting_user_role_assignment.ben.id]
}
`, store.GroupMeetings, store.UserAna)
	set = fmt.Sprintf(`
resource "gotomeeting_user_role_assignments_exclusive" "all" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  assignments = {
    %q = "User"
    %q = "Organizer"
    %q = "User"
  }
}

locals {
  assignment_ids = [gotomeeting_user_role_assignments_exclusive.all.id]
}
`, store.GroupMeetings, store.UserAna, store.UserBen)
)

// changed is a tenant whose facts change behind a configuration's back.
type changed struct {
	*store.Store
	t  *testing.T
	sp store.ServicePrincipal
}

func (c changed) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c changed) job() store.Job {
	c.t.Helper()
	jobs, err := c.Jobs(c.sp.ID)
	c.must(err)
	if len(jobs) != 1 {
		c.t.Fatalf("%d jobs", len(jobs))
	}
	return jobs[0]
}

// rule is the first rule of the schema, edited where it stands.
func (c changed) schema(edit func(schema, rule map[string]any)) {
	c.t.Helper()
	job := c.job()
	var schema map[string]any
	c.must(json.Unmarshal(job.Schema, &schema))
	rules, _ := schema["synchronizationRules"].([]any)
	rule, _ := rules[0].(map[string]any)
	edit(schema, rule)
	raw, err := json.Marshal(schema)
	c.must(err)
	c.must(c.PutSchema(c.sp.ID, job.ID, raw, store.SchemaOptions{AcceptDoubled: true}))
}

// without removes the members of a list that have a value.
func without(owner map[string]any, list, member, value string) {
	all, _ := owner[list].([]any)
	owner[list] = slices.DeleteFunc(all, func(one any) bool {
		m, _ := one.(map[string]any)
		return m[member] == value
	})
}

// undefined drops an attribute from both directories and from the mapping, as a new version of the connector does.
func undefined(schema, rule map[string]any, name string) {
	directories, _ := schema["directories"].([]any)
	for _, d := range directories {
		directory, _ := d.(map[string]any)
		objects, _ := directory["objects"].([]any)
		for _, o := range objects {
			object, _ := o.(map[string]any)
			without(object, "attributes", "name", name)
		}
	}
	mappings, _ := rule["objectMappings"].([]any)
	mapping, _ := mappings[0].(map[string]any)
	without(mapping, "attributeMappings", "targetAttributeName", name)
}

func (c changed) principal(edit func(sp *store.ServicePrincipal)) {
	c.t.Helper()
	c.must(c.UpdateServicePrincipal(c.sp.ID, func(sp *store.ServicePrincipal) error { edit(sp); return nil }))
}

func (c changed) retire() {
	c.must(c.UpdateConnector(store.ConnectorGoToMeeting, func(connector *store.Connector) { connector.Retired = true }))
}

// Whatever changes at the service after the apply: what has nothing to do with it can be planned, and everything destroyed.
func TestWayOut_isFreeWhateverChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		exclusive bool
		change    func(c changed)
		shows     string // in the plan
		refused   string // by the plan of the destroy, unless force_destroy
		unread    bool   // no data source reads the mapping: of one that is not there none can tell
		forced    bool   // the application is destroyed whatever remains of it
		leaves    int    // applications that somebody else made
	}{
		{name: "user purged", change: func(c changed) { c.must(c.PurgeUser(store.UserAna)) }},
		{name: "user of a set purged", exclusive: true, change: func(c changed) { c.must(c.PurgeUser(store.UserAna)) }},
		{name: "user replaced by a namesake", change: func(c changed) {
			c.must(c.PurgeUser(store.UserBen))
			c.AddUser(store.User{UserPrincipalName: "ben@corp.example", DisplayName: "Another", AccountEnabled: true})
		}},
		{name: "user disabled", change: func(c changed) {
			c.must(c.UpdateUser(store.UserAna, func(u *store.User) { u.AccountEnabled = false }))
		}},
		{name: "group deleted", change: func(c changed) { c.must(c.DeleteGroup(store.GroupMeetings)) }},
		{name: "group of a set in the bin", exclusive: true, change: func(c changed) { c.must(c.BinGroup(store.GroupMeetings)) }},
		{name: "role disabled", change: func(c changed) {
			c.principal(func(sp *store.ServicePrincipal) {
				for i := range sp.Roles {
					sp.Roles[i].Enabled = sp.Roles[i].DisplayName != "Organizer"
				}
			})
		}},
		{name: "role of a set gone", exclusive: true, change: func(c changed) {
			c.principal(func(sp *store.ServicePrincipal) {
				sp.Roles = slices.DeleteFunc(sp.Roles, func(r store.AppRole) bool { return r.DisplayName == "Organizer" })
			})
		}},
		{name: "role of a set gone, and whoever had it", exclusive: true, change: func(c changed) {
			for _, a := range c.Assignments(c.sp.ID) {
				if a.PrincipalID == store.UserAna {
					c.must(c.Unassign(c.sp.ID, a.ID))
				}
			}
			c.principal(func(sp *store.ServicePrincipal) {
				sp.Roles = slices.DeleteFunc(sp.Roles, func(r store.AppRole) bool { return r.DisplayName == "Organizer" })
			})
		}},
		{name: "role gone, and whoever had it", change: func(c changed) {
			for _, a := range c.Assignments(c.sp.ID) {
				if a.PrincipalID == store.UserAna {
					c.must(c.Unassign(c.sp.ID, a.ID))
				}
			}
			c.principal(func(sp *store.ServicePrincipal) {
				sp.Roles = slices.DeleteFunc(sp.Roles, func(r store.AppRole) bool { return r.DisplayName == "Organizer" })
			})
		}},
		{name: "another role of the name", change: func(c changed) {
			c.principal(func(sp *store.ServicePrincipal) {
				for _, role := range sp.Roles {
					if role.DisplayName == "Organizer" {
						role.ID, role.Value = "a0000000-0000-4000-8000-0000000000aa", "another"
						sp.Roles = append(sp.Roles, role)
						return
					}
				}
			})
		}},
		{name: "another mapping of users", unread: true, change: func(c changed) {
			c.schema(func(_, rule map[string]any) {
				mappings, _ := rule["objectMappings"].([]any)
				mapping, _ := mappings[0].(map[string]any)
				second := maps.Clone(mapping)
				second["name"] = "Second"
				rule["objectMappings"] = append(mappings, second)
			})
		}},
		{name: "application deleted, two gallery entries of its name", change: func(c changed) {
			c.must(c.DeleteServicePrincipal(c.sp.ID))
			for _, entry := range c.Gallery() {
				if entry.ID == store.TemplateGoToMeeting {
					entry.ID = "5a5a0001-0000-4000-8000-0000000000ff"
					c.AddGalleryTemplate(entry)
				}
			}
		}, shows: "Several gallery applications have this name"},
		{name: "target attribute gone", change: func(c changed) {
			c.schema(func(schema, rule map[string]any) { undefined(schema, rule, "lastName") })
		}},
		{name: "filtered attribute gone", change: func(c changed) {
			c.schema(func(schema, rule map[string]any) { undefined(schema, rule, "department") })
		}},
		{name: "mapping gone", unread: true, change: func(c changed) {
			c.schema(func(_, rule map[string]any) { rule["objectMappings"] = []any{} })
		}},
		{name: "connector retired", change: changed.retire, shows: "The service has retired the connector of \"GoToMeeting\""},
		{name: "job deleted", change: func(c changed) { c.must(c.DeleteJob(c.sp.ID, c.job().ID)) }},
		{name: "application deleted", change: func(c changed) { c.must(c.DeleteServicePrincipal(c.sp.ID)) }},
		{name: "application deleted, another of its name made", change: func(c changed) {
			c.must(c.DeleteServicePrincipal(c.sp.ID))
			_, _, err := c.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			c.must(err)
		}, shows: "The application already exists", leaves: 1},
		{name: "application deleted, connector retired", change: func(c changed) {
			_, _, err := c.Instantiate(store.TemplateGoToMeeting, "Older", "")
			c.must(err)
			c.must(c.DeleteServicePrincipal(c.sp.ID))
			c.retire()
		}, shows: "The gallery application cannot provision accounts", leaves: 1},
		{name: "job deleted, another one made", change: func(c changed) {
			c.must(c.DeleteJob(c.sp.ID, c.job().ID))
			job, err := c.CreateJob(c.sp.ID, store.ConnectorGoToMeeting)
			c.must(err)
			c.must(c.UpdateJob(c.sp.ID, job.ID, func(j *store.Job) { j.Schedule = "Active" }))
		}, forced: true, shows: "A provisioning connection already exists"},
		{name: "job deleted, connector retired", change: func(c changed) {
			c.must(c.DeleteJob(c.sp.ID, c.job().ID))
			c.retire()
		}},
		{name: "mapping not editable and changed", change: func(c changed) {
			c.schema(func(_, rule map[string]any) {
				rule["editable"] = false
				mappings, _ := rule["objectMappings"].([]any)
				mapping, _ := mappings[0].(map[string]any)
				without(mapping, "attributeMappings", "targetAttributeName", "locale")
			})
		}},
		{name: "group no longer a security group", change: func(c changed) {
			c.must(c.UpdateGroup(store.GroupMeetings, func(g *store.Group) { g.SecurityEnabled = false }))
		}},
		{name: "colleague grants roles in a set", exclusive: true, change: func(c changed) {
			for _, role := range c.sp.Roles {
				if role.DisplayName == store.RoleUser {
					_, err := c.Assign(c.sp.ID, store.UserEva, role.ID, store.AssignOptions{})
					c.must(err)
				}
			}
		}},
		{name: "secrets lost", change: func(c changed) {
			c.must(c.PutSecrets(c.sp.ID, nil, store.SecretOptions{Replace: true}))
		}},
		{name: "single sign-on", change: func(c changed) {
			c.principal(func(sp *store.ServicePrincipal) {
				sp.Properties = map[string]any{"preferredSingleSignOnMode": "saml"}
			})
		}, refused: "The application is still in use"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			assignments := singles
			if test.exclusive {
				assignments = set
			}
			configuration := wholeStack(assignments)
			if test.forced {
				configuration = strings.Replace(configuration, `"GoToMeeting"`, "\"GoToMeeting\"\n  force_destroy = true", 1)
			}
			if test.unread {
				configuration = strings.TrimSuffix(configuration, whatDataSourcesTell)
			}
			cli := env.CLI(configuration)
			applied, _ := cli.Run("apply", "-auto-approve", "-no-color")
			var c changed
			for _, sp := range env.Sim.Store().ServicePrincipals(false) {
				if sp.TemplateID == store.TemplateGoToMeeting {
					c = changed{env.Sim.Store(), t, sp}
				}
			}
			test.change(c)
			cli.Write("unrelated.tf", unrelated)
			planned, shown, err := cli.Try("plan", "-no-color")
			if all := planned + shown; err != nil || !strings.Contains(all, "gotomeeting_application.goto will be created") || !strings.Contains(all, test.shows) ||
				test.shows != "" && strings.Count(all, test.shows) != 1 {
				t.Errorf("plan: %v, want %q once\n%s", err, test.shows, all)
			}
			const standing = "This condition already exists and is not caused by this plan."
			if all := strings.Join(strings.Fields(planned+shown), " "); strings.Contains(test.shows, "has retired") && !strings.Contains(all, standing) || strings.Contains(applied, standing) {
				t.Errorf("the plan does not tell what is so already:\n%s", all)
			}
			env.Sim.Log().Reset()
			if test.refused != "" {
				out, shown, err := cli.Try("destroy", "-auto-approve", "-no-color")
				if writes := acctest.Lines(env.Sim.Log().Writes()); err == nil || !strings.Contains(out+shown, test.refused) || len(writes) > 0 {
					t.Errorf("destroy: %v, wrote %v\n%s", err, writes, out+shown)
				}
				cli.Write("main.tf", strings.Replace(cli.File("main.tf"), `"GoToMeeting"`, "\"GoToMeeting\"\n  force_destroy = true", 1))
				cli.Run("apply", "-auto-approve", "-no-color", "-target=gotomeeting_application.this")
			}
			out, shown, err := cli.Try("destroy", "-auto-approve", "-no-color")
			if err != nil || !strings.Contains(out, "Destroy complete!") {
				t.Errorf("destroy: %v\n%s", err, out+shown)
			}
			if shown := strings.Join(strings.Fields(out+shown), " "); strings.Contains(shown, "the next cycle disables the accounts") {
				t.Errorf("the destroy ends provisioning, and announces a cycle:\n%s", shown)
			}
			left := slices.DeleteFunc(env.Sim.Store().ServicePrincipals(false), func(sp store.ServicePrincipal) bool { return sp.TemplateID == "" })
			if len(left) != test.leaves {
				t.Errorf("%d applications are left", len(left))
			}
		})
	}
}

// A data source that cannot tell is an error, since no answer would be a wrong one. The guide on troubleshooting names the ways out.
func TestWayOut_ofDataSourcesThatCannotTell(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.UseGoTo()
	world := env.Sim.Store()
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "Elsewhere", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := world.CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprintf(`
data "gotomeeting_sync_status" "this" {
  connection_id = %[1]q
}

data "gotomeeting_attribute_mappings" "this" {
  connection_id = %[1]q
}

data "gotomeeting_provisioning_preview" "this" {
  connection_id = %[1]q
}

data "gotomeeting_application" "this" {
  display_name = "Elsewhere"
}

data "gotomeeting_user_role_assignments" "this" {
  service_principal_id = %[2]q
}

data "gotomeeting_accounts" "all" {}
`, sp.ID+"/"+job.ID, sp.ID)
	own := fmt.Sprintf(`
resource "gotomeeting_application" "own" {
  display_name = "Own"
}

resource "gotomeeting_user_role_assignment" "ana" {
  service_principal_id = gotomeeting_application.own.service_principal_id
  principal_id         = %q
  role                 = "User"
}
`, store.UserAna)
	cli := env.CLI(told + own)
	cli.Run("apply", "-auto-approve", "-no-color")
	changed{world, t, sp}.must(world.DeleteServicePrincipal(sp.ID))
	cli.Setenv("GOTO_CLIENT_SECRET", "revoked")

	for _, action := range []string{"plan", "destroy"} {
		_, shown, err := cli.Try(action, "-no-color")
		for _, data := range []string{"sync_status", "attribute_mappings", "provisioning_preview", "application", "user_role_assignments"} {
			if err == nil || !strings.Contains(shown, "with data.gotomeeting_"+data+".this") {
				t.Errorf("%s: %s does not say that it cannot tell: %v\n%s", action, data, err, shown)
			}
		}
	}
	// Inside a check, it stops nothing.
	status, rest, _ := strings.Cut(strings.TrimSpace(told), "\n\n")
	cli.Write("main.tf", strings.Replace(cli.File("main.tf"), strings.TrimSpace(told), "check \"provisioning\" {\n"+status+"\n  assert {\n    condition     = data.gotomeeting_sync_status.this.healthy\n    error_message = \"not healthy\"\n  }\n}\n", 1))
	if out, shown, err := cli.Try("plan", "-no-color"); err != nil || !strings.Contains(out+shown, "Warning: ") || !strings.Contains(out, "0 to add, 0 to change, 0 to destroy") {
		t.Errorf("plan with a check: %v\n%s", err, out+shown)
	}
	cli.Write("more.tf", rest)
	if out, shown, err := cli.Try("destroy", "-auto-approve", "-no-color", "-refresh=false"); err != nil || !strings.Contains(out, "Destroy complete! Resources: 2 destroyed.") {
		t.Errorf("destroy: %v\n%s", err, out+shown)
	}
}
