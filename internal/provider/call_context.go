// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// callContext is the context of one call of the protocol, with an inside that can be let go.
//
// The framework's protocol server derives a context from that of every call (registerContext in its internal/proto6server)
// and keeps the function that cancels it until the provider stops; the function holds its parent, and that all the loggers of
// the call: 15 KB a call, 77 MB after a plan of 1,000 instances. With this context in between it holds a few words.
// BenchmarkServer_remembersCalls shows it; once the framework drops what has ended, this type can go.
type callContext struct {
	inside atomic.Pointer[context.Context]
}

func holdContext(ctx context.Context) *callContext {
	c := &callContext{}
	c.inside.Store(&ctx)
	return c
}

// release lets the inside go, as the last thing of a call. To whoever still uses it the context has ended.
func (c *callContext) release() { c.inside.Store(nil) }

// Deadline is that of the inside.
func (c *callContext) Deadline() (time.Time, bool) {
	if ctx := c.inside.Load(); ctx != nil {
		return (*ctx).Deadline()
	}
	return time.Time{}, false
}

// Done is that of the inside. The standard library recognizes it as that of the inside, so deriving a context starts no
// goroutine.
func (c *callContext) Done() <-chan struct{} {
	if ctx := c.inside.Load(); ctx != nil {
		return (*ctx).Done()
	}
	return closed
}

// Err is that of the inside, and context.Canceled once the inside is gone.
func (c *callContext) Err() error {
	if ctx := c.inside.Load(); ctx != nil {
		return (*ctx).Err()
	}
	return context.Canceled
}

// Value is that of the inside.
func (c *callContext) Value(key any) any {
	if ctx := c.inside.Load(); ctx != nil {
		return (*ctx).Value(key)
	}
	return nil
}

// closed is closed from the beginning.
var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// stopping ends the calls that are in progress when the provider is stopped; later ones are not concerned.
type stopping struct {
	mu      sync.Mutex
	running context.Context // of the calls since the last stop
	cancel  context.CancelFunc
}

// watch returns the context of a call, to be let go when that ends. It starts no goroutine.
func (s *stopping) watch(ctx context.Context) (context.Context, func()) {
	s.mu.Lock()
	if s.running == nil {
		s.running, s.cancel = context.WithCancel(context.Background())
	}
	running := s.running
	s.mu.Unlock()
	watched, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(running, cancel)
	return watched, func() {
		stop()
		cancel()
	}
}

func (s *stopping) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.cancel()
		s.running = nil
	}
}
