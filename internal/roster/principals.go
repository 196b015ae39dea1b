// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// How many principals one call resolves; after how many such calls a listing of the directory's users is tried as well, and
// how many users it may bring: two pages. Terraform plans about ten instances at a time, so looking up a thousand
// single assignments by id alone costs a hundred calls.
const (
	principalsACall = 1000
	callsByID       = 2
	usersListed     = 2 * 999
)

// Principals looks up principals: their kind, the user of a name, and the members of a group. Questions at the same
// time are combined, and answers are kept for the run. A refused permission is kept too.
type Principals struct {
	directory Directory
	byID      *lookUps[Principal]
	byName    *lookUps[Principal] // by user principal name in lowercase
	groups    *lookUps[membership]
	whole     *lookUps[[]string] // the users of groups with several pages of members
	eligible  *lookUps[eligibility]
	deleted   memo.Value[map[string]time.Time]
	settled   sync.Map // ids of whom the directory knew before this run: one look that misses them is enough
}

// Principal is what the directory says of a user, group or service principal; the zero value is one that does not exist.
type Principal struct {
	graph.Principal
	Exists bool
}

// membership is what the first page of a group's direct members tells; the zero value is that of no group.
type membership struct {
	users, groups int
	more          bool // there are further pages
	exists        bool
	userIDs       []string
	err           error // why this group could not be read, although others could
}

// eligibility is whether people are eligible to activate their membership of a group (Privileged Identity Management).
// They are not members until they do, and reading this requires a separate permission.
type eligibility struct {
	known, some bool
}

func newPrincipals(d Directory) *Principals {
	p := &Principals{directory: d}
	p.deleted = memo.Value[map[string]time.Time]{Clock: d.Clock(), Fetch: p.fetchDeleted, Keeps: graph.IsPermissionDenied}
	p.byID = newLookUps(principalsACall, p.fetchByID)
	p.byID.survey, p.byID.surveyAfter = p.listUsers, callsByID
	p.byName = newLookUps(graph.MaxBatch, p.fetchByName)
	p.groups = newLookUps(graph.MaxBatch, p.fetchGroups)
	p.whole = newLookUps(1, p.fetchWhole)
	p.eligible = newLookUps(graph.MaxBatch, p.fetchEligible)
	return p
}

// One returns the principal with an object id. With a listing its users, whom others are going to ask for, are looked up
// in the same call.
func (p *Principals) One(ctx context.Context, id string, near *Listing) (Principal, error) {
	if near == nil {
		return p.byID.one(ctx, id, nil)
	}
	return p.byID.one(ctx, id, near.userIDs)
}

// Named returns the user to whom a user principal name currently refers.
func (p *Principals) Named(ctx context.Context, userPrincipalName string) (Principal, error) {
	found, err := p.byName.one(ctx, strings.ToLower(userPrincipalName), nil)
	if err == nil && found.Exists {
		p.byID.remember(map[string]Principal{found.ID: found})
	}
	return found, err
}

// binDays is how long the recycle bin keeps deleted objects.
//
// https://learn.microsoft.com/entra/fundamentals/users-restore
const binDays = 30

// Gone says in a sentence that a principal is not in the directory anymore, "" when it is there or cannot be looked up.
// While the recycle bin has it, or may have it, it can come back with the same id; otherwise it is purged. A recent one may
// only be missing in a replica, and is looked for several times.
func (p *Principals) Gone(ctx context.Context, id string, recent bool) (why string, purged bool) {
	if !recent {
		p.settled.Store(id, true)
	}
	found, err := p.One(ctx, id, nil)
	if err != nil || found.Exists {
		return "", false
	}
	users, err := p.deleted.Get(ctx)
	at, known := users[id]
	if !known && err == nil {
		at, err = p.deletedAt(ctx, id)
		known = err == nil
	}
	switch {
	case known && at.IsZero():
		return fmt.Sprintf("The principal %s was deleted: restore it, or remove the entry.", id), false
	case known:
		return fmt.Sprintf("The principal %s was deleted on %s, and is purged on %s: restore it, or remove the entry.",
			id, at.Format(time.DateOnly), at.AddDate(0, 0, binDays).Format(time.DateOnly)), false
	case graph.IsNotFound(err):
		return fmt.Sprintf("The principal %s is no longer in the directory or its deleted items: remove the entry.", id), true
	}
	return fmt.Sprintf("The principal %s is no longer in the directory, and the deleted items cannot be read: restore it, or remove the entry.", id), false
}

// deletedAt asks when a group or a service principal was deleted, which few are: users are listed.
func (p *Principals) deletedAt(ctx context.Context, id string) (time.Time, error) {
	deleted, err := p.directory.GetDeleted(ctx, id)
	if err != nil {
		return time.Time{}, err
	}
	at, _ := time.Parse(time.RFC3339, deleted.DeletedDateTime) // else nobody knows when
	return at, nil
}

// fetchDeleted returns when the users in the recycle bin were deleted.
func (p *Principals) fetchDeleted(ctx context.Context) (map[string]time.Time, error) {
	users, err := p.directory.ListDeletedUsers(ctx, []string{"deletedDateTime"})
	found := make(map[string]time.Time, len(users))
	for _, user := range users {
		var at string
		_ = json.Unmarshal(user.Properties["deletedDateTime"], &at) // else nobody knows when
		found[strings.ToLower(user.ID)], _ = time.Parse(time.RFC3339, at)
	}
	return found, err
}

// IsMissing reports whether this run has looked for a principal and not found it.
func (p *Principals) IsMissing(id string) bool {
	p.byID.mu.Lock()
	defer p.byID.mu.Unlock()
	found, asked := p.byID.answers[id]
	return asked && !found.Exists
}

// NewlyNamed is Named for a user who may have just been created; a user who stays unknown is an error.
func (p *Principals) NewlyNamed(ctx context.Context, userPrincipalName string) (Principal, error) {
	user, err := p.directory.GetUser(graph.WithReplicationWait(ctx, ReplicationPatience), userPrincipalName)
	if err != nil {
		return Principal{}, err
	}
	return principalOf(user), nil
}

// fetchByID reads principals. A missing principal is requested again over a few seconds before it counts as
// absent: Terraform plans again during an apply, and not every part of the directory may know a group that another
// provider has just created. Nobody waits for those who were there before this run, or who are in the recycle bin.
func (p *Principals) fetchByID(ctx context.Context, ids []string) (map[string]Principal, error) {
	found := make(map[string]Principal, len(ids))
	open, looks := ids, settleLooks
	err := p.directory.Poll(ctx, "the principals to be known", func(ctx context.Context) (bool, string, error) {
		principals, err := p.directory.GetPrincipals(ctx, open)
		if err != nil {
			return false, "", err
		}
		for _, principal := range principals {
			found[strings.ToLower(principal.ID)] = Principal{principal, true}
		}
		open = slices.DeleteFunc(slices.Clone(open), func(id string) bool {
			_, settled := p.settled.Load(id)
			return settled || found[id].Exists
		})
		if len(open) > 0 && looks == settleLooks {
			binned, _ := p.deleted.Get(ctx) // else the looks decide
			open = slices.DeleteFunc(open, func(id string) bool { _, ok := binned[id]; return ok })
		}
		looks--
		return len(open) == 0 || looks <= 0, "some are missing", nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func (p *Principals) fetchByName(ctx context.Context, names []string) (map[string]Principal, error) {
	found := make(map[string]Principal, len(names))
	if len(names) == 1 {
		user, err := p.directory.GetUser(ctx, names[0])
		if graph.IsNotFound(err) {
			return found, nil
		}
		found[names[0]] = principalOf(user)
		return found, err
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
			return nil, errors.New("the answer to a user look-up is not a user")
		}
		found[names[i]] = principalOf(user)
	}
	return found, nil
}

// listUsers is a part of the directory: what many questions by id would ask for. Where it may not be listed it is empty.
func (p *Principals) listUsers(ctx context.Context) map[string]Principal {
	users, err := p.directory.FirstUsers(ctx, usersListed)
	if err != nil {
		return nil
	}
	found := make(map[string]Principal, len(users))
	for _, user := range users {
		found[strings.ToLower(user.ID)] = principalOf(user)
	}
	return found
}

func principalOf(user graph.User) Principal {
	return Principal{graph.Principal{ID: user.ID, Type: KindUser, DisplayName: user.DisplayName,
		UserPrincipalName: user.UserPrincipalName, AccountEnabled: user.AccountEnabled}, true}
}

func (p *Principals) fetchGroups(ctx context.Context, ids []string) (map[string]membership, error) {
	found := make(map[string]membership, len(ids))
	requests := make([]graph.BatchRequest, len(ids))
	for i, id := range ids {
		requests[i] = graph.GroupMembersRequest(id)
	}
	answers, err := readBatches(ctx, p.directory, requests)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(answers, func(answer graph.BatchResponse) bool { return !graph.IsPermissionDenied(answer.Err) }) {
		return nil, answers[0].Err // nor will others be readable
	}
	for i, answer := range answers {
		switch {
		case graph.IsNotFound(answer.Err):
			continue
		case answer.Err != nil:
			found[ids[i]] = membership{exists: true, err: answer.Err}
			continue
		}
		var page graph.MembersPage
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return nil, fmt.Errorf("members of group %s: %w", ids[i], err)
		}
		found[ids[i]] = membershipOf(page.Value, page.NextLink != "")
	}
	return found, nil
}

func membershipOf(members []graph.Principal, more bool) membership {
	m := membership{more: more, exists: true}
	for _, member := range members {
		switch member.Type {
		case KindUser:
			m.users++
			m.userIDs = append(m.userIDs, member.ID)
		case KindGroup:
			m.groups++
		}
	}
	return m
}

// members returns the ids of the direct users of groups, with every page. Groups that could not be read are missing, and the
// error is that of the first of them.
func (p *Principals) members(ctx context.Context, groupIDs []string) (map[string][]string, error) {
	found, err := p.groups.all(ctx, groupIDs)
	users := make(map[string][]string, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		ids, whyNot := found[id].userIDs, found[id].err
		if found[id].more {
			ids, whyNot = p.whole.one(ctx, id, nil)
		}
		if whyNot == nil {
			users[id] = ids
		}
		err = cmp.Or(err, whyNot)
	}
	return users, err
}

// fetchEligible asks who may activate a membership. What cannot be answered stays unknown.
func (p *Principals) fetchEligible(ctx context.Context, ids []string) (map[string]eligibility, error) {
	requests := make([]graph.BatchRequest, len(ids))
	for i, id := range ids {
		requests[i] = graph.EligibleMembersRequest(id)
	}
	found := make(map[string]eligibility, len(ids))
	answers, err := readBatches(ctx, p.directory, requests)
	if err != nil {
		return found, nil //nolint:nilerr // it is practically being refused
	}
	for i, answer := range answers {
		var page struct {
			Value []json.RawMessage `json:"value"`
		}
		if answer.Err == nil && json.Unmarshal(answer.Body, &page) == nil {
			found[ids[i]] = eligibility{true, len(page.Value) > 0}
		}
	}
	return found, nil
}

// note adds the groups whose members are more than those who are counted, or may be.
func (p *Principals) note(ctx context.Context, l *Losses, members map[string][]string) {
	var groups []string
	for _, a := range l.Principals {
		if _, known := members[KeyOf(a).PrincipalID]; known && a.PrincipalType == KindGroup {
			groups = append(groups, KeyOf(a).PrincipalID)
		}
	}
	if len(groups) == 0 {
		return
	}
	eligible, _ := p.eligible.all(ctx, groups) // which never fails
	for _, id := range groups {
		if eligible[id].some {
			l.uncounted(id, "with people who are only eligible to activate their membership and are not counted")
			continue
		}
		if len(members[id]) > 0 {
			continue
		}
		group, err := p.byID.one(ctx, id, nil)
		switch {
		case err == nil && group.HidesMembers():
			l.uncounted(id, "whose members are hidden")
		case err == nil && group.Exists && !eligible[id].known:
			l.uncounted(id, "that shows no direct members, and whose eligible members could not be read")
		}
	}
}

func (p *Principals) fetchWhole(ctx context.Context, ids []string) (map[string][]string, error) {
	found := make(map[string][]string, len(ids))
	for _, id := range ids {
		all, err := p.directory.ListGroupMembers(ctx, id)
		if err != nil {
			return nil, err
		}
		found[id] = membershipOf(all, false).userIDs
	}
	return found, nil
}

// Losses is LossesOf with the members of the groups that hold roles or get them, as far as they matter. An error says why
// they are not known; the result may be at least so many then, and counts whom a group would have kept.
func (p *Principals) Losses(ctx context.Context, l *Listing, removed, added map[Key]bool, usable func(roleID string) bool) (Losses, map[string][]string, error) {
	losses := LossesOf(l, removed, added, nil, usable)
	if len(losses.Users) == 0 && !losses.AtLeast() {
		return losses, nil, nil
	}
	groups := map[string]bool{}
	for _, a := range l.All {
		if a.PrincipalType == KindGroup {
			groups[KeyOf(a).PrincipalID] = true
		}
	}
	var fresh []string
	for key := range added {
		if _, ok := l.Get(key); !ok {
			fresh = append(fresh, key.PrincipalID)
		}
	}
	newcomers, err := p.byID.all(ctx, fresh)
	for id, principal := range newcomers {
		if principal.Type == KindGroup {
			groups[id] = true
		}
	}
	members, membersErr := p.members(ctx, slices.Collect(maps.Keys(groups)))
	losses = LossesOf(l, removed, added, members, usable)
	p.note(ctx, &losses, members)
	return losses, members, cmp.Or(membersErr, err)
}

// readBatches sends reads in as many batches as needed, one after the other. A throttled element is repeated
// after the required pause; the caller judges any other response.
func readBatches(ctx context.Context, d Directory, requests []graph.BatchRequest) ([]graph.BatchResponse, error) {
	answers := make([]graph.BatchResponse, len(requests))
	open := make([]int, len(requests))
	for i := range open {
		open[i] = i
	}
	for wait := newBackoff(); len(open) > 0; {
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
				if passing(got[i].Err) && wait.left() {
					again = append(again, at)
					wait.ask(retryAfter(got[i].Err))
				}
			}
		}
		if open = again; len(open) == 0 {
			break
		}
		if err := d.Clock().Sleep(ctx, wait.next()); err != nil {
			return nil, err
		}
	}
	return answers, nil
}
