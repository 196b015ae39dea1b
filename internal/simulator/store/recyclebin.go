// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"strings"
	"time"
)

// DeleteApplication puts an application and its service principal into the recycle bin. Everything that hangs on the
// service principal stays with it, so that a restore brings it back.
func (s *Store) DeleteApplication(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.applications.get(strings.ToLower(id))
	if !ok || !a.DeletedAt.IsZero() {
		return notFound("application", id)
	}
	a.DeletedAt = s.now()
	for p := range s.principals.all() {
		if p.AppID == a.AppID && p.DeletedAt.IsZero() {
			p.DeletedAt = a.DeletedAt
		}
	}
	return nil
}

// DeleteServicePrincipal puts a service principal into the recycle bin and leaves its application behind.
func (s *Store) DeleteServicePrincipal(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.principal(id)
	if !ok {
		return notFound(MissingPrincipal, id)
	}
	p.DeletedAt = s.now()
	return nil
}

// Restore takes an application with its service principal, or a service principal alone, out of the recycle bin.
func (s *Store) Restore(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = strings.ToLower(id)
	if a, ok := s.applications.get(id); ok && !a.DeletedAt.IsZero() {
		for p := range s.principals.all() {
			if p.AppID == a.AppID && p.DeletedAt.Equal(a.DeletedAt) {
				p.DeletedAt = time.Time{}
			}
		}
		a.DeletedAt = time.Time{}
		return nil
	}
	if p, ok := s.principals.get(id); ok && !p.DeletedAt.IsZero() {
		p.DeletedAt = time.Time{}
		return nil
	}
	return notFound("deleted item", id)
}

// Purge removes a deleted application or service principal for good.
func (s *Store) Purge(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = strings.ToLower(id)
	if a, ok := s.applications.get(id); ok && !a.DeletedAt.IsZero() {
		var gone []string
		for p := range s.principals.all() {
			if p.AppID == a.AppID && !p.DeletedAt.IsZero() {
				gone = append(gone, p.ID)
			}
		}
		for _, principal := range gone {
			s.purgePrincipal(principal)
		}
		s.applications.remove(id)
		return nil
	}
	if p, ok := s.principals.get(id); ok && !p.DeletedAt.IsZero() {
		s.purgePrincipal(id)
		return nil
	}
	return notFound("deleted item", id)
}

// purgePrincipal needs the lock.
func (s *Store) purgePrincipal(id string) {
	s.principals.remove(id)
	delete(s.assignments, id)
	delete(s.jobs, id)
	delete(s.secrets, id)
}
