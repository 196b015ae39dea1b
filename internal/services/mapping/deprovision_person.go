// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// person is somebody by whom a mapping is judged: the values of the source attributes that are known of them.
type person map[string]string

const (
	anyText     = "example" // of an attribute that has some value
	peopleLimit = 64
)

// user is the person as a user of the directory who can sign in.
func (p person) user() *impact.User {
	u := somebody()
	for name, value := range p {
		u.Imagine(name, value)
	}
	return u
}

// somebody is a person about whom nothing is known except that they can sign in.
func somebody() *impact.User {
	return &impact.User{Properties: map[string]json.RawMessage{sourceEnabled: json.RawMessage("true")}}
}

// String says who the person is, to be appended to a result; empty for somebody about whom nothing is known.
func (p person) String() string {
	var known []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		known = append(known, fmt.Sprintf("`%s` is %q", name, p[name]))
	}
	if len(known) == 0 {
		return ""
	}
	return " if " + enumerate(known)
}

// imagined are those by whom the entries of some targets are judged: somebody about whom nothing is known, and then people with
// the values that the entries compare with.
func imagined(s settings, targets ...string) []person {
	found := []person{{}}
	var names, values []string
	for _, target := range targets {
		parsed, _ := expression.Parse(s.entries[target].source.String())
		if parsed == nil {
			continue
		}
		names = append(names, slices.DeleteFunc(parsed.Attributes(), isState)...)
		values = append(values, slices.DeleteFunc(parsed.Texts(), func(text string) bool { return text == "" || isBoolean(text) })...)
	}
	names, values = sortedOnce(names), append(sortedOnce(values), anyText)
	for _, name := range names {
		for _, p := range slices.Clone(found) {
			for _, value := range values {
				if len(found) == peopleLimit {
					return found
				}
				other := maps.Clone(p)
				other[name] = value
				found = append(found, other)
			}
		}
	}
	return found
}

func sortedOnce(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}
