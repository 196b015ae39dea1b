// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// call is one operation, however many HTTP exchanges it takes.
type call struct {
	method string
	path   string // below the version, escaped; see pathOf
	needs  Permission
	query  string // encoded; see query
	link   string // a whole URL in place of path and query: the next page
	beta   bool   // for what the stable version lacks
	body   any
	// reads marks a POST that changes nothing, so it may be repeated like a GET.
	reads bool
	// idempotent marks a POST that changes no more when done twice.
	idempotent bool
	// once marks a PUT that is not to be repeated when its answer was lost: its body says what it replaces.
	once bool
	// verdict500 marks a call whose 500 is the answer when it carries an error of the service behind: having the
	// service try a wrong password again and again may lock the account.
	verdict500 bool
	// emptyIsMissing marks a listing that is empty where other calls answer 404.
	emptyIsMissing bool
	// mayBeNone marks a call whose 404 may mean that there is nothing yet.
	mayBeNone bool
	// names is the id that the answer must carry, "" for none: an object of another shape or with another id is not an answer.
	names string
	// pace holds the call back where the service takes only a few a window; nil for no limit.
	pace *wire.Pace
	// secrets must not appear in an error, should the service repeat them.
	secrets []string
}

// How much of an answer is read. The largest legitimate ones, schemas, are a few megabytes.
const maxAnswer = 64 << 20

// maxThrottles is how often a call is repeated that the service throttles.
const maxThrottles = 20

// How long the service may keep a caller waiting who sets no limit: for one pause, one exchange and one call. Microsoft
// Graph asks for minutes at most, and checking credentials takes it a minute at times.
const (
	maxWait     = 15 * time.Minute
	maxExchange = 5 * time.Minute
	maxCall     = 30 * time.Minute
)

// newWire returns what carries requests to a service of Microsoft's.
func newWire(client *http.Client, clock Clock, log func(context.Context, Exchange)) *wire.Client {
	return &wire.Client{
		HTTP: wire.WithoutRedirects(client), Clock: clock, Random: rand.Float64, Log: log, MaxAnswer: maxAnswer, MaxThrottles: maxThrottles,
		MaxWait: maxWait, MaxExchange: maxExchange, MaxCall: maxCall,
	}
}

// do runs a call and decodes the body of its answer into out, unless out is nil.
func (c *Client) do(ctx context.Context, in call, out any) error {
	path := redactPath(in.path)
	if in.pace != nil {
		if err := in.pace.Wait(ctx, c.clock); err != nil {
			return fmt.Errorf("%s %s: %w", in.method, path, err)
		}
	}
	target := in.link
	if target == "" {
		version := "/v1.0"
		if in.beta {
			version = "/beta"
		}
		target = c.endpoint.String() + version + in.path
		if in.query != "" {
			target += "?" + in.query
		}
	}
	address, err := url.Parse(target)
	if err != nil {
		return fmt.Errorf("%s %s: the address is malformed", in.method, path)
	}
	path = redactPath(address.EscapedPath())
	id := c.newID()
	header := http.Header{"Client-Request-Id": {id}}
	var body []byte
	if in.body != nil {
		if body, err = json.Marshal(in.body); err != nil {
			return fmt.Errorf("%s %s: encoding the body: %w", in.method, path, err)
		}
		header.Set("Content-Type", "application/json")
	}
	writes := in.method != http.MethodGet && !in.reads
	if writes {
		c.wrote.Store(true)
	}
	request := wire.Request{
		Method: in.method, URL: target, Path: path, Header: header, Body: body,
		Once: in.once || in.method == http.MethodPost && !in.reads && !in.idempotent, Writes: writes,
	}
	var credentials string
	signed := c.tokens.attempt(in.method, path)
	request.Attempt = func(ctx context.Context, send wire.Send) (wire.Answer, error) {
		return signed(ctx, func(ctx context.Context, more http.Header) (wire.Answer, error) {
			credentials = strings.TrimPrefix(more.Get("Authorization"), "Bearer ")
			return send(ctx, more)
		})
	}
	if in.method != http.MethodDelete {
		request.Missing = replicationWait(ctx)
		if !in.mayBeNone {
			request.Missing = max(request.Missing, c.made.patience(in.path, c.clock.Now()))
		}
	}
	if in.emptyIsMissing {
		request.Absent = func(a wire.Answer) bool {
			var listing page[json.RawMessage]
			return json.Unmarshal(a.Body, &listing) == nil && len(listing.Value) == 0 && listing.NextLink == ""
		}
	}
	if in.verdict500 {
		request.Settles = func(a wire.Answer) bool {
			b := readErrorBody(a.Body)
			return a.Status == http.StatusInternalServerError && b.code != b.outerCode
		}
	}
	a, err := c.wire.Do(ctx, request)
	if err == nil && a.Succeeded() {
		if out == nil {
			return nil
		}
		if !strings.Contains(in.path, "/synchronization/") { // whose documents are sent back as they came
			a.Body = inLowerCase(a.Body)
		}
		if err = json.Unmarshal(a.Body, out); err != nil {
			err = fmt.Errorf("the response does not have the expected form: %w", jsonProblem(err))
		} else if err = in.unanswered(a.Body, out); err == nil {
			return nil
		}
		a.Body, a.Unsettled = nil, writes
	}
	result := failure(in.method, path, a, err, c.clock.Now())
	if e, ok := errors.AsType[*Error](result); ok {
		e.ClientRequestID, e.Needs = id, in.needs
		hidden := wire.NewSecrets(in.secrets...).And(credentials)
		e.Message, e.Code, e.OuterCode = hidden.Blank(e.Message), hidden.Blank(e.Code), hidden.Blank(e.OuterCode)
	}
	return result
}

// unanswered says what keeps a well-formed answer from being one to this call.
func (in call) unanswered(body []byte, out any) error {
	if listing, ok := out.(interface{ complete() bool }); ok && !listing.complete() {
		return errors.New("the response is not a listing: it has no value")
	}
	var named struct {
		ID string `json:"id"`
	}
	switch {
	case in.names == "":
		return nil
	case json.Unmarshal(body, &named) != nil || named.ID == "":
		return errors.New("the response does not contain an id")
	case !strings.EqualFold(named.ID, in.names):
		return errors.New("the response is for a different object")
	}
	return nil
}

// failure is the error of a call that came to an answer outside 2xx, or that ended with err.
func failure(method, path string, a wire.Answer, err error, now time.Time) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*AuthError](err); ok {
		return e
	}
	if _, broken := errors.AsType[*wire.Broken](err); err != nil && !broken && a.Status == 0 && !a.Unsettled {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	e := newError(method, path, a.Status, a.Header, a.Body, now)
	e.Ambiguous, e.Err = a.Unsettled && !definite(a.Status), wire.Cause(err)
	return e
}

// replicationWaitKey is the key of how long a 404 counts as "not replicated yet".
type replicationWaitKey struct{}

// WithReplicationWait makes the calls below ctx repeat a 404, with growing pauses, for at most limit each: what was
// created a moment ago is known only to some of the directory's replicas. It concerns every method but DELETE.
func WithReplicationWait(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, replicationWaitKey{}, limit)
}

func replicationWait(ctx context.Context) time.Duration {
	wait, _ := ctx.Value(replicationWaitKey{}).(time.Duration)
	return wait
}

// definite reports whether a status settles the outcome of a write, also after attempts that broke.
func definite(status int) bool {
	return status >= 300 && status < 500 && wire.Judge(status) == wire.Final
}

// jsonProblem drops values of the document from a decoding error.
func jsonProblem(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s is not a %s", e.Field, e.Type)
	}
	return err
}

// What was made moments ago is known only to some of the service's replicas, which may answer in turn: for as long as
// youngFor, a 404 about it or anything below it is not believed, but the call is repeated for up to youngPatience.
const (
	youngFor      = 2 * time.Minute
	youngPatience = 30 * time.Second
)

// made remembers what this client made, by path. The zero value is empty.
type made struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (m *made) note(path string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		m.at = map[string]time.Time{}
	}
	m.at[path] = now
}

// forget is for a deletion, after which a 404 is what is wanted.
func (m *made) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.at)
}

// patience is how long a 404 of a call to path is repeated.
func (m *made) patience(path string, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	for parent, at := range m.at {
		if now.Sub(at) < youngFor && (path == parent || strings.HasPrefix(path, parent+"/")) {
			return youngPatience
		}
	}
	return 0
}

// pathOf joins segments into a path, escaping each.
func pathOf(segments ...string) string {
	var b strings.Builder
	for _, segment := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(segment))
	}
	return b.String()
}

// query encodes name-value pairs. Unlike url.Values it keeps their order and the dollar sign of OData's names, and
// writes a blank as %20, which is a blank to every parser.
func query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(pairs[i])
		b.WriteByte('=')
		b.WriteString(strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "+", "%20"))
	}
	return b.String()
}

// quoted is an OData string literal.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// redactPath replaces what names a person: /users/{user principal name or mail}. Object ids are kept.
func redactPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "users(") {
			segments[i] = "users({redacted})"
		}
		if i > 0 && segments[i-1] == "users" && segment != "" && uuid.Validate(segment) != nil {
			segments[i] = "{redacted}"
		}
	}
	return strings.Join(segments, "/")
}
