// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"time"
)

// Pace keeps requests below the limit of a service that takes only a few within a length of time. Refused requests count
// as well, so staying below the limit is quicker than being told.
type Pace struct {
	requests int
	length   time.Duration
	gap      time.Duration // least distance of requests once there are many
	gate     Gate
	sent     []time.Time // the last ones, oldest first
}

// NewPace returns a Pace of so many requests within any length.
func NewPace(requests int, length time.Duration) *Pace {
	return &Pace{requests: requests, length: length, gate: NewGate()}
}

// NewEvenPace is NewPace that lets only the first requests through at once, and what follows evenly. A burst for each
// length would have the service see too many within one as soon as the first ones were under way a little longer than the
// next.
func NewEvenPace(requests int, length time.Duration) *Pace {
	p := NewPace(requests, length)
	p.gap = length / time.Duration(requests)
	return p
}

// Wait returns when another request fits, and counts it.
func (p *Pace) Wait(ctx context.Context, clock Clock) error {
	if err := p.gate.Acquire(ctx); err != nil {
		return err
	}
	defer p.gate.Release()
	if len(p.sent) == p.requests {
		now := clock.Now()
		since := now.Sub(p.sent[0])
		pause := max(p.length-since, p.gap-now.Sub(p.sent[p.requests-1]))
		calm := since >= 2*p.length // the last requests were no burst
		if pause > 0 && !calm {
			if err := clock.Sleep(ctx, pause); err != nil {
				return err
			}
		}
		copy(p.sent, p.sent[1:])
		p.sent = p.sent[:p.requests-1]
	}
	p.sent = append(p.sent, clock.Now())
	return nil
}
