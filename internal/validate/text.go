// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Text accepts the texts in which problem finds nothing wrong, which it says with an empty summary.
func Text(description string, problem func(text string) (summary, detail string)) validator.String {
	return text{description, problem}
}

type text struct {
	description string
	problem     func(text string) (summary, detail string)
}

func (v text) Description(context.Context) string { return v.description }

func (v text) MarkdownDescription(context.Context) string { return v.description }

func (v text) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if summary, detail := v.problem(req.ConfigValue.ValueString()); summary != "" {
		resp.Diagnostics.AddAttributeError(req.Path, summary, detail)
	}
}

// summaryOf is the summary of a problem, if there is one.
func summaryOf(summary, problem string) (string, string) {
	if problem == "" {
		return "", ""
	}
	return summary, problem
}
