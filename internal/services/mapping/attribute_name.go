// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// attributeName refuses what cannot be the name of an attribute. Nearly everything can: names in use have colons, dots,
// quotes and brackets.
type attributeName struct{}

func (attributeName) Description(context.Context) string { return "must be the name of an attribute" }

func (v attributeName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (attributeName) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name := req.ConfigValue.ValueString()
	switch inner := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"); {
	case strings.TrimSpace(name) == "":
		resp.Diagnostics.AddAttributeError(req.Path, "Empty attribute name", "Give the name of an attribute, spelt as in the schema.")
	case strings.TrimSpace(name) != name:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute name", fmt.Sprintf("%q has blanks around the name. Write %q.", name, strings.TrimSpace(name)))
	case "["+inner+"]" == name && !strings.ContainsAny(inner, "[]"):
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute name",
			fmt.Sprintf("%q has the brackets that attributes have in expressions. Write %q here.", name, inner))
	}
}
