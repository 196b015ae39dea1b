// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"slices"
	"time"
)

// dateText returns an instant as date functions write it.
func dateText(t time.Time) Value { return String(t.Format(dateLayout)) }

func (c *invocation) now() Value {
	if c.options.Now == nil {
		return c.fail(c.node, ErrNeedsNow, "`Now` needs the current time, which is not set.")
	}
	return dateText(c.options.Now.UTC())
}

func (c *invocation) cDate() Value { return dateText(c.instant(0)) }

func (c *invocation) dateAdd() Value {
	interval, value, t := c.text(0), c.integer(1), c.instant(2)
	// No calendar of .NET spans this many seconds, so nothing that could overflow is in range.
	const most = 1 << 40
	if value > most || value < -most {
		return c.failArgument(1, "The date is moved out of the range of years 1 to 9999.")
	}
	moved, ok := addInterval(t, interval, value)
	if !ok {
		return c.failInterval(interval)
	}
	if _, ok := inRange(moved); !ok {
		return c.failArgument(1, "The date is moved out of the range of years 1 to 9999.")
	}
	return dateText(moved)
}

func (c *invocation) failInterval(interval string) Value {
	return c.failArgument(0, "The argument `interval` of `%s` must be `yyyy`, `m`, `d`, `ww`, `h`, `n`, or `s`, and %s is not one of them.", c.name(), c.shown(0, interval))
}

func checkInterval(c *checker, n *callNode) {
	value, ok := n.constant(0)
	if ok && !slices.Contains([]string{"yyyy", "m", "d", "ww", "h", "n", "s"}, value) {
		c.warnf(n.args[0].at(), fmt.Sprintf("`%s` is not a documented interval.", shorten(value)),
			"Intervals are `yyyy` (year), `m` (month), `d` (day), `ww` (week), `h` (hour), `n` (minute), and `s` (second), in lowercase.")
	}
}

// The intervals in months and in seconds. Those of q, y and w are not documented for provisioning; they mean what they
// mean in Entra Connect.
var (
	intervalMonths  = map[string]int64{"yyyy": 12, "q": 3, "m": 1}
	intervalSeconds = map[string]int64{"ww": 7 * 24 * 3600, "d": 24 * 3600, "y": 24 * 3600, "w": 24 * 3600, "h": 3600, "n": 60, "s": 1}
)

// addInterval moves a date.
func addInterval(t time.Time, interval string, value int64) (time.Time, bool) {
	if months, ok := intervalMonths[interval]; ok {
		return addMonths(t, value*months), true
	}
	seconds, ok := intervalSeconds[interval]
	return addSeconds(t, value*seconds), ok
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

func (c *invocation) dateDiff() Value {
	interval, from, to := c.text(0), c.instant(1), c.instant(2)
	difference, ok := countIntervals(from, to, interval)
	if !ok {
		return c.failInterval(interval)
	}
	return number(difference)
}

// countIntervals counts from one date to another by the classic Visual Basic rules: boundaries crossed for years,
// quarters, months and calendar weeks; whole elapsed intervals for the rest.
func countIntervals(from, to time.Time, interval string) (int64, bool) {
	// Ticks keep the fraction of a second, so truncation sees the true distance.
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
	}
	if seconds, ok := intervalSeconds[interval]; ok {
		return ticks / (seconds * second), true
	}
	return 0, false
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

func (c *invocation) numFromDate() Value {
	ticks := fileTime(c.instant(0))
	if ticks < 0 {
		return c.failArgument(0, "File times begin in 1601, and the date is earlier.")
	}
	return number(ticks)
}

func (c *invocation) dateFromNum() Value {
	ticks := c.integer(0)
	t := time.Unix(ticks/10_000_000+fileTimeEpoch, ticks%10_000_000*100).UTC()
	if _, ok := inRange(t); !ok || ticks < 0 {
		return c.failArgument(0, "`DateFromNum` needs a Windows file time.")
	}
	return dateText(t)
}

func (c *invocation) formatDateTime() Value {
	styles, input := styleDefault, 2
	switch {
	case c.node.older():
		input = 1
	case c.given(1):
		var err error
		if styles, err = parseStyles(c.text(1)); err != nil {
			return c.failArgument(1, "The styles of `FormatDateTime` cannot be read: %s.", c.reason(1, err))
		}
	}
	from, to, source := c.format(input), c.format(input+1), c.text(0)
	switch {
	case c.err != nil:
		return Value{}
	case source == "":
		return c.failArgument(0, "`FormatDateTime` needs a date, but there is no value.")
	}
	m, err := from.parse(source, styles, c.options.Now)
	switch {
	case err == errNoToday:
		return c.fail(c.node, ErrNeedsNow, "`FormatDateTime` needs the current date for text that has none, and the current time is not set.")
	case err != nil:
		return c.failArgument(0, "`FormatDateTime` cannot read %s with the input format: %s.", c.shown(0, source), err)
	}
	return c.result(to.write(m))
}

// format returns an argument that must be a .NET date format.
func (c *invocation) format(i int) *dateFormat {
	f, err := compileFormat(c.text(i))
	if err != nil {
		c.failArgument(i, "The date format is not valid: %s.", c.reason(i, err))
	}
	return f
}

func checkFormats(c *checker, n *callNode) {
	input := 2
	if n.older() {
		input = 1
		c.warnf(n.at(), "`FormatDateTime` with three arguments is an older form that the service may refuse.",
			"Mark the omitted styles with a comma: `FormatDateTime(source, , inputFormat, outputFormat)`.")
	} else if styles, ok := n.constant(1); ok {
		if _, err := parseStyles(styles); err != nil {
			c.warnf(n.args[1].at(), fmt.Sprintf("`%s` is not a .NET DateTimeStyles value.", shorten(styles)), "")
		}
	}
	for slot := input; slot <= input+1; slot++ {
		format, ok := n.constant(slot)
		if !ok {
			continue
		}
		if len(format) == 1 {
			c.warnf(n.args[slot].at(), fmt.Sprintf("A format of one letter is a standard .NET format, not the custom format `%s`.", format),
				fmt.Sprintf("Write `%%%s` for the custom format.", format))
		}
		if _, err := compileFormat(format); err != nil {
			c.warnf(n.args[slot].at(), fmt.Sprintf("The date format is not valid: %s.", err), "")
		}
	}
}
