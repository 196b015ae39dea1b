// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package memo remembers, within one run of the provider, what was read (Value), what was handed from a plan to the action
// that follows it (Handover), and what was seen or said already (Set). It knows neither Terraform nor a service.
package memo

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Value is a value read from the service once for everybody who asks: callers that come while it is being read wait
// for that one call, and callers after it get the value for as long as it is fresh. The zero value needs Fetch
// and Clock; it must not be copied after its first use.
type Value[T any] struct {
	Fetch  func(context.Context) (T, error)
	Clock  Clock
	MaxAge time.Duration // 0: as long as the process lives
	// Keeps says which errors are kept like a value, such as a refusal that a thousand callers would only see repeated;
	// nil for none.
	Keeps func(error) bool

	mu      sync.Mutex
	value   T
	err     error
	at      time.Time // when value was asked for
	call    int       // which call brought value, 0 for none
	calls   int       // how many calls there were
	dropped int       // calls up to this one are out of date
	flight  *flight[T]
}

type flight[T any] struct {
	call  int
	done  chan struct{}
	value T
	err   error
}

// Get returns the value.
func (v *Value[T]) Get(ctx context.Context) (T, error) {
	v.mu.Lock()
	after := v.dropped
	v.mu.Unlock()
	return v.since(ctx, after)
}

// Peek returns the last value that was read, however old, without asking for one.
func (v *Value[T]) Peek() T {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value
}

// Drop makes the value out of date, and whatever a call under way is going to say.
func (v *Value[T]) Drop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.dropped = v.calls
}

// Now returns a value that was asked for after this moment.
func (v *Value[T]) Now(ctx context.Context) (T, error) {
	v.mu.Lock()
	after := v.calls
	v.mu.Unlock()
	return v.since(ctx, after)
}

// since returns what a call after the given one said. There is only one call at a time: whoever needs a later one waits
// for the present one to end, and then shares the next with everybody else who waited.
func (v *Value[T]) since(ctx context.Context, after int) (T, error) {
	for {
		v.mu.Lock()
		if v.call > after && (v.MaxAge == 0 || v.Clock.Now().Sub(v.at) < v.MaxAge) {
			value, err := v.value, v.err
			v.mu.Unlock()
			return value, err
		}
		f := v.flight
		if f == nil {
			break
		}
		v.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		if f.call <= after || Interrupted(f.err) && ctx.Err() == nil {
			continue // asked too early, or given up by a caller who was reading for us
		}
		return f.value, f.err
	}
	v.calls++
	f := &flight[T]{call: v.calls, done: make(chan struct{})}
	v.flight = f
	begin := v.Clock.Now()
	v.mu.Unlock()

	f.value, f.err = v.Fetch(ctx)

	v.mu.Lock()
	defer v.mu.Unlock()
	v.flight = nil
	if f.err == nil || v.Keeps != nil && v.Keeps(f.err) {
		v.value, v.err, v.at, v.call = f.value, f.err, begin, f.call
	}
	close(f.done)
	return f.value, f.err
}

// Interrupted reports whether err says that a caller gave up, which does not answer anybody else.
func Interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

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
