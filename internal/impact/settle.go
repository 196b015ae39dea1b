// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"context"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// maxSettled is how many accounts are asked about: the service tells links one by one.
const maxSettled = 500

// Settle asks the service about accounts that nobody in scope matches, or somebody who cannot sign in: whether it keeps a link to
// somebody, so it disables the account, or none, so the account stays as it is. What it does not tell stays undecided, and is a
// problem. An error is one of the context.
func (d *Decision) Settle(ctx context.Context, client *graph.Client, ref graph.JobRef, s *Survey, setup *Setup) error {
	var keys []string
	var entries []*Entry
	known := "" // somebody who has a link, if the service tells them at all
	for i := range d.Entries {
		switch e := &d.Entries[i]; {
		case e.Action == Unmatched:
			keys, entries = append(keys, e.Account.Key), append(entries, e)
		case e.Reason == reasonFits && known == "":
			known = e.UserID
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if len(keys) > maxSettled {
		d.Problems.about(problemManyLinks, "")
		keys = keys[:maxSettled]
	}
	// Nothing documents how a service without links answers: "no link" counts only where it knows one that has to be there.
	complete := false
	if known != "" {
		complete = client.GetLinks(ctx, ref, []string{known})[0].Err == nil
	}
	r := compile(setup, s.Missing)
	var others []Entry
	for i, link := range client.GetLinks(ctx, ref, keys) {
		switch e := entries[i]; {
		case link.Err == nil && strings.EqualFold(link.SourceAnchor, e.UserID):
			*e = e.possible[0]
		case link.Err == nil:
			left := Entry{UserID: strings.ToLower(link.SourceAnchor), Account: e.Account, Action: Unmatched, Reason: reasonUnmatched}
			if r.leaves(&left, s, setup); e.UserID == "" {
				*e = left
				continue
			}
			e.Action, e.Reason = Skip, reasonNotLinked
			others = append(others, left)
		case graph.IsNotFound(link.Err) && complete && e.UserID != "":
			e.Action, e.Reason = Skip, reasonNotLinked
		case graph.IsNotFound(link.Err) && complete:
			e.Action, e.Reason = Skip, reasonNotTied
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			d.Problems.about(problemLinksUnread, "")
		}
	}
	d.Entries = append(d.Entries, others...)
	d.Problems.sort()
	return nil
}

// leaves decides about the account of a user who is not in scope anymore.
func (r *rules) leaves(e *Entry, s *Survey, setup *Setup) {
	active, told := e.Account.active()
	outcome := func(i int) Outcome {
		return r.flows[i].evaluate(r.attributesOf(&User{ID: e.UserID}, Unassigned, nil), s.Now)
	}
	removed, marks := r.removes(outcome), r.marks(outcome)
	write := func(flows []int) {
		for _, i := range slices.Sorted(slices.Values(flows)) {
			current, _ := r.flows[i].field.read(e.Account)
			e.Changes = append(e.Changes, Change{Target: r.flows[i].target, Current: &current, Planned: display(outcome(i).Value)})
		}
	}
	switch {
	case told && !active:
		e.Action, e.Reason = Matched, reasonInactive
	case setup.ScopeUnread(): // whether such accounts are kept is not known
	case setup.KeepsOutOfScope:
		e.Action, e.Reason = Skip, reasonKept
	case removed && r.canDisable():
		e.Action, e.Reason = Disable, reasonLeft
		write(append(r.offs(outcome), marks...))
	case removed:
		e.Action, e.Reason = Disable, reasonLeftDelete
	case r.enabled && len(marks) > 0:
		e.Action, e.Reason = Update, reasonLeftMark
		write(marks)
	default:
		e.Action, e.Reason = Skip, reasonLeftOff
	}
}
