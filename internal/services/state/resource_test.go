// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestResource_startsPausesAndIsPausedByDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.config("enabled = true"), ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(typeName+".this", tfjsonpath.New("id"), knownvalue.StringExact(w.connectionID())),
			}},
		resource.TestStep{Config: w.config("enabled = true"), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: w.config("enabled = false"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: w.config("enabled = false"), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: w.config("enabled = true"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
	)
	w.wantAsked("start", "pause", "start", "pause")
	w.wantSchedule(store.SchedulePaused)
}

func TestResource_nullLeavesTheOperatorsChoiceAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.config(), ConfigPlanChecks: action(plancheck.ResourceActionCreate)},
		resource.TestStep{PreConfig: w.start, Config: w.config(), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{Config: w.config("enabled = true"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: w.config(), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{PreConfig: w.pause, Config: w.config(), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{PreConfig: w.start, Config: w.config(), ConfigPlanChecks: emptyPlan()},
	)
	w.wantAsked()
	w.wantSchedule(store.ScheduleActive)
}

func TestResource_repairsWhatTheOperatorChangedIfSoConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.config("enabled = true", `on_outside_pause = "resume"`)},
		resource.TestStep{PreConfig: w.pause, Config: w.config("enabled = true", `on_outside_pause = "resume"`), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: w.config("enabled = false")},
		resource.TestStep{PreConfig: w.start, Config: w.config("enabled = false"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
	)
	w.wantAsked("start", "start", "pause", "pause")
}

func TestResource_takesOverWhatIsAsWantedAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	one, found := w.Protocol().Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	if one.State["enabled"] != true {
		t.Errorf("state %v", one.State)
	}
	w.wantAsked()
}

func TestResource_imports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{Config: w.config("enabled = true")},
		resource.TestStep{ResourceName: typeName + ".this", ImportState: true, ImportStateId: w.connectionID(),
			ImportStateVerify: true, ImportStateVerifyIgnore: []string{"allow_default_mappings", "restart_pending"}},
		resource.TestStep{Config: w.bare("enabled = true")},
		resource.TestStep{ResourceName: typeName + ".this", ImportState: true, ImportStateKind: resource.ImportBlockWithID,
			ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		resource.TestStep{ResourceName: typeName + ".this", ImportState: true, ImportStateId: "no/connection",
			ExpectError: regexp.MustCompile(`Invalid import id`)},
	)
}

func TestResource_importsByIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: w.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: w.bare("enabled = true", "allow_default_mappings = true")},
			{Config: w.bare("enabled = true"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectIdentity(typeName+".this", map[string]knownvalue.Check{"service_principal_id": knownvalue.StringExact(w.sp.ID), "job_id": knownvalue.StringExact(w.job.ID)}),
			}},
			{ResourceName: typeName + ".this", ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity,
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

func TestResource_importFormsOverTheProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	p := w.Protocol()
	want := map[string]any{
		"id": w.connectionID(), "connection_id": w.connectionID(), "enabled": true,
		"mapping_ids": nil, "assignment_ids": nil, "allow_default_mappings": nil, "allow_two_writers": nil,
		"restart_triggers": nil, "restart_scope": nil, "restart_pending": nil, "release_deletions": nil,
		"on_outside_pause": "hold", "resume_token": nil, "paused_outside_since": nil,
		"wait_for_first_cycle": false, "timeouts": nil,
	}
	identity := map[string]any{"service_principal_id": w.sp.ID, "job_id": w.job.ID}
	for _, id := range []string{
		w.connectionID(), "/servicePrincipals/" + w.sp.ID + "/synchronization/jobs/" + w.job.ID, strings.ToUpper(w.sp.ID) + "/" + w.job.ID,
	} {
		one, found := p.Import(typeName, id)
		succeeds(t, found)
		if diff := cmp.Diff(want, one.State); diff != "" {
			t.Errorf("import of %s (-want +got):\n%s", id, diff)
		}
		if diff := cmp.Diff(identity, one.Identity); diff != "" {
			t.Errorf("identity after import of %s (-want +got):\n%s", id, diff)
		}
	}
	one, found := p.ImportByIdentity(typeName, identity)
	succeeds(t, found)
	if diff := cmp.Diff(want, one.State); diff != "" {
		t.Errorf("import by identity (-want +got):\n%s", diff)
	}
	planned, found := p.Plan(typeName, one, map[string]any{"connection_id": w.connectionID(), "enabled": true})
	succeeds(t, found)
	if planned.Changes() {
		t.Errorf("the plan after the import changes something: %v", planned.State)
	}
}

func TestResource_refusesBadImportIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	const expected = "Expected the `id` of a `gotomeeting_provisioning_connection`: `{service principal id}/{job id}`. Got "
	for _, test := range []struct{ name, id, detail string }{
		{"no slash", w.job.ID, expected + "\"" + w.job.ID + "\". That is the id of a job alone. Put the object id of its service principal and a slash before it."},
		{"one part more", w.connectionID() + "/start", expected + "\"" + w.connectionID() + "/start\". Omit everything after the job id: \"" + w.connectionID() + "\"."},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found := p.Import(typeName, test.id)
			w.wants(found, failure("", "Invalid import id", test.detail))
		})
	}
	_, found := p.Import(typeName, w.sp.ID+"/none")
	w.wants(found, failure("", "The connection does not exist", "The service principal "+w.sp.ID+" has no provisioning job \"none\". Import one of its jobs by id:\n- \""+w.connectionID()+"\""))
}

func TestResource_createsAnewAfterDeletionBehindItsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	if err := w.Sim.Store().DeleteJob(w.sp.ID, w.job.ID); err != nil {
		t.Fatal(err)
	}
	gone, found := p.Read(one)
	succeeds(t, found)
	if gone != nil {
		t.Errorf("the resource is still there: %v", gone.State)
	}
	_, found = w.Protocol().Change(typeName, nil, w.object("enabled", true))
	w.wants(found, failure("connection_id", "The connection does not exist",
		"The service principal "+w.sp.ID+" has no provisioning job \""+w.job.ID+"\". If it was deleted in the portal, plan again: `gotomeeting_provisioning_connection` will be created again. Otherwise check the id."))
	left, found := w.Protocol().Change(typeName, one, nil)
	succeeds(t, found)
	if left != nil {
		t.Errorf("destroy of a deleted job left %v", left.State)
	}
	w.wantAsked("start")
}

func TestResource_deletedApplicationIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	if err := w.Sim.Store().DeleteServicePrincipal(w.sp.ID); err != nil {
		t.Fatal(err)
	}
	gone, found := p.Read(one)
	succeeds(t, found)
	if gone != nil {
		t.Errorf("the resource is still there: %v", gone.State)
	}
	if left, found := w.Protocol().Change(typeName, one, nil); left != nil || len(found) > 0 {
		t.Errorf("destroy gave %v, %v", left, found)
	}
}

func TestResource_aNewConnectionReplacesAndPausesTheOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	planned, found := p.Plan(typeName, one, map[string]any{"connection_id": w.sp.ID + "/other", "enabled": true, "allow_default_mappings": true})
	succeeds(t, found)
	if diff := cmp.Diff([]string{"connection_id"}, planned.Replaces); diff != "" {
		t.Errorf("replaces (-want +got):\n%s", diff)
	}
}

func TestResource_validates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	triggers := map[string]any{"a": "1"}
	for _, test := range []struct {
		name   string
		object map[string]any
		path   string
		want   string
	}{
		{"connection id without a slash", map[string]any{"connection_id": "x"}, "connection_id", "Invalid connection id"},
		{"upper-case connection id", map[string]any{"connection_id": strings.ToUpper(w.sp.ID) + "/" + w.job.ID}, "connection_id", "Invalid connection id"},
		{"empty connection id", map[string]any{"connection_id": ""}, "connection_id", "Invalid connection id"},
		{"unknown scope", w.object("restart_triggers", triggers, "restart_scope", "Everything"), "restart_scope", "Invalid restart scope"},
		{"empty scope", w.object("restart_triggers", triggers, "restart_scope", ""), "restart_scope", "Invalid restart scope"},
		{"ForceDeletes in company", w.object("restart_triggers", triggers, "restart_scope", "ForceDeletes,Escrows"), "restart_scope", "Invalid restart scope"},
		{"scope without triggers", w.object("restart_scope", "Escrows"), "restart_scope", "Invalid Attribute Combination"},
		{"no triggers", w.object("restart_triggers", map[string]any{}), "restart_triggers", "Empty value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := p.ValidateResource(typeName, test.object)
			if len(found) != 1 || !found[0].Error || found[0].Path != test.path || found[0].Summary != test.want {
				t.Errorf("got:\n%s\nwant one error on %s: %s", found, test.path, test.want)
			}
		})
	}
	succeeds(t, p.ValidateResource(typeName, w.object("restart_triggers", triggers, "restart_scope", "QuarantineState, Watermark")))
}
