// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// longestExchange is how long one exchange may take, the body included.
	longestExchange = 2 * time.Minute
	// How much of a body is read. A page of a thousand users is less than a megabyte.
	maxAnswer      = 32 << 20
	maxErrorAnswer = 1 << 20
)

// Why an answer cannot be used. The answer itself is never shown: it may hold personal data or secrets.
var (
	errNotJSON   = errors.New("the answer is not JSON, so that it is probably not the service's but a proxy's, or the endpoint is wrong")
	errMalformed = errors.New("the answer is not valid JSON")
	errTooLong   = fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)
)

// place is where a request goes, as errors and the log tell it.
type place struct{ method, path string }

// request is what an exchange sends.
type request struct {
	place
	target string
	header http.Header
	form   string // body of a POST
}

// answer is a whole answer.
type answer struct {
	status int // 0 when none arrived
	header http.Header
	body   []byte
}

func (a answer) succeeded() bool { return a.status >= 200 && a.status < 300 }

// refusesToken reports whether another access token might do. A bad one is a 401 by the rules, but GoTo's APIs have been
// seen to answer 403 with a code.
func (a answer) refusesToken() bool {
	if a.status == http.StatusForbidden {
		told, _ := readErrorBody(a.body)
		return isInvalidToken(told.code) || strings.Contains(a.header.Get("WWW-Authenticate"), "invalid_token")
	}
	return a.status == http.StatusUnauthorized
}

// transport carries out exchanges: paced, logged and, in do, repeated.
type transport struct {
	client    *http.Client
	userAgent string
	clock     Clock
	random    func() float64 // in [0, 1)
	log       func(context.Context, Exchange)
	pace      *pace
	secrets   secrets
}

// exchange carries out one HTTP exchange. With an error there is no body, but perhaps a status.
func (t *transport) exchange(ctx context.Context, r request, attempt int) (answer, error) {
	if err := t.pace.wait(ctx, t.clock); err != nil {
		return answer{}, err
	}
	var body io.Reader
	if r.form != "" {
		body = strings.NewReader(r.form)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.target, body)
	if err != nil {
		return answer{}, errors.New("the address is malformed")
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", t.userAgent)
	if r.form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	start := t.clock.Now()
	a, err := t.send(req)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if t.log != nil {
		t.log(ctx, Exchange{
			Method: r.method, Path: r.path, StatusCode: a.status, Attempt: attempt,
			Duration: t.clock.Now().Sub(start), Err: err,
		})
	}
	return a, err
}

func (t *transport) send(req *http.Request) (answer, error) {
	resp, err := t.client.Do(req)
	if err != nil {
		return answer{}, t.secrets.cleanError(bareError(err))
	}
	defer func() { _ = resp.Body.Close() }() // after the bytes are here nothing depends on it
	a := answer{status: resp.StatusCode, header: resp.Header}
	limit := int64(maxErrorAnswer)
	if a.succeeded() {
		limit = maxAnswer
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if !a.succeeded() {
		a.body = body // whatever can be read
		return a, nil
	}
	switch {
	case err != nil:
		return a, fmt.Errorf("the answer broke off: %w", t.secrets.cleanError(bareError(err)))
	case int64(len(body)) > limit:
		return a, errTooLong
	case !json.Valid(body):
		if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] != '{' && trimmed[0] != '[' {
			return a, errNotJSON
		}
		return a, errMalformed
	}
	a.body = body
	return a, nil
}

// bareError drops the wrapping of net/http, which repeats the whole URL with its query.
func bareError(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
