// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func query(text string) string { return url.QueryEscape(text) }

func TestGallery_isFilteredByNameAndCategory(t *testing.T) {
	c := start(t)
	tests := []struct {
		query string
		want  []string
	}{
		{"$filter=" + query("displayName eq 'GoToMeeting'"), []string{"GoToMeeting"}},
		{"$filter=" + query("contains(displayName,'goto')"), []string{"GoToMeeting", "GoTo"}},
		{"$filter=" + query("categories/any(c:contains(c,'telecom'))"), []string{"GoTo"}},
		{"$orderby=displayName&$top=2", []string{"Custom", "Example Wiki"}},
		{"$orderby=displayName%20desc&$top=1&$skip=1", []string{"GoTo"}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			a := c.must(http.StatusOK, "GET", "/applicationTemplates?"+test.query, nil)
			if diff := cmp.Diff(test.want, a.column("displayName")); diff != "" {
				t.Error(diff)
			}
		})
	}
	c.must(http.StatusBadRequest, "GET", "/applicationTemplates?$filter="+query("publisher eq 'GoTo'"), nil)
	c.must(http.StatusNotFound, "GET", "/applicationTemplates/5a5a0001-0000-4000-8000-00000000ffff", nil)
	wiki := c.must(http.StatusOK, "GET", "/applicationTemplates/"+store.TemplateWiki, nil)
	if len(wiki.list("supportedProvisioningTypes")) != 0 {
		t.Errorf("an entry without a connector claims to provision: %s", wiki.raw)
	}
}

func TestGallery_needsNoPermission(t *testing.T) {
	c := start(t)
	c.SetPermissions()
	c.must(http.StatusOK, "GET", "/applicationTemplates", nil)
}

func TestInstantiate_makesAnotherPairEachTime(t *testing.T) {
	c := start(t)
	first, second := c.instantiate(store.TemplateGoToMeeting), c.instantiate(store.TemplateGoToMeeting)
	if first.principal == second.principal || first.roles["User"] == second.roles["User"] {
		t.Error("the second call returned something of the first")
	}
	a := c.must(http.StatusOK, "GET", "/servicePrincipals?$filter="+query("applicationTemplateId eq '"+store.TemplateGoToMeeting+"' and displayName eq 'GoToMeeting'"), nil)
	if diff := cmp.Diff([]string{first.principal, second.principal}, a.column("id")); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusNotFound, "POST", "/applicationTemplates/5a5a0001-0000-4000-8000-00000000ffff/instantiate", map[string]string{"displayName": "x"})
	c.must(http.StatusBadRequest, "POST", "/applicationTemplates/"+store.TemplateGoTo+"/instantiate", map[string]string{})
	c.must(http.StatusBadRequest, "POST", "/applicationTemplates/"+store.TemplateGoTo+"/instantiate", "{")
}

func TestInstantiate_answersWithTheDocumentedObjects(t *testing.T) {
	c := start(t)
	a := c.must(http.StatusCreated, "POST", "/applicationTemplates/"+store.TemplateGoToMeeting+"/instantiate", map[string]string{"displayName": "Meetings"})
	for path, want := range map[string]any{
		"application.displayName": "Meetings", "application.applicationTemplateId": store.TemplateGoToMeeting, "application.signInAudience": "AzureADMyOrg",
		"servicePrincipal.displayName": "Meetings", "servicePrincipal.appRoleAssignmentRequired": true, "servicePrincipal.servicePrincipalType": "Application",
		"servicePrincipal.appOwnerOrganizationId": c.TenantID(), "servicePrincipal.preferredSingleSignOnMode": nil,
		"servicePrincipal.appId": a.text("application", "appId"), "servicePrincipal.accountEnabled": true,
	} {
		object, name, _ := strings.Cut(path, ".")
		if got := a.at(object, name); got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	if got, want := a.text("servicePrincipal", "homepage"), "metadata=INVENTEDMEETING|ISV9.1|primary|z"; !strings.HasSuffix(got, want) {
		t.Errorf("got homepage %s, want it to end with %s", got, want)
	}
	var names []string
	for i := range a.list("servicePrincipal", "appRoles") {
		names = append(names, a.text("servicePrincipal", "appRoles", i, "displayName"))
	}
	if want := []string{store.RoleUser, store.RoleMSIAM, store.RoleOrganizer, store.RoleRetired, store.RoleIntegration}; !slices.Equal(names, want) {
		t.Errorf("got roles %v, want %v", names, want)
	}
}

func TestInstantiate_canAnswerWithLegacyNames(t *testing.T) {
	c := start(t, withVariants(Variants{LegacyObjectID: true}))
	// The published contract knows only the new names.
	c.client = c.Server.Client()
	a := c.must(http.StatusCreated, "POST", "/applicationTemplates/"+store.TemplateGoToMeeting+"/instantiate", map[string]string{"displayName": "Meetings"})
	if a.text("application", "objectId") == "" || a.text("servicePrincipal", "objectId") == "" || a.at("servicePrincipal", "id") != nil {
		t.Errorf("got %s", a.raw)
	}
	c.must(http.StatusOK, "GET", "/servicePrincipals/"+a.text("servicePrincipal", "objectId"), nil)
}

func TestServicePrincipals_areFoundByTheFormsOfGraph(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	other, _ := c.Store().AddApplication("Other")
	appID := c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil).text("appId")
	for _, path := range []string{
		"/servicePrincipals/" + strings.ToUpper(made.principal), "/servicePrincipals(appId='" + appID + "')",
		"/servicePrincipals(appId=%27" + appID + "%27)", "/servicePrincipals('" + made.principal + "')",
		"/servicePrincipals(appId='" + appID + "')?$select=id",
	} {
		if got := c.must(http.StatusOK, "GET", path, nil).text("id"); got != made.principal {
			t.Errorf("%s: got %s, want %s", path, got, made.principal)
		}
	}
	for _, filter := range []string{"appId eq '" + appID + "'", "displayName eq 'GoToMeeting'", "startswith(displayName,'goto')"} {
		a := c.must(http.StatusOK, "GET", "/servicePrincipals?$select=id,appId,displayName,applicationTemplateId,appRoles&$filter="+query(filter), nil)
		if diff := cmp.Diff([]string{made.principal}, a.column("id")); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	none := c.must(http.StatusOK, "GET", "/servicePrincipals?$filter="+query("appId eq '"+other.AppID+"'"), nil)
	if none.at("value", 0, "applicationTemplateId") != nil {
		t.Errorf("an application from no template has one: %s", none.raw)
	}
	c.must(http.StatusNotFound, "GET", "/servicePrincipals/0b9d7f3e-0000-4000-8000-000000000001", nil)
	c.must(http.StatusNotFound, "GET", "/servicePrincipals(appId='0b9d7f3e-0000-4000-8000-000000000001')", nil)
}

func TestPatch_changesWhatCanBeChanged(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	sp, application := "/servicePrincipals/"+made.principal, "/applications/"+made.application
	c.must(http.StatusNoContent, "PATCH", sp, map[string]any{
		"accountEnabled": false, "appRoleAssignmentRequired": false, "notes": "ours", "tags": []string{"HideApp"}, "preferredSingleSignOnMode": "saml",
	})
	a := c.must(http.StatusOK, "GET", sp+"?$select=accountEnabled,appRoleAssignmentRequired,notes,tags,preferredSingleSignOnMode", nil)
	want := map[string]any{
		"@odata.context": a.text("@odata.context"), "accountEnabled": false, "appRoleAssignmentRequired": false, "notes": "ours",
		"tags": []any{"HideApp"}, "preferredSingleSignOnMode": "saml",
	}
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusNoContent, "PATCH", application, map[string]any{"displayName": "Renamed", "notes": "app"})
	if got := c.must(http.StatusOK, "GET", sp, nil).text("displayName"); got != "Renamed" {
		t.Errorf("the service principal is still called %s", got)
	}
	c.must(http.StatusBadRequest, "PATCH", application, map[string]any{"appId": "x"})
	c.must(http.StatusBadRequest, "PATCH", sp, map[string]any{"applicationTemplateId": "x"})
	c.must(http.StatusBadRequest, "PATCH", sp, map[string]any{"servicePrincipalType": "Legacy"})
	c.must(http.StatusBadRequest, "PATCH", sp, "[")
	c.must(http.StatusNotFound, "PATCH", "/applications/"+made.principal, map[string]any{"notes": "x"})
}

func TestPatch_removesRolesOnlyWhenDisabled(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	path := "/applications/" + made.application
	roles := c.must(http.StatusOK, "GET", path, nil).list("appRoles")
	a := c.must(http.StatusBadRequest, "PATCH", path, map[string]any{"appRoles": roles[1:]})
	if got := a.text("error", "code"); got != "CannotDeleteOrUpdateEnabledEntitlement" {
		t.Errorf("got code %s", got)
	}
	first, ok := roles[0].(map[string]any)
	if !ok {
		t.Fatal("the first role is not an object")
	}
	first["isEnabled"] = false
	c.must(http.StatusNoContent, "PATCH", path, map[string]any{"appRoles": roles})
	c.must(http.StatusNoContent, "PATCH", path, map[string]any{"appRoles": roles[1:]})
	if got := len(c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil).list("appRoles")); got != len(roles)-1 {
		t.Errorf("the service principal has %d roles, want %d", got, len(roles)-1)
	}
	c.must(http.StatusBadRequest, "PATCH", path, map[string]any{"appRoles": []any{map[string]any{"id": "x", "displayName": "x"}}})
}

func TestDelete_putsApplicationsIntoTheRecycleBin(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.must(http.StatusNoContent, "DELETE", "/applications/"+made.application, nil)
	c.must(http.StatusNotFound, "GET", "/applications/"+made.application, nil)
	c.must(http.StatusNotFound, "GET", "/servicePrincipals/"+made.principal, nil)
	c.must(http.StatusNotFound, "GET", job, nil)
	c.must(http.StatusNotFound, "DELETE", "/applications/"+made.application, nil)
	for kind, id := range map[string]string{"application": made.application, "servicePrincipal": made.principal} {
		a := c.must(http.StatusOK, "GET", "/directory/deletedItems/microsoft.graph."+kind+"?$filter="+query("displayName eq 'GoToMeeting'"), nil)
		if diff := cmp.Diff([]string{id}, a.column("id")); diff != "" {
			t.Error(diff)
		}
		if a.at("value", 0, "deletedDateTime") != "2030-01-02T03:04:05Z" {
			t.Errorf("got %s", a.raw)
		}
	}
	c.must(http.StatusOK, "GET", "/directory/deletedItems/"+made.application, nil)
	restored := c.must(http.StatusOK, "POST", "/directory/deletedItems/"+made.application+"/restore", nil)
	if restored.text("@odata.type") != "#microsoft.graph.application" || restored.at("deletedDateTime") != nil {
		t.Errorf("got %s", restored.raw)
	}
	c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil)
	c.must(http.StatusOK, "GET", job, nil)
	c.must(http.StatusNoContent, "DELETE", "/applications/"+made.application, nil)
	c.must(http.StatusNoContent, "DELETE", "/directory/deletedItems/"+made.application, nil)
	for _, id := range []string{made.application, made.principal} {
		c.must(http.StatusNotFound, "GET", "/directory/deletedItems/"+id, nil)
		c.must(http.StatusNotFound, "POST", "/directory/deletedItems/"+id+"/restore", nil)
		c.must(http.StatusNotFound, "DELETE", "/directory/deletedItems/"+id, nil)
	}
}

func TestDelete_ofServicePrincipalLeavesTheApplication(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	c.must(http.StatusNoContent, "DELETE", "/servicePrincipals/"+made.principal, nil)
	c.must(http.StatusNotFound, "GET", "/servicePrincipals/"+made.principal, nil)
	c.must(http.StatusOK, "GET", "/applications/"+made.application, nil)
	c.must(http.StatusOK, "POST", "/directory/deletedItems/"+made.principal+"/restore", nil)
	c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil)
	c.must(http.StatusNoContent, "DELETE", "/servicePrincipals/"+made.principal, nil)
	c.must(http.StatusNoContent, "DELETE", "/directory/deletedItems/"+made.principal, nil)
	c.must(http.StatusOK, "GET", "/applications/"+made.application, nil)
}
