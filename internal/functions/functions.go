// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package functions holds the provider-defined functions. They make the expression language of attribute mappings usable
// in configurations and tests: the result of an expression for given attributes, the attributes that it reads, and
// its canonical form. They send no requests.
package functions

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// All returns the constructors of all functions.
func All() []func() function.Function {
	return []func() function.Function{
		func() function.Function { return &declared{"evaluate_expression", evaluateDefinition, evaluate} },
		func() function.Function {
			return &declared{"expression_attributes", attributesDefinition, listAttributes}
		},
		func() function.Function { return &declared{"normalize_expression", normalizeDefinition, normalize} },
	}
}

// declared is a function by its name, its arguments and result, and what computes it.
type declared struct {
	name       string
	definition func() function.Definition
	run        func(context.Context, function.RunRequest, *function.RunResponse)
}

var _ function.Function = (*declared)(nil)

// Metadata names the function.
func (f *declared) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

// Definition declares arguments and result.
func (f *declared) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = f.definition()
}

// Run computes the result.
func (f *declared) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	f.run(ctx, req, resp)
}

func evaluateDefinition() function.Definition {
	return function.Definition{
		Summary:             "Result of a mapping expression for given attributes",
		MarkdownDescription: evaluateDescription(),
		Parameters: []function.Parameter{
			expressionParameter(),
			function.DynamicParameter{
				Name: "attributes",
				MarkdownDescription: "Object or map of the source attributes by exact name. A value is text, a list of texts, or `null`; a missing attribute " +
					"is also `null`. Numbers and Booleans become text as the service writes them (`13`, `True`).",
				AllowUnknownValues: true,
			},
		},
		VariadicParameter: function.DynamicParameter{
			Name: "options",
			MarkdownDescription: "At most one object with any of `default_domain` (the default verified domain of the tenant, for `DefaultDomain`), `now` (the current time in RFC 3339 format, for `Now` and dates without a year), `existing_values` (list of the " +
				"values that the target already has, for `SelectUniqueValue`), `seed` (text or number that determines the random values of `Guid` and `RandomString`), and `strict` (`true` fails if a branch that is not chosen fails).",
			AllowNullValue: true,
		},
		Return: function.DynamicReturn{},
	}
}

// evaluateDescription is the text of the documentation page. The list of functions comes from the declarations that the
// checker and the evaluator go by.
func evaluateDescription() string {
	var b strings.Builder
	b.WriteString("Computes a mapping expression offline, as the provisioning service would for a user with these attributes. Use it in tests: with `terraform " +
		"test`, you can check the results of mappings without a tenant.\n\n" +
		"The result is text, a list of texts, or `null`; numbers, Booleans, and dates are text as the service writes them. It is also `null` if the expression leaves " +
		"the target attribute unchanged (`IgnoreFlowIfNullOrEmpty`). An expression that the service would refuse, or that fails for these attributes, is an error with line, column, and caret.\n\n" +
		"The service's documentation does not define some details. In these cases, this function assumes the following: text comparisons are case-sensitive; a condition of `IIF` fails if an attribute that it compares " +
		"is null or empty; a `Switch` without a match and a default is null; functions of one text apply to each value of a list. If a branch that `IIF`, `Switch`, or `Coalesce` does not choose fails, Microsoft's pages contradict each other " +
		"on whether the service evaluates that branch and fails as a whole: this function continues with the chosen branch, and fails with the option `strict`. Write such expressions so that no branch can fail.\n\n" +
		"These functions can be used in expressions, as Microsoft documents them in " + expression.DocumentedAsOf + ". A question mark follows optional parameters; `…` marks parameters that can be repeated.\n\n")
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

func evaluate(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
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
	strict, doubts := evaluation.Doubt == nil, expression.Problems{}
	evaluation.Doubt = func(doubt expression.Problem) { doubts = append(doubts, doubt) }
	value, evalErr := expression.Evaluate(e, evaluation)
	switch {
	case evalErr != nil:
		resp.Error = evaluationError(text, evalErr)
		return
	case strict && len(doubts) > 0:
		resp.Error = function.NewArgumentFuncError(0, doubts.Render(text)+closing)
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

func attributesDefinition() function.Definition {
	return function.Definition{
		Summary: "Source attributes that a mapping expression reads",
		MarkdownDescription: "Returns the sorted names of all attributes to which a mapping expression refers, without duplicates. Text that is not an expression is an error with line, column, and " +
			"caret. The function does not check whether functions exist and have the right arguments.",
		Parameters: []function.Parameter{expressionParameter()},
		Return:     function.ListReturn{ElementType: types.StringType},
	}
}

// listAttributes lists the attributes that an expression reads.
func listAttributes(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	ofExpression(ctx, req, resp, func(e *expression.Expression) any { return e.Attributes() })
}

func normalizeDefinition() function.Definition {
	return function.Definition{
		Summary: "Canonical text of a mapping expression",
		MarkdownDescription: "Returns a mapping expression on one line, with one space after each comma and around operators: the form that imports show. Two expressions that differ " +
			"only in white space have the same canonical text. Text that is not an expression is an error with line, column, and caret. The function does not check whether functions " +
			"exist and have the right arguments.",
		Parameters: []function.Parameter{expressionParameter()},
		Return:     function.StringReturn{},
	}
}

// normalize writes the canonical text of an expression.
func normalize(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	ofExpression(ctx, req, resp, func(e *expression.Expression) any { return e.String() })
}

// ofExpression computes a function whose only argument is an expression.
func ofExpression(ctx context.Context, req function.RunRequest, resp *function.RunResponse, compute func(*expression.Expression) any) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	e, err := parse(text)
	if err != nil {
		resp.Error = err
		return
	}
	resp.Error = resp.Result.Set(ctx, compute(e))
}

// expressionParameter declares the argument that all functions have first.
func expressionParameter() function.StringParameter {
	return function.StringParameter{
		Name:                "expression",
		MarkdownDescription: "A mapping expression, for example `Join(\" \", [givenName], [surname])`; also a single attribute such as `[mail]`, or text in double quotes.",
	}
}

// parse reads the expression argument. Errors carry line, column and caret.
func parse(text string) (*expression.Expression, *function.FuncError) {
	e, problems := expression.Parse(text)
	if e == nil {
		return nil, problemsError(text, problems)
	}
	return e, nil
}

// closing ends every report on an expression. Terraform puts a full stop after the text of an error, which would
// otherwise stand below the caret.
const closing = "\n\nLines and columns count within the expression"

// problemsError reports the errors among the problems on the expression argument.
func problemsError(text string, problems expression.Problems) *function.FuncError {
	return function.NewArgumentFuncError(0, problems.Errors().Render(text)+closing)
}

// evaluationError reports why an expression has no result. What only the caller can give is named as it is spelled here.
func evaluationError(text string, err error) *function.FuncError {
	var evalErr *expression.EvalError
	if !errors.As(err, &evalErr) {
		return function.NewArgumentFuncError(0, err.Error())
	}
	problem := evalErr.Problem
	switch {
	case errors.Is(err, expression.ErrNeedsNow):
		problem.Suggestion = "Pass it in the options, as in `{ now = \"2025-01-31T08:00:00Z\" }`: a function must return the same result every time."
	case errors.Is(err, expression.ErrNeedsSeed):
		problem.Suggestion = "Pass one in the options, as in `{ seed = \"any text\" }`: a function must return the same result every time."
	case errors.Is(err, expression.ErrNeedsDomain):
		problem.Suggestion = "Pass it in the options, as in `{ default_domain = \"example.com\" }`: a function cannot look it up."
	case errors.Is(err, expression.ErrNotUnique):
		problem.Suggestion = "The service would hold the object back."
	}
	return function.NewArgumentFuncError(0, problem.Render(text)+closing)
}
