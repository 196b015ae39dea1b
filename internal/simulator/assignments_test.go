// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestAssignment_isCreatedReadAndRemoved(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	path := "/servicePrincipals/" + made.principal + "/appRoleAssignedTo"
	created := c.must(http.StatusCreated, "POST", path, map[string]string{
		"principalId": store.GroupMeetings, "resourceId": made.principal, "appRoleId": made.roles["User"],
	})
	want := map[string]any{
		"@odata.context": c.GraphURL() + "/v1.0/$metadata#servicePrincipals('" + made.principal + "')/appRoleAssignedTo/$entity",
		"id":             created.text("id"), "deletedDateTime": nil, "appRoleId": made.roles["User"], "createdDateTime": "2030-01-02T03:04:05Z",
		"principalDisplayName": "Meetings Users", "principalId": store.GroupMeetings, "principalType": "Group",
		"resourceDisplayName": "GoToMeeting", "resourceId": made.principal,
	}
	if diff := cmp.Diff(want, created.body); diff != "" {
		t.Error(diff)
	}
	one := path + "/" + created.text("id")
	if diff := cmp.Diff(want, c.must(http.StatusOK, "GET", one, nil).body); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusNoContent, "DELETE", one, nil)
	c.must(http.StatusNotFound, "GET", one, nil)
	if left := c.must(http.StatusOK, "GET", path, nil).list(); len(left) != 0 {
		t.Errorf("%d assignments are left", len(left))
	}
	a := c.must(http.StatusBadRequest, "DELETE", one, nil)
	if got := a.text("error", "code"); got != "Request_BadRequest" {
		t.Errorf("removing it again: got code %s", got)
	}
}

func TestAssignment_worksByClientID(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	appID := c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil).text("appId")
	id := c.assign(made, store.UserAna, "User")
	path := "/servicePrincipals(appId='" + appID + "')/appRoleAssignedTo"
	if diff := cmp.Diff([]string{id}, c.must(http.StatusOK, "GET", path, nil).column("id")); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusNoContent, "DELETE", path+"/"+id, nil)
}

func TestAssignment_refusesWhatGraphRefuses(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	other := c.instantiate(store.TemplateGoTo)
	c.assign(made, store.UserAna, "User")
	absent := "0b9d7f3e-0000-4000-8000-000000000001"
	tests := []struct {
		name, principal, resource, role string
		wantStatus                      int
		wantCode                        string
	}{
		{"the same again", store.UserAna, made.principal, made.roles["User"], http.StatusBadRequest, "Request_BadRequest"},
		{"another resource than the path's", store.UserBen, other.principal, made.roles["User"], http.StatusBadRequest, "Request_BadRequest"},
		{"role of another application", store.UserBen, made.principal, other.roles["User"], http.StatusBadRequest, "Request_BadRequest"},
		{"disabled role", store.UserBen, made.principal, made.roles[store.RoleRetired], http.StatusBadRequest, "Request_BadRequest"},
		{"role for applications", store.UserBen, made.principal, made.roles[store.RoleIntegration], http.StatusBadRequest, "Request_BadRequest"},
		{"role for people to an application", other.principal, made.principal, made.roles["User"], http.StatusBadRequest, "Request_BadRequest"},
		{"default access", store.UserBen, made.principal, store.DefaultAccess, http.StatusBadRequest, "Request_BadRequest"},
		{"no GUID", "ben", made.principal, made.roles["User"], http.StatusBadRequest, "Request_BadRequest"},
		{"group that is not security-enabled", store.GroupSocial, made.principal, made.roles["User"], http.StatusBadRequest, "Request_BadRequest"},
		{"unknown principal", absent, made.principal, made.roles["User"], http.StatusNotFound, "Request_ResourceNotFound"},
		{"deleted principal", store.UserDeleted, made.principal, made.roles["User"], http.StatusNotFound, "Request_ResourceNotFound"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := c.must(test.wantStatus, "POST", "/servicePrincipals/"+made.principal+"/appRoleAssignedTo", map[string]string{
				"principalId": test.principal, "resourceId": test.resource, "appRoleId": test.role,
			})
			if got := a.text("error", "code"); got != test.wantCode {
				t.Errorf("got code %s, want %s", got, test.wantCode)
			}
		})
	}
	if got := len(c.Store().Assignments(made.principal)); got != 1 {
		t.Errorf("%d assignments exist, want 1", got)
	}
	c.assign(made, store.UserAna, store.RoleOrganizer)
	c.assign(made, store.UserDavid, "User")
	c.must(http.StatusCreated, "POST", "/servicePrincipals/"+made.principal+"/appRoleAssignedTo", map[string]string{
		"principalId": other.principal, "resourceId": made.principal, "appRoleId": made.roles[store.RoleIntegration],
	})
}

func TestAssignment_acceptsDefaultAccessWhereNoRoleIsDeclared(t *testing.T) {
	c := start(t)
	_, plain := c.Store().AddApplication("No roles")
	body := func(resource string) map[string]string {
		return map[string]string{"principalId": store.UserAna, "resourceId": resource, "appRoleId": store.DefaultAccess}
	}
	c.must(http.StatusCreated, "POST", "/servicePrincipals/"+plain.ID+"/appRoleAssignedTo", body(plain.ID))
	made := c.instantiate(store.TemplateGoToMeeting)
	c.SetVariants(func(v *Variants) { v.DefaultAccessTolerant = true })
	c.must(http.StatusCreated, "POST", "/servicePrincipals/"+made.principal+"/appRoleAssignedTo", body(made.principal))
}

func TestAssignments_areListedInPages(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	var want []string
	for _, id := range c.Store().AddUsers(250) {
		want = append(want, c.assign(made, id, "User"))
	}
	path := "/servicePrincipals/" + made.principal + "/appRoleAssignedTo"
	sizes, got := c.pages(path+"?$top=999", "id")
	if !slices.Equal(sizes, []int{250}) || !slices.Equal(got, want) {
		t.Errorf("got pages of %v with %d assignments", sizes, len(got))
	}
	c.SetVariants(func(v *Variants) { v.PageSizeCap = 100 })
	sizes, got = c.pages(path+"?$top=999", "id")
	if !slices.Equal(sizes, []int{100, 100, 50}) || !slices.Equal(got, want) {
		t.Errorf("got pages of %v with %d assignments", sizes, len(got))
	}
	a := c.must(http.StatusOK, "GET", path+"?$select=id,principalId&$filter="+query("startswith(principalDisplayName,'Alba Abel')"), nil)
	if len(a.list()) == 0 || a.at("value", 0, "appRoleId") != nil {
		t.Errorf("got %s", a.raw)
	}
	c.must(http.StatusBadRequest, "GET", path+"?$filter="+query("principalId eq '"+store.UserAna+"'"), nil)
}

func TestAssignments_pagesStayTrueWhileOthersRemove(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	ids := map[string]string{}
	for _, id := range c.Store().AddUsers(6) {
		ids[c.assign(made, id, "User")] = id
	}
	path := "/servicePrincipals/" + made.principal + "/appRoleAssignedTo"
	first := c.must(http.StatusOK, "GET", path+"?$top=2", nil)
	for _, id := range first.column("id") {
		c.must(http.StatusNoContent, "DELETE", path+"/"+id, nil)
	}
	_, rest := c.pages(first.text("@odata.nextLink"), "id")
	if len(rest) != 4 {
		t.Errorf("the pages behind show %d assignments, want 4", len(rest))
	}
}

func TestAssignments_tenThousandAreListedInElevenPages(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	for _, id := range c.Store().AddUsers(10_000) {
		if _, err := c.Store().Assign(made.principal, id, made.roles["User"], store.AssignOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	c.client = c.Server.Client() // checking against the contract is not what is measured
	began := time.Now()
	sizes, all := c.pages("/servicePrincipals/"+made.principal+"/appRoleAssignedTo?$top=999", "id")
	took := time.Since(began)
	if len(sizes) != 11 || len(all) != 10_000 {
		t.Errorf("got %d pages with %d assignments", len(sizes), len(all))
	}
	t.Logf("listing took %v", took)
}
