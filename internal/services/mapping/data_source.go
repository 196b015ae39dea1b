// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"slices"
	"sort"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is the data source gotomeeting_attribute_mappings.
type DataSource struct {
	data *providerdata.Data
}

type dataSourceModel struct {
	ID               types.String   `tfsdk:"id"`
	ConnectionID     types.String   `tfsdk:"connection_id"`
	ObjectMapping    types.String   `tfsdk:"object_mapping"`
	Name             types.String   `tfsdk:"name"`
	SourceObject     types.String   `tfsdk:"source_object"`
	TargetObject     types.String   `tfsdk:"target_object"`
	SchemaVersion    types.String   `tfsdk:"schema_version"`
	Customized       types.Bool     `tfsdk:"customized"`
	Mappings         types.Map      `tfsdk:"mappings"`
	Operations       types.Set      `tfsdk:"operations"`
	Enabled          types.Bool     `tfsdk:"enabled"`
	ScopingFilters   types.List     `tfsdk:"scoping_filters"`
	DefaultMappings  types.Map      `tfsdk:"default_mappings"`
	SourceAttributes types.List     `tfsdk:"source_attributes"`
	TargetAttributes types.List     `tfsdk:"target_attributes"`
	ObjectMappings   types.List     `tfsdk:"object_mappings"`
	SchemaJSON       types.String   `tfsdk:"schema_json"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

type sourceAttributeModel struct {
	Name        types.String `tfsdk:"name"`
	Type        types.String `tfsdk:"type"`
	Multivalued types.Bool   `tfsdk:"multivalued"`
}

type targetAttributeModel struct {
	Name         types.String `tfsdk:"name"`
	Type         types.String `tfsdk:"type"`
	Multivalued  types.Bool   `tfsdk:"multivalued"`
	Required     types.Bool   `tfsdk:"required"`
	Mutability   types.String `tfsdk:"mutability"`
	Anchor       types.Bool   `tfsdk:"anchor"`
	CaseExact    types.Bool   `tfsdk:"case_exact"`
	DefaultValue types.String `tfsdk:"default_value"`
	Mapped       types.Bool   `tfsdk:"mapped"`
}

type objectMappingModel struct {
	Name            types.String `tfsdk:"name"`
	SourceObject    types.String `tfsdk:"source_object"`
	TargetObject    types.String `tfsdk:"target_object"`
	SourceDirectory types.String `tfsdk:"source_directory"`
	TargetDirectory types.String `tfsdk:"target_directory"`
	Enabled         types.Bool   `tfsdk:"enabled"`
}

var (
	sourceAttributeType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"name": types.StringType, "type": types.StringType, "multivalued": types.BoolType,
	}}
	targetAttributeType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"name": types.StringType, "type": types.StringType, "multivalued": types.BoolType, "required": types.BoolType,
		"mutability": types.StringType, "anchor": types.BoolType, "case_exact": types.BoolType, "default_value": types.StringType, "mapped": types.BoolType,
	}}
	objectMappingType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"name": types.StringType, "source_object": types.StringType, "target_object": types.StringType,
		"source_directory": types.StringType, "target_directory": types.StringType, "enabled": types.BoolType,
	}}
)

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_attribute_mappings"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read fetches the schema and the connector's default.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, cancel := timeout.Bound(ctx, m.Timeouts.Read, timeout.Usual, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := graph.ParseJobRef(m.ConnectionID.ValueString())
	if err != nil {
		return // the attribute's validator has said so
	}
	if m.ObjectMapping.IsNull() {
		m.ObjectMapping = types.StringValue(defaultObject)
	}
	schema, err := d.data.Graph.GetSchema(ctx, ref)
	if err != nil {
		err = whySchemaless(ctx, d.data.Graph, ref, err)
		found, retired := graphdiag.RetiredRead(ctx, d.data.Graph, err, d.data.TellsFirst)
		if resp.Diagnostics.Append(found...); !retired {
			resp.Diagnostics.Append(graphdiag.Error(summarySchema, err))
			return
		}
		m.retired(ref)
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
		return
	}
	at, diags := locate(schema, m.ObjectMapping.ValueString())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	template, err := runOf(d.data).template(ctx, ref, false)
	if err != nil {
		resp.Diagnostics.Append(templateUnreadable(err)...)
		return
	}
	m.ID = types.StringValue(importID(ref, m.ObjectMapping.ValueString()))
	resp.Diagnostics.Append(m.fromGraph(ctx, at, template)...)
	resp.Diagnostics.Append(warnUnmanaged(at.mapping)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// retired is the mapping of a connection whose connector the service removed together with the schema: collections are
// empty, since null ones stop every plan that loops over them, and the rest is null as the configuration has it.
func (m *dataSourceModel) retired(ref graph.JobRef) {
	m.ID = types.StringValue(importID(ref, m.ObjectMapping.ValueString()))
	m.Mappings = types.MapValueMust(entryType, nil)
	m.Operations = types.SetValueMust(types.StringType, nil)
	m.SourceAttributes = types.ListValueMust(sourceAttributeType, nil)
	m.TargetAttributes = types.ListValueMust(targetAttributeType, nil)
	m.ObjectMappings = types.ListValueMust(objectMappingType, nil)
}

func (m *dataSourceModel) fromGraph(ctx context.Context, at located, template *graph.Schema) diag.Diagnostics {
	var current model
	diags := current.fromGraph(ctx, at.mapping, at.target)
	m.Name = attribute.Text(at.mapping.Name)
	m.SourceObject = types.StringValue(at.mapping.SourceObject)
	m.TargetObject = types.StringValue(at.mapping.TargetObject)
	m.SchemaVersion = attribute.Text(at.schema.Version)
	m.Mappings, m.Operations, m.Enabled, m.ScopingFilters = current.Mappings, current.Operations, current.Enabled, current.ScopingFilters
	m.DefaultMappings, m.Customized = types.MapNull(entryType), types.BoolNull()
	if template != nil {
		if original, ok := counterpart(template, at.mapping); ok {
			var defaults model
			diags.Append(defaults.fromGraph(ctx, original.mapping, nil)...)
			m.DefaultMappings = defaults.Mappings
			m.Customized = types.BoolValue(!sameMapping(original.mapping, at.mapping))
		}
	}
	var ds diag.Diagnostics
	m.SourceAttributes, ds = types.ListValueFrom(ctx, sourceAttributeType, sourceAttributes(at.source))
	diags.Append(ds...)
	m.TargetAttributes, ds = types.ListValueFrom(ctx, targetAttributeType, targetAttributes(at.target, settingsOf(at.mapping)))
	diags.Append(ds...)
	all, err := at.schema.ObjectMappings()
	if err != nil {
		return append(diags, malformed(err)...)
	}
	m.ObjectMappings, ds = types.ListValueFrom(ctx, objectMappingType, objectMappings(all))
	diags.Append(ds...)
	document, err := at.schema.Document()
	if err != nil {
		return append(diags, malformed(err)...)
	}
	m.SchemaJSON = types.StringValue(string(document))
	return diags
}

func byName(attributes []graph.AttributeDefinition) []graph.AttributeDefinition {
	sorted := slices.Clone(attributes)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Name < sorted[j].Name })
	return sorted
}

func sourceAttributes(object *graph.ObjectDefinition) []sourceAttributeModel {
	models := []sourceAttributeModel{}
	if object == nil {
		return models
	}
	for _, a := range byName(object.Attributes) {
		models = append(models, sourceAttributeModel{types.StringValue(a.Name), types.StringValue(a.Type), types.BoolValue(a.Multivalued)})
	}
	return models
}

func targetAttributes(object *graph.ObjectDefinition, is settings) []targetAttributeModel {
	models := []targetAttributeModel{}
	if object == nil {
		return models
	}
	for _, a := range byName(object.Attributes) {
		_, mapped := is.entries[a.Name]
		if _, otherwise := is.unmanaged[a.Name]; otherwise {
			mapped = true
		}
		models = append(models, targetAttributeModel{
			Name: types.StringValue(a.Name), Type: types.StringValue(a.Type), Multivalued: types.BoolValue(a.Multivalued),
			Required: types.BoolValue(a.Required), Mutability: types.StringValue(a.Mutability), Anchor: types.BoolValue(a.Anchor),
			CaseExact: types.BoolValue(a.CaseExact), DefaultValue: attribute.Text(a.DefaultValue), Mapped: types.BoolValue(mapped),
		})
	}
	return models
}

func objectMappings(all []*graph.ObjectMapping) []objectMappingModel {
	models := make([]objectMappingModel, len(all))
	for i, m := range all {
		models[i] = objectMappingModel{attribute.Text(m.Name), types.StringValue(m.SourceObject), types.StringValue(m.TargetObject),
			types.StringValue(m.Rule.SourceDirectory), types.StringValue(m.Rule.TargetDirectory), types.BoolValue(m.Enabled)}
	}
	return models
}
