// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// Clock is the time source of retries, waits and token renewal.
type Clock = wire.Clock

// Exchange is what the client tells its logger about one HTTP exchange.
type Exchange = wire.Exchange

// Allowance is how many exchanges there may be below a context.
type Allowance = wire.Allowance

// NewAllowance returns an allowance of n exchanges, in which ErrSpent follows.
func NewAllowance(n int64) *Allowance { return wire.NewAllowance(n) }

// ErrSpent says that an allowance is used up.
var ErrSpent = wire.ErrSpent

// Options configures a Client. Endpoint and Credential are required.
type Options struct {
	// Endpoint is the Graph base URL without the version, such as https://graph.microsoft.com. On a loopback address it may
	// do without TLS.
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
}

// Client calls Microsoft Graph v1.0. It is safe for concurrent use.
type Client struct {
	endpoint *url.URL // without the version and a slash at the end
	clock    Clock
	wire     *wire.Client
	tokens   *tokenSource
	newID    func() string
	wrote    atomic.Bool
	made     made

	// noBatches says that the service was found to do without $batch.
	noBatches atomic.Bool
	// noByIDs says the same of getByIds.
	noByIDs atomic.Bool

	// Some parts of Graph take only five requests in ten seconds from an application and tenant, each of its own.
	// https://learn.microsoft.com/graph/throttling-limits
	reports, onDemand *wire.Pace
}

// New returns a client. Nothing is contacted before the first call.
func New(o Options) (*Client, error) {
	endpoint, err := wire.ParseEndpoint("endpoint", strings.TrimRight(o.Endpoint, "/"), "https://graph.microsoft.com")
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
		o.Clock = wire.WallClock{}
	}
	if o.UserAgent == "" {
		o.UserAgent = wire.DefaultUserAgent
	}
	httpClient := o.HTTPClient
	if httpClient == nil {
		if httpClient, err = NewHTTPClient(""); err != nil {
			return nil, err
		}
	}
	client := &Client{
		endpoint: endpoint,
		clock:    o.Clock,
		wire:     newWire(httpClient, o.Clock, o.Log),
		tokens:   newTokenSource(o.Credential, o.Scope, o.Clock),
		newID:    uuid.NewString,
		reports:  wire.NewPace(5, 10*time.Second),
		onDemand: wire.NewPace(5, 10*time.Second),
	}
	client.wire.UserAgent = o.UserAgent
	return client, nil
}

// Clock returns the client's time source, for waits of the callers.
func (c *Client) Clock() Clock { return c.clock }

// AccessToken returns a token that is good for a while, for a program that sends requests of its own.
func (c *Client) AccessToken(ctx context.Context) (string, error) {
	t, _, err := c.tokens.get(ctx)
	return t.value, err
}

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
