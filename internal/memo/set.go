// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package memo

import "sync"

// Set is a set for concurrent use, to do something once. Its zero value is empty.
type Set[K comparable] struct {
	mu   sync.Mutex
	keys map[K]struct{}
}

// Add puts a key into the set and reports whether it was not there.
func (s *Set[K]) Add(key K) (added bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.keys[key]; found {
		return false
	}
	if s.keys == nil {
		s.keys = map[K]struct{}{}
	}
	s.keys[key] = struct{}{}
	return true
}

// Has reports whether a key is in the set.
func (s *Set[K]) Has(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.keys[key]
	return found
}
