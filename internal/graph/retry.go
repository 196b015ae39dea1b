// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Retries and pauses. The limit on throttled attempts only keeps a service that throttles for ever from holding up a
// caller whose context has no end.
const (
	maxFaults     = 4
	firstPause    = 500 * time.Millisecond
	maxPause      = 30 * time.Second
	maxThrottles  = 20
	firstThrottle = time.Second
	maxThrottle   = time.Minute
	firstMissing  = 500 * time.Millisecond
	maxMissing    = 10 * time.Second
)

// waitForReplica is how long a 404 counts as "not replicated yet".
type waitForReplica time.Duration

type replicationWaitKey struct{}

// WithReplicationWait makes the calls below ctx repeat a 404, with growing pauses, for at most limit each: what was
// created a moment ago is known only to some of the directory's replicas. It concerns every method but DELETE.
func WithReplicationWait(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, replicationWaitKey{}, waitForReplica(limit))
}

func replicationWait(ctx context.Context) waitForReplica {
	wait, _ := ctx.Value(replicationWaitKey{}).(waitForReplica)
	return wait
}

// retryPolicy repeats attempts by the rules in the package comment.
type retryPolicy struct {
	clock  Clock
	random func() float64 // in [0, 1)
	// onceUnsent gives up at the first failure to connect.
	onceUnsent bool
	// missing is how long a 404 is repeated for calls that do not say.
	missing waitForReplica
}

func (p *retryPolicy) Do(req *policy.Request) (*http.Response, error) {
	var state *callState
	if !req.OperationValue(&state) {
		state = &callState{repeatable: true, waitsFor: p.missing} // sign-in: a token may be asked for twice
		req.SetOperationValue(state)
	}
	if body := req.Body(); body != nil && state.body == nil {
		var err error
		if state.body, err = io.ReadAll(body); err != nil {
			return nil, err
		}
	}
	ctx := req.Raw().Context()
	begin := p.clock.Now()
	var faults, throttles, misses int
	for {
		if err := req.RewindBody(); err != nil {
			return nil, err
		}
		state.sent = false
		resp, err := req.Clone(ctx).Next()
		if ctx.Err() != nil && err != nil {
			state.unsettled = state.unsettled || state.writes && state.sent
			return nil, err
		}
		var pause time.Duration
		switch verdict := judge(req, resp, err, state); verdict {
		case verdictFinal:
			return resp, err
		case verdictThrottled:
			if throttles++; throttles > maxThrottles {
				return resp, nil
			}
			if pause = retryAfter(resp.Header, p.clock.Now()); pause == 0 {
				pause = p.backOff(throttles, firstThrottle, maxThrottle)
			}
		case verdictMissing:
			misses++
			pause = p.backOff(misses, firstMissing, maxMissing)
			if p.clock.Now().Sub(begin)+pause > time.Duration(state.waitsFor) {
				return resp, nil
			}
		case verdictFault, verdictUnsent:
			if verdict == verdictFault {
				state.unsettled = state.unsettled || state.writes
				if !state.repeatable {
					return resp, err
				}
			}
			if faults++; faults > maxFaults || verdict == verdictUnsent && p.onceUnsent {
				return resp, err
			}
			pause = p.backOff(faults, firstPause, maxPause)
			if resp != nil {
				pause = max(pause, retryAfter(resp.Header, p.clock.Now()))
			}
		}
		if waitErr := p.wait(ctx, pause); waitErr != nil {
			return nil, p.gaveUp(req, resp, err, waitErr, state)
		}
	}
}

type verdict int

const (
	verdictFinal     verdict = iota
	verdictThrottled         // the server refused before acting
	verdictMissing           // a 404 that replication may cure
	verdictFault             // the effect is open
	verdictUnsent            // the request never left
)

func judge(req *policy.Request, resp *http.Response, err error, state *callState) verdict {
	if err != nil {
		broken, ok := errors.AsType[*exchangeError](err)
		switch {
		case !ok:
			return verdictFinal // no token, or a mistake of ours
		case broken.final && broken.sent:
			state.unsettled = state.unsettled || state.writes
			return verdictFinal
		case broken.final:
			return verdictFinal
		case broken.sent:
			return verdictFault
		}
		return verdictUnsent
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return verdictThrottled
	case http.StatusInternalServerError:
		if state.verdict500 {
			if b := peekError(resp); b.code != b.outerCode {
				return verdictFinal
			}
		}
		return verdictFault
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return verdictFault
	case http.StatusNotFound:
		if state.waitsFor > 0 && req.Raw().Method != http.MethodDelete {
			return verdictMissing
		}
	}
	return verdictFinal
}

// peekError reads the error of a buffered answer and leaves the body to be read again.
func peekError(resp *http.Response) errorBody {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return errorBody{}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return readErrorBody(body)
}

// backOff is the pause before the nth retry: first, doubling, at most most, give or take a fifth.
func (p *retryPolicy) backOff(n int, first, most time.Duration) time.Duration {
	pause := most
	if n < 16 {
		pause = min(first<<(n-1), most)
	}
	return time.Duration(float64(pause) * (0.8 + 0.4*p.random()))
}

// wait sleeps, unless the context would end first: then there is no use in waiting.
func (p *retryPolicy) wait(ctx context.Context, pause time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok {
		if left := time.Until(deadline); pause > left {
			return fmt.Errorf("the next attempt would be in %s, but only %s are left: %w",
				pause.Round(100*time.Millisecond), max(left, 0).Round(100*time.Millisecond), context.DeadlineExceeded)
		}
	}
	return p.clock.Sleep(ctx, pause)
}

// gaveUp is the error for the end of the context during a pause: what the service said last, and the context's end.
func (p *retryPolicy) gaveUp(req *policy.Request, resp *http.Response, err, waitErr error, state *callState) error {
	method, path := req.Raw().Method, redactPath(req.Raw().URL.EscapedPath())
	if resp == nil {
		broken := &Error{Method: method, Path: path, Ambiguous: state.unsettled, Err: fmt.Errorf("%w; %w", err, waitErr)}
		return broken
	}
	body, readErr := io.ReadAll(resp.Body)
	if readErr != nil {
		body = nil
	}
	e := newError(method, path, resp.StatusCode, resp.Header, body, p.clock.Now())
	e.Ambiguous = state.unsettled && !definite(resp.StatusCode)
	e.Err = waitErr
	if e.RetryAfter > 0 {
		e.Err = fmt.Errorf("the service asked to wait %s: %w", e.RetryAfter, waitErr)
	}
	return e
}
