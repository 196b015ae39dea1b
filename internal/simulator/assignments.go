// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
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

func (c *call) listAssignments(p store.ServicePrincipal) (*reply, error) {
	filter, err := assignments.listFilter(c)
	if err != nil {
		return nil, err
	}
	properties, err := assignments.selected(c)
	if err != nil {
		return nil, err
	}
	size, err := c.pageSize()
	if err != nil {
		return nil, err
	}
	position, err := c.skipToken()
	if err != nil {
		return nil, err
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
		for _, a := range removed(c.s.replica, KindAssignment, func(a shownAssignment) bool { return a.ResourceID == p.ID }) {
			add(&a)
		}
	}
	answer := object{{"@odata.context", c.context(assignmentSet(p.ID))}}
	if c.r.URL.Query().Get("$count") == "true" {
		answer = append(answer, member{"@odata.count", len(c.s.store.Assignments(p.ID))})
	}
	if more {
		answer = append(answer, member{"@odata.nextLink", c.nextLink(page[len(page)-1].Position)})
	}
	return respond(append(answer, member{"value", list(shown)}))
}

func (c *call) postAssignment(p store.ServicePrincipal) (*reply, error) {
	var body struct {
		PrincipalID string `json:"principalId"`
		ResourceID  string `json:"resourceId"`
		AppRoleID   string `json:"appRoleId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if !allGUIDs(body.PrincipalID, body.ResourceID, body.AppRoleID) {
		return nil, badRequest("One or more properties are invalid.")
	}
	if !strings.EqualFold(body.ResourceID, p.ID) {
		return nil, badRequest("Not a valid reference update.")
	}
	a, err := c.s.store.Assign(p.ID, body.PrincipalID, body.AppRoleID, store.AssignOptions{DefaultAccessTolerant: c.s.Variants().DefaultAccessTolerant})
	if err != nil {
		return nil, err
	}
	c.s.replica.written(KindAssignment, a.ID, nil)
	answer := object{{"@odata.context", c.context(assignmentSet(p.ID) + "/$entity")}}
	return created(append(answer, renderWhole(assignments, new(c.show(a, &p)))...))
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

func (c *call) getAssignment(p store.ServicePrincipal) (*reply, error) {
	id := c.assignmentID()
	var shown shownAssignment
	a, err := c.s.store.Assignment(p.ID, id)
	ghost, stale := c.s.replica.read(KindAssignment, id)
	if old, ok := ghost.(shownAssignment); ok && stale {
		shown = old
	} else if err != nil || stale {
		return nil, notFound(id)
	} else {
		shown = c.show(a, &p)
	}
	answer := object{{"@odata.context", c.context(assignmentSet(p.ID) + "/$entity")}}
	return respond(append(answer, renderWhole(assignments, &shown)...))
}

func (c *call) deleteAssignment(p store.ServicePrincipal) (*reply, error) {
	id := c.assignmentID()
	a, err := c.s.store.Assignment(p.ID, id)
	if err == nil {
		err = c.s.store.Unassign(p.ID, id)
	}
	if err != nil {
		return nil, badRequest("EntitlementGrant being updated or deleted is not found.")
	}
	c.s.replica.written(KindAssignment, id, c.show(a, &p))
	return done(nil)
}
