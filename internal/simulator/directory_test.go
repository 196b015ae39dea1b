// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestUsers_showOnlyUsualMembersUnlessSelected(t *testing.T) {
	c := start(t)
	a := c.must(http.StatusOK, "GET", "/users/"+store.UserAna, nil)
	if _, shown := a.body["accountEnabled"]; shown {
		t.Error("accountEnabled is shown without being selected")
	}
	a = c.must(http.StatusOK, "GET", "/users/"+store.UserAna+"?$select=id,accountEnabled,department", nil)
	want := map[string]any{"@odata.context": a.text("@odata.context"), "id": store.UserAna, "accountEnabled": true, "department": "Engineering"}
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusBadRequest, "GET", "/users/"+store.UserAna+"?$select=shoeSize", nil)
}

func TestUsers_showWhatApplicationsAddedToThem(t *testing.T) {
	c := start(t)
	const cost = "extension_c0000000000040008000000000000c0c_costCenter"
	if err := c.Store().UpdateUser(store.UserAna, func(u *store.User) { u.Extensions = map[string]string{cost: "4711"} }); err != nil {
		t.Fatal(err)
	}
	a := c.must(http.StatusOK, "GET", "/users/"+store.UserAna+"?$select="+cost+",extension_other", nil)
	if a.body[cost] != "4711" || a.body["extension_other"] != nil {
		t.Errorf("got %v", a.body)
	}
}

func TestUsers_areListedInTheRecycleBin(t *testing.T) {
	c := start(t)
	got := c.must(http.StatusOK, "GET", "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName", nil)
	want := "d0000000000040008000000000000014tess@corp.example"
	if len(got.list()) != 1 || got.text("value", 0, "id") != store.UserDeleted || got.text("value", 0, "userPrincipalName") != want {
		t.Errorf("got %s", got.raw)
	}
}

func TestUsers_areFoundByIDAndName(t *testing.T) {
	c := start(t)
	c.Store().AddUser(store.User{ID: "d0000000-0000-4000-8000-0000000000ff", UserPrincipalName: "$odd@corp.example"})
	tests := []struct {
		name, path, wantID string
		wantStatus         int
	}{
		{"id", store.UserAna, store.UserAna, http.StatusOK},
		{"id in capitals", strings.ToUpper(store.UserAna), store.UserAna, http.StatusOK},
		{"name", "ana@corp.example", store.UserAna, http.StatusOK},
		{"name in capitals", "ANA@corp.example", store.UserAna, http.StatusOK},
		{"guest with # encoded", "gil_partner.example%23EXT%23@corp.example", store.UserGuest, http.StatusOK},
		{"name beginning with $", "", "d0000000-0000-4000-8000-0000000000ff", http.StatusOK},
		{"deleted", store.UserDeleted, "", http.StatusNotFound},
		{"unknown", "nobody@corp.example", "", http.StatusNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := "/users/" + test.path
			if test.path == "" {
				path = "/users('$odd@corp.example')"
			}
			a := c.must(test.wantStatus, "GET", path, nil)
			if test.wantStatus == http.StatusOK && a.text("id") != test.wantID {
				t.Errorf("got %s, want %s", a.text("id"), test.wantID)
			}
		})
	}
}

func TestFilter_findsPeople(t *testing.T) {
	c := start(t)
	tests := []struct {
		filter string
		want   []string
	}{
		{"mail eq 'ana@corp.example'", []string{store.UserAna}},
		{"userPrincipalName eq 'ANA@CORP.EXAMPLE'", []string{store.UserAna}},
		{"userPrincipalName eq 'helen.o''brien@corp.example'", []string{store.UserHelen}},
		{"startswith(displayName,'Ana') or startswith(displayName,'Ben')", []string{store.UserAna, store.UserBen}},
		{"department eq 'Sales' and accountEnabled eq false", []string{store.UserDavid}},
		{"id in ('" + store.UserAna + "','" + store.UserBen + "')", []string{store.UserAna, store.UserBen}},
		{"proxyAddresses/any(p:p eq 'smtp:ana@corp.example')", []string{store.UserAna}},
		{"userType eq 'Guest'", []string{store.UserGuest}},
		{"(givenName eq 'Ana') and (surname eq 'Sample')", []string{}},
		{"displayName eq 'Tess Gone'", []string{}},
	}
	for _, test := range tests {
		t.Run(test.filter, func(t *testing.T) {
			a := c.must(http.StatusOK, "GET", "/users?$filter="+url.QueryEscape(test.filter), nil)
			if diff := cmp.Diff(test.want, a.column("id")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilter_refusesWhatTheDirectoryRefuses(t *testing.T) {
	c := start(t)
	tests := []struct {
		name, query string
		headers     []string
		want        int
	}{
		{"syntax", "$filter=displayName eq", nil, http.StatusBadRequest},
		{"unterminated text", "$filter=displayName eq 'x", nil, http.StatusBadRequest},
		{"unknown member", "$filter=shoeSize eq '42'", nil, http.StatusBadRequest},
		{"member that cannot be filtered by", "$filter=deletedDateTime eq null", nil, http.StatusBadRequest},
		{"advanced without header", "$filter=displayName ne 'x'&$count=true", nil, http.StatusBadRequest},
		{"advanced without count", "$filter=displayName ne 'x'", []string{"ConsistencyLevel", "eventual"}, http.StatusBadRequest},
		{"advanced", "$filter=displayName ne 'x'&$count=true", []string{"ConsistencyLevel", "eventual"}, http.StatusOK},
		{"search without header", "$search=\"displayName:Ana\"", nil, http.StatusBadRequest},
		{"count without header", "$count=true", nil, http.StatusBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			query := strings.NewReplacer(" ", "%20", "'", "%27", `"`, "%22").Replace(test.query)
			c.must(test.want, "GET", "/users?"+query, nil, test.headers...)
		})
	}
}

func TestSearch_findsPartsOfNames(t *testing.T) {
	c := start(t)
	a := c.must(http.StatusOK, "GET", "/users?$search=%22displayName:brien%22&$count=true", nil, "ConsistencyLevel", "eventual")
	if diff := cmp.Diff([]string{store.UserHelen}, a.column("id")); diff != "" {
		t.Error(diff)
	}
}

// pages follows the links to the end and returns the sizes of the pages and all ids.
func (c *tester) pages(path, name string) (sizes []int, all []string) {
	c.t.Helper()
	for path != "" {
		a := c.must(http.StatusOK, "GET", path, nil)
		ids := a.column(name)
		sizes, all = append(sizes, len(ids)), append(all, ids...)
		path, _ = a.body["@odata.nextLink"].(string)
		if path != "" && !strings.HasPrefix(path, c.GraphURL()+"/v1.0/") {
			c.t.Fatalf("next link leads elsewhere: %s", path)
		}
	}
	return sizes, all
}

func TestPaging_followsLinksToTheEnd(t *testing.T) {
	c := start(t, func(o *Options) { o.Empty = true })
	ids := c.Store().AddUsers(250)
	tests := []struct {
		query string
		limit int
		want  []int
	}{
		{"", 0, []int{100, 100, 50}},
		{"?$top=999", 0, []int{250}},
		{"?$top=125&$select=id", 0, []int{125, 125}},
		{"?$top=999", 100, []int{100, 100, 50}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.query, " capped at ", test.limit), func(t *testing.T) {
			c.SetVariants(func(v *Variants) { v.PageSizeCap = test.limit })
			sizes, got := c.pages("/users"+test.query, "id")
			if !slices.Equal(sizes, test.want) || !slices.Equal(got, ids) {
				t.Errorf("got pages of %v with %d ids, want %v with %d", sizes, len(got), test.want, len(ids))
			}
		})
	}
	c.must(http.StatusBadRequest, "GET", "/users?$top=1000", nil)
	c.must(http.StatusBadRequest, "GET", "/users?$top=0", nil)
	c.must(http.StatusBadRequest, "GET", "/users?$skiptoken=nonsense", nil)
}

func TestGroups_showTheirKinds(t *testing.T) {
	c := start(t)
	a := c.must(http.StatusOK, "GET", "/groups/"+store.GroupEngineer+"?$select=id,displayName,securityEnabled,mailEnabled,groupTypes,membershipRule", nil)
	want := map[string]any{
		"@odata.context": a.text("@odata.context"), "id": store.GroupEngineer, "displayName": "All Engineers", "securityEnabled": true,
		"mailEnabled": false, "groupTypes": []any{"DynamicMembership"}, "membershipRule": `(user.department -eq "Engineering")`,
	}
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Error(diff)
	}
	social := c.must(http.StatusOK, "GET", "/groups?$filter=displayName%20eq%20'Social%20Club'", nil)
	if social.at("value", 0, "securityEnabled") != false || social.at("value", 0, "groupTypes", 0) != "Unified" {
		t.Errorf("got %s", social.raw)
	}
	c.must(http.StatusNotFound, "GET", "/groups/"+store.UserAna, nil)
}

func TestMembers_areDirectOnes(t *testing.T) {
	c := start(t)
	nested := "/groups/" + store.GroupNested + "/members"
	a := c.must(http.StatusOK, "GET", nested+"?$select=id", nil)
	if diff := cmp.Diff([]string{store.GroupMeetings, store.UserSam}, a.column("id")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"#microsoft.graph.group", "#microsoft.graph.user"}, a.column("@odata.type")); diff != "" {
		t.Error(diff)
	}
	people := c.must(http.StatusOK, "GET", nested+"/microsoft.graph.user?$select=id", nil)
	if diff := cmp.Diff([]string{store.UserSam}, people.column("id")); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusBadRequest, "GET", nested+"/$count", nil)
	count := c.must(http.StatusOK, "GET", nested+"/$count", nil, "ConsistencyLevel", "eventual")
	users := c.must(http.StatusOK, "GET", nested+"/microsoft.graph.user/$count", nil, "ConsistencyLevel", "eventual")
	if string(count.raw) != "2" || string(users.raw) != "1" {
		t.Errorf("got %s members and %s people", count.raw, users.raw)
	}
	c.must(http.StatusNotFound, "GET", "/groups/"+store.UserAna+"/members", nil)
}

func TestMembers_hidePeopleFromClientsThatMayNotReadThem(t *testing.T) {
	c := start(t)
	c.SetPermissions("GroupMember.Read.All")
	a := c.must(http.StatusOK, "GET", "/groups/"+store.GroupMeetings+"/members", nil)
	if a.text("value", 0, "id") != store.UserAna || a.at("value", 0, "displayName") != nil {
		t.Errorf("got %s", a.raw)
	}
}

func TestGetByIds_resolvesKnownObjects(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	ids := []string{store.UserAna, store.UserDeleted, store.GroupEmpty, made.principal, "0b9d7f3e-0000-4000-8000-000000000001"}
	a := c.must(http.StatusOK, "POST", "/directoryObjects/getByIds", map[string]any{"ids": ids})
	if diff := cmp.Diff([]string{store.UserAna, store.GroupEmpty, made.principal}, a.column("id")); diff != "" {
		t.Error(diff)
	}
	a = c.must(http.StatusOK, "POST", "/directoryObjects/getByIds", map[string]any{"ids": ids, "types": []string{"group"}})
	if diff := cmp.Diff([]string{"#microsoft.graph.group"}, a.column("@odata.type")); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusBadRequest, "POST", "/directoryObjects/getByIds", map[string]any{"ids": []string{}})
	c.must(http.StatusBadRequest, "POST", "/directoryObjects/getByIds", map[string]any{"ids": slices.Repeat(ids[:1], 1001)})
	c.must(http.StatusOK, "POST", "/directoryObjects/getByIds", map[string]any{"ids": slices.Repeat(ids[:1], 1000)})
}
