// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Equal reports whether two groups hold the same clauses under the same name. The order of clauses means nothing.
func (g FilterGroup) Equal(other FilterGroup) bool {
	return g.Name == other.Name && sameMembers(g.Clauses, other.Clauses, FilterClause.Equal)
}

// Equal reports whether two clauses say the same. The service takes operators in any case.
func (c FilterClause) Equal(other FilterClause) bool {
	return c.Attribute == other.Attribute && strings.EqualFold(c.Operator, other.Operator) && slices.Equal(c.Values, other.Values)
}

// SameFilters reports whether two lists hold the same groups. The order of groups means nothing.
func SameFilters(a, b []FilterGroup) bool { return sameMembers(a, b, FilterGroup.Equal) }

func sameMembers[T any](a, b []T, equal func(T, T) bool) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	for _, x := range a {
		i := slices.IndexFunc(rest, func(y T) bool { return equal(x, y) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// editFilters replaces the groups that people edit. Experimental kinds of groups beside them stay.
func editFilters(mapping rawObject, want []FilterGroup) (rawObject, error) {
	scope, err := parseObject(mapping.get("scope"))
	if err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	live, err := parseArray(scope.get("groups"))
	if err != nil {
		return nil, fmt.Errorf("scope.groups: %w", err)
	}
	groups := make([]FilterGroup, len(live))
	for i, raw := range live {
		if groups[i], err = readFilterGroup(raw); err != nil {
			return nil, fmt.Errorf("scope.groups[%d]: %w", i, err)
		}
	}
	if SameFilters(groups, want) {
		return mapping, nil
	}
	out := make([]json.RawMessage, 0, len(want))
	for _, w := range want {
		i := slices.IndexFunc(groups, func(g FilterGroup) bool { return g.Name == w.Name })
		if i < 0 {
			out = append(out, newFilterGroup(w).encode())
			continue
		}
		edited, err := editFilterGroup(live[i], groups[i], w)
		if err != nil {
			return nil, fmt.Errorf("scope.groups[%d]: %w", i, err)
		}
		out = append(out, edited)
		groups, live = slices.Delete(groups, i, i+1), slices.Delete(live, i, i+1)
	}
	if scope == nil {
		scope = rawObject{}.with("groups", json.RawMessage("[]")).
			with("inputFilterGroups", json.RawMessage("[]")).with("categoryFilterGroups", json.RawMessage("[]"))
	}
	return mapping.with("scope", scope.with("groups", encodeArray(out)).encode()), nil
}

func editFilterGroup(raw json.RawMessage, live, want FilterGroup) (json.RawMessage, error) {
	if live.Equal(want) {
		return raw, nil
	}
	o, err := parseObject(raw)
	if err != nil {
		return nil, err
	}
	kept, err := parseArray(o.get("clauses"))
	if err != nil {
		return nil, fmt.Errorf("clauses: %w", err)
	}
	out := make([]json.RawMessage, 0, len(want.Clauses))
	for _, w := range want.Clauses {
		i := slices.IndexFunc(live.Clauses, w.Equal)
		if i < 0 {
			out = append(out, newFilterClause(w).encode())
			continue
		}
		out = append(out, kept[i])
	}
	return o.with("clauses", encodeArray(out)).encode(), nil
}

func newFilterGroup(g FilterGroup) rawObject {
	clauses := make([]json.RawMessage, len(g.Clauses))
	for i, c := range g.Clauses {
		clauses[i] = newFilterClause(c).encode()
	}
	return rawObject{}.with("name", textOrNull(g.Name)).with("clauses", encodeArray(clauses))
}

func newFilterClause(c FilterClause) rawObject {
	values := c.Values
	if values == nil {
		values = []string{}
	}
	return rawObject{}.
		with("operatorName", encodeJSON(c.Operator)).
		with("sourceOperandName", encodeJSON(c.Attribute)).
		with("targetOperand", rawObject{}.with("values", encodeJSON(values)).encode())
}
