// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// truth is what can be said of a condition.
type truth int

const (
	no truth = iota
	yes
	maybe // it depends on what could not be read or understood
)

func (t truth) not() truth { return [...]truth{yes, no, maybe}[t] }

// filter is a compiled scoping filter: one of its groups must hold, and a group holds when all its clauses do.
type filter [][]condition

// condition is one clause of a filter.
type condition struct {
	attribute string
	readable  bool // false when no property stands for the attribute
	holds     func(expression.Value) truth
}

// regexTime bounds one match of a regular expression of a filter.
const regexTime = 100 * time.Millisecond

// compileFilter prepares a filter. Unreadable lists attributes that cannot be read, unknown the operators that are not
// understood.
func compileFilter(groups []graph.FilterGroup) (compiled filter, unreadable, unknown []string) {
	for _, group := range groups {
		var conditions []condition
		for _, clause := range group.Clauses {
			holds, understood := operatorOf(clause)
			if !understood {
				unknown = append(unknown, clause.Operator)
			}
			_, readable := propertyOf(clause.Attribute)
			if !readable {
				unreadable = append(unreadable, clause.Attribute)
			}
			conditions = append(conditions, condition{clause.Attribute, readable, holds})
		}
		compiled = append(compiled, conditions)
	}
	return compiled, unreadable, unknown
}

// admits says whether somebody with these attributes passes. No groups let everybody pass.
func (f filter) admits(attributes map[string]expression.Value) truth {
	if len(f) == 0 {
		return yes
	}
	best := no
	for _, group := range f {
		all := yes
		for _, c := range group {
			holds := maybe
			if c.readable {
				holds = c.holds(attributes[c.attribute])
			}
			if holds == no {
				all = no
				break
			}
			if holds == maybe {
				all = maybe
			}
		}
		if all == yes {
			return yes
		}
		if all == maybe {
			best = maybe
		}
	}
	return best
}

// operatorOf returns the test of a clause. Of an empty value every test but IS NULL fails; text is compared exactly.
func operatorOf(clause graph.FilterClause) (holds func(expression.Value) truth, understood bool) {
	name := strings.Join(strings.Fields(strings.ReplaceAll(strings.ToUpper(clause.Operator), "_", " ")), " ")
	operand := ""
	if len(clause.Values) > 0 {
		operand = clause.Values[0]
	}
	switch name {
	case "IS NULL":
		return func(v expression.Value) truth { return truthOf(isEmpty(v)) }, true
	case "IS NOT NULL":
		return func(v expression.Value) truth { return truthOf(!isEmpty(v)) }, true
	}
	test, understood := textOperator(name, operand)
	if !understood || len(clause.Values) > 1 {
		// How the service compares several values is not documented well enough to say.
		return func(expression.Value) truth { return maybe }, understood && len(clause.Values) <= 1
	}
	return func(v expression.Value) truth {
		if isEmpty(v) {
			return no
		}
		if v.Kind() == expression.ValueList {
			return maybe // the service cannot filter by these
		}
		return test(v.Text())
	}, true
}

// textOperator returns the test that an operator makes of a text that is not empty.
func textOperator(name, operand string) (test func(string) truth, understood bool) {
	plain := func(test func(string) bool) (func(string) truth, bool) {
		return func(text string) truth { return truthOf(test(text)) }, true
	}
	switch name {
	case "EQUALS":
		return plain(func(text string) bool { return text == operand })
	case "NOT EQUALS":
		return plain(func(text string) bool { return text != operand })
	case "IS TRUE":
		return plain(func(text string) bool { return strings.EqualFold(text, "true") })
	case "IS FALSE":
		return plain(func(text string) bool { return strings.EqualFold(text, "false") })
	case "INCLUDES":
		return plain(func(text string) bool { return strings.Contains(text, operand) })
	case "ENDS WITH":
		return plain(func(text string) bool { return strings.HasSuffix(text, operand) })
	case "GREATER THAN":
		return plain(func(text string) bool { return integers(text, operand, func(a, b int64) bool { return a > b }) })
	case "GREATER THAN OR EQUALS":
		return plain(func(text string) bool { return integers(text, operand, func(a, b int64) bool { return a >= b }) })
	case "&":
		return plain(func(text string) bool { return strings.Contains(operand, text) })
	case "!&":
		return plain(func(text string) bool { return !strings.Contains(operand, text) })
	case "REGEX MATCH", "NOT REGEX MATCH":
		// The service runs on .NET, whose dialect Go's own package does not speak.
		pattern, err := regexp2.Compile(operand, regexp2.None)
		if err != nil {
			// What is no pattern matches nothing, either way.
			return func(string) truth { return no }, true
		}
		pattern.MatchTimeout = regexTime
		return func(text string) truth {
			matched, err := pattern.MatchString(text)
			switch {
			case err != nil:
				return maybe
			case name == "NOT REGEX MATCH":
				return truthOf(matched).not()
			}
			return truthOf(matched)
		}, true
	}
	return nil, false
}

func integers(a, b string, compare func(a, b int64) bool) bool {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	return errX == nil && errY == nil && compare(x, y)
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// isEmpty reports whether there is no value or only empty text.
func isEmpty(v expression.Value) bool {
	for _, text := range v.Values() {
		if text != "" {
			return false
		}
	}
	return v.Kind() != expression.ValueIgnored
}
