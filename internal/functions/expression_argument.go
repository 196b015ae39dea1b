// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// expressionParameter declares the argument that all functions have first.
func expressionParameter() function.StringParameter {
	return function.StringParameter{
		Name:                "expression",
		MarkdownDescription: "A mapping expression, for example `Join(\" \", [givenName], [surname])`; also a bare attribute such as `[mail]` or text in double quotes.",
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

// evaluationError reports why an expression has no result. What only the caller can give is named as it is spelt here.
func evaluationError(text string, err error) *function.FuncError {
	var evalErr *expression.EvalError
	if !errors.As(err, &evalErr) {
		return function.NewArgumentFuncError(0, err.Error())
	}
	problem := evalErr.Problem
	switch {
	case errors.Is(err, expression.ErrNeedsNow):
		problem.Suggestion = "Pass it in the options, as in `{ now = \"2025-01-31T08:00:00Z\" }`: a function must yield the same every time."
	case errors.Is(err, expression.ErrNeedsSeed):
		problem.Suggestion = "Pass one in the options, as in `{ seed = \"any text\" }`: a function must yield the same every time."
	case errors.Is(err, expression.ErrNotUnique):
		problem.Suggestion = "The service would hold the object back."
	}
	return function.NewArgumentFuncError(0, problem.Render(text)+closing)
}
