// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "strings"

// patternCost estimates how long a pattern may run. The engine measures time with a background goroutine that outlives
// the search by a second, which disturbs tests with a fake clock and leak detectors; the patterns that people write in
// mappings cannot run long on the short values of attributes and need no clock.
type patternCost struct {
	// choices is the number of quantifiers that can give back what they matched.
	choices int
	// risky says that a quantifier stands on a group that holds another one or alternatives, so that the effort may grow
	// exponentially, or that the pattern has a construct that is not judged here.
	risky bool
}

// harmlessEffort is the greatest estimate of steps for which a search runs without a timeout.
const harmlessEffort = 1_000_000

// harmless reports whether a search over an input of this length surely ends soon.
func (c patternCost) harmless(length int) bool {
	if c.risky {
		return false
	}
	effort := 1
	for range c.choices + 1 {
		if effort *= length + 1; effort > harmlessEffort {
			return false
		}
	}
	return true
}

// costOf reads the quantifiers and groups of a pattern.
func costOf(pattern string) patternCost {
	var cost patternCost
	var open []bool
	// varies says whether the innermost open group has a quantifier or alternatives; closed says so for the group that
	// ends right before the current place.
	varies, closed := false, false
	for i := 0; i < len(pattern); i++ {
		wasClosed := closed
		closed = false
		switch c := pattern[i]; c {
		case '\\':
			if i++; i < len(pattern) && (isDigit(pattern[i]) || pattern[i] == 'k') {
				cost.risky = true
			}
		case '[':
			i += classSize(pattern[i:]) - 1
		case '(':
			if strings.HasPrefix(pattern[i:], "(?#") || strings.HasPrefix(pattern[i:], "(?x") {
				cost.risky = true
			}
			if strings.HasPrefix(pattern[i:], "(?") {
				i++
			}
			open = append(open, varies)
			varies = false
		case ')':
			if len(open) > 0 {
				closed = varies
				varies = varies || open[len(open)-1]
				open = open[:len(open)-1]
			}
		case '|':
			varies = true
		case '*', '+', '?', '{':
			size, repeats := quantifierSize(pattern[i:])
			if size == 0 {
				continue
			}
			cost.choices++
			cost.risky = cost.risky || repeats && wasClosed
			varies = true
			i += size - 1
		}
	}
	return cost
}

// classSize returns the length of a character class.
func classSize(s string) int {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	for i++; i < len(s); i++ {
		switch {
		case s[i-1] == '\\':
			i++
		case s[i] == ']':
			return i + 1
		}
	}
	return len(s)
}

// quantifierSize returns the length of a quantifier with its lazy mark, and whether it can match more than once. A brace
// that is no quantifier has no length.
func quantifierSize(s string) (size int, repeats bool) {
	size, repeats = 1, s[0] != '?'
	if s[0] == '{' {
		bounds, _, closed := strings.Cut(s[1:], "}")
		if !closed || strings.Trim(bounds, "0123456789,") != "" || bounds == "" {
			return 0, false
		}
		size = len(bounds) + 2
	}
	if size < len(s) && s[size] == '?' {
		size++
	}
	return size, repeats
}
