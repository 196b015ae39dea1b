// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"cmp"
	"strconv"
	"strings"
)

// ValueKind says what a [Value] holds.
type ValueKind int

const (
	ValueNull    ValueKind = iota // no value at all, as a missing attribute has
	ValueString                   // one text, which may be empty
	ValueList                     // any number of texts
	ValueIgnored                  // the target attribute must be left as it is
)

// Value is an attribute's value or the outcome of an expression. Numbers, Booleans and dates are text. The zero Value is
// null.
type Value struct {
	kind ValueKind
	text string
	list []string
}

// Null returns the value of a missing attribute.
func Null() Value { return Value{} }

// String returns a value of one text.
func String(s string) Value { return Value{kind: ValueString, text: s} }

// List returns a value of any number of texts. It keeps the slice.
func List(values ...string) Value { return Value{kind: ValueList, list: values} }

// Ignored returns the outcome that leaves the target attribute as it is.
func Ignored() Value { return Value{kind: ValueIgnored} }

// Kind returns what the value holds.
func (v Value) Kind() ValueKind { return v.kind }

// Text returns the text of a string, and "" for any other kind.
func (v Value) Text() string { return v.text }

// Values returns all texts of a string or a list, and nil for any other kind. The slice must not be changed.
func (v Value) Values() []string {
	switch v.kind {
	case ValueString:
		return []string{v.text}
	case ValueList:
		return v.list
	default:
		return nil
	}
}

// IsNull reports whether there is no value. An ignored outcome is not null.
func (v Value) IsNull() bool { return v.kind == ValueNull }

// isNullOrEmpty reports whether there is no value or only empty text.
func (v Value) isNullOrEmpty() bool {
	switch v.kind {
	case ValueNull:
		return true
	case ValueString:
		return v.text == ""
	case ValueList:
		return len(v.list) == 0 || len(v.list) == 1 && v.list[0] == ""
	default:
		return false
	}
}

// single returns the only value of a list; an empty list is null.
func (v Value) single() (Value, bool) {
	switch {
	case v.kind != ValueList:
		return v, true
	case len(v.list) == 0:
		return Null(), true
	case len(v.list) == 1:
		return String(v.list[0]), true
	default:
		return v, false
	}
}

// boolean returns the text of a Boolean.
func boolean(b bool) Value {
	if b {
		return String("True")
	}
	return String("False")
}

// number returns a whole number as text.
func number(n int64) Value { return String(strconv.FormatInt(n, 10)) }

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

// decimal is a decimal number of any size, split into its parts without leading or trailing zeros.
type decimal struct {
	negative bool
	whole    string
	fraction string
}

// parseDecimal reads digits with an optional minus sign and fraction; other notations are not numbers of the language.
func parseDecimal(s string) (decimal, bool) {
	var d decimal
	rest, negative := strings.CutPrefix(s, "-")
	whole, fraction, hasPoint := strings.Cut(rest, ".")
	if !isDigits(whole) || hasPoint && !isDigits(fraction) {
		return d, false
	}
	d.whole = strings.TrimLeft(whole, "0")
	d.fraction = strings.TrimRight(fraction, "0")
	d.negative = negative && (d.whole != "" || d.fraction != "")
	return d, true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// compare returns a negative number, zero or a positive number as d is less than, equal to or greater than e.
func (d decimal) compare(e decimal) int {
	if d.negative != e.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	order := cmp.Or(cmp.Compare(len(d.whole), len(e.whole)), cmp.Compare(d.whole, e.whole), cmp.Compare(d.fraction, e.fraction))
	if d.negative {
		return -order
	}
	return order
}

// parseInteger reads a whole number, decimal or in &H notation; a fraction of zeros is allowed.
func parseInteger(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if hex, ok := cutHex(s); ok {
		number, err := strconv.ParseUint(hex, 16, 64)
		return int64(number), err == nil && isHex(hex)
	}
	d, ok := parseDecimal(s)
	if !ok || d.fraction != "" {
		return 0, false
	}
	whole, _, _ := strings.Cut(s, ".")
	number, err := strconv.ParseInt(whole, 10, 64)
	return number, err == nil
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

// numberValue returns the decimal text of a number as written.
func numberValue(raw string) string {
	if hex, ok := cutHex(raw); ok {
		if value, err := strconv.ParseUint(hex, 16, 64); err == nil {
			return strconv.FormatUint(value, 10)
		}
	}
	return raw
}

// cutHex removes the &H of hexadecimal notation.
func cutHex(s string) (digits string, ok bool) {
	if len(s) > 2 && s[0] == '&' && (s[1] == 'H' || s[1] == 'h') {
		return s[2:], true
	}
	return "", false
}
