// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// casing is what a culture changes about upper and lower case. .NET maps characters one by one; only Turkish and
// Azerbaijani differ, and the invariant culture leaves their two special letters alone.
type casing int

const (
	casingInvariant casing = iota
	casingTurkish
	casingOther
)

// cultureName is the form of a culture's name (BCP 47): language, script, region, variants, extensions and private use.
var cultureName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:([a-z]{2,3})(-[a-z]{3})*(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-[a-z\d]{4,8})*(-[a-wyz\d](-[a-z\d]{2,8})+)*(-x(-[a-z\d]{1,8})+)?|` +
		`x(-[a-z\d]{1,8})+)$`)
})

// casingOf returns the casing of the culture with a name; empty text is the invariant culture.
func casingOf(culture string) (casing, bool) {
	if culture == "" {
		return casingInvariant, true
	}
	parts := cultureName().FindStringSubmatch(strings.ReplaceAll(culture, "_", "-"))
	if parts == nil {
		return casingInvariant, false
	}
	switch strings.ToLower(parts[1]) {
	case "tr", "tur", "az", "aze":
		return casingTurkish, true
	default:
		return casingOther, true
	}
}

func checkCulture(c *checker, n *callNode) {
	if value, ok := n.constant(1); ok {
		if _, ok := casingOf(value); !ok {
			c.warnf(n.args[1].at(), fmt.Sprintf("`%s` is not the name of a culture.", shorten(value)), "Write it as in `en-US`.")
		}
	}
}

func (c *invocation) toLower() Value { return c.mapCase(lower) }

func (c *invocation) toUpper() Value { return c.mapCase(upper) }

// mapCase changes the case of every letter as the culture has it.
func (c *invocation) mapCase(change func(rune, casing) rune) Value {
	name := c.textOr(1, "")
	culture, ok := casingOf(name)
	if !ok {
		return c.unsuitable(1, "the name of a culture", name)
	}
	return c.each(0, func(s string) string {
		return strings.Map(func(r rune) rune { return change(r, culture) }, s)
	})
}

func lower(r rune, culture casing) rune {
	switch {
	case culture == casingTurkish:
		return unicode.TurkishCase.ToLower(r)
	case culture == casingInvariant && r == 'İ':
		return r
	default:
		return unicode.ToLower(r)
	}
}

func upper(r rune, culture casing) rune {
	switch {
	case culture == casingTurkish:
		return unicode.TurkishCase.ToUpper(r)
	case culture == casingInvariant && r == 'ı':
		return r
	default:
		return unicode.ToUpper(r)
	}
}

func (c *invocation) pCase() Value {
	if !c.given(1) {
		return c.each(0, titleCase)
	}
	separators := c.text(1)
	return c.each(0, func(s string) string { return capitalizeAfter(s, separators) })
}

// capitalizeAfter writes the first character of each word in uppercase and the rest in lowercase. Only the separators
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

// plainLetters are letters whose plain form is not their base letter in Unicode.
var plainLetters = map[rune]string{
	'æ': "ae", 'ǣ': "ae", 'Æ': "AE", 'Ǣ': "AE", 'ø': "oe", 'Ø': "OE", 'ß': "ss", 'ł': "l", 'Ł': "L", 'ı': "i",
}

// plainBases are the letters that lose their marks.
const plainBases = "acdegilnorstuyz"

// plainMarks are the marks that letters lose.
var plainMarks = map[rune]bool{
	'\u0300': true, // grave
	'\u0301': true, // acute
	'\u0302': true, // circumflex
	'\u0303': true, // tilde
	'\u0304': true, // macron
	'\u0306': true, // breve
	'\u0307': true, // dot above
	'\u0308': true, // diaeresis
	'\u030a': true, // ring
	'\u030b': true, // double acute
	'\u030c': true, // caron
	'\u0323': true, // dot below
	'\u0326': true, // comma below
	'\u0327': true, // cedilla
	'\u0328': true, // ogonek
	'\u0331': true, // macron below
}

// removeDiacritics replaces letters with marks by plain letters. A letter together with the combining marks behind it is
// replaced only if the whole is known; anything else stays as it is.
func removeDiacritics(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		size := clusterSize(s)
		b.WriteString(plain(s[:size]))
		s = s[size:]
	}
	return b.String()
}

// clusterSize returns the length of the first character with the combining marks behind it.
func clusterSize(s string) int {
	for i, r := range s {
		if i > 0 && !unicode.Is(unicode.Mn, r) {
			return i
		}
	}
	return len(s)
}

// plain returns the plain form of one character with its marks, or the character itself if it has none.
func plain(cluster string) string {
	first, size := utf8.DecodeRuneInString(cluster)
	marks := cluster[size:]
	if replacement, ok := plainLetters[first]; ok && knownMarks(marks) {
		return replacement
	}
	switch cluster {
	case "œ\u0304":
		return "oe"
	case "Œ\u0304":
		return "OE"
	}
	decomposed := norm.NFD.String(cluster)
	base := decomposed[:1]
	if strings.Contains(plainBases, strings.ToLower(base)) && knownMarks(decomposed[1:]) {
		return base
	}
	return cluster
}

func knownMarks(marks string) bool {
	return !strings.ContainsFunc(marks, func(r rune) bool { return !plainMarks[r] })
}
