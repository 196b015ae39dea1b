// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func TestRolesProblem_asksForOneWayToWrite(t *testing.T) {
	tests := []struct {
		text, want string
	}{
		{"User", ""},
		{"Organizer,User", ""},
		{userRole + "," + ownerRole, ""},
		{"", "The role is empty. Give a role, or remove the entry to take the role away."},
		{"User,Organizer", `"User,Organizer" is not in order. Write several roles sorted and without blanks, so that they compare equal to what is read: "Organizer,User".`},
		{"Organizer, User", `"Organizer, User" is not in order. Write several roles sorted and without blanks, so that they compare equal to what is read: "Organizer,User".`},
		{" User", `" User" is not in order. Write several roles sorted and without blanks, so that they compare equal to what is read: "User".`},
		{"User,User", `"User,User" names a role twice. Write "User".`},
		{"User,", `"User," has an empty role between its commas. Roles whose name has a comma are given by value or id.`},
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
		held := map[holding]bool{}
		for i := range rapid.IntRange(0, 20).Draw(t, "principals") {
			for _, role := range declared {
				if rapid.Bool().Draw(t, "has "+role.DisplayName) {
					held[holding{fmt.Sprintf("d1000000-0000-4000-8000-%012d", i), role.ID}] = true
				}
			}
		}
		entries := entriesFor(held, ids, declared.label)
		for _, text := range entries {
			if problem := rolesProblem(text); problem != "" {
				t.Fatalf("written in a way that is refused: %s", problem)
			}
		}
		if diff := cmp.Diff(held, ids.holdings(entries), cmp.AllowUnexported(holding{})); diff != "" {
			t.Fatalf("read back differently: %s", diff)
		}
	})
}

func TestEntries_keepTheWordsThatStillFit(t *testing.T) {
	ids := texts{"member": userRole, "Organizer": ownerRole}
	words := map[string]string{anaID: "member", benID: "member"}
	held := map[holding]bool{{anaID, userRole}: true, {benID, userRole}: true, {benID, retired}: true, {meetingsID, ownerRole}: true}
	got := entriesFor(held, ids, testRoles().label, words)
	want := map[string]string{anaID: "member", benID: "Presenter,member", meetingsID: "Organizer"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if ids["Presenter"] != retired {
		t.Error("the new label is not among the ids")
	}
}

func TestChanges_leaveAloneWhatLeavesTheScope(t *testing.T) {
	had := map[holding]bool{{anaID, userRole}: true, {benID, ownerRole}: true, {meetingsID, userRole}: true}
	wanted := map[holding]bool{{anaID, ownerRole}: true}
	tests := []struct {
		name    string
		scope   scope
		removed map[holding]bool
	}{
		{"everything", scope{}, map[holding]bool{{anaID, userRole}: true, {benID, ownerRole}: true, {meetingsID, userRole}: true}},
		{"one role", scope{roles: map[string]bool{userRole: true}}, map[holding]bool{{anaID, userRole}: true, {meetingsID, userRole}: true}},
		{"one ignored", scope{ignored: map[string]bool{anaID: true}}, map[holding]bool{{benID, ownerRole}: true, {meetingsID, userRole}: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := changesOf(had, wanted, tt.scope)
			if diff := cmp.Diff(tt.removed, got.removed, cmp.AllowUnexported(holding{})); diff != "" {
				t.Errorf("removed: %s", diff)
			}
			if diff := cmp.Diff(wanted, got.added, cmp.AllowUnexported(holding{})); diff != "" {
				t.Errorf("added: %s", diff)
			}
		})
	}
}

func TestLosing_countsOnlyWhoIsLeftWithoutARole(t *testing.T) {
	l := newListing([]graph.Assignment{
		{ID: "1", PrincipalID: anaID, AppRoleID: userRole}, {ID: "2", PrincipalID: anaID, AppRoleID: ownerRole},
		{ID: "3", PrincipalID: benID, AppRoleID: userRole}, {ID: "4", PrincipalID: meetingsID, AppRoleID: userRole},
	})
	removed := map[holding]bool{{anaID, userRole}: true, {benID, userRole}: true, {meetingsID, userRole}: true, {"gone", userRole}: true}
	wanted := map[holding]bool{{benID, ownerRole}: true}
	got := losing(l, removed, wanted)
	if len(got) != 1 || got[meetingsID].ID != "4" {
		t.Errorf("got %v, want the group alone: Ana keeps a role and Ben gets one", got)
	}
}

func TestLeaving_countsMembersOnce(t *testing.T) {
	d := newFake()
	const otherGroup = "e0000000-0000-4000-8000-000000000002"
	d.members[meetingsID] = []graph.Principal{{ID: anaID, Type: kindUser}, {ID: benID, Type: kindUser}}
	d.members[otherGroup] = []graph.Principal{{ID: benID, Type: kindUser}, {ID: meetingsID, Type: kindGroup}, {ID: "stays", Type: kindUser}}
	l := newListing([]graph.Assignment{
		{PrincipalID: anaID, PrincipalType: kindUser, PrincipalDisplayName: "Ana"}, {PrincipalID: meetingsID, PrincipalType: kindGroup},
		{PrincipalID: otherGroup, PrincipalType: kindGroup}, {PrincipalID: "stays", PrincipalType: kindUser},
	})
	lost := map[string]graph.Assignment{anaID: l.all[0], meetingsID: l.all[1], otherGroup: l.all[2]}
	got := newPeople(d).leaving(t.Context(), l, lost)
	want := leaving{people: 2, names: []string{
		"Ana (" + anaID + ")", meetingsID + ", a group with 2 direct members", otherGroup + ", a group with 2 direct members",
	}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(leaving{})); diff != "" {
		t.Error(diff)
	}
}

func TestKnown_isNotKnownWhileAPartIsNot(t *testing.T) {
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
			if _, got := m.known(); got != tt.want {
				t.Errorf("known is %t", got)
			}
		})
	}
}

func TestSome_listsTenAndCountsTheRest(t *testing.T) {
	lines := make([]string, 12)
	for i := range lines {
		lines[i] = fmt.Sprint(i)
	}
	got := some(lines)
	if !strings.HasSuffix(got, "- 9\nand 2 more") || strings.Count(got, "\n") != 10 {
		t.Errorf("got %q", got)
	}
	if got := some(lines[:2]); got != "- 0\n- 1" {
		t.Errorf("got %q", got)
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
		id, roles, err := parseExclusiveID(tt.id)
		if (err != nil) != tt.bad || err == nil && (id != spID || cmp.Diff(tt.roles, roles) != "") {
			t.Errorf("parseExclusiveID(%q) = %q, %q, %v", tt.id, id, roles, err)
		}
	}
}

func TestDistinct_namesTheFirstWhoUsesARole(t *testing.T) {
	got := distinct(map[string]string{"c": "User", "b": "Organizer,User", "a": "Organizer"})
	if !maps.Equal(got, map[string]string{"User": "b", "Organizer": "a"}) {
		t.Errorf("got %v", got)
	}
}
