// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// ternary is what can be said of a condition. The smallest of several is their conjunction, the largest their disjunction.
type ternary int

const (
	no    ternary = iota
	maybe         // it depends on what could not be read or understood
	yes
)

// filter is a compiled scoping filter: one of its groups must hold, and a group holds when all its clauses do.
type filter [][]condition

// condition is one clause of a filter.
type condition struct {
	attribute string
	holds     func(expression.Value) ternary
}

// regexTime bounds one match of a regular expression of a filter.
const regexTime = 100 * time.Millisecond

// admits says whether a user with these attributes passes. A filter without groups lets everybody pass.
func (f filter) admits(attributes map[string]expression.Value) ternary {
	if len(f) == 0 {
		return yes
	}
	best := no
	for _, group := range f {
		all := yes
		for _, c := range group {
			if all = min(all, c.holds(attributes[c.attribute])); all == no {
				break
			}
		}
		best = max(best, all)
	}
	return best
}

// depends is a condition that holds or does not, nobody here can tell.
func depends(expression.Value) ternary { return maybe }

// operatorOf returns the test of a clause. For an empty value every test but IS NULL fails; text is compared exactly.
func operatorOf(clause graph.FilterClause) (holds func(expression.Value) ternary, understood bool) {
	name := strings.Join(strings.Fields(strings.ReplaceAll(strings.ToUpper(clause.Operator), "_", " ")), " ")
	operand := ""
	if len(clause.Values) > 0 {
		operand = clause.Values[0]
	}
	switch name {
	case "IS NULL":
		return func(v expression.Value) ternary { return ternaryOf(isEmpty(v)) }, true
	case "IS NOT NULL":
		return func(v expression.Value) ternary { return ternaryOf(!isEmpty(v)) }, true
	}
	test, understood := textOperator(name, operand)
	if !understood || len(clause.Values) > 1 {
		// How the service compares several values is not documented well enough to say.
		return depends, understood && len(clause.Values) <= 1
	}
	return func(v expression.Value) ternary {
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
func textOperator(name, operand string) (test func(string) ternary, understood bool) {
	plain := func(test func(string) bool) (func(string) ternary, bool) {
		return func(text string) ternary { return ternaryOf(test(text)) }, true
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
	case "GREATER THAN", "GREATER THAN OR EQUALS":
		return plain(func(text string) bool {
			a, errA := strconv.ParseInt(text, 10, 64)
			b, errB := strconv.ParseInt(operand, 10, 64)
			return errA == nil && errB == nil && (a > b || a == b && name != "GREATER THAN")
		})
	case "&":
		return plain(func(text string) bool { return strings.Contains(operand, text) })
	case "!&":
		return plain(func(text string) bool { return !strings.Contains(operand, text) })
	case "REGEX MATCH", "NOT REGEX MATCH":
		// The service runs on .NET, whose dialect Go's own package does not speak.
		pattern, err := regexp2.Compile(operand, regexp2.None)
		if err != nil {
			// An invalid pattern matches nothing, either way.
			return func(string) ternary { return no }, true
		}
		pattern.MatchTimeout = regexTime
		return func(text string) ternary {
			matched, err := pattern.MatchString(text)
			if err != nil {
				return maybe
			}
			return ternaryOf(matched == (name == "REGEX MATCH"))
		}, true
	}
	return nil, false
}

func ternaryOf(b bool) ternary {
	if b {
		return yes
	}
	return no
}

// isEmpty reports whether there is no value or only empty text.
func isEmpty(v expression.Value) bool {
	return v.Kind() != expression.ValueIgnored && strings.Join(v.Values(), "") == ""
}

// Excludes reports whether filters keep a user in a state out because of that state, whatever else they test.
func Excludes(filters []graph.FilterGroup, u *User, state State) bool {
	r := &rules{}
	compiled := r.compileFilter(filters)
	for _, group := range compiled {
		for i := range group {
			if name := strings.ToLower(group[i].attribute); name != sourceSoftDeleted && name != strings.ToLower(propertyEnabled) {
				group[i].holds = depends
			}
		}
	}
	return compiled.admits(r.attributesOf(u, state, nil)) == no
}
