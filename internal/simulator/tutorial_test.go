// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestServer_takesAClientThroughTheTutorial(t *testing.T) {
	c := start(t)
	template := c.must(http.StatusOK, "GET", "/applicationTemplates?$filter=displayName%20eq%20'GoToMeeting'", nil).text("value", 0, "id")
	a := c.instantiate(template)
	c.must(http.StatusNoContent, "POST", a.sync+"/jobs/validateCredentials", map[string]any{
		"templateId": store.ConnectorGoToMeeting, "useSavedCredentials": false, "credentials": credentials(),
	})
	job := c.must(http.StatusCreated, "POST", a.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	path := a.sync + "/jobs/" + job.text("id")
	c.must(http.StatusNoContent, "PUT", a.sync+"/secrets", map[string]any{"value": credentials()})
	schema := c.must(http.StatusOK, "GET", path+"/schema", nil)
	c.must(http.StatusNoContent, "PUT", path+"/schema", schema.body)
	c.assign(a, store.GroupMeetings, "User")
	c.must(http.StatusNoContent, "POST", path+"/start", nil)
	c.Clock().Advance(10 * time.Minute)
	status := c.must(http.StatusOK, "GET", path, nil)
	if code, entitled := status.text("status", "code"), status.at("status", "lastExecution", "countEntitled"); code != "Active" || entitled != 5.0 {
		t.Errorf("got code %s with %v entitled people, want Active with 5: %s", code, entitled, status.raw)
	}
	c.must(http.StatusNoContent, "POST", path+"/pause", nil)
	c.must(http.StatusNoContent, "DELETE", path, nil)
	c.must(http.StatusNotFound, "GET", path, nil)
}

// walkThroughEverything uses every operation at least once with success.
func walkThroughEverything(c *tester) {
	c.t.Helper()
	a, job := c.meeting()
	sp := "/servicePrincipals/" + a.principal
	for _, path := range []string{
		"/applicationTemplates", "/applicationTemplates/" + store.TemplateGoTo, "/servicePrincipals", sp, "/applications",
		"/applications/" + a.application, "/users", "/users/" + store.UserAna, "/groups", "/groups/" + store.GroupMeetings,
		"/groups/" + store.GroupNested + "/members", "/groups/" + store.GroupMeetings + "/members/microsoft.graph.user",
		a.sync + "/secrets", a.sync + "/templates", a.sync + "/templates/" + store.ConnectorGoToMeeting,
		a.sync + "/templates/" + store.ConnectorGoToMeeting + "/schema", a.sync + "/jobs", job, job + "/schema",
		job + "/schema/functions()", job + "/schema/filterOperators()",
	} {
		c.must(http.StatusOK, "GET", path, nil)
	}
	c.must(http.StatusNoContent, "PATCH", sp, map[string]any{"notes": "Owned by identity operations."})
	c.must(http.StatusNoContent, "PATCH", "/applications/"+a.application, map[string]any{"displayName": "Meetings"})
	id := c.assign(a, store.UserAna, "User")
	c.must(http.StatusOK, "GET", sp+"/appRoleAssignedTo", nil)
	c.must(http.StatusOK, "GET", sp+"/appRoleAssignedTo/"+id, nil)
	c.must(http.StatusNoContent, "POST", a.sync+"/jobs/validateCredentials", map[string]any{
		"templateId": store.ConnectorGoToMeeting, "credentials": credentials(),
	})
	c.must(http.StatusNoContent, "POST", job+"/validateCredentials", map[string]any{"useSavedCredentials": true})
	c.must(http.StatusOK, "POST", job+"/schema/parseExpression", map[string]any{"expression": `Append([givenName], "x")`})
	schema := c.must(http.StatusOK, "GET", job+"/schema", nil)
	c.must(http.StatusOK, "POST", job+"/schema/directories/"+schema.text("directories", 1, "id")+"/discover", nil)
	c.must(http.StatusNoContent, "PUT", job+"/schema", schema.body)
	c.must(http.StatusNoContent, "POST", job+"/start", nil)
	c.Clock().Advance(10 * time.Minute)
	c.must(http.StatusOK, "GET", job, nil)
	c.must(http.StatusOK, "POST", job+"/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{
		"ruleId": store.RuleGoToMeetingUsers, "subjects": []any{map[string]any{"objectId": store.UserAna, "objectTypeName": "User"}},
	}}})
	c.must(http.StatusOK, "GET", "/auditLogs/provisioning", nil)
	c.must(http.StatusNoContent, "POST", job+"/pause", nil)
	c.must(http.StatusNoContent, "POST", job+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "Escrows, Watermark"}})
	c.must(http.StatusNoContent, "DELETE", job+"/schema", nil)
	c.must(http.StatusOK, "POST", "/directoryObjects/getByIds", map[string]any{
		"ids": []string{store.UserAna, store.GroupEmpty, a.principal}, "types": []string{"user", "group", "servicePrincipal"},
	})
	c.must(http.StatusOK, "POST", "/$batch", map[string]any{"requests": []any{
		map[string]any{"id": "1", "method": "GET", "url": "/users/" + store.UserBen},
	}})
	c.must(http.StatusNoContent, "DELETE", sp+"/appRoleAssignedTo/"+id, nil)
	c.must(http.StatusNoContent, "DELETE", job, nil)
	c.must(http.StatusNoContent, "DELETE", sp, nil)
	c.must(http.StatusOK, "GET", "/directory/deletedItems/microsoft.graph.servicePrincipal", nil)
	c.must(http.StatusOK, "POST", "/directory/deletedItems/"+a.principal+"/restore", nil)
	c.must(http.StatusNoContent, "DELETE", "/applications/"+a.application, nil)
	c.must(http.StatusOK, "GET", "/directory/deletedItems/microsoft.graph.application", nil)
	c.must(http.StatusNoContent, "DELETE", "/directory/deletedItems/"+a.application, nil)
}
