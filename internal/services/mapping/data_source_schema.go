// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the attribute mapping of a provisioning connection, the attributes that a mapping can use on both sides, and the connector's default mapping. " +
			"It needs the Microsoft Graph permission `Synchronization.Read.All`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the mapping. Use it as the id for importing the resource."},
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"object_mapping": schema.StringAttribute{Optional: true, Computed: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()}, MarkdownDescription: objectMappingDescription},
			"timeouts":       timeout.DataSource(ctx, timeout.Usual),
			"name":           schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the mapping, as the portal shows it."},
			"source_object":  schema.StringAttribute{Computed: true, MarkdownDescription: "Kind of source object."},
			"target_object":  schema.StringAttribute{Computed: true, MarkdownDescription: "Kind of target object."},
			"schema_version": schema.StringAttribute{Computed: true, MarkdownDescription: "Version of the connection's schema. It changes with every write, including writes from elsewhere."},
			"customized": schema.BoolAttribute{Computed: true,
				MarkdownDescription: "Whether the mapping differs from the connector's default; null if the default is not available."},
			"mappings": entriesAttribute("The current mapping, by target attribute, in the form of `mappings` of the resource."),
			"operations": schema.SetAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What provisioning can do to accounts: `create`, `update`, `delete`."},
			"enabled":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether objects of this kind are provisioned."},
			"scoping_filters": filtersAttribute(),
			"default_mappings": entriesAttribute("The connector's default mapping, by target attribute; null if it is not available. " +
				"To keep control of what is written, copy from it instead of referring to it."),
			"source_attributes": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Attributes that a mapping can read, by name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":        schema.StringAttribute{Computed: true, MarkdownDescription: "Name, spelled as in `source_attribute` and expressions."},
					"type":        schema.StringAttribute{Computed: true, MarkdownDescription: typeDescription},
					"multivalued": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether there can be several values."},
				}}},
			"target_attributes": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Attributes of the target, by name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":          schema.StringAttribute{Computed: true, MarkdownDescription: "Name, spelled as in the keys of `mappings`."},
					"type":          schema.StringAttribute{Computed: true, MarkdownDescription: typeDescription},
					"multivalued":   schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether there can be several values."},
					"required":      schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether an account cannot be created without it."},
					"mutability":    schema.StringAttribute{Computed: true, MarkdownDescription: "`ReadWrite`, `ReadOnly` (cannot be mapped), `Immutable` (set once), or `WriteOnly`."},
					"anchor":        schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether this is the target's own key, which cannot be mapped."},
					"case_exact":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether a change of case alone is written."},
					"default_value": schema.StringAttribute{Computed: true, MarkdownDescription: "Value that the target uses if nothing is written, or null."},
					"mapped":        schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the mapping currently writes it."},
				}}},
			"schema_json": schema.StringAttribute{Computed: true,
				MarkdownDescription: "The connection's whole schema as JSON, with all object mappings. It is a backup, and the input for the function `mappings_from_schema` and the portal's upload."},
			"object_mappings": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "All object mappings of the connection.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":             schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the mapping, as the portal shows it."},
					"source_object":    schema.StringAttribute{Computed: true, MarkdownDescription: "Kind of source object."},
					"target_object":    schema.StringAttribute{Computed: true, MarkdownDescription: "Kind of target object."},
					"source_directory": schema.StringAttribute{Computed: true, MarkdownDescription: "Directory that is read."},
					"target_directory": schema.StringAttribute{Computed: true, MarkdownDescription: "Directory that is written."},
					"enabled":          schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether objects of this kind are provisioned."},
				}}},
		},
	}
}

const typeDescription = "Type: `String`, `Integer`, `Boolean`, `Reference`, `Binary`, or `DateTime`."

func entriesAttribute(description string) schema.MapNestedAttribute {
	d := entryDescriptions
	return schema.MapNestedAttribute{Computed: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"source_attribute":  schema.StringAttribute{Computed: true, MarkdownDescription: d["source_attribute"]},
			"constant":          schema.StringAttribute{Computed: true, MarkdownDescription: d["constant"]},
			"expression":        schema.StringAttribute{Computed: true, CustomType: expressionType{}, MarkdownDescription: d["expression"]},
			"default_value":     schema.StringAttribute{Computed: true, MarkdownDescription: d["default_value"]},
			"matching_priority": schema.Int64Attribute{Computed: true, MarkdownDescription: d["matching_priority"]},
			"apply":             schema.StringAttribute{Computed: true, MarkdownDescription: d["apply"]},
		}}}
}

func filtersAttribute() schema.ListNestedAttribute {
	d := filterDescriptions
	return schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Groups of conditions that select who in the connection's scope is provisioned: people who match at least one group. Null if nobody is filtered out.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{Computed: true, MarkdownDescription: d["name"]},
			"clauses": schema.ListNestedAttribute{Computed: true, MarkdownDescription: d["clauses"],
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"attribute": schema.StringAttribute{Computed: true, MarkdownDescription: d["attribute"]},
					"operator":  schema.StringAttribute{Computed: true, MarkdownDescription: d["operator"]},
					"values":    schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: d["values"]},
				}}},
		}}}
}
