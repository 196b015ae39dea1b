// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// shownAssignment is an assignment together with the names that are shown with it.
type shownAssignment struct {
	store.Assignment
	principalName, resourceName string
}

var assignments = &entity[shownAssignment]{kind: "appRoleAssignment", set: "appRoleAssignments", properties: []property[shownAssignment]{
	{name: "id", value: func(a *shownAssignment) any { return a.ID }},
	{name: "deletedDateTime", value: func(*shownAssignment) any { return nil }},
	{name: "appRoleId", value: func(a *shownAssignment) any { return a.RoleID }},
	{name: "createdDateTime", value: func(a *shownAssignment) any { return timeOrNil(a.CreatedAt) }},
	{name: "principalDisplayName", filter: true, value: func(a *shownAssignment) any { return textOrNil(a.principalName) }},
	{name: "principalId", value: func(a *shownAssignment) any { return a.PrincipalID }},
	{name: "principalType", value: func(a *shownAssignment) any { return a.PrincipalKind }},
	{name: "resourceDisplayName", value: func(a *shownAssignment) any { return textOrNil(a.resourceName) }},
	{name: "resourceId", value: func(a *shownAssignment) any { return a.ResourceID }},
}}

func (c *call) show(a store.Assignment, resource *store.ServicePrincipal) shownAssignment {
	return shownAssignment{Assignment: a, principalName: c.s.store.NameOf(a.PrincipalID), resourceName: resource.DisplayName}
}

func assignmentSet(principalID string) string {
	return "servicePrincipals('" + principalID + "')/appRoleAssignedTo"
}

func (c *call) listAssignments() {
	p, ok := c.principal()
	if !ok {
		return
	}
	filter, ok := assignments.listFilter(c)
	if !ok {
		return
	}
	properties, ok := assignments.selected(c)
	if !ok {
		return
	}
	size, ok := c.pageSize()
	if !ok {
		return
	}
	position, ok := c.skipToken()
	if !ok {
		return
	}
	var shown []object
	add := func(a *shownAssignment) {
		if assignments.matches(a, filter, "") {
			shown = append(shown, assignments.render(a, properties))
		}
	}
	page, more := c.s.store.AssignmentsAfter(p.ID, position, size)
	for _, a := range page {
		if !c.s.replica.hides(KindAssignment, a.ID) {
			add(new(c.show(a, &p)))
		}
	}
	if !more {
		for _, ghost := range c.s.replica.removed(KindAssignment, func(ghost any) bool {
			a, ok := ghost.(shownAssignment)
			return ok && a.ResourceID == p.ID
		}) {
			if a, ok := ghost.(shownAssignment); ok {
				add(&a)
			}
		}
	}
	answer := object{{"@odata.context", c.context(assignmentSet(p.ID))}}
	if c.r.URL.Query().Get("$count") == "true" {
		answer = append(answer, member{"@odata.count", len(c.s.store.Assignments(p.ID))})
	}
	if more {
		answer = append(answer, member{"@odata.nextLink", c.nextLink(page[len(page)-1].Position)})
	}
	c.ok(append(answer, member{"value", list(shown)}))
}

func (c *call) postAssignment() {
	p, ok := c.principal()
	if !ok {
		return
	}
	var body struct {
		PrincipalID string `json:"principalId"`
		ResourceID  string `json:"resourceId"`
		AppRoleID   string `json:"appRoleId"`
	}
	if !c.decode(&body) {
		return
	}
	if !allGUIDs(body.PrincipalID, body.ResourceID, body.AppRoleID) {
		c.badRequest("One or more properties are invalid.")
		return
	}
	if !strings.EqualFold(body.ResourceID, p.ID) {
		c.badRequest("Not a valid reference update.")
		return
	}
	a, err := c.s.store.Assign(p.ID, body.PrincipalID, body.AppRoleID, store.AssignOptions{DefaultAccessTolerant: c.s.Variants().DefaultAccessTolerant})
	if err != nil {
		c.fail(err, body.PrincipalID)
		return
	}
	c.s.replica.written(KindAssignment, a.ID, nil)
	answer := object{{"@odata.context", c.context(assignmentSet(p.ID) + "/$entity")}}
	writeJSON(c.w, http.StatusCreated, append(answer, renderWhole(assignments, new(c.show(a, &p)))...))
}

func allGUIDs(ids ...string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return uuid.Validate(id) != nil || len(id) != 36 })
}

// assignment returns the assignment id of the path.
func (c *call) assignmentID() string {
	id := c.r.PathValue("assignment")
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}

func (c *call) getAssignment() {
	p, ok := c.principal()
	if !ok {
		return
	}
	id := c.assignmentID()
	var shown shownAssignment
	a, err := c.s.store.Assignment(p.ID, id)
	ghost, stale := c.s.replica.read(KindAssignment, id)
	if old, ok := ghost.(shownAssignment); ok && stale {
		shown = old
	} else if err != nil || stale {
		c.notFound(id)
		return
	} else {
		shown = c.show(a, &p)
	}
	answer := object{{"@odata.context", c.context(assignmentSet(p.ID) + "/$entity")}}
	c.ok(append(answer, renderWhole(assignments, &shown)...))
}

func (c *call) deleteAssignment() {
	p, ok := c.principal()
	if !ok {
		return
	}
	id := c.assignmentID()
	a, err := c.s.store.Assignment(p.ID, id)
	if err == nil {
		err = c.s.store.Unassign(p.ID, id)
	}
	if err != nil {
		c.badRequest("EntitlementGrant being updated or deleted is not found.")
		return
	}
	c.s.replica.written(KindAssignment, id, c.show(a, &p))
	c.noContent()
}
