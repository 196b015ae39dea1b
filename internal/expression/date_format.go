// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	monthNames = []string{
		"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
	}
	weekdayNames = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
)

// dateKind is what .NET remembers about where a date-time belongs.
type dateKind int

const (
	dateUnspecified dateKind = iota
	dateUTC
	dateLocal
)

// moment is a date-time as .NET has it. The service's local time is taken to be UTC, so the kind matters only for K.
type moment struct {
	time time.Time
	kind dateKind
}

// formatPart is one specifier of a .NET date format with its repeat count, or literal text when letter is 0.
type formatPart struct {
	letter  byte
	count   int
	literal string
}

// dateFormat is a .NET date format, read and ready for use.
type dateFormat struct {
	parts []formatPart
	// utc says that the standard format writes the time in UTC.
	utc bool
}

// standardFormats are the custom formats behind the one-letter formats in the en-US culture, whose general form is the
// one in which date functions write.
var standardFormats = map[byte]string{
	'd': "M/d/yyyy",
	'D': "dddd, MMMM d, yyyy",
	'f': "dddd, MMMM d, yyyy h:mm tt",
	'F': "dddd, MMMM d, yyyy h:mm:ss tt",
	'g': "M/d/yyyy h:mm tt",
	'G': "M/d/yyyy h:mm:ss tt",
	'm': "MMMM d",
	'M': "MMMM d",
	'o': "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
	'O': "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
	'r': "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
	'R': "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
	's': "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
	't': "h:mm tt",
	'T': "h:mm:ss tt",
	'u': "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
	'U': "dddd, MMMM d, yyyy h:mm:ss tt",
	'y': "MMMM yyyy",
	'Y': "MMMM yyyy",
}

// formatLetters are the specifiers of custom formats.
const formatLetters = "dMyhHmsfFtzKg"

// compileFormat reads a .NET date format.
func compileFormat(format string) (*dateFormat, error) {
	f := &dateFormat{}
	if format == "" {
		return nil, errors.New("it is empty")
	}
	if len(format) == 1 {
		custom, ok := standardFormats[format[0]]
		if !ok {
			return nil, fmt.Errorf("there is no standard format `%s`", format)
		}
		f.utc = format == "U"
		format = custom
	}
	for i := 0; i < len(format); {
		c := format[i]
		switch {
		case c == '\'' || c == '"':
			size, err := f.quoted(format[i:])
			if err != nil {
				return nil, err
			}
			i += size
		case c == '\\':
			if i+1 == len(format) {
				return nil, errors.New("it ends in a backslash")
			}
			_, size := utf8.DecodeRuneInString(format[i+1:])
			f.literal(format[i+1 : i+1+size])
			i += 1 + size
		case c == '%':
			if i+1 == len(format) || format[i+1] == '%' {
				return nil, errors.New("`%` must precede a specifier")
			}
			i++
		case strings.IndexByte(formatLetters, c) >= 0:
			count := 1
			for i+count < len(format) && format[i+count] == c {
				count++
			}
			if (c == 'f' || c == 'F') && count > 7 {
				return nil, fmt.Errorf("it has more than 7 `%c` in a row", c)
			}
			f.parts = append(f.parts, formatPart{letter: c, count: count})
			i += count
		default:
			_, size := utf8.DecodeRuneInString(format[i:])
			f.literal(format[i : i+size])
			i += size
		}
	}
	return f, nil
}

// quoted reads literal text in quotes and returns how long it is with them.
func (f *dateFormat) quoted(s string) (int, error) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return i + 1, nil
		case '\\':
			if i++; i == len(s) {
				return 0, errors.New("a quote in it is not closed")
			}
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		f.literal(s[i : i+size])
		i += size - 1
	}
	return 0, errors.New("a quote in it is not closed")
}

// literal adds literal text, joining it to literal text before it.
func (f *dateFormat) literal(s string) {
	if n := len(f.parts); n > 0 && f.parts[n-1].letter == 0 {
		f.parts[n-1].literal += s
		return
	}
	f.parts = append(f.parts, formatPart{literal: s})
}

// write prints a moment in the format.
func (f *dateFormat) write(m moment) string {
	b := make([]byte, 0, 32)
	for _, part := range f.parts {
		b = part.write(b, m)
	}
	return string(b)
}

func (part formatPart) write(b []byte, m moment) []byte {
	t := m.time
	switch part.letter {
	case 0:
		return append(b, part.literal...)
	case 'd':
		switch {
		case part.count <= 2:
			return padded(b, t.Day(), part.count)
		case part.count == 3:
			return append(b, weekdayNames[t.Weekday()][:3]...)
		default:
			return append(b, weekdayNames[t.Weekday()]...)
		}
	case 'M':
		switch {
		case part.count <= 2:
			return padded(b, int(t.Month()), part.count)
		case part.count == 3:
			return append(b, monthNames[t.Month()-1][:3]...)
		default:
			return append(b, monthNames[t.Month()-1]...)
		}
	case 'y':
		if part.count <= 2 {
			return padded(b, t.Year()%100, part.count)
		}
		return padded(b, t.Year(), part.count)
	case 'h':
		return padded(b, (t.Hour()+11)%12+1, min(part.count, 2))
	case 'H':
		return padded(b, t.Hour(), min(part.count, 2))
	case 'm':
		return padded(b, t.Minute(), min(part.count, 2))
	case 's':
		return padded(b, t.Second(), min(part.count, 2))
	case 'f':
		return append(b, fractionDigits(t, part.count)...)
	case 'F':
		digits := strings.TrimRight(fractionDigits(t, part.count), "0")
		if digits == "" && len(b) > 0 && b[len(b)-1] == '.' {
			return b[:len(b)-1]
		}
		return append(b, digits...)
	case 't':
		half := "AM"
		if t.Hour() >= 12 {
			half = "PM"
		}
		return append(b, half[:min(part.count, 2)]...)
	case 'z':
		return append(b, [...]string{"+0", "+00", "+00:00"}[min(part.count, 3)-1]...)
	case 'K':
		for range part.count {
			switch m.kind {
			case dateUTC:
				b = append(b, 'Z')
			case dateLocal:
				b = append(b, "+00:00"...)
			case dateUnspecified:
			}
		}
		return b
	default: // g
		return append(b, "A.D."...)
	}
}

// padded writes a number with at least the given count of digits.
func padded(b []byte, value, width int) []byte { return fmt.Appendf(b, "%0*d", width, value) }

// fractionDigits returns the first digits of the fraction of a second.
func fractionDigits(t time.Time, count int) string {
	return fmt.Sprintf("%09d", t.Nanosecond())[:count]
}
