// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// shownAtMost is how many entries a message lists before it only counts.
const shownAtMost = 10

// leaving is who loses access by a change.
type leaving struct {
	people int      // users, and the direct members of groups
	names  []string // one line for each user and group, sorted
	err    error    // set when groups could not be counted: people is then too low
}

// leaving counts who loses access when the given principals lose their last role. A member of a leaving group who
// stays assigned himself keeps access; that another group may hold him is not looked up, so that the count errs on the
// safe side.
func (p *people) leaving(ctx context.Context, l *listing, lost map[string]graph.Assignment) leaving {
	who := map[string]bool{}
	staying := map[string]bool{}
	for _, a := range l.all {
		id := strings.ToLower(a.PrincipalID)
		if _, ok := lost[id]; !ok && a.PrincipalType == kindUser {
			staying[id] = true
		}
	}
	var groups []string
	for id, a := range lost {
		switch a.PrincipalType {
		case kindUser:
			who[id] = true
		case kindGroup:
			groups = append(groups, id)
		}
	}
	var result leaving
	members := map[string][]string{}
	if len(groups) > 0 {
		members, result.err = p.members(ctx, groups)
	}
	for _, ids := range members {
		for _, id := range ids {
			if !staying[id] {
				who[id] = true
			}
		}
	}
	result.people = len(who)
	for id, a := range lost {
		name := id
		if a.PrincipalDisplayName != "" {
			name = fmt.Sprintf("%s (%s)", a.PrincipalDisplayName, id)
		}
		if a.PrincipalType == kindGroup && result.err == nil {
			name += fmt.Sprintf(", a group with %s", counted(len(members[id]), "direct member"))
		}
		result.names = append(result.names, name)
	}
	slices.Sort(result.names)
	return result
}

// some lists the first lines and counts the rest.
func some(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i == shownAtMost {
			fmt.Fprintf(&b, "and %d more", len(lines)-shownAtMost)
			return b.String()
		}
		b.WriteString("- " + line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func peopleCounted(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// sortedHoldings orders holdings for messages and requests.
func sortedHoldings[V any](m map[holding]V) []holding {
	return slices.SortedFunc(maps.Keys(m), func(a, b holding) int {
		if c := strings.Compare(a.principalID, b.principalID); c != 0 {
			return c
		}
		return strings.Compare(a.roleID, b.roleID)
	})
}
