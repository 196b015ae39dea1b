// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func scopeDetails(active, assigned, role, filter string) []store.KeyValue {
	return []store.KeyValue{
		{Key: "Active in the source system", Value: active}, {Key: "Assigned to the application", Value: assigned},
		{Key: "User has the required role", Value: role}, {Key: "Scoping filter evaluation passed", Value: filter},
		{Key: "ScopeEvaluationResult", Value: "{}"},
	}
}

func TestLog_showsTheStepsAndWhatWasWritten(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "firstName", expression: "[givenName]"}, flowOf{target: "lastName", expression: "Redact([surname])"})...)
	w.assign(store.UserAna)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.GivenName, u.Surname = "Anna", "Other" })
	w.next()
	text := func(s string) *string { return &s }
	a, err := w.store.AccountByEmail(ana)
	w.ok(err)
	reported := []store.KeyValue{{Key: "ReportableIdentifier", Value: ana}}
	first := store.LogEntry{
		At: store.Epoch.Add(initialBase + perObject), Duration: 350 * time.Millisecond, ServicePrincipalID: w.app, JobID: w.id,
		Action: "create", Status: "success", SourceID: store.UserAna, SourceName: ana, SourceType: "User", TargetID: a.Key, TargetType: "User",
		Steps: []store.LogStep{
			{Name: "EntryImport", Type: "import", Status: "success", Description: "Received the person from the directory"},
			{Name: "EntrySynchronizationScoping", Type: "scoping", Status: "success", Description: "Evaluated the scope", Details: scopeDetails("True", "True", "True", "True")},
			{Name: "EntryImportByMatchingProperty", Type: "matching", Status: "success", Description: "No account matches"},
			{Name: "EntrySynchronizationAdd", Type: "processing", Status: "success", Description: "Worked out the account to create"},
			{Name: "EntryExportAdd", Type: "export", Status: "success", Description: "Wrote the account", Details: reported},
		},
		Modified: []store.ModifiedProperty{
			{Name: "active", New: text("True")}, {Name: "email", New: text(ana)}, {Name: "firstName", New: text("Ana")}, {Name: "lastName", New: text("[Redact]")},
		},
	}
	second := first
	second.At, second.Action = w.job().Status.LastExecution.Ended, "update"
	second.Steps = []store.LogStep{
		first.Steps[0], first.Steps[1],
		{Name: "EntrySynchronizationUpdate", Type: "processing", Status: "success", Description: "Worked out what to change"},
		{Name: "EntryExportUpdate", Type: "export", Status: "success", Description: "Wrote the account", Details: reported},
	}
	second.Modified = []store.ModifiedProperty{
		{Name: "firstName", Old: text("Ana"), New: text("Anna")}, {Name: "lastName", Old: text("[Redact]"), New: text("[Redact]")},
	}
	got := w.store.Log()
	if diff := cmp.Diff([]store.LogEntry{first, second}, got, cmpopts.IgnoreFields(store.LogEntry{}, "ID", "CycleID", "ChangeID")); diff != "" {
		t.Error(diff)
	}
	if got[0].CycleID == got[1].CycleID || got[0].ChangeID == got[1].ChangeID || got[0].ID == "" {
		t.Error("the entries do not tell their cycles and changes apart")
	}
}

func TestLog_saysWhySomebodyWasSkippedOrFailed(t *testing.T) {
	w := newWorld(t)
	w.filter("groups", groupOf(clause{"city", "EQUALS", "Berlin"}))
	w.assign(store.UserBen, store.UserGuest, store.UserDavid, store.UserEva)
	w.user(store.UserGuest, func(u *store.User) { u.City = "Berlin" })
	w.user(store.UserEva, func(u *store.User) { u.City = "Berlin" })
	w.start()
	want := []string{
		"other skipped ben NotInScope", "other skipped david EntrySynchronizationSkipped", "update success eva",
		"create failure gil_partner.example#EXT# InvalidDomain",
	}
	if diff := cmp.Diff(want, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	w.ok(w.Restart(w.app, w.id, nil))
	before := w.clock.Now()
	w.finish()
	if got := w.lines(before)[2]; got != "other skipped eva RedundantExport" {
		t.Errorf("an account that is right already: got %s", got)
	}
}

func TestLog_quietCyclesAreSilent(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	before := w.clock.Now()
	w.user(store.UserAna, func(u *store.User) { u.OfficeLocation = "2.14" })
	w.next()
	if diff := cmp.Diff([]string{}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
}

func TestLog_isKeptForThirtyDays(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.clock.Advance(30 * 24 * time.Hour)
	if got := len(w.store.Log()); got != 1 {
		t.Errorf("after thirty days: %d entries", got)
	}
	w.clock.Advance(time.Second)
	if got := len(w.store.Log()); got != 0 {
		t.Errorf("later: %d entries", got)
	}
}

func TestScale_tenThousandPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	w := newWorld(t)
	for _, id := range w.store.AddUsers(10_000) {
		w.assign(id)
	}
	began := time.Now()
	w.start()
	initial := time.Since(began)
	w.unassign(store.PersonID(0))
	began = time.Now()
	w.next()
	incremental := time.Since(began)
	if got := w.job().Status.LastExecution; got.ImportedDeltas != 1 || got.Exported != 1 || len(w.store.Accounts()) != 10_003 {
		t.Errorf("got %+v with %d accounts", got, len(w.store.Accounts()))
	}
	began = time.Now()
	w.clock.Advance(30 * 24 * time.Hour)
	t.Logf("initial %v, incremental %v, a month of quiet cycles %v", initial, incremental, time.Since(began))
}

func BenchmarkInitialCycle(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				clock := store.NewClock(store.Epoch)
				s := store.New(store.Config{Clock: clock, Empty: true})
				e := New(s)
				s.SetAdmin(store.Admin{UserName: "a", Password: "b", TeamAdmin: true})
				_, p, err := s.Instantiate(store.TemplateGoToMeeting, "x", "")
				if err != nil {
					b.Fatal(err)
				}
				if err := s.PutSecrets(p.ID, []store.KeyValue{{Key: "UserName", Value: "a"}, {Key: "Password", Value: "b"}}, store.SecretOptions{}); err != nil {
					b.Fatal(err)
				}
				j, err := s.CreateJob(p.ID, store.ConnectorGoToMeeting)
				if err != nil {
					b.Fatal(err)
				}
				for _, id := range s.AddUsers(n) {
					if _, err := s.Assign(p.ID, id, p.Roles[0].ID, store.AssignOptions{}); err != nil {
						b.Fatal(err)
					}
				}
				if err := e.Start(p.ID, j.ID); err != nil {
					b.Fatal(err)
				}
				clock.Advance(24 * time.Hour)
				b.StartTimer()
				e.CatchUp()
			}
		})
	}
}
