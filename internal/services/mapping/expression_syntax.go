// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// expressionSyntax refuses text that no parser can accept. Other violations of the documented grammar are checked at plan,
// and only if something changes: the connection's own parser decides, and what it accepts can go beyond the documentation.
type expressionSyntax struct{}

func (expressionSyntax) Description(context.Context) string { return "must be a mapping expression" }

func (v expressionSyntax) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (expressionSyntax) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	if parsed, problems := expression.Parse(text); parsed == nil && hopeless(text) {
		for _, problem := range problems.Errors() {
			resp.Diagnostics.AddAttributeError(req.Path, summaryExpression, problem.Render(text))
		}
	}
}

// hopeless reports whether a text is empty or too long, or leaves a quote, a bracket or a parenthesis open.
func hopeless(text string) bool {
	var open []rune
	escaped := false
	for _, r := range text {
		inner := rune(0)
		if len(open) > 0 {
			inner = open[len(open)-1]
		}
		switch {
		case escaped:
			escaped = false
		case inner == '"' && r == '\\':
			escaped = true
		case r == inner:
			open = open[:len(open)-1]
		case inner == '"' || inner == ']':
		case r == '"':
			open = append(open, '"')
		case r == '[':
			open = append(open, ']')
		case r == '(':
			open = append(open, ')')
		case r == ')':
			return true
		}
	}
	return len(open) > 0 || strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > expression.MaxLength
}

// unreadable is why the provider cannot read an expression, "" if it can.
func unreadable(text string) string {
	parsed, problems := expression.Parse(text)
	if parsed != nil {
		return ""
	}
	var b strings.Builder
	for _, problem := range problems.Errors() {
		b.WriteString("\n\n" + problem.Render(text))
	}
	return strings.TrimPrefix(b.String(), "\n\n")
}
