// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

func TestDataSource_readsEverythingThatAMappingCanUse(t *testing.T) {
	t.Parallel()
	c := newConnected(t, func(o *simulator.Options) { o.Permissions = simulator.ReadOnlyPermissions() })
	c.customize()
	got, found := c.Protocol().ReadData(typeName, map[string]any{"connection_id": c.connectionID()})
	if len(found) > 0 {
		t.Fatal(found)
	}
	entry := func(changes map[string]any) map[string]any {
		e := map[string]any{"source_attribute": nil, "constant": nil, "expression": nil, "default_value": nil, "matching_priority": nil, "apply": "always"}
		for name, value := range changes {
			e[name] = value
		}
		return e
	}
	defaults := map[string]any{
		"active":         entry(map[string]any{"expression": "Not([IsSoftDeleted])"}),
		"department":     entry(map[string]any{"source_attribute": "department"}),
		"email":          entry(map[string]any{"source_attribute": "userPrincipalName", "matching_priority": int64(1)}),
		"employeeNumber": entry(map[string]any{"source_attribute": "employeeId", "apply": "on_create"}),
		"firstName":      entry(map[string]any{"source_attribute": "givenName"}),
		"lastName":       entry(map[string]any{"source_attribute": "surname"}),
		"locale":         entry(map[string]any{"expression": `Replace([preferredLanguage], "-", , , "_", , )`, "apply": "on_create"}),
		"timeZone":       entry(map[string]any{"default_value": "Europe/Berlin"}),
	}
	if diff := cmp.Diff(defaults, got["default_mappings"]); diff != "" {
		t.Errorf("default mappings (-want +got):\n%s", diff)
	}
	defaults["email"] = entry(map[string]any{"source_attribute": "mail", "matching_priority": int64(1)})
	if diff := cmp.Diff(defaults, got["mappings"]); diff != "" {
		t.Errorf("mappings (-want +got):\n%s", diff)
	}
	scalars := map[string]any{}
	for _, name := range []string{"id", "object_mapping", "name", "source_object", "target_object", "schema_version", "customized", "operations", "enabled", "scoping_filters", "object_mappings"} {
		scalars[name] = got[name]
	}
	if diff := cmp.Diff(map[string]any{
		"id": c.connectionID() + "/User", "object_mapping": "User", "name": "Synchronize Azure Active Directory Users to GoToMeeting",
		"source_object": "User", "target_object": "User", "schema_version": "v1.1", "customized": true, "operations": []any{"create", "update"}, "enabled": true,
		"scoping_filters": []any{map[string]any{"name": "Sales", "clauses": []any{map[string]any{"attribute": "department", "operator": "EQUALS", "values": []any{"Sales"}}}}},
		"object_mappings": []any{map[string]any{"name": "Synchronize Azure Active Directory Users to GoToMeeting", "source_object": "User", "target_object": "User",
			"source_directory": "Azure Active Directory", "target_directory": "GoToMeeting", "enabled": true}},
	}, scalars); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	sourceAttributes, _ := got["source_attributes"].([]any)
	targetAttributes, _ := got["target_attributes"].([]any)
	if len(sourceAttributes) != 35 || len(targetAttributes) != 16 {
		t.Fatalf("%d source and %d target attributes", len(sourceAttributes), len(targetAttributes))
	}
	if diff := cmp.Diff(map[string]any{"name": "IsSoftDeleted", "type": "Boolean", "multivalued": false}, sourceAttributes[0]); diff != "" {
		t.Errorf("first source attribute (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"name": "email", "type": "String", "multivalued": false, "required": true, "mutability": "ReadWrite", "anchor": false, "case_exact": false, "default_value": nil, "mapped": true},
		targetAttributes[3]); diff != "" {
		t.Errorf("target attribute (-want +got):\n%s", diff)
	}
}

func TestDataSource_reportsWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	_, found := p.ReadData(typeName, map[string]any{"connection_id": "GoToMeeting"})
	if diff := cmp.Diff([]string{"error connection_id: Invalid connection id: \"GoToMeeting\" is not a connection id. Expected the `id` of a `gotomeeting_provisioning_connection`, in the form `{service principal id}/{job id}`."}, texts(found)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, found = p.ReadData(typeName, map[string]any{"connection_id": c.connectionID(), "object_mapping": "Group"})
	if diff := cmp.Diff([]string{"error object_mapping: No such object mapping: The connection's schema has no mapping for \"Group\". It has:\n- User to User (\"Synchronize Azure Active Directory Users to GoToMeeting\", from Azure Active Directory to GoToMeeting)"}, texts(found)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDataSource_worksWithoutADefault(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema", Effect: simulator.Fails(404, "NotFound", "")})
	got, found := c.Protocol().ReadData(typeName, map[string]any{"connection_id": c.connectionID()})
	if len(found) > 0 {
		t.Fatal(found)
	}
	if got["default_mappings"] != nil || got["customized"] != nil || got["mappings"] == nil {
		t.Errorf("got %v, %v", got["default_mappings"], got["customized"])
	}
}
