// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(t *testing.T, text string) *time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return &instant
}

func TestJob_readsEveryFieldOfTheStatus(t *testing.T) {
	const document = `{
  "id": "EXAMPLE.job.1", "templateId": "EXAMPLE",
  "schedule": {"expiration": null, "interval": "PT40M", "state": "Active"},
  "status": {
    "code": "Quarantine", "countSuccessiveCompleteFailures": 3, "escrowsPruned": true,
    "steadyStateFirstAchievedTime": "2030-01-02T04:00:00Z", "steadyStateLastAchievedTime": "0001-01-01T00:00:00Z",
    "troubleshootingUrl": "https://example.com/",
    "lastExecution": {
      "activityIdentifier": "f1", "state": "EntryLevelErrors",
      "countEntitled": 1, "countEntitledForProvisioning": 2, "countEscrowed": 3, "countEscrowedRaw": 4, "countExported": 5, "countExports": 6,
      "countImported": 7, "countImportedDeltas": 8, "countImportedReferenceDeltas": "9007199254740993",
      "timeBegan": "2030-01-03T09:18:11.1234567Z", "timeEnded": "2030-01-03T09:20:00.7654321Z",
      "error": {"code": "None", "message": "", "tenantActionable": false}
    },
    "lastSuccessfulExecution": {"state": "Succeeded", "timeBegan": "2030-01-03T08:38:00Z", "timeEnded": "", "error": null},
    "lastSuccessfulExecutionWithExports": null,
    "progress": [{"completedUnits": 40, "progressObservationDateTime": "2030-01-03T09:19:00Z", "totalUnits": 41, "units": "objects"}],
    "quarantine": {
      "currentBegan": "2030-01-03T09:20:00Z", "nextAttempt": "2030-01-03T15:20:00Z", "seriesBegan": "2030-01-02T09:20:00Z", "seriesCount": 2,
      "reason": "EncounteredQuarantineException", "error": {"code": "ExampleInvalidCredentials", "message": "wrong", "tenantActionable": true}
    },
    "synchronizedEntryCountByType": [{"key": "User to User", "value": 12}]
  },
  "synchronizationJobSettings": [{"name": "LookaheadQueryEnabled", "value": "False"}]
}`
	want := Job{
		ID: "EXAMPLE.job.1", TemplateID: "EXAMPLE", Schedule: Schedule{State: "Active", Interval: "PT40M"},
		Status: &JobStatus{
			Code: "Quarantine", CountSuccessiveCompleteFailures: 3, EscrowsPruned: true,
			LastExecution: &TaskExecution{
				ActivityIdentifier: "f1", State: "EntryLevelErrors", TimeBegan: at(t, "2030-01-03T09:18:11.1234567Z"), TimeEnded: at(t, "2030-01-03T09:20:00.7654321Z"),
				CountEntitled: 1, CountEntitledForProvisioning: 2, CountEscrowed: 3, CountEscrowedRaw: 4, CountExported: 5, CountExports: 6,
				CountImported: 7, CountImportedDeltas: 8, CountImportedReferenceDeltas: 9007199254740993,
			},
			LastSuccessfulExecution: &TaskExecution{State: "Succeeded", TimeBegan: at(t, "2030-01-03T08:38:00Z")},
			Progress:                []Progress{{CompletedUnits: 40, TotalUnits: 41, Units: "objects", ObservedAt: at(t, "2030-01-03T09:19:00Z")}},
			Quarantine: &Quarantine{
				Reason: "EncounteredQuarantineException", CurrentBegan: at(t, "2030-01-03T09:20:00Z"), NextAttempt: at(t, "2030-01-03T15:20:00Z"),
				SeriesBegan: at(t, "2030-01-02T09:20:00Z"), SeriesCount: 2,
				Error: &SyncError{Code: "ExampleInvalidCredentials", Message: "wrong", TenantActionable: true},
			},
			SteadyStateFirstAchievedTime: at(t, "2030-01-02T04:00:00Z"),
			SynchronizedEntryCountByType: map[string]int64{"User to User": 12},
			TroubleshootingURL:           "https://example.com/",
		},
	}
	var got Job
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestJob_readsWhatNeverHappenedAsNil(t *testing.T) {
	// A started job before its first cycle, and the all-empty quarantine of the documentation.
	const document = `{"id":"1","schedule":{"state":"Active","interval":"PT40M"},"status":{"code":"NotRun",
		"lastExecution":{"activityIdentifier":null,"state":"Failed","countEntitled":0,"timeBegan":"0001-01-01T00:00:00Z","timeEnded":"0001-01-01T00:00:00Z",
			"error":{"code":"None","message":"","tenantActionable":false}},
		"quarantine":{"currentBegan":"","nextAttempt":"","reason":"","seriesBegan":"","seriesCount":"","error":null},
		"steadyStateFirstAchievedTime":"0001-01-01T00:00:00Z","steadyStateLastAchievedTime":"","progress":[],"synchronizedEntryCountByType":[]}}`
	want := Job{ID: "1", Schedule: Schedule{State: "Active", Interval: "PT40M"}, Status: &JobStatus{Code: "NotRun", Progress: []Progress{}}}
	var got Job
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestJob_keepsAFailureBeforeAnyCycleBegan(t *testing.T) {
	const document = `{"status":{"lastExecution":{"state":"Failed","timeBegan":"0001-01-01T00:00:00Z","error":{"code":"ExampleInvalidCredentials","message":"wrong"}}}}`
	var got Job
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if got.Status.LastExecution == nil || got.Status.LastExecution.Error == nil {
		t.Errorf("got %+v", got.Status)
	}
}

func TestListSyncTemplates_readsWhatTheConnectorAsksFor(t *testing.T) {
	b := newBench(t, answer(400, ""), answer(200, `{"value":[
		{"id":"EXAMPLE","applicationId":"a","default":true,"factoryTag":"f","metadata":[
			{"key":"galleryApplicationKey","value":"K"},{"key":"GalleryApplicationKey","value":"second"},
			{"key":"isOAuthEnabled","value":"True"},
			{"key":"configurationFields","value":"[{\"name\":\"username\"},{\"name\":\"password\",\"secret\":true},{\"name\":\"region\",\"optional\":\"true\",\"defaultValue\":5,\"hidden\":true,\"readOnly\":true}]"}]},
		{"id":"OTHER","metadata":null}]}`))
	got, err := b.ListSyncTemplates(t.Context(), testSP)
	if err != nil {
		t.Fatal(err)
	}
	want := []SyncTemplate{
		{
			ID: "EXAMPLE", ApplicationID: "a", Default: true, FactoryTag: "f", OAuthEnabled: true,
			ConfigurationFields: []ConfigurationField{
				{Name: "UserName", Known: true},
				{Name: "Password", Known: true, Secret: true},
				{Name: "region", Optional: true, DefaultValue: "5", Hidden: true, ReadOnly: true},
			},
			Metadata: map[string]string{
				"galleryapplicationkey": "K", "isoauthenabled": "True",
				"configurationfields": `[{"name":"username"},{"name":"password","secret":true},{"name":"region","optional":"true","defaultValue":5,"hidden":true,"readOnly":true}]`,
			},
		},
		{ID: "OTHER", Metadata: map[string]string{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	path := "GET " + sp + "/synchronization/templates"
	if diff := cmp.Diff([]string{path + "?$select=id%2CapplicationId%2Cdefault%2Cdiscoverable%2CfactoryTag%2Cmetadata", path}, b.service.targets()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestParseOnDemand_readsEveryCapture(t *testing.T) {
	full := OnDemandResult{
		Result: "Skipped", ErrorCode: "RedundantExport", ErrorMessage: "already matches", Action: "Other", ChangeID: "c1",
		SourceID: "d1", TargetID: "987654", ReportableID: "ana@example.com",
		Steps: []ProvisioningStep{
			{Name: "EntryImport", Type: "Import", Status: "Success", Description: "Retrieved User"},
			{Name: "EntrySynchronizationScoping", Type: "Scoping", Status: "Success", Details: map[string]string{"IsActive": "True", "Assigned": "true"}},
		},
		Modified:      []ModifiedProperty{{Name: "mail", NewValue: "ana@example.com"}},
		ScopingDetail: map[string]string{"IsActive": "True", "Assigned": "true"},
	}
	const value = `{"action":"Other","changeId":"c1","modifiedProperties":[{"displayName":"mail","oldValue":null,"newValue":"ana@example.com"}],` +
		`"provisioningSteps":[{"name":"EntryImport","type":"Import","status":"Success","description":"Retrieved User","details":{}},` +
		`{"name":"EntrySynchronizationScoping","type":"Scoping","status":"Success","details":{"IsActive":"True","Assigned":true}}],"reportableIdentifier":"ana@example.com",` +
		`"statusInfo":{"status":"Skipped","errorCode":null},"sourceIdentity":{"id":"d1","type":"User"},"targetIdentity":{"id":"987654"}}`
	const key = `{"result":"Skipped","details":{"errorCode":"RedundantExport","errorMessage":"already matches"}}`
	withoutKey := full
	withoutKey.ErrorCode, withoutKey.ErrorMessage = "", ""
	for _, test := range []struct {
		name   string
		answer KeyValue
		want   OnDemandResult
	}{
		{"objects", KeyValue{key, value}, full},
		{"list of one", KeyValue{key, "[" + value + "]"}, full},
		{"type name for a key", KeyValue{"Example.Sync.Result", value}, withoutKey},
		{"nothing to read", KeyValue{"Example.Sync.Result", ""}, OnDemandResult{}},
		{"broken", KeyValue{`{"result":`, `[`}, OnDemandResult{}},
		{"a member of another type", KeyValue{`{"result":"Failure","details":"none"}`, `{"action":"Create","statusInfo":7}`}, OnDemandResult{Result: "Failure", Action: "Create"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, parseOnDemand(test.answer)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestProvisioningLogEntry_readsAnEntry(t *testing.T) {
	const document = `{
    "id": "1", "activityDateTime": "2030-01-02T03:04:05Z", "tenantId": "t", "jobId": "j", "cycleId": "y", "changeId": "c",
    "provisioningAction": "create", "durationInMilliseconds": 2785, "initiatedBy": {"id": "", "displayName": "x", "initiatorType": "system"},
    "sourceIdentity": {"id": "d1", "displayName": "Ana Example", "identityType": "User", "details": {}}, "targetIdentity": {"id": "", "displayName": "", "identityType": "User"},
    "provisioningStatusInfo": {"status": "failure", "errorInformation": {"errorCode": "DuplicateTargetEntries", "reason": "More than one match.", "additionalDetails": null, "errorCategory": "nonServiceFailure", "recommendedAction": "Look"}},
    "provisioningSteps": [{"name": "EntryExportAdd", "provisioningStepType": "export", "status": "failure", "description": "Failed", "details": {"ReportableIdentifier": "ana@example.com"}}],
    "modifiedProperties": [{"displayName": "mail", "oldValue": null, "newValue": "ana@example.com"}]}`
	want := ProvisioningLogEntry{
		ID: "1", Time: *at(t, "2030-01-02T03:04:05Z"), JobID: "j", CycleID: "y", ChangeID: "c", Action: "create", Status: "failure",
		ErrorCode: "DuplicateTargetEntries", Reason: "More than one match.", ErrorCategory: "nonServiceFailure", RecommendedAction: "Look",
		Duration: 2785 * time.Millisecond, InitiatedBy: "system",
		Source:   ProvisionedObject{ID: "d1", DisplayName: "Ana Example", Type: "User"},
		Target:   ProvisionedObject{Type: "User"},
		Steps:    []ProvisioningStep{{Name: "EntryExportAdd", Type: "export", Status: "failure", Description: "Failed", Details: map[string]string{"ReportableIdentifier": "ana@example.com"}}},
		Modified: []ModifiedProperty{{Name: "mail", NewValue: "ana@example.com"}},
	}
	var got ProvisioningLogEntry
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := json.Unmarshal([]byte(`{"id":"1","sourceIdentity":null,"provisioningStatusInfo":{"errorInformation":null},"provisioningSteps":null}`), &got); err != nil {
		t.Error(err)
	}
}
