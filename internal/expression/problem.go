// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// Severity says whether a [Problem] makes an expression unusable.
type Severity int

const (
	SeverityError   Severity = iota // text that breaks a documented rule of the language
	SeverityWarning                 // text that is accepted but probably not what was meant, or whose meaning is not documented
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == SeverityWarning {
		return "warning"
	}
	return "error"
}

// Position is a place in the text of an expression. Line and Column count from 1, Column in characters; Offset counts
// bytes from 0.
type Position struct {
	Line   int
	Column int
	Offset int
}

// Range is the part of the text from Start up to, but not including, End.
type Range struct {
	Start Position
	End   Position
}

// Problem is one thing that is wrong or doubtful in an expression.
type Problem struct {
	Severity   Severity
	Message    string // says what is wrong, as a full sentence
	Suggestion string // says what to write instead; it may be empty
	Range      Range
}

// Error returns the message with its position on one line.
func (p Problem) Error() string {
	text := fmt.Sprintf("line %d, column %d: %s", p.Range.Start.Line, p.Range.Start.Column, p.Message)
	if p.Suggestion != "" {
		text += " " + p.Suggestion
	}
	return text
}

// Render returns the message and, below it, the position, the offending line of text and a caret under the range.
func (p Problem) Render(text string) string {
	var b strings.Builder
	b.WriteString(p.Message)
	if p.Suggestion != "" {
		b.WriteString(" ")
		b.WriteString(p.Suggestion)
	}
	fmt.Fprintf(&b, "\n\nline %d, column %d:\n", p.Range.Start.Line, p.Range.Start.Column)
	line, marker := p.excerpt(text)
	fmt.Fprintf(&b, "  %s\n  %s", line, marker)
	return b.String()
}

// excerptContext is how many characters of a long line are shown on either side of a problem.
const excerptContext = 60

// excerpt returns the offending line, shortened around the problem when it is long, and the line of carets for it.
func (p Problem) excerpt(text string) (line, marker string) {
	start := min(max(p.Range.Start.Offset, 0), len(text))
	end := min(max(p.Range.End.Offset, start), len(text))
	lineStart := strings.LastIndexAny(text[:start], "\r\n") + 1
	lineEnd := len(text)
	if i := strings.IndexAny(text[start:], "\r\n"); i >= 0 {
		lineEnd = start + i
	}
	before := []rune(text[lineStart:start])
	marked := []rune(text[start:min(end, lineEnd)])
	after := []rune(text[min(end, lineEnd):lineEnd])

	var b, m strings.Builder
	if len(before) > excerptContext {
		before = before[len(before)-excerptContext:]
		b.WriteString("… ")
		m.WriteString("  ")
	}
	for _, r := range before {
		b.WriteRune(visible(r))
		m.WriteRune(' ')
	}
	tail := ""
	if len(marked) > excerptContext {
		marked, after, tail = marked[:excerptContext], nil, " …"
	}
	for _, r := range marked {
		b.WriteRune(visible(r))
		m.WriteRune('^')
	}
	if len(marked) == 0 {
		m.WriteRune('^')
	}
	if len(after) > excerptContext {
		after, tail = after[:excerptContext], " …"
	}
	for _, r := range after {
		b.WriteRune(visible(r))
	}
	b.WriteString(tail)
	return strings.TrimRight(b.String(), " "), m.String()
}

// visible replaces characters that would shift the caret or garble a terminal.
func visible(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || isInvisible(r):
		return utf8.RuneError
	default:
		return r
	}
}

// Problems is a list of problems in the order of the text.
type Problems []Problem

// HasErrors reports whether at least one problem is an error.
func (ps Problems) HasErrors() bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Severity == SeverityError })
}

// Errors returns the problems that are errors.
func (ps Problems) Errors() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Severity != SeverityError })
}

// Render returns every problem as [Problem.Render] does, separated by blank lines.
func (ps Problems) Render(text string) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Render(text)
	}
	return strings.Join(parts, "\n\n")
}

// span is a range as byte offsets; positions are computed only when a problem is reported.
type span struct {
	start, end int
}

// rangeOf computes the positions of a span of text.
func rangeOf(text string, s span) Range {
	start := advance(text, Position{Line: 1, Column: 1}, s.start)
	return Range{Start: start, End: advance(text, start, max(s.end, s.start))}
}

// advance moves a position forward to a byte offset. CR, LF and CR LF each end a line.
func advance(text string, p Position, offset int) Position {
	offset = min(offset, len(text))
	for p.Offset < offset {
		r, size := utf8.DecodeRuneInString(text[p.Offset:])
		p.Offset += size
		if r == '\n' || r == '\r' && !strings.HasPrefix(text[p.Offset:], "\n") {
			p.Line++
			p.Column = 1
			continue
		}
		if r != '\r' {
			p.Column++
		}
	}
	return p
}

// maxProblems bounds how many problems of one text are kept. Broken text of full length could otherwise yield thousands.
const maxProblems = 25

// collector gathers the problems of one text.
type collector struct {
	text     string
	problems Problems
	counts   [2]int // how many problems there are of each severity
	muted    bool   // drops further errors once the rest of the text cannot be trusted
}

func (c *collector) errorf(s span, message, suggestion string) {
	c.add(SeverityError, s, message, suggestion)
}

func (c *collector) warnf(s span, message, suggestion string) {
	c.add(SeverityWarning, s, message, suggestion)
}

func (c *collector) add(severity Severity, s span, message, suggestion string) {
	if c.muted || c.counts[severity] >= maxProblems {
		return
	}
	c.counts[severity]++
	c.problems = append(c.problems, Problem{Severity: severity, Message: message, Suggestion: suggestion, Range: rangeOf(c.text, s)})
}

// sorted returns the problems in the order of the text, errors before warnings at the same place. When there are too many,
// the last warnings go: an error must never be lost.
func (c *collector) sorted() Problems {
	sort.SliceStable(c.problems, func(i, j int) bool {
		a, b := &c.problems[i], &c.problems[j]
		return cmp.Or(cmp.Compare(a.Range.Start.Offset, b.Range.Start.Offset), cmp.Compare(a.Severity, b.Severity)) < 0
	})
	for i := len(c.problems) - 1; i >= 0 && len(c.problems) > maxProblems; i-- {
		if c.problems[i].Severity == SeverityWarning {
			c.problems = slices.Delete(c.problems, i, i+1)
		}
	}
	return c.problems
}
