// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// published is an object mapping in the form of the samples that Microsoft's pages print: few members, a rule with metadata,
// directories with members of their own, a source that only has a name.
const published = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('x')/synchronization/jobs('y')/schema/$entity",
  "id": "invented.job", "version": "v1.3", "provisioningTaskIdentifier": "invented.job",
  "synchronizationRules": [{"editable": true, "id": "5a5a0002-0000-4000-8000-00000000b001", "name": "USER_INBOUND", "priority": 1,
    "sourceDirectoryName": "Azure Active Directory", "targetDirectoryName": "Example", "metadata": [{"key": "defaultSourceObjectMappings", "value": "[]"}],
    "objectMappings": [{"enabled": true, "flowTypes": "Add, Update, Delete", "name": "Synchronize Azure Active Directory Users to Example", "scope": null,
      "sourceObjectName": "User", "targetObjectName": "tenantUser", "metadata": [],
      "attributeMappings": [
        {"defaultValue": "", "exportMissingReferences": false, "flowBehavior": "FlowWhenChanged", "flowType": "Always", "matchingPriority": 1, "targetAttributeName": "userName",
         "source": {"expression": "[userPrincipalName]", "name": "userPrincipalName", "type": "Attribute", "parameters": []}},
        {"targetAttributeName": "mail", "flowType": "Always", "matchingPriority": 0, "source": {"expression": "[mail]", "name": "mail", "type": "Attribute", "parameters": []}},
        {"targetAttributeName": "preferredLanguage", "flowType": "Always", "source": {"expression": "Switch([preferredLanguage], \"en\", \"de-DE\", \"de\")", "name": "Switch", "type": "Function", "parameters": [
          {"key": "source", "value": {"expression": "[preferredLanguage]", "name": "preferredLanguage", "type": "Attribute", "parameters": []}}]}}]}]}],
  "directories": [{"id": "66e4a8cc-1b7b-435e-95f8-f06cea133828", "name": "Azure Active Directory", "discoverabilities": "None", "readOnly": false, "version": "v1.3", "objects": [
      {"name": "User", "attributes": [{"name": "objectId", "type": "String", "anchor": true}, {"name": "userPrincipalName", "type": "String"}, {"name": "mail", "type": "String"}, {"name": "preferredLanguage", "type": "String"}]}]},
    {"id": "5a5a0003-0000-4000-8000-00000000c009", "name": "Example", "discoverabilities": "None", "readOnly": false, "version": "v1.3", "objects": [
      {"name": "tenantUser", "attributes": [{"name": "userName", "type": "String", "required": true}, {"name": "mail", "type": "String"}, {"name": "preferredLanguage", "type": "String"}]}]}]}`

// Whatever schema a file has, the function says what an import of it says, and so does the whole document of the data source.
func TestMappingsFromSchema_givesWhatAnImportGives(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*connected){
		"the connector's default": func(*connected) {},
		"customized":              (*connected).customize,
		"published": func(c *connected) {
			c.change(func(schema map[string]any) {
				clear(schema)
				maps.Copy(schema, decode(t, []byte(published)))
			})
		},
		"attributes of the customer's own": func(c *connected) {
			c.change(func(schema map[string]any) {
				own := target("badge")
				own["metadata"] = []any{map[string]any{"key": "IsCustomerDefined", "value": "True"}}
				of := item(item(schema, "directories", 1), "objects", 0)
				list, _ := of["attributes"].([]any)
				of["attributes"] = append(list, own)
			})
		},
	}
	for name, spelling := range map[string]simulator.Spelling{
		"empty defaults": {EmptyDefaults: true}, "no parameters": {NoParameters: true}, "unnamed constants": {UnnamedConstants: true}, "Microsoft Entra ID": {EntraDirectory: true},
	} {
		cases[name] = func(c *connected) {
			c.customize()
			c.Sim.SetVariants(func(v *simulator.Variants) { v.Spelling = spelling })
		}
	}
	replace := func(c *connected, by map[string]any) {
		c.change(func(schema map[string]any) {
			rule := item(schema, "synchronizationRules", 0)["id"] // which the service does not let go
			clear(schema)
			maps.Copy(schema, by)
			item(schema, "synchronizationRules", 0)["id"] = rule
		})
	}
	for name, raw := range recordedSchemas(t) {
		cases[name] = func(c *connected) { replace(c, raw) }
	}
	cases["the successor's default"] = func(c *connected) {
		connector, err := c.Sim.Store().Connector(store.ConnectorGoTo)
		if err != nil {
			c.t.Fatal(err)
		}
		replace(c, decode(t, connector.Schema))
	}
	for _, shape := range documentedShapes {
		cases[shape.name] = func(c *connected) { c.setMapping(shape.targets, shape.mapping) }
	}
	for name, prepare := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			prepare(c)
			p := c.Protocol()
			imported, found := p.Import(typeName, c.connectionID()+"/User")
			if found.HasError() {
				t.Fatal(found)
			}
			want := map[string]any{}
			for _, name := range []string{"mappings", "operations", "enabled", "scoping_filters", "custom_target_attributes"} {
				want[name] = imported.State[name]
			}
			job, err := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
			if err != nil {
				t.Fatal(err)
			}
			read, found := p.ReadData(typeName, map[string]any{"connection_id": c.connectionID()})
			if found.HasError() {
				t.Fatal(found)
			}
			backup, _ := read["schema_json"].(string)
			if strings.Contains(backup, "@odata") || !json.Valid([]byte(backup)) {
				t.Errorf("the backup is %s", backup)
			}
			for from, text := range map[string]string{
				"the file": string(job.Schema), "a file with a byte-order mark": "\ufeff" + string(job.Schema),
				"the backup": backup, "a template": `{"id": "invented", "schema": ` + string(job.Schema) + `}`,
			} {
				alone := len(read["object_mappings"].([]any)) == 1 //nolint:forcetypeassert // it is a list
				for _, arguments := range [][]string{{text}, {text, "User"}} {
					if len(arguments) == 1 && !alone {
						continue // it has to be named
					}
					got, problem := p.Call("mappings_from_schema", arguments...)
					if problem != "" {
						t.Errorf("%s: %s", from, problem)
						continue
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s (-import +function):\n%s", from, diff)
					}
				}
			}
		})
	}
}

// recordedSchemas are those of the recordings of the probe, by file.
func recordedSchemas(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "tenant", "testdata", "recordings", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]any{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		exchange := decode(t, raw)
		for _, member := range []string{"request", "response"} {
			if document, _ := exchange[member].(map[string]any); document["synchronizationRules"] != nil {
				found["recorded "+member+" of "+filepath.Base(file)] = document
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no recording has a schema")
	}
	return found
}

func TestMappingsFromSchema_saysWhichMappingItNeeds(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.change(func(schema map[string]any) {
		rule := item(schema, "synchronizationRules", 0)
		group := maps.Clone(item(rule, "objectMappings", 0))
		group["name"], group["sourceObjectName"], group["targetObjectName"] = "Groups", "Group", "Group"
		list, _ := rule["objectMappings"].([]any)
		rule["objectMappings"] = append(slices.Clone(list), group)
	})
	raw, err := json.Marshal(c.schema())
	if err != nil {
		t.Fatal(err)
	}
	p := c.Protocol()
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{string(raw)}, "The schema contains 2 object mappings. Name one in the second argument:\n- User to User ("},
		{[]string{string(raw), "Device"}, "The schema has no mapping for \"Device\". It has:\n- User to User ("},
		{[]string{string(raw), "User", "Group"}, "There can be only one object mapping; call the function once for each"},
		{[]string{`{"synchronizationRules": []}`}, "The schema contains 0 object mappings."},
		{[]string{"<html>"}, "The text is not a JSON object: "},
		{[]string{`{"value": []}`}, "The JSON object is not a synchronization schema: it has no `synchronizationRules`"},
		{[]string{`{"synchronizationRules": "none"}`}, "The schema does not have the documented shape: "},
	} {
		if _, problem := p.Call("mappings_from_schema", test.arguments...); !strings.HasPrefix(problem, test.want) {
			t.Errorf("got %q, not %q", problem, test.want)
		}
	}
	for _, name := range []string{"Group", "groups", "User to User"} {
		if _, problem := p.Call("mappings_from_schema", string(raw), name); problem != "" {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// A mapping that was backed up is put back from the file, and goes to the application of another tenant, in a few lines.
func TestMappingsFromSchema_copiesAMappingToAnotherTenant(t *testing.T) {
	t.Parallel()
	from, to := newConnected(t), newConnected(t)
	from.customize()
	job, err := from.Sim.Store().Job(from.job.ServicePrincipalID, from.job.ID)
	if err != nil {
		t.Fatal(err)
	}
	cli := to.CLI(`
locals {
  schema = provider::gotomeeting::mappings_from_schema(file("schema.json"), "User")
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id   = "` + to.connectionID() + `"
  mappings        = local.schema.mappings
  operations      = local.schema.operations
  scoping_filters = local.schema.scoping_filters

  allow_no_deprovisioning = true
}
`)
	cli.Write("schema.json", string(job.Schema))
	cli.Run("apply", "-no-color", "-auto-approve")
	if again, _ := cli.Run("plan", "-no-color", "-detailed-exitcode"); !strings.Contains(again, "No changes.") {
		t.Errorf("plan afterward:\n%s", again)
	}
	of := func(c *connected) any {
		imported, found := c.Protocol().Import(typeName, c.connectionID())
		if found.HasError() {
			t.Fatal(found)
		}
		return []any{imported.State["mappings"], imported.State["operations"], imported.State["scoping_filters"]}
	}
	if diff := cmp.Diff(of(from), of(to)); diff != "" {
		t.Errorf("(-from +to):\n%s", diff)
	}
}

func TestMappingsFromSchema_readsTheSuccessorsDefault(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	connector, err := c.Sim.Store().Connector(store.ConnectorGoTo)
	if err != nil {
		t.Fatal(err)
	}
	got, problem := c.Protocol().Call("mappings_from_schema", string(connector.Schema))
	result, _ := got.(map[string]any)
	mappings, _ := result["mappings"].(map[string]any)
	if problem != "" || mappings["userName"] == nil {
		t.Errorf("%s, %v", problem, got)
	}
}
