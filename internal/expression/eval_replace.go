// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "strings"

// replace does what the given arguments choose.
func (c *invocation) replace() (Value, *EvalError) {
	mode := replaceModeOf(c.node)
	if mode == replaceUnspecified {
		return Value{}, c.fail(c.node, nil, "What `Replace` does with this combination of arguments is not documented.")
	}
	if mode == replaceText || mode == replaceIntoTemplate {
		return c.replacePlain(mode)
	}
	text, err := c.text(replacePattern)
	if err != nil {
		return Value{}, err
	}
	p, compileErr := c.node.compilePattern(text)
	if compileErr != nil {
		return Value{}, c.fail(c.node.args[replacePattern], ErrOffline, "The regular expression cannot be read: %s.", c.reason(replacePattern, compileErr))
	}
	if mode == replaceMatches {
		replacement, err := c.text(replaceValue)
		if err != nil {
			return Value{}, err
		}
		parts := p.parseReplacement(replacement)
		return c.each(replaceSource, func(s string) (string, *EvalError) {
			return c.matcher(p, s).replaceAll(parts)
		})
	}
	name, err := c.text(replaceGroup)
	if err != nil {
		return Value{}, err
	}
	group := p.groupNumber(name)
	if group < 0 {
		return Value{}, c.failArgument(replaceGroup, "The argument `regexGroupName` of `Replace` must be a group of the regular expression, and %s is none.", c.shown(replaceGroup, name))
	}
	if mode == replaceExtract {
		return c.extract(p, group)
	}
	replacement, err := c.text(replaceValue)
	if err != nil {
		return Value{}, err
	}
	return c.each(replaceSource, func(s string) (string, *EvalError) {
		return c.matcher(p, s).replaceGroup(group, replacement)
	})
}

func (c *invocation) matcher(p *pattern, input string) *matcher {
	return &matcher{call: c, pattern: p, input: []rune(input)}
}

// replacePlain replaces text in the source, or puts the source into a template.
func (c *invocation) replacePlain(mode replaceMode) (Value, *EvalError) {
	old, err := c.text(replaceOld)
	if err != nil {
		return Value{}, err
	}
	if old == "" {
		return Value{}, c.failArgument(replaceOld, "`Replace` cannot look for empty text.")
	}
	if mode == replaceIntoTemplate {
		source, err := c.one(replaceSource)
		if err != nil || source.IsNull() {
			return source, err
		}
		return c.each(replaceTemplate, func(template string) (string, *EvalError) {
			return c.replaceIn(template, old, source.text)
		})
	}
	value, err := c.text(replaceValue)
	if err != nil {
		return Value{}, err
	}
	return c.each(replaceSource, func(s string) (string, *EvalError) {
		return c.replaceIn(s, old, value)
	})
}

// replaceIn replaces text after making sure that the result stays within the limits.
func (c *invocation) replaceIn(s, old, value string) (string, *EvalError) {
	if grown := len(value) - len(old); grown > 0 {
		if count := strings.Count(s, old); count > 0 && grown > (c.limits.Bytes-len(s))/count {
			return "", c.produce(c.node, c.limits.Bytes+1)
		}
	}
	return strings.ReplaceAll(s, old, value), nil
}

// extract returns the source if it has a value, otherwise a group of the replacement attribute. Text that does not match
// is left as it is.
func (c *invocation) extract(p *pattern, group int) (Value, *EvalError) {
	if !c.args[replaceSource].isNullOrEmpty() {
		return c.args[replaceSource], nil
	}
	return c.each(replaceAttribute, func(s string) (string, *EvalError) {
		text, found, err := c.matcher(p, s).extract(group)
		if !found {
			text = s
		}
		return text, err
	})
}
