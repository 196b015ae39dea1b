// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// The positions of the arguments of evaluate_expression.
const (
	attributesPosition = 1
	optionsPosition    = 2
)

// members returns the members of an object or map.
func members(v attr.Value) (map[string]attr.Value, bool) {
	switch v := v.(type) {
	case types.Dynamic:
		return members(v.UnderlyingValue())
	case types.Object:
		return v.Attributes(), true
	case types.Map:
		return v.Elements(), true
	default:
		return nil, false
	}
}

// elements returns the elements of a list, set or tuple.
func elements(v attr.Value) ([]attr.Value, bool) {
	switch v := v.(type) {
	case types.List:
		return v.Elements(), true
	case types.Set:
		return v.Elements(), true
	case types.Tuple:
		return v.Elements(), true
	default:
		return nil, false
	}
}

// isUnknown reports whether a value, or the value behind a dynamic one, is unknown.
func isUnknown(v attr.Value) bool {
	if d, ok := v.(types.Dynamic); ok && d.IsUnderlyingValueUnknown() {
		return true
	}
	return v.IsUnknown()
}

// isNull reports whether a value, or the value behind a dynamic one, is null.
func isNull(v attr.Value) bool {
	if d, ok := v.(types.Dynamic); ok && d.IsUnderlyingValueNull() {
		return true
	}
	return v == nil || v.IsNull()
}

// scalar returns text, a number or a Boolean as the service writes it.
func scalar(v attr.Value) (string, bool) {
	switch v := v.(type) {
	case types.Dynamic:
		return scalar(v.UnderlyingValue())
	case types.String:
		return v.ValueString(), true
	case types.Bool:
		if v.ValueBool() {
			return "True", true
		}
		return "False", true
	case types.Number:
		return decimal(v.ValueBigFloat()), true
	default:
		return "", false
	}
}

// decimal writes a number without an exponent.
func decimal(n *big.Float) string {
	if n.IsInt() {
		return n.Text('f', 0)
	}
	return strings.TrimRight(n.Text('f', 20), "0")
}

// readAttributes returns the values of the attributes that the expression reads. unknown says that one of them is not
// known yet; attributes that the expression does not read need not be known.
func readAttributes(argument types.Dynamic, wanted []string) (values map[string]expression.Value, unknown bool, err *function.FuncError) {
	if isUnknown(argument) {
		return nil, len(wanted) > 0, nil
	}
	given, ok := members(argument)
	if !ok {
		return nil, false, function.NewArgumentFuncError(attributesPosition, "The attributes must be an object or a map, as in `{ mail = \"ana@example.com\" }`")
	}
	values = make(map[string]expression.Value, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, known, ok := attributeValue(given[name])
		if !ok {
			return nil, false, function.NewArgumentFuncError(attributesPosition,
				fmt.Sprintf("The attribute `%s` must be text, a list of texts or null", name))
		}
		if !known && slices.Contains(wanted, name) {
			unknown = true
		}
		values[name] = value
	}
	return values, unknown, nil
}

// attributeValue turns one Terraform value into an attribute's value.
func attributeValue(v attr.Value) (value expression.Value, known, ok bool) {
	switch {
	case isNull(v):
		return expression.Null(), true, true
	case isUnknown(v):
		return expression.Null(), false, true
	}
	if text, ok := scalar(v); ok {
		return expression.String(text), true, true
	}
	if d, ok := v.(types.Dynamic); ok {
		v = d.UnderlyingValue()
	}
	parts, ok := elements(v)
	if !ok {
		return expression.Null(), false, false
	}
	texts := make([]string, 0, len(parts))
	for _, part := range parts {
		if isUnknown(part) {
			return expression.Null(), false, true
		}
		text, ok := scalar(part)
		if !ok || isNull(part) {
			return expression.Null(), false, false
		}
		texts = append(texts, text)
	}
	return expression.List(texts...), true, true
}

// optionNames are the members that the options may have.
var optionNames = []string{"default_domain", "existing_values", "now", "seed", "strict"}

// readOptions reads the optional last argument.
func readOptions(arguments []types.Dynamic) (expression.Options, *function.FuncError) {
	// Without `strict`, a doubt is passed over: a function has no way to warn. Its page says so.
	options := expression.Options{Doubt: func(expression.Problem) {}}
	if len(arguments) > 1 {
		return options, function.NewArgumentFuncError(optionsPosition+1, "There can be only one object of options")
	}
	if len(arguments) == 0 || isNull(arguments[0]) {
		return options, nil
	}
	given, ok := members(arguments[0])
	if !ok {
		return options, optionError("The options must be an object, as in `{ now = \"2025-01-31T08:00:00Z\" }`")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(optionNames, name) {
			return options, optionError(fmt.Sprintf("There is no option `%s`; the options are `default_domain`, `existing_values`, `now`, `seed` and `strict`", name))
		}
		if isNull(given[name]) {
			continue
		}
		if err := readOption(&options, name, given[name]); err != nil {
			return options, err
		}
	}
	return options, nil
}

func optionError(text string) *function.FuncError {
	return function.NewArgumentFuncError(optionsPosition, text)
}

// readOption reads one member of the options.
func readOption(options *expression.Options, name string, v attr.Value) *function.FuncError {
	value, known, ok := attributeValue(v)
	if !ok || !known {
		return optionError(fmt.Sprintf("The option `%s` has a value of the wrong type", name))
	}
	switch name {
	case "now":
		now, err := time.Parse(time.RFC3339, value.Text())
		if err != nil || value.Kind() != expression.ValueString {
			return optionError("The option `now` must be a time as in `2025-01-31T08:00:00Z` (RFC 3339)")
		}
		options.Now = &now
	case "default_domain":
		if value.Kind() != expression.ValueString || value.Text() == "" {
			return optionError("The option `default_domain` must be text, as in `example.com`")
		}
		options.DefaultDomain = new(value.Text())
	case "strict":
		strict, err := strconv.ParseBool(strings.ToLower(value.Text()))
		if err != nil {
			return optionError("The option `strict` must be true or false")
		}
		if strict {
			options.Doubt = nil
		}
	case "seed":
		if value.Kind() != expression.ValueString {
			return optionError("The option `seed` must be text or a number")
		}
		options.Seed = new(value.Text())
	default:
		if value.Kind() != expression.ValueList {
			return optionError("The option `existing_values` must be a list of texts")
		}
		options.Existing = value.Values()
	}
	return nil
}
