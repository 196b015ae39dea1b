// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// DefaultAccess is the role id that stands for having no particular role.
const DefaultAccess = "00000000-0000-0000-0000-000000000000"

// Kinds of principals that can hold a role.
const (
	KindUser             = "User"
	KindGroup            = "Group"
	KindServicePrincipal = "ServicePrincipal"
)

// Assignment gives a principal a role of an application.
type Assignment struct {
	ID, RoleID, ResourceID     string
	PrincipalID, PrincipalKind string
	CreatedAt                  time.Time
	// Position orders the assignments of one service principal and never changes, so paging is stable.
	Position int64
}

type assignmentKey struct{ principal, role string }

// assignmentList keeps the assignments of one service principal in order of creation.
type assignmentList struct {
	inOrder []assignmentSlot
	byID    map[string]*Assignment
	byKey   map[assignmentKey]*Assignment
	next    int64
	holes   int
}

// assignmentSlot keeps its position when the assignment in it is gone, so searching stays logarithmic.
type assignmentSlot struct {
	position int64
	held     *Assignment
}

func newAssignmentList() *assignmentList {
	return &assignmentList{byID: map[string]*Assignment{}, byKey: map[assignmentKey]*Assignment{}}
}

func (l *assignmentList) add(a *Assignment) {
	l.next++
	a.Position = l.next
	l.inOrder = append(l.inOrder, assignmentSlot{a.Position, a})
	l.byID[a.ID] = a
	l.byKey[assignmentKey{a.PrincipalID, a.RoleID}] = a
}

func (l *assignmentList) remove(a *Assignment) {
	l.inOrder[l.search(a.Position)].held = nil
	delete(l.byID, a.ID)
	delete(l.byKey, assignmentKey{a.PrincipalID, a.RoleID})
	if l.holes++; l.holes > len(l.inOrder)/2 {
		l.inOrder = slices.DeleteFunc(l.inOrder, func(slot assignmentSlot) bool { return slot.held == nil })
		l.holes = 0
	}
}

// search returns the index of the first slot at or behind the position.
func (l *assignmentList) search(position int64) int {
	return sort.Search(len(l.inOrder), func(i int) bool { return l.inOrder[i].position >= position })
}

func (l *assignmentList) removePrincipal(id string) {
	for _, slot := range slices.Clone(l.inOrder) {
		if slot.held != nil && slot.held.PrincipalID == id {
			l.remove(slot.held)
		}
	}
}

// AssignOptions says where services differ in what they accept.
type AssignOptions struct {
	// DefaultAccessTolerant accepts the default access role also where the application declares roles.
	DefaultAccessTolerant bool
}

// Assign gives a principal a role of the service principal.
func (s *Store) Assign(servicePrincipalID, principalID, roleID string, opts AssignOptions) (Assignment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	principalID, roleID = strings.ToLower(principalID), strings.ToLower(roleID)
	resource, err := s.principal(servicePrincipalID)
	if err != nil {
		return Assignment{}, err
	}
	kind, err := s.kindOf(principalID)
	if err != nil {
		return Assignment{}, err
	}
	if err := checkRole(resource, roleID, kind, opts); err != nil {
		return Assignment{}, err
	}
	list := s.assignments[resource.ID]
	if list == nil {
		list = newAssignmentList()
		s.assignments[resource.ID] = list
	}
	if _, ok := list.byKey[assignmentKey{principalID, roleID}]; ok {
		return Assignment{}, fmt.Errorf("assignment of %s: %w", principalID, ErrExists)
	}
	a := &Assignment{
		ID: newOpaqueID(), RoleID: roleID, PrincipalID: principalID, PrincipalKind: kind, ResourceID: resource.ID,
		CreatedAt: s.now(),
	}
	list.add(a)
	s.revision++
	return *a, nil
}

func checkRole(resource *ServicePrincipal, roleID, kind string, opts AssignOptions) error {
	if roleID == DefaultAccess {
		if len(resource.Roles) > 0 && !opts.DefaultAccessTolerant {
			return fmt.Errorf("default access: %w", ErrInvalid)
		}
		return nil
	}
	role, ok := resource.Role(roleID)
	if !ok || !role.Enabled {
		return fmt.Errorf("role %s: %w", roleID, ErrInvalid)
	}
	memberType := "User"
	if kind == KindServicePrincipal {
		memberType = "Application"
	}
	if !role.Allows(memberType) {
		return fmt.Errorf("role %s for a %s: %w", roleID, kind, ErrReference)
	}
	return nil
}

// kindOf needs the lock. A group that is not security-enabled cannot hold a role.
func (s *Store) kindOf(principalID string) (string, error) {
	if u, ok := s.users.get(principalID); ok && u.DeletedAt.IsZero() {
		return KindUser, nil
	}
	if g, ok := s.groups.get(principalID); ok && g.DeletedAt.IsZero() {
		if !g.SecurityEnabled {
			return "", fmt.Errorf("group %s: %w", principalID, ErrReference)
		}
		return KindGroup, nil
	}
	if _, err := s.principal(principalID); err == nil {
		return KindServicePrincipal, nil
	}
	return "", notFound("principal", principalID)
}

// Unassign removes an assignment.
func (s *Store) Unassign(servicePrincipalID, assignmentID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.assignment(servicePrincipalID, assignmentID)
	if err != nil {
		return err
	}
	s.assignments[a.ResourceID].remove(a)
	s.revision++
	return nil
}

// Assignment returns one assignment; its id is case-sensitive.
func (s *Store) Assignment(servicePrincipalID, assignmentID string) (Assignment, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, err := s.assignment(servicePrincipalID, assignmentID)
	if err != nil {
		return Assignment{}, err
	}
	return *a, nil
}

// assignment needs the lock.
func (s *Store) assignment(servicePrincipalID, assignmentID string) (*Assignment, error) {
	if list := s.assignments[strings.ToLower(servicePrincipalID)]; list != nil && list.byID[assignmentID] != nil {
		return list.byID[assignmentID], nil
	}
	return nil, notFound("assignment", assignmentID)
}

// AssignmentsAfter returns up to limit assignments behind the position, in order, and whether there are more.
func (s *Store) AssignmentsAfter(servicePrincipalID string, position int64, limit int) ([]Assignment, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := s.assignments[strings.ToLower(servicePrincipalID)]
	if list == nil {
		return nil, false
	}
	page := make([]Assignment, 0, min(limit, len(list.byID)))
	for _, slot := range list.inOrder[list.search(position+1):] {
		if slot.held == nil {
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, *slot.held)
	}
	return page, false
}

// Assignments returns all assignments of a service principal in order of creation.
func (s *Store) Assignments(servicePrincipalID string) []Assignment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := s.assignments[strings.ToLower(servicePrincipalID)]
	if list == nil {
		return nil
	}
	all := make([]Assignment, 0, len(list.byID))
	for _, slot := range list.inOrder {
		if slot.held != nil {
			all = append(all, *slot.held)
		}
	}
	return all
}

// NameOf returns the display name of a user, group or service principal, empty if there is none.
func (s *Store) NameOf(id string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id = strings.ToLower(id)
	if u, ok := s.users.get(id); ok {
		return u.DisplayName
	}
	if g, ok := s.groups.get(id); ok {
		return g.DisplayName
	}
	if p, ok := s.principals.get(id); ok {
		return p.DisplayName
	}
	return ""
}
