// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

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
	if marks == "\u0304" && (first == 'œ' || first == 'Œ') {
		if first == 'œ' {
			return "oe"
		}
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
	for _, r := range marks {
		if !plainMarks[r] {
			return false
		}
	}
	return true
}
