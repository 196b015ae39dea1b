// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Every case is previewed, and then the simulated service runs its cycle and must do just that.
func TestPreview_isWhatTheCycleDoes(t *testing.T) {
	t.Parallel()
	david := func(w *stage) { w.assign(store.RoleUser, store.UserDavid) }
	tests := []struct {
		name    string
		arrange func(w *stage)
		want    []string
	}{
		{"nobody", func(*stage) {}, nil},
		{"the template's mapping", func(w *stage) {
			w.assign(store.RoleUser, store.UserAna, store.UserEva, store.UserDavid)
		}, []string{"ana create no_account", "david skip sign_in_blocked", "eva matched account_fits eva"}},
		{"a changed name", func(w *stage) {
			w.mapTo(usual()...)
			w.user(store.UserEva, func(u *store.User) { u.Surname = "Married" })
			w.assign(store.RoleUser, store.UserEva)
		}, []string{"eva update account_differs eva"}},
		{"case of the address", func(w *stage) {
			w.mapTo(usual()...)
			w.user(store.UserEva, func(u *store.User) { u.UserPrincipalName = "EVA@corp.example" })
			w.assign(store.RoleUser, store.UserEva)
		}, []string{"eva matched account_fits eva"}},
		{"case of an exact name", func(w *stage) {
			w.mapTo(usual()...)
			w.user(store.UserEva, func(u *store.User) { u.Surname = "KNOWN" })
			w.assign(store.RoleUser, store.UserEva)
		}, []string{"eva update account_differs eva"}},
		{"groups, nested ones not", func(w *stage) {
			w.mapTo(usual()...)
			w.assign(store.RoleOrganizer, store.GroupNested)
			w.assign(store.RoleUser, store.GroupEmpty, store.UserSam)
		}, []string{"sam create no_account"}},
		{"direct members and people", func(w *stage) {
			w.mapTo(usual()...)
			w.assign(store.RoleUser, store.GroupMeetings, store.UserAna)
		}, []string{"ana create no_account", "ben create no_account", "chloe create no_account", "eva matched account_fits eva", "faisal create no_account"}},
		{"a role that does not provision", func(w *stage) {
			w.assign("Default Access", store.UserAna, store.UserBen)
			w.assign(store.RoleUser, store.UserBen)
		}, []string{"ana skip not_provisioning_role", "ben create no_account"}},
		{"a filter", func(w *stage) {
			w.mapTo(usual()...)
			w.where("city", "EQUALS", "Berlin")
			w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserEva)
		}, []string{"ana create no_account", "ben skip not_in_scoping_filter", "eva skip not_in_scoping_filter"}},
		{"a filter by expression of .NET", func(w *stage) {
			w.mapTo(usual()...)
			w.where("userPrincipalName", "REGEX MATCH", `^(?!ben)[a-z]+@corp\.example$`)
			w.assign(store.RoleUser, store.UserAna, store.UserBen)
		}, []string{"ana create no_account", "ben skip not_in_scoping_filter"}},
		{"an input filter", func(w *stage) {
			w.edit(func(m map[string]any) {
				m["scope"] = map[string]any{"inputFilterGroups": []any{map[string]any{"name": "g", "clauses": []any{
					map[string]any{"sourceOperandName": "city", "operatorName": "EQUALS", "targetOperand": map[string]any{"values": []string{"Berlin"}}}}}}}
			})
			w.assign(store.RoleUser, store.UserAna, store.UserBen)
		}, []string{"ana create no_account", "ben skip not_in_scoping_filter"}},
		{"a blocked person with an account", func(w *stage) {
			w.mapTo(usual()...)
			w.account("david@corp.example", true, "firstName", "David", "lastName", "Blocked")
			david(w)
		}, []string{"david skip sign_in_blocked_not_linked david"}},
		{"a blocked person with an account that differs", func(w *stage) {
			w.mapTo(usual()...)
			w.account("david@corp.example", true, "firstName", "Dave", "lastName", "Blocked")
			david(w)
		}, []string{"david skip sign_in_blocked_not_linked david"}},
		{"a blocked person with an inactive account", func(w *stage) {
			w.mapTo(usual()...)
			w.account("david@corp.example", false, "firstName", "David", "lastName", "Blocked")
			david(w)
		}, []string{"david matched account_already_inactive david"}},
		{"an inactive account of somebody in scope", func(w *stage) {
			w.mapTo(usual()...)
			w.account("ana@corp.example", false, "firstName", "Ana", "lastName", "Example")
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana update account_differs ana"}},
		{"no matching value", func(w *stage) {
			w.mapTo(append(usual(), flowTo{target: "employeeNumber", expression: "[employeeId]"})...)
			w.edit(func(m map[string]any) {
				for _, a := range objects(m["attributeMappings"]) {
					a["matchingPriority"] = 0
					if a["targetAttributeName"] == "firstName" {
						a["matchingPriority"] = 1
					}
				}
			})
			w.user(store.UserAna, func(u *store.User) { u.GivenName = "" })
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana skip no_matching_value"}},
		{"several accounts match", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[userPrincipalName]"}, flowTo{target: "lastName", expression: "[surname]", priority: 1}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("one@corp.example", true, "lastName", "Example")
			w.account("two@corp.example", true, "lastName", "Example")
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana conflict several_accounts_match"}},
		{"the second matching attribute", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[mail]", priority: 1}, flowTo{target: "lastName", expression: "[surname]", priority: 2}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("old.name@corp.example", true, "lastName", "Example")
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana update account_differs old.name"}},
		{"several people match one account", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[mail]", priority: 1}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("desk@corp.example", true)
			for _, id := range []string{store.UserAna, store.UserBen} {
				w.user(id, func(u *store.User) { u.Mail = "desk@corp.example" })
			}
			w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserSam)
		}, []string{"ana conflict several_people_match desk", "ben conflict several_people_match desk", "sam create no_account"}},
		{"a blocked person is in nobody's way", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[mail]", priority: 1}, flowTo{target: "lastName", expression: "[surname]"}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("desk@corp.example", true)
			for _, id := range []string{store.UserAna, store.UserDavid} {
				w.user(id, func(u *store.User) { u.Mail = "desk@corp.example" })
			}
			w.assign(store.RoleUser, store.UserAna, store.UserDavid)
		}, []string{"ana update account_differs desk", "david skip sign_in_blocked"}},
		{"somebody is to have what another is found by", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[mail]", priority: 1}, flowTo{target: "lastName", expression: "[surname]", priority: 2}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("old@corp.example", true, "lastName", "Example")
			for _, id := range []string{store.UserAna, store.UserBen} {
				w.user(id, func(u *store.User) { u.Mail = "desk@corp.example" })
			}
			w.assign(store.RoleUser, store.UserAna, store.UserBen)
		}, []string{"ana conflict several_people_match old", "ben conflict several_people_match"}},
		{"several people to be created alike", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[mail]", priority: 1}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			for _, id := range []string{store.UserAna, store.UserBen} {
				w.user(id, func(u *store.User) { u.Mail = "Desk@corp.example" })
			}
			w.assign(store.RoleUser, store.UserAna, store.UserBen)
		}, []string{"ana conflict several_people_match", "ben conflict several_people_match"}},
		{"an address that is taken", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[userPrincipalName]"}, flowTo{target: "lastName", expression: "[surname]", priority: 1}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("ana@corp.example", true, "lastName", "Other")
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana conflict address_taken"}},
		{"a required attribute without value", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[faxNumber]"}, flowTo{target: "lastName", expression: "[surname]", priority: 1})
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana skip required_attribute_missing"}},
		{"a default for it", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[facsimileTelephoneNumber]", fallback: "x@corp.example"}, flowTo{target: "lastName", expression: "[surname]", priority: 1})
			w.assign(store.RoleUser, store.UserAna)
		}, []string{"ana create no_account"}},
		{"an expression that fails", func(w *stage) {
			w.mapTo(usual(flowTo{target: "department", expression: `FormatDateTime([city], , "yyyy", "MM")`})...)
			w.assign(store.RoleUser, store.UserAna, store.UserEva)
		}, []string{"ana skip expression_fails", "eva skip expression_fails eva"}},
		{"a value of another type", func(w *stage) {
			w.mapTo(usual(flowTo{target: "maximumAttendees", expression: "[city]"})...)
			w.assign(store.RoleUser, store.UserAna, store.UserEva)
		}, []string{"ana skip value_not_accepted", "eva skip value_not_accepted eva"}},
		{"creating switched off", func(w *stage) {
			w.mapTo(usual()...)
			w.edit(func(m map[string]any) { m["flowTypes"] = "Update, Delete" })
			w.user(store.UserEva, func(u *store.User) { u.Surname = "Married" })
			w.assign(store.RoleUser, store.UserAna, store.UserEva)
		}, []string{"ana skip create_switched_off", "eva update account_differs eva"}},
		{"updating switched off", func(w *stage) {
			w.mapTo(usual()...)
			w.edit(func(m map[string]any) { m["flowTypes"] = "Add,Delete" })
			w.user(store.UserEva, func(u *store.User) { u.Surname = "Married" })
			w.account("david@corp.example", true)
			w.assign(store.RoleUser, store.UserAna, store.UserEva, store.UserDavid)
		}, []string{"ana create no_account", "david skip sign_in_blocked_not_linked david", "eva skip update_switched_off eva"}},
		{"updating switched off where nothing differs", func(w *stage) {
			w.mapTo(usual()...)
			w.edit(func(m map[string]any) { m["flowTypes"] = "Add" })
			w.assign(store.RoleUser, store.UserEva)
		}, []string{"eva matched account_fits eva"}},
		{"mapping switched off", func(w *stage) {
			w.edit(func(m map[string]any) { m["enabled"] = false })
			w.assign(store.RoleUser, store.UserAna, store.UserEva)
		}, []string{"ana skip mapping_switched_off", "eva skip mapping_switched_off"}},
		{"flow types", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[userPrincipalName]", priority: 1},
				flowTo{target: "firstName", expression: `"Changed"`, kind: "ObjectAddOnly"},
				flowTo{target: "lastName", expression: `"Changed"`, kind: "AttributeAddOnly"},
				flowTo{target: "locale", expression: `"en_GB"`, kind: "AttributeAddOnly"},
				flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.account("leo@corp.example", true, "firstName", "Leo", "locale", "de_DE")
			w.assign(store.RoleUser, store.UserEva, store.UserLeo)
		}, []string{"eva update account_differs eva", "leo update account_differs leo"}},
		{"null is not written", func(w *stage) {
			w.mapTo(flowTo{target: "email", expression: "[userPrincipalName]", priority: 1}, flowTo{target: "lastName", expression: "[surname]", fallback: "Unknown"},
				flowTo{target: "firstName", expression: "IgnoreFlowIfNullOrEmpty([givenName])"}, flowTo{target: "active", expression: "Not([IsSoftDeleted])"})
			w.user(store.UserEva, func(u *store.User) { u.Surname, u.GivenName = "", "" })
			w.assign(store.RoleUser, store.UserEva, store.UserChloe)
		}, []string{"chloe create no_account", "eva matched account_fits eva"}},
		{"guests", func(w *stage) {
			w.store().SetDomains()
			w.mapTo(usual()...)
			w.account("gil@partner.example", true, "firstName", "Gil", "lastName", "Visitor")
			w.assign(store.RoleUser, store.UserGuest)
		}, []string{"gil_partner.example#ext# matched account_fits gil@partner.example"}},
		{"source attributes with other names", func(w *stage) {
			w.mapTo(usual(flowTo{target: "locale", expression: `Join("-", [telephoneNumber], [mobile], [physicalDeliveryOfficeName], [objectId], [extensionAttribute2])`})...)
			w.user(store.UserEva, func(u *store.User) {
				u.BusinessPhones, u.MobilePhone, u.OfficeLocation = []string{"1"}, "2", "3"
				u.Extensions = map[string]string{"extensionAttribute2": "4"}
			})
			w.account("leo@corp.example", true, "firstName", "Leo", "lastName", "North", "locale", "de_DE")
			w.assign(store.RoleUser, store.UserEva)
		}, []string{"eva update account_differs eva"}},
		{"roles as values", func(w *stage) {
			w.mapTo(usual(flowTo{target: "locale", expression: "SingleAppRoleAssignment([appRoleAssignments])"})...)
			w.account("ana@corp.example", true, "firstName", "Ana", "lastName", "Example", "locale", "organizer")
			w.account("ben@corp.example", true, "firstName", "Ben", "lastName", "Sample", "locale", "organizer")
			w.assign(store.RoleOrganizer, store.UserAna)
			w.assign(store.RoleUser, store.UserBen)
		}, []string{"ana matched account_fits ana", "ben update account_differs ben"}},
		{"no mapping disables", func(w *stage) {
			w.mapTo(usual()[:3]...)
			w.edit(func(m map[string]any) { m["flowTypes"] = "Add, Update" })
			w.account("david@corp.example", true, "firstName", "David", "lastName", "Blocked")
			david(w)
		}, []string{"david skip sign_in_blocked_not_linked david"}},
		{"references", func(w *stage) {
			w.mapTo(usual(flowTo{target: "manager", expression: "[manager]"})...)
			w.assign(store.RoleUser, store.UserAna, store.UserJun)
		}, []string{"ana create no_account", "jun create no_account"}},
		{"everybody", func(w *stage) {
			w.mapTo(usual()...)
			w.secret("SyncAll", "true")
			w.where("department", "EQUALS", "Support")
		}, []string{"ana skip not_in_scoping_filter", "ben skip not_in_scoping_filter", "chloe skip not_in_scoping_filter", "david skip not_in_scoping_filter",
			"eva matched account_fits eva", "faisal create no_account", "gil_partner.example#ext# skip not_in_scoping_filter", "helen.o'brien skip not_in_scoping_filter",
			"ivan skip not_in_scoping_filter", "jun skip not_in_scoping_filter", "kim skip not_in_scoping_filter", "leo skip not_in_scoping_filter",
			"maria skip not_in_scoping_filter", "nils create no_account", "olga create no_account", "paul skip not_in_scoping_filter",
			"quinn skip not_in_scoping_filter", "rosa skip not_in_scoping_filter", "sam skip not_in_scoping_filter"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newStage(t)
			test.arrange(w)
			got := w.keep()
			if diff := cmp.Diff(test.want, got.Entries); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// The successor's connector names its attributes as SCIM does.
func TestPreview_isWhatTheCycleOfTheSuccessorDoes(t *testing.T) {
	t.Parallel()
	w := newStageOf(t, store.TemplateGoTo, store.ConnectorGoTo)
	w.account("ben@corp.example", true, "firstName", "Benjamin", "lastName", "Sample")
	w.account("leo@corp.example", true, "firstName", "Leo", "lastName", "North")
	w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserLeo, store.UserDavid)
	got := w.keep()
	want := []string{"ana create no_account", "ben update account_differs ben", "david skip sign_in_blocked", "leo matched account_fits leo"}
	if diff := cmp.Diff(want, got.Entries); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"AttributesNotCompared info"}, got.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// A cycle that could not sign in to GoTo linked nobody, so accounts of others stay nobody's business.
func TestPreview_takesAFailedFirstCycleForNone(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna)
	w.account("x@corp.example", true)
	w.secret("Password", "wrong")
	w.cycle()
	if got := w.preview("").Counts; got["disable_or_unmanaged"] != 0 || got["unmatched_accounts"] == 0 {
		t.Errorf("after a failed cycle: %v", got)
	}
}
