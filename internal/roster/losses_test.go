// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

const (
	guestsID = "e0000000-0000-4000-8000-000000000002"
	calID    = "d0000000-0000-4000-8000-000000000003"
)

func user(id, role string) graph.Assignment {
	return graph.Assignment{ID: id + role, PrincipalID: id, PrincipalType: KindUser, AppRoleID: role}
}

func group(id, role string) graph.Assignment {
	return graph.Assignment{ID: id + role, PrincipalID: id, PrincipalType: KindGroup, AppRoleID: role}
}

func TestLossesOf_areNet(t *testing.T) {
	everybody := []graph.Assignment{
		user(anaID, userRole), user(anaID, ownerRole), user(benID, userRole), group(meetingsID, userRole), group(guestsID, userRole),
		{PrincipalID: "app", PrincipalType: KindServicePrincipal, AppRoleID: robotRole},
	}
	ana, ben, cal := Key{anaID, userRole}, Key{benID, userRole}, Key{calID, userRole}
	meetings, guests := Key{meetingsID, userRole}, Key{guestsID, userRole}
	keys := func(keys ...Key) map[Key]bool {
		set := map[Key]bool{}
		for _, key := range keys {
			set[key] = true
		}
		return set
	}
	onlyOwners := func(roleID string) bool { return roleID == ownerRole }
	tests := []struct {
		name           string
		removed, added map[Key]bool
		members        map[string][]string
		usable         func(string) bool
		users          []string
		principals     []string
		atLeast        bool
	}{
		{name: "nothing"},
		{name: "one role of two", removed: keys(ana)},
		{name: "the only role", removed: keys(ben), users: []string{benID}, principals: []string{benID}},
		{name: "another role instead", removed: keys(ben), added: keys(Key{benID, ownerRole})},
		{name: "another role that is not usable", removed: keys(Key{anaID, ownerRole}), added: keys(cal), usable: onlyOwners, users: []string{anaID}, principals: []string{anaID}},
		{name: "a role that was not usable", removed: keys(ben), usable: onlyOwners},
		{name: "what is not listed", removed: keys(cal)},
		{name: "an application", removed: keys(Key{"app", robotRole}), principals: []string{"app"}},
		{name: "a group whose members are not known", removed: keys(meetings, ben), users: []string{benID}, principals: []string{benID, meetingsID}, atLeast: true},
		{name: "a group without members", removed: keys(meetings), members: map[string][]string{meetingsID: nil}, principals: []string{meetingsID}},
		{name: "members count once, and those with a role of their own do not", removed: keys(meetings, guests),
			members: map[string][]string{meetingsID: {anaID, calID}, guestsID: {strings.ToUpper(calID)}}, users: []string{calID}, principals: []string{meetingsID, guestsID}},
		{name: "members who get a role of their own", removed: keys(meetings), added: keys(cal), members: map[string][]string{meetingsID: {calID}}, principals: []string{meetingsID}},
		{name: "members and users whom a group that stays keeps", removed: keys(meetings, ben),
			members: map[string][]string{meetingsID: {calID}, guestsID: {calID, benID}}, principals: []string{benID, meetingsID}},
		{name: "users whom a group that comes keeps", removed: keys(ben, meetings), added: keys(Key{"new", userRole}),
			members: map[string][]string{"new": {benID}, meetingsID: {calID}}, users: []string{calID}, principals: []string{benID, meetingsID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := LossesOf(NewListing(everybody), tt.removed, tt.added, tt.members, tt.usable)
			var principals []string
			for _, a := range got.Principals {
				principals = append(principals, a.PrincipalID)
			}
			if diff := cmp.Diff(tt.users, got.Users); diff != "" {
				t.Errorf("users: %s", diff)
			}
			if diff := cmp.Diff(tt.principals, principals); diff != "" || got.AtLeast() != tt.atLeast {
				t.Errorf("at least: %t; principals: %s", got.AtLeast(), diff)
			}
		})
	}
}

func TestLosses_readTheMembersOfGroupsThatGo(t *testing.T) {
	d := newFake()
	d.members[meetingsID] = []graph.Principal{{ID: anaID, Type: KindUser}, {ID: benID, Type: KindUser}}
	d.members[guestsID] = []graph.Principal{{ID: benID, Type: KindUser}, {ID: meetingsID, Type: KindGroup}, {ID: calID, Type: KindUser}}
	l := NewListing([]graph.Assignment{user(anaID, userRole), group(meetingsID, userRole), group(guestsID, userRole), user(calID, userRole)})
	removed := map[Key]bool{{anaID, userRole}: true, {meetingsID, userRole}: true, {guestsID, userRole}: true}
	got, members, err := newPrincipals(d).Losses(t.Context(), l, removed, nil, nil)
	if err != nil || got.AtLeast() || len(members[guestsID]) != 2 {
		t.Errorf("at least: %t, members %v, %v", got.AtLeast(), members, err)
	}
	if diff := cmp.Diff([]string{anaID, benID}, got.Users); diff != "" {
		t.Error(diff)
	}
	d.onItem = func(graph.BatchRequest) (bool, error) { return false, status(http.StatusForbidden) }
	got, _, err = newPrincipals(d).Losses(t.Context(), l, removed, nil, nil)
	if diff := cmp.Diff([]string{anaID}, got.Users); diff != "" || !got.AtLeast() || !graph.IsPermissionDenied(err) {
		t.Errorf("at least: %t, %v, %s", got.AtLeast(), err, diff)
	}
}

// What is about one user is enough to tell whether the user keeps access, directly or through a group.
func TestListing_aboutAUserTellsTheSameLosses(t *testing.T) {
	all := []graph.Assignment{
		{ID: "1", PrincipalID: "u1", PrincipalType: KindUser, AppRoleID: "r"}, {ID: "2", PrincipalID: "u2", PrincipalType: KindUser, AppRoleID: "r"},
		{ID: "3", PrincipalID: "u2", PrincipalType: KindUser, AppRoleID: "s"}, {ID: "4", PrincipalID: "g", PrincipalType: KindGroup, AppRoleID: "r"},
		{ID: "5", PrincipalID: "u3", PrincipalType: KindUser, AppRoleID: "r"},
	}
	members := map[string][]string{"g": {"u3"}}
	for user, want := range map[string][]string{"U1": {"u1"}, "u2": nil, "u3": nil} {
		removed := map[Key]bool{{strings.ToLower(user), "r"}: true}
		l := NewListing(all)
		whole, part := LossesOf(l, removed, nil, members, nil), LossesOf(l.About(user), removed, nil, members, nil)
		if !slices.Equal(whole.Users, want) || !slices.Equal(part.Users, want) {
			t.Errorf("%s: %v of the whole listing, %v of the part, want %v", user, whole.Users, part.Users, want)
		}
	}
}
