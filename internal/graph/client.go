// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// Clock is the time source of retries, waits and token renewal.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or ctx's error as soon as ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Exchange is what the client tells its logger about one HTTP exchange. It never carries headers, bodies or query
// values, which may hold personal data or secrets.
type Exchange struct {
	Method     string
	Path       string // path without the query
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
	clock Clock
}

var errNotBuilt = errors.New("not built yet")

// New returns a client. Nothing is contacted before the first call.
func New(Options) (*Client, error) { return nil, errNotBuilt }

// Clock returns the client's time source, for waits of the callers.
func (c *Client) Clock() Clock { return c.clock }

// Poll calls check until it reports done or an error, with growing pauses on the client's clock (0.5 s, doubling, at
// most 10 s). When ctx ends first, the error wraps ctx's and says what was waited for and what was last seen.
func (c *Client) Poll(ctx context.Context, what string, check func(context.Context) (done bool, seen string, err error)) error {
	return errNotBuilt
}
