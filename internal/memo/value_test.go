// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package memo

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newValue(maxAge time.Duration, fetch func(context.Context) (int, error)) (*Value[int], *fakeClock) {
	clock := &fakeClock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	return &Value[int]{Clock: clock, MaxAge: maxAge, Fetch: fetch, Keeps: func(err error) bool { return errors.Is(err, errKept) }}, clock
}

var errKept = errors.New("kept")

// fakeClock stands still but for wait.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) wait(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestValue_isKeptForItsTime(t *testing.T) {
	calls := 0
	r, clock := newValue(time.Minute, func(context.Context) (int, error) { calls++; return calls, nil })
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 1}, {59 * time.Second, 1}, {time.Second, 2}, {time.Second, 2}} {
		clock.wait(step.wait)
		if got, err := r.Get(t.Context()); err != nil || got != step.want {
			t.Errorf("got %d, %v; want %d", got, err, step.want)
		}
	}
}

func TestValue_isSharedByAllWhoAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		r, _ := newValue(0, func(context.Context) (int, error) {
			time.Sleep(time.Second) // in the bubble's time
			return int(calls.Add(1)), nil
		})
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if got, err := r.Get(t.Context()); got != 1 || err != nil {
					t.Errorf("got %d, %v", got, err)
				}
			})
		}
		group.Wait()
	})
}

func TestValue_dropOutdatesACallUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r, _ := newValue(0, func(context.Context) (int, error) {
			calls++
			n := calls
			time.Sleep(time.Second)
			return n, nil
		})
		var before int
		var group sync.WaitGroup
		group.Go(func() { before, _ = r.Get(t.Context()) })
		synctest.Wait()
		r.Drop()
		after, err := r.Get(t.Context())
		group.Wait()
		if before != 1 || after != 2 || err != nil {
			t.Errorf("before the drop %d, after it %d (%v); want 1 and 2", before, after, err)
		}
	})
}

func TestValue_nowIsSharedByThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r, _ := newValue(time.Minute, func(context.Context) (int, error) {
			calls++
			n := calls
			time.Sleep(time.Second)
			return n, nil
		})
		var group sync.WaitGroup
		group.Go(func() { _, _ = r.Get(t.Context()) })
		synctest.Wait()
		for range 10 {
			group.Go(func() {
				if got, err := r.Now(t.Context()); got != 2 || err != nil {
					t.Errorf("got %d, %v; want what the second call says", got, err)
				}
			})
		}
		group.Wait()
		if calls != 2 {
			t.Errorf("%d calls, want 2", calls)
		}
	})
}

func TestValue_survivesALeaderWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r, _ := newValue(0, func(ctx context.Context) (int, error) {
			calls++
			if calls == 1 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return calls, nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := r.Get(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the leader got %v", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got, err := r.Get(t.Context()); got != 2 || err != nil {
				t.Errorf("the follower got %d, %v", got, err)
			}
		})
		synctest.Wait()
		cancel()
		group.Wait()
	})
}

func TestValue_keepsTheErrorsThatItIsToldTo(t *testing.T) {
	tests := []struct {
		name      string
		err       error
		wantCalls int
	}{
		{"kept", errKept, 1},
		{"not kept", errors.New("failed"), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			r, _ := newValue(time.Minute, func(context.Context) (int, error) { calls++; return 0, tt.err })
			for range 2 {
				if _, err := r.Get(t.Context()); !errors.Is(err, tt.err) {
					t.Errorf("got %v", err)
				}
			}
			if calls != tt.wantCalls {
				t.Errorf("%d calls, want %d", calls, tt.wantCalls)
			}
		})
	}
}

func TestSet_addsOnce(t *testing.T) {
	var s Set[string]
	var added atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if s.Add("a") {
				added.Add(1)
			}
		})
	}
	group.Wait()
	if added.Load() != 1 || !s.Has("a") || s.Has("b") {
		t.Errorf("added %d times", added.Load())
	}
}
