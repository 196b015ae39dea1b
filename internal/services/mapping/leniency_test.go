// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// domainName is an expression of a documented default mapping, in a notation that the documentation does not explain.
const domainName = `Join("@", [mailNickname], %DomainFQDN%)`

// offersDefault makes the mapping that is there the connector's default.
func (c *connected) offersDefault() {
	c.t.Helper()
	job, err := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema", Count: -1,
		Effect: simulator.Answers(200, "application/json", string(job.Schema))})
}

// What the service's parser accepts is written, whatever the provider makes of it.
func TestPlan_writesExpressionsThatOnlyTheServiceReads(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	config := c.config(edited(map[string]any{"lastName": expression(domainName)}))
	unread := "warning mappings[lastName].expression: The provider cannot read the expression: "
	// The connection does not exist yet: nobody can be asked.
	later := c.config(edited(map[string]any{"lastName": expression(domainName)}))
	later["connection_id"] = acctest.Unknown
	if got := plan(c.Protocol(), later); slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, "error ") }) ||
		!slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, unread) }) {
		t.Errorf("without a connection: %q", got)
	}
	// The service refuses it: then one error says so, with what the provider thinks of it.
	refused := plan(c.Protocol(), config)
	if len(refused) != 1 || !strings.HasPrefix(refused[0], "error mappings[lastName].expression: The service cannot parse the expression: ") ||
		!strings.Contains(refused[0], "%DomainFQDN%)\n") {
		t.Errorf("refused: %q", refused)
	}
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPost, Path: parsePath, Count: -1, Effect: simulator.Answers(200, "application/json",
		`{"parsingSucceeded": true, "parsedExpression": {"type": "Function", "name": "Join", "expression": "Join(\"@\", [mailNickname], %DomainFQDN%)", "parameters": []}}`)})
	m := c.Managed(typeName)
	_, _, found := m.Plan(config)
	if got := texts(found); len(got) != 1 || !strings.HasPrefix(got[0], unread) {
		t.Errorf("accepted: %q", got)
	}
	if found := m.Apply(config); found.HasError() {
		t.Fatal(found)
	}
	if got := sources(c.schema())["lastName"]; got != domainName {
		t.Errorf("the service has %q", got)
	}
	if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("plan afterward: %s %s", action, found)
	}
	// What the service has stays as it is while something else changes.
	if found := m.Apply(c.config(edited(map[string]any{"lastName": expression(domainName), "locale": map[string]any{"constant": "en_US"}}))); len(found) > 0 {
		t.Errorf("another entry: %s", found)
	}
}

// What the provider's table of functions does not have, or has otherwise, the service decides.
func TestPlan_writesCallsThatOnlyTheServiceKnows(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	for text, ours := range map[string]string{
		`Initials([givenName], [surname])`: "There is no function `Initials`.",
		`ToLower([surname], "a", "b")`:     "`ToLower` has 3 arguments but accepts at most 2.",
	} {
		config := c.config(edited(map[string]any{"lastName": expression(text)}))
		refused := plan(c.Protocol(), config)
		if len(refused) != 1 || !strings.HasPrefix(refused[0], "error mappings[lastName].expression: Invalid expression: "+ours) {
			t.Errorf("refused: %q", refused)
		}
		c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPost, Path: parsePath, Count: -1, Effect: simulator.Answers(200, "application/json",
			`{"parsingSucceeded": true, "parsedExpression": {"type": "Function", "name": "Initials", "expression": `+strconv.Quote(text)+`, "parameters": []}}`)})
		m := c.Managed(typeName)
		_, _, found := m.Plan(config)
		if got := texts(found); len(got) != 1 || !strings.HasPrefix(got[0], "warning mappings[lastName].expression: Doubtful expression: "+ours) || !strings.Contains(got[0], "own parser accepts") {
			t.Errorf("accepted: %q", got)
		}
		if found := m.Apply(config); found.HasError() {
			t.Fatal(found)
		}
		if got := sources(c.schema())["lastName"]; got != text {
			t.Errorf("the service has %q", got)
		}
		if found := m.Destroy(); found.HasError() {
			t.Fatal(found)
		}
		c.Sim.Faults().Clear()
	}
}

// A group that tests nothing can be imported, and goes on to validate and to plan.
func TestImport_keepsAnEmptyFilterGroup(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.change(func(schema map[string]any) {
		object(schema)["scope"] = map[string]any{"groups": []any{map[string]any{"name": "Everybody", "clauses": []any{}}}}
	})
	m := c.Managed(typeName)
	if found := m.Import(c.connectionID() + "/User"); found.HasError() {
		t.Fatal(found)
	}
	config := map[string]any{"connection_id": c.connectionID(), "mappings": m.Get("mappings"), "scoping_filters": m.Get("scoping_filters")}
	if groups, _ := m.Get("scoping_filters").([]any); len(groups) != 1 {
		t.Fatalf("imported %v", m.Get("scoping_filters"))
	}
	if action, _, found := m.Plan(config); action != acctest.NoAction || found.HasError() {
		t.Errorf("plan: %s %s", action, found)
	}
	config["enabled"] = true
	config["mappings"] = entries(map[string]any{"locale": map[string]any{"constant": "en_US"}})
	if _, _, found := m.Plan(config); found.HasError() {
		t.Errorf("plan of another change: %s", found)
	}
}

// What no parser can accept is still an error before anything is asked.
func TestValidate_refusesHopelessExpressions(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	for text, hopeless := range map[string]bool{
		`Join("@", [mail]`: true, `Join("@", [mail]))`: true, `Join("@, [mail])`: true, `Join("@", [mail)`: true, " ": true, strings.Repeat("a", 10_001): true,
		domainName: false, `Join("\"", "(", "[", [a(b])`: false, `[mail];`: false, `"a ) b"`: false,
	} {
		found := p.ValidateResource(typeName, c.config(edited(map[string]any{"lastName": expression(text)})))
		if found.HasError() != hopeless {
			t.Errorf("%.40s: %s", text, found)
		}
	}
}

// The connector's own default can be written as it is, whatever it leaves out.
func TestCreate_acceptsTheDefaultAsItIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		change   func(t testing.TB, schema map[string]any)
		mappings map[string]any
		more     map[string]any
	}{
		{"a required attribute that is not mapped", func(t testing.TB, schema map[string]any) { define(t, schema, 1, "jobTitle", "required", true) }, entries(nil), nil},
		{"no matching attribute", func(_ testing.TB, schema map[string]any) { attribute(schema, "email")["matchingPriority"] = 0 },
			entries(map[string]any{"email": map[string]any{"source_attribute": "userPrincipalName"}}), nil},
		{"a priority twice", func(_ testing.TB, schema map[string]any) { attribute(schema, "firstName")["matchingPriority"] = 1 },
			entries(map[string]any{"firstName": map[string]any{"source_attribute": "givenName", "matching_priority": 1}}), nil},
		{"a filter on a date", func(_ testing.TB, schema map[string]any) {
			object(schema)["scope"] = map[string]any{"groups": []any{map[string]any{"name": "Hired", "clauses": []any{
				map[string]any{"sourceOperandName": "employeeHireDate", "operatorName": "IS NOT NULL", "targetOperand": map[string]any{"values": []any{}}}}}}}
		}, entries(nil), map[string]any{"scoping_filters": []any{map[string]any{"name": "Hired", "clauses": []any{
			clause("employeeHireDate", "IS NOT NULL"), clause("department", "EQUALS", "Sales")}}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			c.change(func(schema map[string]any) { test.change(t, schema) })
			c.offersDefault()
			config := c.config(test.more)
			test.mappings["locale"] = map[string]any{"constant": "en_US"} // so that something is written
			config["mappings"] = test.mappings
			m := c.Managed(typeName)
			if found := m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			if n := len(c.puts()); n != 1 {
				t.Errorf("%d writes, want 1", n)
			}
			if action, _, found := m.Plan(config); action != acctest.NoAction || found.HasError() {
				t.Errorf("plan afterward: %s %s", action, found)
			}
		})
	}
}
