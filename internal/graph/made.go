// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"strings"
	"sync"
	"time"
)

// What was made moments ago is known only to some of the service's replicas, which may answer in turn: for as long as
// youngFor, a 404 about it or anything below it is not believed, but the call is repeated for up to youngPatience.
const (
	youngFor      = 2 * time.Minute
	youngPatience = 30 * time.Second
)

// made remembers what this client made, by path. The zero value is empty.
type made struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (m *made) note(path string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		m.at = map[string]time.Time{}
	}
	m.at[path] = now
}

// forget is for a deletion, after which a 404 is what is wanted.
func (m *made) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.at)
}

// patience is how long a 404 of a call to path is repeated.
func (m *made) patience(path string, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	for parent, at := range m.at {
		if now.Sub(at) < youngFor && (path == parent || strings.HasPrefix(path, parent+"/")) {
			return youngPatience
		}
	}
	return 0
}
