// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

// NormalizeExpression is the function normalize_expression.
type NormalizeExpression struct{}

var _ function.Function = (*NormalizeExpression)(nil)

// NewNormalizeExpression returns the function normalize_expression.
func NewNormalizeExpression() function.Function { return &NormalizeExpression{} }

// Metadata names the function.
func (f *NormalizeExpression) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "normalize_expression"
}

// Definition declares arguments and result.
func (f *NormalizeExpression) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The canonical text of a mapping expression",
		MarkdownDescription: "Returns a mapping expression on one line, with one blank after each comma and around operators: the form that imports show. Two expressions that differ in " +
			"white space only have the same canonical text. Text that is not an expression is an error with line, column and caret. Whether functions exist and have the " +
			"right arguments is not checked.",
		Parameters: []function.Parameter{expressionParameter()},
		Return:     function.StringReturn{},
	}
}

// Run writes the canonical text.
func (f *NormalizeExpression) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	e, err := parse(text)
	if err != nil {
		resp.Error = err
		return
	}
	resp.Error = resp.Result.Set(ctx, e.String())
}
