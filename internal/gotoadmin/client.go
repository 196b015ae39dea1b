// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"errors"
	"net/http"
	"time"
)

var errUnbuilt = errors.New("not built yet")

// Where the service is unless Options say otherwise.
const (
	DefaultEndpoint      = "https://api.getgo.com"
	DefaultTokenEndpoint = "https://authentication.logmeininc.com/oauth/token"
)

// Clock is the time source of retries, of the pace and of token renewal.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or ctx's error as soon as ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Exchange is what the client tells its logger about one HTTP exchange. It carries no headers, bodies or query values,
// which may hold personal data or secrets.
type Exchange struct {
	Method     string
	Path       string // without the query
	StatusCode int    // 0 when no answer arrived
	Attempt    int    // from 1
	Duration   time.Duration
	Err        error // transport error, if any
}

// Options configures a Client. ClientID, ClientSecret and PersonalAccessToken are required.
type Options struct {
	ClientID, ClientSecret string // of the OAuth client
	PersonalAccessToken    string // of the administrator
	AccountKey             string // which account, for administrators of several; "" for the only one
	Endpoint               string // defaults to DefaultEndpoint
	TokenEndpoint          string // defaults to DefaultTokenEndpoint
	HTTPClient             *http.Client
	UserAgent              string
	Clock                  Clock                           // defaults to the wall clock
	Log                    func(context.Context, Exchange) // called once for each exchange; nil means no log
}

// Client reads GoTo's Admin API. It is safe for concurrent use.
type Client struct{}

// New returns a client. It contacts nobody.
func New(options Options) (*Client, error) { return &Client{}, nil }
