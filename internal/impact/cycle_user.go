// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// outcome is what a flow of the rules yields for a user.
func (c *cycle) outcome(u *candidate, i int) Outcome {
	if u.outcomes[i] == nil {
		f := &c.rules.flows[i]
		o := f.evaluate(u.attributes, c.survey.Now)
		if o.Reason == reasonExpression {
			c.problems.about(problemExpression, f.target)
		}
		u.outcomes[i] = &o
	}
	return *u.outcomes[i]
}

// admit decides about users who do not even get as far as having an account looked for; true means that they do.
func (c *cycle) admit(u *candidate) bool {
	switch {
	case !u.entry.InScope:
		u.decide(Skip, reasonRole, "")
	case !c.rules.enabled:
		u.decide(Skip, reasonOff, "")
	case !c.survey.UsersRead:
		u.decide(Unknown, reasonNoUsers, "")
	case !u.found:
		u.decide(Unknown, reasonNotFound, "")
	default:
		switch c.rules.admits(u.attributes) {
		case no:
			u.decide(Skip, reasonFilter, "")
		case maybe:
			u.decide(Unknown, reasonCondition, "")
		case yes:
			return true
		}
	}
	return false
}

// create decides about a user without account.
func (c *cycle) create(u *candidate) {
	r := c.rules
	switch {
	case u.shutOut() != "":
		u.decide(Skip, u.shutOut(), "")
		return
	case !r.create:
		u.decide(Skip, reasonCreateOff, "")
		return
	}
	missing := slices.Clone(r.required)
	var unclear Outcome
	var changes []Change
	for i := range r.flows {
		f := &r.flows[i]
		if !f.writable(true) {
			continue
		}
		o := c.outcome(u, i)
		if o.Value.IsNull() && o.Reason == "" && f.fallback != "" {
			o.Value = expression.String(f.fallback)
		}
		if o = f.accepted(o); o.Fails() {
			u.decide(Skip, o.Reason, f.target)
			return
		}
		written := len(o.Value.Values()) > 0
		required := slices.IndexFunc(missing, func(name string) bool { return strings.EqualFold(name, f.target) })
		if required >= 0 && (o.Reason != "" || written && !isEmpty(o.Value)) {
			missing = slices.Delete(missing, required, required+1)
			if o.Reason != "" {
				unclear = o
			}
		}
		if written {
			changes = append(changes, Change{Target: f.target, Planned: display(o.Value)})
		}
	}
	switch {
	case len(missing) > 0:
		u.decide(Skip, reasonRequired, missing[0])
	case unclear.Reason != "":
		u.decide(Unknown, unclear.Reason, unclear.Target)
	default:
		u.decide(Create, reasonNoAccount, "")
		u.entry.Changes = changes
	}
}

// keep decides about a user with an account.
func (c *cycle) keep(u *candidate, account *Account) {
	u.entry.Account = account
	changes, obstacle := c.differences(u, account)
	switch r := c.rules; {
	case u.shutOut() != "":
		c.disable(u, changes)
	case obstacle.Fails() && r.update:
		u.decide(Skip, obstacle.Reason, obstacle.Target)
	case len(changes) > 0 && !r.update:
		u.decide(Skip, reasonUpdateOff, "")
	case len(changes) > 0:
		u.decide(Update, reasonDiffers, "")
		u.entry.Changes = changes
	case obstacle.Reason != "" && r.update:
		u.decide(Unknown, obstacle.Reason, obstacle.Target)
	default:
		u.decide(Matched, reasonFits, "")
	}
}

// differences are the values that the mapping would write to an account. The obstacle is an outcome because of which the
// service writes nothing at all, or one that cannot be compared with what GoTo reports.
func (c *cycle) differences(u *candidate, account *Account) (changes []Change, obstacle Outcome) {
	for i := range c.rules.flows {
		f := &c.rules.flows[i]
		if !f.updates() {
			continue
		}
		o := f.accepted(c.outcome(u, i))
		if o.Fails() {
			return nil, o
		}
		current, told := f.field.read(account)
		switch compared := told && c.index.reported[f.field]; {
		case !compared && !c.whole: // what GoTo does not report is left out
		case !compared && o.Reason == "" && len(o.Value.Values()) > 0 && f.kind == flowAlways:
			changes = append(changes, Change{Target: f.target, Planned: display(o.Value)}) // a new link writes everything
		case !compared:
		case o.Reason != "":
			obstacle = o
		case len(o.Value.Values()) == 0: // what has no value is not written
		case current != "" && (f.kind == flowIfEmpty || f.kind == flowAddValue || f.kind == flowAddMultivalued):
		case !f.same(current, display(o.Value)):
			changes = append(changes, Change{f.target, &current, display(o.Value)})
		}
	}
	return changes, obstacle
}

// disable decides about the account of a user who cannot sign in to the directory. The service links no account to such a
// user: only one that it linked in earlier cycles is disabled, which [Decision.Settle] finds out.
func (c *cycle) disable(u *candidate, changes []Change) {
	active, told := u.entry.Account.active()
	switches := c.rules.disables(func(i int) Outcome { return c.outcome(u, i) })
	switch {
	case told && !active:
		u.decide(Matched, reasonInactive, "")
	case !c.guesses:
		u.decide(Skip, reasonNotLinked, "")
	case switches && !c.rules.update:
		u.decide(Skip, reasonUpdateOff, "")
	case switches && !told:
		u.decide(Unknown, reasonStatus, "")
	case switches:
		u.decide(Disable, u.shutOut(), "")
		u.entry.Changes = changes
	case c.rules.deletes():
		u.decide(Disable, reasonDeletes, "")
	case len(c.rules.marks(func(i int) Outcome { return c.outcome(u, i) })) > 0 && len(changes) > 0:
		u.decide(Update, reasonMark, "")
		u.entry.Changes = changes
	default:
		u.decide(Skip, reasonRemoveOff, "")
	}
	if e := &u.entry; e.Action == Disable || e.Action == Update {
		u.leaveOpen(Unmatched, e.Reason, nil)
	}
}

// manage decides about a user for whom the service manages an account.
func (c *cycle) manage(u *candidate) {
	if u.link.account >= 0 {
		u.entry.Account = &c.survey.Accounts[u.link.account]
	}
	admitted := c.rules.admits(u.attributes)
	u.entry.leaving = !u.entry.InScope || admitted != yes || u.shutOut() != ""
	switch {
	case !c.rules.enabled:
		u.decide(Skip, reasonOff, "")
	case u.entry.InScope && admitted == maybe:
		u.decide(Unknown, reasonCondition, "")
	case !u.entry.InScope && c.unseen && u.shutOut() == "":
		u.decide(Unknown, reasonMembers, "")
	case !u.entry.InScope, admitted == no, u.shutOut() != "":
		c.release(u)
	case u.link.left && u.link.unsure:
		u.decide(Unknown, reasonOwner, "")
	case u.link.unsure && u.entry.Account != nil:
		c.either(u)
	default:
		if c.rewrite(u); u.link.unsure && u.entry.Action != Matched {
			u.leaveOpen(Unknown, reasonOwner, nil)
		}
	}
}

// either decides about a user who may be linked to the account: what happens must be the same if the service finds it only now.
func (c *cycle) either(u *candidate) {
	c.rewrite(u)
	linked := u.entry
	u.entry.Changes = nil
	found := c.lookUp(u).found
	if len(found) == 1 && found[0] == u.link.account {
		c.keep(u, u.entry.Account)
	}
	if len(found) != 1 || found[0] != u.link.account || !linked.sameAs(&u.entry) {
		u.leaveOpen(Unknown, reasonOwner, nil, linked, u.entry)
	}
}

// release decides about the account of a user who leaves the scope, or cannot sign in anymore.
func (c *cycle) release(u *candidate) {
	state, reason, deletes, stays, marked := u.entry.User.State(), u.shutOut(), reasonDeletes, reasonRemoveOff, reasonMark
	if reason == "" {
		state, reason, deletes, stays, marked = Unassigned, reasonLeft, reasonLeftDelete, reasonLeftOff, reasonLeftMark
	}
	told := c.rules.attributesOf(u.entry.User, state, u.roles)
	outcomes := make([]Outcome, len(c.rules.flows))
	for i := range outcomes {
		outcomes[i] = c.rules.flows[i].evaluate(told, c.survey.Now)
	}
	outcome := func(i int) Outcome { return outcomes[i] }
	offs, marks, removes := c.rules.offs(outcome), c.rules.marks(outcome), c.rules.deletes()
	switches := len(offs) > 0
	var unclear Outcome
	for i, o := range outcomes {
		if o.Reason != "" && c.rules.flows[i].switches() {
			unclear = o
		}
	}
	switch {
	case u.link.inactive() && reason != reasonLeft && !u.link.removed() && !u.link.marked() && (removes || len(marks) > 0): // unless an earlier mapping disabled it
		u.decide(Unknown, reasonOwner, "")
	case u.link.inactive() && len(marks) > 0 && !u.link.unsure && reason == reasonLeft && !c.setup.KeepsOutOfScope:
		u.decide(Update, reasonDiffers, "")
		u.entry.Changes = c.changesOf(marks, outcome)
	case u.link.inactive() && (!removes || reason != reasonLeft && u.link.removed()): // what the service did not disable itself is deleted all the same
		u.decide(Matched, reasonInactive, "")
	case u.entry.User.linked && c.setup.KeepsOutOfScope && c.rules.removesAny() && !u.link.cycle.rules.removesAny():
		u.decide(Unknown, reasonNotFound, "") // accounts of users who were deleted are not kept
	case reason == reasonLeft && c.setup.KeepsOutOfScope:
		u.decide(Skip, reasonKept, "")
	case u.link.inactive() && u.link.left: // what the service disabled itself stays
		u.decide(Unknown, reasonOwner, "")
	case unclear.Reason != "" && !switches:
		u.decide(Unknown, unclear.Reason, unclear.Target)
	case u.link.unsure && (c.rules.removes(outcome) || len(marks) > 0):
		u.decide(Unknown, reasonOwner, "")
	case switches && !c.rules.update:
		u.decide(Skip, stays, "")
	case switches:
		u.decide(Disable, reason, "")
		u.entry.Changes = c.changesOf(slices.Sorted(slices.Values(append(offs, marks...))), outcome)
	case removes:
		u.decide(Disable, deletes, "")
	case len(marks) > 0 && !u.link.marked():
		u.decide(Update, marked, "")
		u.entry.Changes = c.changesOf(marks, outcome)
	default:
		u.decide(Skip, stays, "")
	}
}

// changesOf are what some flows write.
func (c *cycle) changesOf(flows []int, outcome func(flow int) Outcome) (changes []Change) {
	for _, i := range flows {
		changes = append(changes, Change{Target: c.rules.flows[i].target, Planned: display(outcome(i).Value)})
	}
	return changes
}

// rewrite decides about a user in scope for whom the service manages an account: it writes what differs from what it wrote
// last.
func (c *cycle) rewrite(u *candidate) {
	var changes []Change
	var obstacle Outcome
	for i := range c.rules.flows {
		f := &c.rules.flows[i]
		if !f.updates() {
			continue
		}
		o := f.accepted(c.outcome(u, i))
		if o.Fails() {
			u.decide(Skip, o.Reason, f.target)
			return
		}
		if u.link.keeps(f) {
			continue
		}
		current, written, known := u.link.wrote(f)
		switch value := display(o.Value); {
		case o.Reason != "":
			obstacle = o
		case u.link.has(f, value): // whether or not it is written again
		case len(o.Value.Values()) == 0: // what has no value is not written
		case !known:
			obstacle = Outcome{Target: f.target, Reason: reasonExpression}
		case written && (f.kind == flowIfEmpty && current != "" || f.same(current, value)):
		case written && (f.kind == flowAddValue || f.kind == flowAddMultivalued) && !slices.ContainsFunc(o.Value.Values(), func(v string) bool { return !slices.Contains(strings.Split(current, ";"), v) }):
		case written:
			changes = append(changes, Change{f.target, &current, value})
		default:
			changes = append(changes, Change{Target: f.target, Planned: value})
		}
	}
	switch {
	case len(changes) > 0 && !c.rules.update:
		u.decide(Skip, reasonUpdateOff, "")
	case len(changes) > 0:
		u.decide(Update, reasonDiffers, "")
		u.entry.Changes = changes
	case obstacle.Reason != "" && c.rules.update:
		u.decide(Unknown, obstacle.Reason, obstacle.Target)
	default:
		u.decide(Matched, reasonFits, "")
	}
}
