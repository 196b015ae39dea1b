// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const (
	testClientID = "client-1"
	testSecret   = "Kp4-client-secret"
	testPAT      = "Zq9-personal-access-token"
	testAccount  = "8000000000000000001"
	mePath       = "/admin/rest/v1/me"
	usersPath    = "/admin/rest/v1/accounts/" + testAccount + "/users"
	licensesPath = "/admin/rest/v1/accounts/" + testAccount + "/licenses"
	tokenPath    = "/oauth/token"
	firstPage    = "?pageSize=1000&offset=0"
)

// fakeClock stands still but for Sleep, which it carries out at once and writes down.
type fakeClock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
	during func() // called in each Sleep
}

func newFakeClock() *fakeClock {
	return &fakeClock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if c.during != nil {
		c.during()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.sleeps = append(c.sleeps, d)
	return nil
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// seen is a request that reached the fake service.
type seen struct {
	method, target, body string
	header               http.Header
	at                   time.Time // on the fake clock
}

// reply is what the fake service does with one request.
type reply struct {
	status int
	body   string
	header http.Header
	drop   bool // close the connection without an answer
	cut    bool // close it in the middle of the body
}

func answers(status int, body string, header ...string) reply {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return reply{status: status, body: body, header: h}
}

func (r reply) write(w http.ResponseWriter) {
	if r.drop {
		panic(http.ErrAbortHandler)
	}
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if r.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(r.body)+10))
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.body)
	if r.cut {
		panic(http.ErrAbortHandler)
	}
}

// bench is a client on a scripted service. The replies to a target, or to the path if the target has none of its own, come
// in order, the last one for ever. Sign-in gives the tokens token-1, token-2, … unless it is scripted.
type bench struct {
	*Client
	options   Options
	clock     *fakeClock
	mu        sync.Mutex
	replies   map[string][]reply
	served    map[string]int
	requests  []seen
	exchanges []wire.Exchange
	log       bytes.Buffer
	decide    func(seen) *reply // asked first, if not nil
}

func newBench(t *testing.T, replies map[string][]reply, adjust ...func(*Options)) *bench {
	t.Helper()
	b := &bench{clock: newFakeClock(), replies: replies, served: map[string]int{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.options = Options{
		ClientID: testClientID, ClientSecret: testSecret, PersonalAccessToken: testPAT,
		Endpoint: server.URL, TokenEndpoint: server.URL + tokenPath,
		HTTPClient: server.Client(),
		Clock:      b.clock,
		Log: func(_ context.Context, e wire.Exchange) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.exchanges = append(b.exchanges, e)
			fmt.Fprintf(&b.log, "%+v\n", e)
		},
	}
	for _, a := range adjust {
		a(&b.options)
	}
	client, err := New(b.options)
	if err != nil {
		t.Fatal(err)
	}
	client.wire.Random = func() float64 { return 0.5 } // no jitter
	b.Client = client
	return b
}

func (b *bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s := seen{r.Method, r.URL.RequestURI(), string(body), r.Header.Clone(), b.clock.Now()}
	b.mu.Lock()
	b.requests = append(b.requests, s)
	name := s.target
	if b.replies[name] == nil {
		name = r.URL.Path
	}
	b.served[name]++
	n, script := b.served[name], b.replies[name]
	decide := b.decide
	b.mu.Unlock()
	if decide != nil {
		if r := decide(s); r != nil {
			r.write(w)
			return
		}
	}
	switch {
	case len(script) > 0:
		script[min(n, len(script))-1].write(w)
	case name == tokenPath:
		answers(200, fmt.Sprintf(`{"access_token":"token-%d","token_type":"Bearer","expires_in":3600}`, n)).write(w)
	case name == mePath:
		answers(200, `{"accountKey":"`+testAccount+`"}`).write(w)
	default:
		answers(404, `{"int_err_code":"NoScript","msg":"no reply is scripted"}`).write(w)
	}
}

// targets are the requests so far, in order.
func (b *bench) targets() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]string, len(b.requests))
	for i, r := range b.requests {
		all[i] = r.method + " " + r.target
	}
	return all
}

// count is how many requests there were to a path.
func (b *bench) count(path string) int {
	n := 0
	for _, target := range b.targets() {
		_, target, _ = strings.Cut(target, " ")
		if at, _, _ := strings.Cut(target, "?"); at == path {
			n++
		}
	}
	return n
}

// last is the last request to a path.
func (b *bench) last(t *testing.T, path string) seen {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.requests) - 1; i >= 0; i-- {
		if at, _, _ := strings.Cut(b.requests[i].target, "?"); at == path {
			return b.requests[i]
		}
	}
	t.Fatalf("no request to %s", path)
	return seen{}
}

// pageOf is a page of users with the keys from, …, to-1 and made-up addresses.
func pageOf(from, to int, rest string) reply {
	var b strings.Builder
	b.WriteString(`{"results":[`)
	for i := from; i < to; i++ {
		if i > from {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"key":"%d","email":"person%05d@example.com"}`, 4_000_000_000_000_000_000+i, i)
	}
	b.WriteString("]" + rest + "}")
	return answers(200, b.String())
}

func usersFrom(offset int) string { return usersPath + fmt.Sprintf("?pageSize=1000&offset=%d", offset) }

func parseForm(t *testing.T, body string) url.Values {
	t.Helper()
	form, err := url.ParseQuery(body)
	if err != nil {
		t.Fatal(err)
	}
	return form
}
