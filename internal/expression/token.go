// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "fmt"

// tokenKind classifies what the scanner found.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenText
	tokenNumber
	tokenAttribute
	tokenOpen
	tokenClose
	tokenComma
	tokenComparison
	tokenConcat
	// tokenLogical is a logical or arithmetic operator, which the language does not have; it has been reported.
	tokenLogical
	// tokenBadOperand is something unreadable where a value was meant; it has been reported.
	tokenBadOperand
	// tokenBad is a character that belongs nowhere; it has been reported.
	tokenBad
)

// token is one piece of the text.
type token struct {
	kind tokenKind
	span span
	// unterminated marks text whose closing quote is missing, so that nothing after it can be trusted.
	unterminated bool
}

// endsOperand reports whether what follows the token can only be an operator or a delimiter.
func (t token) endsOperand() bool {
	switch t.kind {
	case tokenWord, tokenText, tokenNumber, tokenAttribute, tokenClose, tokenBadOperand:
		return true
	default:
		return false
	}
}

// delimits reports whether the token stands at the beginning or the end of an argument.
func (t token) delimits() bool {
	return t.kind == tokenOpen || t.kind == tokenComma || t.kind == tokenClose
}

// describe names the token for a message.
func (t token) describe(text string) string {
	switch t.kind {
	case tokenEnd:
		return "the end of the expression"
	case tokenText:
		return "text in quotes"
	case tokenAttribute:
		return "an attribute"
	default:
		return fmt.Sprintf("`%s`", shorten(text[t.span.start:t.span.end]))
	}
}

// shorten cuts long names for use in messages.
func shorten(s string) string {
	const most = 40
	count := 0
	for i := range s {
		if count == most {
			return s[:i] + "…"
		}
		count++
	}
	return s
}
