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

// Key is what an assignment is about, whatever its id: one principal in one role. Both ids are in lower case.
type Key struct {
	PrincipalID, RoleID string
}

// KeyOf returns the key of an assignment.
func KeyOf(a graph.Assignment) Key {
	return Key{strings.ToLower(a.PrincipalID), strings.ToLower(a.AppRoleID)}
}

// assignment is one with the key, as far as the key tells.
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
