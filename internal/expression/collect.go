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
	if c.muted || len(c.problems) >= maxProblems && severity == SeverityWarning || len(c.problems) >= 2*maxProblems {
		return
	}
	c.problems = append(c.problems, Problem{Severity: severity, Message: message, Suggestion: suggestion, Range: rangeOf(c.text, s)})
}

// sorted returns the problems in the order of the text, errors before warnings at the same place.
func (c *collector) sorted() Problems {
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Range.Start.Offset, b.Range.Start.Offset), cmp.Compare(a.Severity, b.Severity))
	})
	if len(c.problems) > maxProblems {
		c.problems = c.problems[:maxProblems]
	}
	return c.problems
}
