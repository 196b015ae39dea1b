// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"maps"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// scope is what an exclusive resource is authoritative for.
type scope struct {
	roles   map[string]bool // ids, nil for all
	ignored map[string]bool // principal ids
}

// covers reports whether an assignment is the resource's business. Service principals get no accounts; their
// assignments are how applications call each other, and are only touched where they are listed.
func (s scope) covers(a graph.Assignment, listed bool) bool {
	h := holdingOf(a)
	if s.ignored[h.principalID] || s.roles != nil && !s.roles[h.roleID] {
		return false
	}
	return listed || a.PrincipalType != kindServicePrincipal
}

// equals reports whether two scopes are the same.
func (s scope) equals(other scope) bool {
	return (s.roles == nil) == (other.roles == nil) && maps.Equal(s.roles, other.roles) && maps.Equal(s.ignored, other.ignored)
}

// held returns what the listing has within the scope. Listed tells which principals the resource names itself.
func (s scope) held(l *listing, listed map[string]string) map[holding]graph.Assignment {
	held := make(map[holding]graph.Assignment, len(l.all))
	for _, a := range l.all {
		h := holdingOf(a)
		if _, ok := listed[h.principalID]; s.covers(a, ok) {
			held[h] = a
		}
	}
	return held
}

// losing returns, for each principal that loses its last role of the application by the removals, one of its
// assignments. Whoever keeps or gets another role keeps access.
func losing(l *listing, removals, wanted map[holding]bool) map[string]graph.Assignment {
	keeps := map[string]bool{}
	for h := range wanted {
		keeps[h.principalID] = true
	}
	lost := map[string]graph.Assignment{}
	for _, a := range l.all {
		h := holdingOf(a)
		if removals[h] {
			lost[h.principalID] = a
		} else {
			keeps[h.principalID] = true
		}
	}
	for principalID := range lost {
		if keeps[principalID] {
			delete(lost, principalID)
		}
	}
	return lost
}
