// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestProvisionOnDemand_refusesBadRequests(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	subjects := func(rule string, list ...any) any {
		return map[string]any{"parameters": []any{map[string]any{"ruleId": rule, "subjects": list}}}
	}
	member := map[string]any{"objectId": store.UserAna, "objectTypeName": "User"}
	group := func(n int) any {
		members := make([]any, n)
		for i := range members {
			members[i] = member
		}
		return map[string]any{"objectId": store.GroupMeetings, "objectTypeName": "Group", "links": map[string]any{"members": members}}
	}
	for name, body := range map[string]any{
		"nothing": map[string]any{"parameters": []any{}}, "two people": subjects(store.RuleGoToMeetingUsers, member, member),
		"no members": subjects(store.RuleGoToMeetingUsers, group(0)), "six members": subjects(store.RuleGoToMeetingUsers, group(6)),
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.must(http.StatusBadRequest, "POST", job+"/provisionOnDemand", body).nested(); got != "InvalidParameters" {
				t.Errorf("got nested code %s", got)
			}
		})
		c.Clock().Advance(10 * time.Second)
	}
}

func TestSlowOperations_allowFiveRequestsInTenSeconds(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.assign(made, store.UserAna, "User")
	body := map[string]any{"parameters": []any{map[string]any{
		"ruleId": store.RuleGoToMeetingUsers, "subjects": []any{map[string]any{"objectId": store.UserAna, "objectTypeName": "User"}},
	}}}
	for path, send := range map[string]func() answer{
		"reports":   func() answer { return c.do("GET", "/auditLogs/provisioning", nil) },
		"on demand": func() answer { return c.do("POST", job+"/provisionOnDemand", body) },
	} {
		t.Run(path, func(t *testing.T) {
			for i := range 5 {
				if a := send(); a.status != http.StatusOK {
					t.Fatalf("request %d: got status %d: %s", i+1, a.status, a.raw)
				}
			}
			a := send()
			if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "2" {
				t.Errorf("the sixth: got status %d, Retry-After %s", a.status, a.header.Get("Retry-After"))
			}
			c.Clock().Advance(2 * time.Second)
			if a := send(); a.status != http.StatusOK {
				t.Errorf("after waiting: got status %d", a.status)
			}
		})
	}
}

func TestProvisioningLog_isFilteredOrderedAndPaged(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	jobID := job[strings.LastIndex(job, "/")+1:]
	at := c.Clock().Now()
	for i, action := range []string{"create", "update", "disable"} {
		c.Store().AddLog(store.LogEntry{
			At: at.Add(time.Duration(i) * time.Hour), Duration: 1500 * time.Millisecond, ServicePrincipalID: made.principal, JobID: jobID, CycleID: "cycle", ChangeID: "change",
			Action: action, Status: "success", SourceID: store.UserAna, SourceName: "Ana Example", SourceType: "User", TargetType: "User",
			Steps:    []store.LogStep{{Name: "EntryImport", Type: "import", Status: "success", Description: "Received", Details: []store.KeyValue{{Key: "a", Value: "b"}}}},
			Modified: []store.ModifiedProperty{{Name: "email", New: new("ana@corp.example")}},
			Error:    &store.LogError{Code: "None", Category: "success"},
		})
	}
	tests := []struct {
		name, query string
		want        []string
	}{
		{"newest first", "", []string{"disable", "update", "create"}},
		{"oldest first", "$orderby=activityDateTime%20asc", []string{"create", "update", "disable"}},
		{"since", "$filter=" + query("jobId eq '"+jobID+"' and activityDateTime gt 2030-01-02T03:30:00Z"), []string{"disable", "update"}},
		{"day", "$filter=" + query("activityDateTime gt 2030-01-03"), []string{}},
		{"by application", "$filter=" + query("contains(tolower(servicePrincipal/id), '"+made.principal+"') and provisioningAction eq 'create'"), []string{"create"}},
		{"by status", "$filter=" + query("provisioningStatusInfo/status eq 'failure'"), []string{}},
		{"by person", "$filter=" + query("contains(sourceIdentity/displayName,'Ana')"), []string{"disable", "update", "create"}},
		{"case matters", "$filter=" + query("contains(sourceIdentity/displayName,'ana')"), []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := c.must(http.StatusOK, "GET", "/auditLogs/provisioning?"+test.query, nil)
			if diff := cmp.Diff(test.want, a.column("provisioningAction")); diff != "" {
				t.Error(diff)
			}
		})
		c.Clock().Advance(10 * time.Second)
	}
	sizes, _ := c.pages("/auditLogs/provisioning?$top=2", "id")
	if diff := cmp.Diff([]int{2, 1}, sizes); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusBadRequest, "GET", "/auditLogs/provisioning?$filter="+query("durationInMilliseconds gt 5"), nil)
	c.must(http.StatusBadRequest, "GET", "/auditLogs/provisioning?$orderby=jobId", nil)
	one := c.must(http.StatusOK, "GET", "/auditLogs/provisioning?$top=1", nil)
	raw, err := json.Marshal(one.at("value", 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"durationInMilliseconds":1500`, `"provisioningStepType":"import"`, `"oldValue":null`, `"newValue":"ana@corp.example"`, `"initiatorType":"system"`,
		`"ServicePrincipalId":"` + made.principal, `"errorCategory":"success"`,
	} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s is missing in %s", want, raw)
		}
	}
}

func TestProvisionOnDemand_answersInTheTwoDocumentedShapes(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.assign(made, store.UserAna, "User")
	c.assign(made, store.GroupMeetings, "User")
	send := func(subject map[string]any) (key, value string) {
		t.Helper()
		a := c.must(http.StatusOK, "POST", job+"/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{
			"ruleId": store.RuleGoToMeetingUsers, "subjects": []any{subject},
		}}})
		return a.text("key"), a.text("value")
	}
	person := map[string]any{"objectId": store.UserAna, "objectTypeName": "User"}
	key, value := send(person)
	if want := `{"result":"Success","details":{"errorCode":"","errorMessage":""}}`; key != want {
		t.Errorf("got key %s, want %s", key, want)
	}
	var described struct {
		Action            string
		ProvisioningSteps []struct {
			Name, Type, Status string
			Details            map[string]string
		}
		ModifiedProperties []struct{ DisplayName, NewValue string }
		StatusInfo         struct{ Status string }
		SourceIdentity     struct{ ID, Type string }
		TargetIdentity     struct{ ID string }
		TargetSystem       struct{ Name string }
	}
	if err := json.Unmarshal([]byte(value), &described); err != nil {
		t.Fatalf("the value is not an object: %v", err)
	}
	if described.Action != "Create" || described.StatusInfo.Status != "Success" || described.SourceIdentity.ID != store.UserAna ||
		described.TargetIdentity.ID == "" || described.TargetSystem.Name != "GoToMeeting" || len(described.ModifiedProperties) == 0 {
		t.Errorf("got %s", value)
	}
	want := map[string]string{
		"IsActive": "True", "Assigned": "True", "IsEffectivelyEntitledForProvisioning": "True", "IsInProvisioningScopeDisplayName": "True", "ScopeEvaluationResult": "{}",
	}
	if diff := cmp.Diff(want, described.ProvisioningSteps[1].Details); diff != "" {
		t.Error(diff)
	}
	if key, _ := send(person); !strings.Contains(key, `"result":"Skipped","details":{"errorCode":"RedundantExport"`) {
		t.Errorf("the same again: got key %s", key)
	}
	key, value = send(map[string]any{"objectId": store.GroupMeetings, "objectTypeName": "Group", "links": map[string]any{"members": []any{
		map[string]any{"objectId": store.UserBen, "objectTypeName": "User"},
	}}})
	if strings.HasPrefix(key, "{") || !strings.HasPrefix(value, "[{") {
		t.Errorf("for a group: got key %s, value %s", key, value)
	}
	if _, err := c.Store().AccountByEmail("ben@corp.example"); err != nil {
		t.Error(err)
	}
	log := c.must(http.StatusOK, "GET", "/auditLogs/provisioning", nil)
	if log.text("value", 0, "initiatedBy", "initiatorType") != "application" || log.text("value", 0, "initiatedBy", "id") != c.ClientID() {
		t.Errorf("the log does not say who asked for it: %s", log.raw)
	}
}

func TestStatus_ofEveryStateOfAJobFitsTheContract(t *testing.T) {
	c := start(t, func(o *Options) { o.TokenLifetime = 365 * 24 * time.Hour })
	made, job := c.meeting()
	c.assign(made, store.GroupMeetings, "User")
	c.assign(made, store.UserGuest, "User") // whose domain is refused
	seen := map[string]bool{}
	look := func() answer {
		t.Helper()
		a := c.must(http.StatusOK, "GET", job, nil)
		seen[a.text("schedule", "state")+" "+a.text("status", "code")] = true
		return a
	}
	look()
	c.must(http.StatusNoContent, "POST", job+"/start", nil)
	nothing := look()
	if nothing.text("status", "lastExecution", "state") != "Failed" || nothing.text("status", "lastExecution", "timeEnded") != "0001-01-01T00:00:00Z" ||
		nothing.text("status", "lastExecution", "error", "code") != "None" {
		t.Errorf("before the first cycle: got %s", nothing.raw)
	}
	c.Clock().Advance(30 * time.Second)
	look()
	c.Clock().Advance(10 * time.Minute)
	if a := look(); a.text("status", "lastExecution", "state") != "EntryLevelErrors" || a.at("status", "lastExecution", "countEscrowed") != 1.0 {
		t.Errorf("with somebody put aside: got %s", a.raw)
	}
	c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": []any{map[string]string{"key": "Password", "value": "wrong"}}})
	c.Clock().Advance(time.Hour)
	if a := look(); a.text("status", "quarantine", "reason") != "EncounteredQuarantineException" || a.text("status", "quarantine", "error", "code") != "GoToMeetingInvalidCredentials" {
		t.Errorf("with bad credentials: got %s", a.raw)
	}
	c.Clock().Advance(29 * 24 * time.Hour)
	look()
	c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": credentials()})
	c.must(http.StatusNoContent, "POST", job+"/start", nil)
	c.Clock().Advance(10 * time.Minute)
	look()
	c.must(http.StatusNoContent, "POST", job+"/pause", nil)
	look()
	want := map[string]bool{
		"Disabled Paused": true, "Active NotRun": true, "Active Active": true, "Active Quarantine": true, "Disabled Quarantine": true, "Paused Paused": true,
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestRestart_takesTheScopesOfTheReference(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	for _, body := range []any{
		nil, map[string]any{}, map[string]any{"criteria": map[string]any{}}, map[string]any{"criteria": map[string]any{"resetScope": ""}},
		map[string]any{"criteria": map[string]any{"resetScope": "QuarantineState, watermark,Escrows"}}, map[string]any{"criteria": map[string]any{"resetScope": "ForceDeletes"}},
	} {
		c.must(http.StatusNoContent, "POST", job+"/restart", body)
	}
	a := c.must(http.StatusBadRequest, "POST", job+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "Everything"}})
	if got := a.nested(); got != "InvalidResetScope" {
		t.Errorf("got nested code %s", got)
	}
	c.must(http.StatusNotFound, "POST", job+"x/restart", nil)
	c.must(http.StatusNotFound, "POST", job+"x/start", nil)
	c.must(http.StatusNotFound, "POST", job+"x/pause", nil)
}
