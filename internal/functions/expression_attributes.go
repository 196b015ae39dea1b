// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ExpressionAttributes is the function expression_attributes.
type ExpressionAttributes struct{}

var _ function.Function = (*ExpressionAttributes)(nil)

// NewExpressionAttributes returns the function expression_attributes.
func NewExpressionAttributes() function.Function { return &ExpressionAttributes{} }

// Metadata names the function.
func (f *ExpressionAttributes) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "expression_attributes"
}

// Definition declares arguments and result.
func (f *ExpressionAttributes) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The source attributes that a mapping expression reads",
		MarkdownDescription: "Returns the names of all attributes that a mapping expression refers to, sorted, each once. Text that is not an expression is an error with line, column and " +
			"caret. Whether functions exist and have the right arguments is not checked.",
		Parameters: []function.Parameter{expressionParameter()},
		Return:     function.ListReturn{ElementType: types.StringType},
	}
}

// Run lists the attributes.
func (f *ExpressionAttributes) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	e, err := parse(text)
	if err != nil {
		resp.Error = err
		return
	}
	resp.Error = resp.Result.Set(ctx, e.Attributes())
}
