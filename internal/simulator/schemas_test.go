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
