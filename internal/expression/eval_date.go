// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"time"
)

// dateText returns an instant as date functions write it.
func dateText(t time.Time) Value { return String(t.Format(dateLayout)) }

func (c *invocation) now() (Value, *EvalError) {
	if c.options.Now == nil {
		return Value{}, c.fail(c.node, ErrNeedsNow, "`Now` needs the current time, which was not given.")
	}
	return dateText(c.options.Now.UTC()), nil
}

func (c *invocation) cDate() (Value, *EvalError) {
	t, err := c.instant(0)
	if err != nil {
		return Value{}, err
	}
	return dateText(t), nil
}

func (c *invocation) dateAdd() (Value, *EvalError) {
	interval, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	value, err := c.integer(1)
	if err != nil {
		return Value{}, err
	}
	t, err := c.instant(2)
	if err != nil {
		return Value{}, err
	}
	// No calendar of .NET spans this many seconds, so nothing that could overflow is in range.
	const most = 1 << 40
	if value > most || value < -most {
		return Value{}, c.failArgument(1, "The date is moved out of the range of years 1 to 9999.")
	}
	moved, ok := addInterval(t, interval, value)
	if !ok {
		return Value{}, c.failInterval(interval)
	}
	if _, ok := inRange(moved); !ok {
		return Value{}, c.failArgument(1, "The date is moved out of the range of years 1 to 9999.")
	}
	return dateText(moved), nil
}

func (c *invocation) failInterval(interval string) *EvalError {
	return c.failArgument(0, "The argument `interval` of `%s` must be `yyyy`, `m`, `d`, `ww`, `h`, `n` or `s`, and %s is none of them.", c.name(), c.shown(0, interval))
}

// addInterval moves a date. The intervals q, y and w are not documented for provisioning; they mean what they mean in
// Entra Connect.
func addInterval(t time.Time, interval string, value int64) (time.Time, bool) {
	switch interval {
	case "yyyy":
		return addMonths(t, value*12), true
	case "q":
		return addMonths(t, value*3), true
	case "m":
		return addMonths(t, value), true
	case "ww":
		return addSeconds(t, value*7*24*3600), true
	case "d", "y", "w":
		return addSeconds(t, value*24*3600), true
	case "h":
		return addSeconds(t, value*3600), true
	case "n":
		return addSeconds(t, value*60), true
	case "s":
		return addSeconds(t, value), true
	default:
		return t, false
	}
}

// addSeconds moves an instant without the limits of time.Duration, which holds 292 years only.
func addSeconds(t time.Time, seconds int64) time.Time {
	return time.Unix(t.Unix()+seconds, int64(t.Nanosecond())).UTC()
}

// addMonths moves a date by months; a day that the month lacks becomes its last day.
func addMonths(t time.Time, months int64) time.Time {
	total := int64(t.Year())*12 + int64(t.Month()) - 1 + months
	if total < 12 || total >= 10_000*12 {
		return time.Time{}.AddDate(-1, 0, 0)
	}
	year, month := int(total/12), time.Month(total%12+1)
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month, min(t.Day(), last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func (c *invocation) dateDiff() (Value, *EvalError) {
	interval, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	from, err := c.instant(1)
	if err != nil {
		return Value{}, err
	}
	to, err := c.instant(2)
	if err != nil {
		return Value{}, err
	}
	difference, ok := countIntervals(from, to, interval)
	if !ok {
		return Value{}, c.failInterval(interval)
	}
	return number(difference), nil
}

// countIntervals counts from one date to another by the classic Visual Basic rules: boundaries crossed for years,
// quarters, months and calendar weeks; whole elapsed intervals for the rest.
func countIntervals(from, to time.Time, interval string) (int64, bool) {
	// Ticks keep the fraction of a second, so that truncation sees the true distance.
	ticks := fileTime(to) - fileTime(from)
	const second = int64(10_000_000)
	switch interval {
	case "yyyy":
		return int64(to.Year() - from.Year()), true
	case "q":
		return int64((to.Year()-from.Year())*4 + (int(to.Month())-1)/3 - (int(from.Month())-1)/3), true
	case "m":
		return int64((to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())), true
	case "ww":
		return weekNumber(to) - weekNumber(from), true
	case "w":
		return ticks / (7 * 24 * 3600 * second), true
	case "d", "y":
		return ticks / (24 * 3600 * second), true
	case "h":
		return ticks / (3600 * second), true
	case "n":
		return ticks / (60 * second), true
	case "s":
		return ticks / second, true
	default:
		return 0, false
	}
}

// weekNumber counts weeks that begin on Sunday.
func weekNumber(t time.Time) int64 {
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return (midnight.Unix()/(24*3600) - int64(t.Weekday()) + 7*1_000_000) / 7
}

// fileTimeEpoch is 1601-01-01, the beginning of Windows file times, in seconds of Unix time.
const fileTimeEpoch = -11_644_473_600

// fileTime returns the ticks of 100 ns since the beginning of Windows file times.
func fileTime(t time.Time) int64 {
	return (t.Unix()-fileTimeEpoch)*10_000_000 + int64(t.Nanosecond())/100
}

func (c *invocation) numFromDate() (Value, *EvalError) {
	t, err := c.instant(0)
	if err != nil {
		return Value{}, err
	}
	ticks := fileTime(t)
	if ticks < 0 {
		return Value{}, c.failArgument(0, "File times begin in 1601, and the date is earlier.")
	}
	return number(ticks), nil
}

func (c *invocation) dateFromNum() (Value, *EvalError) {
	ticks, err := c.integer(0)
	if err != nil {
		return Value{}, err
	}
	t := time.Unix(ticks/10_000_000+fileTimeEpoch, ticks%10_000_000*100).UTC()
	if _, ok := inRange(t); !ok || ticks < 0 {
		return Value{}, c.failArgument(0, "`DateFromNum` needs a Windows file time.")
	}
	return dateText(t), nil
}

func (c *invocation) formatDateTime() (Value, *EvalError) {
	styles, input := styleDefault, 2
	switch {
	case len(c.args) == 3:
		input = 1
	case c.given(1):
		text, err := c.text(1)
		if err != nil {
			return Value{}, err
		}
		var parseErr error
		if styles, parseErr = parseStyles(text); parseErr != nil {
			return Value{}, c.failArgument(1, "The styles of `FormatDateTime` cannot be read: %s.", c.reason(1, parseErr))
		}
	}
	from, err := c.dateFormat(input)
	if err != nil {
		return Value{}, err
	}
	to, err := c.dateFormat(input + 1)
	if err != nil {
		return Value{}, err
	}
	source, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	if source == "" {
		return Value{}, c.failArgument(0, "`FormatDateTime` needs a date, but there is no value.")
	}
	m, parseErr := from.parse(source, styles, c.options.Now)
	if parseErr == errNoToday {
		return Value{}, c.fail(c.node, ErrNeedsNow, "`FormatDateTime` needs the current date for text that has none, and the current time was not given.")
	}
	if parseErr != nil {
		return Value{}, c.failArgument(0, "`FormatDateTime` cannot read %s by the input format: %s.", c.shown(0, source), parseErr)
	}
	return c.result(to.write(m))
}

// dateFormat returns an argument that must be a .NET date format.
func (c *invocation) dateFormat(i int) (*dateFormat, *EvalError) {
	text, err := c.text(i)
	if err != nil {
		return nil, err
	}
	f, compileErr := compileFormat(text)
	if compileErr != nil {
		return nil, c.failArgument(i, "The date format is not valid: %s.", c.reason(i, compileErr))
	}
	return f, nil
}
