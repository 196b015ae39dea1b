// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"context"
	"fmt"
)

// Finding is a reason against, or a remark about, assigning a principal.
type Finding struct {
	PrincipalID     string
	Summary, Detail string
	Refuses         bool // else it is a warning
	Lapses          bool // what was assigned before may have come to this
}

// Advice contains the findings about principals that are going to be assigned.
type Advice struct {
	Principals map[string]Principal // by object id
	Findings   []Finding
	Err        error // why the principals could not be looked up; then nothing else is known
	MembersErr error // why the members of the groups among them could not be read
}

// Advise checks principals, by their object ids. The findings about a principal depend only on the directory,
// not on the other principals.
func (p *Principals) Advise(ctx context.Context, ids ...string) Advice {
	a := Advice{}
	if a.Principals, a.Err = get(ctx, p.byID, ids); a.Err != nil {
		return a
	}
	var groups []string
	for _, id := range ids {
		findings := judge(id, a.Principals[id])
		a.Findings = append(a.Findings, findings...)
		if len(findings) == 0 && a.Principals[id].Type == KindGroup {
			groups = append(groups, id)
		}
	}
	var members map[string]membership
	members, a.MembersErr = get(ctx, p.groups, groups)
	for _, id := range groups {
		a.MembersErr = cmp.Or(a.MembersErr, members[id].err)
		a.Findings = append(a.Findings, judgeGroup(a.Principals[id], members[id])...)
	}
	return a
}

// get answers questions: one that is asked among others together with them.
func get[V any](ctx context.Context, l *lookUps[V], keys []string) (map[string]V, error) {
	if len(keys) != 1 {
		return l.all(ctx, keys)
	}
	value, err := l.one(ctx, keys[0], nil)
	return map[string]V{keys[0]: value}, err
}

// Refusal says why a principal cannot be assigned, "" when nothing is known against it.
func (p *Principals) Refusal(ctx context.Context, id string) string {
	if found, err := p.One(ctx, id, nil); err == nil {
		for _, f := range judge(id, found) {
			if f.Refuses {
				return f.Detail
			}
		}
	}
	return ""
}

// judge returns the reason against assigning a principal.
func judge(id string, p Principal) []Finding {
	switch {
	case !p.Exists:
		return []Finding{{id, "No such principal", fmt.Sprintf(
			"The directory has no user, group or service principal with the object id %s. Check the id, or remove the entry if the principal was deleted. If it was just created, apply again.", id), true, true}}
	case p.Type == KindGroup && p.SecurityEnabled != nil && !*p.SecurityEnabled:
		return []Finding{{id, "Group cannot be assigned", fmt.Sprintf(
			"The group %s is not security-enabled, and only security groups can be assigned to an application. Assign a security group with the same members.", named(p)), true, false}}
	case p.Type == KindUser && p.AccountEnabled != nil && !*p.AccountEnabled:
		return []Finding{{id, "Disabled user", fmt.Sprintf(
			"The user %s is disabled in the directory. Provisioning disables the accounts of disabled users in the target as well.", named(p)), false, false}}
	}
	return nil
}

// judgeGroup says which groups bring fewer users into scope than they seem to.
func judgeGroup(p Principal, m membership) []Finding {
	switch {
	case !m.exists || m.err != nil || m.more && m.groups == 0:
		return nil
	case m.users == 0 && m.groups > 0 && !m.more:
		return []Finding{{p.ID, "Group without direct users", fmt.Sprintf(
			"The group %s has only groups as members. Provisioning does not expand nested groups, so the group brings nobody into scope. Assign the nested groups instead.", named(p)), false, false}}
	case m.users == 0 && !m.more:
		return []Finding{{p.ID, "Group without direct users", fmt.Sprintf(
			"The group %s has no users as direct members, so it brings nobody into scope yet.", named(p)), false, false}}
	case m.groups > 0:
		return []Finding{{p.ID, "Nested group", fmt.Sprintf(
			"The group %s has groups among its members. Provisioning does not expand nested groups: only its direct users come into scope.", named(p)), false, false}}
	}
	return nil
}

// named is a readable form of a principal: the name, with the id that distinguishes namesakes.
func named(p Principal) string {
	if p.DisplayName == "" {
		return p.ID
	}
	return fmt.Sprintf("%q (%s)", p.DisplayName, p.ID)
}
