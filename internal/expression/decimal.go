// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"cmp"
	"strings"
)

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
