// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const typeName = "gotomeeting_provisioning_state"

// world is a tenant with a connection that has credentials and was never started. Ana is assigned.
type world struct {
	*acctest.Env
	t   *testing.T
	sp  store.ServicePrincipal
	job store.Job
}

func newWorld(t *testing.T, adjust ...func(*simulator.Options)) *world {
	t.Helper()
	env := acctest.New(t, adjust...)
	env.WithoutImpact()
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	err = env.Sim.Store().PutSecrets(sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{})
	if err != nil {
		t.Fatal(err)
	}
	job, err := env.Sim.Store().CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{env, t, sp, job}
	w.assign(store.UserAna)
	return w
}

func (w *world) assign(principalIDs ...string) {
	w.t.Helper()
	role := slices.IndexFunc(w.sp.Roles, func(role store.AppRole) bool { return role.Enabled && role.Allows("User") })
	for _, id := range principalIDs {
		if _, err := w.Sim.Store().Assign(w.sp.ID, id, w.sp.Roles[role].ID, store.AssignOptions{}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) unassign(principalIDs ...string) {
	w.t.Helper()
	for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
		if slices.Contains(principalIDs, a.PrincipalID) {
			if err := w.Sim.Store().Unassign(w.sp.ID, a.ID); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *world) connectionID() string { return w.sp.ID + "/" + w.job.ID }

// now reads the job as it is in the tenant.
func (w *world) now() store.Job {
	w.t.Helper()
	job, err := w.Sim.Store().Job(w.sp.ID, w.job.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return job
}

func (w *world) change(change func(*store.Job)) {
	w.t.Helper()
	if err := w.Sim.Store().UpdateJob(w.sp.ID, w.job.ID, change); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) start() {
	w.t.Helper()
	if err := w.Sim.Engine().Start(w.sp.ID, w.job.ID); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pause() {
	w.t.Helper()
	if err := w.Sim.Engine().Pause(w.sp.ID, w.job.ID); err != nil {
		w.t.Fatal(err)
	}
}

// at advances the world to d after its beginning and lets something happen then.
func (w *world) at(d time.Duration, happen func()) {
	done := false
	begin := w.Sim.Clock().Now()
	w.Sim.Clock().OnAdvance(func() {
		if !done && w.Sim.Clock().Now().Sub(begin) >= d {
			done = true
			happen()
		}
	})
}

// asked lists what the job was told to do, in order: start, pause, restart with its scope.
func (w *world) asked() []string {
	w.t.Helper()
	var asked []string
	for _, request := range w.Sim.Log().Writes() {
		asked = append(asked, strings.TrimSpace(path.Base(request.Path)+" "+string(request.Body)))
	}
	return asked
}

func (w *world) wantAsked(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.asked()); diff != "" {
		w.t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func (w *world) wantSchedule(want string) {
	w.t.Helper()
	if got := w.now().Schedule; got != want {
		w.t.Errorf("the job is %s, want %s", got, want)
	}
}

// config is the configuration of the resource by itself.
func (w *world) config(lines ...string) string {
	return w.bare(append(lines, "allow_default_mappings = true")...)
}

// bare is config that says nothing of mappings.
func (w *world) bare(lines ...string) string {
	return w.Config(fmt.Sprintf("\nresource %q \"this\" {\n  connection_id = %q\n  %s\n}\n", typeName, w.connectionID(), strings.Join(lines, "\n  ")))
}

// object is the same for the bare protocol: pairs of name and value.
func (w *world) object(pairs ...any) map[string]any {
	object := map[string]any{"connection_id": w.connectionID(), "allow_default_mappings": true}
	for i := 0; i < len(pairs); i += 2 {
		object[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return object
}

func (w *world) test(steps ...resource.TestStep) {
	w.t.Helper()
	resource.UnitTest(w.t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: steps})
}

func action(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(typeName+".this", a)}}
}

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

// succeeds fails the test if a call had any message at all.
func succeeds(t *testing.T, found acctest.Diagnostics) {
	t.Helper()
	if len(found) > 0 {
		t.Fatalf("unexpected messages:\n%s", found)
	}
}

func summaries(found acctest.Diagnostics) []string {
	var all []string
	for _, one := range found {
		all = append(all, one.Summary)
	}
	return all
}

// wants compares the messages of a call. In texts, {job} stands for the job's path and {id} for a request id.
func (w *world) wants(found acctest.Diagnostics, want ...acctest.Diagnostic) {
	w.t.Helper()
	for i := range want {
		want[i].Detail = strings.ReplaceAll(want[i].Detail, "{job}", "/v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/"+w.job.ID)
	}
	for i := range found {
		found[i].Detail = requestID.ReplaceAllString(found[i].Detail, "Request ID: {id}")
	}
	if diff := cmp.Diff(acctest.Diagnostics(want), found); diff != "" {
		w.t.Errorf("messages (-want +got):\n%s", diff)
	}
}

var requestID = regexp.MustCompile(`Request ID: [0-9a-f-]{36}`)

func failure(at, summary, detail string) acctest.Diagnostic {
	return acctest.Diagnostic{Error: true, Path: at, Summary: summary, Detail: detail}
}

func warning(at, summary, detail string) acctest.Diagnostic {
	return acctest.Diagnostic{Path: at, Summary: summary, Detail: detail}
}
