// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// passes says whether the attributes satisfy a filter: all clauses of at least one group. No groups let everybody pass.
func passes(groups []filterGroup, attributes map[string]expression.Value) bool {
	if len(groups) == 0 {
		return true
	}
	return slices.ContainsFunc(groups, func(g filterGroup) bool {
		return !slices.ContainsFunc(g.Clauses, func(c filterClause) bool { return !c.holds(attributes[c.Source]) })
	})
}

// regexTime bounds a regular expression, which a client wrote.
const regexTime = time.Second

// holds says whether a clause is true of a value. Of an empty value only IS NULL is.
func (c filterClause) holds(value expression.Value) bool {
	operator := strings.ToUpper(strings.NewReplacer("_", " ").Replace(c.Operator))
	have := strings.Join(value.Values(), ";")
	if have == "" {
		return operator == "IS NULL"
	}
	switch operator {
	case "IS NULL":
		return false
	case "IS NOT NULL":
		return true
	case "IS TRUE":
		return strings.EqualFold(have, "true")
	case "IS FALSE":
		return strings.EqualFold(have, "false")
	}
	if c.Target == nil {
		return false
	}
	return slices.ContainsFunc(c.Target.Values, func(want string) bool { return compare(operator, have, want) })
}

func compare(operator, have, want string) bool {
	switch operator {
	case "EQUALS":
		return have == want
	case "NOT EQUALS":
		return have != want
	case "REGEX MATCH":
		return matches(want, have)
	case "NOT REGEX MATCH":
		return !matches(want, have)
	case "GREATER THAN", "GREATER THAN OR EQUALS":
		x, errX := strconv.ParseInt(have, 10, 64)
		y, errY := strconv.ParseInt(want, 10, 64)
		return errX == nil && errY == nil && (x > y || x == y && operator == "GREATER THAN OR EQUALS")
	case "INCLUDES":
		return strings.Contains(have, want)
	case "ENDS WITH":
		return strings.HasSuffix(have, want)
	case "&":
		return strings.Contains(want, have)
	case "!&":
		return !strings.Contains(want, have)
	}
	return false
}

func matches(pattern, text string) bool {
	re, err := regexp2.Compile(pattern, regexp2.None)
	if err != nil {
		return false
	}
	re.MatchTimeout = regexTime
	found, err := re.MatchString(text)
	return err == nil && found
}
