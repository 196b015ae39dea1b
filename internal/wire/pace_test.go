// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPace_neverSendsMoreThanFiveInTenSeconds(t *testing.T) {
	const length = 10 * time.Second
	clock, limit := newFakeClock(), NewPace(5, length)
	var sent []time.Time
	for i := range 23 {
		if err := limit.Wait(t.Context(), clock); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, clock.Now())
		if i >= 5 && clock.Now().Sub(sent[i-5]) < length {
			t.Fatalf("request %d came %s after the one five before it", i, clock.Now().Sub(sent[i-5]))
		}
		clock.advance(time.Second)
	}
	if took := sent[len(sent)-1].Sub(sent[0]); took > 4*length+3*time.Second {
		t.Errorf("23 requests took %s, longer than the limit demands", took)
	}
}

func TestPace_endsWithTheContext(t *testing.T) {
	clock, limit := newFakeClock(), NewPace(5, 10*time.Second)
	for range 5 {
		if err := limit.Wait(t.Context(), clock); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	clock.during = cancel
	if err := limit.Wait(ctx, clock); !errors.Is(err, context.Canceled) {
		t.Errorf("the wait for a place ended with %v", err)
	}
}

func TestPace_letsEightThroughInASecond(t *testing.T) {
	t.Run("in a row", func(t *testing.T) {
		clock, p := newFakeClock(), NewEvenPace(8, time.Second)
		begin := clock.Now()
		var at []time.Duration
		for range 20 {
			if err := p.Wait(t.Context(), clock); err != nil {
				t.Fatal(err)
			}
			at = append(at, clock.Now().Sub(begin))
			clock.advance(50 * time.Millisecond) // the exchange
		}
		var want []time.Duration
		for i := range 8 {
			want = append(want, time.Duration(i)*50*time.Millisecond)
		}
		for i := range 12 {
			want = append(want, time.Second+time.Duration(i)*125*time.Millisecond)
		}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("in bursts", func(t *testing.T) {
		clock, p := newFakeClock(), NewEvenPace(8, time.Second)
		begin := clock.Now()
		var at []time.Duration
		for i := range 64 {
			if i%8 == 0 {
				clock.advance(time.Duration(i) * 40 * time.Millisecond)
			}
			if err := p.Wait(t.Context(), clock); err != nil {
				t.Fatal(err)
			}
			at = append(at, clock.Now().Sub(begin))
			if i >= 8 && at[i]-at[i-8] < time.Second {
				t.Errorf("requests %d to %d came within %s", i-8, i, at[i]-at[i-8])
			}
		}
		if at[63] != at[56] {
			t.Errorf("after a pause of more than two seconds eight requests took %s", at[63]-at[56])
		}
	})
	t.Run("slower than that", func(t *testing.T) {
		clock, p := newFakeClock(), NewEvenPace(8, time.Second)
		for range 20 {
			if err := p.Wait(t.Context(), clock); err != nil {
				t.Fatal(err)
			}
			clock.advance(125 * time.Millisecond)
		}
		if len(clock.sleeps) != 0 {
			t.Errorf("held back for %v", clock.sleeps)
		}
	})
	t.Run("one at a time", func(t *testing.T) {
		p := NewPace(8, time.Second)
		if err := p.gate.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := p.Wait(ctx, newFakeClock()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v although somebody else is waiting", err)
		}
	})
}
