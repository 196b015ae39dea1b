// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// portal is a connection whose credentials were entered in the portal and are not managed here.
func (w *world) portal() *acctest.Managed {
	w.t.Helper()
	m := w.managed()
	if found := m.Apply(w.bare("notification_email", "identity-ops@example.com")); found.HasError() {
		w.t.Fatal(found)
	}
	w.stores("UserName", store.AdminUserName, "Password", store.AdminPassword)
	m.Refresh()
	w.Sim.Log().Reset()
	w.ForgetDiagnostics()
	return m
}

// testsOfStored are the tests of what is stored, and the others.
func (w *world) testsOfStored() (ofStored, others int) {
	w.t.Helper()
	for _, request := range w.Sim.Log().Match("POST", everyTest) {
		var body struct {
			UseSavedCredentials bool
			Credentials         []any
		}
		if err := json.Unmarshal(request.Body, &body); err != nil {
			w.t.Fatal(err)
		}
		switch {
		case !body.UseSavedCredentials:
			others++
		case len(body.Credentials) > 0:
			w.t.Error("a test of the stored credentials carries some")
		default:
			ofStored++
		}
	}
	return ofStored, others
}

func TestAWriteWithoutASecretIsPutBetweenTwoTestsOfTheStoredOnes(t *testing.T) {
	t.Parallel()
	const test, put = "POST validateCredentials", "PUT secrets"
	refuses := simulator.Fails(400, "GoToMeetingInvalidCredentials", "No.")
	answers := func(effects ...simulator.Effect) func(*world) {
		return func(w *world) {
			for _, effect := range effects {
				w.fault(simulator.Fault{Method: "POST", Path: everyTest, Effect: effect})
			}
		}
	}
	accepts := simulator.AnswersNothing(204)
	for name, tt := range map[string]struct {
		prepare func(*world)
		pairs   []any
		want    []string
		broken  bool
	}{
		"accepted before and after":         {want: []string{test, put, test}},
		"refused after":                     {prepare: answers(accepts, refuses), want: []string{test, put, test}, broken: true},
		"not to be asked after":             {prepare: answers(accepts, simulator.Fails(400, unavailableAs, "No such host.")), want: []string{test, put, test}},
		"refused before":                    {prepare: answers(refuses), want: []string{test, put}},
		"not to be asked before":            {prepare: answers(simulator.Fails(400, unavailableAs, "No such host.")), want: []string{test, put}},
		"no permission to test":             {prepare: answers(simulator.LacksPermission()), want: []string{test, put}},
		"nobody wants a test":               {pairs: []any{"test_connection", false}, want: []string{put}},
		"nothing stored":                    {prepare: func(w *world) { w.stores("Password", "") }, want: []string{put}},
		"a connector setting":               {pairs: []any{"connector_settings", map[string]any{"Domain": "example.com"}}, want: []string{test, put, test}},
		"nothing to write":                  {pairs: []any{"notification_email", "identity-ops@example.com"}},
		"a threshold, a scope and skipping": {pairs: []any{"accidental_deletion_threshold", 9, "scope", "all", "skip_out_of_scope_deletions", true}, want: []string{test, put, test}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.portal()
			if tt.prepare != nil {
				tt.prepare(w)
			}
			found := m.Apply(w.bare(append([]any{"notification_email", "other@example.com"}, tt.pairs...)...))
			wantLines(t, w.did(), tt.want...)
			if _, others := w.testsOfStored(); others > 0 {
				t.Errorf("%d tests carry credentials", others)
			}
			if found.HasError() != tt.broken {
				t.Error(found)
			}
			if tt.broken {
				last := found[len(found)-1]
				if last.Summary != "The stored credentials have been refused since this write" || !strings.Contains(last.Detail, "The service said: No.") ||
					!strings.Contains(last.Detail, "or authorize again: open https://entra.microsoft.com/") || !strings.Contains(last.Detail, "`test_connection = false`") {
					t.Error(last)
				}
			}
			if m.Tainted {
				t.Error("the connection is tainted")
			}
		})
	}
}

// A secret that goes along leaves nothing to be broken by the write.
func TestAWriteWithTheSecretNeedsNoTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	if found := m.Apply(w.object("notification_email", "other@example.com")); found.HasError() {
		t.Fatal(found)
	}
	wantLines(t, w.did(), "PUT secrets")
}

// broken is a connection whose stored credentials were accepted before a write and refused after it.
func (w *world) broken() (m *acctest.Managed, changed func(pairs ...any) map[string]any) {
	w.t.Helper()
	m = w.portal()
	w.fault(simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.AnswersNothing(204)},
		simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.Fails(400, "GoToMeetingInvalidCredentials", "No.")})
	changed = func(pairs ...any) map[string]any {
		return w.bare(append([]any{"notification_email", "other@example.com"}, pairs...)...)
	}
	if found := m.Apply(changed()); !found.HasError() {
		w.t.Fatal("the fault did not strike")
	}
	w.Sim.Log().Reset()
	return m, changed
}

const stillRefused = "warning: The stored credentials are refused"

func TestBrokenCredentialsAreToldAtEveryPlanUntilTheyAreFixed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outside func(*world)
		pairs   []any
	}{
		"new credentials": {pairs: []any{"admin_username", store.AdminUserName, "admin_password_wo", store.AdminPassword, "admin_password_wo_version", "1"}},
		"authorized again": {outside: func(w *world) {
			w.stores("Oauth2AccessToken", store.SeedToken, "Oauth2AccessTokenCreationTime", "2030-01-02")
		}},
		"another account": {outside: func(w *world) { w.stores("UserName", "second@example.com") }},
		"a cycle that succeeded": {outside: func(w *world) {
			w.Sim.Clock().Advance(time.Hour)
			w.changeJob(func(j *store.Job) {
				j.Status.LastSuccessfulExecution = &store.Execution{Began: w.Sim.Clock().Now(), Ended: w.Sim.Clock().Now()}
			})
		}},
		"a write after which they work": {pairs: []any{"accidental_deletion_threshold", 9}},
		"nobody wants to know":          {pairs: []any{"test_connection", false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m, changed := w.broken()
			for range 3 {
				action, _, found := m.Plan(changed())
				wantSummaries(t, found, stillRefused)
				if action != acctest.NoAction || found[0].Path != "authorized" || !strings.Contains(found[0].Detail, "The service said: No.") {
					t.Errorf("the plan is %s\n%s", action, found)
				}
				wantSummaries(t, m.Refresh())
			}
			wantLines(t, w.did()) // to tell is not to try
			if tt.outside != nil {
				tt.outside(w)
			}
			if found := m.Apply(changed(tt.pairs...)); found.HasError() {
				t.Error(found)
			}
			if action, _, found := m.Plan(changed(tt.pairs...)); action != acctest.NoAction || len(found) > 0 {
				t.Errorf("afterward the plan is %s\n%s", action, found)
			}
		})
	}
}

// A write after the refusal tries them once, and is no sign that they work.
func TestBrokenCredentialsStayBrokenAfterAnotherWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m, changed := w.broken()
	w.fault(simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.Fails(400, "GoToMeetingInvalidCredentials", "No.")})
	config := changed("connector_settings", map[string]any{"Domain": "example.com"})
	if found := m.Apply(config); found.HasError() {
		t.Error(found)
	}
	wantLines(t, w.did(), "POST validateCredentials", "PUT secrets")
	_, _, found := m.Plan(config)
	wantSummaries(t, found, stillRefused)
}

func TestACreationThatBreaksStoredCredentialsIsNotTainted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stores("UserName", store.AdminUserName, "Password", store.AdminPassword)
	w.fault(simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.AnswersNothing(204)},
		simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.Fails(400, "GoToMeetingInvalidCredentials", "No.")})
	m := w.managed()
	found := m.Apply(w.bare())
	if last := summaries(found)[len(found)-1]; last != "warning: The stored credentials have been refused since this write" || m.Tainted {
		t.Errorf("tainted %t\n%s", m.Tainted, found)
	}
	wantLines(t, w.did(), "POST jobs", "POST validateCredentials", "PUT secrets", "POST validateCredentials")
	_, _, found = m.Plan(w.bare())
	wantSummaries(t, found, stillRefused)
}
