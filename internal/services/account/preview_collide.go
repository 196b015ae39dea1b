// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"cmp"
	"strings"
)

// collide finds those among the people who have or get an account who are in each other's way: once the service has
// written for the first of them, the others match what it wrote, too, or find their address taken.
func (r *rules) collide(acting []verdict, looking map[*person]matched, x *accountIndex) []verdict {
	same := map[matchKey][]*person{}
	addresses := map[string][]*person{}
	for _, v := range acting {
		for _, key := range r.written(v, looking[v.person]) {
			same[key] = append(same[key], v.person)
		}
		if address := r.address(v); address != "" {
			addresses[address] = append(addresses[address], v.person)
		}
	}
	for i, v := range acting {
		if v.action == actionCreate || v.action == actionUpdate || v.action == actionMatched {
			for _, key := range looking[v.person].keys {
				if others := namesOf(same[key], v.person); len(others) > 0 {
					v.action, v.reason, v.subject, v.others = actionConflict, reasonShared, r.flows[key.flow].target, others
				}
			}
		}
		if address := r.address(v); address != "" && v.action != actionConflict {
			others := namesOf(addresses[address], v.person)
			if len(others) > 0 || x.taken(address, v) {
				v.action, v.reason, v.others = actionConflict, reasonTaken, others
			}
		}
		acting[i] = v
	}
	return acting
}

// written are the matching values that somebody's account gets. Of those who contend for one, everybody may win.
func (r *rules) written(v verdict, m matched) []matchKey {
	var keys []matchKey
	switch {
	case v.action == actionCreate, v.reason == reasonSeveral:
		return m.keys
	case v.action == actionUpdate, v.action == actionConflict:
		for _, i := range r.matching {
			for _, c := range v.changes {
				if c.target == r.flows[i].target {
					keys = append(keys, r.flows[i].key(i, c.planned))
				}
			}
		}
	}
	return keys
}

// address is the e-mail address, in lower case, that is written to the account of somebody who gets one, or a changed one.
func (r *rules) address(v verdict) string {
	if v.action != actionCreate && v.action != actionUpdate && v.action != actionConflict {
		return ""
	}
	for _, c := range v.changes {
		if fieldOf(c.target) == fieldEmail {
			return strings.ToLower(c.planned)
		}
	}
	return ""
}

// taken reports whether an account has an address other than that of the verdict.
func (x *accountIndex) taken(address string, v verdict) bool {
	for _, i := range x.find(&flow{field: fieldEmail}, address) {
		if v.account == nil || x.accounts[i].Key != v.account.Key {
			return true
		}
	}
	return false
}

func namesOf(people []*person, but *person) []string {
	var names []string
	for _, p := range people {
		if p != but {
			names = append(names, cmp.Or(p.name, p.id))
		}
	}
	return names
}
