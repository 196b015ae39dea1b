// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"testing"
	"time"
)

// steppingClock stands still but for sleeps.
type steppingClock struct{ now time.Time }

func (c *steppingClock) Now() time.Time { return c.now }

func (c *steppingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

func TestWindow_neverSendsMoreThanFiveInTenSeconds(t *testing.T) {
	t.Parallel()
	clock := &steppingClock{now: time.Unix(0, 0)}
	var limit window
	var sent []time.Time
	for i := range 23 {
		if err := limit.wait(t.Context(), clock); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, clock.now)
		if i >= windowRequests && clock.now.Sub(sent[i-windowRequests]) < windowLength {
			t.Fatalf("request %d came %s after the one five before it", i, clock.now.Sub(sent[i-windowRequests]))
		}
		clock.now = clock.now.Add(time.Second)
	}
	if took := sent[len(sent)-1].Sub(sent[0]); took > 4*windowLength+3*time.Second {
		t.Errorf("23 requests took %s, longer than the limit demands", took)
	}
}

func TestWindow_endsWithTheContext(t *testing.T) {
	t.Parallel()
	clock := &steppingClock{now: time.Unix(0, 0)}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var limit window
	for range windowRequests {
		if err := limit.wait(ctx, clock); err != nil {
			t.Fatal(err)
		}
	}
	if err := limit.wait(ctx, clock); err == nil {
		t.Error("the wait for a place did not end with the context")
	}
}
