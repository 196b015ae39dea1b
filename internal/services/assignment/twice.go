// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// An assignment that is both a resource of its own and an entry of an exclusive one is removed by either as soon as the
// other changes. Within one configuration whoever is planned second can tell; across configurations nobody can.

// claim is what a planned exclusive resource is authoritative for.
type claim struct {
	scope
	wanted map[holding]bool
}

// claim notes the scope of an exclusive resource, and warns if another one removes what this one adds, or the other way
// round.
func (a *application) claim(sc scope, wanted map[holding]bool) diag.Diagnostics {
	a.mu.Lock()
	defer a.mu.Unlock()
	disputed := map[holding]bool{}
	for _, c := range a.claims {
		if c.equals(sc) && maps.Equal(c.wanted, wanted) {
			return nil // the same resource, planned once more for its replacement
		}
		addDisputed(disputed, wanted, c)
		addDisputed(disputed, c.wanted, claim{sc, wanted})
	}
	a.claims = append(a.claims, claim{sc, wanted})
	if len(disputed) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Exclusive resources overlap",
		"Two exclusive resources of this configuration are authoritative for the same assignments, and one removes what the other adds. "+
			"Make one resource of them, or keep them apart with `roles` or `ignored_principal_ids`. It concerns:\n"+some(a.lines(disputed)))}
}

// addDisputed adds what is wanted by one and would be removed by another.
func addDisputed(disputed, wanted map[holding]bool, other claim) {
	for h := range wanted {
		if !other.wanted[h] && other.covers(graph.Assignment{PrincipalID: h.principalID, AppRoleID: h.roleID}, true) {
			disputed[h] = true
		}
	}
}

func (a *application) lines(holdings map[holding]bool) []string {
	lines := make([]string, 0, len(holdings))
	for _, h := range sortedHoldings(holdings) {
		lines = append(lines, fmt.Sprintf("%s, role %s", h.principalID, a.roleName(h.roleID)))
	}
	return lines
}

// leave notes that this plan destroys an assignment as a resource of its own, and warns if an exclusive one lists it.
func (a *application) leave(h holding) diag.Diagnostics {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaving == nil {
		a.leaving = map[holding]bool{}
	}
	a.leaving[h] = true
	for _, c := range a.claims {
		if c.wanted[h] {
			return destroyedThoughListed(a.lines(map[holding]bool{h: true}))
		}
	}
	return nil
}

// come notes that this plan creates an assignment as a resource of its own.
func (a *application) come(h holding) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.coming == nil {
		a.coming = map[holding]bool{}
	}
	a.coming[h] = true
}

// warnMoved warns of an assignment that is destroyed as one resource and created as another, which happens when a user is
// renamed whose name is a key of for_each.
func (a *application) warnMoved(h holding) diag.Diagnostics {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.coming[h] || !a.leaving[h] {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("The same assignment is destroyed and created",
		fmt.Sprintf("This plan destroys the assignment of %s to the role %s as one resource and creates it as another. Creating is refused while the old one is there, "+
			"and the principal is without access once it is gone. If the resource only has another address or another key of `for_each` now, use a `moved` block.",
			h.principalID, a.roleName(h.roleID)))}
}

// warnLeaving warns of entries that this plan destroys as resources of their own.
func (a *application) warnLeaving(wanted map[holding]bool) diag.Diagnostics {
	a.mu.Lock()
	defer a.mu.Unlock()
	lost := map[holding]bool{}
	for h := range a.leaving {
		if wanted[h] {
			lost[h] = true
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return destroyedThoughListed(a.lines(lost))
}

func destroyedThoughListed(lines []string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewWarningDiagnostic("Listed assignments are destroyed",
		"This plan destroys resources whose assignments an exclusive resource of this configuration lists: the people would lose access until the next apply. "+
			"To hand the assignments over, take the resources out of the state with `removed` blocks and `destroy = false`. It concerns:\n"+some(lines))}
}

// single notes that an assignment is planned as a resource of its own, and warns if an exclusive one claims it.
func (a *application) single(h holding) diag.Diagnostics {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.singles == nil {
		a.singles = map[holding]bool{}
	}
	a.singles[h] = true
	for _, c := range a.claims {
		if c.wanted[h] || c.covers(graph.Assignment{PrincipalID: h.principalID, AppRoleID: h.roleID}, true) {
			return twice([]string{fmt.Sprintf("%s, role %s", h.principalID, a.roleName(h.roleID))})
		}
	}
	return nil
}

// warnTwice warns of entries that are also planned as resources of their own.
func (a *application) warnTwice(wanted map[holding]bool) diag.Diagnostics {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.claims) == 0 {
		return nil
	}
	latest := a.claims[len(a.claims)-1]
	var lines []string
	for _, h := range sortedHoldings(a.singles) {
		if wanted[h] || latest.covers(graph.Assignment{PrincipalID: h.principalID, AppRoleID: h.roleID}, true) {
			lines = append(lines, fmt.Sprintf("%s, role %s", h.principalID, a.roleName(h.roleID)))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return twice(lines)
}

func twice(lines []string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewWarningDiagnostic("Assignments managed twice",
		"An exclusive resource of this configuration is authoritative for assignments that are also resources of their own; each removes what the other adds. "+
			"Keep one of them, take the principals out with `ignored_principal_ids`, or narrow the exclusive resource with `roles`:\n"+some(lines))}
}

// hold notes what an exclusive resource has just made sure of, so that the deletion of its predecessor (with
// create_before_destroy) does not undo it.
func (a *application) hold(wanted map[holding]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.held == nil {
		a.held = map[holding]bool{}
	}
	for h := range wanted {
		a.held[h] = true
	}
}

// isHeld reports whether hold was called for an assignment.
func (a *application) isHeld(h holding) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held[h]
}
