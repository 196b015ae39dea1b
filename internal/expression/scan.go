// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
	tokenLogical    // a logical or arithmetic operator, which the language does not have; it has been reported
	tokenBadOperand // something unreadable where a value was meant; it has been reported
	tokenBad        // a character that belongs nowhere; it has been reported
)

// token is one piece of the text.
type token struct {
	kind tokenKind
	span span
	// unterminated marks text whose closing quote is missing, so nothing after it can be trusted.
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
	if most := offsetOfRune(s, 40); most < len(s) {
		return s[:most] + "…"
	}
	return s
}

// scanner splits a text into tokens and reports what cannot be part of any token.
type scanner struct {
	text     string
	at       int
	tokens   []token
	problems *collector
}

// scan returns the tokens of the text; the last one is always tokenEnd.
func scan(text string, problems *collector) []token {
	s := &scanner{text: text, problems: problems, tokens: make([]token, 0, len(text)/4+2)}
	for s.next() {
	}
	s.emit(tokenEnd, len(text))
	return s.tokens
}

// emit appends a token that runs from start to the current place.
func (s *scanner) emit(kind tokenKind, start int) {
	s.tokens = append(s.tokens, token{kind: kind, span: span{start, s.at}})
}

// afterOperand reports whether the previous token ends a value.
func (s *scanner) afterOperand() bool {
	return len(s.tokens) > 0 && s.tokens[len(s.tokens)-1].endsOperand()
}

// next reads one token; it reports false at the end of the text.
func (s *scanner) next() bool {
	for s.at < len(s.text) && isBlank(s.text[s.at]) {
		s.at++
	}
	if s.at >= len(s.text) {
		return false
	}
	start := s.at
	switch c := s.text[s.at]; {
	case s.foreign(start):
	case c == '(':
		s.at++
		s.emit(tokenOpen, start)
	case c == ')':
		s.at++
		s.emit(tokenClose, start)
	case c == ',':
		s.at++
		s.emit(tokenComma, start)
	case c == '"':
		s.quoted()
	case c == '[':
		s.attribute()
	case c == '&':
		s.ampersand()
	case c == '=' || c == '<' || c == '>' || c == '!' || c == '|':
		s.operator()
	case isDigit(c) || c == '-' && s.digitAt(s.at+1) && !s.afterOperand():
		s.number()
	default:
		s.other()
	}
	return true
}

// quoted reads text in double quotes. A backslash takes the next character with it.
func (s *scanner) quoted() {
	start := s.at
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			s.emit(tokenText, start)
			return
		}
	}
	s.at = len(s.text)
	s.emit(tokenText, start)
	s.tokens[len(s.tokens)-1].unterminated = true
	s.problems.errorf(span{start, start + 1}, "The text that starts here has no closing quote.",
		"End it with `\"`, and put a backslash before quotes that are part of the text.")
}

// attribute reads an attribute name with its brackets. Brackets inside the name must be balanced.
func (s *scanner) attribute() {
	start, depth := s.at, 0
	for i := s.at; i < len(s.text); i++ {
		switch s.text[i] {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth > 0 {
			continue
		}
		s.at = i + 1
		if strings.TrimSpace(s.text[start+1:i]) == "" {
			s.problems.errorf(span{start, s.at}, "The brackets do not contain an attribute name.", "Write the name between them, as in `[mail]`.")
			s.emit(tokenBadOperand, start)
			return
		}
		s.emit(tokenAttribute, start)
		return
	}
	s.problems.errorf(span{start, start + 1}, "The attribute that starts here has no closing bracket.", "End its name with `]`.")
	s.at = len(s.text)
	if i := strings.IndexAny(s.text[start:], ",()\"\r\n"); i >= 0 {
		s.at = start + i
	}
	s.emit(tokenBadOperand, start)
}

// ampersand reads a number in &H notation or one of the operators that begin with &.
func (s *scanner) ampersand() {
	start := s.at
	if !s.afterOperand() && s.at+1 < len(s.text) && s.text[s.at+1]|0x20 == 'h' {
		s.at += 2
		digits := s.at
		for s.at < len(s.text) && isWordByte(s.text[s.at]) {
			s.at++
		}
		if s.text[digits-1] != 'H' || !isHex(s.text[digits:s.at]) {
			s.problems.errorf(span{start, s.at}, fmt.Sprintf("`%s` is not a hexadecimal number.", shorten(s.text[start:s.at])),
				"Write `&H` and hexadecimal digits, as in `&HF7`.")
			s.emit(tokenBadOperand, start)
			return
		}
		s.emit(tokenNumber, start)
		return
	}
	s.at++
	if s.at < len(s.text) && s.text[s.at] == '&' {
		s.at++
		s.logical(start)
		return
	}
	s.emit(tokenConcat, start)
}

// operator reads a comparison operator, or one that only other languages have.
func (s *scanner) operator() {
	start := s.at
	for s.at < len(s.text) && s.at-start < 3 && strings.IndexByte("=<>!|", s.text[s.at]) >= 0 {
		s.at++
	}
	for s.at-start > 1 && comparisons[s.text[start:s.at]] == "" && s.text[start:s.at] != "||" {
		s.at--
	}
	written := s.text[start:s.at]
	switch meant := comparisons[written]; {
	case meant == written:
		s.emit(tokenComparison, start)
	case meant != "":
		s.problems.errorf(span{start, s.at}, fmt.Sprintf("`%s` is not an operator of this language.", written), fmt.Sprintf("Write `%s`.", meant))
		s.emit(tokenComparison, start)
	default:
		s.logical(start)
	}
}

// comparisons are the comparison operators, and those of other languages with what they stand for.
var comparisons = map[string]string{
	"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
	"==": "=", "===": "=", "!=": "<>", "!==": "<>", "><": "<>", "=<": "<=", "=>": ">=",
}

// logical reports a logical operator.
func (s *scanner) logical(start int) {
	s.problems.errorf(span{start, s.at}, fmt.Sprintf("There is no operator `%s`.", s.text[start:s.at]), noLogicalOperators)
	s.emit(tokenLogical, start)
}

const noLogicalOperators = "Nest `IIF` calls: on the true side for \"and\", on the false side for \"or\"; `Not(…)` negates."

// number reads a decimal number.
func (s *scanner) number() {
	start := s.at
	if s.text[s.at] == '-' {
		s.at++
	}
	for s.digitAt(s.at) {
		s.at++
	}
	if s.at < len(s.text) && s.text[s.at] == '.' && s.digitAt(s.at+1) {
		for s.at++; s.digitAt(s.at); s.at++ {
		}
	}
	if s.at < len(s.text) && (s.text[s.at] == '.' || isWordByte(s.text[s.at])) {
		for s.at < len(s.text) && (s.text[s.at] == '.' || isWordByte(s.text[s.at])) {
			s.at++
		}
		s.problems.errorf(span{start, s.at}, fmt.Sprintf("`%s` is not a number.", shorten(s.text[start:s.at])), "Put text in double quotes.")
		s.emit(tokenBadOperand, start)
		return
	}
	s.emit(tokenNumber, start)
}

// other reads a word, or reports a character that nothing begins with.
func (s *scanner) other() {
	start := s.at
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += size
	switch {
	case unicode.IsLetter(r) || r == '_':
		for s.at < len(s.text) {
			r, size = utf8.DecodeRuneInString(s.text[s.at:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.' {
				break
			}
			s.at += size
		}
		if first, name, dotted := strings.Cut(s.text[start:s.at], "."); dotted && strings.EqualFold(first, "user") && name != "" {
			s.problems.errorf(span{start, s.at}, fmt.Sprintf("`%s` is the notation of dynamic groups.", shorten(s.text[start:s.at])), fmt.Sprintf("Write `[%s]`.", shorten(name)))
			s.emit(tokenBadOperand, start)
			return
		}
		s.emit(tokenWord, start)
	case s.slip(start, r):
	case r == '\'' || r == '‘' || r == '’' || r == '“' || r == '”' || r == '„' || r == '`' || r == '«' || r == '＂':
		s.wrongQuotes(start, r)
	case r == ']':
		s.problems.errorf(span{start, s.at}, "This `]` has no opening bracket.", "")
		s.emit(tokenBad, start)
	case strings.ContainsRune("+-*/%^~", r):
		suggestion := "Use `DateAdd` for dates; other arithmetic is not available."
		if r == '+' {
			suggestion = "Use `Join` or `Append` to concatenate text."
		}
		s.problems.errorf(span{start, s.at}, fmt.Sprintf("There is no operator `%c`.", r), suggestion)
		s.emit(tokenLogical, start)
	case unicode.IsSpace(r) || isInvisible(r):
		s.problems.errorf(span{start, s.at}, fmt.Sprintf("The character U+%04X is not a plain space.", r), "Replace it with a space, or remove it.")
		s.emit(tokenBad, start)
	default:
		s.problems.errorf(span{start, s.at}, fmt.Sprintf("The character `%c` is not allowed here.", visible(r)), "Put text in double quotes.")
		s.emit(tokenBad, start)
	}
}

// wrongQuotes reports text in quotes other than double quotes and skips it.
func (s *scanner) wrongQuotes(start int, quote rune) {
	closing := string(quote)
	switch quote {
	case '“', '„':
		closing = "“”"
	case '‘':
		closing = "’"
	case '«':
		closing = "»"
	}
	rest := s.text[s.at:]
	if i := strings.IndexAny(rest, closing); i >= 0 && !strings.ContainsAny(rest[:i], "\r\n") {
		_, size := utf8.DecodeRuneInString(rest[i:])
		s.at += i + size
	}
	s.problems.errorf(span{start, s.at}, "Text must be in plain double quotes, not in other quotes.", "Write it as `\"text\"`.")
	s.emit(tokenBadOperand, start)
}

func (s *scanner) digitAt(i int) bool { return i < len(s.text) && isDigit(s.text[i]) }

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordByte(c byte) bool {
	return isDigit(c) || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// isInvisible reports format characters, such as the byte order mark and zero-width blanks, that get into pasted text.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }
