// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package memo remembers, within one run of the provider, what was read (Value), what was passed from a plan to the action
// that follows it (Handover), and what was already seen or reported (Set). It knows neither Terraform nor a service.
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

	reading reading
}

// Get returns the value.
func (v *Value[T]) Get(ctx context.Context) (T, error) {
	v.reading.mu.Lock()
	after := v.reading.dropped
	v.reading.mu.Unlock()
	return v.since(ctx, after)
}

// Peek returns the last value that was read, however old, without asking for one.
func (v *Value[T]) Peek() T {
	v.reading.mu.Lock()
	defer v.reading.mu.Unlock()
	value, _ := v.reading.value.(T)
	return value
}

// Drop makes the value out of date, and whatever a call under way is going to say.
func (v *Value[T]) Drop() {
	v.reading.mu.Lock()
	defer v.reading.mu.Unlock()
	v.reading.dropped = v.reading.calls
}

// Now returns a value that was asked for after this moment.
func (v *Value[T]) Now(ctx context.Context) (T, error) {
	v.reading.mu.Lock()
	after := v.reading.calls
	v.reading.mu.Unlock()
	return v.since(ctx, after)
}

func (v *Value[T]) since(ctx context.Context, after int) (T, error) {
	found, err := v.reading.since(ctx, after, v.Clock, v.MaxAge, v.Keeps, func(ctx context.Context) (any, error) { return v.Fetch(ctx) })
	value, _ := found.(T) // none with an interrupted caller
	return value, err
}

// reading is what a Value does for any type: compiled once, and not for each.
type reading struct {
	mu      sync.Mutex
	value   any
	err     error
	at      time.Time // when value was asked for
	call    int       // which call brought value, 0 for none
	calls   int       // how many calls there were
	dropped int       // calls up to this one are out of date
	flight  *flight
}

type flight struct {
	call  int
	done  chan struct{}
	value any
	err   error
}

// since returns what a call after the given one said. There is only one call at a time: whoever needs a later one waits
// for the present one to end, and then shares the next with everybody else who waited.
func (r *reading) since(ctx context.Context, after int, clock Clock, maxAge time.Duration, keeps func(error) bool, fetch func(context.Context) (any, error)) (any, error) {
	for {
		r.mu.Lock()
		if r.call > after && (maxAge == 0 || clock.Now().Sub(r.at) < maxAge) {
			value, err := r.value, r.err
			r.mu.Unlock()
			return value, err
		}
		f := r.flight
		if f == nil {
			break
		}
		r.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if f.call <= after || Interrupted(f.err) && ctx.Err() == nil {
			continue // asked too early, or given up by a caller who was reading for us
		}
		return f.value, f.err
	}
	r.calls++
	f := &flight{call: r.calls, done: make(chan struct{})}
	r.flight = f
	begin := clock.Now()
	r.mu.Unlock()

	f.value, f.err = fetch(ctx)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = nil
	if f.err == nil || keeps != nil && keeps(f.err) {
		r.value, r.err, r.at, r.call = f.value, f.err, begin, f.call
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

	kept keeper
}

// Give keeps a value, in place of an earlier one.
func (h *Handover[K, V]) Give(key K, value V) { h.kept.give(key, value, h.Clock) }

// Look returns a value that was given not longer than MaxAge ago, and leaves it.
func (h *Handover[K, V]) Look(key K) (value V, found bool) {
	kept, found := h.kept.look(key, h.Clock, h.MaxAge)
	value, _ = kept.(V)
	return value, found
}

// Take is Look, once: nobody else finds the value afterward.
func (h *Handover[K, V]) Take(key K) (value V, found bool) {
	value, found = h.Look(key)
	h.kept.drop(key)
	return value, found
}

// keeper is what a Handover does for any type: compiled once, and not for each.
type keeper struct {
	mu  sync.Mutex
	all map[any]entry
}

type entry struct {
	value any
	at    time.Time
}

func (k *keeper) give(key, value any, clock Clock) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[any]entry{}
	}
	k.all[key] = entry{value, clock.Now()}
}

func (k *keeper) look(key any, clock Clock, maxAge time.Duration) (value any, found bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, found := k.all[key]
	if !found || clock.Now().Sub(kept.at) > maxAge {
		return nil, false
	}
	return kept.value, true
}

func (k *keeper) drop(key any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, key)
}
