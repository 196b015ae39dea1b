// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	_ basetypes.StringTypable                    = expressionType{}
	_ basetypes.StringValuableWithSemanticEquals = expressionValue{}
)

// expressionType is text in the mapping expression language, in which white space has no meaning.
type expressionType struct{ basetypes.StringType }

// Equal reports whether the other type is this one.
func (expressionType) Equal(other attr.Type) bool {
	_, ok := other.(expressionType)
	return ok
}

// String names the type in messages of the framework.
func (expressionType) String() string { return "mapping.expressionType" }

// ValueType returns a value of the type.
func (expressionType) ValueType(context.Context) attr.Value { return expressionValue{} }

// ValueFromString makes a value.
func (expressionType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return expressionValue{in}, nil
}

// ValueFromTerraform makes a value from Terraform's form of it.
func (t expressionType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(types.String)
	if !ok {
		return nil, fmt.Errorf("unexpected value %T", value)
	}
	return expressionValue{text}, nil
}

// expressionValue is a mapping expression.
type expressionValue struct{ basetypes.StringValue }

func newExpression(text string) expressionValue { return expressionValue{types.StringValue(text)} }

func nullExpression() expressionValue { return expressionValue{types.StringNull()} }

// Type returns the value's type.
func (expressionValue) Type(context.Context) attr.Type { return expressionType{} }

// Equal reports whether two values have the same text.
func (v expressionValue) Equal(other attr.Value) bool {
	o, ok := other.(expressionValue)
	return ok && v.StringValue.Equal(o.StringValue)
}

// StringSemanticEquals reports whether two texts are the same expression. The framework asks after create, read and
// update; at plan, keepSameExpression does the same.
func (v expressionValue) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(expressionValue)
	return ok && sameExpression(v.ValueString(), o.ValueString()), nil
}
