// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newReading(maxAge time.Duration, fetch func(context.Context) (int, error)) (*reading[int], *fakeClock) {
	clock := newFake().clock
	return &reading[int]{clock: clock, maxAge: maxAge, fetch: fetch}, clock
}

func TestReading_isKeptForItsTime(t *testing.T) {
	calls := 0
	r, clock := newReading(time.Minute, func(context.Context) (int, error) { calls++; return calls, nil })
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 1}, {59 * time.Second, 1}, {time.Second, 2}, {time.Second, 2}} {
		if err := clock.Sleep(t.Context(), step.wait); err != nil {
			t.Fatal(err)
		}
		if got, err := r.get(t.Context()); err != nil || got != step.want {
			t.Errorf("got %d, %v; want %d", got, err, step.want)
		}
	}
}

func TestReading_isSharedByAllWhoAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		r, _ := newReading(0, func(context.Context) (int, error) {
			time.Sleep(time.Second) // in the bubble's time
			return int(calls.Add(1)), nil
		})
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if got, err := r.get(t.Context()); got != 1 || err != nil {
					t.Errorf("got %d, %v", got, err)
				}
			})
		}
		group.Wait()
	})
}

func TestReading_dropOutdatesACallUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r, _ := newReading(0, func(context.Context) (int, error) {
			calls++
			n := calls
			time.Sleep(time.Second)
			return n, nil
		})
		var before int
		var group sync.WaitGroup
		group.Go(func() { before, _ = r.get(t.Context()) })
		synctest.Wait()
		r.drop()
		after, err := r.get(t.Context())
		group.Wait()
		if before != 1 || after != 2 || err != nil {
			t.Errorf("before the drop %d, after it %d (%v); want 1 and 2", before, after, err)
		}
	})
}

func TestReading_nowIsSharedByThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r, _ := newReading(time.Minute, func(context.Context) (int, error) {
			calls++
			n := calls
			time.Sleep(time.Second)
			return n, nil
		})
		var group sync.WaitGroup
		group.Go(func() { _, _ = r.get(t.Context()) })
		synctest.Wait()
		for range 10 {
			group.Go(func() {
				if got, err := r.now(t.Context()); got != 2 || err != nil {
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

func TestReading_survivesALeaderWhoGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r, _ := newReading(0, func(ctx context.Context) (int, error) {
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
			if _, err := r.get(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the leader got %v", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got, err := r.get(t.Context()); got != 2 || err != nil {
				t.Errorf("the follower got %d, %v", got, err)
			}
		})
		synctest.Wait()
		cancel()
		group.Wait()
	})
}

func TestReading_keepsOnlyRefusals(t *testing.T) {
	tests := []struct {
		name      string
		err       error
		wantCalls int
	}{
		{"refused", status(http.StatusForbidden), 1},
		{"failed", status(http.StatusInternalServerError), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			r, _ := newReading(time.Minute, func(context.Context) (int, error) { calls++; return 0, tt.err })
			for range 2 {
				if _, err := r.get(t.Context()); !errors.Is(err, tt.err) {
					t.Errorf("got %v", err)
				}
			}
			if calls != tt.wantCalls {
				t.Errorf("%d calls, want %d", calls, tt.wantCalls)
			}
		})
	}
}
