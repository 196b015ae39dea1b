// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package gotoadmin reads the accounts that exist at GoTo, over GoTo's Admin API.
//
// A Client acts for one administrator, who is known by a personal access token of an OAuth client. It only reads. It signs
// in on its first call and keeps the access token until five minutes before it expires; a refused token is replaced
// once for each request.
//
// All callers of a Client together send at most eight requests per second. A throttled request (429, 503) is repeated
// after the pause that the service requires, or else a growing one, at most eight times. Transient failures are repeated
// at most four times: 408, 500, 502, 504, lost connections, and incomplete responses. Repeating is safe, because there are
// only reads and sign-ins. The pauses end with the caller's context.
//
// GoTo's documentation of the API is incomplete, so the client accepts both forms wherever two have been seen: keys as
// text and as numbers, an empty list as no results, as a total of zero and as "not found", and a refused token as 401 and
// as 403.
package gotoadmin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// Where the service is unless Options say otherwise.
const (
	DefaultEndpoint      = "https://api.getgo.com"
	DefaultTokenEndpoint = "https://authentication.logmeininc.com/oauth/token"
)

// The limits of the client.
const (
	// longestExchange is how long one exchange may take, the body included.
	longestExchange = 2 * time.Minute
	// maxAnswer is how much of an answer is read. A page of a thousand users is less than a megabyte.
	maxAnswer = 32 << 20
	// maxThrottles is how often a request is repeated that the service throttles.
	maxThrottles = 8
	// longestAsked is the longest pause that the service may ask for: a limit by the second never needs more, and a person
	// is waiting.
	longestAsked = 10 * time.Minute
	// GoTo takes ten requests in a second from one client and API, and does not say how long to wait when there were more.
	// Two are left for whoever else uses the same client.
	paceRequests = 8
)

// Options configures a Client. ClientID, ClientSecret and PersonalAccessToken are required. Printing Options shows no
// secret.
type Options struct {
	ClientID, ClientSecret string // of the OAuth client
	PersonalAccessToken    string // of the administrator
	AccountKey             string // which account, for administrators of several; "" for the only one
	Endpoint               string // defaults to DefaultEndpoint
	TokenEndpoint          string // defaults to DefaultTokenEndpoint
	HTTPClient             *http.Client
	UserAgent              string
	Clock                  wire.Clock                           // defaults to the wall clock
	Log                    func(context.Context, wire.Exchange) // called once for each exchange; nil means no log
}

// Format prints the options without the secrets, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	shown := func(secret string) string {
		if secret == "" {
			return `""`
		}
		return wire.Redacted
	}
	fmt.Fprintf(f, "{ClientID:%q ClientSecret:%s PersonalAccessToken:%s AccountKey:%q Endpoint:%q TokenEndpoint:%q UserAgent:%q}",
		o.ClientID, shown(o.ClientSecret), shown(o.PersonalAccessToken), o.AccountKey, wire.RedactedURL(o.Endpoint),
		wire.RedactedURL(o.TokenEndpoint), o.UserAgent)
}

// Client reads GoTo's Admin API. It is safe for concurrent use. Printing a Client shows no secret.
type Client struct {
	endpoint   string // without a slash at the end
	basePath   string // the path of endpoint, escaped
	accountKey string // which account is wanted, "" for the only one
	wire       *wire.Client
	secrets    wire.Secrets
	tokens     *tokenSource
	me         *memo.Value[wireMe]
}

// Format prints the endpoint, whatever the verb.
func (c Client) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "{Endpoint:%q}", c.endpoint) }

// New returns a client. It contacts nobody. Blanks around credentials and keys, such as the line break at the end of a
// file, are dropped.
func New(options Options) (*Client, error) {
	o := options
	for _, value := range []*string{&o.ClientID, &o.ClientSecret, &o.PersonalAccessToken, &o.AccountKey} {
		*value = strings.TrimSpace(*value)
	}
	if err := requireCredentials(o); err != nil {
		return nil, err
	}
	if o.Endpoint == "" {
		o.Endpoint = DefaultEndpoint
	}
	if o.TokenEndpoint == "" {
		o.TokenEndpoint = DefaultTokenEndpoint
	}
	endpoint, err := wire.ParseEndpoint("endpoint", o.Endpoint, DefaultEndpoint)
	if err != nil {
		return nil, err
	}
	tokenEndpoint, err := wire.ParseEndpoint("token endpoint", o.TokenEndpoint, DefaultTokenEndpoint)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = wire.WallClock{}
	}
	if o.UserAgent == "" {
		o.UserAgent = wire.DefaultUserAgent
	}
	hidden := wire.NewSecrets(o.ClientSecret, o.PersonalAccessToken,
		basicCredentials(o.ClientID, o.ClientSecret, true), basicCredentials(o.ClientID, o.ClientSecret, false))
	carrier := &wire.Client{
		HTTP: prepared(o.HTTPClient), UserAgent: o.UserAgent, Clock: o.Clock, Random: rand.Float64, Log: cleanLog(o.Log, hidden),
		Pace: wire.NewEvenPace(paceRequests, time.Second), MaxAnswer: maxAnswer, Documents: true,
		MaxThrottles: maxThrottles, MaxWait: longestAsked,
	}
	c := &Client{
		endpoint:   strings.TrimRight(endpoint.String(), "/"),
		basePath:   strings.TrimRight(endpoint.EscapedPath(), "/"),
		accountKey: o.AccountKey,
		wire:       carrier,
		secrets:    hidden,
		tokens: &tokenSource{
			wire: carrier, secrets: hidden, endpoint: tokenEndpoint, gate: wire.NewGate(),
			clientID: o.ClientID, clientSecret: o.ClientSecret, personalAccessToken: o.PersonalAccessToken,
		},
	}
	c.me = &memo.Value[wireMe]{Fetch: c.readMe, Clock: o.Clock}
	return c, nil
}

func requireCredentials(o Options) error {
	var missing []string
	for _, credential := range []struct{ name, value string }{
		{"client ID", o.ClientID}, {"client secret", o.ClientSecret}, {"personal access token", o.PersonalAccessToken},
	} {
		if credential.value == "" {
			missing = append(missing, credential.name)
		}
	}
	if missing != nil {
		return fmt.Errorf("signing in to GoTo requires a client ID, a client secret, and a personal access token; missing: %s", strings.Join(missing, ", "))
	}
	return nil
}

// prepared returns a client of our own that follows no redirects and waits for no answer for ever.
func prepared(client *http.Client) *http.Client {
	if client == nil {
		client = &http.Client{}
		if transport, ok := http.DefaultTransport.(*http.Transport); ok {
			client.Transport = transport.Clone() // idle connections of our own
		}
	}
	own := wire.WithoutRedirects(client)
	if own.Timeout == 0 {
		own.Timeout = longestExchange
	}
	return own
}

// get reads the JSON document at path, below the endpoint and escaped, into out.
func (c *Client) get(ctx context.Context, path, query string, out any) error {
	r := wire.Request{Method: http.MethodGet, URL: c.endpoint + path, Path: c.basePath + path}
	if query != "" {
		r.URL += "?" + query
	}
	t, err := c.tokens.get(ctx)
	if err != nil {
		return err
	}
	for renewed := false; ; renewed = true {
		r.Header = http.Header{"Authorization": {"Bearer " + t.value}}
		a, err := c.wire.Do(ctx, r)
		if err == nil && !renewed && refusesToken(a) {
			if t, err = c.tokens.replace(ctx, t); err != nil {
				return err
			}
			continue
		}
		if err == nil && a.Succeeded() {
			if err = decode(a.Body, out); err == nil {
				return nil
			}
			a.Body = nil
		}
		return newError(r.Path, a, err, c.secrets.And(t.value))
	}
}

// refusesToken reports whether another access token might do. A bad one is a 401 by the rules, but GoTo's APIs have been
// seen to answer 403 with a code.
func refusesToken(a wire.Answer) bool {
	if a.Status == http.StatusForbidden {
		told, _ := readErrorBody(a.Body)
		return isInvalidToken(told.code) || strings.Contains(a.Header.Get("WWW-Authenticate"), "invalid_token")
	}
	return a.Status == http.StatusUnauthorized
}

const (
	// pageSize is the most that a page is said to hold. The service may send less.
	pageSize = 1000
	// maxReadings is how often a listing is begun when people leave the account while it is read.
	maxReadings = 3
)

var (
	errRepeats  = errors.New("the service returns the same records again instead of the next ones")
	errUnsteady = errors.New("people kept leaving the account while the list was read; try again later")
)

// page is one answer of a listing.
type page[W any] struct {
	Results []*W   `json:"results"`
	ToIndex *count `json:"toIndex"` // of the last record returned, from 0
	Total   *count `json:"total"`
}

// listing says what is listed, how a record becomes an entry, and how to tell entries apart.
type listing[T, W any] struct {
	path    string
	convert func(W) T
	id      func(T) string
}

// all returns every entry of a listing, in the service's order.
//
// An empty listing is a total of zero, an answer without results, or a 404.
//
// The end is where total says. Without a total it is a page that is not full; because the service might also fill pages
// less than it is asked to, the next page is looked at, and then decides unless it repeats what is known.
//
// A record that comes again is dropped: the pages are cut anew for each request, so somebody who joins the account
// meanwhile shifts the rest. Somebody who leaves shifts it the other way, and the record at the cut is missed; as a total
// that shrinks shows it, the listing is then read again.
func all[T, W any](ctx context.Context, c *Client, l listing[T, W]) ([]T, error) {
	for range maxReadings {
		entries, shrunk, err := read(ctx, c, l)
		if err != nil || !shrunk {
			return entries, err
		}
	}
	return nil, l.broken(c, errUnsteady)
}

func read[T, W any](ctx context.Context, c *Client, l listing[T, W]) (entries []T, shrunk bool, err error) {
	seen := map[string]bool{}
	offset, total := 0, -1 // not told
	short := false         // the page before was
	for {
		var p page[W]
		if err := c.get(ctx, l.path, fmt.Sprintf("pageSize=%d&offset=%d", pageSize, offset), &p); err != nil && !IsNotFound(err) {
			return nil, false, err
		}
		if p.Total != nil && *p.Total >= 0 {
			shrunk = shrunk || int(*p.Total) < total
			total = int(*p.Total)
		}
		added := 0
		for _, record := range p.Results {
			if record == nil {
				continue
			}
			entry := l.convert(*record)
			if id := l.id(entry); !seen[id] {
				seen[id] = true
				entries = append(entries, entry)
				added++
			}
		}
		next := offset + len(p.Results)
		if len(p.Results) == 0 && p.ToIndex != nil {
			next = max(next, int(*p.ToIndex)+1)
		}
		switch {
		case total >= 0 && next >= total, total < 0 && (len(p.Results) == 0 || added == 0 && short):
			return entries, shrunk, nil
		case next == offset:
			return nil, false, l.broken(c, fmt.Errorf("the list ends after %d of %d records", offset, total))
		case added == 0 && len(p.Results) > 0:
			return nil, false, l.broken(c, errRepeats)
		}
		offset, short = next, len(p.Results) < pageSize
	}
}

func (l listing[T, W]) broken(c *Client, why error) error {
	return &Error{Method: http.MethodGet, Path: c.basePath + l.path, StatusCode: http.StatusOK, Err: why}
}
