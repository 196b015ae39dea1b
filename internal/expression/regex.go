// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/dlclark/regexp2/v2"
)

const (
	// searchTime bounds one search. The engine measures it with a goroutine that ticks every 100 ms and ends a second after
	// the last search could have timed out; a test that looks for leaked goroutines waits for it with
	// regexp2.StopTimeoutClock.
	searchTime = 500 * time.Millisecond
	// maxRegexTime bounds all searches of an evaluation together.
	maxRegexTime = time.Second
)

// pattern is a compiled .NET regular expression.
type pattern struct {
	re *regexp2.Regexp
	// last is the number of the last group.
	last int
}

// regexCache keeps the compiled form of a constant pattern with the call that uses it.
type regexCache struct {
	once    sync.Once
	pattern *pattern
	err     error
}

// compilePattern returns the compiled pattern of a Replace call, compiling constant patterns once.
func (n *callNode) compilePattern(text string) (*pattern, error) {
	if _, ok := n.constant(replacePattern); !ok {
		return compilePattern(text)
	}
	n.regex.once.Do(func() { n.regex.pattern, n.regex.err = compilePattern(text) })
	return n.regex.pattern, n.regex.err
}

// maxPatternNesting bounds the groups within groups of a pattern: the time to compile it grows with their square.
const maxPatternNesting = 200

func compilePattern(text string) (*pattern, error) {
	if len(text) > MaxLength || nesting(text) > maxPatternNesting {
		return nil, errors.New("it is too large")
	}
	re, err := regexp2.Compile(text)
	if err != nil {
		// The engine repeats the pattern at the end of its message.
		reason, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "error parsing regexp: "), " in `")
		return nil, errors.New(reason)
	}
	if re.RightToLeft() {
		return nil, errors.New("right-to-left matching is not available")
	}
	re.MatchTimeout = searchTime
	p := &pattern{re: re}
	for _, number := range re.GetGroupNumbers() {
		p.last = max(p.last, number)
	}
	return p, nil
}

// PatternProblem says what keeps a text from being a regular expression as the service reads them, in words that follow
// "because"; "" if it is one.
func PatternProblem(text string) string {
	if _, err := regexp2.Compile(text); err != nil {
		reason, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "error parsing regexp: "), " in `")
		return reason
	}
	return ""
}

// nesting returns how deep parentheses are nested in a pattern. Those in character classes count too, which does no harm.
func nesting(text string) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '(':
			depth++
			deepest = max(deepest, depth)
		case ')':
			depth--
		}
	}
	return deepest
}

// groupNumber returns the number of a group given by name or number, or -1 if the pattern lacks it.
func (p *pattern) groupNumber(name string) int {
	if number := p.re.GroupNumberFromName(name); number >= 0 {
		return number
	}
	if number, err := strconv.Atoi(name); err == nil && p.re.GroupNameFromNumber(number) != "" {
		return number
	}
	return -1
}

// substitution is one part of a .NET replacement text.
type substitution struct {
	literal []rune
	group   int  // the number of the group to insert, if there is no literal text and special is 0
	special byte // one of the characters that insert parts of the input: ` before, ' behind, _ all of it
}

// parseReplacement reads a .NET replacement text. A dollar sign that introduces nothing known stands for itself.
func (p *pattern) parseReplacement(text string) []substitution {
	var parts []substitution
	literal := 0
	for i := 0; i < len(text); {
		if text[i] != '$' {
			i++
			continue
		}
		part, size := p.readSubstitution(text[i:])
		if size == 0 {
			i++
			continue
		}
		if i > literal {
			parts = append(parts, substitution{literal: []rune(text[literal:i])})
		}
		parts = append(parts, part)
		i += size
		literal = i
	}
	if literal < len(text) {
		parts = append(parts, substitution{literal: []rune(text[literal:])})
	}
	return parts
}

// readSubstitution reads what a dollar sign introduces and returns its length, 0 if it introduces nothing.
func (p *pattern) readSubstitution(s string) (substitution, int) {
	if len(s) < 2 {
		return substitution{}, 0
	}
	switch c := s[1]; {
	case c == '$':
		return substitution{literal: []rune("$")}, 2
	case c == '&':
		return substitution{group: 0}, 2
	case c == '+':
		return substitution{group: p.last}, 2
	case c == '`' || c == '\'' || c == '_':
		return substitution{special: c}, 2
	case isDigit(c):
		end := 1
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		if number := p.groupNumber(s[1:end]); number >= 0 {
			return substitution{group: number}, end
		}
	case c == '{':
		name, _, closed := strings.Cut(s[2:], "}")
		if !closed || strings.IndexFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) >= 0 {
			return substitution{}, 0
		}
		if number := p.groupNumber(name); number >= 0 {
			return substitution{group: number}, len(name) + 3
		}
	}
	return substitution{}, 0
}

// matcher runs a pattern over one input and builds the output within the limits of the evaluation.
type matcher struct {
	call    *invocation
	pattern *pattern
	input   []rune
	output  []rune
}

// add appends characters to the output.
func (m *matcher) add(text []rune) {
	if m.call.produce(m.call.node, len(text)) {
		m.output = append(m.output, text...)
	}
}

// each calls visit for every match until it returns false or a limit is reached.
func (m *matcher) each(visit func(view regexp2.MatchView) bool) {
	began, spent := time.Now(), m.call.regexTime
	err := m.pattern.re.FindRunesMatches(m.input, -1, func(view regexp2.MatchView) bool {
		more := visit(view)
		m.call.regexTime = spent + time.Since(began)
		return more && m.call.err == nil && m.call.regexTime < maxRegexTime
	})
	m.call.regexTime = spent + time.Since(began)
	if err != nil || m.call.regexTime >= maxRegexTime {
		m.call.fail(m.call.node.args[replacePattern], ErrLimit, "The regular expression takes too long for this input.")
	}
}

// replaceAll returns the input with every match replaced.
func (m *matcher) replaceAll(replacement []substitution) string {
	done := 0
	m.each(func(view regexp2.MatchView) bool {
		start, length, _ := view.GroupRange(0)
		m.add(m.input[done:start])
		done = start + length
		for _, part := range replacement {
			switch {
			case part.literal != nil:
				m.add(part.literal)
			case part.special == '`':
				m.add(m.input[:start])
			case part.special == '\'':
				m.add(m.input[done:])
			case part.special == '_':
				m.add(m.input)
			default:
				if at, size, ok := view.GroupRange(part.group); ok {
					m.add(m.input[at : at+size])
				}
			}
		}
		return true
	})
	m.add(m.input[done:])
	return string(m.output)
}

// replaceGroup returns the input with the text of one group replaced in every match.
func (m *matcher) replaceGroup(group int, replacement string) string {
	text := []rune(replacement)
	done := 0
	m.each(func(view regexp2.MatchView) bool {
		if at, size, ok := view.GroupRange(group); ok && at >= done {
			m.add(m.input[done:at])
			m.add(text)
			done = at + size
		}
		return true
	})
	m.add(m.input[done:])
	return string(m.output)
}

// extract returns the text of a group in the first match.
func (m *matcher) extract(group int) (text string, found bool) {
	m.each(func(view regexp2.MatchView) bool {
		if at, size, ok := view.GroupRange(group); ok {
			text, found = string(m.input[at:at+size]), true
		}
		return false
	})
	return text, found
}
