// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"slices"
	"strings"
)

// link ties a user to the account that the service manages for them. Unless the links were read, see [Survey.ReadLinks]: whoever is in scope today and
// has an account is taken to be linked to it, once the connection has completed a cycle. The account then has what today's
// mapping writes, whatever became of it at GoTo, since the service compares with what it wrote last.
type link struct {
	user    *candidate // as today's setup sees the user
	cycle   *cycle     // of today's setup
	account int        // of the survey's accounts, -1 where these were not read
	// unsure says that only the service can tell whether the user is linked: it depends on what it does not show.
	unsure bool
	shared bool // several users match the account, of whom one may be linked to it
	left   bool // the user is out of scope today, and may have been linked before
}

// linksOf are the links that today's setup leads to, by user, as far as they concern a change to another.
func linksOf(s *Survey, today, proposed *Setup) map[string]*link {
	links := map[string]*link{}
	if !s.hasLinked() && !s.linking {
		return links
	}
	c := newCycle(s, today, nil)
	off := !c.rules.enabled
	c.rules.enabled = true // a mapping that is switched off keeps the links that it made before
	_, _, rivals := c.look()
	for _, u := range c.users {
		l := &link{user: u, cycle: c, account: -1, unsure: off || c.index == nil && !c.rules.create}
		switch found := u.match.found; {
		case u.undecided && len(found) == 1:
			l.account, l.shared = found[0], len(rivals[found[0]]) > 1
			l.unsure = l.unsure || l.shared
		case u.entry.Action == Unknown && u.entry.Reason == reasonNoAccounts:
		case u.entry.Action == Unknown && u.entry.Reason == reasonCondition:
			l.unsure = true
			if found := c.lookUp(u).found; len(found) == 1 {
				l.account = found[0]
			} else if c.index != nil && len(found) == 0 {
				continue
			}
		case u.entry.Action == Unknown && u.found:
			l.unsure = true // an account cannot be matched here; the service may have
		default:
			continue
		}
		// An active account of a user who cannot sign in may have never been linked.
		l.unsure = l.unsure || l.account >= 0 && u.shutOut() != ""
		links[u.entry.UserID] = l
	}
	if c.index == nil {
		doubtShared(links)
	}
	if off || !c.rules.unties(today) {
		linkLeft(c, links, proposed)
	}
	settleLinks(c, links)
	return links
}

// doubtShared doubts the links of users who match by the same value, of whom only one can be linked. It is for accounts that were not read.
func doubtShared(links map[string]*link) {
	by := map[matchKey]*link{}
	for _, l := range links {
		for _, key := range l.user.match.keys {
			if other := by[key]; other != nil {
				l.unsure, other.unsure = true, true
			}
			by[key] = l
		}
	}
}

// linkLeft adds the links of users who are out of scope, and may have left it: the service has not given up their accounts.
func linkLeft(c *cycle, links map[string]*link, proposed *Setup) {
	holders, will := c.setup.holders(c.survey.Members), proposed.holders(c.survey.Members)
	var left []*link
	for i := range c.survey.Users {
		user := &c.survey.Users[i]
		_, holds := holders[user.ID]
		_, gets := will[user.ID]
		concerned := holds || gets || !user.Deleted && (c.setup.Scope == ScopeAll || proposed.Scope == ScopeAll)
		if links[user.ID] != nil || !concerned || c.survey.only != nil && !c.survey.only[user.ID] {
			continue
		}
		u := c.comesAcross(user, holders[user.ID], nil)
		if u.entry.InScope && c.rules.admits(u.attributes) != no {
			continue
		}
		l := &link{user: u, cycle: c, account: -1, unsure: true, left: true}
		if found := c.lookUp(u).found; len(found) == 1 {
			l.account = found[0]
		} else if c.index != nil {
			continue
		}
		left = append(left, l)
	}
	of := map[int]*link{}
	for _, l := range links {
		of[l.account] = l
	}
	for _, l := range left {
		if other := of[l.account]; l.account >= 0 && other != nil { // either has it
			l.shared, other.shared, other.unsure = true, true, true
		}
		links[l.user.entry.UserID] = l
	}
}

// removed reports whether the service disables or deletes the account today, because the user cannot sign in.
func (l *link) removed() bool {
	return l.user.shutOut() != "" && l.cycle.rules.removes(func(i int) Outcome { return l.cycle.outcome(l.user, i) })
}

// marked reports whether the service has told the account already that the user cannot sign in, and left it active. It tells it once.
func (l *link) marked() bool {
	outcome := func(i int) Outcome { return l.cycle.outcome(l.user, i) }
	return l.user.shutOut() != "" && !l.left && !l.cycle.rules.disables(outcome) && len(l.cycle.rules.marks(outcome)) > 0
}

// inactive reports whether the account is known, or must be taken, to be disabled already.
func (l *link) inactive() bool {
	if l.account >= 0 {
		active, told := l.cycle.survey.Accounts[l.account].active()
		return told && !active
	}
	return l.removed()
}

// wrote is what the account has of a flow's target: what today's mapping writes, else what GoTo reports. known is false where
// only the service can tell.
func (l *link) wrote(f *flow) (value string, written, known bool) {
	reported := func() (string, bool, bool) {
		text, told := l.reported(f)
		return text, told && text != "", true
	}
	i := l.place(f.target)
	switch {
	case l.left: // and nobody knows when
		text, told := l.reported(f)
		return text, text != "", told
	case l.stale(f):
		return reported()
	case i < 0:
		return reported()
	}
	today := &l.cycle.rules.flows[i]
	if !l.cycle.rules.update || today.kind != "" && today.kind != flowAlways { // what the account had before may have stayed
		text, told := l.reported(f)
		return text, text != "", told
	}
	switch o := l.cycle.outcome(l.user, i); {
	case o.Reason != "":
		return "", false, false
	case len(o.Value.Values()) > 0:
		return display(o.Value), true, true
	}
	if text, written, known := reported(); written || today.fallback == "" {
		return text, written, known
	}
	return today.fallback, true, false // it is written on creation only, and the account may have been there before
}

// stale reports whether today's mapping may not have been written yet, but GoTo says what the account has: a mapping may have been
// changed while provisioning was off.
func (l *link) stale(f *flow) bool {
	_, told := l.reported(f)
	return told && l.cycle.setup.Off
}

// reported is what GoTo says of a flow's target.
func (l *link) reported(f *flow) (value string, told bool) {
	if l.account < 0 || !l.cycle.index.reported[f.field] {
		return "", false
	}
	return f.field.read(&l.cycle.survey.Accounts[l.account])
}

// has reports whether GoTo says that the account has a value.
func (l *link) has(f *flow, value string) bool {
	text, told := l.reported(f)
	return told && f.same(text, value)
}

// place finds today's flow to a target, -1 for none.
func (l *link) place(target string) int {
	return slices.IndexFunc(l.cycle.rules.flows, func(f flow) bool { return strings.EqualFold(f.target, target) })
}

// keeps reports whether a flow is today's, so nothing changes by it for whom it did not change before.
func (l *link) keeps(f *flow) bool {
	i := l.place(f.target)
	return i >= 0 && !l.left && !l.stale(f) && l.cycle.rules.update && l.cycle.rules.flows[i].text == f.text && l.cycle.rules.flows[i].kind == f.kind
}
