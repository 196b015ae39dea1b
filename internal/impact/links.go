// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// stored is what the service told of its links. "" is for none.
type stored struct {
	accounts map[string]string // of users, by id
	users    map[string]string // of accounts, by key, ids in lowercase
	complete bool              // "no link" counts
	begun    bool              // it was asked for what today's setup leaves in doubt
	sure     string            // somebody who has a link if the service tells any, until it was asked
	asked    int
}

// ReadLinks asks the service about the users and accounts of which a change leaves in doubt whether, or to whom, they are linked. What it
// does not tell stays in doubt, and is a problem. What was asked before is not asked again. It reads the users who turn out to have an
// account. An error is one of the context, or of reading them.
func (s *Survey) ReadLinks(ctx context.Context, client *graph.Client, ref graph.JobRef, today, proposed *Setup) error {
	if !s.hasLinked() {
		return nil
	}
	// What is said of a change must not depend on what others were asked before: whether the service tells links is found out by
	// today's setup alone.
	s.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p Problem) bool { return p.Code == problemLinksUnread || p.Code == problemManyLinks })
	if !s.stored.begun {
		if err := s.readLinks(ctx, client, ref, today, today); err != nil {
			return err
		}
		s.stored.begun = true
		if err := s.showLinked(ctx, client); err != nil {
			return err
		}
	}
	if err := s.readLinks(ctx, client, ref, today, proposed); err != nil {
		return err
	}
	return s.showLinked(ctx, client)
}

func (s *Survey) readLinks(ctx context.Context, client *graph.Client, ref graph.JobRef, today, proposed *Setup) error {
	known := s.stored
	known.accounts, known.users = map[string]string{}, map[string]string{}
	maps.Copy(known.accounts, s.stored.accounts)
	maps.Copy(known.users, s.stored.users)
	var sure, likely []string
	settled := map[int]bool{}
	asks := map[string]bool{} // whether of an account
	for id, l := range linksOf(s, today, proposed) {
		switch _, told := known.accounts[id]; {
		case told:
		case l.unsure:
			asks[id] = false
		case l.account >= 0:
			sure, settled[l.account] = append(sure, id), true
			// A member who is not shown may have the account, or somebody who left, or nobody yet.
			if l.cycle.unseen || today.Off || !l.cycle.rules.unties(today) {
				likely = append(likely, id)
			}
		}
	}
	for i := range s.Accounts {
		if _, told := known.users[s.Accounts[i].Key]; !told && !settled[i] {
			asks[s.Accounts[i].Key] = true
		}
	}
	if !known.begun && len(sure) > 0 {
		known.sure = slices.Min(sure)
	}
	ids := slices.Sorted(maps.Keys(asks))
	left := max(0, maxSettled-known.asked)
	if len(ids) > left {
		s.Problems.about(problemManyLinks, "")
		ids = ids[:left]
	}
	if !known.begun {
		slices.Sort(likely)
		ids = append(ids, likely[:max(0, min(len(likely), left/2-len(ids)))]...) // the rest is for what changes leave in doubt
	}
	if len(ids) == 0 {
		s.stored = known
		return nil
	}
	known.asked += len(ids)
	links := client.GetLinks(ctx, ref, ids)
	// Nothing documents how a service without links answers: "no link" counts only where it knows one that has to be there.
	if known.complete = known.complete || !known.begun && slices.ContainsFunc(links, func(l graph.Link) bool { return l.Err == nil }); !known.complete && known.sure != "" {
		known.complete, known.sure = client.GetLinks(ctx, ref, []string{known.sure})[0].Err == nil, ""
	}
	for i, link := range links {
		switch isAccount := asks[ids[i]]; {
		case link.Err == nil:
			known.put(strings.ToLower(link.SourceAnchor), link.TargetAnchor)
		case graph.IsNotFound(link.Err) && known.complete && isAccount:
			known.users[ids[i]] = ""
		case graph.IsNotFound(link.Err) && known.complete:
			known.accounts[ids[i]] = ""
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			s.Problems.about(problemLinksUnread, "")
		}
	}
	s.stored = known
	return nil
}

func (k *stored) put(user, account string) { k.accounts[user], k.users[account] = account, user }

// showLinked adds users who have an account and are not in the survey, since they left the scope: also those who are gone.
func (s *Survey) showLinked(ctx context.Context, client *graph.Client) error {
	if err := s.readUsers(ctx, client, nil); err != nil {
		return &ReadError{"the users in scope", err}
	}
	shown := map[string]bool{}
	for i := range s.Users {
		shown[s.Users[i].ID] = true
	}
	users := slices.Clone(s.Users)
	for _, id := range slices.Sorted(maps.Keys(s.stored.accounts)) {
		if !shown[id] && s.stored.accounts[id] != "" {
			users = append(users, User{ID: id, linked: true})
		}
	}
	s.Users = users
	return nil
}

// settleLinks replaces what is taken to be linked by what the service told.
func settleLinks(c *cycle, links map[string]*link) {
	s := c.survey
	place := map[string]int{}
	for i := range s.Accounts {
		place[s.Accounts[i].Key] = i
	}
	for id, l := range links {
		if l.account >= 0 && l.unsure {
			if owner, told := s.stored.users[s.Accounts[l.account].Key]; told && owner != id {
				delete(links, id)
			}
		}
	}
	holders := c.setup.holders(s.Members)
	for i := range s.Users {
		user := &s.Users[i]
		account, told := s.stored.accounts[user.ID]
		switch l := links[user.ID]; {
		case !told || s.only != nil && !s.only[user.ID]:
			continue
		case account == "":
			delete(links, user.ID)
			continue
		case l == nil:
			links[user.ID] = &link{user: c.comesAcross(user, holders[user.ID], nil), cycle: c, left: true}
		default:
			l.unsure, l.shared = false, false
		}
		l := links[user.ID]
		if l.account = -1; s.AccountsRead {
			if at, there := place[account]; there {
				l.account = at
			}
		}
	}
}
