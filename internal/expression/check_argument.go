// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
)

// arguments checks constants and calls against the kind of their parameter, where the outcome is certain.
func (c *checker) arguments(n *callNode) {
	if n.function.Name == "FormatDateTime" && len(n.args) == 3 {
		return
	}
	for i, arg := range n.args {
		parameter := n.function.parameter(i)
		switch parameter.Kind {
		case KindInteger:
			c.integer(n, parameter, arg)
		case KindDate:
			c.date(n, parameter, arg)
		case KindWord:
			if value, ok := constant(arg); ok {
				c.quotedWord(arg.at(), value, parameter)
			}
		case KindText, KindBoolean, KindList, KindAny:
		}
	}
}

// constant returns the value of a text or number node.
func constant(n node) (string, bool) {
	switch n := n.(type) {
	case *textNode:
		return n.value, true
	case *numberNode:
		return n.raw, true
	default:
		return "", false
	}
}

// yields returns the kind that a node certainly yields.
func yields(n node) (Kind, bool) {
	switch n := n.(type) {
	case *comparisonNode:
		return KindBoolean, true
	case *callNode:
		if n.function != nil {
			return n.function.Result, true
		}
	}
	return KindAny, false
}

func (c *checker) integer(n *callNode, parameter *Parameter, arg node) {
	if value, ok := constant(arg); ok {
		switch {
		case !isNumeric(value):
			c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` must be a number, not `%s`.", parameter.Name, n.function.Name, shorten(value)), "")
		case strings.Contains(value, "."):
			c.warnf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` is documented as a whole number.", parameter.Name, n.function.Name), "")
		}
		return
	}
	if kind, ok := yields(arg); ok && (kind == KindBoolean || kind == KindDate) {
		c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` must be a number, but this yields a %s.", parameter.Name, n.function.Name, kind), "")
	}
}

func (c *checker) date(n *callNode, parameter *Parameter, arg node) {
	if kind, ok := yields(arg); ok && kind == KindBoolean {
		c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` must be a date, but this yields a Boolean.", parameter.Name, n.function.Name), "")
		return
	}
	if n.function.Name == "FormatDateTime" {
		return
	}
	if value, ok := constant(arg); ok {
		if _, ok := parseDate(value); !ok {
			c.warnf(arg.at(), fmt.Sprintf("`%s` does not look like a date.", shorten(value)), "Write it as in `2025-01-31` or `2025-01-31T08:00:00Z`.")
		}
	}
}

// quotedWord judges text in quotes where a bare word is documented.
func (c *checker) quotedWord(at span, value string, parameter *Parameter) {
	for _, w := range parameter.Words {
		if strings.EqualFold(w, value) {
			c.warnf(at, fmt.Sprintf("`%s` is documented as a bare word.", w), "Remove the quotes.")
			return
		}
	}
	c.warnf(at, fmt.Sprintf("`%s` is not a documented value of `%s`.", shorten(value), parameter.Name), fmt.Sprintf("Write %s.", alternatives(parameter.Words)))
}

// isNumeric reports whether the text is a decimal number or one in &H notation.
func isNumeric(s string) bool {
	s = strings.TrimSpace(s)
	if hex, ok := cutHex(s); ok {
		return isHex(hex) && len(hex) <= 16
	}
	_, ok := parseDecimal(s)
	return ok
}

// cutHex removes the &H of hexadecimal notation.
func cutHex(s string) (digits string, ok bool) {
	if len(s) > 2 && s[0] == '&' && (s[1] == 'H' || s[1] == 'h') {
		return s[2:], true
	}
	return "", false
}
