// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The .NET DateTimeStyles flags.
const (
	styleLeadingWhite         = 1
	styleTrailingWhite        = 2
	styleInnerWhite           = 4
	styleNoCurrentDateDefault = 8
	styleAdjustToUniversal    = 16
	styleAssumeLocal          = 32
	styleAssumeUniversal      = 64
	styleRoundtripKind        = 128

	styleDefault = styleRoundtripKind | styleLeadingWhite | styleTrailingWhite
)

var styleNames = map[string]int{
	"none": 0, "allowleadingwhite": styleLeadingWhite, "allowtrailingwhite": styleTrailingWhite, "allowinnerwhite": styleInnerWhite,
	"allowwhitespaces": styleLeadingWhite | styleTrailingWhite | styleInnerWhite, "nocurrentdatedefault": styleNoCurrentDateDefault,
	"adjusttouniversal": styleAdjustToUniversal, "assumelocal": styleAssumeLocal, "assumeuniversal": styleAssumeUniversal,
	"roundtripkind": styleRoundtripKind,
}

// parseStyles reads DateTimeStyles given as names separated by commas, or as their number.
func parseStyles(s string) (int, error) {
	s = strings.TrimSpace(s)
	if number, err := strconv.Atoi(s); err == nil {
		if number < 0 || number > 255 {
			return 0, fmt.Errorf("%d is not a DateTimeStyles value", number)
		}
		return number, nil
	}
	styles := 0
	for name := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '+' || r == '|' || unicode.IsSpace(r) }) {
		style, ok := styleNames[strings.ToLower(strings.TrimPrefix(name, "DateTimeStyles."))]
		if !ok {
			return 0, fmt.Errorf("`%s` is not a DateTimeStyles value", shorten(name))
		}
		styles |= style
	}
	return styles, nil
}

// errNoToday says that a date without year, month and day needs the current date, which the caller did not give.
var errNoToday = errors.New("it has no date, so the current date is needed")

// exactParser reads a text by a .NET format.
type exactParser struct {
	dateCursor
	styles int

	year, month, day, weekday       int
	hour, minute, second            int
	nanosecond                      int
	dayHalf                         byte
	twelveHour, hasZone, zoneIsZulu bool
	offset                          time.Duration
}

// unset marks parts that the text does not give.
const unset = -1

// parse reads a text as .NET's exact parsing does. today is used for parts of the date that the format lacks; it may be
// nil.
func (f *dateFormat) parse(s string, styles int, today *time.Time) (moment, error) {
	p := &exactParser{dateCursor: dateCursor{s}, styles: styles, year: unset, month: unset, day: unset, weekday: unset, hour: unset, minute: unset, second: unset, nanosecond: unset}
	parts := f.parts
	if styles&styleLeadingWhite != 0 {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		parts = trimParts(parts, true)
	}
	if styles&styleTrailingWhite != 0 {
		p.rest = strings.TrimRightFunc(p.rest, unicode.IsSpace)
		parts = trimParts(parts, false)
	}
	for i := 0; i < len(parts); i++ {
		if styles&styleInnerWhite != 0 {
			p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		}
		part := parts[i]
		if i+1 < len(parts) && parts[i+1].letter == 'F' && strings.HasSuffix(part.literal, ".") && !strings.HasPrefix(p.rest, part.literal) {
			// A fraction that may be missing takes the point before it along.
			part.literal = strings.TrimSuffix(part.literal, ".")
			i++
		}
		if !p.part(part) {
			return moment{}, errors.New("it does not match the format")
		}
	}
	if styles&styleInnerWhite != 0 {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	}
	if p.rest != "" {
		return moment{}, errors.New("it continues after the format ends")
	}
	return p.result(today)
}

// trimParts drops white space at one end of a format, which the styles make meaningless.
func trimParts(parts []formatPart, leading bool) []formatPart {
	if len(parts) == 0 {
		return parts
	}
	at := len(parts) - 1
	trim := strings.TrimRightFunc
	if leading {
		at, trim = 0, strings.TrimLeftFunc
	}
	if parts[at].letter != 0 {
		return parts
	}
	out := append([]formatPart(nil), parts...)
	out[at].literal = trim(out[at].literal, unicode.IsSpace)
	return out
}

// set stores a part; a part that is given twice must agree.
func set(field *int, value int) bool {
	if *field != unset && *field != value {
		return false
	}
	*field = value
	return true
}

// number reads digits into a field and checks its bounds.
func (p *exactParser) number(field *int, count, least, most int) bool {
	value, _, ok := p.digits(min(count, 2), 2)
	return ok && value >= least && value <= most && set(field, value)
}

// named reads one of the names, in full or its first three letters, into a field.
func (p *exactParser) named(field *int, names []string, short bool, base int) bool {
	for i, name := range names {
		if short {
			name = name[:3]
		}
		if p.prefix(name) {
			return set(field, i+base)
		}
	}
	return false
}

// part reads what one specifier stands for.
func (p *exactParser) part(part formatPart) bool {
	switch part.letter {
	case 0:
		return p.literal(part.literal)
	case 'd':
		if part.count > 2 {
			return p.named(&p.weekday, weekdayNames, part.count == 3, 0)
		}
		return p.number(&p.day, part.count, 1, 31)
	case 'M':
		if part.count > 2 {
			return p.named(&p.month, monthNames, part.count == 3, 1)
		}
		return p.number(&p.month, part.count, 1, 12)
	case 'y':
		year, _, ok := p.digits(part.count, max(part.count, 2))
		if part.count <= 2 {
			year = fullYear(year)
		}
		return ok && year >= 1 && set(&p.year, year)
	case 'h':
		p.twelveHour = true
		return p.number(&p.hour, part.count, 0, 12)
	case 'H':
		return p.number(&p.hour, part.count, 0, 23)
	case 'm':
		return p.number(&p.minute, part.count, 0, 59)
	case 's':
		return p.number(&p.second, part.count, 0, 59)
	case 'f', 'F':
		least := part.count
		if part.letter == 'F' {
			least = 0
		}
		value, ok := p.fractionDigits(least, part.count)
		return ok && set(&p.nanosecond, value)
	case 't':
		half, ok := p.half(min(part.count, 2))
		p.dayHalf = half
		return ok
	case 'z':
		return p.zone(part.count)
	case 'K':
		if p.skip("Z") {
			p.zoneIsZulu = true
			return true
		}
		return p.rest == "" || p.rest[0] != '+' && p.rest[0] != '-' || p.zone(3)
	default: // g
		return p.prefix("A.D.") || p.prefix("AD")
	}
}

// literal reads literal text; with inner white space allowed, blanks in it match nothing.
func (p *exactParser) literal(s string) bool {
	if p.styles&styleInnerWhite == 0 {
		rest, ok := strings.CutPrefix(p.rest, s)
		p.rest = rest
		return ok
	}
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		if !unicode.IsSpace(r) {
			rest, ok := strings.CutPrefix(p.rest, s[:size])
			if !ok {
				return false
			}
			p.rest = rest
		}
		s = s[size:]
	}
	return true
}

// zone reads a signed offset of hours or of hours and minutes.
func (p *exactParser) zone(count int) bool {
	sign, ok := p.sign()
	if !ok {
		return false
	}
	hours, _, ok := p.digits(min(count, 2), 2)
	minutes := 0
	if ok && count > 2 {
		p.skip(":")
		minutes, _, ok = p.digits(2, 2)
	}
	p.offset, p.hasZone = clock(sign*hours, sign*minutes, 0, 0), true
	return ok && hours <= 14 && minutes <= 59
}

// result puts the parts together.
func (p *exactParser) result(today *time.Time) (moment, error) {
	if !p.hours() {
		return moment{}, errors.New("its hour is not possible")
	}
	if err := p.defaults(today); err != nil {
		return moment{}, err
	}
	t, ok := calendarDate(p.year, p.month, p.day)
	if !ok {
		return moment{}, errors.New("there is no such day")
	}
	if p.weekday != unset && p.weekday != int(t.Weekday()) {
		return moment{}, errors.New("its day of the week is wrong")
	}
	t, ok = inRange(t.Add(clock(max(p.hour, 0), max(p.minute, 0), max(p.second, 0), max(p.nanosecond, 0)) - p.offset))
	if !ok {
		return moment{}, errors.New("it is out of range")
	}
	return moment{time: t, kind: p.kind()}, nil
}

// hours turns hours of the 12-hour clock into those of the 24-hour clock.
func (p *exactParser) hours() bool {
	if !p.twelveHour {
		return p.hour == unset || p.dayHalf != 'A' && p.dayHalf != 'P' || (p.dayHalf == 'P') == (p.hour >= 12)
	}
	p.hour %= 12
	if p.dayHalf == 'P' {
		p.hour += 12
	}
	return true
}

// defaults fills parts of the date that the text does not give.
func (p *exactParser) defaults(today *time.Time) error {
	if p.year == unset && p.month == unset && p.day == unset && p.styles&styleNoCurrentDateDefault != 0 {
		p.year, p.month, p.day = 1, 1, 1
		return nil
	}
	if p.year == unset {
		if today == nil {
			return errNoToday
		}
		p.year = today.UTC().Year()
		if p.month == unset && p.day == unset {
			p.month, p.day = int(today.UTC().Month()), today.UTC().Day()
		}
	}
	p.month, p.day = max(p.month, 1), max(p.day, 1)
	return nil
}

// kind returns what .NET remembers about the offset.
func (p *exactParser) kind() dateKind {
	switch {
	case p.zoneIsZulu && p.styles&styleRoundtripKind != 0:
		return dateUTC
	case p.hasZone || p.zoneIsZulu || p.styles&(styleAssumeLocal|styleAssumeUniversal) != 0:
		if p.styles&styleAdjustToUniversal != 0 {
			return dateUTC
		}
		return dateLocal
	default:
		return dateUnspecified
	}
}
