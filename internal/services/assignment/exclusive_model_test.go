// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

const (
	spID       = "b0000000-0000-4000-8000-000000000001"
	userRole   = "a0000000-0000-4000-8000-000000000001"
	ownerRole  = "a0000000-0000-4000-8000-000000000002"
	retired    = "a0000000-0000-4000-8000-000000000003"
	anaID      = "d0000000-0000-4000-8000-000000000001"
	benID      = "d0000000-0000-4000-8000-000000000002"
	meetingsID = "e0000000-0000-4000-8000-000000000001"
)

func testRoles() roster.Roles {
	return roster.Roles{
		{ID: userRole, DisplayName: "User", IsEnabled: true, AllowedMemberTypes: []string{"User"}},
		{ID: ownerRole, DisplayName: "Organizer", Value: "org", IsEnabled: true, AllowedMemberTypes: []string{"User", "Application"}},
		{ID: retired, DisplayName: "Presenter", AllowedMemberTypes: []string{"User"}},
	}
}

func TestRolesProblem_asksForOneWayToWrite(t *testing.T) {
	tests := []struct {
		text, want string
	}{
		{"User", ""},
		{"Organizer,User", ""},
		{userRole + "," + ownerRole, ""},
		{"", "The role is empty. Set a role, or remove the entry to remove the role."},
		{"User,Organizer", `"User,Organizer" is not sorted. Write several roles sorted and without spaces, so that they equal the value that is read: "Organizer,User".`},
		{"Organizer, User", `"Organizer, User" is not sorted. Write several roles sorted and without spaces, so that they equal the value that is read: "Organizer,User".`},
		{" User", `" User" is not sorted. Write several roles sorted and without spaces, so that they equal the value that is read: "User".`},
		{"User,User", `"User,User" contains a role twice. Use "User".`},
		{"User,", `"User," has an empty role between its commas. For a role whose name contains a comma, use its value or id.`},
	}
	for _, tt := range tests {
		if got := rolesProblem(tt.text); got != tt.want {
			t.Errorf("rolesProblem(%q):\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

func TestEntries_readBackAsWritten(t *testing.T) {
	declared := testRoles()
	rapid.Check(t, func(t *rapid.T) {
		ids := texts{}
		held := map[roster.Key]bool{}
		for i := range rapid.IntRange(0, 20).Draw(t, "principals") {
			for _, role := range declared {
				if rapid.Bool().Draw(t, "has "+role.DisplayName) {
					held[roster.Key{PrincipalID: fmt.Sprintf("d1000000-0000-4000-8000-%012d", i), RoleID: role.ID}] = true
				}
			}
		}
		entries := entriesFor(held, ids, declared.Label)
		for _, text := range entries {
			if problem := rolesProblem(text); problem != "" {
				t.Fatalf("written in a way that is refused: %s", problem)
			}
		}
		if diff := cmp.Diff(held, ids.keys(entries)); diff != "" {
			t.Fatalf("read back differently: %s", diff)
		}
	})
}

func TestEntries_keepTheWordsThatStillFit(t *testing.T) {
	ids := texts{"member": userRole, "Organizer": ownerRole}
	words := map[string]string{anaID: "member", benID: "member"}
	held := map[roster.Key]bool{{PrincipalID: anaID, RoleID: userRole}: true, {PrincipalID: benID, RoleID: userRole}: true, {PrincipalID: benID, RoleID: retired}: true, {PrincipalID: meetingsID, RoleID: ownerRole}: true}
	got := entriesFor(held, ids, testRoles().Label, words)
	want := map[string]string{anaID: "member", benID: "Presenter,member", meetingsID: "Organizer"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if ids["Presenter"] != retired {
		t.Error("the new label is not among the ids")
	}
}

func TestValues_areNotKnownWhileAPartIsNot(t *testing.T) {
	text := func(s string) attr.Value { return types.StringValue(s) }
	whole := exclusiveModel{
		Assignments: types.MapValueMust(types.StringType, map[string]attr.Value{anaID: text("User")}),
		Roles:       types.SetValueMust(types.StringType, []attr.Value{text("User")}), IgnoredPrincipalIDs: types.ListNull(types.StringType),
	}
	tests := []struct {
		name   string
		change func(*exclusiveModel)
		want   bool
	}{
		{"everything known", func(*exclusiveModel) {}, true},
		{"map", func(m *exclusiveModel) { m.Assignments = types.MapUnknown(types.StringType) }, false},
		{"one role", func(m *exclusiveModel) {
			m.Assignments = types.MapValueMust(types.StringType, map[string]attr.Value{anaID: types.StringUnknown()})
		}, false},
		{"scope", func(m *exclusiveModel) { m.Roles = types.SetUnknown(types.StringType) }, false},
		{"one ignored", func(m *exclusiveModel) {
			m.IgnoredPrincipalIDs = types.ListValueMust(types.StringType, []attr.Value{types.StringUnknown()})
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := whole
			tt.change(&m)
			if _, got := m.values(); got != tt.want {
				t.Errorf("known is %t", got)
			}
		})
	}
}

func TestParseExclusiveID_readsScope(t *testing.T) {
	tests := []struct {
		id    string
		roles []string
		bad   bool
	}{
		{id: spID},
		{id: "/servicePrincipals/" + spID},
		{id: spID + "/User,org", roles: []string{"User", "org"}},
		{id: spID + "/", bad: true},
		{id: spID + "/User,", bad: true},
		{id: "nonsense", bad: true},
	}
	for _, tt := range tests {
		id, roles, problem := parseExclusiveID(tt.id)
		if (problem != "") != tt.bad || problem == "" && (id != spID || cmp.Diff(tt.roles, roles) != "") {
			t.Errorf("parseExclusiveID(%q) = %q, %q, %v", tt.id, id, roles, problem)
		}
	}
}

func TestDistinct_namesTheFirstWhoUsesARole(t *testing.T) {
	got := distinct(map[string]string{"c": "User", "b": "Organizer,User", "a": "Organizer"})
	if !maps.Equal(got, map[string]string{"User": "b", "Organizer": "a"}) {
		t.Errorf("got %v", got)
	}
}
