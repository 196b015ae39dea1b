// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// expressionSyntax refuses text that breaks the grammar, which the service can never accept. Function names and
// arguments are judged at plan, and only where something changes: what a job accepts can go beyond the documentation.
type expressionSyntax struct{}

func (expressionSyntax) Description(context.Context) string { return "must be a mapping expression" }

func (v expressionSyntax) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (expressionSyntax) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	if parsed, problems := expression.Parse(text); parsed == nil {
		for _, problem := range problems.Errors() {
			resp.Diagnostics.AddAttributeError(req.Path, summaryExpression, problem.Render(text))
		}
	}
}
