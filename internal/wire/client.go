// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

// DefaultUserAgent is what requests carry unless the caller of a client chooses.
const DefaultUserAgent = "terraform-provider-gotomeeting"

// maxErrorAnswer is how much of the body of an answer outside 2xx is read; the rest is left out.
const maxErrorAnswer = 1 << 20

// Exchange is what is told to the log about one HTTP exchange. It never carries headers, bodies or query values, which may
// hold personal data or secrets.
type Exchange struct {
	Method     string
	Path       string // without the query, user names redacted
	StatusCode int    // 0 when no answer arrived
	RequestID  string
	Attempt    int // from 1
	Duration   time.Duration
	RetryAfter time.Duration // 0 when the server named none
	Err        error         // of the transport, or why an answer cannot be used, if anything
}

// Client carries out calls. It is safe for concurrent use.
type Client struct {
	HTTP      *http.Client
	UserAgent string // "" for requests that bring their own
	Clock     Clock
	Random    func() float64                  // in [0, 1), for jitter
	Log       func(context.Context, Exchange) // called once for each exchange; nil means no log
	Pace      *Pace                           // of all exchanges; nil for no limit
	// MaxAnswer is how much of a successful answer is read.
	MaxAnswer int64
	// Documents says that each successful answer is a JSON document, so an empty one is broken and a text is a
	// proxy's page, which will be there at the next attempt, too.
	Documents bool
	// MaxThrottles limits throttled attempts. It only keeps a service that throttles for ever from holding up a caller
	// whose context has no end.
	MaxThrottles int
	// MaxWait is the longest pause that the service may ask for; 0 for no limit.
	MaxWait time.Duration
	// MaxCall is how long a call whose context has no deadline continues, pauses included; 0 for no limit.
	MaxCall time.Duration
	// MaxExchange is how long one exchange may take, the body included; 0 for no limit.
	MaxExchange time.Duration
}

// WithoutRedirects returns a copy of client that follows no redirects. One could carry a write or a token elsewhere, or end
// at a proxy's sign-in page; neither is an answer of the service.
func WithoutRedirects(client *http.Client) *http.Client {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Request is one call, however many exchanges it takes.
type Request struct {
	Method string
	URL    string
	Path   string // as the log tells it
	Header http.Header
	Body   []byte
	// Once forbids another attempt after one that may have taken effect.
	Once bool
	// Writes says that the call changes something, so Answer.Unsettled matters.
	Writes bool
	// Missing is how long a 404 counts as "not there yet".
	Missing time.Duration
	// Absent reports that an answer of success says the same as a 404; nil for never.
	Absent func(Answer) bool
	// ConnectOnce gives up at the first failure to connect.
	ConnectOnce bool
	// Settles reports that an answer is the service's verdict although its status is that of a fault; nil for never.
	Settles func(Answer) bool
	// Attempt carries out one attempt by sending the request, with more headers, once or several times; nil for once.
	Attempt func(context.Context, Send) (Answer, error)
}

// Send carries out one exchange of a call.
type Send func(ctx context.Context, more http.Header) (Answer, error)

// Answer is a whole answer.
type Answer struct {
	Status int // 0 when none arrived
	Header http.Header
	Body   []byte
	// Unsettled reports that one of the attempts may have taken effect without telling.
	Unsettled bool
}

// Succeeded reports whether the status is 2xx.
func (a Answer) Succeeded() bool { return a.Status >= 200 && a.Status < 300 }

// exchange carries out one HTTP exchange. With an error there is no body, but perhaps a status.
func (c *Client) exchange(ctx context.Context, r Request, more http.Header, attempt int) (Answer, error) {
	if c.Pace != nil {
		if err := c.Pace.Wait(ctx, c.Clock); err != nil {
			return Answer{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	if err := take(ctx); err != nil {
		return Answer{}, err
	}
	var asked, connected bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked = true },
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	}
	// Each attempt has a reader of its own: a transport may still read that of an attempt that was answered early.
	limited := ctx
	if c.MaxExchange > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, c.MaxExchange)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(limited, trace), r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, errors.New("the address is malformed")
	}
	for _, header := range []http.Header{r.Header, more} {
		for name, values := range header {
			req.Header[name] = values
		}
	}
	if c.UserAgent != "" {
		req.Header.Set("Accept", "application/json")
		req.Header.Set("User-Agent", c.UserAgent)
	}
	start := c.Clock.Now()
	var a Answer
	resp, err := c.HTTP.Do(req)
	if err == nil {
		a, err = c.read(resp)
	} else {
		err = &Broken{Err: bareError(err), sent: !neverSent(err, asked, connected), final: hopeless(err)}
	}
	if broken, ok := errors.AsType[*Broken](err); ok && limited.Err() != nil {
		if broken.Err = ctx.Err(); broken.Err == nil { // of which some transports make an error of their own
			broken.Err, broken.final = fmt.Errorf("%w: more than %s", ErrTooSlow, c.MaxExchange), true
		}
	}
	if c.Log != nil {
		now := c.Clock.Now()
		c.Log(ctx, Exchange{
			Method: r.Method, Path: r.Path, StatusCode: a.Status, RequestID: a.Header.Get("request-id"), Attempt: attempt,
			Duration: now.Sub(start), RetryAfter: RetryAfter(a.Header, now), Err: Cause(err),
		})
	}
	return a, err
}

// read reads an answer within bounds. A success whose body is cut off or not JSON is a broken exchange, of an error
// whatever can be read is kept.
func (c *Client) read(resp *http.Response) (Answer, error) {
	defer func() { _ = resp.Body.Close() }() // after the bytes are here nothing depends on it
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	if !a.Succeeded() {
		a.Body, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorAnswer))
		return a, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.MaxAnswer+1))
	text := bytes.TrimSpace(body)
	broken := &Broken{sent: true}
	switch {
	case err != nil:
		broken.Err = fmt.Errorf("the response is incomplete: %w", bareError(err))
	case int64(len(body)) > c.MaxAnswer:
		broken.Err, broken.final = fmt.Errorf("%w: more than %d MiB", ErrTooLong, c.MaxAnswer>>20), true
	case len(text) == 0 && !c.Documents, json.Valid(body):
		a.Body = body
		return a, nil
	case c.Documents && len(text) > 0 && text[0] != '{' && text[0] != '[':
		broken.Err, broken.final = ErrNotJSON, true
	case len(text) > 0 && text[0] == '<': // a page of a proxy, which may be gone the next time
		broken.Err = ErrNotJSON
	default:
		broken.Err = ErrMalformed
	}
	return a, broken
}
