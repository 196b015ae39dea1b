// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestDelete_putsTheDefaultBackAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	original := c.schema()
	m := c.created(c.config(map[string]any{"operations": []any{"create", "update"}}))
	c.change(func(schema map[string]any) {
		renamesRule(schema)
		object(schema)["name"] = "Renamed in the portal"
	})
	if found := m.Destroy(); len(found) > 0 {
		t.Fatalf("destroy: %s", found)
	}
	want := original
	renamesRule(want)
	object(want)["name"] = "Renamed in the portal"
	got := c.schema()
	want["version"] = got["version"]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
}

func TestDelete_acceptsWhatIsGone(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	p := c.Protocol()
	planned, found := p.Plan(typeName, m.Now, nil)
	if len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	if err := c.Sim.Store().DeleteJob(c.job.ServicePrincipalID, c.job.ID); err != nil {
		t.Fatal(err)
	}
	if left, found := p.Apply(planned); left != nil || len(found) > 0 {
		t.Errorf("left %v: %s", left, found)
	}
}

func TestDelete_leavesTheMappingWhenTheDefaultIsNotOffered(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema", Effect: simulator.Fails(404, "NotFound", "")})
	want := []string{"warning The mapping stays as it is: The service no longer offers the connector's default mapping of \"GoToMeeting\" (service principal " + c.job.ServicePrincipalID + "), so it could not be restored. Terraform no longer manages the mapping."}
	if diff := cmp.Diff(want, texts(m.Destroy())); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if n := len(c.puts()); n != 0 {
		t.Errorf("%d writes, want none", n)
	}
}

func TestDelete_warnsWhileProvisioningRuns(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.ran(7)
	if err := c.Sim.Store().UpdateJob(c.job.ServicePrincipalID, c.job.ID, func(j *store.Job) { j.Schedule = store.ScheduleActive }); err != nil {
		t.Fatal(err)
	}
	_, found := c.Protocol().Plan(typeName, m.Now, nil)
	want := []string{"warning The default mapping of \"GoToMeeting\" (service principal " + c.job.ServicePrincipalID + ") is restored: Destroying this resource restores the connector's default mapping of \"GoToMeeting\" (service principal " + c.job.ServicePrincipalID +
		"). Provisioning is on. If nothing in this plan switches it off first, the next cycle writes 7 accounts according to the default mapping."}
	if diff := cmp.Diff(want, texts(found)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func TestRead_removesTheMappingOfADeletedJob(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	if err := c.Sim.Store().DeleteJob(c.job.ServicePrincipalID, c.job.ID); err != nil {
		t.Fatal(err)
	}
	if found := m.Refresh(); len(found) > 0 || m.Now != nil {
		t.Errorf("left %v: %s", m.Now, found)
	}
}

func TestRead_keepsTheMappingWhenAReplicaLags(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: schemaPath, Effect: simulator.Fails(404, "NotFound", "")})
	if found := m.Refresh(); len(found) > 0 || m.Now == nil {
		t.Errorf("left %v: %s", m.Now, found)
	}
}

func TestRead_keepsTheMappingOfARetiredConnector(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	want := []string{"warning The service has retired the connector of \"GoToMeeting\" (service principal " + c.job.ServicePrincipalID + "): The application still exists but no longer offers a provisioning connector, and its job is gone. " +
		"The mapping stays in the state, so the rest of the configuration can still be planned. Move to the gallery application `GoTo`, then remove this resource; destroying it succeeds."}
	action, _, found := m.Plan(c.config(nil))
	if diff := cmp.Diff(want, texts(found)); diff != "" || action != acctest.NoAction {
		t.Errorf("%s, diagnostics (-want +got):\n%s", action, diff)
	}
	if found := m.Destroy(); found.HasError() || m.Now != nil {
		t.Errorf("left %v: %s", m.Now, found)
	}
}

func TestRead_reportsWhatItMayNotRead(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: schemaPath, Count: -1, Effect: simulator.LacksPermission()})
	if found := m.Refresh(); m.Now == nil || !lacks(found, "", "Cannot read the mapping", "Synchronization.Read.All") {
		t.Fatalf("left %v: %s", m.Now, found)
	}
	for _, test := range []struct {
		name   string
		effect simulator.Effect
		want   string
	}{
		{"service failure", simulator.Fails(500, "InternalError", "Something broke."), "error Cannot read the mapping: Microsoft Graph failed. Microsoft Graph said: Something broke. Try again; if it persists, see the service health page or contact Microsoft support with the request id.\n\nHTTP status: 500"},
		{"odd document", simulator.Answers(200, "application/json", `{"synchronizationRules": "none"}`), "error Cannot understand the synchronization schema: The service sent a schema that does not have the documented shape: synchronizationRules: json: cannot unmarshal string into Go value of type []json.RawMessage. Nothing was changed."},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.Sim.Faults().Clear()
			c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: schemaPath, Count: -1, Effect: test.effect})
			if diff := cmp.Diff([]string{test.want}, texts(m.Refresh())); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if m.Now == nil {
				t.Fatal("the state is gone")
			}
		})
	}
}
