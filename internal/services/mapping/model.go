// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type model struct {
	ID                     types.String   `tfsdk:"id"`
	ConnectionID           types.String   `tfsdk:"connection_id"`
	ObjectMapping          types.String   `tfsdk:"object_mapping"`
	Mappings               types.Map      `tfsdk:"mappings"`
	Operations             types.Set      `tfsdk:"operations"`
	Enabled                types.Bool     `tfsdk:"enabled"`
	ScopingFilters         types.List     `tfsdk:"scoping_filters"`
	CustomTargetAttributes types.Map      `tfsdk:"custom_target_attributes"`
	AllowNoDeprovisioning  types.Bool     `tfsdk:"allow_no_deprovisioning"`
	Timeouts               timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	JobID              types.String `tfsdk:"job_id"`
	ObjectMapping      types.String `tfsdk:"object_mapping"`
}

type entryModel struct {
	SourceAttribute  types.String    `tfsdk:"source_attribute"`
	Constant         types.String    `tfsdk:"constant"`
	Expression       expressionValue `tfsdk:"expression"`
	DefaultValue     types.String    `tfsdk:"default_value"`
	MatchingPriority types.Int64     `tfsdk:"matching_priority"`
	Apply            types.String    `tfsdk:"apply"`
}

var entryType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"source_attribute":  types.StringType,
	"constant":          types.StringType,
	"expression":        expressionType{},
	"default_value":     types.StringType,
	"matching_priority": types.Int64Type,
	"apply":             types.StringType,
}}

type filterGroupModel struct {
	Name    types.String `tfsdk:"name"`
	Clauses types.List   `tfsdk:"clauses"`
}

type filterClauseModel struct {
	Attribute types.String `tfsdk:"attribute"`
	Operator  types.String `tfsdk:"operator"`
	Values    types.List   `tfsdk:"values"`
}

var (
	filterClauseType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"attribute": types.StringType,
		"operator":  types.StringType,
		"values":    types.ListType{ElemType: types.StringType},
	}}
	filterGroupType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"name":    types.StringType,
		"clauses": types.ListType{ElemType: filterClauseType},
	}}
)

type customAttributeModel struct {
	Type        types.String `tfsdk:"type"`
	Multivalued types.Bool   `tfsdk:"multivalued"`
}

var customAttributeType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"type":        types.StringType,
	"multivalued": types.BoolType,
}}

// ref is the job that the connection id names.
func (m model) ref() (graph.JobRef, error) { return graph.ParseJobRef(m.ConnectionID.ValueString()) }

func (m model) identity(ref graph.JobRef) identityModel {
	return identityModel{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID), m.ObjectMapping}
}

// desired is what the model requests, as far as it is known: entries with unknown members and unknown collections
// are omitted. complete reports whether nothing was omitted.
func (m model) desired(ctx context.Context) (want settings, complete bool, diags diag.Diagnostics) {
	want = settings{entries: map[string]entry{}, enabled: m.Enabled.IsNull() || m.Enabled.ValueBool(), custom: map[string]customAttribute{}}
	entries, complete := m.entries()
	for target, e := range entries {
		if !e.known() {
			complete = false
			continue
		}
		want.entries[target] = e.decode()
	}
	operations, known := knownStrings(m.Operations)
	complete = complete && known && !m.Enabled.IsUnknown()
	want.operations = flagsOf(operations)
	var ds diag.Diagnostics
	want.filters, known, ds = filterGroups(ctx, m.ScopingFilters)
	diags.Append(ds...)
	complete = complete && known
	want.custom, known, ds = m.customAttributes(ctx)
	diags.Append(ds...)
	return want, complete && known, diags
}

// entries decodes the mappings. complete is false when the map itself, or one of its elements, is unknown.
func (m model) entries() (entries map[string]entryModel, complete bool) {
	if m.Mappings.IsNull() || m.Mappings.IsUnknown() {
		return nil, !m.Mappings.IsUnknown()
	}
	entries = make(map[string]entryModel, len(m.Mappings.Elements()))
	complete = true
	for target, element := range m.Mappings.Elements() {
		object, ok := element.(types.Object)
		if !ok || object.IsNull() || object.IsUnknown() {
			complete = false
			continue
		}
		// Direct access instead of reflection: a plan decodes these a dozen times.
		a := object.Attributes()
		var e entryModel
		e.SourceAttribute, _ = a["source_attribute"].(types.String)
		e.Constant, _ = a["constant"].(types.String)
		e.Expression, _ = a["expression"].(expressionValue)
		e.DefaultValue, _ = a["default_value"].(types.String)
		e.MatchingPriority, _ = a["matching_priority"].(types.Int64)
		e.Apply, _ = a["apply"].(types.String)
		entries[target] = e
	}
	return entries, complete
}

func (e entryModel) known() bool {
	return !e.SourceAttribute.IsUnknown() && !e.Constant.IsUnknown() && !e.Expression.IsUnknown() &&
		!e.DefaultValue.IsUnknown() && !e.MatchingPriority.IsUnknown() && !e.Apply.IsUnknown()
}

func (e entryModel) decode() entry {
	return entry{e.decodeSource(), e.DefaultValue.ValueString(), int(e.MatchingPriority.ValueInt64()), flowTypeOf(e.apply())}
}

func (e entryModel) apply() string {
	if e.Apply.IsNull() || e.Apply.IsUnknown() {
		return applyAlways
	}
	return e.Apply.ValueString()
}

func (e entryModel) decodeSource() source {
	switch {
	case !e.SourceAttribute.IsNull():
		return attributeSource(e.SourceAttribute.ValueString())
	case !e.Constant.IsNull():
		return constantSource(e.Constant.ValueString())
	case !e.Expression.IsNull():
		return fromExpression(e.Expression.ValueString())
	}
	return source{}
}

// modelOf is an entry in the simplest notation for what the service has.
func modelOf(e entry) entryModel {
	m := entryModel{
		SourceAttribute: types.StringNull(), Constant: types.StringNull(), Expression: nullExpression(),
		DefaultValue: attribute.Text(e.defaultValue), MatchingPriority: types.Int64Null(), Apply: types.StringValue(applyOf(e.flowType)),
	}
	if e.priority != 0 {
		m.MatchingPriority = types.Int64Value(int64(e.priority))
	}
	switch {
	case e.source.kind == sourceAttribute:
		m.SourceAttribute = types.StringValue(e.source.text)
	case e.source.kind == sourceConstant && e.source.text != "":
		m.Constant = types.StringValue(e.source.text)
	case e.source.kind != sourceNone:
		m.Expression = newExpression(e.source.String())
	}
	return m
}

// fromGraph refreshes the model from the service. If a value means the same as the prior value, the prior notation stays:
// a constant can be written as an expression, and expressions and filters can have different white space.
func (m *model) fromGraph(ctx context.Context, live *graph.ObjectMapping, target *graph.ObjectDefinition) diag.Diagnostics {
	imported := m.Mappings.IsNull()
	is := settingsOf(live)
	prior, _ := m.entries()
	entries := make(map[string]entryModel, len(is.entries))
	for name, e := range is.entries {
		if p, ok := prior[name]; ok && p.known() && p.decode().same(e) {
			entries[name] = p
			continue
		}
		entries[name] = modelOf(e)
	}
	var diags, ds diag.Diagnostics
	m.Mappings, diags = types.MapValueFrom(ctx, entryType, entries)
	operations := operationsOf(is.operations)
	slices.Sort(operations)
	m.Operations, ds = types.SetValueFrom(ctx, types.StringType, operations)
	diags.Append(ds...)
	m.Enabled = types.BoolValue(is.enabled)
	if groups, known, _ := filterGroups(ctx, m.ScopingFilters); m.ScopingFilters.IsNull() || !known || !graph.SameFilters(groups, is.filters) {
		m.ScopingFilters, ds = filtersFromGraph(ctx, is.filters)
		diags.Append(ds...)
	}
	diags.Append(m.customFromGraph(ctx, target, imported)...)
	if m.AllowNoDeprovisioning.IsNull() || m.AllowNoDeprovisioning.IsUnknown() {
		m.AllowNoDeprovisioning = types.BoolValue(false)
	}
	return diags
}

// customFromGraph refreshes the attribute definitions that this resource added. An import takes over those that the
// service marks as added by a customer.
func (m *model) customFromGraph(ctx context.Context, target *graph.ObjectDefinition, imported bool) diag.Diagnostics {
	if m.CustomTargetAttributes.IsNull() && !imported {
		return nil
	}
	prior, _, diags := m.customAttributes(ctx)
	found := map[string]customAttributeModel{}
	if target != nil {
		for _, a := range target.Attributes {
			if _, declared := prior[a.Name]; declared || (imported && a.CustomerDefined) {
				found[a.Name] = customAttributeModel{types.StringValue(a.Type), types.BoolValue(a.Multivalued)}
			}
		}
	}
	if imported && len(found) == 0 {
		m.CustomTargetAttributes = types.MapNull(customAttributeType)
		return diags
	}
	var ds diag.Diagnostics
	m.CustomTargetAttributes, ds = types.MapValueFrom(ctx, customAttributeType, found)
	diags.Append(ds...)
	return diags
}

func (m model) customAttributes(ctx context.Context) (custom map[string]customAttribute, known bool, diags diag.Diagnostics) {
	if m.CustomTargetAttributes.IsUnknown() {
		return nil, false, nil
	}
	models := map[string]customAttributeModel{}
	if !m.CustomTargetAttributes.IsNull() {
		diags = m.CustomTargetAttributes.ElementsAs(ctx, &models, false)
	}
	custom, known = map[string]customAttribute{}, true
	for name, a := range models {
		if a.Type.IsUnknown() || a.Multivalued.IsUnknown() {
			known = false
			continue
		}
		custom[name] = customAttribute{a.Type.ValueString(), a.Multivalued.ValueBool()}
	}
	return custom, known, diags
}

// filterGroups decodes scoping filters. known is false when some part is unknown.
func filterGroups(ctx context.Context, list types.List) (groups []graph.FilterGroup, known bool, diags diag.Diagnostics) {
	if list.IsNull() || list.IsUnknown() {
		return nil, !list.IsUnknown(), nil
	}
	models := []filterGroupModel{}
	if diags = list.ElementsAs(ctx, &models, true); diags.HasError() {
		return nil, false, diags
	}
	known = true
	for _, g := range models {
		group := graph.FilterGroup{Name: g.Name.ValueString()}
		clauses := []filterClauseModel{}
		if g.Name.IsUnknown() || g.Clauses.IsUnknown() {
			return nil, false, diags
		}
		diags.Append(g.Clauses.ElementsAs(ctx, &clauses, true)...)
		for _, c := range clauses {
			values, complete := knownStrings(c.Values)
			known = known && complete && !c.Attribute.IsUnknown() && !c.Operator.IsUnknown()
			group.Clauses = append(group.Clauses, graph.FilterClause{Attribute: c.Attribute.ValueString(), Operator: c.Operator.ValueString(), Values: values})
		}
		groups = append(groups, group)
	}
	return groups, known, diags
}

func filtersFromGraph(ctx context.Context, groups []graph.FilterGroup) (types.List, diag.Diagnostics) {
	if len(groups) == 0 {
		return types.ListNull(filterGroupType), nil
	}
	var diags diag.Diagnostics
	models := make([]filterGroupModel, len(groups))
	for i, g := range groups {
		clauses := make([]filterClauseModel, len(g.Clauses))
		for j, c := range g.Clauses {
			values := types.ListNull(types.StringType)
			if len(c.Values) > 0 {
				var ds diag.Diagnostics
				values, ds = types.ListValueFrom(ctx, types.StringType, c.Values)
				diags.Append(ds...)
			}
			clauses[j] = filterClauseModel{types.StringValue(c.Attribute), types.StringValue(c.Operator), values}
		}
		list, ds := types.ListValueFrom(ctx, filterClauseType, clauses)
		diags.Append(ds...)
		models[i] = filterGroupModel{attribute.Text(g.Name), list}
	}
	list, ds := types.ListValueFrom(ctx, filterGroupType, models)
	diags.Append(ds...)
	return list, diags
}

// collection is what sets and lists have in common.
type collection interface {
	IsNull() bool
	IsUnknown() bool
	Elements() []attr.Value
}

// knownStrings decodes a collection of texts. known is false when it, or a member, is unknown.
func knownStrings(c collection) (texts []string, known bool) {
	if c.IsNull() || c.IsUnknown() {
		return nil, !c.IsUnknown()
	}
	known = true
	for _, element := range c.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			known = false
			continue
		}
		texts = append(texts, text.ValueString())
	}
	return texts, known
}
