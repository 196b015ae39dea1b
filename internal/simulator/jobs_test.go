// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestTemplates_describeTheConnector(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	a := c.must(http.StatusOK, "GET", made.sync+"/templates?$select=id,default,discoverable,factoryTag,metadata", nil)
	if a.text("value", 0, "id") != store.ConnectorGoToMeeting || a.at("value", 0, "default") != true || a.at("value", 0, "schema") != nil {
		t.Errorf("got %s", a.raw)
	}
	metadata := map[string]string{}
	for i := range a.list("value", 0, "metadata") {
		metadata[a.text("value", 0, "metadata", i, "key")] = a.text("value", 0, "metadata", i, "value")
	}
	if metadata["isOAuthEnabled"] != "false" || metadata["configurationFields"] != `[{"name":"username"},{"name":"password","secret":true}]` {
		t.Errorf("got metadata %v", metadata)
	}
	whole := c.must(http.StatusOK, "GET", made.sync+"/templates/"+store.ConnectorGoToMeeting, nil)
	if len(whole.list("schema", "synchronizationRules")) != 1 {
		t.Error("the template comes without its schema")
	}
	c.must(http.StatusNotFound, "GET", made.sync+"/templates/other", nil)
	c.must(http.StatusBadRequest, "GET", made.sync+"/templates?$select=other", nil)
}

func TestTemplates_areEmptyWithoutConnector(t *testing.T) {
	c := start(t)
	wiki := c.instantiate(store.TemplateWiki)
	if got := c.must(http.StatusOK, "GET", wiki.sync+"/templates", nil).list(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	a := c.must(http.StatusBadRequest, "POST", wiki.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	if got := a.nested(); got != "InvalidTemplate" {
		t.Errorf("got nested code %s", got)
	}
	c.SetVariants(func(v *Variants) { v.ErrorsWhenUnconfigured = true })
	c.must(http.StatusNotFound, "GET", wiki.sync+"/templates", nil)
	c.must(http.StatusNotFound, "GET", wiki.sync+"/secrets", nil)
}

func TestTemplates_canRetireAfterUse(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.SetVariants(func(v *Variants) { v.NoTemplate = true })
	if got := c.must(http.StatusOK, "GET", made.sync+"/templates", nil).list(); len(got) != 0 {
		t.Errorf("the retired template is still offered: %v", got)
	}
	if got := c.must(http.StatusOK, "GET", made.sync+"/jobs", nil).list(); len(got) != 0 {
		t.Errorf("its job is still listed: %v", got)
	}
	c.must(http.StatusNotFound, "GET", job, nil)
	c.must(http.StatusNotFound, "DELETE", job, nil)
	c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil)
}

func TestSynchronization_knowsServicePrincipalsByObjectIDOnly(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	appID := c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil).text("appId")
	c.must(http.StatusBadRequest, "GET", "/servicePrincipals(appId='"+appID+"')/synchronization/jobs", nil)
	c.must(http.StatusNotFound, "GET", "/servicePrincipals/0b9d7f3e-0000-4000-8000-000000000001/synchronization/jobs", nil)
}

func TestJob_isCreatedStopped(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	a := c.must(http.StatusCreated, "POST", made.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	want := map[string]any{
		"@odata.context": c.GraphURL() + "/v1.0/$metadata#servicePrincipals('" + made.principal + "')/synchronization/jobs/$entity",
		"id":             a.text("id"), "templateId": store.ConnectorGoToMeeting,
		"schedule": map[string]any{"expiration": nil, "interval": "PT40M", "state": "Disabled"},
		"status": map[string]any{
			"code": "NotConfigured", "countSuccessiveCompleteFailures": 0.0, "escrowsPruned": false,
			"steadyStateFirstAchievedTime": "0001-01-01T00:00:00Z", "steadyStateLastAchievedTime": "0001-01-01T00:00:00Z",
			"troubleshootingUrl": "", "lastExecution": nil, "lastSuccessfulExecution": nil, "lastSuccessfulExecutionWithExports": nil,
			"progress": []any{}, "quarantine": nil, "synchronizedEntryCountByType": []any{},
		},
		"synchronizationJobSettings": []any{
			map[string]any{"name": "AzureIngestionAttributeOptimization", "value": "False"},
			map[string]any{"name": "LookaheadQueryEnabled", "value": "False"},
			map[string]any{"name": "QuarantineTooManyDeletesThreshold", "value": "500"},
		},
	}
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Error(diff)
	}
	if want := store.ConnectorGoToMeeting + "." + strings.ReplaceAll(c.TenantID(), "-", "") + "."; !strings.HasPrefix(a.text("id"), want) {
		t.Errorf("got id %s, want it to begin with %s", a.text("id"), want)
	}
	c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": credentials()})
	if got := c.must(http.StatusOK, "GET", made.sync+"/jobs/"+a.text("id"), nil).text("status", "code"); got != "Paused" {
		t.Errorf("with credentials its code is %s, want Paused", got)
	}
	if diff := cmp.Diff([]string{a.text("id")}, c.must(http.StatusOK, "GET", made.sync+"/jobs?$select=id,templateId", nil).column("id")); diff != "" {
		t.Error(diff)
	}
	again := c.must(http.StatusConflict, "POST", made.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	if got := again.nested(); got != "JobAlreadyExists" {
		t.Errorf("a second job: got nested code %s", got)
	}
	c.must(http.StatusBadRequest, "POST", made.sync+"/jobs", map[string]string{"templateId": "other"})
	c.must(http.StatusNotFound, "GET", made.sync+"/jobs/other", nil)
}

func TestJob_cannotBePatched(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	for _, path := range []string{job, job + "/schema"} {
		a := c.must(http.StatusNotFound, "PATCH", path, map[string]any{})
		if a.text("error", "code") != "UnknownError" || !strings.Contains(a.text("error", "message"), "No HTTP resource was found that matches the request URI") {
			t.Errorf("got %s", a.raw)
		}
	}
}

func TestJob_deletionTakesItsSchemaAlong(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	schema := c.must(http.StatusOK, "GET", job+"/schema", nil)
	schema.body["marker"] = true
	c.client = c.Server.Client() // the marker is in no published type
	c.must(http.StatusNoContent, "PUT", job+"/schema", schema.body)
	c.must(http.StatusNoContent, "DELETE", job, nil)
	c.must(http.StatusNotFound, "GET", job, nil)
	c.must(http.StatusNotFound, "DELETE", job, nil)
	again := c.must(http.StatusCreated, "POST", made.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	if a := c.must(http.StatusOK, "GET", made.sync+"/jobs/"+again.text("id")+"/schema", nil); a.body["marker"] != nil {
		t.Error("the new job has the schema of the old one")
	}
}
