// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"cmp"
	"slices"
)

// maxProblems bounds how many problems of one text are kept. Broken text of full length could otherwise yield thousands.
const maxProblems = 25

// collector gathers the problems of one text.
type collector struct {
	text     string
	problems Problems
	// counts is how many problems there are of each severity.
	counts [2]int
	// muted drops further errors once the rest of the text cannot be trusted.
	muted bool
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
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Range.Start.Offset, b.Range.Start.Offset), cmp.Compare(a.Severity, b.Severity))
	})
	for i := len(c.problems) - 1; i >= 0 && len(c.problems) > maxProblems; i-- {
		if c.problems[i].Severity == SeverityWarning {
			c.problems = slices.Delete(c.problems, i, i+1)
		}
	}
	return c.problems
}
