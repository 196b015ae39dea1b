// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// EvaluateExpression is the function evaluate_expression.
type EvaluateExpression struct{}

var _ function.Function = (*EvaluateExpression)(nil)

// NewEvaluateExpression returns the function evaluate_expression.
func NewEvaluateExpression() function.Function { return &EvaluateExpression{} }

// Metadata names the function.
func (f *EvaluateExpression) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "evaluate_expression"
}

// Definition declares arguments and result.
func (f *EvaluateExpression) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "What a mapping expression yields for given attributes",
		MarkdownDescription: evaluateDescription(),
		Parameters: []function.Parameter{
			expressionParameter(),
			function.DynamicParameter{
				Name: "attributes",
				MarkdownDescription: "Object or map of the source attributes by exact name. A value is text, a list of texts, or `null`, which is also what a missing " +
					"attribute has; numbers and Booleans become text as the service writes them (`13`, `True`).",
				AllowUnknownValues: true,
			},
		},
		VariadicParameter: function.DynamicParameter{
			Name: "options",
			MarkdownDescription: "At most one object with any of `now` (the current time as RFC 3339, for `Now` and dates without a year), `existing_values` (list of the values " +
				"that the target already has, for `SelectUniqueValue`) and `seed` (text or number that random values of `Guid` and `RandomString` follow).",
			AllowNullValue: true,
		},
		Return: function.DynamicReturn{},
	}
}

// evaluateDescription is the text of the documentation page. The list of functions comes from the declarations that the
// checker and the evaluator go by.
func evaluateDescription() string {
	var b strings.Builder
	b.WriteString("Computes a mapping expression offline, as the provisioning service would for a user with these attributes. Made for tests: `terraform test` can " +
		"assert what a team's mappings yield, without a tenant.\n\n" +
		"The result is text, a list of texts, or `null`; numbers, Booleans and dates are text as the service writes them. It is also `null` when the expression leaves the " +
		"target attribute untouched (`IgnoreFlowIfNullOrEmpty`). An expression that the service would refuse, or that fails for these attributes, is an error with line, column and caret.\n\n" +
		"The service's documentation leaves some points open. There this function assumes: arguments are computed before the function that takes them, also in the branch that " +
		"`IIF` or `Switch` does not choose; text compares with regard to case; a condition of `IIF` fails when an attribute that it compares is null or empty; " +
		"a `Switch` without match and default is null; functions of one text work on each value of a list.\n\n" +
		"These functions can be used in expressions. A question mark follows optional parameters; `…` marks what may be repeated.\n\n")
	for _, f := range expression.Declarations() {
		note := ""
		if f.Availability != expression.EveryJob {
			note = " Available: " + f.Availability.String() + "."
		}
		if f.ServiceOnly {
			note += " Cannot be computed offline."
		}
		fmt.Fprintf(&b, "- `%s`: %s%s\n", f.Signature(), f.Summary, note)
	}
	return b.String()
}

// Run evaluates the expression.
func (f *EvaluateExpression) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	var attributes types.Dynamic
	var options []types.Dynamic
	resp.Error = req.Arguments.Get(ctx, &text, &attributes, &options)
	if resp.Error != nil {
		return
	}
	if problems := expression.Check(text, expression.CheckOptions{CreateOnly: true}); problems.HasErrors() {
		resp.Error = problemsError(text, problems)
		return
	}
	e, parseErr := parse(text)
	if parseErr != nil {
		resp.Error = parseErr
		return
	}
	evaluation, err := readOptions(options)
	if err != nil {
		resp.Error = err
		return
	}
	values, unknown, err := readAttributes(attributes, e.Attributes())
	if err != nil {
		resp.Error = err
		return
	}
	if unknown {
		resp.Error = resp.Result.Set(ctx, types.DynamicUnknown())
		return
	}
	evaluation.Attributes = values
	value, evalErr := expression.Evaluate(e, evaluation)
	if evalErr != nil {
		resp.Error = evaluationError(text, evalErr)
		return
	}
	resp.Error = resp.Result.Set(ctx, result(value))
}

// result returns the outcome of an expression as a Terraform value.
func result(v expression.Value) types.Dynamic {
	switch v.Kind() {
	case expression.ValueString:
		return types.DynamicValue(types.StringValue(v.Text()))
	case expression.ValueList:
		elements := make([]attr.Value, len(v.Values()))
		for i, s := range v.Values() {
			elements[i] = types.StringValue(s)
		}
		return types.DynamicValue(types.ListValueMust(types.StringType, elements))
	case expression.ValueNull, expression.ValueIgnored:
	}
	return types.DynamicNull()
}
