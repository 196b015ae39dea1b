// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"slices"
	"sort"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// cycle is the next cycle, as it is worked out.
type cycle struct {
	survey   *Survey
	setup    *Setup
	rules    *rules
	users    []*candidate  // by id
	index    *accountIndex // nil when the accounts were not read
	problems Problems
	// unseen says that the members of an assigned group are not known, so who leaves the scope may stay in it.
	unseen bool
	// guesses says that users who are not known to be linked may be, since the connection has completed a cycle.
	guesses bool
	// whole says that what a new link writes counts as well where GoTo does not report it.
	whole bool
}

// candidate is a user whom the cycle comes across.
type candidate struct {
	entry      Entry
	found      bool // in the directory
	roles      []string
	attributes map[string]expression.Value
	outcomes   []*Outcome // of the rules' flows, computed when needed
	link       *link      // nil for a user for whom the service manages no account
	match      match
	undecided  bool // until it is known what becomes of the account, or of there being none
}

// decide settles what happens to the user. Subject is a target attribute, or "".
func (u *candidate) decide(action Action, reason Reason, subject string) {
	u.entry.Action, u.entry.Reason, u.entry.Subject = action, reason, subject
}

// leaveOpen settles that one of several things may happen to the user: those that are given, or else what is decided so far.
func (u *candidate) leaveOpen(action Action, reason Reason, others []string, possible ...Entry) {
	e := &u.entry
	if len(possible) > 0 {
		e.possible = possible
	} else if e.possible == nil {
		e.possible = []Entry{*e}
	}
	if e.Others = others; action != Conflict {
		e.Changes = nil
	}
	u.decide(action, reason, "")
}

// shutOut is why the user cannot sign in to the directory, "" if the user can.
func (u *candidate) shutOut() Reason {
	return [...]Reason{SignInBlocked: reasonBlocked, SoftDeleted: reasonDeleted}[u.entry.User.State()]
}

// Decide says what a cycle from the beginning does with every user whom it comes across, and with the accounts that no user in
// scope matches.
func Decide(s *Survey, setup *Setup) Decision { return newCycle(s, setup, nil).decide() }

func (c *cycle) decide() Decision {
	s := c.survey
	if c.setup.Off {
		return Decision{Problems: c.problems}
	}
	owned, settled, rivals := c.look()
	for _, u := range c.users {
		switch found := u.match.found; {
		case !u.undecided:
		case u.link != nil:
			if c.manage(u); u.link.shared && slices.Contains([]Action{Update, Matched, Unknown}, u.entry.Action) && u.entry.InScope && u.shutOut() == "" {
				u.leaveOpen(Conflict, reasonShared, namesBut(u, rivals[u.link.account]))
			}
		case len(found) == 0:
			c.create(u)
		case len(found) > 1:
			u.decide(Conflict, reasonSeveral, "")
			for _, i := range found {
				u.entry.Others = append(u.entry.Others, s.Accounts[i].Email)
			}
		case u.shutOut() != "" && !c.guesses && len(rivals[found[0]]) > 0:
			u.decide(Skip, u.shutOut(), "") // the account is another's
			u.undecided = false
		case slices.ContainsFunc(rivals[found[0]], func(other *candidate) bool { return other.link != nil && !other.link.unsure }):
			u.decide(Conflict, reasonShared, "")
			u.entry.Others = namesBut(u, rivals[found[0]])
		default:
			c.keep(u, &s.Accounts[found[0]])
			if len(rivals[found[0]]) > 1 {
				u.leaveOpen(Conflict, reasonShared, namesBut(u, rivals[found[0]]))
			}
		}
	}
	c.inherit(rivals)
	c.collide()
	decision := Decision{Unmatched: len(s.Accounts) - len(owned)}
	for _, u := range c.users {
		decision.Entries = append(decision.Entries, u.entry)
	}
	decision.Entries = append(decision.Entries, c.unmatched(owned, settled)...)
	c.conclude(decision.Entries)
	decision.Problems = c.problems
	return decision
}

// newCycle prepares a cycle over users, of whom some are linked to accounts. Without links everybody is looked for anew.
func newCycle(s *Survey, setup *Setup, links map[string]*link) *cycle {
	c := &cycle{survey: s, setup: setup, rules: compile(setup, s.Missing), problems: slices.Concat(setup.Problems, s.Problems), guesses: s.hasLinked() && links == nil, whole: links != nil}
	if s.AccountsRead {
		c.index = newAccountIndex(s.Accounts)
	}
	for _, id := range setup.groups() {
		if code := s.unread[id]; code != "" {
			c.problems.about(code, "")
			c.unseen = setup.Scope != ScopeAll
		}
	}
	holders := setup.holders(s.Members)
	all := setup.Scope == ScopeAll
	shown := map[string]bool{}
	for i := range s.Users {
		user := &s.Users[i]
		h, holds := holders[user.ID]
		if s.only != nil && !s.only[user.ID] {
			continue
		}
		shown[user.ID] = true
		u := c.comesAcross(user, h, links[user.ID])
		// With the scope of everybody, somebody in the recycle bin concerns the cycle only if an account may still be theirs.
		if u.link != nil || !all && holds || all && (!user.Deleted || c.guesses && len(c.lookUp(u).found) > 0) {
			c.users = append(c.users, u)
		}
	}
	for id := range holders {
		if all || shown[id] || s.only != nil && !s.only[id] {
			continue
		}
		c.users = append(c.users, &candidate{entry: Entry{UserID: id, InScope: holders[id].provisions}})
		if s.UsersRead {
			c.problems.about(problemNotFound, "")
		}
	}
	slices.SortFunc(c.users, func(a, b *candidate) int { return strings.Compare(a.entry.UserID, b.entry.UserID) })
	return c
}

// comesAcross is a user as the setup sees them.
func (c *cycle) comesAcross(user *User, h holder, l *link) *candidate {
	return &candidate{
		entry: Entry{UserID: user.ID, User: user, InScope: c.setup.Scope == ScopeAll || h.provisions}, found: true, link: l,
		attributes: c.rules.attributesOf(user, user.State(), h.roles), outcomes: make([]*Outcome, len(c.rules.flows)), roles: h.roles,
	}
}

// look looks for everybody's account. Owned are the accounts that are found; settled is whether it is known of every user
// which account is theirs; rivals are the users who would be linked to an account.
func (c *cycle) look() (owned map[int]bool, settled bool, rivals map[int][]*candidate) {
	owned, settled, rivals = map[int]bool{}, true, map[int][]*candidate{}
	for _, u := range c.users {
		if u.link != nil {
			u.undecided = true
			if i := u.link.account; i >= 0 {
				owned[i], rivals[i] = true, append(rivals[i], u)
			}
			continue
		}
		if !c.admit(u) {
			settled = settled && u.entry.Action != Unknown
			continue
		}
		u.match = c.lookUp(u)
		m := &u.match
		for _, i := range m.found {
			owned[i] = true
		}
		linked := c.guesses || u.shutOut() == ""
		switch {
		case !linked && len(m.found) != 1:
			u.decide(Skip, u.shutOut(), "")
			settled = settled && (m.reason == "" || m.skip)
		case m.skip:
			u.decide(Skip, m.reason, m.subject)
		case m.reason != "":
			u.decide(Unknown, m.reason, m.subject)
			settled = false
		default:
			u.undecided = true
			// A user who matches several accounts gets none.
			if linked && len(m.found) == 1 {
				rivals[m.found[0]] = append(rivals[m.found[0]], u)
			}
		}
	}
	return owned, settled, rivals
}

// unmatched decides about the accounts that no user in scope matches, by key.
func (c *cycle) unmatched(owned map[int]bool, settled bool) []Entry {
	if !c.guesses || !c.rules.enabled {
		return nil // the service has linked none of them to a user
	}
	action, reason := Unmatched, reasonUnmatched
	if !settled {
		action, reason = Unknown, reasonOwner
	}
	var entries []Entry
	for i := range c.survey.Accounts {
		if !owned[i] {
			entries = append(entries, Entry{Account: &c.survey.Accounts[i], Action: action, Reason: reason})
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Account.Key < entries[j].Account.Key })
	return entries
}

// conclude adds the problems that the rules and the entries tell, and sorts all of them.
func (c *cycle) conclude(entries []Entry) {
	for _, found := range c.rules.problems {
		c.problems.put(found)
	}
	for _, e := range entries {
		if e.Reason == reasonUnreported {
			c.problems.about(problemUnreported, e.Subject)
		}
	}
	if r := c.rules; r.enabled && r.remove && !slices.ContainsFunc(r.flows, func(f flow) bool { return f.switches() }) {
		c.problems.about(problemDeletes, "")
	}
	if c.index != nil {
		var silent []string
		for _, f := range c.rules.flows {
			if f.updates() && !c.index.reported[f.field] {
				silent = append(silent, f.target)
			}
		}
		if len(silent) > 0 {
			c.problems.about(problemNotCompared, strings.Join(silent, "`, `"))
		}
	}
	if c.guesses {
		c.problems.about(problemLinks, "")
	}
	c.problems.sort()
}
