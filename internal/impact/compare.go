// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"slices"
	"sort"
)

// Comparison is what a change of the setup makes of the next cycle.
type Comparison struct {
	// Differences are the users for whom the change makes a difference, by id.
	Differences []Difference
	// Today and Proposed count what the next cycle does without and with the change.
	Today, Proposed map[Action]int
	InScope         int // with the change
	Managed         int // accounts that the service manages today
	// Kept is how many accounts that match nobody in scope may belong to people who left, and are disabled or deleted then; -1 if
	// the accounts were not read.
	Kept     int
	Held     bool // so many accounts are disabled that the service holds all of them back
	Problems Problems
}

// Difference is what a change of the setup makes of the next cycle for one user.
type Difference struct {
	UserID        string
	Before, After Entry // the zero value for a user whom the cycle does not come across
	Linked        bool  // the service manages an account for the user
	unsure        bool  // or may not
	Effect        Effect
	Targets       []string // attributes whose value changes, of an account that stays
}

// Effect is what a change brings a user.
type Effect string

// Effects. They are part of the provider's interface.
const (
	Created    Effect = "created"
	Updated    Effect = "updated"
	Disabled   Effect = "disabled"
	Deleted    Effect = "deleted"
	LeftActive Effect = "left_active" // the user leaves, and the account can be used as before
	Failing    Effect = "failing"     // the service cannot provision the user anymore
	Conflicts  Effect = "conflict"
	Unclear    Effect = "unknown"
	CreatedAs  Effect = "created_otherwise"
	Spared     Effect = "no_longer" // what the next cycle would have done is not done
)

// Compare says for whom a change from today's setup to another makes a difference in the next cycle.
func Compare(s *Survey, today, proposed *Setup) Comparison {
	c, _ := Propose(s, today, proposed)
	return c
}

// Propose is Compare with all that the next cycle does after the change.
func Propose(s *Survey, today, proposed *Setup) (Comparison, Decision) {
	links := linksOf(s, today, proposed)
	after := newCycle(s, proposed, links).decide()
	c := compare(newCycle(s, today, links).decide(), after, links)
	c.Kept = kept(s, today, proposed, links)
	c.Held = proposed.HeldFrom > 0 && int64(c.Proposed[Disable]) >= proposed.HeldFrom
	return c, after
}

// kept counts the accounts that today's setup left to people who are out of scope, as far as nobody can say who they are, and that another
// takes from them.
func kept(s *Survey, today, proposed *Setup, links map[string]*link) int {
	is, will := compile(today, s.Missing), compile(proposed, s.Missing)
	taken := !today.Off && is.enabled // whom the service gives up today it has taken them from already
	left := will.unties(proposed) && !(taken && is.unties(today))
	gone := will.removesAny() && !(taken && is.removesAny())
	switch {
	case !s.hasLinked() || s.only != nil, proposed.Off || !will.enabled || !left && !gone:
		return 0
	case !s.AccountsRead:
		return -1
	}
	known := map[int]bool{}
	for _, l := range links {
		known[l.account] = true
	}
	n := 0
	for i := range s.Accounts {
		if _, told := s.stored.users[s.Accounts[i].Key]; !told && !known[i] && (will.deletes() || s.Accounts[i].IsActive()) {
			n++
		}
	}
	return n
}

// Comparison is what a decision comes to beside no cycle at all. Nothing changes for those who are passed over.
func (d Decision) Comparison() Comparison {
	c := compare(Decision{}, d, nil)
	c.Differences = slices.DeleteFunc(c.Differences, func(d Difference) bool { return d.After.Action == Skip })
	return c
}

func compare(before, after Decision, links map[string]*link) Comparison {
	c := Comparison{Today: counts(before), Proposed: counts(after), Problems: after.Problems}
	for _, l := range links {
		if !l.left && (!l.unsure || l.user.shutOut() == "") {
			c.Managed++
		}
	}
	for _, p := range before.Problems {
		if p.Unbounded() { // who leaves is as little known as who comes
			c.Problems.put(p)
		}
	}
	c.Problems.sort()
	was := map[string]Entry{}
	for _, e := range before.Entries {
		was[e.UserID] = e
	}
	compared := map[string]bool{}
	put := func(id string, before, after Entry) {
		if compared[id] = true; id == "" || before.sameAs(&after) {
			return // an unmatched account in scope, or no difference
		}
		d := Difference{UserID: id, Before: before, After: after, Linked: links[id] != nil}
		d.unsure = d.Linked && links[id].unsure
		d.Effect = d.effect()
		for _, change := range after.Changes {
			if (d.Effect == Updated || d.Effect == LeftActive) && !slices.Contains(d.Targets, change.Target) {
				d.Targets = append(d.Targets, change.Target)
			}
		}
		if d.Effect != "" {
			c.Differences = append(c.Differences, d)
		}
	}
	for _, e := range after.Entries {
		if e.InScope && !slices.Contains([]Reason{reasonFilter, reasonLeft, reasonLeftDelete, reasonKept, reasonLeftOff, reasonLeftMark}, e.Reason) {
			c.InScope++
		}
		put(e.UserID, was[e.UserID], e)
	}
	for _, e := range before.Entries {
		if !compared[e.UserID] {
			put(e.UserID, e, Entry{})
		}
	}
	sort.Slice(c.Differences, func(i, j int) bool { return c.Differences[i].UserID < c.Differences[j].UserID })
	return c
}

func counts(d Decision) map[Action]int {
	found := map[Action]int{}
	for _, e := range d.Entries {
		found[e.Action]++
	}
	return found
}

// Count is how many users the change brings an effect.
func (c *Comparison) Count(effects ...Effect) int {
	n := 0
	for i := range c.Differences {
		if slices.Contains(effects, c.Differences[i].Effect) {
			n++
		}
	}
	return n
}

// Targets counts the users for whom an attribute changes, by target attribute.
func (c *Comparison) Targets() map[string]int {
	found := map[string]int{}
	for i := range c.Differences {
		for _, target := range c.Differences[i].Targets {
			found[target]++
		}
	}
	return found
}

// Incomplete are the problems because of which more may change than is said.
func (c *Comparison) Incomplete() Problems {
	return slices.DeleteFunc(slices.Clone(c.Problems), func(p Problem) bool { return !p.Incomplete })
}

// AtMost is how many accounts the change creates, updates and disables at most: in each case with everybody of whom it cannot be
// told. An account that the service does not manage cannot be disabled by it.
func (c *Comparison) AtMost() (created, updated, disabled int) {
	for i := range c.Differences {
		switch d := &c.Differences[i]; d.Effect {
		case Created:
			created++
		case Updated:
			updated++
		case Disabled, Deleted:
			disabled++
		case Unclear, Conflicts:
			updated++
			if d.Linked {
				disabled++
			}
			if !d.Linked || d.unsure {
				created++
			}
		case LeftActive:
			if d.After.writes() {
				updated++
			}
		case Failing, CreatedAs, Spared:
		}
	}
	return created, updated, disabled
}

// LeftActiveAtMost is how many accounts the change leaves active at most, though their users leave: with everybody who leaves and of
// whom it cannot be told. In a scope that is merely
// assumed the connection may keep the accounts of everybody who leaves it.
func (c *Comparison) LeftActiveAtMost() int {
	n := c.Count(LeftActive)
	if slices.ContainsFunc(c.Problems, func(p Problem) bool { return p.Code == problemScopeAssumed }) {
		n += c.Count(Disabled, Deleted)
	}
	for i := range c.Differences {
		if d := &c.Differences[i]; d.Effect == Unclear && d.After.leaving {
			n++
		}
	}
	return n
}

// does reports whether the cycle does anything, or cannot be told to do nothing.
func (e *Entry) does() bool {
	switch e.Action {
	case Create, Update, Disable, Conflict, Unknown:
		return true
	case Skip:
		return e.fails() || e.leaves()
	case Unmatched:
		return e.UserID != ""
	case Matched:
	}
	return false
}

func (e *Entry) writes() bool {
	return e.Action == Create || e.Action == Update || e.Action == Disable
}

func (e *Entry) fails() bool {
	return e.Action == Skip && (e.Reason == reasonFails || e.Reason == reasonType || e.Reason == reasonRequired)
}

// leaves reports whether the account of a user who is to have none stays as it is.
func (e *Entry) leaves() bool {
	return slices.Contains([]Reason{reasonKept, reasonRemoveOff, reasonLeftOff, reasonMark, reasonLeftMark}, e.Reason)
}

// sameAs reports whether the cycle does the same by two entries of one user.
func (e *Entry) sameAs(other *Entry) bool {
	if !e.does() || !other.does() {
		return e.does() == other.does()
	}
	return e.Action == other.Action && e.Reason == other.Reason && e.Subject == other.Subject && slices.EqualFunc(e.Changes, other.Changes, func(a, b Change) bool {
		return a.Target == b.Target && a.Planned == b.Planned
	}) && slices.EqualFunc(e.possible, other.possible, func(a, b Entry) bool { return a.sameAs(&b) })
}

// effect is what the difference comes to, "" for nothing that concerns an account.
func (d *Difference) effect() Effect {
	switch before, after := &d.Before, &d.After; after.Action {
	case Create:
		if before.Action == Create {
			return CreatedAs
		}
		return Created
	case Update:
		if after.leaves() && !before.leaves() {
			return LeftActive
		}
		return Updated
	case Disable:
		if before.Action == Disable {
			return "" // in whatever way
		}
		if after.Reason == reasonDeletes || after.Reason == reasonLeftDelete {
			return Deleted
		}
		return Disabled
	case Conflict:
		return Conflicts
	case Unknown, Unmatched:
		return Unclear
	default:
		switch {
		case after.fails():
			return Failing
		case after.leaves():
			return LeftActive
		case before.writes(), before.Action == Conflict && slices.ContainsFunc(before.possible, func(e Entry) bool { return e.writes() }):
			return Spared
		}
	}
	return ""
}
