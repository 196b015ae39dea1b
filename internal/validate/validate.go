// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package validate contains the attribute validators that several resources share.
package validate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// NotEmpty refuses "" where the service treats it as absent: leaving the attribute out is the one way to say that.
func NotEmpty() validator.String {
	return Text("must not be empty", func(s string) (summary, detail string) {
		if s != "" {
			return "", ""
		}
		return "Empty value", "The value is empty. Set a value; if the attribute is optional, you can omit it instead."
	})
}

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

// ByIdentity reports whether an import names the resource by its identity. An empty id beside no identity is a mistake: of
// a variable or an output that is not set, say.
func ByIdentity(req resource.ImportStateRequest) bool {
	return req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsFullyNull()
}
