// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// SchemaFunction is the function mappings_from_schema.
type SchemaFunction struct{}

var _ function.Function = SchemaFunction{}

// schemaResult is what the function returns, of the types that the resource's attributes have.
var schemaResult = map[string]attr.Type{
	"mappings":                 types.MapType{ElemType: entryType},
	"operations":               types.SetType{ElemType: types.StringType},
	"enabled":                  types.BoolType,
	"scoping_filters":          types.ListType{ElemType: filterGroupType},
	"custom_target_attributes": types.MapType{ElemType: customAttributeType},
}

// NewSchemaFunction returns the function.
func NewSchemaFunction() function.Function { return SchemaFunction{} }

// Metadata names the function.
func (SchemaFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "mappings_from_schema"
}

// Definition declares arguments and result.
func (SchemaFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The attribute mapping in a schema file",
		MarkdownDescription: "Reads a synchronization schema: the file that the portal's attribute mapping page downloads, the response of Microsoft Graph, or `schema_json` of the data source " +
			"`gotomeeting_attribute_mappings`. The result is an object with `mappings`, `operations`, `enabled`, `scoping_filters`, and `custom_target_attributes`, in the " +
			"form that `gotomeeting_attribute_mappings` accepts and an import shows. Anything that an attribute mapping cannot express, such as a workflow, is omitted, as in an import.",
		Parameters: []function.Parameter{function.StringParameter{Name: "schema_json", MarkdownDescription: "The schema as JSON, for example `file(\"schema.json\")`."}},
		VariadicParameter: function.StringParameter{Name: "object_mapping",
			MarkdownDescription: "At most one text that selects the object mapping: the kind of source object (`User`), both kinds (`User to User`), or its name. Without it, the schema must contain exactly one object mapping."},
		Return: function.ObjectReturn{AttributeTypes: schemaResult},
	}
}

// Run reads the schema as an import reads that of a connection.
func (SchemaFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	var names []string
	if resp.Error = req.Arguments.Get(ctx, &text, &names); resp.Error != nil {
		return
	}
	if len(names) > 1 {
		resp.Error = function.NewArgumentFuncError(2, "There can be only one object mapping; call the function once for each")
		return
	}
	schema, problem := schemaFrom(text)
	if problem != "" {
		resp.Error = function.NewArgumentFuncError(0, problem)
		return
	}
	at, err := onlyMapping(schema, names)
	if err != nil {
		resp.Error = err
		return
	}
	var m model
	diags := m.fromGraph(ctx, at.mapping, at.target)
	result, more := types.ObjectValue(schemaResult, map[string]attr.Value{
		"mappings": m.Mappings, "operations": m.Operations, "enabled": m.Enabled, "scoping_filters": m.ScopingFilters, "custom_target_attributes": m.CustomTargetAttributes,
	})
	if diags.Append(more...); diags.HasError() {
		resp.Error = function.FuncErrorFromDiags(ctx, diags)
		return
	}
	resp.Error = resp.Result.Set(ctx, result)
}

// schemaFrom reads a schema, alone or as part of its template. Editors and downloads may start a file with a
// byte-order mark.
func schemaFrom(text string) (schema *graph.Schema, problem string) {
	raw := []byte(strings.TrimPrefix(text, "\ufeff"))
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Sprintf("The text is not a JSON object: %s", err)
	}
	if inner, ok := members["schema"]; ok && members["synchronizationRules"] == nil {
		return schemaFrom(string(inner))
	}
	if members["synchronizationRules"] == nil {
		return nil, "The JSON object is not a synchronization schema: it has no `synchronizationRules`"
	}
	schema = &graph.Schema{}
	if err := json.Unmarshal(raw, schema); err != nil {
		return nil, fmt.Sprintf("The schema cannot be read: %s", err)
	}
	return schema, ""
}

// onlyMapping finds the object mapping that is named, or the only one.
func onlyMapping(schema *graph.Schema, names []string) (located, *function.FuncError) {
	all, err := schema.ObjectMappings()
	switch {
	case err != nil:
		return located{}, function.NewArgumentFuncError(0, fmt.Sprintf("The schema does not have the documented shape: %s", err))
	case len(names) == 0 && len(all) != 1:
		return located{}, function.NewArgumentFuncError(0, fmt.Sprintf("The schema contains %d object mappings. Name one in the second argument:\n%s", len(all), mappingList(all)))
	case len(names) == 0:
		at := located{schema: schema, mapping: all[0]}
		at.target, err = schema.Object(all[0].Rule.TargetDirectory, all[0].TargetObject)
		if err != nil {
			return located{}, function.NewArgumentFuncError(0, err.Error())
		}
		return at, nil
	}
	at, diags := locate(schema, names[0])
	if diags.HasError() {
		return located{}, function.NewArgumentFuncError(1, strings.ReplaceAll(diags[0].Detail(), "The connection's schema", "The schema"))
	}
	return at, nil
}
