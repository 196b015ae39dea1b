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
	owners, rivals := map[int]bool{}, map[int][]*person{}
	settled := true // of everybody it is known which account is theirs
	for _, p := range s.people {
		v, goesOn := s.rules.admit(p, s.peopleRead)
		if !goesOn {
			settled = settled && v.action != actionUnknown
			verdicts = append(verdicts, v)
			continue
		}
		m := s.rules.match(p, index)
		for _, i := range m.found {
			owners[i] = true
		}
		switch {
		case p.blocked && !s.ranBefore && len(m.found) != 1:
			verdicts = append(verdicts, verdict{person: p, action: actionSkip, reason: p.shutOut()})
			settled = settled && (m.reason == "" || m.skip)
		case m.skip:
			verdicts = append(verdicts, verdict{person: p, action: actionSkip, reason: m.reason, subject: m.subject})
		case m.reason != "":
			settled = false
			verdicts = append(verdicts, verdict{person: p, action: actionUnknown, reason: m.reason, subject: m.subject})
		default:
			looking[p] = m
			// Whoever matches several accounts gets none, and whoever may not sign in is linked to none.
			if len(m.found) == 1 && (s.ranBefore || !p.blocked) {
				rivals[m.found[0]] = append(rivals[m.found[0]], p)
			}
		}
	}
	var acting []verdict
	for _, p := range s.people {
		m, ok := looking[p]
		switch {
		case !ok:
		case len(m.found) == 0:
			acting = append(acting, s.rules.creates(p))
		case len(m.found) > 1:
			v := verdict{person: p, action: actionConflict, reason: reasonSeveral}
			for _, i := range m.found {
				v.others = append(v.others, s.accounts[i].Email)
			}
			acting = append(acting, v)
		case p.blocked && !s.ranBefore && len(rivals[m.found[0]]) > 0:
			verdicts = append(verdicts, verdict{person: p, action: actionSkip, reason: p.shutOut()}) // the account is another's
		case len(rivals[m.found[0]]) > 1:
			v := s.keeps(p, &s.accounts[m.found[0]], index.reported)
			v.action, v.reason, v.subject, v.others = actionConflict, reasonShared, "", namesOf(rivals[m.found[0]], p)
			acting = append(acting, v)
		default:
			acting = append(acting, s.keeps(p, &s.accounts[m.found[0]], index.reported))
		}
	}
	verdicts = append(verdicts, s.rules.collide(acting, looking, index)...)
	for i := range s.accounts {
		if owners[i] {
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
