// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxLength is the greatest number of characters that an expression may have.
const MaxLength = 10_000

// maxParseDepth bounds the nesting that the parser follows. Text within MaxLength cannot reach it; the bound keeps that
// true should the two ever be changed apart.
const maxParseDepth = MaxLength / 2

// Parse reads an expression: a function call, a bare attribute or constant text. When the text breaks the grammar, the
// expression is nil and the problems hold all that is wrong. Parse does not judge function names or arguments;
// [Check] does.
func Parse(text string) (*Expression, Problems) {
	c := &collector{text: text}
	root := parse(text, c)
	problems := c.sorted()
	if problems.HasErrors() {
		return nil, problems
	}
	return &Expression{text: text, root: root}, problems
}

// parse returns the tree of the text, which is partial when errors were reported, or nil when nothing could be read.
func parse(text string, c *collector) node {
	if !utf8.ValidString(text) {
		at := invalidAt(text)
		c.errorf(span{at, at + 1}, "The text is not valid UTF-8 from here on.", "Save the file as UTF-8.")
		return nil
	}
	if n := utf8.RuneCountInString(text); n > MaxLength {
		at := offsetOfRune(text, MaxLength)
		c.errorf(span{at, at}, fmt.Sprintf("The expression has %d characters; the service accepts at most %d.", n, MaxLength), "")
		return nil
	}
	p := &parser{text: text, problems: c, tokens: scan(text, c)}
	return p.expression()
}

// invalidAt returns the offset of the first byte that is not UTF-8.
func invalidAt(text string) int {
	for i := range text {
		if r, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return i
		}
	}
	return len(text)
}

// offsetOfRune returns the byte offset of the n-th character, counted from 0.
func offsetOfRune(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}

// parser is a recursive-descent parser that reports an error and continues at the next comma or parenthesis.
type parser struct {
	text     string
	tokens   []token
	at       int
	depth    int
	problems *collector
}

func (p *parser) peek() token { return p.tokens[p.at] }

// take returns the next token and moves past it; the end is never passed.
func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// source returns the text of a span.
func (p *parser) source(s span) string { return p.text[s.start:s.end] }

// expression parses the whole text.
func (p *parser) expression() node {
	for p.peek().kind == tokenBad {
		p.take()
	}
	first := p.peek()
	switch first.kind {
	case tokenEnd:
		if len(p.tokens) == 1 {
			p.problems.errorf(first.span, "The expression is empty.", "Write a function call, an attribute as in `[mail]`, or text in double quotes.")
		}
		return nil
	case tokenOpen, tokenClose, tokenComma, tokenComparison, tokenConcat:
		p.problems.errorf(first.span, fmt.Sprintf("An expression cannot begin with `%s`.", p.source(first.span)),
			"Begin with a function name, an attribute in brackets, or text in double quotes.")
		return nil
	case tokenLogical:
		return nil
	}
	root := p.argument()
	switch n := root.(type) {
	case *comparisonNode:
		p.problems.errorf(n.at(), "A comparison cannot be the whole expression.", "Wrap it, as in `CBool([a] = [b])` or `IIF([a] = [b], …, …)`.")
	case *wordNode:
		p.problems.errorf(n.at(), fmt.Sprintf("The word `%s` cannot be the whole expression.", n.name), "Put text in double quotes.")
	case *concatNode:
		p.problems.errorf(n.operator, "The whole expression must be one function call.", "Use `Join` or `Append` to concatenate text.")
	}
	p.trailing()
	return root
}

// trailing reports what follows the end of the expression.
func (p *parser) trailing() {
	t := p.peek()
	switch t.kind {
	case tokenEnd:
	case tokenClose:
		p.problems.errorf(t.span, "This closing parenthesis has no opening one.", "")
	case tokenBad, tokenLogical, tokenBadOperand:
		// Already reported by the scanner.
	default:
		if isLogicalWord(p.source(t.span)) {
			p.logicalWord(t)
			return
		}
		suggestion := "An expression is one function call; put everything into its parentheses."
		if t.kind == tokenAttribute && isNumeric(p.text[t.span.start+1:t.span.end-1]) {
			suggestion = "Write `Item(…, 1)` for the first of several values."
		}
		p.problems.errorf(t.span, fmt.Sprintf("The expression ends before %s.", t.describe(p.text)), suggestion)
	}
}

// argument parses an operand with an optional comparison.
func (p *parser) argument() node {
	left := p.concatenation()
	if p.peek().kind != tokenComparison {
		return left
	}
	operator := p.source(p.take().span)
	if strings.HasPrefix(operator, "&") { // HTML, which was reported
		operator = "="
	}
	if meant := comparisons[operator]; meant != "" {
		operator = meant
	}
	right := p.concatenation()
	n := &comparisonNode{place: place{span{left.at().start, right.at().end}}, operator: operator, left: left, right: right}
	for p.peek().kind == tokenComparison {
		t := p.take()
		p.problems.errorf(t.span, "A comparison has only two sides.", noLogicalOperators)
		p.concatenation()
	}
	return n
}

// concatenation parses operands joined by the & operator.
func (p *parser) concatenation() node {
	left := p.operand()
	for p.peek().kind == tokenConcat {
		operator := p.take().span
		right := p.operand()
		left = &concatNode{place: place{span{left.at().start, right.at().end}}, operator: operator, left: left, right: right}
	}
	return left
}

// operand parses one value. What cannot be a value is reported and left for the caller to skip.
func (p *parser) operand() node {
	skipped := false
	for p.peek().kind == tokenBad {
		p.take()
		skipped = true
	}
	t := p.peek()
	switch t.kind {
	case tokenAttribute:
		p.take()
		return &attributeNode{place: place{t.span}, name: p.text[t.span.start+1 : t.span.end-1]}
	case tokenText:
		p.take()
		if t.unterminated {
			p.problems.muted = true
			return &badNode{place{t.span}}
		}
		raw := p.source(t.span)
		return &textNode{place: place{t.span}, raw: raw, value: unescape(raw[1 : len(raw)-1])}
	case tokenNumber:
		p.take()
		return &numberNode{place: place{t.span}, raw: p.source(t.span)}
	case tokenBadOperand:
		p.take()
		return &badNode{place{t.span}}
	case tokenWord:
		p.take()
		if p.peek().kind == tokenOpen {
			return p.call(t)
		}
		return p.word(t)
	case tokenOpen:
		return p.group()
	case tokenLogical:
		// Reported by the scanner.
	case tokenEnd:
		p.problems.errorf(t.span, "The expression ends where a value is missing.", "")
	default:
		if skipped {
			break
		}
		p.problems.errorf(t.span, fmt.Sprintf("A value is missing before `%s`.", p.source(t.span)), "")
	}
	return &badNode{place{span{t.span.start, t.span.start}}}
}

// group reports parentheses that do not belong to a function and parses what they hold.
func (p *parser) group() node {
	open := p.take()
	p.problems.errorf(open.span, "Parentheses are allowed only after a function name.", "Remove them, or write the name of the function before them.")
	if !p.deeper(open.span) {
		return &badNode{place{open.span}}
	}
	inner := p.argument()
	p.skipToDelimiter()
	p.depth--
	if p.peek().kind == tokenClose {
		p.take()
	}
	return inner
}

// deeper counts one level of nesting and reports when there are too many.
func (p *parser) deeper(at span) bool {
	p.depth++
	if p.depth <= maxParseDepth {
		return true
	}
	p.problems.errorf(at, fmt.Sprintf("Calls are nested more than %d deep.", maxParseDepth), "")
	p.problems.muted = true
	p.at = len(p.tokens) - 1
	return false
}

// word parses a word that is not followed by a parenthesis.
func (p *parser) word(t token) node {
	name := p.source(t.span)
	if isBareWord(name) {
		return &wordNode{place: place{t.span}, name: name}
	}
	suggestion := fmt.Sprintf("Write `[%s]` for an attribute or `\"%s\"` for text.", shorten(name), shorten(name))
	if f := lookup(name); f != nil {
		suggestion = fmt.Sprintf("Write `%s()` to call the function.", f.Name)
		if len(f.Parameters) > 0 {
			suggestion = fmt.Sprintf("Write `%s(…)` to call the function.", f.Name)
		}
	}
	if isLogicalWord(name) {
		suggestion = noLogicalOperators
	}
	p.problems.errorf(t.span, fmt.Sprintf("The word `%s` has no meaning here.", shorten(name)), suggestion)
	return &badNode{place{t.span}}
}

// call parses the arguments of a function whose name has been taken.
func (p *parser) call(name token) node {
	open := p.take()
	n := &callNode{name: p.source(name.span), nameSpan: name.span}
	n.function = lookup(n.name)
	n.span = span{name.span.start, open.span.end}
	if !p.deeper(name.span) {
		return n
	}
	defer func() { p.depth-- }()

	afterComma := false
	for {
		t := p.peek()
		switch t.kind {
		case tokenClose:
			p.take()
			if afterComma {
				n.args = append(n.args, &omittedNode{place{span{t.span.start, t.span.start}}})
			}
			n.span.end = t.span.end
			return n
		case tokenComma:
			p.take()
			n.args = append(n.args, &omittedNode{place{span{t.span.start, t.span.start}}})
			afterComma = true
			continue
		case tokenEnd:
			p.problems.errorf(open.span, fmt.Sprintf("The parenthesis of `%s` is not closed.", shorten(n.name)), "Add `)` where the call ends.")
			p.problems.muted = true
			n.unclosed = true
			n.span.end = t.span.end
			return n
		}
		n.args = append(n.args, p.argument())
		afterComma = p.delimiter(n)
	}
}

// delimiter moves past the comma after an argument, reporting whatever stands before it, and reports whether it found one.
func (p *parser) delimiter(n *callNode) bool {
	for {
		t := p.peek()
		switch t.kind {
		case tokenComma:
			p.take()
			return true
		case tokenClose, tokenEnd:
			return false
		case tokenLogical:
			p.take()
			p.skipOperand()
		case tokenBad:
			p.take()
		case tokenWord:
			if isLogicalWord(p.source(t.span)) {
				p.logicalWord(t)
				p.take()
				p.skipOperand()
				continue
			}
			p.missingComma(t, n)
			return true
		default:
			p.missingComma(t, n)
			return true
		}
	}
}

// missingComma reports two values without a comma between them; parsing continues as if it were there.
func (p *parser) missingComma(t token, n *callNode) {
	p.problems.errorf(t.span, fmt.Sprintf("A comma is missing before %s in the arguments of `%s`.", t.describe(p.text), shorten(n.name)), "")
}

// logicalWord reports AND and OR, which other languages have between conditions.
func (p *parser) logicalWord(t token) {
	p.problems.errorf(t.span, fmt.Sprintf("There is no operator `%s`.", p.source(t.span)), noLogicalOperators)
}

// skipOperand reads past the right side of an operator that was reported, so one mistake gives one error.
func (p *parser) skipOperand() {
	switch p.peek().kind {
	case tokenComma, tokenClose, tokenEnd:
	default:
		p.argument()
	}
}

// skipToDelimiter moves to the next comma or closing parenthesis of this level.
func (p *parser) skipToDelimiter() {
	for depth := 0; ; p.take() {
		switch p.peek().kind {
		case tokenEnd:
			return
		case tokenOpen:
			depth++
		case tokenComma:
			if depth == 0 {
				return
			}
		case tokenClose:
			if depth == 0 {
				return
			}
			depth--
		}
	}
}

func isLogicalWord(name string) bool {
	return strings.EqualFold(name, "and") || strings.EqualFold(name, "or")
}

// unescape replaces the two documented escapes. Any other backslash stays: what it means is not documented.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '"') {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
