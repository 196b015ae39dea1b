// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestMapping_theTemplatesDefaultCreatesWholeAccounts(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserBen)
	w.start()
	want := map[string]string{
		"email": ben, "firstName": "Ben", "lastName": "Sample", "locale": "de_DE", "timeZone": "Europe/Berlin", "active": "True",
		"department": "Engineering", "employeeNumber": "E0002",
	}
	if diff := cmp.Diff(want, w.account(ben)); diff != "" {
		t.Error(diff)
	}
}

func TestMapping_theTutorialsExpressionsCreateAccounts(t *testing.T) {
	w := newWorld(t)
	w.mapTo(
		flowOf{target: "email", expression: "[userPrincipalName]", priority: 1},
		flowOf{target: "firstName", expression: "[givenName]"},
		flowOf{target: "lastName", expression: "Coalesce([surname], [displayName])"},
		flowOf{target: "locale", expression: `"en_US"`, kind: "ObjectAddOnly"},
		flowOf{target: "active", expression: "Not([IsSoftDeleted])"},
	)
	w.assign(store.UserChloe) // who has no surname
	w.start()
	want := map[string]string{"email": chloe, "firstName": "Chloe", "lastName": "Chloe", "locale": "en_US", "active": "True"}
	if diff := cmp.Diff(want, w.account(chloe)); diff != "" {
		t.Error(diff)
	}
}

func TestMapping_nullValuesAreNotProvisioned(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "lastName", expression: "[surname]"}, flowOf{target: "department", expression: "IgnoreFlowIfNullOrEmpty([department])"})...)
	w.assign(store.UserAna)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.Surname, u.Department = "", "" })
	w.next()
	want := map[string]string{"email": ana, "lastName": "Example", "department": "Engineering", "active": "True"}
	if diff := cmp.Diff(want, w.account(ana)); diff != "" {
		t.Error(diff)
	}
}

func TestMapping_defaultsAreAppliedOnCreateOnly(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "lastName", expression: "[surname]", fallback: "Unknown"}, flowOf{target: "timeZone", fallback: "Europe/Berlin"})...)
	w.assign(store.UserChloe, store.UserEva)
	w.user(store.UserEva, func(u *store.User) { u.Surname = "" })
	w.start()
	if got := w.account(chloe); got["lastName"] != "Unknown" || got["timeZone"] != "Europe/Berlin" {
		t.Errorf("created: got %v", got)
	}
	if got := w.account(eva); got["lastName"] != "Known" || got["timeZone"] != "" {
		t.Errorf("found: got %v", got)
	}
}

func TestMapping_flowTypesDecideWhenAValueIsWritten(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(
		flowOf{target: "firstName", expression: "[givenName]", kind: "Always"},
		flowOf{target: "lastName", expression: "[givenName]", kind: "ObjectAddOnly"},
		flowOf{target: "department", expression: "[givenName]", kind: "AttributeAddOnly"},
		flowOf{target: "groups", expression: "[givenName]", kind: "ValueAddOnly"},
	)...)
	w.assign(store.UserAna, store.UserEva)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.GivenName = "Anna" })
	w.next()
	want := map[string]string{"email": ana, "active": "True", "firstName": "Anna", "lastName": "Ana", "department": "Ana", "groups": "Ana;Anna"}
	if diff := cmp.Diff(want, w.account(ana)); diff != "" {
		t.Error(diff)
	}
	if got := w.account(eva); got["lastName"] != "Known" || got["department"] != "Eva" {
		t.Errorf("an account that was found: got %v", got)
	}
}

func TestMapping_unchangedValuesAreNotWrittenAgain(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "firstName", expression: "[givenName]"}, flowOf{target: "department", expression: "[department]", behavior: "FlowAlways"})...)
	w.assign(store.UserAna)
	w.start()
	a, err := w.store.AccountByEmail(ana)
	w.ok(err)
	w.ok(w.store.UpdateAccount(a.Key, func(a *store.Account) {
		a.Attributes["firstName"], a.Attributes["department"] = []string{"Changed"}, []string{"Changed"}
	}))
	w.user(store.UserAna, func(u *store.User) { u.City = "Hamburg" }) // so that she is looked at
	w.next()
	if got := w.account(ana); got["firstName"] != "Changed" || got["department"] != "Engineering" {
		t.Errorf("got %v: FlowAlways writes again, the usual behavior does not", got)
	}
}

func TestMapping_changesInTheTargetAreNotReadBack(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	a, err := w.store.AccountByEmail(ana)
	w.ok(err)
	w.ok(w.store.UpdateAccount(a.Key, func(a *store.Account) { a.Attributes["firstName"] = []string{"Changed"} }))
	w.next()
	w.ok(w.Restart(w.app, w.id, nil))
	w.finish()
	if got := w.account(ana)["firstName"]; got != "Changed" {
		t.Errorf("got first name %s: the change was reverted", got)
	}
	if u, err := w.store.User(store.UserAna); err != nil || u.GivenName != "Ana" {
		t.Errorf("the directory holds %s: %v", u.GivenName, err)
	}
}

func TestMapping_whatCannotBeChangedIsNotTried(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "employeeNumber", expression: "[employeeId]"}, flowOf{target: "createdTime", expression: `"2030-01-01T00:00:00Z"`})...)
	w.assign(store.UserAna)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.EmployeeID = "E9999" })
	before := w.clock.Now()
	w.next()
	if got := w.account(ana); got["employeeNumber"] != "E0001" || got["createdTime"] != "" {
		t.Errorf("got %v", got)
	}
	if diff := cmp.Diff([]string{}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
}

func TestMapping_guestsAreKnownByTheAddressTheyCameWith(t *testing.T) {
	w := newWorld(t)
	w.store.SetDomains()
	w.mapTo(basic(flowOf{target: "department", expression: "[originalUserPrincipalName]"})...)
	w.assign(store.UserGuest)
	w.start()
	if got := w.account("gil@partner.example")["department"]; got != "gil_partner.example#EXT#@corp.example" {
		t.Errorf("got %s", got)
	}
}

func TestMapping_referencesNameTheAccountOfTheOther(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "manager", expression: "[manager]"})...)
	w.assign(store.UserAna, store.UserJun) // Jun is her manager, and comes after her
	w.start()
	jun, err := w.store.AccountByEmail("jun@corp.example")
	w.ok(err)
	if got := w.account(ana)["manager"]; got != jun.Key {
		t.Errorf("got manager %q, want %s", got, jun.Key)
	}
}

func TestMapping_referencesToPeopleWithoutAccountStayOpen(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "manager", expression: "[manager]"})...)
	w.assign(store.UserAna)
	w.start()
	if got := w.account(ana)["manager"]; got != "" {
		t.Errorf("got manager %q", got)
	}
	if x := w.job().Status.LastExecution; x.Escrowed != 0 || x.EscrowedRaw != 1 || x.State != store.ResultSucceeded {
		t.Errorf("got %d escrowed, %d with references, state %s", x.Escrowed, x.EscrowedRaw, x.State)
	}
}

func TestMapping_rolesAreSourceAttributes(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic(flowOf{target: "department", expression: "SingleAppRoleAssignment([appRoleAssignments])"})...)
	w.assignRole(store.UserAna, store.RoleOrganizer)
	w.start()
	if got := w.account(ana)["department"]; got != "organizer" {
		t.Errorf("got %q", got)
	}
}

func TestMapping_withoutDirectoriesGoesByTheTemplates(t *testing.T) {
	w := newWorld(t)
	raw := []byte(`{"synchronizationRules":[{"id":"` + store.RuleGoToMeetingUsers + `","targetDirectoryName":"GoToMeeting","objectMappings":[
		{"sourceObjectName":"User","targetObjectName":"User","flowTypes":"Add,Update","attributeMappings":[
			{"targetAttributeName":"firstName","matchingPriority":1,"source":{"type":"Attribute","name":"givenName"}}]}]}]}`)
	w.ok(w.store.PutSchema(w.app, w.id, raw, store.SchemaOptions{}))
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"create failure ana MandatoryFieldsMissing"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestMapping_switchedOffProvisionsNobody(t *testing.T) {
	w := newWorld(t)
	w.edit(func(m map[string]any) { m["enabled"] = false })
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}
