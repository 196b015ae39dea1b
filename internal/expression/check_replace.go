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

func (c *checker) replace(n *callNode) {
	if replaceModeOf(n) == replaceUnspecified {
		suggestion := "Give `oldValue` and `replacementValue`, `oldValue` and `template`, or `regexPattern` and `replacementValue`."
		if len(n.args) == 3 && n.given(replaceOld) && n.given(replacePattern) {
			suggestion = "The replacement is the fifth argument: `Replace(source, oldValue, , , replacementValue)`."
		}
		c.warnf(n.nameSpan, "What `Replace` does with this combination of arguments is not documented.", suggestion)
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
		c.warnf(n.args[replacePattern].at(), fmt.Sprintf("The regular expression cannot be read: %s.", err), "The language uses the .NET flavour.")
		return
	}
	if group, ok := n.constant(replaceGroup); ok && re.groupNumber(group) < 0 {
		c.warnf(n.args[replaceGroup].at(), fmt.Sprintf("The regular expression has no group `%s`.", shorten(group)), "")
	}
	if replacement, ok := n.constant(replaceValue); ok && !n.given(replaceGroup) {
		if name := missingGroup(replacement, re); name != "" {
			c.warnf(n.args[replaceValue].at(), fmt.Sprintf("The regular expression has no group `%s`, so `${%s}` stays as it is.", name, name), "")
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
