// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// parts are what a proposal is made of.
type parts []forecast.Part

// attributes are those of the resources, each of which may be left out.
func (p parts) attributes(ctx context.Context) map[string]schema.Attribute {
	found := map[string]schema.Attribute{}
	for _, part := range p {
		var resp resource.SchemaResponse
		part.Resource.Schema(ctx, resource.SchemaRequest{}, &resp)
		for _, name := range part.Attributes {
			found[name] = given(resp.Schema.Attributes[name], false)
		}
	}
	return found
}

// given is an attribute of a resource as an argument of a data source, which has no defaults.
func given(a resourceschema.Attribute, required bool) schema.Attribute {
	required = required && a.IsRequired()
	members := func(of map[string]resourceschema.Attribute) map[string]schema.Attribute {
		found := make(map[string]schema.Attribute, len(of))
		for name, member := range of {
			found[name] = given(member, true)
		}
		return found
	}
	switch a := a.(type) {
	case resourceschema.StringAttribute:
		return schema.StringAttribute{Required: required, Optional: !required, CustomType: a.CustomType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
	case resourceschema.Int64Attribute:
		return schema.Int64Attribute{Required: required, Optional: !required, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
	case resourceschema.MapAttribute:
		return schema.MapAttribute{Required: required, Optional: !required, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
	case resourceschema.SetAttribute:
		return schema.SetAttribute{Required: required, Optional: !required, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
	case resourceschema.ListAttribute:
		return schema.ListAttribute{Required: required, Optional: !required, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
	case resourceschema.ListNestedAttribute:
		return schema.ListNestedAttribute{Required: required, Optional: !required, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			NestedObject: schema.NestedAttributeObject{Attributes: members(a.NestedObject.Attributes)}}
	case resourceschema.MapNestedAttribute:
		return schema.MapNestedAttribute{Required: required, Optional: !required, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			NestedObject: schema.NestedAttributeObject{Attributes: members(a.NestedObject.Attributes)}}
	}
	panic(fmt.Sprintf("no argument of a data source is made of a %T", a)) // which a test of the schema meets
}

// apply makes the proposal out of today's setup.
func (p parts) apply(ctx context.Context, d *DataSource, proposed types.Object, today *impact.Setup) (*impact.Setup, diag.Diagnostics) {
	setup := *today
	var diags diag.Diagnostics
	for _, part := range p {
		values, given := map[string]attr.Value{}, false
		for _, name := range part.Attributes {
			values[name] = proposed.Attributes()[name]
			given = given || !values[name].IsNull()
		}
		if !given {
			continue
		}
		change, found := part.Change(ctx, d.data, values, today)
		for _, one := range found {
			diags.Append(within(one))
		}
		if change != nil {
			change(&setup)
		}
	}
	return &setup, diags
}

// within points a diagnostic at the attribute of the proposal.
func within(d diag.Diagnostic) diag.Diagnostic {
	with, ok := d.(diag.DiagnosticWithPath)
	if !ok {
		return d
	}
	at := path.Root("proposed")
	for _, step := range with.Path().Steps() {
		switch step := step.(type) {
		case path.PathStepAttributeName:
			at = at.AtName(string(step))
		case path.PathStepElementKeyString:
			at = at.AtMapKey(string(step))
		case path.PathStepElementKeyInt:
			at = at.AtListIndex(int(step))
		}
	}
	return diag.WithPath(at, d)
}
