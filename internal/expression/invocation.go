// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// invocation is one function call with its evaluated arguments.
type invocation struct {
	*evaluation
	node *callNode
	args []Value
}

// implementations computes the functions that are declared as possible offline; SelectUniqueValue is part of the
// evaluation itself because it does not evaluate all of its arguments.
var implementations = map[string]func(*invocation) (Value, *EvalError){
	"Append":                             (*invocation).appendText,
	"AppRoleAssignments":                 (*invocation).same,
	"AppRoleAssignmentsComplex":          (*invocation).same,
	"AssertiveAppRoleAssignmentsComplex": (*invocation).same,
	"BitAnd":                             (*invocation).bitAnd,
	"CBool":                              (*invocation).cBool,
	"CDate":                              (*invocation).cDate,
	"Coalesce":                           (*invocation).coalesce,
	"ConvertFromBase64":                  (*invocation).convertFromBase64,
	"ConvertToBase64":                    (*invocation).convertToBase64,
	"ConvertToUTF8Hex":                   (*invocation).convertToUTF8Hex,
	"Count":                              (*invocation).count,
	"CStr":                               (*invocation).same,
	"DateAdd":                            (*invocation).dateAdd,
	"DateDiff":                           (*invocation).dateDiff,
	"DateFromNum":                        (*invocation).dateFromNum,
	"DNComponent":                        (*invocation).dnComponent,
	"Error":                              (*invocation).raise,
	"FormatDateTime":                     (*invocation).formatDateTime,
	"Guid":                               (*invocation).guid,
	"IgnoreFlowIfNullOrEmpty":            (*invocation).ignoreFlowIfNullOrEmpty,
	"IIF":                                (*invocation).iif,
	"InStr":                              (*invocation).inStr,
	"IsNull":                             (*invocation).isNull,
	"IsNullOrEmpty":                      (*invocation).isNullOrEmpty,
	"IsPresent":                          (*invocation).isPresent,
	"IsString":                           (*invocation).isString,
	"Item":                               (*invocation).item,
	"Join":                               (*invocation).join,
	"Left":                               (*invocation).left,
	"Len":                                (*invocation).length,
	"Mid":                                (*invocation).mid,
	"NormalizeDiacritics":                (*invocation).normalizeDiacritics,
	"Not":                                (*invocation).not,
	"Now":                                (*invocation).now,
	"NumFromDate":                        (*invocation).numFromDate,
	"PCase":                              (*invocation).pCase,
	"Prepend":                            (*invocation).prependText,
	"RandomString":                       (*invocation).randomString,
	"Redact":                             (*invocation).same,
	"RemoveDuplicates":                   (*invocation).removeDuplicates,
	"Replace":                            (*invocation).replace,
	"SingleAppRoleAssignment":            (*invocation).singleRole,
	"Split":                              (*invocation).split,
	"StripSpaces":                        (*invocation).stripSpaces,
	"Switch":                             (*invocation).switchCall,
	"ToLower":                            (*invocation).toLower,
	"ToUpper":                            (*invocation).toUpper,
	"Trim":                               (*invocation).trim,
	"Word":                               (*invocation).word,
}

// failArgument returns an error at an argument.
func (c *invocation) failArgument(i int, format string, args ...any) *EvalError {
	return c.fail(c.node.args[i], nil, format, args...)
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
func (c *invocation) parameter(i int) string { return c.node.function.parameter(i).Name }

// one returns an argument that must be null or one text.
func (c *invocation) one(i int) (Value, *EvalError) {
	v, ok := c.args[i].single()
	if !ok {
		return v, c.failArgument(i, "The argument `%s` of `%s` has %d values and must have one.", c.parameter(i), c.name(), len(v.list))
	}
	return v, nil
}

// text returns an argument as text; null is empty text.
func (c *invocation) text(i int) (string, *EvalError) {
	v, err := c.one(i)
	return v.text, err
}

// integer returns an argument that must be a whole number, decimal or in &H notation.
func (c *invocation) integer(i int) (int64, *EvalError) {
	v, err := c.one(i)
	if err != nil {
		return 0, err
	}
	if v.IsNull() {
		return 0, c.failArgument(i, "The argument `%s` of `%s` must be a whole number, but there is no value.", c.parameter(i), c.name())
	}
	number, ok := parseInteger(v.text)
	if !ok {
		return 0, c.failArgument(i, "The argument `%s` of `%s` must be a whole number, and %s is none.", c.parameter(i), c.name(), c.shown(i, v.text))
	}
	return number, nil
}

// parseInteger reads a whole number; a fraction of zeros is allowed.
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

// count returns an integer argument cut to what an int of any machine holds.
func (c *invocation) size(i int) (int, *EvalError) {
	number, err := c.integer(i)
	return int(min(max(number, math.MinInt32), math.MaxInt32)), err
}

// instant returns an argument that must be a date.
func (c *invocation) instant(i int) (time.Time, *EvalError) {
	v, err := c.one(i)
	if err != nil {
		return time.Time{}, err
	}
	if v.isNullOrEmpty() {
		return time.Time{}, c.failArgument(i, "The argument `%s` of `%s` must be a date, but there is no value.", c.parameter(i), c.name())
	}
	t, ok := parseDate(v.text)
	if !ok {
		return t, c.failArgument(i, "The argument `%s` of `%s` must be a date, and %s is none.", c.parameter(i), c.name(), c.shown(i, v.text))
	}
	return t, nil
}

// given reports whether an argument was written.
func (c *invocation) given(i int) bool { return c.node.given(i) }

// result returns a text after counting it.
func (c *invocation) result(s string) (Value, *EvalError) {
	if err := c.produce(c.node, len(s)); err != nil {
		return Value{}, err
	}
	return String(s), nil
}

// number returns a whole number as text.
func number(n int64) Value { return String(strconv.FormatInt(n, 10)) }

// each applies a function to one text, or to each value of a list. Null stays null.
func (c *invocation) each(i int, f func(string) (string, *EvalError)) (Value, *EvalError) {
	v := c.args[i]
	switch v.kind {
	case ValueString:
		s, err := f(v.text)
		if err != nil {
			return Value{}, err
		}
		return c.result(s)
	case ValueList:
		if err := c.step(c.node, len(v.list)); err != nil {
			return Value{}, err
		}
		out := make([]string, len(v.list))
		for j, element := range v.list {
			s, err := f(element)
			if err != nil {
				return Value{}, err
			}
			if err := c.produce(c.node, len(s)); err != nil {
				return Value{}, err
			}
			out[j] = s
		}
		return List(out...), nil
	default:
		return v, nil
	}
}

// pure is like each for functions that cannot fail.
func (c *invocation) pure(i int, f func(string) string) (Value, *EvalError) {
	return c.each(i, func(s string) (string, *EvalError) { return f(s), nil })
}
