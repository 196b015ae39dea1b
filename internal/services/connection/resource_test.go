// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func known(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

func TestResource_livesThroughCreateUpdateImportAndDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	changed := w.config(withCredentials(`notification_email = "other-ops@example.com"`, `accidental_deletion_threshold = 25`, `scope = "all"`, `skip_out_of_scope_deletions = true`)...)
	w.test(
		resource.TestStep{
			Config: w.config(withCredentials(`notification_email = "identity-ops@example.com"`)...),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("template_id"), knownvalue.StringExact(store.ConnectorGoToMeeting)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("notification_enabled"), knownvalue.Bool(true)),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("authorized")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				same.AddStateValue(address, tfjsonpath.New("id")),
				known("service_principal_id", knownvalue.StringExact(w.sp.ID)),
				known("id", knownvalue.StringRegexp(regexp.MustCompile("^"+w.sp.ID+`/`+store.ConnectorGoToMeeting+`\.c000`))),
				known("job_id", knownvalue.StringRegexp(regexp.MustCompile(`^`+store.ConnectorGoToMeeting+`\.c000`))),
				known("admin_username", knownvalue.StringExact(store.AdminUserName)),
				known("admin_password_wo", knownvalue.Null()), known("admin_password", knownvalue.Null()),
				known("admin_password_wo_version", knownvalue.StringExact("1")),
				known("notification_email", knownvalue.StringExact("identity-ops@example.com")), known("notification_enabled", knownvalue.Bool(true)),
				known("prevent_accidental_deletions", knownvalue.Bool(true)), known("accidental_deletion_threshold", knownvalue.Int64Exact(500)),
				known("scope", knownvalue.StringExact("assigned")), known("skip_out_of_scope_deletions", knownvalue.Bool(false)), known("authorized", knownvalue.Bool(true)),
			},
			Check: func(s *terraform.State) error {
				w.wantSecrets("UserName", store.AdminUserName, "Password", store.AdminPassword, "SyncAll", "false")
				want := map[string]any{"Enabled": true, "Recipients": "identity-ops@example.com", "DeleteThresholdEnabled": true, "DeleteThresholdValue": float64(500), "HumanResourcesLookaheadQueryEnabled": false}
				if diff := cmp.Diff(want, w.notification()); diff != "" {
					return fmt.Errorf("notification (-want +got):\n%s", diff)
				}
				return nil
			},
		},
		resource.TestStep{
			Config: changed, ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(address, tfjsonpath.New("id")), known("scope", knownvalue.StringExact("all")), known("accidental_deletion_threshold", knownvalue.Int64Exact(25))},
			Check: func(s *terraform.State) error {
				w.wantSecrets("Password", store.AdminPassword, "SyncAll", "true", "SkipOutOfScopeDeletions", "True")
				want := map[string]any{"Enabled": true, "Recipients": "other-ops@example.com", "DeleteThresholdEnabled": true, "DeleteThresholdValue": float64(25), "HumanResourcesLookaheadQueryEnabled": false}
				if diff := cmp.Diff(want, w.notification()); diff != "" {
					return fmt.Errorf("notification (-want +got):\n%s", diff)
				}
				return nil
			},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"admin_password_wo_version"}},
	)
	wantLines(t, w.did(), "POST validateCredentials", "POST jobs", "PUT secrets", "PUT secrets", "PUT secrets", "DELETE job")
}

func TestResource_notificationIsOffWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	clean(t, m.Apply(w.object("notification_email", nil)))
	want := map[string]any{"Enabled": false, "Recipients": "", "DeleteThresholdEnabled": true, "DeleteThresholdValue": float64(500), "HumanResourcesLookaheadQueryEnabled": false}
	if diff := cmp.Diff(want, w.notification()); diff != "" {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
	if m.Get("notification_enabled") != false || m.Get("notification_email") != nil {
		t.Errorf("state: %v, %v", m.Get("notification_enabled"), m.Get("notification_email"))
	}
	// An address may be kept without sending anything.
	clean(t, m.Apply(w.object("notification_enabled", false, "prevent_accidental_deletions", false)))
	want["Recipients"], want["DeleteThresholdEnabled"] = "identity-ops@example.com", false
	if diff := cmp.Diff(want, w.notification()); diff != "" {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
	if action, _, found := m.Plan(w.object("notification_enabled", false, "prevent_accidental_deletions", false)); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("afterward the plan is %s\n%s", action, found)
	}
}

// An address that only the apply tells leaves open whether the notification is on.
func TestResource_notificationFollowsAnUnknownAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, planned, found := w.managed().Plan(w.object("notification_email", acctest.Unknown))
	clean(t, found)
	if planned["notification_enabled"] != acctest.Unknown {
		t.Errorf("notification_enabled is planned as %v", planned["notification_enabled"])
	}
	w.test(resource.TestStep{
		Config: `resource "terraform_data" "address" { input = "identity-ops@example.com" }
` + w.config(withCredentials(`notification_email = terraform_data.address.output`)...),
		ConfigStateChecks: []statecheck.StateCheck{known("notification_enabled", knownvalue.Bool(true))},
	})
}

func TestResource_showsAndRepairsChangesMadeInThePortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created("accidental_deletion_threshold", 25, "scope", "assigned")
	w.stores("SyncAll", "True", "SkipOutOfScopeDeletions", "True",
		"SyncNotificationSettings", `{"Enabled":false,"Recipients":"somebody@example.com","DeleteThresholdEnabled":false,"DeleteThresholdValue":30,"Theme":"dark"}`)
	config := w.object("accidental_deletion_threshold", 25)
	clean(t, m.Refresh())
	for name, want := range map[string]any{"scope": "all", "skip_out_of_scope_deletions": true, "notification_email": "somebody@example.com", "notification_enabled": false,
		"prevent_accidental_deletions": false, "accidental_deletion_threshold": int64(30)} {
		if got := m.Get(name); got != want {
			t.Errorf("after the refresh %s is %v, want %v", name, got, want)
		}
	}
	action, _, _ := m.Plan(config)
	if action != acctest.Update {
		t.Errorf("the plan is %s", action)
	}
	if found := m.Apply(config); len(found.Errors()) > 0 {
		t.Fatal(found)
	}
	w.wantSecrets("SyncAll", "false", "SkipOutOfScopeDeletions", "False")
	want := map[string]any{"Enabled": true, "Recipients": "identity-ops@example.com", "DeleteThresholdEnabled": true, "DeleteThresholdValue": float64(25), "HumanResourcesLookaheadQueryEnabled": false, "Theme": "dark"}
	if diff := cmp.Diff(want, w.notification()); diff != "" {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
	// The same in other words is no drift.
	w.stores("UserName", "PROVISIONING@example.com", "SyncAll", "False", "SkipOutOfScopeDeletions", "0",
		"SyncNotificationSettings", `{"Recipients":"Identity-Ops@example.com","DeleteThresholdValue":25,"Enabled":true,"DeleteThresholdEnabled":true}`)
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("after a change of spelling the plan is %s\n%s", action, found)
	}
}

func TestResource_portalChangesWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(withCredentials(`notification_email = "identity-ops@example.com"`)...)
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { w.stores("SyncNotificationSettings", `{"Enabled":true,"Recipients":"somebody@example.com"}`) },
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("authorized"), knownvalue.Bool(true)),
			}},
		},
		resource.TestStep{
			PreConfig: func() {
				if err := w.Sim.Store().DeleteJob(w.sp.ID, w.job().ID); err != nil {
					t.Error(err)
				}
			},
			Config: config, ConfigPlanChecks: action(plancheck.ResourceActionCreate),
		},
	)
}

func TestResource_drops(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*world) error{
		"a deleted job": func(w *world) error { return w.Sim.Store().DeleteJob(w.sp.ID, w.job().ID) },
		"a job that was created again": func(w *world) error {
			err := w.Sim.Store().DeleteJob(w.sp.ID, w.job().ID)
			w.addJob()
			return err
		},
		"a deleted application": func(w *world) error { return w.Sim.Store().DeleteServicePrincipal(w.sp.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			if err := remove(w); err != nil {
				t.Fatal(err)
			}
			clean(t, m.Refresh())
			if m.Now != nil {
				t.Error("the connection is still in the state")
			}
		})
	}
}

func TestResource_importByIDWithTheCLIPlansCleanAsGenerated(t *testing.T) {
	t.Parallel()
	for name, stores := range map[string][]string{
		"everything set": {"UserName", store.AdminUserName, "Password", store.AdminPassword, "SyncAll", "true", "Domain", "example.com", "Oauth2AccessTokenCreationTime", "2030-01-01",
			"SyncNotificationSettings", `{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":17}`},
		"nothing set":                     nil,
		"notification without an address": {"SyncNotificationSettings", `{"Enabled":true,"Recipients":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			job := w.addJob()
			w.stores(stores...)
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{{
				Config:       w.ProviderConfig(),
				ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: w.sp.ID + "/" + job.ID, GenerateConfig: true,
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop)}},
			}}})
			found := w.Diagnostics()
			if w.secret("Password") == "" { // which every plan says
				wantSummaries(t, found, "warning: The connection has no credentials yet")
				found = nil
			}
			clean(t, found)
		})
	}
}

func TestResource_importsByEveryForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	job := w.addJob()
	w.stores("UserName", store.AdminUserName, "Password", store.AdminPassword, "Domain", "example.com")
	want := map[string]any{
		"id": w.sp.ID + "/" + job.ID, "service_principal_id": w.sp.ID, "job_id": job.ID, "template_id": store.ConnectorGoToMeeting, "admin_username": store.AdminUserName,
		"admin_password": nil, "admin_password_wo": nil, "admin_password_wo_version": nil, "credentials_wo": nil, "credentials_wo_version": nil,
		"connector_settings": map[string]any{"Domain": "example.com"}, "notification_email": nil, "notification_enabled": false, "prevent_accidental_deletions": false,
		"accidental_deletion_threshold": int64(500), "scope": "assigned", "skip_out_of_scope_deletions": false, "test_connection": true, "authorized": true, "pending_action": nil, "timeouts": nil,
	}
	identity := map[string]any{"service_principal_id": w.sp.ID, "job_id": job.ID}
	for name, load := range map[string]func(*acctest.Managed) acctest.Diagnostics{
		"id": func(m *acctest.Managed) acctest.Diagnostics { return m.Import(w.sp.ID + "/" + job.ID) },
		"Graph path": func(m *acctest.Managed) acctest.Diagnostics {
			return m.Import("/servicePrincipals/" + w.sp.ID + "/synchronization/jobs/" + job.ID)
		},
		"identity": func(m *acctest.Managed) acctest.Diagnostics { return m.ImportByIdentity(identity) },
	} {
		t.Run(name, func(t *testing.T) {
			m := w.managed()
			clean(t, load(m))
			if diff := cmp.Diff(want, m.Now.State); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(identity, m.Now.Identity); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
			config := w.bare("admin_username", store.AdminUserName, "connector_settings", map[string]any{"Domain": "example.com"}, "prevent_accidental_deletions", false)
			if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
				t.Errorf("after the import the plan is %s\n%s", action, found)
			}
		})
	}
}

func TestResource_importSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const expected = "Expected the `id` of a `gotomeeting_provisioning_connection`: `{service principal id}/{job id}`. "
	const nothing = "The service principal has no provisioning jobs, so there is nothing to import. Create one with `gotomeeting_provisioning_connection`."
	for _, tt := range []struct {
		name, id string
		want     []acctest.Diagnostic
	}{
		{"empty", "", []acctest.Diagnostic{{Error: true, Summary: "Invalid import id", Detail: expected + "The id is empty."}}},
		{"only the service principal", w.sp.ID, []acctest.Diagnostic{{Error: true, Summary: "Invalid import id",
			Detail: expected + `Got "` + w.sp.ID + `", without a job. ` + nothing}}},
		{"no such job", w.sp.ID + "/job", []acctest.Diagnostic{{Error: true, Summary: "The connection does not exist",
			Detail: "The service principal " + w.sp.ID + ` has no provisioning job "job". ` + nothing}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := w.managed()
			wants(t, m.Import(tt.id), tt.want...)
			if m.Now != nil {
				t.Error("something was imported")
			}
		})
	}
	wants(t, w.managed().ImportByIdentity(map[string]any{"service_principal_id": "B0000000-0000-4000-8000-000000000001", "job_id": ""}),
		acctest.Diagnostic{Error: true, Path: "service_principal_id", Summary: "Invalid identity",
			Detail: "\"B0000000-0000-4000-8000-000000000001\" is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: \"b0000000-0000-4000-8000-000000000001\"."},
		acctest.Diagnostic{Error: true, Path: "job_id", Summary: "Invalid identity", Detail: "The job id is empty."})
}

func TestResource_importsByIdentityWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: w.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: w.config(), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("service_principal_id")),
				statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("job_id")),
			}},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestResource_anotherServicePrincipalReplaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	other := instantiated(t, w.Env, store.TemplateGoToMeeting)
	config := w.object("service_principal_id", other.ID)
	w.Sim.Log().Reset()
	action, _, found := m.Plan(config)
	clean(t, found)
	wantLines(t, w.sent(), "GET job", "GET secrets", "GET job", "GET templates", "GET jobs", "GET secrets", "POST validateCredentials") // refresh, whether it ran, and the creation's plan once with its test
	if action != acctest.Replace {
		t.Errorf("the plan is %s", action)
	}
	clean(t, m.Apply(config))
	w.wantJobs(0)
	w.wantSecrets("UserName", "", "Password", "")
	jobs, err := w.Sim.Store().Jobs(other.ID)
	if err != nil || len(jobs) != 1 || m.Text("job_id") != jobs[0].ID {
		t.Errorf("jobs %v, %v", jobs, err)
	}
}
