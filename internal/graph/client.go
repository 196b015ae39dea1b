// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/google/uuid"
)

// Clock is the time source of retries, waits and token renewal.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or ctx's error as soon as ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Exchange is what the client tells its logger about one HTTP exchange. It never carries headers, bodies or query
// values, which may hold personal data or secrets.
type Exchange struct {
	Method     string
	Path       string // path without the query, user names redacted
	StatusCode int    // 0 when no answer arrived
	RequestID  string
	Attempt    int // from 1
	Duration   time.Duration
	RetryAfter time.Duration // 0 when the server named none
	Err        error         // transport error, if any
}

// Options configures a Client. Endpoint and Credential are required.
type Options struct {
	// Endpoint is the Graph base URL without the version, such as https://graph.microsoft.com.
	Endpoint string
	// Credential yields tokens for Scope.
	Credential azcore.TokenCredential
	// Scope defaults to Endpoint + "/.default".
	Scope string
	// HTTPClient carries the custom CA and connection limits; nil means a client of its own.
	HTTPClient *http.Client
	// UserAgent is sent with every request.
	UserAgent string
	// Clock defaults to the wall clock.
	Clock Clock
	// Log is called once for each HTTP exchange; nil means no log.
	Log func(context.Context, Exchange)
	// AllowHTTP lets the bearer token travel without TLS. Only for an endpoint on a loopback address.
	AllowHTTP bool
}

// Client calls Microsoft Graph v1.0. It is safe for concurrent use.
type Client struct {
	endpoint *url.URL // without the version and a slash at the end
	clock    Clock
	pipeline runtime.Pipeline
	retry    *retryPolicy
	tokens   *tokenSource
	newID    func() string
	wrote    atomic.Bool

	reports, onDemand window // each has a limit of its own
}

// New returns a client. Nothing is contacted before the first call.
func New(o Options) (*Client, error) {
	endpoint, err := parseEndpoint(o.Endpoint, o.AllowHTTP)
	if err != nil {
		return nil, err
	}
	if o.Credential == nil {
		return nil, errors.New("no credential")
	}
	if o.Scope == "" {
		o.Scope = endpoint.String() + "/.default"
	}
	if o.Clock == nil {
		o.Clock = wallClock{}
	}
	if o.UserAgent == "" {
		o.UserAgent = "terraform-provider-gotomeeting"
	}
	httpClient := o.HTTPClient
	if httpClient == nil {
		if httpClient, err = NewHTTPClient(""); err != nil {
			return nil, err
		}
	}
	tokens := newTokenSource(o.Credential, o.Scope, o.Clock)
	retry := &retryPolicy{clock: o.Clock, random: rand.Float64}
	return &Client{
		endpoint: endpoint,
		clock:    o.Clock,
		retry:    retry,
		tokens:   tokens,
		newID:    uuid.NewString,
		pipeline: newPipeline(httpClient,
			[]policy.Policy{headerPolicy{userAgent: o.UserAgent}, retry},
			[]policy.Policy{tokenPolicy{tokens: tokens}, exchangePolicy{clock: o.Clock, log: o.Log}}),
	}, nil
}

func parseEndpoint(endpoint string, allowHTTP bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(endpoint, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("endpoint %q is not a base URL such as https://graph.microsoft.com", redactedURL(endpoint))
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && allowHTTP && isLoopback(u.Hostname()):
	case u.Scheme == "http":
		return nil, fmt.Errorf("endpoint %q: a token must not travel without TLS", endpoint)
	default:
		return nil, fmt.Errorf("endpoint %q: the scheme must be https", redactedURL(endpoint))
	}
	return u, nil
}

// redactedURL keeps a user information part out of messages.
func redactedURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// Clock returns the client's time source, for waits of the callers.
func (c *Client) Clock() Clock { return c.clock }

// HasWritten reports whether a write was sent. Terraform plans every instance once more while it applies, and a planner
// that only wants to give advice need not ask the service again then.
func (c *Client) HasWritten() bool { return c.wrote.Load() }

// The pauses of Poll.
const (
	pollFirst = 500 * time.Millisecond
	pollMost  = 10 * time.Second
)

// Poll calls check until it reports done or an error, with growing pauses on the client's clock (0.5 s, doubling, at
// most 10 s). When ctx ends first, the error wraps ctx's and says what was waited for and what was last seen.
func (c *Client) Poll(ctx context.Context, what string, check func(context.Context) (done bool, seen string, err error)) error {
	pause := pollFirst
	seen := ""
	// The deadline is also kept on the client's clock, should that run faster than the wall's.
	begin, allowed := c.clock.Now(), time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		allowed = time.Until(deadline)
	}
	for {
		done, now, err := check(ctx)
		if done && err == nil {
			return nil
		}
		if now != "" {
			seen = now
		}
		if err == nil {
			err = c.clock.Sleep(ctx, pause)
			if err == nil && c.clock.Now().Sub(begin) <= allowed {
				pause = min(2*pause, pollMost)
				continue
			}
			if err == nil {
				err = context.DeadlineExceeded
			}
		} else if ctx.Err() == nil {
			return err
		}
		if seen == "" {
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
		return fmt.Errorf("waiting for %s, last seen: %s: %w", what, seen, err)
	}
}
