// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"cmp"
	"strconv"
	"strings"
)

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
