// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"fmt"
)

// finding is what a look at a principal says about assigning it.
type finding struct {
	principalID     string
	summary, detail string
	refuses         bool // else it is a warning
}

// advise looks at the principal of a single assignment, as far as the budget for such look-ups goes.
func (p *people) advise(ctx context.Context, id string) (person, []finding, error) {
	found, err := p.byID.advise(ctx, id)
	if errors.Is(err, errOverBudget) {
		return person{}, nil, nil
	}
	if err != nil {
		return person{}, nil, err
	}
	findings := judge(id, found)
	if found.Type != kindGroup || len(findings) > 0 {
		return found, findings, nil
	}
	members, err := p.groups.advise(ctx, id)
	if errors.Is(err, errOverBudget) {
		return found, findings, nil
	}
	if err != nil {
		return found, findings, err
	}
	return found, append(findings, judgeGroup(found, members)...), nil
}

// judge says what speaks against assigning a principal.
func judge(id string, p person) []finding {
	switch {
	case !p.exists:
		return []finding{{id, "No such principal", fmt.Sprintf(
			"The directory has no user, group or service principal with the object id %s. Check the id, or remove the entry if the principal was deleted. If it was created a moment ago, apply again.", id), true}}
	case p.Type == kindGroup && p.SecurityEnabled != nil && !*p.SecurityEnabled:
		return []finding{{id, "Group cannot be assigned", fmt.Sprintf(
			"The group %s is not security-enabled, and only security groups can be assigned to an application. Assign a security group with the same members.", named(p)), true}}
	case p.Type == kindUser && p.AccountEnabled != nil && !*p.AccountEnabled:
		return []finding{{id, "Disabled user", fmt.Sprintf(
			"The user %s is disabled in the directory. Provisioning treats disabled users as to be disabled in the target, too.", named(p)), false}}
	}
	return nil
}

// judgeGroup warns of groups that bring fewer people into scope than they seem to.
func judgeGroup(p person, m membership) []finding {
	switch {
	case !m.exists || m.more && m.groups == 0:
		return nil
	case m.users == 0 && m.groups > 0 && !m.more:
		return []finding{{p.ID, "Group without direct users", fmt.Sprintf(
			"The group %s has only groups as members. Provisioning does not expand nested groups: nobody comes into scope by it. Assign the inner groups instead.", named(p)), false}}
	case m.users == 0 && !m.more:
		return []finding{{p.ID, "Group without direct users", fmt.Sprintf(
			"The group %s has no users as direct members, so that nobody comes into scope by it yet.", named(p)), false}}
	case m.groups > 0:
		return []finding{{p.ID, "Nested group", fmt.Sprintf(
			"The group %s has groups among its members. Provisioning does not expand nested groups: only its direct users come into scope.", named(p)), false}}
	}
	return nil
}

// named is how a person would call a principal: the name, with the id that tells namesakes apart.
func named(p person) string {
	if p.DisplayName == "" {
		return p.ID
	}
	return fmt.Sprintf("%q (%s)", p.DisplayName, p.ID)
}
