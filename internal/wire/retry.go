// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxFaults is how often an attempt is repeated that broke in passing.
const MaxFaults = 4

// backOff is a pause that doubles from first to most.
type backOff struct{ first, most time.Duration }

// pauses are those after a verdict where the service names none.
func pauses(v Verdict) backOff {
	switch v {
	case Refused:
		return backOff{time.Second, time.Minute}
	case missing:
		return backOff{500 * time.Millisecond, 10 * time.Second}
	}
	return backOff{500 * time.Millisecond, 30 * time.Second}
}

// pause is that before the nth attempt after the first, give or take a fifth so that parallel callers do not come back
// together. random is in [0, 1).
func (b backOff) pause(n int, random float64) time.Duration {
	pause := b.most
	if n < 16 {
		pause = min(b.first<<(n-1), b.most)
	}
	return time.Duration(float64(pause) * (0.8 + 0.4*random))
}

// Verdict is what an answer or a failure means for another attempt.
type Verdict int

// The verdicts.
const (
	Final   Verdict = iota
	Refused         // the server refused before acting: come back later
	Fault           // broke in passing; the effect is open
	missing         // a 404 that time may cure
	unsent          // the request never left
)

// Judge returns what a status means.
func Judge(status int) Verdict {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return Refused
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return Fault
	}
	return Final
}

// judge returns what an attempt means for the next one.
func (r Request) judge(a Answer, err error) Verdict {
	if err != nil {
		// An attempt may also fail for want of a token, behind which stands a broken exchange of the sign-in's.
		broken, ok := err.(*Broken)
		switch {
		case !ok, broken.final:
			return Final // no token, or a mistake of ours
		case broken.sent:
			return Fault
		}
		return unsent
	}
	switch v := Judge(a.Status); {
	case v == Fault && r.Settles != nil && r.Settles(a):
		return Final
	case r.Missing > 0 && (a.Status == http.StatusNotFound || a.Succeeded() && r.Absent != nil && r.Absent(a)):
		return missing
	default:
		return v
	}
}

// Do carries out a call, in several attempts where the package comment says so. An error comes with the answer that it is
// about, if there was one.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	exchanges := 0
	send := func(ctx context.Context, more http.Header) (Answer, error) {
		exchanges++
		return c.exchange(ctx, r, more, exchanges)
	}
	attempt := r.Attempt
	if attempt == nil {
		attempt = func(ctx context.Context, send Send) (Answer, error) { return send(ctx, nil) }
	}
	begin := c.Clock.Now()
	var faults, throttles, misses int
	unsettled := false
	for {
		a, err := attempt(ctx, send)
		verdict := r.judge(a, err)
		if broken, ok := err.(*Broken); r.Writes && (verdict == Fault || ok && broken.sent) {
			unsettled = true
		}
		a.Unsettled = unsettled
		if err != nil && ctx.Err() != nil {
			return a, err
		}
		now := c.Clock.Now()
		asked := RetryAfter(a.Header, now)
		var pause time.Duration
		switch verdict {
		case Final:
			return a, err
		case Refused:
			if throttles++; throttles > c.MaxThrottles {
				return a, nil
			}
			if pause = asked; pause == 0 {
				pause = pauses(verdict).pause(throttles, c.Random())
			}
		case missing:
			misses++
			pause = pauses(verdict).pause(misses, c.Random())
			if now.Sub(begin)+pause > r.Missing {
				return a, nil
			}
		case Fault, unsent:
			faults++
			if faults > MaxFaults || verdict == Fault && r.Once || verdict == unsent && r.ConnectOnce {
				return a, err
			}
			pause = max(asked, pauses(verdict).pause(faults, c.Random()))
		}
		if err := c.wait(ctx, pause, asked, now.Sub(begin), err); err != nil {
			return a, err
		}
	}
}

// wait sleeps, unless the context would end first: then there is no use in waiting. Its error names what the service asked
// for, and the failure that the wait follows. spent is how long the call takes already.
func (c *Client) wait(ctx context.Context, pause, asked, spent time.Duration, failure error) error {
	var err error
	deadline, limited := ctx.Deadline()
	switch {
	case limited && pause > time.Until(deadline):
		err = fmt.Errorf("the next attempt would be in %s, but only %s are left: %w", pause.Round(100*time.Millisecond),
			max(time.Until(deadline), 0).Round(100*time.Millisecond), context.DeadlineExceeded)
	case c.MaxWait > 0 && asked > c.MaxWait:
		return fmt.Errorf("the service requires a wait of %s", asked.Round(time.Second))
	case !limited && c.MaxCall > 0 && spent+pause > c.MaxCall:
		err = fmt.Errorf("the next attempt would be in %s, but the call has already taken %s", pause.Round(100*time.Millisecond), spent.Round(100*time.Millisecond))
	default:
		err = c.Clock.Sleep(ctx, pause)
	}
	switch {
	case err == nil:
		return nil
	case failure != nil:
		return fmt.Errorf("%w; %w", failure, err)
	case asked > 0:
		return fmt.Errorf("the service required a wait of %s: %w", asked, err)
	}
	return err
}

// RetryAfter reads Retry-After, seconds or HTTP date, as the time to wait from now; 0 when there is none.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		const century = 100 * 365 * 24 * 3600 // for ever, and still a Duration
		if seconds > 0 {
			return time.Duration(min(seconds, century) * float64(time.Second))
		}
		return 0
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
