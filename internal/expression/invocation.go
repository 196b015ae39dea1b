// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"math"
	"time"
)

// invocation is one function call with its evaluated arguments.
type invocation struct {
	*evaluation
	node *callNode
	args []Value
}

// failArgument notes an error at an argument.
func (c *invocation) failArgument(i int, format string, args ...any) Value {
	return c.fail(c.node.args[i], nil, format, args...)
}

// unsuitable notes that an argument is not what its parameter must be.
func (c *invocation) unsuitable(i int, wanted, value string) Value {
	return c.failArgument(i, "The argument `%s` of `%s` must be %s, and %s is none.", c.parameter(i), c.name(), wanted, c.shown(i, value))
}

// missing notes that an argument has no value and must be something.
func (c *invocation) missing(i int, wanted string) {
	c.failArgument(i, "The argument `%s` of `%s` must be %s, but there is no value.", c.parameter(i), c.name(), wanted)
}

// shown returns how a message names the value of an argument. Constants are quoted; anything else may hold what an
// attribute has, which is nobody's business in an error.
func (c *invocation) shown(i int, value string) string {
	if _, ok := c.node.constant(i); ok {
		return "`" + shorten(value) + "`"
	}
	return "its value"
}

// reason returns why an argument was refused, or less if that could quote an attribute.
func (c *invocation) reason(i int, err error) string {
	if _, ok := c.node.constant(i); ok {
		return err.Error()
	}
	return "its text is not a constant, and wrong"
}

// name returns the name of the function as documented.
func (c *invocation) name() string { return c.node.function.Name }

// parameter returns the documented name of an argument's parameter.
func (c *invocation) parameter(i int) string { return c.node.parameter(i).Name }

// given reports whether an argument was written.
func (c *invocation) given(i int) bool { return c.node.given(i) }

// one returns an argument that must be null or one text.
func (c *invocation) one(i int) Value {
	v, ok := c.args[i].single()
	if !ok {
		return c.failArgument(i, "The argument `%s` of `%s` has %d values and must have one.", c.parameter(i), c.name(), len(v.list))
	}
	return v
}

// text returns an argument as text; null is empty text.
func (c *invocation) text(i int) string { return c.one(i).text }

// textOr returns an argument as text, or another text if the argument was not written.
func (c *invocation) textOr(i int, otherwise string) string {
	if !c.given(i) {
		return otherwise
	}
	return c.text(i)
}

// integer returns an argument that must be a whole number, decimal or in &H notation.
func (c *invocation) integer(i int) int64 {
	const wanted = "a whole number"
	v := c.one(i)
	if v.IsNull() {
		c.missing(i, wanted)
		return 0
	}
	number, ok := parseInteger(v.text)
	if !ok {
		c.unsuitable(i, wanted, v.text)
	}
	return number
}

// size returns an integer argument cut to what an int of any machine holds.
func (c *invocation) size(i int) int {
	return int(min(max(c.integer(i), math.MinInt32), math.MaxInt32))
}

// instant returns an argument that must be a date.
func (c *invocation) instant(i int) time.Time {
	const wanted = "a date"
	v := c.one(i)
	if v.isNullOrEmpty() {
		c.missing(i, wanted)
		return time.Time{}
	}
	t, ok := parseDate(v.text)
	if !ok {
		c.unsuitable(i, wanted, v.text)
	}
	return t
}

// result returns a text after counting it.
func (c *invocation) result(s string) Value {
	if !c.produce(c.node, len(s)) {
		return Value{}
	}
	return String(s)
}

// each applies a function to one text, or to each value of a list. Null stays null.
func (c *invocation) each(i int, f func(string) string) Value {
	v := c.args[i]
	switch {
	case c.err != nil:
		return Value{}
	case v.kind == ValueString:
		return c.result(f(v.text))
	case v.kind == ValueList && c.step(c.node, len(v.list)):
		out := make([]string, len(v.list))
		for j, element := range v.list {
			out[j] = f(element)
			if !c.produce(c.node, len(out[j])) {
				return Value{}
			}
		}
		return List(out...)
	default:
		return v
	}
}

// eachText makes the implementation of a function that changes its first argument, or each value of a list.
func eachText(f func(string) string) func(*invocation) Value {
	return func(c *invocation) Value { return c.each(0, f) }
}

// whether makes the implementation of a function that judges its first argument.
func whether(f func(Value) bool) func(*invocation) Value {
	return func(c *invocation) Value { return boolean(f(c.args[0])) }
}
