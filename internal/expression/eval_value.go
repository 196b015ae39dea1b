// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strings"
)

// same returns the first argument.
func (c *invocation) same() (Value, *EvalError) { return c.args[0], nil }

func (c *invocation) bitAnd() (Value, *EvalError) {
	left, err := c.integer(0)
	if err != nil {
		return Value{}, err
	}
	right, err := c.integer(1)
	if err != nil {
		return Value{}, err
	}
	return number(left & right), nil
}

// cBool reads zero as False and other numbers as True. Of other text it knows only True and False.
func (c *invocation) cBool() (Value, *EvalError) {
	v, err := c.one(0)
	if err != nil {
		return Value{}, err
	}
	text := strings.TrimSpace(v.text)
	switch {
	case v.isNullOrEmpty() || strings.EqualFold(text, "false"):
		return boolean(false), nil
	case strings.EqualFold(text, "true"):
		return boolean(true), nil
	}
	if n, ok := parseDecimal(text); ok {
		return boolean(n != decimal{}), nil
	}
	if n, ok := parseInteger(text); ok {
		return boolean(n != 0), nil
	}
	return Value{}, c.failArgument(0, "`CBool` cannot read %s as a Boolean.", c.shown(0, v.text))
}

func (c *invocation) coalesce() (Value, *EvalError) {
	for _, v := range c.args {
		if !v.IsNull() {
			return v, nil
		}
	}
	return Null(), nil
}

func (c *invocation) count() (Value, *EvalError) {
	return number(int64(len(c.args[0].Values()))), nil
}

// raise fails as the function's author wants.
func (c *invocation) raise() (Value, *EvalError) {
	text, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	if _, ok := c.node.constant(0); !ok {
		return Value{}, c.fail(c.node, nil, "The expression stops with an error of its own.")
	}
	return Value{}, c.fail(c.node, nil, "The expression stops with an error: %s.", strings.TrimSuffix(text, "."))
}

func (c *invocation) ignoreFlowIfNullOrEmpty() (Value, *EvalError) {
	if c.args[0].isNullOrEmpty() {
		return Ignored(), nil
	}
	return c.args[0], nil
}

func (c *invocation) iif() (Value, *EvalError) {
	condition, err := c.one(0)
	if err != nil || condition.kind == ValueIgnored {
		return condition, err
	}
	if truth(condition) {
		return c.args[1], nil
	}
	return c.args[2], nil
}

// truth reports whether a value counts as True: the word in any case, or a number other than zero.
func truth(v Value) bool {
	text := strings.TrimSpace(v.text)
	if strings.EqualFold(text, "true") {
		return true
	}
	n, ok := parseDecimal(text)
	return ok && n != decimal{}
}

func (c *invocation) isNull() (Value, *EvalError) {
	v := c.args[0]
	return boolean(v.IsNull() || v.kind == ValueList && len(v.list) == 0), nil
}

func (c *invocation) isNullOrEmpty() (Value, *EvalError) {
	return boolean(c.args[0].isNullOrEmpty()), nil
}

func (c *invocation) isPresent() (Value, *EvalError) {
	return boolean(!c.args[0].isNullOrEmpty()), nil
}

func (c *invocation) isString() (Value, *EvalError) {
	v, ok := c.args[0].single()
	return boolean(ok && v.kind == ValueString), nil
}

func (c *invocation) item() (Value, *EvalError) {
	index, err := c.size(1)
	if err != nil {
		return Value{}, err
	}
	values := c.args[0].Values()
	if index < 1 || index > len(values) {
		return Value{}, c.failArgument(1, "`Item` is asked for value %d of %d.", index, len(values))
	}
	return String(values[index-1]), nil
}

func (c *invocation) not() (Value, *EvalError) {
	v, err := c.one(0)
	if err != nil {
		return Value{}, err
	}
	return boolean(!strings.EqualFold(v.text, "true")), nil
}

func (c *invocation) removeDuplicates() (Value, *EvalError) {
	v := c.args[0]
	if v.kind != ValueList {
		return v, nil
	}
	seen := make(map[string]bool, len(v.list))
	out := slices.DeleteFunc(slices.Clone(v.list), func(s string) bool {
		before := seen[s]
		seen[s] = true
		return before
	})
	return List(out...), nil
}

// singleRole returns the first role; the documentation leaves open which one it is when there are several.
func (c *invocation) singleRole() (Value, *EvalError) {
	if values := c.args[0].Values(); len(values) > 0 {
		return String(values[0]), nil
	}
	return Null(), nil
}

// switchCall compares the source with the keys from left to right. A null source equals the empty key.
func (c *invocation) switchCall() (Value, *EvalError) {
	source, err := c.one(0)
	if err != nil || source.kind == ValueIgnored {
		return source, err
	}
	for i := 2; i+1 < len(c.args); i += 2 {
		if !c.given(i) {
			continue
		}
		key, err := c.one(i)
		if err != nil || key.kind == ValueIgnored {
			return key, err
		}
		if key.text == source.text {
			return c.args[i+1], nil
		}
	}
	return c.args[1], nil
}
