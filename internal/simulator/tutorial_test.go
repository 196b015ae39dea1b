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
