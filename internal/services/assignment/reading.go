// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// reading is a value read from the service once for everybody who asks: callers that come while it is being read wait
// for that one call, and callers after it get the value for as long as it is fresh. A refused permission is kept too,
// because asking again for each of a thousand instances would only repeat the refusal.
type reading[T any] struct {
	fetch  func(context.Context) (T, error)
	clock  graph.Clock
	maxAge time.Duration // 0: as long as the process lives

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

// get returns the value.
func (r *reading[T]) get(ctx context.Context) (T, error) {
	r.mu.Lock()
	after := r.dropped
	r.mu.Unlock()
	return r.since(ctx, after)
}

// peek returns the last value that was read, however old, without asking for one.
func (r *reading[T]) peek() T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value
}

// drop makes the value out of date, and whatever a call under way is going to say.
func (r *reading[T]) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped = r.calls
}

// now returns a value that was asked for after this moment.
func (r *reading[T]) now(ctx context.Context) (T, error) {
	r.mu.Lock()
	after := r.calls
	r.mu.Unlock()
	return r.since(ctx, after)
}

// since returns what a call after the given one said. There is only one call at a time: whoever needs a later one waits
// for the present one to end, and then shares the next with everybody else who waited.
func (r *reading[T]) since(ctx context.Context, after int) (T, error) {
	for {
		r.mu.Lock()
		if r.call > after && (r.maxAge == 0 || r.clock.Now().Sub(r.at) < r.maxAge) {
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
			var none T
			return none, ctx.Err()
		}
		if f.call <= after || interrupted(f.err) && ctx.Err() == nil {
			continue // asked too early, or given up by a caller who was reading for us
		}
		return f.value, f.err
	}
	r.calls++
	f := &flight[T]{call: r.calls, done: make(chan struct{})}
	r.flight = f
	begin := r.clock.Now()
	r.mu.Unlock()

	f.value, f.err = r.fetch(ctx)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = nil
	if f.err == nil || graph.IsPermissionDenied(f.err) {
		r.value, r.err, r.at, r.call = f.value, f.err, begin, f.call
	}
	close(f.done)
	return f.value, f.err
}

func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
