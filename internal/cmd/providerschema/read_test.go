// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// offering answers the two questions that read asks.
type offering struct {
	tfprotov6.ProviderServer
	schema     *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (o offering) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return o.schema, nil
}

func (o offering) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return o.identities, nil
}

func schemaWith(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
}

func TestRead_writesTheNotationOfTheCLI(t *testing.T) {
	text := tftypes.String
	colors := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"names": tftypes.List{ElementType: text}}}
	server := offering{
		schema: &tfprotov6.GetProviderSchemaResponse{
			Provider: schemaWith(&tfprotov6.SchemaAttribute{Name: "token", Type: text, Optional: true, Sensitive: true}),
			ResourceSchemas: map[string]*tfprotov6.Schema{"paint": {
				Version: 3,
				Block: &tfprotov6.SchemaBlock{
					Description: "Paint.", DescriptionKind: tfprotov6.StringKindMarkdown,
					Deprecated: true, DeprecationMessage: "Use varnish.",
					Attributes: []*tfprotov6.SchemaAttribute{
						{Name: "colors", Type: colors, Computed: true, Deprecated: true, DeprecationMessage: "Gone soon."},
						{Name: "secret_wo", Type: text, Required: true, WriteOnly: true, Description: "Plain."},
						{Name: "layers", Optional: true, NestedType: &tfprotov6.SchemaObject{
							Nesting:    tfprotov6.SchemaObjectNestingModeMap,
							Attributes: []*tfprotov6.SchemaAttribute{{Name: "thickness", Type: tftypes.Number, Required: true}},
						}},
					},
					BlockTypes: []*tfprotov6.SchemaNestedBlock{{
						TypeName: "tin", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, MinItems: 1, MaxItems: 2,
						Block: &tfprotov6.SchemaBlock{},
					}},
				},
			}},
			DataSourceSchemas:        map[string]*tfprotov6.Schema{"paint": schemaWith()},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"smell": schemaWith()},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"paint": schemaWith(&tfprotov6.SchemaAttribute{Name: "shop", Type: text, Required: true})},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"stir": {Schema: schemaWith(&tfprotov6.SchemaAttribute{Name: "paint_id", Type: text, Required: true})}},
			Functions: map[string]*tfprotov6.Function{"mix": {
				Summary: "Mixes.", Description: "Mixes paints.", DeprecationMessage: "Buy it mixed.",
				Parameters:        []*tfprotov6.FunctionParameter{{Name: "first", Description: "One.", Type: text, AllowNullValue: true}},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "more", Type: tftypes.DynamicPseudoType},
				Return:            &tfprotov6.FunctionReturn{Type: tftypes.Set{ElementType: tftypes.Bool}},
			}},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"paint": {
				Version: 1,
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
					{Name: "id", Type: text, RequiredForImport: true, Description: "Its number."},
					{Name: "shop", Type: text, OptionalForImport: true},
				},
			}},
		},
	}
	const want = `{
		"provider": {"version": 0, "block": {"description_kind": "plain", "attributes": {
			"token": {"type": "string", "description_kind": "plain", "optional": true, "sensitive": true}}}},
		"resource_schemas": {"paint": {"version": 3, "block": {
			"description": "Paint.", "description_kind": "markdown", "deprecated": true, "deprecation_message": "Use varnish.",
			"attributes": {
				"colors": {"type": ["object", {"names": ["list", "string"]}], "description_kind": "plain", "computed": true,
					"deprecated": true, "deprecation_message": "Gone soon."},
				"secret_wo": {"type": "string", "description": "Plain.", "description_kind": "plain", "required": true, "write_only": true},
				"layers": {"description_kind": "plain", "optional": true, "nested_type": {"nesting_mode": "map", "attributes": {
					"thickness": {"type": "number", "description_kind": "plain", "required": true}}}}},
			"block_types": {"tin": {"nesting_mode": "list", "min_items": 1, "max_items": 2, "block": {"description_kind": "plain"}}}}}},
		"data_source_schemas": {"paint": {"version": 0, "block": {"description_kind": "plain"}}},
		"ephemeral_resource_schemas": {"smell": {"version": 0, "block": {"description_kind": "plain"}}},
		"list_resource_schemas": {"paint": {"version": 0, "block": {"description_kind": "plain", "attributes": {
			"shop": {"type": "string", "description_kind": "plain", "required": true}}}}},
		"action_schemas": {"stir": {"block": {"description_kind": "plain", "attributes": {
			"paint_id": {"type": "string", "description_kind": "plain", "required": true}}}}},
		"functions": {"mix": {"summary": "Mixes.", "description": "Mixes paints.", "deprecation_message": "Buy it mixed.",
			"parameters": [{"name": "first", "description": "One.", "type": "string", "is_nullable": true}],
			"variadic_parameter": {"name": "more", "type": "dynamic"}, "return_type": ["set", "bool"]}},
		"resource_identity_schemas": {"paint": {"version": 1, "attributes": {
			"id": {"type": "string", "description": "Its number.", "required_for_import": true},
			"shop": {"type": "string", "optional_for_import": true}}}}}`

	schema, err := read(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decoded(t, []byte(want)), decoded(t, got)); diff != "" {
		t.Errorf("schema differs (-want +got):\n%s", diff)
	}
}

func TestRead_reportsTheProvidersErrors(t *testing.T) {
	broken := []*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Mind the step"},
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Cannot offer", Detail: "An attribute has no type."},
	}
	tests := []struct {
		name   string
		server offering
		want   string
	}{
		{"schema", offering{schema: &tfprotov6.GetProviderSchemaResponse{Diagnostics: broken}},
			"provider schema: Cannot offer: An attribute has no type."},
		{"identity", offering{schema: &tfprotov6.GetProviderSchemaResponse{}, identities: &tfprotov6.GetResourceIdentitySchemasResponse{Diagnostics: broken}},
			"identity schemas: Cannot offer: An attribute has no type."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(t.Context(), tt.server)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

func decoded(t *testing.T, document []byte) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	return value
}
