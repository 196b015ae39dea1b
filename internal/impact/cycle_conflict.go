// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"cmp"
	"slices"
	"strings"
)

// match is what comes of looking for a user's account.
type match struct {
	found []int // of the survey's accounts, sorted; several are a conflict
	// keys are the matching values that the user has, by which an account that is created is found.
	keys []matchKey
	// Why it cannot be told: a reason with its subject. A skip is certain.
	reason  Reason
	subject string
	skip    bool
}

type matchKey struct {
	flow  int
	value string // in lowercase unless the attribute is exact
}

// key is a value of the flow at a place as it is compared.
func (f *flow) key(at int, value string) matchKey {
	if !f.definition.CaseExact {
		value = strings.ToLower(value)
	}
	return matchKey{at, value}
}

// lookUp looks for a user's account: matching attributes are tried by priority, those without value are passed over, and the
// first that finds any decides.
func (c *cycle) lookUp(u *candidate) match {
	var m match
	for _, i := range c.rules.matching {
		f := &c.rules.flows[i]
		o := c.outcome(u, i)
		switch {
		case o.Reason != "":
			return match{reason: o.Reason, subject: f.target, skip: o.Fails()}
		case isEmpty(o.Value):
			continue
		case c.index == nil:
			return match{reason: reasonNoAccounts, keys: []matchKey{f.key(i, o.Value.Values()[0])}}
		case !c.index.reported[f.field]:
			return match{reason: reasonUnreported, subject: f.target}
		}
		for _, value := range o.Value.Values() {
			if value == "" {
				continue
			}
			m.found = append(m.found, c.index.find(f, value)...)
			m.keys = append(m.keys, f.key(i, value))
		}
		if len(m.found) > 0 {
			slices.Sort(m.found)
			m.found = slices.Compact(m.found)
			return m
		}
	}
	if len(m.keys) == 0 {
		return match{reason: reasonNoValue, skip: true}
	}
	return m
}

// inherit decides about users who match an account that the service gives up, or may, for somebody else: whether they take it
// over or get one of their own depends on when it is their turn.
func (c *cycle) inherit(rivals map[int][]*candidate) {
	for _, users := range rivals {
		var givenUp []Entry
		for _, u := range users {
			if c.givesUp(u) {
				givenUp = append(givenUp, u.entry)
			}
		}
		for _, u := range users {
			if settled := u.link != nil && !u.link.unsure || !u.entry.InScope || u.entry.leaving || u.shutOut() != ""; !settled && len(givenUp) > 0 {
				u.leaveOpen(Unknown, reasonOwner, nil)
				u.entry.possible = append(u.entry.possible, givenUp...)
			}
		}
	}
}

// givesUp reports whether the service no longer manages the user's account afterward, or may not. It goes on to look after that of
// somebody in scope who merely cannot sign in.
func (c *cycle) givesUp(u *candidate) bool {
	e := &u.entry
	if !e.leaving {
		return false
	}
	switch e.Action {
	case Unknown:
		return true
	case Disable, Matched: // now, or before
		return !e.InScope || c.rules.admits(u.attributes) == no || e.Reason == reasonDeletes
	}
	return false
}

// collide finds conflicts among the users who have or get an account: once the service has written for the first of them,
// the others match what it wrote, too, or find their address taken.
func (c *cycle) collide() {
	written, addressed := map[matchKey][]*candidate{}, map[string][]*candidate{}
	for _, u := range c.users {
		for _, key := range c.written(u) {
			written[key] = append(written[key], u)
		}
		if address := u.address(); address != "" {
			addressed[address] = append(addressed[address], u)
		}
	}
	for _, u := range c.users {
		if !u.undecided {
			continue
		}
		address := u.address()
		if e := &u.entry; e.Action == Create || e.Action == Update || e.Action == Matched {
			for _, key := range u.match.keys {
				if others := namesBut(u, written[key]); len(others) > 0 {
					u.leaveOpen(Conflict, reasonShared, others)
					e.Subject = c.rules.flows[key.flow].target
				}
			}
		}
		if address != "" && u.entry.Action != Conflict {
			if others := namesBut(u, addressed[address]); len(others) > 0 || c.index != nil && c.index.taken(address, u.entry.Account) {
				u.leaveOpen(Conflict, reasonTaken, others)
			}
		}
	}
}

// written are the matching values that the user's account gets. Among users who contend for one, any may win.
func (c *cycle) written(u *candidate) []matchKey {
	e := &u.entry
	switch {
	case !u.undecided:
	case e.Action == Create, e.Reason == reasonSeveral:
		return u.match.keys
	case e.Action == Update, e.Action == Conflict:
		var keys []matchKey
		for _, i := range c.rules.matching {
			for _, change := range e.Changes {
				if f := &c.rules.flows[i]; change.Target == f.target {
					keys = append(keys, f.key(i, change.Planned))
				}
			}
		}
		return keys
	}
	return nil
}

// address is the e-mail address, in lowercase, that is written to a new account of the user or changed in the existing one.
func (u *candidate) address() string {
	if e := &u.entry; u.undecided && (e.Action == Create || e.Action == Update || e.Action == Conflict) {
		for _, change := range e.Changes {
			if fieldOf(change.Target) == fieldEmail {
				return strings.ToLower(change.Planned)
			}
		}
	}
	return ""
}

// namesBut are the names of the users but one; of more than a message names, just enough to show that.
func namesBut(but *candidate, users []*candidate) []string {
	var names []string
	for _, u := range users {
		if u != but && len(names) <= maxNamed {
			names = append(names, cmp.Or(u.entry.User.Name(), u.entry.UserID))
		}
	}
	return names
}
