// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strconv"
	"strings"
	"time"
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

// dateLayout is how date functions write their results: M/d/yyyy h:mm:ss tt in UTC.
const dateLayout = "1/2/2006 3:04:05 PM"

// parseDate reads a date with an optional time and offset and returns the instant in UTC. It accepts ISO 8601, the form
// that date functions write, and the other common forms of the en-US culture. Without an offset, UTC is assumed.
func parseDate(s string) (time.Time, bool) {
	p := &dateParser{dateCursor: dateCursor{strings.TrimSpace(s)}}
	if !p.date() || !p.time() || !p.zone() || strings.TrimSpace(p.rest) != "" {
		return time.Time{}, false
	}
	return p.instant()
}

// dateParser reads the parts of a date text one after another.
type dateParser struct {
	dateCursor
	year, month, day      int
	hour, minute, sec     int
	nanosecond            int
	offset                time.Duration
	twelveHour, afternoon bool
}

// instant puts the parts together, refusing what no calendar has.
func (p *dateParser) instant() (time.Time, bool) {
	if p.twelveHour {
		if p.hour < 1 || p.hour > 12 {
			return time.Time{}, false
		}
		p.hour %= 12
		if p.afternoon {
			p.hour += 12
		}
	}
	if p.hour > 23 || p.minute > 59 || p.sec > 59 {
		return time.Time{}, false
	}
	t, ok := calendarDate(p.year, p.month, p.day)
	if !ok {
		return t, false
	}
	return inRange(t.Add(clock(p.hour, p.minute, p.sec, p.nanosecond) - p.offset))
}

// calendarDate returns midnight of a day that exists.
func calendarDate(year, month, day int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && t.Day() == day
}

// inRange reports whether .NET can represent the instant.
func inRange(t time.Time) (time.Time, bool) { return t, t.Year() >= 1 && t.Year() <= 9999 }

// clock returns the distance of a time of day from midnight.
func clock(hours, minutes, seconds, nanoseconds int) time.Duration {
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second + time.Duration(nanoseconds)
}

// name takes a name off the front if it is one of the names or its first three letters, and returns its index.
func (p *dateParser) name(names []string) (int, bool) {
	end := 0
	for end < len(p.rest) && (p.rest[end]|0x20) >= 'a' && (p.rest[end]|0x20) <= 'z' {
		end++
	}
	for i, name := range names {
		if strings.EqualFold(p.rest[:end], name) || strings.EqualFold(p.rest[:end], name[:3]) {
			p.rest = p.rest[end:]
			return i, true
		}
	}
	return 0, false
}

// date reads the calendar date in one of its orders.
func (p *dateParser) date() bool {
	if _, ok := p.name(weekdayNames); ok {
		p.skip(",")
		p.blanks()
	}
	if month, ok := p.name(monthNames); ok {
		return p.monthFirst(month + 1)
	}
	first, count, ok := p.digits(1, 4)
	if !ok {
		return false
	}
	if count >= 3 {
		return count == 4 && p.yearFirst(first)
	}
	if p.rest != "" && (p.rest[0] == '/' || p.rest[0] == '-' || p.rest[0] == '.') && len(p.rest) > 1 && isDigit(p.rest[1]) {
		separator := p.rest[:1]
		p.skip(separator)
		p.month = first
		if p.day, _, ok = p.digits(1, 2); !ok || !p.skip(separator) {
			return false
		}
		return p.lastYear()
	}
	p.skip("-")
	p.blanks()
	month, ok := p.name(monthNames)
	if !ok {
		return false
	}
	p.day, p.month = first, month+1
	p.skip("-,")
	p.blanks()
	return p.lastYear()
}

// yearFirst reads the rest of 2025-01-31 or 2025/1/31.
func (p *dateParser) yearFirst(year int) bool {
	p.year = year
	if p.rest == "" || p.rest[0] != '-' && p.rest[0] != '/' {
		return false
	}
	separator := p.rest[:1]
	p.skip(separator)
	var ok bool
	if p.month, _, ok = p.digits(1, 2); !ok || !p.skip(separator) {
		return false
	}
	p.day, _, ok = p.digits(1, 2)
	return ok
}

// monthFirst reads the rest of January 31, 2025.
func (p *dateParser) monthFirst(month int) bool {
	p.month = month
	p.blanks()
	var ok bool
	if p.day, _, ok = p.digits(1, 2); !ok {
		return false
	}
	p.skip(",")
	p.blanks()
	return p.lastYear()
}

// lastYear reads a year of two or four digits.
func (p *dateParser) lastYear() bool {
	year, count, ok := p.digits(2, 4)
	if !ok || count == 3 {
		return false
	}
	if count == 2 {
		year = fullYear(year)
	}
	p.year = year
	return true
}

// fullYear extends a year of two digits as .NET does for the Gregorian calendar.
func fullYear(year int) int {
	if year < 50 {
		return year + 2000
	}
	return year + 1900
}

// time reads an optional time of day.
func (p *dateParser) time() bool {
	if p.rest != "" && isDigit(p.rest[0]) {
		return false
	}
	marked := p.skip("Tt")
	p.blanks()
	hour, _, ok := p.digits(1, 2)
	if !ok {
		return !marked
	}
	p.hour = hour
	if !p.skip(":") {
		return p.dayHalf()
	}
	if p.minute, _, ok = p.digits(1, 2); !ok {
		return false
	}
	if p.skip(":") {
		if p.sec, _, ok = p.digits(1, 2); !ok || !p.fraction() {
			return false
		}
	}
	p.dayHalf()
	return true
}

// fraction reads optional digits of a second beyond the point.
func (p *dateParser) fraction() (ok bool) {
	if !p.skip(".,") {
		return true
	}
	p.nanosecond, ok = p.fractionDigits(1, len(p.rest))
	return ok
}

// dayHalf reads AM or PM and reports whether one was there.
func (p *dateParser) dayHalf() bool {
	c := dateCursor{strings.TrimLeft(p.rest, " ")}
	half, ok := c.half(2)
	if !ok {
		return false
	}
	p.dateCursor, p.twelveHour, p.afternoon = c, true, half == 'P'
	return true
}

// zone reads an optional offset from UTC.
func (p *dateParser) zone() bool {
	p.blanks()
	if p.rest == "" {
		return true
	}
	if p.skip("Zz") {
		return p.rest == ""
	}
	if strings.EqualFold(p.rest, "GMT") || strings.EqualFold(p.rest, "UTC") {
		p.rest = ""
		return true
	}
	sign, ok := p.sign()
	if !ok {
		return false
	}
	hours, count, ok := p.digits(1, 4)
	minutes := 0
	switch {
	case count > 2:
		hours, minutes = hours/100, hours%100
	case ok && p.skip(":"):
		minutes, _, ok = p.digits(2, 2)
	}
	p.offset = clock(sign*hours, sign*minutes, 0, 0)
	return ok && hours <= 14 && minutes <= 59
}
