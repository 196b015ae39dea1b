// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
	"time"
)

// LogEntry is one line of the provisioning log: what happened to one object.
type LogEntry struct {
	ID                 string
	At                 time.Time
	Duration           time.Duration
	ServicePrincipalID string
	JobID              string
	CycleID            string
	ChangeID           string
	Action             string // create, update, delete, stagedDelete, disable, other
	Status             string // success, failure, skipped, warning
	Error              *LogError
	SourceID           string
	SourceName         string
	SourceType         string
	TargetID           string
	TargetName         string
	TargetType         string
	Steps              []LogStep
	Modified           []ModifiedProperty
	By                 string // empty: the service itself
}

// LogError says what went wrong.
type LogError struct {
	Code, Reason, Details, Category, Recommended string
}

// LogStep is one step on the way of an object.
type LogStep struct {
	Name, Type, Status, Description string
	Details                         []KeyValue
}

// ModifiedProperty is a target attribute that was written. A nil old value stands for none.
type ModifiedProperty struct {
	Name     string
	Old, New *string
}

// AddLog appends entries to the provisioning log; those without an id get one.
func (s *Store) AddLog(entries ...LogEntry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		if e.ID == "" {
			e.ID = newID()
		}
		s.log = append(s.log, e)
	}
}

// logRetention is how long a tenant with the usual licence keeps its provisioning log.
const logRetention = 30 * 24 * time.Hour

// Log returns the provisioning log, oldest first.
func (s *Store) Log() []LogEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.now().Add(-logRetention)
	old := 0
	for old < len(s.log) && s.log[old].At.Before(since) {
		old++
	}
	s.log = s.log[old:]
	return slices.Clone(s.log)
}
