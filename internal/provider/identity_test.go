// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// stack is a tenant with one of everything, set up outside Terraform.
type stack struct {
	*acctest.Env
	sp         store.ServicePrincipal
	job        store.Job
	assignment store.Assignment
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{Env: acctest.New(t)}
	var err error
	if _, s.sp, err = s.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", ""); err != nil {
		t.Fatal(err)
	}
	if s.job, err = s.Sim.Store().CreateJob(s.sp.ID, store.ConnectorGoToMeeting); err != nil {
		t.Fatal(err)
	}
	for _, role := range s.sp.Roles {
		if role.DisplayName == store.RoleUser {
			if s.assignment, err = s.Sim.Store().Assign(s.sp.ID, store.UserAna, role.ID, store.AssignOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// importIDs are the ids to import the six resources by.
func (s *stack) importIDs() map[string]string {
	connection := s.sp.ID + "/" + s.job.ID
	return map[string]string{
		"gotomeeting_application":                     s.sp.ID,
		"gotomeeting_provisioning_connection":         connection,
		"gotomeeting_attribute_mappings":              connection,
		"gotomeeting_provisioning_state":              connection,
		"gotomeeting_user_role_assignment":            s.sp.ID + "/" + s.assignment.ID,
		"gotomeeting_user_role_assignments_exclusive": s.sp.ID,
	}
}

// However a thing went away, a refresh without an error ends with an identity, or with nothing left in the state, whatever
// Terraform hands in: Terraform before 1.12 and a killed apply leave none. The framework calls a missing one a bug of the
// provider and stops every later plan.
func TestRead_leavesAnIdentityHoweverThingsWentAway(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*testing.T, *stack){
		"still there": func(*testing.T, *stack) {},
		"job deleted": func(t *testing.T, s *stack) {
			if err := s.Sim.Store().DeleteJob(s.sp.ID, s.job.ID); err != nil {
				t.Error(err)
			}
		},
		"application deleted": func(t *testing.T, s *stack) {
			if err := s.Sim.Store().DeleteServicePrincipal(s.sp.ID); err != nil {
				t.Error(err)
			}
		},
		"connector retired": func(_ *testing.T, s *stack) {
			s.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
		},
		"connector retired, answered with 404": func(_ *testing.T, s *stack) {
			s.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate, v.ErrorsWhenUnconfigured = true, true })
		},
		"assignment removed": func(t *testing.T, s *stack) {
			if err := s.Sim.Store().Unassign(s.sp.ID, s.assignment.ID); err != nil {
				t.Error(err)
			}
		},
	}
	for way, happens := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			p := s.Protocol()
			instances := map[string]*acctest.Instance{}
			for typeName, id := range s.importIDs() {
				one, found := p.Import(typeName, id)
				if found.HasError() || one == nil {
					t.Fatalf("import of %s: %v, %v", typeName, one, found)
				}
				instances[typeName] = one
			}
			happens(t, s)
			for typeName, one := range instances {
				for given, before := range map[string]*acctest.Instance{"identity": one, "no identity": one.WithoutIdentity(), "neither identity nor private data": one.AfterKill()} {
					after, found := s.Protocol().Read(before)
					if found.HasError() {
						t.Errorf("%s, given %s: %v", typeName, given, found)
						continue
					}
					if after == nil {
						continue
					}
					if diff := cmp.Diff(one.Identity, after.Identity); diff != "" {
						t.Errorf("%s, given %s: identity (-want +got):\n%s", typeName, given, diff)
					}
				}
			}
		})
	}
}

// Which code a 404 carries is not documented, and one replica that lags proves nothing: whatever the code, what is still
// there stays in the state, and an application that was deleted elsewhere is neither "unchanged" nor "retired".
func TestRead_doesNotConcludeFromOne404(t *testing.T) {
	t.Parallel()
	const sync = "/servicePrincipals/*/synchronization/"
	missing := simulator.Fails(404, "SomethingElseNotFound", "Gone.")
	ofJob := []string{"gotomeeting_provisioning_connection", "gotomeeting_attribute_mappings", "gotomeeting_provisioning_state"}
	for _, test := range []struct {
		name     string
		happens  func(*testing.T, *stack)
		stays    bool
		warnings int
	}{
		{"a replica lags", func(_ *testing.T, s *stack) {
			s.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: sync + "jobs/*", Effect: missing})
			s.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: sync + "jobs/*/schema", Effect: missing})
		}, true, 0},
		{"job deleted", func(t *testing.T, s *stack) {
			if err := s.Sim.Store().DeleteJob(s.sp.ID, s.job.ID); err != nil {
				t.Error(err)
			}
			s.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: sync + "jobs*", Count: -1, Effect: missing})
		}, false, 0},
		{"application deleted", func(t *testing.T, s *stack) {
			if err := s.Sim.Store().DeleteServicePrincipal(s.sp.ID); err != nil {
				t.Error(err)
			}
			for _, path := range []string{"jobs", "jobs/*", "jobs/*/schema", "templates"} {
				s.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: sync + path, Count: -1, Effect: missing})
			}
		}, false, 0},
		{"connector retired", func(_ *testing.T, s *stack) {
			s.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
			for _, path := range []string{"jobs", "jobs/*", "jobs/*/schema", "templates"} {
				s.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: sync + path, Count: -1, Effect: simulator.Fails(404, "Request_ResourceNotFound", "Gone.")})
			}
		}, true, 1},
	} {
		for _, typeName := range ofJob {
			t.Run(test.name+"/"+typeName, func(t *testing.T) {
				t.Parallel()
				s := newStack(t)
				one, found := s.Protocol().Import(typeName, s.importIDs()[typeName])
				if found.HasError() {
					t.Fatal(found)
				}
				test.happens(t, s)
				after, found := s.Protocol().Read(one)
				if found.HasError() || (after != nil) != test.stays || len(found) > test.warnings {
					t.Errorf("got %v, %v", after, found)
				}
			})
		}
	}
}

func TestIdentity_ofTheStateIsUpgraded(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	p := s.Protocol()
	const typeName = "gotomeeting_provisioning_state"
	one, found := p.Import(typeName, s.importIDs()[typeName])
	if found.HasError() {
		t.Fatal(found)
	}
	old, found := p.WithIdentityOf(one, 0, map[string]any{"connection_id": s.sp.ID + "/" + s.job.ID})
	if found.HasError() {
		t.Fatal(found)
	}
	want := map[string]any{"service_principal_id": s.sp.ID, "job_id": s.job.ID}
	if diff := cmp.Diff(want, old.Identity); diff != "" {
		t.Errorf("upgraded identity (-want +got):\n%s", diff)
	}
	after, found := p.Read(old)
	if found.HasError() || after == nil {
		t.Fatalf("read gave %v, %v", after, found)
	}
	if diff := cmp.Diff(want, after.Identity); diff != "" {
		t.Errorf("identity after a refresh (-want +got):\n%s", diff)
	}
}

// An empty id comes from a variable or an output that is not set yet.
func TestImport_ofAnEmptyIDSaysWhatIsWanted(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	for typeName := range s.importIDs() {
		one, found := s.Protocol().Import(typeName, "")
		if one != nil || len(found) != 1 || !found[0].Error || found[0].Summary != "Invalid import id" {
			t.Errorf("%s: %v, %v", typeName, one, found)
		}
	}
}

// The same with the real CLI, which on 1.11 keeps no identity: after the job was deleted in the portal, a plan offers to make
// it anew, and after the application was deleted, everything.
func TestComplete_plansAfterThingsWereDeletedElsewhere(t *testing.T) {
	env := acctest.New(t)
	text := complete(t, env)
	variables := config.Variables{
		"gotomeeting_admin_password": config.StringVariable(store.AdminPassword),
		"meetings_team_group_id":     config.StringVariable(store.GroupMeetings),
	}
	job := func() store.Job {
		jobs := env.Sim.Store().AllJobs()
		if len(jobs) != 1 {
			t.Fatalf("%d jobs", len(jobs))
		}
		return jobs[0]
	}
	plans := func(creates ...string) resource.ConfigPlanChecks {
		var checks []plancheck.PlanCheck
		for _, address := range creates {
			checks = append(checks, plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate))
		}
		return resource.ConfigPlanChecks{PreApply: checks}
	}
	ofJob := []string{"gotomeeting_provisioning_connection.this", "gotomeeting_attribute_mappings.users", "gotomeeting_provisioning_state.this"}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{
		{Config: text, ConfigVariables: variables},
		{
			PreConfig: func() {
				if one := job(); env.Sim.Store().DeleteJob(one.ServicePrincipalID, one.ID) != nil {
					t.Error("the job could not be deleted")
				}
			},
			Config: text, ConfigVariables: variables, ConfigPlanChecks: plans(ofJob...),
		},
		{
			PreConfig: func() {
				if env.Sim.Store().DeleteServicePrincipal(job().ServicePrincipalID) != nil {
					t.Error("the application could not be deleted")
				}
			},
			Config: text, ConfigVariables: variables,
			ConfigPlanChecks: plans(append(ofJob, "gotomeeting_application.this", "gotomeeting_user_role_assignment.meetings_team")...),
		},
	}})
}
