// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retries and pauses. The limits only keep a service that never recovers from holding up a caller whose context has no
// end.
const (
	maxFaults     = 4
	firstPause    = 500 * time.Millisecond
	maxPause      = 30 * time.Second
	maxThrottles  = 8
	firstThrottle = time.Second
	maxThrottle   = time.Minute
	// longestAsked is the longest pause that the service may ask for: a limit by the second never needs more, and a person
	// is waiting.
	longestAsked = 10 * time.Minute
)

// do carries out a request, again where the rules in the package comment say so. An error comes with the answer that it
// is about, if there was one. A GET and a token request may be repeated whatever became of them.
func (t *transport) do(ctx context.Context, r request) (answer, error) {
	var faults, throttles int
	for attempt := 1; ; attempt++ {
		a, err := t.exchange(ctx, r, attempt)
		if err != nil && ctx.Err() != nil {
			return a, err
		}
		asked := retryAfter(a.header, t.clock.Now())
		var pause time.Duration
		switch judge(a, err) {
		case verdictFinal:
			return a, err
		case verdictThrottled:
			if throttles++; throttles > maxThrottles {
				return a, err
			}
			if pause = asked; pause == 0 {
				pause = t.backOff(throttles, firstThrottle, maxThrottle)
			}
		case verdictFault:
			if faults++; faults > maxFaults {
				return a, err
			}
			pause = max(asked, t.backOff(faults, firstPause, maxPause))
		}
		if asked > longestAsked {
			return a, fmt.Errorf("the service asks to wait %s", asked.Round(time.Second))
		}
		if waitErr := t.wait(ctx, pause); waitErr != nil {
			if err != nil {
				return a, fmt.Errorf("%w; %w", err, waitErr)
			}
			return a, waitErr
		}
	}
}

type verdict int

const (
	verdictFinal     verdict = iota
	verdictThrottled         // come back later
	verdictFault             // broke in passing
)

func judge(a answer, err error) verdict {
	switch {
	case err == nil:
	case hopeless(err), errors.Is(err, errNotJSON), errors.Is(err, errTooLong):
		return verdictFinal
	default:
		return verdictFault
	}
	switch a.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return verdictThrottled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return verdictFault
	}
	return verdictFinal
}

// hopeless reports whether another attempt must fail the same way: the server's certificate is not to be trusted.
func hopeless(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err) // the server does not speak TLS
	return ok
}

// retryAfter is the pause that an answer asks for, in seconds or as a date; 0 when it does not.
func retryAfter(header http.Header, now time.Time) time.Duration {
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

// backOff is the pause before the nth retry: first, doubling, at most most, give or take a fifth so that parallel
// callers do not come back together.
func (t *transport) backOff(n int, first, most time.Duration) time.Duration {
	pause := min(first<<(n-1), most)
	return time.Duration(float64(pause) * (0.8 + 0.4*t.random()))
}

// wait sleeps, unless the context would end first: then there is no use in waiting.
func (t *transport) wait(ctx context.Context, pause time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok {
		if left := time.Until(deadline); pause > left {
			return fmt.Errorf("the next attempt would be in %s, but only %s are left: %w",
				pause.Round(100*time.Millisecond), max(left, 0).Round(100*time.Millisecond), context.DeadlineExceeded)
		}
	}
	return t.clock.Sleep(ctx, pause)
}
