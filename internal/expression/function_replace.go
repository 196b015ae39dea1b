// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
)

// The slots of Replace.
const (
	replaceSource = iota
	replaceOld
	replacePattern
	replaceGroup
	replaceValue
	replaceAttribute
	replaceTemplate
)

// replaceMode is what a call of Replace does, which depends on the arguments that are given.
type replaceMode int

const (
	replaceUnspecified replaceMode = iota
	replaceText
	replaceIntoTemplate
	replaceMatches
	replaceGroupInMatches
	replaceExtract
)

// replaceModeOf chooses the mode; combinations that the documentation does not list are unspecified.
func replaceModeOf(n *callNode) replaceMode {
	given := 0
	for slot := replaceOld; slot <= replaceTemplate; slot++ {
		if n.given(slot) {
			given |= 1 << slot
		}
	}
	switch given {
	case 1<<replaceOld | 1<<replaceValue:
		return replaceText
	case 1<<replaceOld | 1<<replaceTemplate:
		return replaceIntoTemplate
	case 1<<replacePattern | 1<<replaceValue:
		return replaceMatches
	case 1<<replacePattern | 1<<replaceGroup | 1<<replaceValue:
		return replaceGroupInMatches
	case 1<<replacePattern | 1<<replaceGroup | 1<<replaceAttribute:
		return replaceExtract
	default:
		return replaceUnspecified
	}
}

func checkReplace(c *checker, n *callNode) {
	if replaceModeOf(n) == replaceUnspecified {
		suggestion := "Use `oldValue` and `replacementValue`, `oldValue` and `template`, or `regexPattern` and `replacementValue`."
		if len(n.args) == 3 && n.given(replaceOld) && n.given(replacePattern) {
			suggestion = "The replacement is the fifth argument: `Replace(source, oldValue, , , replacementValue)`."
		}
		c.warnf(n.nameSpan, "The result of `Replace` with this combination of arguments is not documented.", suggestion)
	}
	if old, ok := n.constant(replaceOld); ok && old == "" {
		c.warnf(n.args[replaceOld].at(), "`Replace` cannot look for empty text.", "Leave the argument empty to use a regular expression.")
	}
	pattern, ok := n.constant(replacePattern)
	if !ok {
		return
	}
	re, err := n.compilePattern(pattern)
	if err != nil {
		c.warnf(n.args[replacePattern].at(), fmt.Sprintf("The regular expression cannot be read: %s.", err), "The language uses the .NET flavor.")
		return
	}
	if group, ok := n.constant(replaceGroup); ok && re.groupNumber(group) < 0 {
		c.warnf(n.args[replaceGroup].at(), fmt.Sprintf("The regular expression has no group `%s`.", shorten(group)), "")
	}
	if replacement, ok := n.constant(replaceValue); ok && !n.given(replaceGroup) {
		if name := missingGroup(replacement, re); name != "" {
			c.warnf(n.args[replaceValue].at(), fmt.Sprintf("The regular expression has no group `%s`, so `${%s}` is not replaced.", name, name), "")
		}
	}
}

// missingGroup returns the first group that the replacement names in braces and the pattern lacks.
func missingGroup(replacement string, re *pattern) string {
	for rest := replacement; ; {
		_, after, found := strings.Cut(rest, "${")
		if !found {
			return ""
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return ""
		}
		if re.groupNumber(name) < 0 {
			return shorten(name)
		}
		rest = tail
	}
}

// replace does what the given arguments choose.
func (c *invocation) replace() Value {
	mode := replaceModeOf(c.node)
	switch mode {
	case replaceUnspecified:
		return c.fail(c.node, nil, "The result of `Replace` with this combination of arguments is not documented.")
	case replaceText, replaceIntoTemplate:
		return c.replacePlain(mode)
	}
	text := c.text(replacePattern)
	p, err := c.node.compilePattern(text)
	if err != nil {
		return c.fail(c.node.args[replacePattern], ErrOffline, "The regular expression cannot be read: %s.", c.reason(replacePattern, err))
	}
	if mode == replaceMatches {
		replacement := p.parseReplacement(c.text(replaceValue))
		return c.each(replaceSource, func(s string) string { return c.search(p, s).replaceAll(replacement) })
	}
	name := c.text(replaceGroup)
	group := p.groupNumber(name)
	if group < 0 {
		return c.unsuitable(replaceGroup, "a group of the regular expression", name)
	}
	if mode == replaceExtract {
		return c.extract(p, group)
	}
	replacement := c.text(replaceValue)
	return c.each(replaceSource, func(s string) string { return c.search(p, s).replaceGroup(group, replacement) })
}

// search returns what runs a pattern over a text.
func (c *invocation) search(p *pattern, input string) *matcher {
	return &matcher{call: c, pattern: p, input: []rune(input)}
}

// replacePlain replaces text in the source, or puts the source into a template.
func (c *invocation) replacePlain(mode replaceMode) Value {
	old := c.text(replaceOld)
	if old == "" {
		return c.failArgument(replaceOld, "`Replace` cannot look for empty text.")
	}
	if mode == replaceIntoTemplate {
		source := c.one(replaceSource)
		if source.IsNull() {
			return source
		}
		return c.each(replaceTemplate, func(template string) string { return c.replaceIn(template, old, source.text) })
	}
	value := c.text(replaceValue)
	return c.each(replaceSource, func(s string) string { return c.replaceIn(s, old, value) })
}

// replaceIn replaces text after making sure that the result stays within the limits.
func (c *invocation) replaceIn(s, old, value string) string {
	if grown := len(value) - len(old); grown > 0 {
		if count := strings.Count(s, old); count > 0 && grown > (maxBytes-len(s))/count {
			c.produce(c.node, maxBytes+1)
			return ""
		}
	}
	return strings.ReplaceAll(s, old, value)
}

// extract returns the source if it has a value, otherwise a group of the replacement attribute. Text that does not match
// is left as it is.
func (c *invocation) extract(p *pattern, group int) Value {
	if !c.args[replaceSource].isNullOrEmpty() {
		return c.args[replaceSource]
	}
	return c.each(replaceAttribute, func(s string) string {
		if text, found := c.search(p, s).extract(group); found {
			return text
		}
		return s
	})
}
