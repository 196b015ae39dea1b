// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// accountIndex are the accounts that exist at GoTo, by what they are looked up with.
type accountIndex struct {
	accounts []gotoadmin.User
	reported map[field]bool
	by       map[field]map[string][]int // value in lower case to accounts
}

func newAccountIndex(accounts []gotoadmin.User) *accountIndex {
	return &accountIndex{accounts: accounts, reported: reported(accounts), by: map[field]map[string][]int{}}
}

// find returns the accounts whose field has a value.
func (x *accountIndex) find(f *flow, value string) []int {
	values := x.by[f.field]
	if values == nil {
		values = map[string][]int{}
		for i, u := range x.accounts {
			if text, told := f.field.read(u); told && text != "" {
				key := strings.ToLower(text)
				values[key] = append(values[key], i)
			}
		}
		x.by[f.field] = values
	}
	var found []int
	for _, i := range values[strings.ToLower(value)] {
		if text, _ := f.field.read(x.accounts[i]); f.same(text, value) {
			found = append(found, i)
		}
	}
	return found
}

// matched is what comes of looking for a person's account.
type matched struct {
	found []int // of the index, sorted; several are a conflict
	// keys are the matching values that the person has: whoever is created is found by them.
	keys []matchKey
	// Why it cannot be told: a reason with its subject. A skip is certain.
	reason, subject string
	skip            bool
}

type matchKey struct {
	flow  int
	value string // in lower case unless the attribute is exact
}

// key is a value of the flow at a place as it is compared.
func (f *flow) key(at int, value string) matchKey {
	if !f.definition.CaseExact {
		value = strings.ToLower(value)
	}
	return matchKey{at, value}
}

// match looks for a person's account: matching attributes are tried by priority, those without value are passed over, and
// the first that finds any decides. A nil index stands for accounts that were not read.
func (r *rules) match(p *person, x *accountIndex) matched {
	var m matched
	for _, i := range r.matching {
		f := &r.flows[i]
		result := r.evaluate(f, p)
		if result.reason != "" {
			return matched{reason: result.reason, subject: f.target, skip: result.fails}
		}
		if isEmpty(result.value) {
			continue
		}
		if x == nil {
			return matched{reason: reasonNoAccounts}
		}
		if !x.reported[f.field] {
			return matched{reason: reasonUnreported, subject: f.target}
		}
		for _, value := range result.value.Values() {
			if value == "" {
				continue
			}
			m.found = append(m.found, x.find(f, value)...)
			m.keys = append(m.keys, f.key(i, value))
		}
		if len(m.found) > 0 {
			slices.Sort(m.found)
			m.found = slices.Compact(m.found)
			return m
		}
	}
	if len(m.keys) == 0 {
		return matched{reason: reasonNoValue, skip: true}
	}
	return m
}
