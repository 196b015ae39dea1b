// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"sync"
	"time"
)

// Epoch is where a clock stands that nobody has set: an invented moment, so that a simulated timestamp is easy to tell
// from a real one.
var Epoch = time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC)

// Clock is the time of the simulated world. It stands still until somebody moves it, unless it was made by
// NewRunningClock. A client under test can be given the same clock, so that its waiting moves the simulated world
// forward instead of taking real time.
type Clock struct {
	mu        sync.Mutex
	now       time.Time
	realSince time.Time // zero while the clock only moves by hand
	observers []func()
}

// NewClock returns a clock that stands at start and moves only by Advance and Sleep.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start.UTC()}
}

// NewRunningClock returns a clock that starts at start and runs along with real time; Advance and Sleep move it in
// addition.
func NewRunningClock(start time.Time) *Clock {
	return &Clock{now: start.UTC(), realSince: time.Now()}
}

// Now returns the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current()
}

func (c *Clock) current() time.Time {
	if c.realSince.IsZero() {
		return c.now
	}
	return c.now.Add(time.Since(c.realSince))
}

// Advance moves the clock forward and then lets everything happen that was due in between.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	if d > 0 {
		c.now = c.now.Add(d)
	}
	observers := c.observers
	c.mu.Unlock()
	for _, observe := range observers {
		observe()
	}
}

// Sleep moves the clock by d and returns at once. Like a real sleep it gives up when the context ends: at once if it
// has already ended, or with the context's deadline if that would come before d has passed.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if left := time.Until(deadline); left < d {
			c.Advance(left)
			return context.DeadlineExceeded
		}
	}
	c.Advance(d)
	return ctx.Err()
}

// OnAdvance registers what has to happen whenever the clock was moved by hand. It is called without any lock held.
func (c *Clock) OnAdvance(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observers = append(c.observers[:len(c.observers):len(c.observers)], f)
}
