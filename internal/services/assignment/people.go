// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// How many principals one call resolves, and how many calls the checks of single assignments may make in one Configure.
// Terraform plans about ten instances at a time, so checking each of a thousand singly declared principals would cost a
// hundred calls for what is only advice; the exclusive resource knows all its principals and checks all.
const (
	principalsACall = 1000
	adviceBudget    = 3
)

// people looks up principals: what they are, who a name means, and who is in a group.
type people struct {
	directory directory
	byID      *lookUps[person]
	byName    *lookUps[person] // by user principal name in lower case
	groups    *lookUps[membership]
}

// person is what the directory says of a user, group or service principal; the zero value is one that does not exist.
type person struct {
	graph.Principal
	exists bool
}

// membership is what the first page of a group's direct members tells.
type membership struct {
	users, groups int
	more          bool // there are further pages
	exists        bool
	memberIDs     []string // of the users
}

func newPeople(d directory) *people {
	p := &people{directory: d}
	p.byID = newLookUps(principalsACall, adviceBudget, p.fetchByID)
	p.byName = newLookUps(graph.MaxBatch, 0, p.fetchByName)
	p.groups = newLookUps(graph.MaxBatch, adviceBudget, p.fetchGroups)
	return p
}

// fetchByID asks for principals. Whoever is missing is asked for again over a few seconds before it counts as absent:
// Terraform plans once more while it applies, and the group that another provider has just made may not be known to every
// part of the directory yet.
func (p *people) fetchByID(ctx context.Context, ids []string) (map[string]person, error) {
	known := make(map[string]person, len(ids))
	open, looks := ids, settleLooks
	err := p.directory.Poll(ctx, "the principals to be known", func(ctx context.Context) (bool, string, error) {
		found, err := p.directory.GetPrincipals(ctx, open)
		if err != nil {
			return false, "", err
		}
		for _, principal := range found {
			known[strings.ToLower(principal.ID)] = person{principal, true}
		}
		open = slices.DeleteFunc(slices.Clone(open), func(id string) bool { return known[id].exists })
		looks--
		return len(open) == 0 || looks <= 0, "some are missing", nil
	})
	if err != nil {
		return nil, err
	}
	return known, nil
}

func (p *people) fetchByName(ctx context.Context, names []string) (map[string]person, error) {
	known := make(map[string]person, len(names))
	if len(names) == 1 {
		user, err := p.directory.GetUser(ctx, names[0])
		if graph.IsNotFound(err) {
			return known, nil
		}
		known[names[0]] = personOf(user)
		return known, err
	}
	requests := make([]graph.BatchRequest, len(names))
	for i, name := range names {
		requests[i] = graph.UserRequest(name)
	}
	answers, err := readBatches(ctx, p.directory, requests)
	if err != nil {
		return nil, err
	}
	for i, answer := range answers {
		switch {
		case graph.IsNotFound(answer.Err):
			continue
		case answer.Err != nil:
			return nil, answer.Err
		}
		var user graph.User
		if err := json.Unmarshal(answer.Body, &user); err != nil || user.ID == "" {
			return nil, errors.New("the answer to a user look-up is no user")
		}
		known[names[i]] = personOf(user)
	}
	return known, nil
}

func personOf(user graph.User) person {
	return person{graph.Principal{ID: user.ID, Type: kindUser, DisplayName: user.DisplayName,
		UserPrincipalName: user.UserPrincipalName, AccountEnabled: user.AccountEnabled}, true}
}

// named returns the user whom a user principal name means today.
func (p *people) named(ctx context.Context, userPrincipalName string) (person, error) {
	name := strings.ToLower(userPrincipalName)
	found, err := p.byName.one(ctx, name, nil)
	if err == nil && found.exists {
		p.byID.remember(found.ID, found)
	}
	return found, err
}

func (p *people) fetchGroups(ctx context.Context, ids []string) (map[string]membership, error) {
	known := make(map[string]membership, len(ids))
	requests := make([]graph.BatchRequest, len(ids))
	for i, id := range ids {
		requests[i] = graph.GroupMembersRequest(id)
	}
	answers, err := readBatches(ctx, p.directory, requests)
	if err != nil {
		return nil, err
	}
	for i, answer := range answers {
		switch {
		case graph.IsNotFound(answer.Err):
			continue
		case answer.Err != nil:
			return nil, answer.Err
		}
		var page graph.MembersPage
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return nil, fmt.Errorf("members of group %s: %w", ids[i], err)
		}
		m := membership{more: page.NextLink != "", exists: true}
		m.count(page.Value)
		known[ids[i]] = m
	}
	return known, nil
}

func (m *membership) count(members []graph.Principal) {
	for _, member := range members {
		switch member.Type {
		case kindUser:
			m.users++
			m.memberIDs = append(m.memberIDs, member.ID)
		case kindGroup:
			m.groups++
		}
	}
}

// members returns the direct users of groups, with every page.
func (p *people) members(ctx context.Context, groupIDs []string) (map[string][]string, error) {
	known, err := p.groups.all(ctx, groupIDs)
	if err != nil {
		return nil, err
	}
	users := make(map[string][]string, len(known))
	for id, m := range known {
		if m.more {
			all, err := p.directory.ListGroupMembers(ctx, id)
			if err != nil {
				return nil, err
			}
			m = membership{}
			m.count(all)
		}
		users[id] = m.memberIDs
	}
	return users, nil
}

// readBatches sends reads in as many batches as they need, one after the other. A throttled element is repeated after
// the pause it asks for; any other answer is the caller's to judge.
func readBatches(ctx context.Context, d directory, requests []graph.BatchRequest) ([]graph.BatchResponse, error) {
	answers := make([]graph.BatchResponse, len(requests))
	open := make([]int, len(requests))
	for i := range open {
		open[i] = i
	}
	for pause := newPause(); len(open) > 0; {
		var again []int
		for chunk := range slices.Chunk(open, graph.MaxBatch) {
			batch := make([]graph.BatchRequest, len(chunk))
			for i, at := range chunk {
				batch[i] = requests[at]
			}
			got, err := d.Batch(ctx, batch)
			if err != nil {
				return nil, err
			}
			for i, at := range chunk {
				answers[at] = got[i]
				if passing(got[i].Err) && pause.left() {
					again = append(again, at)
					pause.ask(retryAfter(got[i].Err))
				}
			}
		}
		if open = again; len(open) == 0 {
			break
		}
		if err := d.Clock().Sleep(ctx, pause.next()); err != nil {
			return nil, err
		}
	}
	return answers, nil
}
