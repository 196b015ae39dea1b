// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// readsNoSecrets is what a read-only identity is told once per plan: every attribute that comes from the stored settings.
func readsNoSecrets(m *acctest.Managed) acctest.Diagnostic {
	attributes := "`admin_username`, "
	if m.Get("connector_settings") != nil {
		attributes += "`connector_settings`, "
	}
	return acctest.Diagnostic{Summary: "Attributes of the connection " + m.Text("job_id") + " were not refreshed",
		Detail: attributes + "`scope`, `skip_out_of_scope_deletions`, `notification_email`, `notification_enabled`, `prevent_accidental_deletions`, " +
			"`accidental_deletion_threshold`, `authorized`, `pending_action` keep the values of the last apply, and the next one may overwrite changes made to them elsewhere, " +
			"and drop secrets that are not managed here. The signed-in identity only reads: it does not have `Synchronization.ReadWrite.All`, which only an apply needs."}
}

func TestResource_plansWithAReadOnlyIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created("accidental_deletion_threshold", 25)
	w.Sim.SetPermissions("Synchronization.Read.All", "Application.Read.All")
	w.stores("SyncAll", "true", "UserName", "somebody@example.com") // drift that it cannot see
	before := m.Now.State
	action, _, found := m.Plan(w.object("accidental_deletion_threshold", 25))
	wants(t, found, readsNoSecrets(m))
	if action != acctest.NoAction {
		t.Errorf("the plan is %s", action)
	}
	for name, want := range before {
		if got := m.Get(name); name != "connector_settings" && got != want && want != nil {
			t.Errorf("%s went from %v to %v", name, want, got)
		}
	}
	// A change is planned with one warning, too, and not carried out.
	action, _, found = m.Plan(w.object("accidental_deletion_threshold", 30))
	wants(t, found, readsNoSecrets(m))
	if action != acctest.Update {
		t.Errorf("the plan is %s", action)
	}
	wants(t, m.Apply(w.object("accidental_deletion_threshold", 30)).Errors(), acctest.Diagnostic{Error: true, Summary: "Cannot read the connection's settings",
		Detail: denied("GET /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/secrets", synchronizationWrite, "Nothing was changed.")})
	if m.Now == nil || m.Get("accidental_deletion_threshold") != int64(25) {
		t.Errorf("state %v", m.Now)
	}
}

// The warning names exactly what a refresh could have brought: whatever somebody changes in the stored settings shows in an
// attribute that it names.
func TestResource_namesEveryAttributeThatAReadOnlyIdentityDoesNotRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reader := w.created()
	wanted := readsNoSecrets(reader).Detail
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "templates", "guides", "read-only-plans.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(guide)), " "), wanted) {
		t.Errorf("the guide does not show this text:\n%s", wanted)
	}
	w.stores("SyncAll", "true", "UserName", "somebody@example.com", "SkipOutOfScopeDeletions", "True", "Password", "", "SyncNotificationSettings",
		`{"Enabled":true,"Recipients":"somebody@example.com","DeleteThresholdEnabled":false,"DeleteThresholdValue":7}`)
	before := maps.Clone(reader.Now.State)
	clean(t, reader.Refresh().Errors())
	for name, value := range reader.Now.State {
		if !reflect.DeepEqual(value, before[name]) && !strings.Contains(wanted, "`"+name+"`") {
			t.Errorf("%s went from %v to %v, and is not named", name, before[name], value)
		}
	}
}

func TestResource_plansACreationWithAReadOnlyIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) {
		o.Permissions = []string{"Synchronization.Read.All", "Application.Read.All"}
	})
	m := w.managed()
	_, _, found := m.Plan(w.object())
	wants(t, found, acctest.Diagnostic{Summary: "Some checks could not run", Detail: "Not checked: whether the change loses secrets that are not managed here. " +
		grant(synchronizationWrite) + " They run at apply, before anything is created."})
	// A job that is there cannot be told from an orphan without its secrets.
	w.addJob()
	_, _, found = m.Plan(w.object())
	wants(t, found, acctest.Diagnostic{Summary: "Some checks could not run",
		Detail: "Not checked: whether the existing job of the application belongs to somebody else; whether the change loses secrets that are not managed here. " +
			grant(synchronizationWrite) + " They run at apply, before anything is created."})
	// One that runs is somebody else's in any case.
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive })
	_, _, found = m.Plan(w.object())
	wants(t, found, exists(w.sp.ID+"/"+w.job().ID))
}

func TestResource_plansACreationWithoutAnyPermissionToSynchronize(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = []string{"Application.Read.All"} })
	m := w.managed()
	begin := w.Sim.Clock().Now()
	_, _, found := m.Plan(w.object())
	wants(t, found, acctest.Diagnostic{Summary: "Some checks could not run", Detail: "Not checked: which connectors the application offers. " +
		grant(synchronizationRead) + " They run at apply, before anything is created."})
	w.Sim.Log().Reset()
	found = m.Apply(w.object())
	wants(t, found.Errors(), acctest.Diagnostic{Error: true, Summary: "Cannot read the application's connectors",
		Detail: denied("GET /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/templates", synchronizationRead)})
	wantLines(t, w.sent(), "GET templates", "GET templates", "GET templates") // plan, the plan of the apply, create
	if waited := w.Sim.Clock().Now().Sub(begin); waited > 0 {
		t.Errorf("it waited %s", waited)
	}
}

func TestResource_missingPermissionToCreateIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = simulator.ReadOnlyPermissions() })
	m := w.managed()
	begin := w.Sim.Clock().Now()
	wants(t, m.Apply(w.object()).Errors(), acctest.Diagnostic{Error: true, Summary: "Cannot test the connection",
		Detail: denied("POST /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/validateCredentials", synchronizationWrite, "Nothing was created or changed.")})
	wants(t, m.Apply(w.bare()).Errors(), acctest.Diagnostic{Error: true, Summary: "Cannot create the provisioning job",
		Detail: denied("POST /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs", synchronizationWrite)})
	if n := len(w.Sim.Log().Match("POST", "/servicePrincipals/**")); n != 2 {
		t.Errorf("%d attempts were made", n)
	}
	if waited := w.Sim.Clock().Now().Sub(begin); waited > 0 {
		t.Errorf("it waited %s", waited)
	}
	w.wantJobs(0)
}

func TestResource_missingPermissionToReadKeepsTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.Sim.SetPermissions("User.Read.All")
	wants(t, m.Refresh(), acctest.Diagnostic{Error: true, Summary: "Cannot read the provisioning job",
		Detail: denied("GET /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/"+w.job().ID, synchronizationRead)})
	if m.Now == nil {
		t.Error("a refused read dropped the connection from the state")
	}
	wantLines(t, w.sent(), "GET job")
	// An import has nothing to fall back to.
	w.Sim.SetPermissions("Synchronization.Read.All")
	wants(t, w.managed().Import(m.Text("id")), acctest.Diagnostic{Error: true, Summary: "Cannot read the connection's settings",
		Detail: denied("GET /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/secrets", synchronizationWrite)})
}

func TestResource_waitsWhenThrottled(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		effect simulator.Effect
		wait   time.Duration
	}{
		"seconds":            {simulator.Throttled(7 * time.Second), 7 * time.Second},
		"more than a minute": {simulator.Throttled(95 * time.Second), 95 * time.Second},
		"a date":             {simulator.ThrottledUntil(30 * time.Second), 29 * time.Second},
		"nothing said":       {simulator.ThrottledBare(), 500 * time.Millisecond},
	} {
		for _, request := range []struct{ method, path string }{
			{http.MethodGet, jobPath}, {http.MethodGet, secretsPath}, {http.MethodPut, secretsPath}, {http.MethodPost, validatePath}, {http.MethodDelete, jobPath},
		} {
			t.Run(name+" "+request.method+" "+request.path, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.fault(simulator.Fault{Method: request.method, Path: request.path, Effect: tt.effect})
				begin := w.Sim.Clock().Now()
				m := w.managed()
				clean(t, m.Apply(w.object()))
				clean(t, m.Apply(w.object("accidental_deletion_threshold", 3)))
				w.wantJobs(1)
				clean(t, m.Destroy())
				w.wantJobs(0)
				if waited := w.Sim.Clock().Now().Sub(begin); waited < tt.wait || waited > tt.wait+2*time.Second {
					t.Errorf("it waited %s, want %s", waited, tt.wait)
				}
			})
		}
	}
}

func TestResource_serverErrorsOfReadKeepTheState(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ path, summary string }{
		"job": {jobPath, "Cannot read the provisioning job"}, "secrets": {secretsPath, "Cannot read the connection's settings"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: tt.path, Count: 3, Effect: simulator.Fails(500, "InternalServerError", "Oops.")},
				simulator.Fault{Method: "GET", Path: tt.path, Effect: simulator.DropsAfter()})
			clean(t, m.Refresh())
			w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: tt.path, Count: -1, Effect: simulator.AnswersHTML(502)})
			wantSummaries(t, m.Refresh(), "error: "+tt.summary)
			if m.Now == nil {
				t.Error("an error dropped the connection from the state")
			}
		})
	}
}

// A replica that does not know the job is no proof that it is gone.
func TestResource_oneMissingAnswerIsNotGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.fault(simulator.Fault{Method: "GET", Path: jobPath, Effect: simulator.Fails(404, "Request_ResourceNotFound", "Not there.")})
	clean(t, m.Refresh())
	if m.Now == nil {
		t.Fatal("the connection left the state")
	}
	w.fault(simulator.Fault{Method: "GET", Path: jobPath, Effect: simulator.Fails(404, "Request_ResourceNotFound", "Not there.")},
		simulator.Fault{Method: "GET", Path: jobsPath, Effect: simulator.LacksPermission()})
	wantSummaries(t, m.Refresh(), "error: Cannot read the provisioning job")
	if m.Now == nil {
		t.Fatal("the connection left the state")
	}
}

func (w *world) retired() acctest.Diagnostic {
	return acctest.Diagnostic{Summary: fmt.Sprintf("The service has retired the connector of %q (service principal %s)", w.sp.DisplayName, w.sp.ID),
		Detail: "The application still exists but no longer offers a provisioning connector, and its job is gone. The connection stays in the state, so the rest of the configuration can still be planned. " +
			"Move to the gallery application `GoTo`, then remove this resource; destroying it succeeds.\n\nNothing disables accounts at GoTo anymore when people leave. " +
			"The number of provisioned people is unknown. The provider has no credentials for GoTo (its `goto` block), so the accounts there were not counted." + graphdiag.LeftActive}
}

func TestResource_staysInTheStateWhenItsConnectorIsRetired(t *testing.T) {
	t.Parallel()
	for name, errors := range map[string]bool{"empty list": false, "error": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate, v.ErrorsWhenUnconfigured = true, errors })
			action, _, found := m.Plan(w.object())
			wants(t, found, w.retired())
			if action != acctest.NoAction {
				t.Errorf("the plan is %s", action)
			}
			other := w.managed()
			wantSummaries(t, other.Import(m.Text("id")), "error: The connector is retired")
			if other.Now != nil {
				t.Error("a job that is gone was imported")
			}
			// A change cannot be made anymore, and says so.
			if found := m.Apply(w.object("admin_password_wo_version", "2")); len(found.Errors()) != 1 {
				t.Errorf("messages:\n%s", found)
			}
			wants(t, m.Destroy(), w.retired())
			if m.Now != nil {
				t.Error("the connection is still in the state")
			}
			w.wantSecrets("UserName", "", "Password", "")
		})
	}
}

func TestResource_retiredConnectorWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(withCredentials()...)
	rest := `
resource "gotomeeting_application" "other" {
  display_name = "Planned all the same"
  gallery_name = "GoTo"
}
`
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
				w.ForgetDiagnostics()
			},
			Config: config + rest,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction("gotomeeting_application.other", plancheck.ResourceActionCreate),
			}},
		},
	)
	wants(t, w.Diagnostics(), w.retired())
}
