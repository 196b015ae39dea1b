// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

const (
	appliedBefore = "This configuration was applied before, and the service has changed since then. Applying it again fails until it is corrected; everything else can be planned, applied, and destroyed."
	failsAlone    = "Applying this mapping fails until that is corrected; everything else can be planned, applied, and destroyed."
)

// loses makes the service drop the attribute mapping of a target, as somebody in the portal would.
func loses(schema map[string]any, targetName string) {
	object(schema)["attributeMappings"] = slices.DeleteFunc(asList(object(schema)["attributeMappings"]), func(i any) bool {
		m, _ := i.(map[string]any)
		return m["targetAttributeName"] == targetName
	})
}

// attributes are the definitions of the source (0) or target (1) attributes of a schema.
func attributes(schema map[string]any, directory int) (owner map[string]any, list []any) {
	owner = item(item(schema, "directories", directory), "objects", 0)
	return owner, asList(owner["attributes"])
}

func define(t testing.TB, schema map[string]any, directory int, name, member string, value any) {
	t.Helper()
	_, list := attributes(schema, directory)
	for _, i := range list {
		if a, _ := i.(map[string]any); a["name"] == name {
			a[member] = value
			return
		}
	}
	t.Fatalf("no attribute %s", name)
}

func undefine(schema map[string]any, directory int, name string) {
	owner, list := attributes(schema, directory)
	owner["attributes"] = slices.DeleteFunc(list, func(i any) bool {
		a, _ := i.(map[string]any)
		return a["name"] == name
	})
}

// Whatever a plan refuses: once it was applied, a change of the service is a warning, the write alone fails, and a destroy
// goes, whose first step is a plan.
func TestPlan_leavesTheWayOut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		config map[string]any
		change func(t testing.TB, c *connected)
		want   string // beginning of the warning
	}{
		{"target attribute gone", edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}), func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) { loses(schema, "lastName"); undefine(schema, 1, "lastName") })
		}, "mappings[lastName]: Unknown target attribute: "},
		{"target attribute read-only", edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}), func(t testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				loses(schema, "lastName")
				define(t, schema, 1, "lastName", "mutability", "ReadOnly")
			})
		}, "mappings[lastName]: Read-only target attribute: "},
		{"target attribute the anchor", edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}), func(t testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				loses(schema, "lastName")
				define(t, schema, 1, "lastName", "anchor", true)
			})
		}, "mappings[lastName]: Target attribute is the anchor: "},
		{"target attribute with one value", edited(map[string]any{"groups": map[string]any{"source_attribute": "otherMails", "apply": "add_values"}}), func(t testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				loses(schema, "groups")
				define(t, schema, 1, "groups", "multivalued", false)
			})
		}, "mappings[groups].apply: Target attribute has a single value: "},
		{"source attribute gone", edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}), func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) { loses(schema, "lastName"); undefine(schema, 0, "surname") })
		}, "mappings[lastName].source_attribute: Unknown source attribute: "},
		{"source attribute with several values", edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}), func(t testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				loses(schema, "lastName")
				define(t, schema, 0, "surname", "multivalued", true)
			})
		}, "mappings[lastName].source_attribute: Source attribute with several values: "},
		{"required attribute gained", nil, func(t testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				define(t, schema, 1, "jobTitle", "required", true)
				object(schema)["attributeMappings"] = append(asList(object(schema)["attributeMappings"]), from("jobTitle", attributeNode("jobTitle")))
			})
		}, "mappings: Required target attribute is not mapped: "},
		{"disabling added elsewhere", map[string]any{"mappings": entries(map[string]any{"active": nil}), "allow_no_deprovisioning": true}, func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				object(schema)["attributeMappings"] = append(asList(object(schema)["attributeMappings"]), from("active",
					map[string]any{"type": "Function", "name": "Not", "expression": "Not([IsSoftDeleted])", "parameters": []any{map[string]any{"key": "source", "value": attributeNode("IsSoftDeleted")}}}))
			})
		}, "mappings: Accounts will no longer be disabled as they should: "},
		{"operator gone", filter(clause("department", "EQUALS", "Sales")), func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) { object(schema)["scope"] = map[string]any{"groups": []any{}} })
			c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/jobs/*/schema/filterOperators", Count: -1,
				Effect: simulator.Answers(200, "application/json", `{"value": [{"id": "EXACTLY", "name": "EXACTLY", "arity": "Binary", "multivaluedComparisonType": "All", "supportedAttributeTypes": ["String"]}]}`)})
		}, "scoping_filters[0].clauses[0].operator: Unknown filter operator: "},
		{"filtered attribute gone", filter(clause("department", "EQUALS", "Sales")), func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				object(schema)["scope"] = map[string]any{"groups": []any{}}
				undefine(schema, 0, "department")
			})
		}, "scoping_filters[0].clauses[0].attribute: Unknown source attribute: "},
		{"rule protected", nil, func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) {
				loses(schema, "firstName")
				item(schema, "synchronizationRules", 0)["editable"] = false
			})
		}, "object_mapping: The mapping cannot be edited: "},
		{"everybody in scope", edited(map[string]any{"department": expression("SingleAppRoleAssignment([appRoleAssignments])")}), func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) { loses(schema, "department") })
			c.setScope("true")
		}, "mappings[department].expression: Function needs assigned people: "},
		{"expression refused", edited(map[string]any{"lastName": expression("Coalesce([surname], [displayName])")}), func(_ testing.TB, c *connected) {
			c.change(func(schema map[string]any) { loses(schema, "lastName") })
			c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPost, Path: parsePath, Count: -1, Effect: simulator.Answers(200, "application/json",
				`{"parsingSucceeded": false, "parsedExpression": null, "parsingError": {"code": "UnknownFunction", "message": "There is no such function."}}`)})
		}, "mappings[lastName].expression: The service cannot parse the expression: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			m := c.Managed(typeName)
			if found := m.Apply(c.config(test.config)); found.HasError() {
				t.Fatal(found)
			}
			test.change(t, c)
			c.Sim.Log().Reset()
			action, _, found := m.Plan(c.config(test.config))
			if found.HasError() || action != acctest.Update {
				t.Errorf("plan of what was applied: %s %s", action, found)
			}
			if !slices.ContainsFunc(texts(found), func(line string) bool { return strings.HasPrefix(line, "warning "+test.want) }) {
				t.Errorf("%q, want a warning %s", texts(found), test.want)
			}
			if test.name == "disabling added elsewhere" {
				return // allowed, so nothing fails
			}
			if !strings.Contains(strings.Join(texts(found), "\n"), appliedBefore) {
				t.Errorf("%q does not say that it was applied", texts(found))
			}
			found = m.Apply(c.config(test.config))
			if !slices.ContainsFunc(texts(found), func(line string) bool { return strings.HasPrefix(line, "error "+test.want) }) {
				t.Errorf("apply: %q, want the error %s", texts(found), test.want)
			}
			if n := len(c.puts()); n != 0 {
				t.Errorf("%d writes, want none", n)
			}
			if found := m.Destroy(); m.Now != nil || found.HasError() {
				t.Errorf("destroy left %v: %s", m.Now, found)
			}
		})
	}
}

// What a change adds is refused, beside what was applied before.
func TestPlan_refusesOnlyWhatAChangeAdds(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	with := map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}
	m := c.created(c.config(edited(with)))
	c.change(func(schema map[string]any) { loses(schema, "lastName"); undefine(schema, 1, "lastName") })
	with["lastname"] = map[string]any{"source_attribute": "surname"}
	_, _, found := m.Plan(c.config(edited(with)))
	want := []string{
		`error mappings[lastname]: Unknown target attribute: The connector has no target attribute "lastname".` + listHint,
		`warning mappings[lastName]: Unknown target attribute: The connector has no target attribute "lastName".` + listHint + "\n\n" + appliedBefore,
	}
	if diff := cmp.Diff(want, texts(found)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// A second mapping that fits the name is somebody else's doing.
func TestRead_keepsAMappingWhoseNameBecameAmbiguous(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.addMapping("Synchronize Users to Contacts", "User", "Contact")
	action, _, found := m.Plan(c.config(nil))
	if lines := texts(found); action != acctest.NoAction || len(lines) != 1 || !strings.HasPrefix(lines[0], "warning object_mapping: Several object mappings match: ") {
		t.Errorf("plan: %s %q", action, lines)
	}
	changed := c.config(edited(map[string]any{"locale": map[string]any{"constant": "en_US"}}))
	if _, _, found := m.Plan(changed); !found.HasError() {
		t.Errorf("plan of a change: %s", found)
	}
	if found := m.Destroy(); m.Now != nil || found.HasError() {
		t.Errorf("destroy left %v: %s", m.Now, found)
	}
}

// A change under a retired connector is planned, so the rest goes, and its write says what is the matter.
func TestUpdate_saysThatTheConnectorIsRetired(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	for target, entry := range map[string]any{"locale": map[string]any{"constant": "en_US"}, "lastName": expression("ToUpper([surname])")} {
		changed := c.config(edited(map[string]any{target: entry}))
		if action, _, found := m.Plan(changed); action != acctest.Update || found.HasError() || !strings.Contains(strings.Join(texts(found), "\n"), failsAlone) {
			t.Errorf("plan: %s %s", action, found)
		}
		lines := texts(m.Apply(changed))
		if !slices.ContainsFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, "error connection_id: The connector is retired: ")
		}) {
			t.Errorf("apply: %q", lines)
		}
	}
	if _, found := c.Protocol().Plan(typeName, nil, c.config(nil)); !found.HasError() {
		t.Errorf("a new mapping: %s", found)
	}
	if found := m.Destroy(); m.Now != nil || found.HasError() {
		t.Errorf("destroy left %v: %s", m.Now, found)
	}
}

// Without the private state the provider knows what was applied from the state, so an old one and a crash do no harm.
func TestRead_remembersWhatWasApplied(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}})))
	imported := c.Managed(typeName)
	if found := imported.Import(c.connectionID() + "/User"); found.HasError() {
		t.Fatal(found)
	}
	config := m.Get("mappings")
	c.change(func(schema map[string]any) { loses(schema, "lastName"); undefine(schema, 1, "lastName") })
	if action, _, found := imported.Plan(c.config(map[string]any{"mappings": config})); action != acctest.Update || found.HasError() {
		t.Errorf("plan: %s %s", action, found)
	}
}
