// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strconv"
	"strings"
)

// containsFold reports whether the list has the text in any case: directories compare names without regard to case.
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(other string) bool { return strings.EqualFold(other, s) })
}

// canonicalWord returns the documented spelling of a bare word.
func canonicalWord(name string) string {
	for _, w := range bareWords {
		if strings.EqualFold(w, name) {
			return w
		}
	}
	return name
}

// numberValue returns the decimal text of a number as written.
func numberValue(raw string) string {
	hex, ok := cutHex(raw)
	if !ok {
		return raw
	}
	value, err := strconv.ParseUint(hex, 16, 64)
	if err != nil {
		return raw
	}
	return strconv.FormatUint(value, 10)
}

// comparison evaluates a comparison. As the condition of IIF it is False when an attribute that it tests is null or
// empty; elsewhere null equals only null.
func (ev *evaluation) comparison(n *comparisonNode, depth int, condition bool) (Value, *EvalError) {
	if err := ev.step(n, 1); err != nil {
		return Value{}, err
	}
	left, err := ev.side(n.left, depth)
	if err != nil || left.kind == ValueIgnored {
		return left, err
	}
	right, err := ev.side(n.right, depth)
	if err != nil || right.kind == ValueIgnored {
		return right, err
	}
	if condition && (emptyOperand(n.left, left) || emptyOperand(n.right, right)) {
		return boolean(false), nil
	}
	return boolean(holds(n.operator, left, right)), nil
}

// emptyOperand reports whether a side of a condition makes it fail: a null value, or an attribute without text.
func emptyOperand(n node, v Value) bool {
	if _, ok := n.(*attributeNode); ok {
		return v.isNullOrEmpty()
	}
	return v.IsNull()
}

// holds compares two values: as numbers when both are, otherwise character by character.
func holds(operator string, left, right Value) bool {
	if left.IsNull() || right.IsNull() {
		same := left.kind == right.kind
		return operator == "=" && same || operator == "<>" && !same
	}
	order := compareTexts(left.text, right.text)
	switch operator {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

func compareTexts(left, right string) int {
	if l, ok := parseDecimal(left); ok {
		if r, ok := parseDecimal(right); ok {
			return l.compare(r)
		}
	}
	return strings.Compare(left, right)
}
