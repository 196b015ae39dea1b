// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func hasRun(j *store.Job) {
	j.Status.LastExecution = &store.Execution{State: store.ResultSucceeded, Began: store.Epoch, Ended: store.Epoch.Add(60e9), EntitledForProvisioning: 12}
	j.Status.SteadyStateFirst = store.Epoch
	j.Status.EntryCounts = []store.EntryCount{{Kind: "User to User", Count: 11}}
}

func TestResource_narrowingTheScopeRestarts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		job  func(*store.Job)
		want []string
		ends string
	}{
		"never ran":        {func(*store.Job) {}, []string{"PUT secrets"}, store.ScheduleDisabled},
		"runs":             {func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) }, []string{"PUT secrets", "POST restart"}, store.ScheduleActive},
		"runs, first time": {func(j *store.Job) { j.Schedule = store.ScheduleActive }, []string{"PUT secrets", "POST restart"}, store.ScheduleActive},
		"ran and is off":   {func(j *store.Job) { j.Schedule = store.SchedulePaused; hasRun(j) }, []string{"PUT secrets"}, store.SchedulePaused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created("scope", "all")
			w.changeJob(tt.job)
			if found := m.Apply(w.object("scope", "assigned")); len(found.Errors()) > 0 {
				t.Fatal(found)
			}
			wantLines(t, w.did(), tt.want...)
			w.wantSecrets("SyncAll", "false")
			if got := w.job().Schedule; got != tt.ends {
				t.Errorf("the job is %s, want %s", got, tt.ends)
			}
			for _, request := range w.Sim.Log().Match("POST", "/servicePrincipals/*/synchronization/jobs/*/restart") {
				if body := string(request.Body); body != `{"criteria":{}}` {
					t.Errorf("the restart says %s", body)
				}
			}
		})
	}
}

func TestResource_wideningTheScopeDoesNotRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) })
	if found := m.Apply(w.object("scope", "all")); len(found.Errors()) > 0 {
		t.Fatal(found)
	}
	wantLines(t, w.did(), "PUT secrets")
}

func TestResource_planSaysWhomAChangeOfScopeTouches(t *testing.T) {
	t.Parallel()
	const counts = " The last cycle had 12 people in scope; 11 are synchronized."
	narrower := acctest.Diagnostic{Path: "scope", Summary: "Accounts of people without an assignment will be disabled",
		Detail: "With `scope = \"assigned\"`, only assigned people stay in scope. The job is restarted once it is on, and its next cycle disables the accounts of everybody " +
			"else, unless `skip_out_of_scope_deletions` is on or the accidental-deletion threshold stops it." + counts + graphdiag.Incident}
	wider := acctest.Diagnostic{Path: "scope", Summary: "Everybody in the tenant will be provisioned",
		Detail: "With `scope = \"all\"`, the next cycle provisions accounts for all users of the tenant who pass the scoping filters, whether assigned or not." + counts}
	skipEnds := acctest.Diagnostic{Path: "skip_out_of_scope_deletions", Summary: "Accounts outside the scope will be disabled",
		Detail: "The next cycle disables the accounts of everybody who left the scope while `skip_out_of_scope_deletions` was on." + counts + graphdiag.Incident}
	skips := acctest.Diagnostic{Path: "skip_out_of_scope_deletions", Summary: "Accounts of people who leave the scope stay active",
		Detail: "With `skip_out_of_scope_deletions`, leaving the scope, whether because of an assignment, a group, or a filter, no longer disables an account; only the accounts of deleted and blocked users are disabled. " +
			"According to the service, 11 are in sync. The provider has no credentials for GoTo (its `goto` block), so the accounts there were not counted." + graphdiag.LeftActive}
	for name, tt := range map[string]struct {
		before, after []any
		want          []acctest.Diagnostic
	}{
		"narrower":        {[]any{"scope", "all"}, nil, []acctest.Diagnostic{narrower}},
		"wider":           {nil, []any{"scope", "all"}, []acctest.Diagnostic{wider}},
		"skipping ends":   {[]any{"skip_out_of_scope_deletions", true}, nil, []acctest.Diagnostic{skipEnds}},
		"both":            {[]any{"scope", "all", "skip_out_of_scope_deletions", true}, nil, []acctest.Diagnostic{skipEnds, narrower}},
		"skipping begins": {nil, []any{"skip_out_of_scope_deletions", true}, []acctest.Diagnostic{skips}},
		"another change":  {nil, []any{"accidental_deletion_threshold", 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created(tt.before...)
			w.changeJob(hasRun)
			_, _, found := m.Plan(w.object(tt.after...))
			wants(t, found, tt.want...)
		})
	}
}

func TestResource_aRestartThatFailsIsNamedAndStaysPending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created("scope", "all")
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) })
	w.fault(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/synchronization/jobs/*/restart", Effect: simulator.LacksPermission()})
	found := m.Apply(w.object("scope", "assigned"))
	wants(t, found.Errors(), acctest.Diagnostic{Error: true, Path: "scope", Summary: "Cannot restart the job for the narrower scope",
		Detail: denied("POST /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/"+w.job().ID+"/restart", synchronizationWrite,
			"The scope is stored but takes effect only with a restart, which stays pending: apply again, or restart provisioning in the portal.")})
	if m.Get("scope") != "assigned" || m.Get("pending_action") != "restart" {
		t.Errorf("the scope in the state is %v, stored is %s; pending is %v", m.Get("scope"), w.secret("SyncAll"), m.Get("pending_action"))
	}
	w.Sim.Log().Reset()
	clean(t, m.Apply(w.object("scope", "assigned")))
	wantLines(t, w.did(), "POST restart")
}

func TestResource_newCredentialsLiftTheirQuarantineOnce(t *testing.T) {
	t.Parallel()
	quarantined := func(reason, code string) func(*world) {
		return func(w *world) {
			w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) })
			if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job().ID, reason, store.SyncError{Code: code}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		prepare func(*world)
		change  []any
		want    []string
	}{
		"for its credentials":     {quarantined("EncounteredQuarantineException", "GoToMeetingInvalidCredentials"), []any{"admin_password_wo_version", "2"}, []string{"POST validateCredentials", "PUT secrets", "POST start"}},
		"for missing rights":      {quarantined("EncounteredQuarantineException", "GoToMeetingInsufficientRights"), []any{"admin_password_wo_version", "2"}, []string{"POST validateCredentials", "PUT secrets", "POST start"}},
		"for too many deletions":  {quarantined("TooManyDeletes", ""), []any{"admin_password_wo_version", "2"}, []string{"POST validateCredentials", "PUT secrets"}},
		"for too many failures":   {quarantined("EncounteredEscrowProportionThreshold", ""), []any{"admin_password_wo_version", "2"}, []string{"POST validateCredentials", "PUT secrets"}},
		"without new credentials": {quarantined("EncounteredQuarantineException", "GoToMeetingInvalidCredentials"), []any{"notification_email", "other@example.com"}, []string{"PUT secrets"}},
		"not in quarantine":       {func(w *world) { w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) }) }, []any{"admin_password_wo_version", "2"}, []string{"POST validateCredentials", "PUT secrets"}},
		"with a narrower scope":   {quarantined("EncounteredQuarantineException", "GoToMeetingInvalidCredentials"), []any{"admin_password_wo_version", "2", "scope", "assigned"}, []string{"POST validateCredentials", "PUT secrets", "POST restart"}},
		"with wrong credentials":  {quarantined("EncounteredQuarantineException", "GoToMeetingInvalidCredentials"), []any{"admin_password_wo_version", "2", "admin_password_wo", "wrong"}, []string{"POST validateCredentials"}},
		"in quarantine, but paused": {func(w *world) {
			quarantined("EncounteredQuarantineException", "GoToMeetingInvalidCredentials")(w)
			w.changeJob(func(j *store.Job) { j.Schedule = store.SchedulePaused })
		}, []any{"admin_password_wo_version", "2"}, []string{"POST validateCredentials", "PUT secrets"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created("scope", "all")
			tt.prepare(w)
			m.Apply(w.object(append([]any{"scope", "all"}, tt.change...)...))
			wantLines(t, w.did(), tt.want...)
		})
	}
}

func TestResource_quarantineThatCannotBeLifted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive })
	if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job().ID, "EncounteredQuarantineException", store.SyncError{Code: "GoToMeetingInvalidCredentials"}); err != nil {
		t.Fatal(err)
	}
	w.fault(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/synchronization/jobs/*/start", Effect: simulator.LacksPermission()})
	wants(t, m.Apply(w.object("admin_password_wo_version", "2")), acctest.Diagnostic{Error: true, Summary: "Cannot lift the quarantine",
		Detail: denied("POST /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/"+w.job().ID+"/start", synchronizationWrite,
			"The new credentials are stored. The start stays pending, and the service will try them at its next attempt.")})
	if m.Get("admin_password_wo_version") != "2" {
		t.Errorf("the version in the state is %v", m.Get("admin_password_wo_version"))
	}
}
