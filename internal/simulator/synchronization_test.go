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

func TestSecrets_areMaskedAndMerged(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	path := made.sync + "/secrets"
	if got := c.must(http.StatusOK, "GET", path, nil).list(); len(got) != 0 {
		t.Errorf("nothing was written yet, got %v", got)
	}
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": credentials()})
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": "False"}}})
	want := [][2]string{{"UserName", store.AdminUserName}, {"Password", "*"}, {"SyncAll", "False"}}
	if diff := cmp.Diff(want, c.secrets(path)); diff != "" {
		t.Error(diff)
	}
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": ""}}})
	if diff := cmp.Diff(want[:2], c.secrets(path)); diff != "" {
		t.Errorf("after an empty value: %s", diff)
	}
	c.SetVariants(func(v *Variants) { v.SecretsReplace = true })
	c.must(http.StatusNoContent, "PUT", path, map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": "true"}}})
	if diff := cmp.Diff([][2]string{{"SyncAll", "true"}}, c.secrets(path)); diff != "" {
		t.Errorf("with a service that replaces: %s", diff)
	}
}

func (c *tester) secrets(path string) [][2]string {
	c.t.Helper()
	var pairs [][2]string
	a := c.must(http.StatusOK, "GET", path, nil)
	for i := range a.list() {
		pairs = append(pairs, [2]string{a.text("value", i, "key"), a.text("value", i, "value")})
	}
	return pairs
}

func TestSecrets_takeAStarLiterally(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": []any{map[string]string{"key": "Password", "value": "*"}}})
	if got := c.Store().Secret(made.principal, "Password"); got != "*" {
		t.Errorf("stored %q, want *", got)
	}
	a := c.must(http.StatusBadRequest, "POST", job+"/validateCredentials", map[string]any{"useSavedCredentials": true})
	if got := a.nested(); got != "GoToMeetingInvalidCredentials" {
		t.Errorf("got nested code %s", got)
	}
}

func TestSecrets_refuseWhatTheServiceRefuses(t *testing.T) {
	c := start(t)
	made, _ := c.meeting()
	c.client = c.Server.Client() // some requests break the contract on purpose
	put := func(key, value string) any {
		return map[string]any{"value": []any{map[string]string{"key": key, "value": value}}}
	}
	path := made.sync + "/secrets"
	a := c.must(http.StatusInternalServerError, "PUT", path, put("userName", "x"))
	if a.text("error", "code") != "InternalError" || a.text("error", "message") != "Requested value 'userName' was not found." {
		t.Errorf("unknown key: got %s", a.raw)
	}
	for _, value := range []string{"", "text", "[]", "null"} {
		if got := c.must(http.StatusBadRequest, "PUT", path, put("SyncNotificationSettings", value)).nested(); got != "InvalidNotificationSettings" {
			t.Errorf("settings %q: got nested code %s", value, got)
		}
	}
	c.must(http.StatusNoContent, "PUT", path, put("SyncNotificationSettings", "{}"))
	c.must(http.StatusBadRequest, "PUT", path, map[string]any{"credentials": credentials()})
	c.must(http.StatusBadRequest, "PUT", path, "{")
}

func TestSecrets_areLimitedInGovernmentClouds(t *testing.T) {
	c := start(t, withVariants(Variants{USGovernment: true}))
	made := c.instantiate(store.TemplateGoToMeeting)
	settings := `{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":25}`
	put := func(status, length int) {
		t.Helper()
		c.must(status, "PUT", made.sync+"/secrets", map[string]any{"value": []any{
			map[string]string{"key": "UserName", "value": strings.Repeat("u", 9)},
			map[string]string{"key": "SyncAll", "value": "false"}, // no credential and no address
			map[string]string{"key": "SkipOutOfScopeDeletions", "value": "True"},
			map[string]string{"key": "Password", "value": strings.Repeat("p", length)},
			map[string]string{"key": "SyncNotificationSettings", "value": settings},
		}})
	}
	put(http.StatusNoContent, 1000)
	put(http.StatusBadRequest, 1001)
}

func TestValidateCredentials_signsInToTheTarget(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.client = c.Server.Client() // some requests break the contract on purpose
	given := func(user, password string) []map[string]string {
		return []map[string]string{{"key": "UserName", "value": user}, {"key": "Password", "value": password}}
	}
	tests := []struct {
		name       string
		body       map[string]any
		wantStatus int
		wantNested string
	}{
		{"right", map[string]any{"credentials": given(store.AdminUserName, store.AdminPassword)}, http.StatusNoContent, ""},
		{"saved", map[string]any{"useSavedCredentials": true, "credentials": given("x", "x")}, http.StatusNoContent, ""},
		{"wrong password", map[string]any{"credentials": given(store.AdminUserName, "wrong")}, http.StatusBadRequest, "GoToMeetingInvalidCredentials"},
		{"no team administrator", map[string]any{"credentials": given(store.PlainUserName, store.PlainPassword)}, http.StatusBadRequest, "GoToMeetingInsufficientRights"},
		{"no password", map[string]any{"credentials": given(store.AdminUserName, "")}, http.StatusBadRequest, "GoToMeetingMissingCredentials"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, path := range []string{job + "/validateCredentials", made.sync + "/jobs/validateCredentials"} {
				test.body["templateId"] = store.ConnectorGoToMeeting
				a := c.must(test.wantStatus, "POST", path, test.body)
				if test.wantNested != "" && a.nested() != test.wantNested {
					t.Errorf("got nested code %s, want %s", a.nested(), test.wantNested)
				}
				for _, secret := range []string{store.AdminPassword, store.PlainPassword, "wrong"} {
					if strings.Contains(string(a.raw), `"`+secret) {
						t.Errorf("the answer echoes a password: %s", a.raw)
					}
				}
			}
		})
	}
	c.must(http.StatusBadRequest, "POST", made.sync+"/jobs/validateCredentials", map[string]any{"templateId": "other"})
	c.must(http.StatusInternalServerError, "POST", job+"/validateCredentials", map[string]any{"credentials": []any{map[string]string{"key": "username", "value": "x"}}})
}

func TestOAuthConnector_wantsAnAuthorizationCode(t *testing.T) {
	for name, template := range map[string]string{store.TemplateGoTo: store.ConnectorGoTo, store.TemplateGoToMeeting: store.ConnectorGoToMeeting} {
		t.Run(template, func(t *testing.T) {
			c := start(t, withVariants(Variants{OAuthOnly: true}))
			made := c.instantiate(name)
			refused := c.must(http.StatusBadRequest, "POST", made.sync+"/jobs/validateCredentials", map[string]any{"templateId": template, "credentials": credentials()})
			if got := refused.nested(); !strings.HasSuffix(got, "MissingCredentials") {
				t.Errorf("got nested code %s", got)
			}
			c.must(http.StatusBadRequest, "POST", made.sync+"/acquireAccessToken", map[string]any{"credentials": []any{}})
			c.must(http.StatusNoContent, "POST", made.sync+"/acquireAccessToken", map[string]any{"credentials": []any{
				map[string]string{"key": "Oauth2AuthorizationCode", "value": "code"}, map[string]string{"key": "Oauth2RedirectUri", "value": "https://x.example"},
			}})
			job := c.must(http.StatusCreated, "POST", made.sync+"/jobs", map[string]string{"templateId": template})
			c.must(http.StatusNoContent, "POST", made.sync+"/jobs/"+job.text("id")+"/validateCredentials", map[string]any{"useSavedCredentials": true})
			for _, pair := range c.secrets(made.sync + "/secrets") {
				if strings.HasSuffix(pair[0], "Token") && pair[1] != "*" {
					t.Errorf("%s is shown as %s", pair[0], pair[1])
				}
			}
		})
	}
}

func TestSchema_isReplacedWholeAndKeepsEveryValue(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	c.client = c.Server.Client() // the unknown members are in no published type
	before := c.must(http.StatusOK, "GET", job+"/schema", nil)
	if before.at("directories@odata.context") == nil {
		t.Error("the annotations that clients have to drop are missing")
	}
	text := string(before.raw)
	text = strings.Replace(text, `"editable":true`, `"editable":true,"futureNumber":9007199254740993,"futureText":"<&>","futureNull":null,"futureFraction":1.10`, 1)
	c.must(http.StatusNoContent, "PUT", job+"/schema", text)
	after := c.must(http.StatusOK, "GET", job+"/schema", nil)
	for _, want := range []string{`"futureNumber":9007199254740993`, `"futureText":"<&>"`, `"futureNull":null`, `"futureFraction":1.10`} {
		if !strings.Contains(string(after.raw), want) {
			t.Errorf("%s did not survive", want)
		}
	}
	if got := strings.Count(string(after.raw), "odata.context"); got != 2 {
		t.Errorf("%d annotations instead of 2: those that were sent back were stored", got)
	}
	if before.text("version") == after.text("version") {
		t.Error("the version did not change")
	}
	delete(after.body, "directories")
	c.must(http.StatusNoContent, "PUT", job+"/schema", after.body)
	if got := c.must(http.StatusOK, "GET", job+"/schema", nil); got.body["directories"] != nil {
		t.Error("a member that was left out is still there")
	}
	c.must(http.StatusNoContent, "DELETE", job+"/schema", nil)
	reset := c.must(http.StatusOK, "GET", job+"/schema", nil)
	for _, a := range []answer{before, reset} {
		delete(a.body, "version")
	}
	if diff := cmp.Diff(before.body, reset.body); diff != "" {
		t.Errorf("reset did not bring the default back: %s", diff)
	}
}

// mapping returns the attribute mappings of the user mapping in a schema answer.
func (a answer) mappings() []any {
	a.t.Helper()
	return a.list("synchronizationRules", 0, "objectMappings", 0, "attributeMappings")
}

func (a answer) setMappings(mappings []any) {
	a.t.Helper()
	o, ok := a.at("synchronizationRules", 0, "objectMappings", 0).(map[string]any)
	if !ok {
		a.t.Fatal("no object mapping")
	}
	o["attributeMappings"] = mappings
}

func TestSchema_sortsMappingsAndRefusesBadOnes(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	schema := c.must(http.StatusOK, "GET", job+"/schema", nil)
	original := schema.mappings()
	reversed := make([]any, len(original))
	for i := range original {
		reversed[len(original)-1-i] = original[i]
	}
	schema.setMappings(reversed)
	c.must(http.StatusNoContent, "PUT", job+"/schema", schema.body)
	if diff := cmp.Diff(original, c.must(http.StatusOK, "GET", job+"/schema", nil).mappings()); diff != "" {
		t.Errorf("the mappings are not sorted: %s", diff)
	}
	schema.setMappings(append(original, original[0]))
	if got := c.must(http.StatusBadRequest, "PUT", job+"/schema", schema.body).nested(); got != "DuplicateAttributeMapping" {
		t.Errorf("the same target twice: got nested code %s", got)
	}
	schema.setMappings([]any{map[string]any{"targetAttributeName": "shoeSize", "source": nil}})
	if got := c.must(http.StatusBadRequest, "PUT", job+"/schema", schema.body).nested(); got != "SchemaAttributeNotFound" {
		t.Errorf("unknown target: got nested code %s", got)
	}
	rule, ok := schema.at("synchronizationRules", 0).(map[string]any)
	if !ok {
		t.Fatal("no rule")
	}
	rule["id"] = "11111111-2222-4333-8444-555555555555"
	if got := c.must(http.StatusBadRequest, "PUT", job+"/schema", schema.body).nested(); got != "InvalidSchema" {
		t.Errorf("unknown rule: got nested code %s", got)
	}
	c.must(http.StatusBadRequest, "PUT", job+"/schema", "[]")
}

func TestSchema_acceptsAttributesAddedInTheSameWrite(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	schema := c.must(http.StatusOK, "GET", job+"/schema", nil)
	target, ok := schema.at("directories", 1, "objects", 0).(map[string]any)
	if !ok {
		t.Fatal("no target object")
	}
	target["attributes"] = append(schema.list("directories", 1, "objects", 0, "attributes"), map[string]any{"name": "shoeSize", "type": "String"})
	schema.setMappings(append(schema.mappings(), map[string]any{"targetAttributeName": "shoeSize", "source": nil, "defaultValue": "42"}))
	c.must(http.StatusNoContent, "PUT", job+"/schema", schema.body)
}

func TestSchema_canRejectStaleVersions(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	old := c.must(http.StatusOK, "GET", job+"/schema", nil)
	c.must(http.StatusNoContent, "PUT", job+"/schema", old.body)
	c.must(http.StatusNoContent, "PUT", job+"/schema", old.body)
	c.SetVariants(func(v *Variants) { v.RejectStaleSchema = true })
	if got := c.must(http.StatusConflict, "PUT", job+"/schema", old.body).nested(); got != "SchemaVersionConflict" {
		t.Errorf("got nested code %s", got)
	}
	fresh := c.must(http.StatusOK, "GET", job+"/schema", nil)
	c.must(http.StatusNoContent, "PUT", job+"/schema", fresh.body)
}

func TestDiscover_readsDirectoriesThatAllowIt(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	schema := c.must(http.StatusOK, "GET", job+"/schema", nil)
	target, ok := schema.at("directories", 1).(map[string]any)
	if !ok {
		t.Fatal("no target directory")
	}
	discover := job + "/schema/directories/" + schema.text("directories", 1, "id") + "/discover"
	a := c.must(http.StatusOK, "POST", discover, nil)
	if a.text("discoveryDateTime") != "2030-01-02T03:04:05Z" || a.at("version") == nil || len(a.list("objects")) != 1 {
		t.Errorf("got %s", a.raw)
	}
	target["discoverabilities"] = "None"
	c.must(http.StatusNoContent, "PUT", job+"/schema", schema.body)
	c.must(http.StatusBadRequest, "POST", discover, nil)
	c.must(http.StatusNotFound, "POST", job+"/schema/directories/other/discover", nil)
}

func TestParseExpression_answersTreesResultsAndErrors(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	attribute := func(name string) map[string]any {
		return map[string]any{"type": "Attribute", "name": name, "expression": "[" + name + "]", "parameters": []any{}}
	}
	constant := func(text string) map[string]any {
		return map[string]any{"type": "Constant", "name": text, "expression": `"` + text + `"`, "parameters": []any{}}
	}
	pair := func(key string, value any) any { return map[string]any{"key": key, "value": value} }
	const replace = `Replace([preferredLanguage], "-", , , "_", , )`
	want := map[string]any{
		"parsingSucceeded": true, "evaluationSucceeded": true, "evaluationResult": []any{"de_DE"}, "error": nil,
		"parsedExpression": map[string]any{"type": "Function", "name": "Replace", "expression": replace, "parameters": []any{
			pair("source", attribute("preferredLanguage")), pair("Find", constant("-")), pair("Replacement", constant("_")),
		}},
	}
	for _, path := range []string{job + "/schema/parseExpression", made.sync + "/templates/" + store.ConnectorGoToMeeting + "/schema/parseExpression"} {
		a := c.must(http.StatusOK, "POST", path, map[string]any{
			"expression": `Replace([preferredLanguage], "-", , , "_", ,  )`, "targetAttributeDefinition": nil,
			"testInputObject": map[string]any{"definition": nil, "properties": []any{
				map[string]any{"key": "preferredLanguage", "value": "de-DE"},
				map[string]any{"key": "appRoleAssignments", "value@odata.type": "#Collection(String)", "value": []string{"User"}},
			}},
		})
		delete(a.body, "@odata.context")
		if diff := cmp.Diff(want, a.body); diff != "" {
			t.Error(diff)
		}
	}
	plain := c.must(http.StatusOK, "POST", job+"/schema/parseExpression", map[string]any{"expression": "[mail]"})
	if plain.at("evaluationSucceeded") != false || plain.text("parsedExpression", "type") != "Attribute" {
		t.Errorf("without a test object: got %s", plain.raw)
	}
	bad := c.must(http.StatusOK, "POST", job+"/schema/parseExpression", map[string]any{"expression": `Append([mail]`})
	if bad.at("parsingSucceeded") != false || bad.at("parsedExpression") != nil || bad.text("error", "code") == "" || bad.text("error", "message") == "" {
		t.Errorf("unclosed call: got %s", bad.raw)
	}
	c.must(http.StatusBadRequest, "POST", job+"/schema/parseExpression", map[string]any{})
}

func TestFunctions_areListedWithAndWithoutParentheses(t *testing.T) {
	c := start(t)
	_, job := c.meeting()
	for _, name := range []string{"functions", "filterOperators"} {
		a, b := c.must(http.StatusOK, "GET", job+"/schema/"+name, nil), c.must(http.StatusOK, "GET", job+"/schema/"+name+"()", nil)
		if diff := cmp.Diff(a.body, b.body); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if a.text("value", 0, "id") == "" || a.text("value", 0, "name") == "" {
			t.Errorf("%s: got %s", name, a.raw)
		}
	}
}

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
