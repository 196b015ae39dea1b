// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// created is the resource over the default mapping, applied, with an empty request log.
func (c *connected) created(config map[string]any) *acctest.Managed {
	c.t.Helper()
	m := c.Managed(typeName)
	if found := m.Apply(config); found.HasError() {
		c.t.Fatalf("create: %s", found)
	}
	c.Sim.Log().Reset()
	return m
}

// ran makes the job one that has run and keeps accounts in sync.
func (c *connected) ran(accounts int64) {
	c.t.Helper()
	err := c.Sim.Store().UpdateJob(c.job.ServicePrincipalID, c.job.ID, func(j *store.Job) {
		now := c.Sim.Clock().Now()
		j.Status.SteadyStateFirst = now
		j.Status.LastExecution = &store.Execution{State: "Succeeded", Began: now.Add(-time.Minute), Ended: now}
		j.Status.EntryCounts = []store.EntryCount{{Kind: "User to User", Count: accounts}}
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func edited(changes map[string]any) map[string]any {
	return map[string]any{"mappings": entries(changes)}
}

func TestRead_showsDriftByAttribute(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.change(func(schema map[string]any) {
		attribute(schema, "firstName")["source"] = map[string]any{"type": "Constant", "name": "Ana", "expression": `"Ana"`, "parameters": []any{}}
		mapping := object(schema)
		items, _ := mapping["attributeMappings"].([]any)
		mapping["attributeMappings"] = append(items, map[string]any{"targetAttributeName": "department", "flowType": "always",
			"source": map[string]any{"type": "Attribute", "name": "department", "expression": "[department]", "parameters": []any{}}})
		mapping["flowTypes"] = "Add,Update"
	})
	if found := m.Refresh(); len(found) > 0 {
		t.Fatalf("refresh: %s", found)
	}
	drifted, _ := m.Get("mappings").(map[string]any)
	if diff := cmp.Diff(map[string]any{
		"active":     map[string]any{"expression": "Not([IsSoftDeleted])", "source_attribute": nil, "constant": nil, "default_value": nil, "matching_priority": nil, "apply": "always"},
		"department": map[string]any{"source_attribute": "department", "expression": nil, "constant": nil, "default_value": nil, "matching_priority": nil, "apply": "always"},
		"email":      map[string]any{"source_attribute": "userPrincipalName", "expression": nil, "constant": nil, "default_value": nil, "matching_priority": int64(1), "apply": "always"},
		"firstName":  map[string]any{"constant": "Ana", "expression": nil, "source_attribute": nil, "default_value": nil, "matching_priority": nil, "apply": "always"},
	}, drifted); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"create", "update"}, m.Get("operations")); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	action, _, found := m.Plan(c.config(nil))
	if action != acctest.Update || found.HasError() {
		t.Fatalf("plan: %s %s", action, found)
	}
	if found := m.Apply(c.config(nil)); found.HasError() {
		t.Fatalf("repair: %s", found)
	}
	if diff := cmp.Diff([]string{"active", "email", "firstName"}, targets(c.schema())); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestUpdate_writesOnceAndTouchesNothingElse(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	// What the resource does not know, at every level.
	c.change(func(schema map[string]any) {
		schema["futureMember"] = json.Number("9007199254740993123")
		rule := item(schema, "synchronizationRules", 0)
		rule["futureMember"] = map[string]any{"deep": json.Number("1.50")}
		rule["metadata"] = append(asList(rule["metadata"]), map[string]any{"key": "twice", "value": "a"}, map[string]any{"key": "twice", "value": "b"})
		mapping := object(schema)
		mapping["futureMember"] = "kept"
		mapping["scope"] = map[string]any{"groups": []any{}, "inputFilterGroups": []any{map[string]any{"name": "experimental", "clauses": []any{}}}, "categoryFilterGroups": []any{}, "futureMember": true}
		mapping["flowTypes"] = "Add, Update, Delete, Hibernate"
		attribute(schema, "email")["futureMember"] = json.Number("9007199254740993")
		attribute(schema, "email")["flowBehavior"] = "FlowAlways"
		attribute(schema, "email")["exportMissingReferences"] = true
	})
	m := c.created(c.config(nil))
	before, _ := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
	if found := m.Apply(c.config(edited(map[string]any{"email": map[string]any{"source_attribute": "mail", "matching_priority": 1, "default_value": "none@example.com"}}))); found.HasError() {
		t.Fatalf("update: %s", found)
	}
	if n := len(c.puts()); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
	after, _ := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
	want, got := exact(t, before.Schema), exact(t, after.Schema)
	want["version"] = got["version"]
	email := attribute(want, "email")
	email["defaultValue"] = "none@example.com"
	email["source"] = map[string]any{"type": "Attribute", "name": "mail", "expression": "[mail]", "parameters": []any{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
	if flags := object(got)["flowTypes"]; flags != "Add, Update, Delete, Hibernate" {
		t.Errorf("flow types %v", flags)
	}
	if email["futureMember"] != json.Number("9007199254740993") {
		t.Errorf("the test did not set what it looks for: %v", email["futureMember"])
	}
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// exact decodes with the text of numbers.
func exact(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var document map[string]any
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	return document
}

func TestPlan_takesAnotherLayoutForTheSame(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	first := c.config(map[string]any{
		"mappings": entries(map[string]any{"lastName": expression("Coalesce([surname], [displayName])")}),
		"scoping_filters": []any{
			map[string]any{"name": "a", "clauses": []any{clause("department", "EQUALS", "Sales"), clause("city", "EQUALS", "Berlin")}},
			map[string]any{"name": "b", "clauses": []any{clause("accountEnabled", "is true")}},
		},
	})
	m := c.created(first)
	if action, _, found := m.Plan(first); action != acctest.NoAction || len(found) > 0 {
		t.Fatalf("same configuration: %s %s", action, found)
	}
	other := c.config(map[string]any{
		"mappings": entries(map[string]any{"lastName": expression("Coalesce(\n  [surname],\n  [displayName]\n)")}),
		"scoping_filters": []any{
			map[string]any{"name": "b", "clauses": []any{clause("accountEnabled", "IS TRUE")}},
			map[string]any{"name": "a", "clauses": []any{clause("city", "EQUALS", "Berlin"), clause("department", "EQUALS", "Sales")}},
		},
	})
	if action, _, found := m.Plan(other); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("another layout: %s %s", action, found)
	}
	// The service's own spelling of the operator was sent.
	scope, _ := object(c.schema())["scope"].(map[string]any)
	if operator := item(item(scope, "groups", 1), "clauses", 0)["operatorName"]; operator != "IS TRUE" {
		t.Errorf("operator sent: %v", operator)
	}
}

func TestUpdate_sendsNothingForAnotherNotation(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(edited(map[string]any{"locale": map[string]any{"constant": "en_US"}})))
	changed := c.config(edited(map[string]any{
		"locale":    map[string]any{"expression": `"en_US"`},
		"firstName": map[string]any{"expression": "[givenName]"},
	}))
	if action, _, found := m.Plan(changed); action != acctest.Update || found.HasError() {
		t.Fatalf("plan: %s %s", action, found)
	}
	if found := m.Apply(changed); found.HasError() {
		t.Fatalf("apply: %s", found)
	}
	if writes := c.Sim.Log().Writes(); len(writes) != 0 {
		t.Errorf("writes: %v", acctest.Lines(writes))
	}
	if action, _, found := m.Plan(changed); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("afterward: %s %s", action, found)
	}
}

func TestRead_takesTheServicesOwnTextForTheSame(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	config := c.config(edited(map[string]any{
		"lastName": expression("Mid(ToLower([surname]), 1, 8)"), "department": expression(`Replace([department], "a", , , "b", , )`), "locale": map[string]any{"constant": "en_US"}}))
	m := c.created(config)
	c.change(func(schema map[string]any) {
		for target, text := range map[string]string{"lastName": `Mid( ToLower([surname], ),"1","8" )`, "department": `Replace([department],"a",,,"b")`} {
			source, _ := attribute(schema, target)["source"].(map[string]any)
			source["expression"] = text
		}
		attribute(schema, "locale")["flowType"] = "always"
	})
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("plan: %s %s", action, found)
	}
	if found := m.Apply(c.config(edited(map[string]any{"lastName": expression("Mid(ToLower([surname]), 1, 9)"), "department": expression(`Replace([department], "a", , , "b", , )`), "locale": map[string]any{"constant": "en_US"}}))); len(found) > 0 {
		t.Errorf("apply: %s", found)
	}
	source, _ := attribute(c.schema(), "department")["source"].(map[string]any)
	if source["expression"] != `Replace([department],"a",,,"b")` {
		t.Errorf("an entry that did not change was rewritten: %v", source["expression"])
	}
}

func TestUpdate_changesEachSettingAlone(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	scoped := []any{map[string]any{"name": "Sales", "clauses": []any{clause("department", "equals", "Sales"), clause("employeeId", "IS NOT NULL")}}}
	for _, step := range []struct {
		name   string
		config map[string]any
		want   map[string]any
	}{
		{"operations", map[string]any{"operations": []any{"create", "update"}}, map[string]any{"flowTypes": "Add, Update"}},
		{"no operation, accepted", map[string]any{"operations": []any{}, "allow_no_deprovisioning": true}, map[string]any{"flowTypes": "None"}},
		{"filters", map[string]any{"scoping_filters": scoped}, map[string]any{"flowTypes": "Add, Update, Delete", "scope": map[string]any{
			"inputFilterGroups": []any{}, "categoryFilterGroups": []any{}, "groups": []any{map[string]any{"name": "Sales", "clauses": []any{
				map[string]any{"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": map[string]any{"values": []any{"Sales"}}},
				map[string]any{"sourceOperandName": "employeeId", "operatorName": "IS NOT NULL", "targetOperand": map[string]any{"values": []any{}}}}}}}}},
		{"no filters", nil, map[string]any{"scope": map[string]any{"inputFilterGroups": []any{}, "categoryFilterGroups": []any{}, "groups": []any{}}}},
	} {
		c.Sim.Log().Reset()
		if found := m.Apply(c.config(step.config)); found.HasError() || (len(found) > 0) != (step.config["allow_no_deprovisioning"] == true) {
			t.Fatalf("%s: %s", step.name, found)
		}
		got := map[string]any{}
		for name := range step.want {
			got[name] = object(c.schema())[name]
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
		if n := len(c.puts()); n != 1 {
			t.Errorf("%s: %d writes, want 1", step.name, n)
		}
		if action, _, found := m.Plan(c.config(step.config)); action != acctest.NoAction || len(found) > 0 {
			t.Errorf("%s: plan afterward: %s %s", step.name, action, found)
		}
	}
}

// customize makes the mapping one that somebody set up in the portal.
func (c *connected) customize() {
	c.change(func(schema map[string]any) {
		attribute(schema, "email")["source"] = map[string]any{"type": "Attribute", "name": "mail", "expression": "[mail]", "parameters": []any{}}
		object(schema)["flowTypes"] = "Add, Update"
		object(schema)["scope"] = map[string]any{"groups": []any{map[string]any{"name": "Sales", "clauses": []any{
			map[string]any{"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": map[string]any{"values": []any{"Sales"}}}}}}}
	})
}

func TestCreate_refusesAMappingThatWasCustomizedElsewhere(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.customize()
	c.Sim.Log().Reset()
	detail := "The mapping User to User of the connection differs from the connector's default, so somebody has set it up elsewhere. Creating this resource would overwrite it. In the existing mapping, these lines would change:\n\n" +
		"- department: [department]\n~ email: [mail] (matching priority 1) -> [userPrincipalName] (matching priority 1)\n- employeeNumber: [employeeId] (apply on_create)\n- lastName: [surname]\n" +
		"- locale: Replace([preferredLanguage], \"-\", , , \"_\", , ) (apply on_create)\n- timeZone: nothing (default \"Europe/Berlin\")\n~ operations: create, update -> create, update, delete\n~ scoping filters: 1 -> 0 groups\n\n" +
		"To manage it with Terraform, import it with the block below, replacing NAME with the name of the resource; the plan then shows what would change. To start from the connector's default instead, restore the default mappings in the portal first. Nothing was changed.\n\n" +
		fmt.Sprintf("import {\n  to = gotomeeting_attribute_mappings.NAME\n  id = %q\n}", c.connectionID()+"/User")
	m := c.Managed(typeName)
	found := texts(m.Apply(c.config(nil)).Errors())
	if diff := cmp.Diff([]string{"error The mapping was customized elsewhere: " + detail}, found); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}

	// The apply refuses by itself when the plan could not look.
	p := c.Protocol()
	unknownConnection := c.config(map[string]any{"connection_id": acctest.Unknown})
	if _, found := p.Plan(typeName, nil, unknownConnection); found.HasError() {
		t.Fatalf("plan: %s", found)
	}
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema", Effect: simulator.LacksPermission()},
		simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema", Effect: simulator.LacksPermission()})
	_, planned := p.Plan(typeName, nil, c.config(nil))
	if planned.HasError() {
		t.Fatalf("plan without the default: %s", planned)
	}
	if n := len(c.puts()); n != 0 {
		t.Errorf("%d writes, want none", n)
	}
}

func TestCreate_takesOverAMappingThatIsAsConfigured(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.created(c.config(nil))
	again := c.Managed(typeName)
	if found := again.Apply(c.config(nil)); len(found) > 0 {
		t.Fatalf("second create: %s", found)
	}
	if n := len(c.puts()); n != 0 {
		t.Errorf("%d writes, want none", n)
	}
}

func TestPlan_warnsOfWhatASmallDiffDoes(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(map[string]any{"scoping_filters": []any{map[string]any{"clauses": []any{clause("department", "EQUALS", "Sales")}}}}))
	changed := c.config(map[string]any{
		"mappings":   entries(map[string]any{"email": map[string]any{"source_attribute": "mail", "matching_priority": 1}}),
		"operations": []any{"create"}, "allow_no_deprovisioning": true,
		"scoping_filters": []any{map[string]any{"clauses": []any{clause("department", "EQUALS", "Marketing")}}},
	})
	noUpdate := "`operations` does not include `update`; the account is active"
	accepted := acceptsNoDisabling + becomes(isActive, noUpdate, noUpdate, noUpdate) + "`allow_no_deprovisioning` accepts this." + graphdiag.LeftActive
	if _, _, found := m.Plan(changed); len(found) != 1 || texts(found)[0] != accepted {
		t.Errorf("a connection that never ran: %s", found)
	}
	c.ran(412)
	_, _, found := m.Plan(changed)
	want := []string{
		"warning Everybody is evaluated again: Writing the mapping makes the next cycle an initial one: 412 accounts will be evaluated again, and values that differ from the mapping will be written.",
		acceptsNoDisabling + becomes(isActive, noUpdate, noUpdate, noUpdate) + "According to the service, 412 are in sync. The provider has no credentials for GoTo (its `goto` block), so the accounts there were not counted.\n\n`allow_no_deprovisioning` accepts this." + graphdiag.LeftActive,
		"warning mappings: The matching attribute changes: Accounts are currently found by email = [userPrincipalName] and would be found by email = [mail]. 412 accounts will be matched again: a person whose account is no longer found gets a second account, and an account that matches a different person is linked to that person. First make sure that the new attribute has the same unique value on both sides.",
		"warning operations: Operations are switched off: Provisioning will no longer update or delete; this affects 412 accounts. An account that is not updated is not disabled either." + graphdiag.LeftActive,
		"warning scoping_filters: The scoping filters change: People who match none of the new filters leave the scope, and their accounts are disabled: 412 accounts will be tested." + graphdiag.Incident,
	}
	if diff := cmp.Diff(want, texts(found)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	_, _, found = m.Plan(c.config(nil))
	want = []string{
		"warning Everybody is evaluated again: Writing the mapping makes the next cycle an initial one: 412 accounts will be evaluated again, and values that differ from the mapping will be written.",
		"warning scoping_filters: The scoping filters change: Without scoping filters, everybody in the connection's scope is provisioned, and accounts may be created for people who were previously filtered out.",
	}
	if diff := cmp.Diff(want, texts(found)); diff != "" {
		t.Errorf("without filters (-want +got):\n%s", diff)
	}
}

func TestPlan_warnsOfWhatACreateLoosens(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.customize()
	p := c.Protocol()
	_, found := p.Plan(typeName, nil, c.config(nil))
	want := []string{
		"warning operations: Operations are switched on: The existing mapping does not allow provisioning to delete accounts; this configuration does. If this is not intended, set `operations = [\"create\", \"update\"]`.",
		"warning scoping_filters: Scoping filters are removed: The existing mapping has scoping filters, and this configuration has none: people who were filtered out will be provisioned.",
	}
	if diff := cmp.Diff(want, texts(found.Warnings())); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func TestPlan_costsFewRequests(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(edited(map[string]any{"lastName": expression("Coalesce([surname], [displayName])")})))
	if action, _, found := m.Plan(c.config(edited(map[string]any{"lastName": expression("Coalesce([surname], [displayName])")}))); action != acctest.NoAction || len(found) > 0 {
		t.Fatalf("plan: %s %s", action, found)
	}
	want := []string{"POST token", "GET schema"}
	if diff := cmp.Diff(want, brief(c.Sim.Log().Sent())); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestApply_costsFewRequests(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	planned, found := p.Plan(typeName, nil, c.config(edited(map[string]any{"lastName": expression("Coalesce([surname], [displayName])")})))
	if len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	// A plan from a file is applied by another process than it was made by. Not is part of the connector's default, so its
	// tree is there already.
	c.Sim.Log().Reset()
	now, found := c.Protocol().Apply(planned)
	if len(found) > 0 {
		t.Fatalf("apply: %s", found)
	}
	if diff := cmp.Diff([]string{"POST token", "GET job", "GET template", "POST parseExpression", "GET schema", "PUT schema", "GET schema"}, brief(c.Sim.Log().Sent())); diff != "" {
		t.Errorf("create (-want +got):\n%s", diff)
	}
	changed := c.config(edited(map[string]any{"lastName": expression("ToUpper([surname])")}))
	c.Sim.Log().Reset()
	if planned, found = p.Plan(typeName, now, changed); len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	if diff := cmp.Diff([]string{"GET schema", "POST parseExpression", "GET job"}, brief(c.Sim.Log().Sent())); diff != "" {
		t.Errorf("plan of an update (-want +got):\n%s", diff)
	}
	// Within one run the apply knows what the plan has seen.
	c.Sim.Log().Reset()
	if now, found = p.Apply(planned); len(found) > 0 {
		t.Fatalf("apply: %s", found)
	}
	if diff := cmp.Diff([]string{"GET schema", "PUT schema", "GET schema"}, brief(c.Sim.Log().Sent())); diff != "" {
		t.Errorf("update (-want +got):\n%s", diff)
	}
	planned, found = p.Plan(typeName, now, nil)
	if len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	c.Sim.Log().Reset()
	if _, found = c.Protocol().Apply(planned); len(found) > 0 {
		t.Fatalf("apply: %s", found)
	}
	if diff := cmp.Diff([]string{"POST token", "GET job", "GET template", "GET schema", "PUT schema", "GET schema"}, brief(c.Sim.Log().Sent())); diff != "" {
		t.Errorf("destroy (-want +got):\n%s", diff)
	}
}

// brief shows requests by method and what they are about.
func brief(requests []simulator.Request) []string {
	var lines []string
	for _, r := range requests {
		segments := strings.Split(strings.Trim(r.Path, "/"), "/")
		last := segments[len(segments)-1]
		switch {
		case slices.Contains(segments, "templates"):
			last = "template"
		case len(segments) > 1 && segments[len(segments)-2] == "jobs":
			last = "job"
		}
		lines = append(lines, r.Method+" "+last)
	}
	return lines
}
