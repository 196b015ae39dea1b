// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestMatching_anExistingAccountIsLinkedAndUpdated(t *testing.T) {
	w := newWorld(t)
	w.user(store.UserEva, func(u *store.User) { u.Surname = "Married" })
	w.assign(store.UserEva)
	before := len(w.store.Accounts())
	w.start()
	if got := len(w.store.Accounts()); got != before {
		t.Errorf("%d accounts instead of %d", got, before)
	}
	if got := w.account(eva)["lastName"]; got != "Married" {
		t.Errorf("got last name %s", got)
	}
	if diff := cmp.Diff([]string{"update success eva"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestMatching_comparesTextIgnoringCaseUnlessTheAttributeIsExact(t *testing.T) {
	w := newWorld(t)
	w.user(store.UserEva, func(u *store.User) { u.UserPrincipalName = "EVA@corp.example" })
	w.assign(store.UserEva)
	w.start()
	if diff := cmp.Diff([]string{"update success EVA"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	x := newWorld(t)
	_, err := x.store.AddAccount(store.Account{Email: "other@corp.example", Active: true, Attributes: map[string][]string{"employeeNumber": {"e0001"}}})
	x.ok(err)
	x.mapTo(flowOf{target: "email", expression: "[userPrincipalName]"}, flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1})
	x.assign(store.UserAna) // whose number is E0001
	x.start()
	if diff := cmp.Diff([]string{"create success ana"}, x.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestMatching_attributesAreTriedByPriorityAndTheFirstMatchCounts(t *testing.T) {
	w := newWorld(t)
	for _, a := range []store.Account{
		{Email: "by.number@corp.example", Active: true, Attributes: map[string][]string{"employeeNumber": {"E0001"}}},
		{Email: "by.title@corp.example", Active: true, Attributes: map[string][]string{"jobTitle": {"Engineering specialist"}}},
	} {
		_, err := w.store.AddAccount(a)
		w.ok(err)
	}
	w.mapTo(
		flowOf{target: "email", expression: "[userPrincipalName]"},
		flowOf{target: "jobTitle", expression: "[jobTitle]", priority: 3},
		flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 2},
		flowOf{target: "department", expression: "[companyName]", priority: 1},
	)
	w.assign(store.UserAna)
	w.start()
	if w.account("by.number@corp.example") != nil || w.account("by.title@corp.example") == nil || w.account(ana) == nil {
		t.Error("the account was not found by the number")
	}
}

func TestMatching_emptyValuesAreSkipped(t *testing.T) {
	w := newWorld(t)
	w.user(store.UserAna, func(u *store.User) { u.EmployeeID = "" })
	_, err := w.store.AddAccount(store.Account{Email: "nobody@corp.example", Active: true})
	w.ok(err)
	w.mapTo(
		flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1},
		flowOf{target: "email", expression: "[userPrincipalName]", priority: 2},
	)
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"create success ana"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestMatching_nobodyIsImportedWithoutAnyMatchingValue(t *testing.T) {
	w := newWorld(t)
	w.user(store.UserAna, func(u *store.User) { u.EmployeeID = "" })
	w.mapTo(flowOf{target: "email", expression: "[userPrincipalName]"}, flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1})
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"other skipped ana ImportSkipped"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	if got := w.job().Status.LastExecution.State; got != store.ResultSucceeded {
		t.Errorf("a skipped person makes the cycle %s", got)
	}
}

func TestMatching_severalAccountsAreAnError(t *testing.T) {
	w := newWorld(t)
	for _, email := range []string{"one@corp.example", "two@corp.example"} {
		_, err := w.store.AddAccount(store.Account{Email: email, Active: true, Attributes: map[string][]string{"employeeNumber": {"E0001"}}})
		w.ok(err)
	}
	w.mapTo(flowOf{target: "email", expression: "[userPrincipalName]"}, flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1})
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"other failure ana DuplicateTargetEntries"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestMatching_oneAccountBelongsToOnePerson(t *testing.T) {
	w := newWorld(t)
	w.user(store.UserBen, func(u *store.User) { u.EmployeeID = "E0001" }) // which is Ana's
	w.mapTo(flowOf{target: "email", expression: "[userPrincipalName]"}, flowOf{target: "employeeNumber", expression: "[employeeId]", priority: 1})
	w.assign(store.UserAna, store.UserBen)
	w.start()
	if diff := cmp.Diff([]string{"create success ana", "other failure ben DuplicateSourceEntries"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestMatching_accountsOfOthersAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	before := w.account("former@corp.example")
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff(before, w.account("former@corp.example")); diff != "" {
		t.Error(diff)
	}
}
