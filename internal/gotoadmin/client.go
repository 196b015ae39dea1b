// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

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

// Exchange is what the client tells its logger about one HTTP exchange. It carries no headers, bodies or query values,
// which may hold personal data or secrets.
type Exchange struct {
	Method     string
	Path       string // without the query
	StatusCode int    // 0 when no answer arrived
	Attempt    int    // from 1
	Duration   time.Duration
	Err        error // of the transport, or why an answer cannot be used, if anything
}

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
	Clock                  Clock                           // defaults to the wall clock
	Log                    func(context.Context, Exchange) // called once for each exchange; nil means no log
}

// Format prints the options without the secrets, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	shown := func(secret string) string {
		if secret == "" {
			return `""`
		}
		return redacted
	}
	fmt.Fprintf(f, "{ClientID:%q ClientSecret:%s PersonalAccessToken:%s AccountKey:%q Endpoint:%q TokenEndpoint:%q UserAgent:%q}",
		o.ClientID, shown(o.ClientSecret), shown(o.PersonalAccessToken), o.AccountKey, redactedURL(o.Endpoint),
		redactedURL(o.TokenEndpoint), o.UserAgent)
}

// Client reads GoTo's Admin API. It is safe for concurrent use. Printing a Client shows no secret.
type Client struct {
	endpoint  string // without a slash at the end
	basePath  string // the path of endpoint, escaped
	transport *transport
	tokens    *tokenSource
	chooser   *chooser
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
	endpoint, err := parseEndpoint("endpoint", o.Endpoint, DefaultEndpoint)
	if err != nil {
		return nil, err
	}
	tokenEndpoint, err := parseEndpoint("token endpoint", o.TokenEndpoint, DefaultTokenEndpoint)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = wallClock{}
	}
	if o.UserAgent == "" {
		o.UserAgent = "terraform-provider-gotomeeting"
	}
	t := &transport{
		client:    prepared(o.HTTPClient),
		userAgent: o.UserAgent,
		clock:     o.Clock,
		random:    rand.Float64,
		log:       o.Log,
		pace:      &pace{lock: newGate()},
		secrets: newSecrets(o.ClientSecret, o.PersonalAccessToken,
			basicCredentials(o.ClientID, o.ClientSecret, true), basicCredentials(o.ClientID, o.ClientSecret, false)),
	}
	return &Client{
		endpoint:  strings.TrimRight(endpoint.String(), "/"),
		basePath:  strings.TrimRight(endpoint.EscapedPath(), "/"),
		transport: t,
		tokens: &tokenSource{
			transport: t, endpoint: tokenEndpoint.String(), lock: newGate(),
			clientID: o.ClientID, clientSecret: o.ClientSecret, personalAccessToken: o.PersonalAccessToken,
		},
		chooser: &chooser{wanted: o.AccountKey, lock: newGate()},
	}, nil
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
		return fmt.Errorf("signing in to GoTo takes a client ID, a client secret and a personal access token; missing: %s", strings.Join(missing, ", "))
	}
	return nil
}

func parseEndpoint(what, endpoint, example string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("%s %q is not a URL such as %s", what, redactedURL(endpoint), example)
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	case u.Scheme == "http":
		return nil, fmt.Errorf("%s %q: credentials must not travel without TLS, the scheme must be https", what, endpoint)
	default:
		return nil, fmt.Errorf("%s %q: the scheme must be https", what, endpoint)
	}
	return u, nil
}

// redactedURL keeps what may be a password or token out of messages.
func redactedURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "(not a URL)"
	}
	if u.User != nil {
		u.User = url.User("(redacted)")
	}
	if u.RawQuery != "" {
		u.RawQuery = "(redacted)"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}

// prepared returns a client of our own that follows no redirects and waits for no answer for ever.
func prepared(client *http.Client) *http.Client {
	own := http.Client{}
	if client != nil {
		own = *client
	} else if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		own.Transport = transport.Clone() // idle connections of our own
	}
	// A redirect could carry the token elsewhere or end at a proxy's sign-in page; neither is an answer of the API.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if own.Timeout == 0 {
		own.Timeout = longestExchange
	}
	return &own
}

// read is where the document at path, below the endpoint and escaped, is read.
func (c *Client) read(path string) place {
	return place{method: http.MethodGet, path: c.basePath + path}
}

// get reads the JSON document at path into out.
func (c *Client) get(ctx context.Context, path, query string, out any) error {
	where, target := c.read(path), c.endpoint+path
	if query != "" {
		target += "?" + query
	}
	t, err := c.tokens.get(ctx)
	if err != nil {
		return err
	}
	for renewed := false; ; renewed = true {
		a, err := c.transport.do(ctx, request{
			place: where, target: target,
			header: http.Header{"Authorization": {"Bearer " + t.value}},
		})
		if err == nil && !renewed && a.refusesToken() {
			if t, err = c.tokens.replace(ctx, t); err != nil {
				return err
			}
			continue
		}
		if err != nil || !a.succeeded() {
			return newError(where, a, err, c.transport.secrets.and(t.value))
		}
		if err := decode(a.body, out); err != nil {
			return &Error{Method: where.method, Path: where.path, StatusCode: a.status, Err: err}
		}
		return nil
	}
}

// gate is a lock that a waiting caller's context can break.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) release() { <-g }
