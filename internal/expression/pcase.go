// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"unicode"
)

func (c *invocation) pCase() (Value, *EvalError) {
	if !c.given(1) {
		return c.pure(0, titleCase)
	}
	separators, err := c.text(1)
	if err != nil {
		return Value{}, err
	}
	return c.pure(0, func(s string) string { return capitalizeAfter(s, separators) })
}

// capitalizeAfter writes the first character of each word in upper case and the rest in lower case. Only the separators
// end a word.
func capitalizeAfter(s, separators string) string {
	start := true
	return strings.Map(func(r rune) rune {
		wasStart := start
		start = strings.ContainsRune(separators, r)
		if wasStart {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

// wordSeparators are the characters that end a word for .NET's title case.
var wordSeparators = []*unicode.RangeTable{
	unicode.Z, unicode.Cc, unicode.Cf, unicode.P, unicode.S,
}

// titleCase follows .NET's ToTitleCase on lower-case text: a word begins with a letter, and an apostrophe inside a word
// does not begin another.
func titleCase(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		switch {
		case inWord:
			inWord = r == '\'' || !unicode.IsOneOf(wordSeparators, r)
			return r
		case unicode.IsLetter(r):
			inWord = true
			return unicode.ToTitle(r)
		default:
			return r
		}
	}, s)
}
