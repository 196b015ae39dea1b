// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestFailure_requiredAttributesMustHaveAValue(t *testing.T) {
	w := newWorld(t)
	w.mapTo(flowOf{target: "email", expression: "[faxNumber]"}, flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1})
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"create failure ana MandatoryFieldsMissing"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestFailure_theTargetRefusesForeignDomains(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserGuest, store.UserAna)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.UserPrincipalName = "ana@elsewhere.example" })
	w.next()
	want := []string{
		"create success ana", "create failure gil_partner.example#EXT# InvalidDomain",
		"update failure ana@elsewhere.example InvalidDomain", "create failure gil_partner.example#EXT# InvalidDomain",
	}
	if diff := cmp.Diff(want, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	if w.account(ana) == nil {
		t.Error("her account changed its address all the same")
	}
}

func TestFailure_theTargetRunsOutOfLicenses(t *testing.T) {
	w := newWorld(t)
	w.store.SetLicenses(4) // three are taken
	w.assign(store.UserAna, store.UserBen)
	w.start()
	if diff := cmp.Diff([]string{"create success ana", "create failure ben LicenseLimitExceeded"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	w.unassign(store.UserAna)
	w.next()
	w.next()
	if diff := cmp.Diff([]string{"ben"}, w.active(ana, ben)); diff != "" {
		t.Errorf("once a license is free: %s", diff)
	}
}

func TestFailure_theTargetRefusesASecondAccountWithTheSameAddress(t *testing.T) {
	w := newWorld(t)
	w.mapTo(flowOf{target: "email", expression: `"shared@corp.example"`}, flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1})
	w.assign(store.UserAna, store.UserBen)
	w.start()
	if diff := cmp.Diff([]string{"create success ana", "create failure ben EntryConflict"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestFailure_valuesMustBeOfTheTargetsType(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "maximumAttendees", expression: "[city]"})...)
	w.assign(store.UserAna, store.UserEva)
	w.start()
	want := []string{"create failure ana SchemaPropertyCanOnlyAcceptValue", "update failure eva SchemaPropertyCanOnlyAcceptValue"}
	if diff := cmp.Diff(want, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestFailure_expressionsMustEvaluate(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "department", expression: `FormatDateTime([city], , "yyyy", "MM")`})...)
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"create failure ana MappingEvaluationFailed"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestFailure_vanishedAccountsAreReportedUntilTheLinkIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	a, err := w.store.AccountByEmail(ana)
	w.ok(err)
	w.ok(w.store.DeleteAccount(a.Key))
	w.user(store.UserAna, func(u *store.User) { u.GivenName = "Anna" })
	before := w.clock.Now()
	w.next()
	if diff := cmp.Diff([]string{"update failure ana InvalidAnchor"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
	w.ok(w.Restart(w.app, w.id, []string{"Full"}))
	w.finish()
	if got := w.account(ana)["firstName"]; got != "Anna" {
		t.Errorf("after a full restart: got first name %q", got)
	}
}

func TestFailure_peoplePutAsideAreTriedAgainLessAndLessOften(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserGuest)
	w.start()
	w.clock.Advance(48 * time.Hour)
	var tries []int
	log := w.store.Log()
	for i := 1; i < len(log); i++ {
		tries = append(tries, int(log[i].At.Sub(log[i-1].At).Round(store.DefaultInterval)/store.DefaultInterval))
	}
	if diff := cmp.Diff([]int{1, 1, 3, 7, 15, 31}, tries); diff != "" {
		t.Errorf("cycles from one try to the next: %s", diff)
	}
}

func TestFailure_peoplePutAsideAreCountedUntilTheySucceed(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserGuest, store.UserAna)
	w.start()
	st := w.job().Status
	if x := st.LastExecution; x.State != store.ResultEntryLevelErrors || x.Escrowed != 1 || x.Exports != 2 || x.Exported != 1 {
		t.Errorf("got state %s, %d escrowed, %d of %d exported", x.State, x.Escrowed, x.Exported, x.Exports)
	}
	if st.LastSuccessfulExecution != nil {
		t.Error("a cycle with errors counts as successful")
	}
	w.next()
	if x := w.job().Status.LastExecution; x.State != store.ResultEntryLevelErrors || x.Escrowed != 1 {
		t.Errorf("in the next cycle: got state %s, %d escrowed", x.State, x.Escrowed)
	}
	w.store.SetDomains("corp.example", "partner.example")
	w.next()
	st = w.job().Status
	if x := st.LastExecution; x.State != store.ResultSucceeded || x.Escrowed != 0 || x.Exported != 1 {
		t.Errorf("once accepted: got state %s, %d escrowed, %d exported", x.State, x.Escrowed, x.Exported)
	}
	if st.LastSuccessfulExecution == nil || st.LastSuccessfulExecutionWithExports == nil {
		t.Error("the successful cycle is not noted")
	}
}

func TestFailure_peoplePutAsideWhoLeaveAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserGuest)
	w.start()
	w.unassign(store.UserGuest)
	w.next()
	if x := w.job().Status.LastExecution; x.Escrowed != 0 || x.State != store.ResultSucceeded {
		t.Errorf("got %d escrowed, state %s", x.Escrowed, x.State)
	}
}
