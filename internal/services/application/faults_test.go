// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	instantiatePath = "/applicationTemplates/*/instantiate"
	principalPath   = "/servicePrincipals/*"
)

func TestResource_missingPermissionToCreateIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = simulator.ReadOnlyPermissions() })
	m := w.managed()
	begin := w.Sim.Clock().Now()
	found := m.Apply(object())
	wants(t, found, acctest.Diagnostic{Error: true, Summary: "Cannot create the application",
		Detail: denied("POST /v1.0/applicationTemplates/"+store.TemplateGoToMeeting+"/instantiate", applicationWrite)})
	w.wantWrites("POST " + instantiatePath)
	w.wantCount(0)
	if waited := w.Sim.Clock().Now().Sub(begin); waited > 0 {
		t.Errorf("it waited %s", waited)
	}
	if m.Now != nil {
		t.Error("something is in the state")
	}
}

func TestResource_missingPermissionToReadIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.Sim.SetPermissions("User.Read.All")
	w.Sim.Log().Reset()
	wants(t, m.Refresh(), acctest.Diagnostic{Error: true, Summary: "Cannot read the application",
		Detail: denied("GET /v1.0/servicePrincipals/"+m.Text("id"), applicationRead)})
	if m.Now == nil {
		t.Fatal("a refused read dropped the application from the state")
	}
	wantLines(t, acctest.Lines(w.Sim.Log().Sent()), []string{"POST /*/oauth2/v2.0/token", "GET " + principalPath})
}

func TestResource_planWithoutPermissionToReadNamesTheSkippedChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = []string{"User.Read.All"} })
	action, _, found := w.managed().Plan(object())
	if action != acctest.Create {
		t.Errorf("the plan is %q", action)
	}
	wants(t, found, acctest.Diagnostic{Summary: "Some checks could not run",
		Detail: "Not checked: whether the application already exists; whether a deleted application has the same name. " +
			grant(applicationRead) + " The apply checks again before it creates anything."})
}

func TestResource_missingPermissionsForTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.Sim.SetPermissions(simulator.ReadOnlyPermissions()...)
	app := "/v1.0/applications/" + m.Text("application_object_id")
	wants(t, m.Apply(map[string]any{"display_name": "Renamed"}), acctest.Diagnostic{Error: true, Path: "display_name", Summary: "Cannot rename the application",
		Detail: denied("PATCH "+app, applicationWrite)})
	wants(t, m.Destroy(), acctest.Diagnostic{Error: true, Summary: "Cannot delete the application",
		Detail: denied("DELETE "+app, applicationWrite)})
	w.Sim.SetPermissions("Application.ReadWrite.All")
	found := m.Destroy()
	if len(found.Warnings()) != 1 || found.Warnings()[0].Summary != "Some checks could not run" {
		t.Errorf("the plan says\n%s", found.Warnings())
	}
	wants(t, found.Errors(), acctest.Diagnostic{Error: true, Summary: "Cannot check what depends on the application",
		Detail: detail(401, "UnknownError", "", "GET /v1.0/servicePrincipals/"+m.Text("id")+"/synchronization/jobs", synchronizationRead,
			"Nothing was deleted. With `force_destroy = true` the application is deleted without this check.")})
	w.wantCount(1)
	clean(t, m.Apply(object("force_destroy", true)))
	wants(t, m.Destroy(), acctest.Diagnostic{Summary: "Some checks could not run",
		Detail: "Not checked: what depends on the application. " + grant(synchronizationRead) + " With `force_destroy`, everything that depends on the application is deleted with it."})
	w.wantCount(0)
}

// Creating an application takes no permission for provisioning.
func TestResource_createsWithoutPermissionToSynchronize(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = []string{"Application.ReadWrite.All"} })
	clean(t, w.managed().Apply(object()))
	w.wantCount(1)
}

func TestResource_waitsWhenThrottled(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		effect simulator.Effect
		atMost time.Duration
		wait   time.Duration
	}{
		"seconds":            {simulator.Throttled(7 * time.Second), 8 * time.Second, 7 * time.Second},
		"more than a minute": {simulator.Throttled(95 * time.Second), 96 * time.Second, 95 * time.Second},
		"a date":             {simulator.ThrottledUntil(30 * time.Second), 31 * time.Second, 29 * time.Second},
		"nothing said":       {simulator.ThrottledBare(), 2 * time.Second, 500 * time.Millisecond},
		"unavailable":        {simulator.Unavailable(5 * time.Second), 6 * time.Second, 5 * time.Second},
	} {
		for _, request := range []struct{ method, path string }{
			{http.MethodPost, instantiatePath}, {http.MethodGet, principalPath}, {http.MethodPatch, "/applications/*"}, {http.MethodDelete, "/applications/*"},
		} {
			t.Run(name+" "+request.method, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.fault(simulator.Fault{Method: request.method, Path: request.path, Effect: tt.effect})
				begin := w.Sim.Clock().Now()
				m := w.managed()
				clean(t, m.Apply(object()))
				clean(t, m.Apply(map[string]any{"display_name": "Renamed"}))
				w.wantCount(1)
				clean(t, m.Destroy())
				w.wantCount(0)
				if waited := w.Sim.Clock().Now().Sub(begin); waited < tt.wait || waited > tt.atMost {
					t.Errorf("it waited %s, want between %s and %s", waited, tt.wait, tt.atMost)
				}
			})
		}
	}
}

// However the service fails while the application is made, there is one in the end, or an error and none.
func TestResource_failuresOfInstantiateLeaveNothingDoubled(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		effect   simulator.Effect
		want     int
		wantText string
	}{
		"connection drops before":      {simulator.DropsBefore(), 1, ""},
		"connection drops after":       {simulator.DropsAfter(), 1, ""},
		"500 before":                   {simulator.Fails(500, "InternalServerError", "Oops."), 1, ""},
		"500 before, twice":            {simulator.Fails(500, "InternalServerError", "Oops."), 0, "Cannot determine whether the application was created"},
		"500 after":                    {simulator.FailsAfter(500, "InternalServerError", "Oops."), 1, ""},
		"504 after, with an HTML page": {simulator.FailsAfter(504, "GatewayTimeout", ""), 1, ""},
		"answer cut in half":           {simulator.Truncates(), 1, ""},
		"answer without an id":         {simulator.Answers(201, "application/json", `{"application":{},"servicePrincipal":{}}`), 1, ""},
		"400":                          {simulator.Fails(400, "Request_BadRequest", "No."), 0, "Cannot create the application"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			fault := simulator.Fault{Method: "POST", Path: instantiatePath, Effect: tt.effect, Count: 1}
			if strings.HasSuffix(name, "twice") {
				fault.Count = 2
			}
			w.fault(fault)
			m := w.managed()
			begin := w.Sim.Clock().Now()
			found := m.Apply(object())
			if waited := w.Sim.Clock().Now().Sub(begin); waited > 10*time.Second {
				t.Errorf("it waited %s", waited)
			}
			w.wantCount(tt.want)
			if tt.want == 1 {
				clean(t, found)
				if want := w.Sim.Store().Applications(false)[0].ID; m.Text("application_object_id") != want {
					t.Errorf("application_object_id is %q, want %q", m.Text("application_object_id"), want)
				}
			} else if len(found) != 1 || found[0].Summary != tt.wantText || m.Now != nil {
				t.Fatalf("state %v, messages:\n%s", m.Now, found)
			}
			if tt.wantText == "Cannot determine whether the application was created" {
				const hint = "No application named \"Meetings\" of this gallery entry has appeared. Apply again: the provider checks again before it creates anything, " +
					"and if the application has appeared by then, the error contains the import block."
				if !strings.Contains(found[0].Detail, hint) {
					t.Errorf("the hint is missing:\n%s", found[0].Detail)
				}
			}
			if posts := len(w.Sim.Log().Match("POST", instantiatePath)); posts > 2 {
				t.Errorf("it was tried %d times", posts)
			}
			// Applying again ends with exactly one.
			clean(t, m.Apply(object()))
			w.wantCount(1)
		})
	}
}

// The look for the lost application has to outlast the lag of listings.
func TestResource_findsALostApplicationBehindTheLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindServicePrincipal, simulator.Lag{For: 40 * time.Second})
	w.Sim.SetLag(simulator.KindApplication, simulator.Lag{For: 45 * time.Second})
	w.fault(simulator.Fault{Method: "POST", Path: instantiatePath, Effect: simulator.DropsAfter()})
	m := w.managed()
	clean(t, m.Apply(object()))
	w.wantCount(1)
	if want := w.Sim.Store().Applications(false)[0].ID; m.Text("application_object_id") != want {
		t.Errorf("application_object_id is %q, want %q", m.Text("application_object_id"), want)
	}
}

// A registration that could not be found when the application was made is found by a later refresh, so rename and
// destroy do not leave it behind.
func TestResource_findsTheRegistrationLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindApplication, simulator.Lag{For: 10 * time.Minute})
	w.fault(simulator.Fault{Method: "POST", Path: instantiatePath, Effect: simulator.DropsAfter()})
	m := w.managed()
	clean(t, m.Apply(object()))
	if m.Get("application_object_id") != nil {
		t.Fatalf("application_object_id is %v, the test expects null", m.Get("application_object_id"))
	}
	w.Sim.Clock().Advance(10 * time.Minute)
	clean(t, m.Apply(map[string]any{"display_name": "Renamed"}))
	clean(t, m.Destroy())
	w.wantCount(0)
}

func TestResource_appearingAfterAnErrorItIsImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindServicePrincipal, simulator.Lag{For: 2 * time.Minute})
	w.fault(simulator.Fault{Method: "POST", Path: instantiatePath, Effect: simulator.DropsAfter()},
		simulator.Fault{Method: "POST", Path: instantiatePath, Effect: simulator.DropsBefore()})
	m := w.managed()
	if found := m.Apply(object()); len(found) != 1 || found[0].Summary != "Cannot determine whether the application was created" {
		t.Fatalf("messages:\n%s", found)
	}
	w.Sim.Clock().Advance(2 * time.Minute)
	sp := w.Sim.Store().ServicePrincipals(false)[0]
	wants(t, m.Apply(object()), duplicate(sp.ID))
	clean(t, m.Import(sp.ID))
	clean(t, m.Apply(object()))
	w.wantCount(1)
}

func TestResource_waitsForReplication(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]simulator.Lag{
		"reads": {Reads: 4}, "time": {For: 3 * time.Minute}, "replicas that disagree": {Reads: 5, Flicker: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, kind := range []simulator.ObjectKind{simulator.KindServicePrincipal, simulator.KindApplication, simulator.KindSynchronization} {
				w.Sim.SetLag(kind, lag)
			}
			m := w.managed()
			clean(t, m.Apply(object()))
			w.wantCount(1)
			w.wantWrites("POST " + instantiatePath)
			if got := len(names(m.Get("app_roles"))); got != 5 {
				t.Errorf("there are %d roles", got)
			}
		})
	}
}

// Once the application exists, that it is slow to appear must not taint it.
func TestResource_warnsWhenTheServiceIsSlow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		path string
		want string
	}{
		"service principal": {principalPath, "waiting for the service principal to be readable, last seen: not found: context deadline exceeded"},
		"synchronization":   {"/servicePrincipals/*/synchronization/templates", "/synchronization/templates: 404 Not Found, Request_ResourceNotFound: Not there. (request id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fault(simulator.Fault{Method: "GET", Path: tt.path, Count: -1, Effect: simulator.Fails(404, "Request_ResourceNotFound", "Not there.")})
			m := w.managed()
			found := m.Apply(object())
			const detail = "The application was created, but not every part of the service knows it yet. Resources that depend on it may fail; in that case, apply again in a few minutes.\n\n"
			if len(found) != 1 || found[0].Error || found[0].Summary != "The application is not available everywhere yet" ||
				!strings.HasPrefix(found[0].Detail, detail) || !strings.Contains(found[0].Detail, tt.want) {
				t.Errorf("messages:\n%s", found)
			}
			if m.Now == nil || m.Tainted {
				t.Error("the application is not in the state or tainted")
			}
			w.Sim.Faults().Clear()
			clean(t, m.Apply(object()))
			w.wantCount(1)
		})
	}
}

func TestResource_serverErrorsOfReadKeepTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: principalPath, Count: 3, Effect: simulator.Fails(500, "InternalServerError", "Oops.")})
	clean(t, m.Refresh()) // a few are repeated
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: principalPath, Count: -1, Effect: simulator.Fails(502, "BadGateway", "Oops.")})
	found := m.Refresh()
	wants(t, found, acctest.Diagnostic{Error: true, Summary: "Cannot read the application",
		Detail: detail(502, "BadGateway", "Oops.", "GET /v1.0/servicePrincipals/"+m.Text("id"), applicationRead)})
	if m.Now == nil {
		t.Error("an error dropped the application from the state")
	}
}

func TestResource_brokenConnectionsOfReadRenameAndDelete(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"read":          {Method: "GET", Path: principalPath, Effect: simulator.DropsBefore()},
		"rename before": {Method: "PATCH", Path: "/applications/*", Effect: simulator.DropsBefore()},
		"rename after":  {Method: "PATCH", Path: "/applications/*", Effect: simulator.DropsAfter()},
		"delete before": {Method: "DELETE", Path: "/applications/*", Effect: simulator.DropsBefore()},
		"delete after":  {Method: "DELETE", Path: "/applications/*", Effect: simulator.DropsAfter()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fault(fault)
			m := w.managed()
			clean(t, m.Apply(object()))
			clean(t, m.Apply(map[string]any{"display_name": "Renamed"}))
			if got := w.Sim.Store().Applications(false)[0].DisplayName; got != "Renamed" {
				t.Errorf("the name is %q", got)
			}
			clean(t, m.Destroy())
			w.wantCount(0)
		})
	}
}

// The CLI shows a missing permission in the end; no apply hangs for minutes.
func TestResource_missingPermissionWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Permissions = simulator.ReadOnlyPermissions() })
	w.test(resource.TestStep{
		Config:      w.config(`display_name = "Meetings"`),
		ExpectError: regexp.MustCompile(`(?s)Cannot create the application.*Application\.ReadWrite\.All.*Cloud\s+Application\s+Administrator`),
	})
	w.wantWrites("POST " + instantiatePath)
}
