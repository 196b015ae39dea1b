// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// some refuses a collection without elements.
type some struct{}

// Some refuses a list, map or set without elements, where that would mean something else than to leave it out, or nothing.
func Some() interface {
	validator.List
	validator.Map
	validator.Set
} {
	return some{}
}

func (some) Description(context.Context) string { return "must have at least one element" }

func (s some) MarkdownDescription(ctx context.Context) string { return s.Description(ctx) }

func (some) check(at path.Path, value attr.Value, elements []attr.Value, diags *diag.Diagnostics) {
	if !value.IsNull() && !value.IsUnknown() && len(elements) == 0 {
		diags.AddAttributeError(at, "Empty value", "The value has no elements. Add at least one; if the attribute is optional, you can omit it instead.")
	}
}

func (s some) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	s.check(req.Path, req.ConfigValue, req.ConfigValue.Elements(), &resp.Diagnostics)
}

func (s some) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	s.check(req.Path, req.ConfigValue, req.ConfigValue.Elements(), &resp.Diagnostics)
}

func (s some) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	var elements []attr.Value
	for _, element := range req.ConfigValue.Elements() {
		elements = append(elements, element)
	}
	s.check(req.Path, req.ConfigValue, elements, &resp.Diagnostics)
}
