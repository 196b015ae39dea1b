// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package memo

import (
	"sync"
	"time"
)

// Handover keeps values by key for a while, for somebody who comes later to take. MaxAge and Clock are needed.
type Handover[K comparable, V any] struct {
	MaxAge time.Duration
	Clock  Clock

	mu   sync.Mutex
	kept map[K]kept[V]
}

type kept[V any] struct {
	value V
	at    time.Time
}

// Give keeps a value, in place of an earlier one.
func (h *Handover[K, V]) Give(key K, value V) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil {
		h.kept = map[K]kept[V]{}
	}
	h.kept[key] = kept[V]{value, h.Clock.Now()}
}

// Look returns a value that was given not longer than MaxAge ago, and leaves it.
func (h *Handover[K, V]) Look(key K) (value V, found bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	entry, found := h.kept[key]
	if !found || h.Clock.Now().Sub(entry.at) > h.MaxAge {
		return value, false
	}
	return entry.value, true
}

// Take is Look, once: nobody else finds the value afterwards.
func (h *Handover[K, V]) Take(key K) (value V, found bool) {
	value, found = h.Look(key)
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.kept, key)
	return value, found
}
