// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// situation is everything that was read.
type situation struct {
	rules        *rules
	people       []*person
	peopleRead   bool
	accounts     []gotoadmin.User
	accountsRead bool
	ranBefore    bool // the connection has completed a cycle, and may have linked accounts to people
}

// decide says what happens to everybody and to the accounts of nobody. Unmatched is how many accounts nobody in scope
// matches, whatever becomes of them.
func (s situation) decide() (verdicts []verdict, unmatched int) {
	var index *accountIndex
	if s.accountsRead {
		index = newAccountIndex(s.accounts)
	}
	looking := map[*person]matched{}
	owners := map[int][]*person{}
	settled := true // of everybody it is known which account is theirs
	for _, p := range s.people {
		v, goesOn := s.rules.admit(p, s.peopleRead)
		if !goesOn {
			settled = settled && v.action != actionUnknown
			verdicts = append(verdicts, v)
			continue
		}
		m := s.rules.match(p, index)
		switch {
		case m.skip:
			verdicts = append(verdicts, verdict{person: p, action: actionSkip, reason: m.reason, subject: m.subject})
		case m.reason != "":
			settled = false
			verdicts = append(verdicts, verdict{person: p, action: actionUnknown, reason: m.reason, subject: m.subject})
		default:
			looking[p] = m
			for _, i := range m.found {
				owners[i] = append(owners[i], p)
			}
		}
	}
	var creating []verdict
	for _, p := range s.people {
		m, ok := looking[p]
		switch {
		case !ok:
		case len(m.found) == 0:
			if v := s.rules.creates(p); v.action == actionCreate {
				creating = append(creating, v)
			} else {
				verdicts = append(verdicts, v)
			}
		case len(m.found) > 1:
			v := verdict{person: p, action: actionConflict, reason: reasonSeveral}
			for _, i := range m.found {
				v.others = append(v.others, s.accounts[i].Email)
			}
			verdicts = append(verdicts, v)
		case len(owners[m.found[0]]) > 1:
			v := verdict{person: p, account: &s.accounts[m.found[0]], action: actionConflict, reason: reasonShared}
			v.others = namesOf(owners[m.found[0]], p)
			verdicts = append(verdicts, v)
		default:
			verdicts = append(verdicts, s.keeps(p, &s.accounts[m.found[0]], index.reported))
		}
	}
	verdicts = append(verdicts, s.rules.collide(creating, looking, index)...)
	if s.accountsRead {
		for i := range s.accounts {
			if len(owners[i]) > 0 {
				continue
			}
			unmatched++
			switch v := (verdict{account: &s.accounts[i], action: actionUnmatched, reason: reasonNobody}); {
			case !s.ranBefore || !s.rules.enabled: // nobody's account is touched
			case !settled:
				v.action, v.reason = actionUnknown, reasonOwner
				verdicts = append(verdicts, v)
			default:
				verdicts = append(verdicts, v)
			}
		}
	}
	slices.SortFunc(verdicts, func(a, b verdict) int {
		// Accounts of nobody come after the people.
		return cmp.Or(cmp.Compare(sign(a.person == nil), sign(b.person == nil)), strings.Compare(a.principalID(), b.principalID()),
			strings.Compare(a.accountKey(), b.accountKey()))
	})
	return verdicts, unmatched
}

func sign(b bool) int {
	if b {
		return 1
	}
	return 0
}

// collide finds those among the people to be created who are in each other's way: once the first of them has an account,
// the others match it or find their address taken.
func (r *rules) collide(creating []verdict, looking map[*person]matched, x *accountIndex) []verdict {
	same := map[matchKey][]*person{}
	addresses := map[string][]*person{}
	for _, v := range creating {
		for _, key := range looking[v.person].keys {
			same[key] = append(same[key], v.person)
		}
		if address := r.address(v); address != "" {
			addresses[address] = append(addresses[address], v.person)
		}
	}
	email := &flow{field: fieldEmail}
	for i, v := range creating {
		for _, key := range looking[v.person].keys {
			if others := same[key]; len(others) > 1 {
				creating[i] = verdict{person: v.person, action: actionConflict, reason: reasonShared, subject: r.flows[key.flow].target, others: namesOf(others, v.person), changes: v.changes}
			}
		}
		if creating[i].action == actionConflict {
			continue
		}
		address := r.address(v)
		others := addresses[address]
		taken := address != "" && x != nil && len(x.find(email, address)) > 0
		if address != "" && (len(others) > 1 || taken) {
			creating[i] = verdict{person: v.person, action: actionConflict, reason: reasonTaken, others: namesOf(others, v.person), changes: v.changes}
		}
	}
	return creating
}

// address is the e-mail address, in lower case, of the account that a person is to get.
func (r *rules) address(v verdict) string {
	for _, c := range v.changes {
		if fieldOf(c.target) == fieldEmail {
			return strings.ToLower(c.planned)
		}
	}
	return ""
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
