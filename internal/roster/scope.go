// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"maps"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Scope is what a set is authoritative for.
type Scope struct {
	Roles   map[string]bool // ids, nil for all
	Ignored map[string]bool // principal ids
}

// Covers reports whether an assignment belongs to the set; listed says that the set names its principal. Service principals get no accounts; their
// assignments are how applications call each other, and are only touched where they are listed.
func (s Scope) Covers(a graph.Assignment, listed bool) bool {
	h := KeyOf(a)
	if s.Ignored[h.PrincipalID] || s.Roles != nil && !s.Roles[h.RoleID] {
		return false
	}
	return listed || a.PrincipalType != KindServicePrincipal
}

// Equals reports whether two scopes are the same.
func (s Scope) Equals(other Scope) bool {
	return (s.Roles == nil) == (other.Roles == nil) && maps.Equal(s.Roles, other.Roles) && maps.Equal(s.Ignored, other.Ignored)
}

// Held returns what a listing has within the scope. Listed tells which principals the set names itself.
func (s Scope) Held(l *Listing, listed map[string]string) map[Key]graph.Assignment {
	held := make(map[Key]graph.Assignment, len(l.All))
	for _, a := range l.All {
		key := KeyOf(a)
		if _, ok := listed[key.PrincipalID]; s.Covers(a, ok) {
			held[key] = a
		}
	}
	return held
}

// Changes is what a plan does to assignments.
type Changes struct {
	Added, Removed map[Key]bool
}

// ChangesOf compares what a set had with what it wants. What leaves the scope because the scope changes is not removed.
func ChangesOf(had, wanted map[Key]bool, scope Scope) Changes {
	c := Changes{map[Key]bool{}, map[Key]bool{}}
	for key := range wanted {
		if !had[key] {
			c.Added[key] = true
		}
	}
	for key := range had {
		if !wanted[key] && scope.Covers(key.assignment(), true) {
			c.Removed[key] = true
		}
	}
	return c
}
