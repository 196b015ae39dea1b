// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	jobPath = "/servicePrincipals/*/synchronization/jobs/*"
	start   = jobPath + "/start"
	pause   = jobPath + "/pause"
	restart = jobPath + "/restart"
)

// What a passing fault of the service must come to: the wanted state, without a message and without a start too many.
func TestResource_survivesPassingFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault simulator.Fault
		// running and enabled say what is there before and what is wanted.
		running, enabled bool
		want             []string
	}{
		{"read throttled", simulator.Fault{Method: "GET", Path: jobPath, Effect: simulator.Throttled(2 * time.Minute)}, false, true, []string{"start"}},
		{"read fails", simulator.Fault{Method: "GET", Path: jobPath, Effect: simulator.Fails(500, "InternalError", "")}, false, true, []string{"start"}},
		{"read dropped", simulator.Fault{Method: "GET", Path: jobPath, Effect: simulator.DropsBefore()}, false, true, []string{"start"}},
		{"read after the start fails", simulator.Fault{Method: "GET", Path: jobPath, Skip: 1, Effect: simulator.AnswersHTML(502)}, false, true, []string{"start"}},
		{"start throttled", simulator.Fault{Path: start, Effect: simulator.Throttled(time.Second)}, false, true, []string{"start", "start"}},
		{"start unavailable", simulator.Fault{Path: start, Effect: simulator.Unavailable(time.Second)}, false, true, []string{"start", "start"}},
		{"start dropped before its effect", simulator.Fault{Path: start, Effect: simulator.DropsBefore()}, false, true, []string{"start", "start"}},
		{"start dropped after its effect", simulator.Fault{Path: start, Effect: simulator.DropsAfter()}, false, true, []string{"start"}},
		{"start fails after its effect", simulator.Fault{Path: start, Effect: simulator.FailsAfter(504, "UnknownError", "")}, false, true, []string{"start"}},
		{"start fails before its effect", simulator.Fault{Path: start, Effect: simulator.Fails(500, "InternalError", "")}, false, true, []string{"start", "start"}},
		{"pause throttled", simulator.Fault{Path: pause, Effect: simulator.ThrottledBare()}, true, false, []string{"pause", "pause"}},
		{"pause dropped before its effect", simulator.Fault{Path: pause, Effect: simulator.DropsBefore()}, true, false, []string{"pause", "pause"}},
		{"pause dropped after its effect", simulator.Fault{Path: pause, Effect: simulator.DropsAfter()}, true, false, []string{"pause", "pause"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.running {
				w.start()
			}
			w.Sim.Faults().Add(test.fault)
			one, found := w.Protocol().Change(typeName, nil, w.object("enabled", test.enabled))
			succeeds(t, found)
			if one == nil || one.State["enabled"] != test.enabled {
				t.Errorf("state %v", one)
			}
			w.wantAsked(test.want...)
			if got := w.now().Schedule == store.ScheduleActive; got != test.enabled {
				t.Errorf("active: %t", got)
			}
			if left := w.Sim.Faults().Pending(); len(left) > 0 {
				t.Errorf("the fault never struck")
			}
		})
	}
}

// What a lasting fault must come to: an error, and nothing in the state that is not so.
func TestResource_reportsLastingFaults(t *testing.T) {
	t.Parallel()
	const grantsWrite = "Grant the Microsoft Graph application permission `Synchronization.ReadWrite.All` with admin consent, or, for a signed-in person, the directory role Cloud Application Administrator or Application Administrator."
	const grantsRead = "Grant the Microsoft Graph application permission `Synchronization.Read.All` with admin consent, or, for a signed-in person, a custom role with `microsoft.directory/applications/synchronization/standard/read`."
	for _, test := range []struct {
		name  string
		fault simulator.Fault
		want  acctest.Diagnostic
		asked []string
	}{
		{"read forbidden", simulator.Fault{Method: "GET", Path: jobPath, Count: -1, Effect: simulator.LacksPermission()},
			failure("", "Cannot read the provisioning job", "The signed-in identity lacks a permission. "+grantsRead), nil},
		{"start forbidden", simulator.Fault{Path: start, Count: -1, Effect: simulator.LacksPermission()},
			failure("enabled", "Cannot start provisioning", "The signed-in identity lacks a permission. "+grantsWrite), []string{"start"}},
		{"start refused", simulator.Fault{Path: start, Count: -1, Effect: simulator.Fails(400, "UnknownError", `{"error":{"code":"CredentialsMissing","message":"Credentials are missing."}}`)},
			failure("enabled", "Cannot start provisioning", "Microsoft Graph said: Credentials are missing."), []string{"start"}},
		{"start lost again and again", simulator.Fault{Path: start, Count: -1, Effect: simulator.DropsBefore()},
			failure("enabled", "Cannot start provisioning", "The connection was interrupted before the response arrived"), []string{"start", "start", "start"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Sim.Faults().Add(test.fault)
			one, found := w.Protocol().Change(typeName, nil, w.object("enabled", true))
			if one != nil {
				t.Errorf("the failed create left %v", one.State)
			}
			if len(found) != 1 || found[0].Summary != test.want.Summary || found[0].Path != test.want.Path || !found[0].Error {
				t.Fatalf("messages:\n%s", found)
			}
			if got := found[0].Detail; len(got) < len(test.want.Detail) || got[:len(test.want.Detail)] != test.want.Detail {
				t.Errorf("detail:\n%s\nwant it to begin with:\n%s", got, test.want.Detail)
			}
			w.wantAsked(test.asked...)
			w.wantSchedule(store.ScheduleDisabled)
		})
	}
}

func TestResource_namesTheMissingPermissionAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetPermissions(simulator.ReadOnlyPermissions()...)
	before := w.Sim.Clock().Now()
	_, found := w.Protocol().Change(typeName, nil, w.object("enabled", true))
	if last := found[len(found)-1]; !last.Error || last.Path != "enabled" || last.Summary != "Cannot start provisioning" {
		t.Fatalf("messages:\n%s", found)
	}
	if waited := w.Sim.Clock().Now().Sub(before); waited > 0 {
		t.Errorf("waited %s before saying so", waited)
	}
	w.wantAsked("start")
}

func TestResource_refusedReadIsNotGone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		effect simulator.Effect
	}{
		{"forbidden", simulator.LacksPermission()},
		{"failing", simulator.Fails(503, "serviceNotAvailable", "")},
		{"unreadable", simulator.AnswersHTML(200)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.Protocol()
			one, found := p.Change(typeName, nil, w.object("enabled", true))
			succeeds(t, found)
			w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: jobPath, Count: -1, Effect: test.effect})
			after, found := p.Read(one)
			if after != one || !found.HasError() || found[0].Summary != "Cannot read the provisioning job" {
				t.Errorf("got %v, %v", after, found)
			}
		})
	}
}

func TestResource_keepsItsStateWhenTheConnectorIsRetired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })

	after, found := p.Read(one)
	succeeds(t, found)
	if diff := cmp.Diff(one.State, after.State); diff != "" {
		t.Errorf("state (-before +after):\n%s", diff)
	}
	planned, found := p.Plan(typeName, after, w.object("enabled", true))
	succeeds(t, found)
	if planned.Changes() {
		t.Errorf("the plan changes %v", planned.State)
	}
	_, found = w.Protocol().Change(typeName, after, w.object("enabled", false))
	w.wants(found, failure("connection_id", "The connector is retired",
		"The service principal "+w.sp.ID+" no longer offers a provisioning connector, and the job \""+w.job.ID+"\" is gone too. Move to the gallery application `GoTo`."))
	if left, found := w.Protocol().Change(typeName, after, nil); left != nil || len(found) > 0 {
		t.Errorf("destroy gave %v, %v", left, found)
	}
	if one, found := p.Import(typeName, w.connectionID()); len(found.Errors()) != 1 || found.Errors()[0].Summary != "The connector is retired" {
		t.Errorf("import of a retired job gave %v, %v", one, found)
	}
}

// Whether the connector was retired or the job deleted makes the difference between keeping and forgetting.
func TestResource_isNotForgottenWhileTheReasonIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*/synchronization/templates", Count: -1, Effect: simulator.Fails(502, "UnknownError", "")})
	after, found := p.Read(one)
	if after != one || !found.HasError() || found[0].Summary != "Cannot read the provisioning job" {
		t.Errorf("got %v, %v", after, found)
	}
}

func TestResource_waitsForTheScheduleToFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The schedule shows the start only after a while.
	shown := false
	w.Sim.Faults().Add(simulator.Fault{Path: start, Effect: simulator.Answers(204, "application/json", "")})
	w.at(20*time.Second, func() { shown = true; w.start() })
	_, found := w.Protocol().Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	if !shown {
		t.Error("did not wait")
	}
	w.wantAsked("start")
}

func TestResource_unconfirmedStartIsAWarningThatDoesNotTaint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: jobPath, Skip: 1, Count: -1, Effect: simulator.Fails(400, "BadRequest", "Out of order.")})
	one, found := w.Protocol().Change(typeName, nil, w.object("enabled", true))
	w.wants(found, warning("enabled", "Cannot confirm the state of provisioning",
		"The service accepted the change. The next plan shows the result. Microsoft Graph said: Out of order.\n\n"+
			"HTTP status: 400\nGraph code: BadRequest\nRequest: GET {job}\nRequest ID: {id}"))
	if one == nil || one.State["enabled"] != true {
		t.Errorf("state %v", one)
	}
}
