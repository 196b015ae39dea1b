// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Key identifies an assignment independently of its id: one principal in one role. Both ids are in lowercase.
type Key struct {
	PrincipalID, RoleID string
}

// KeyOf returns the key of an assignment.
func KeyOf(a graph.Assignment) Key {
	return Key{strings.ToLower(a.PrincipalID), strings.ToLower(a.AppRoleID)}
}

// assignment is an assignment with only the values in the key.
func (k Key) assignment() graph.Assignment {
	return graph.Assignment{PrincipalID: k.PrincipalID, AppRoleID: k.RoleID}
}

// SortedKeys orders keys by principal and role, for messages and requests.
func SortedKeys[V any](m map[Key]V) []Key {
	return slices.SortedFunc(maps.Keys(m), func(a, b Key) int {
		return cmp.Or(strings.Compare(a.PrincipalID, b.PrincipalID), strings.Compare(a.RoleID, b.RoleID))
	})
}

// Listing is the assignments of a service principal at one moment.
type Listing struct {
	All   []graph.Assignment
	byID  map[string]int
	byKey map[Key]int
}

// NewListing returns a listing of these assignments.
func NewListing(all []graph.Assignment) *Listing {
	l := &Listing{All: all, byID: make(map[string]int, len(all)), byKey: make(map[Key]int, len(all))}
	for i, a := range all {
		l.byID[a.ID] = i
		l.byKey[KeyOf(a)] = i
	}
	return l
}

// About is the part of a listing that determines whether a user keeps access: the user's own assignments and those of groups. For a
// thousand users it would cost the square of their number to look through the whole listing for each.
func (l *Listing) About(userID string) *Listing {
	var about []graph.Assignment // no clone of all: a destroy of a thousand asks a thousand times
	for _, a := range l.All {
		if a.PrincipalType == KindGroup || strings.EqualFold(a.PrincipalID, userID) {
			about = append(about, a)
		}
	}
	return NewListing(about)
}

// Get returns the assignment with a key.
func (l *Listing) Get(key Key) (graph.Assignment, bool) {
	i, ok := l.byKey[key]
	if !ok {
		return graph.Assignment{}, false
	}
	return l.All[i], true
}

// withID returns the assignment with an id, which is case-sensitive.
func (l *Listing) withID(id string) (graph.Assignment, bool) {
	i, ok := l.byID[id]
	if !ok {
		return graph.Assignment{}, false
	}
	return l.All[i], true
}

// Counts returns how many of the keys are listed.
func (l *Listing) Counts(keys map[Key]bool) (n int) {
	for key := range l.byKey {
		if keys[key] {
			n++
		}
	}
	return n
}

// hasAll reports whether every key is listed.
func (l *Listing) hasAll(keys map[Key]bool) bool {
	for key := range keys {
		if _, ok := l.byKey[key]; !ok {
			return false
		}
	}
	return true
}

// userIDs returns the ids of the users who hold a role themselves.
func (l *Listing) userIDs() []string {
	var ids []string
	for _, a := range l.All {
		if a.PrincipalType == KindUser {
			ids = append(ids, strings.ToLower(a.PrincipalID))
		}
	}
	return ids
}

// Losses is who loses access to an application by a change.
type Losses struct {
	// Users are the object ids, sorted, of the users who are left without a usable role: users whose own last one goes, and
	// members of groups whose last one goes.
	Users []string
	// Principals are those whose own last usable role goes, with one of its assignments each, sorted by id; groups among them.
	Principals []graph.Assignment
	// Uncounted says of groups among Principals, by id, why they may have more members than are counted. nil for none.
	Uncounted map[string]string
}

// AtLeast reports whether more users than these may lose access.
func (l Losses) AtLeast() bool { return len(l.Uncounted) > 0 }

func (l *Losses) uncounted(groupID, why string) {
	if l.Uncounted == nil {
		l.Uncounted = map[string]string{}
	}
	l.Uncounted[groupID] = why
}

// LossesOf says who loses access when some of the listed assignments are removed and others are added (or stay wanted,
// which counts the same). Users who keep or get another usable role keep access, directly or through a group that stays.
//
// Members are the ids of the direct users of groups, as provisioning does not expand nested ones. A group that loses its
// role and is not in the map is Uncounted; a group that stays and is not in the map keeps nobody, so the
// count errs on the safe side. Usable says which roles count, by id; nil for all.
func LossesOf(l *Listing, removed, added map[Key]bool, members map[string][]string, usable func(roleID string) bool) Losses {
	counts := func(key Key) bool { return usable == nil || usable(key.RoleID) }
	stays := map[string]bool{} // principals, then the users of those that are groups
	for key := range added {
		if counts(key) {
			stays[key.PrincipalID] = true
		}
	}
	lost := map[string]graph.Assignment{}
	for _, a := range l.All {
		switch key := KeyOf(a); {
		case !counts(key):
		case removed[key]:
			lost[key.PrincipalID] = a
		default:
			stays[key.PrincipalID] = true
		}
	}
	maps.DeleteFunc(lost, func(principalID string, _ graph.Assignment) bool { return stays[principalID] })
	for groupID, ids := range members {
		if stays[groupID] {
			for _, id := range ids {
				stays[strings.ToLower(id)] = true
			}
		}
	}
	var losses Losses
	users := map[string]bool{}
	for _, principalID := range slices.Sorted(maps.Keys(lost)) {
		losses.Principals = append(losses.Principals, lost[principalID])
		switch lost[principalID].PrincipalType {
		case KindUser:
			users[principalID] = true
		case KindGroup:
			ids, known := members[principalID]
			if !known {
				losses.uncounted(principalID, "whose members could not be counted")
			}
			for _, id := range ids {
				users[strings.ToLower(id)] = true
			}
		}
	}
	maps.DeleteFunc(users, func(id string, _ bool) bool { return stays[id] })
	losses.Users = slices.Sorted(maps.Keys(users))
	return losses
}
