// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"errors"
	"net/http"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// The pauses between attempts at elements of a batch, which the client does not repeat.
const (
	firstPause  = time.Second
	longestWait = 30 * time.Second
	mostPauses  = 20
)

// backoff is how long to wait before the next attempt: the time that the service required, otherwise a growing one.
type backoff struct {
	asked, grown time.Duration
	taken        int
}

func newBackoff() *backoff { return &backoff{grown: firstPause} }

func (b *backoff) left() bool { return b.taken < mostPauses }

func (b *backoff) ask(d time.Duration) { b.asked = max(b.asked, d) }

func (b *backoff) next() time.Duration {
	d := b.asked
	if d == 0 {
		d = b.grown
		b.grown = min(2*b.grown, longestWait)
	}
	b.asked = 0
	b.taken++
	return d
}

// pace is how fast batches may follow one another once the directory's quota is used up. Retry-After says when there is
// room for one request, not for twenty; and requests that are refused are charged as well. So the rate at which requests
// were accepted since the last refusal sets the pace, and while nothing is refused it quickens little by little.
//
// A service may also refuse some of the requests however few there are. The pace would then fall forever; therefore, if requests
// are refused again although no more were sent than the measured rate allows, the directory has no such quota, and only Retry-After counts.
type pace struct {
	every    time.Duration // between full batches, 0 for no limit
	since    time.Time     // the last refusal
	accepted int           // requests since then
	measured time.Duration // what every was at the last refusal; it quickens since
	last     time.Time     // the batch before
	wrong    int           // how often in a row the measured rate was refused
}

// The limits of a pace: what is shorter does not limit, and what is together is one refusal.
const (
	shortestPace = 50 * time.Millisecond
	longestPace  = time.Minute
	mostWrong    = 2
)

func (p *pace) learn(now time.Time, accepted, refused int) {
	p.accepted += accepted
	sent, elapsed, gap := accepted+refused, now.Sub(p.since), now.Sub(p.last)
	p.last = now
	if refused == 0 {
		p.wrong = 0
		if p.every = p.every * 4 / 5; p.every < shortestPace {
			p.every = 0
		}
		return
	}
	if elapsed < shortestPace && !p.since.IsZero() {
		return // another batch that was under way
	}
	switch allowed := float64(gap) * graph.MaxBatch / float64(max(p.measured, 1)); {
	case accepted == 0:
		p.wrong = 0 // there is a limit
	case p.measured > 0 && float64(sent) <= 1.05*allowed:
		p.wrong++
	}
	switch {
	case p.since.IsZero():
		p.every = firstPause
	case p.accepted == 0:
		p.every = 2 * max(p.every, firstPause)
	default:
		p.every = elapsed * graph.MaxBatch / time.Duration(p.accepted)
		p.measured = p.every
	}
	p.every = min(max(p.every, shortestPace), longestPace)
	if p.wrong >= mostWrong {
		p.every = 0
	}
	p.since, p.accepted = now, 0
}

// after is how long to wait before so many requests.
func (p *pace) after(n int) time.Duration {
	return p.every * time.Duration(min(max(n, 1), graph.MaxBatch)) / graph.MaxBatch
}

// passing reports whether the service refused an element before acting on it, so it may be repeated as it is.
func passing(err error) bool {
	var answer *graph.Error
	return errors.As(err, &answer) &&
		(answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable)
}

// retryAfter is the pause that a response requires, 0 if none.
func retryAfter(err error) time.Duration {
	var answer *graph.Error
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.RetryAfter
}

// isThrottled reports whether an answer says that the quota is used up.
func isThrottled(err error) bool {
	var answer *graph.Error
	return errors.As(err, &answer) && answer.StatusCode == http.StatusTooManyRequests
}
