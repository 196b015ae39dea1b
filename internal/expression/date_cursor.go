// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strconv"
	"strings"
)

// dateCursor reads the pieces of which every date is made, off the front of a text.
type dateCursor struct {
	rest string
}

// digits takes between least and most digits.
func (c *dateCursor) digits(least, most int) (value, count int, ok bool) {
	for count < len(c.rest) && count < most && isDigit(c.rest[count]) {
		count++
	}
	if count < least {
		return 0, 0, false
	}
	value, err := strconv.Atoi(c.rest[:count])
	c.rest = c.rest[count:]
	return value, count, err == nil
}

// fractionDigits takes between least and most digits of the fraction of a second and returns nanoseconds.
func (c *dateCursor) fractionDigits(least, most int) (nanoseconds int, ok bool) {
	count := 0
	for count < len(c.rest) && count < most && isDigit(c.rest[count]) {
		count++
	}
	nanoseconds, err := strconv.Atoi((c.rest[:min(count, 9)] + "000000000")[:9])
	c.rest = c.rest[count:]
	return nanoseconds, err == nil && count >= least
}

// skip takes one of the characters.
func (c *dateCursor) skip(chars string) bool {
	if c.rest == "" || strings.IndexByte(chars, c.rest[0]) < 0 {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// blanks takes white space.
func (c *dateCursor) blanks() { c.rest = strings.TrimLeft(c.rest, " \t\r\n") }

// prefix takes a text in any case.
func (c *dateCursor) prefix(text string) bool {
	if len(c.rest) < len(text) || !strings.EqualFold(c.rest[:len(text)], text) {
		return false
	}
	c.rest = c.rest[len(text):]
	return true
}

// half takes the first letters of AM or PM, as many as count says, and returns A or P.
func (c *dateCursor) half(count int) (half byte, ok bool) {
	for _, name := range []string{"AM", "PM"} {
		if c.prefix(name[:count]) {
			return name[0], true
		}
	}
	return 0, false
}

// sign takes the sign of an offset from UTC.
func (c *dateCursor) sign() (sign int, ok bool) {
	switch {
	case c.skip("+"):
		return 1, true
	case c.skip("-"):
		return -1, true
	default:
		return 0, false
	}
}
