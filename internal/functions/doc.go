// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package functions holds the provider-defined functions. They make the expression language of attribute mappings usable
// in configurations and tests: what an expression yields for given attributes, which attributes it reads, and how it reads
// in canonical form. They contact nothing.
package functions

import "github.com/hashicorp/terraform-plugin-framework/function"

// All returns the constructors of all functions.
func All() []func() function.Function {
	return []func() function.Function{
		NewEvaluateExpression,
		NewExpressionAttributes,
		NewNormalizeExpression,
	}
}
