// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const (
	testSP  = "b0000000-0000-4000-8000-000000000001"
	testJob = "EXAMPLE.job.1"
)

// fakeClock stands still but for Sleep, which it carries out at once and writes down.
type fakeClock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
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
	if err := ctx.Err(); err != nil {
		return err
	}
	c.advance(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sleeps = append(c.sleeps, d)
	return nil
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fakeCredential gives the tokens "token-1", "token-2", ….
type fakeCredential struct {
	mu       sync.Mutex
	requests []policy.TokenRequestOptions
	err      error // of every request after the first
	same     bool  // always "token-1"
}

func (c *fakeCredential) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, o)
	if c.err != nil && len(c.requests) > 1 {
		return azcore.AccessToken{}, c.err
	}
	n := len(c.requests)
	if c.same {
		n = 1
	}
	return azcore.AccessToken{Token: fmt.Sprintf("token-%d", n), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// seen is a request that reached the fake service.
type seen struct {
	method, target, body string
	header               http.Header
}

// reply is what the fake service does with one request.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
	cut    bool // the body breaks off
}

func answer(status int, body string, header ...string) reply {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return reply{status: status, header: h, body: body}
}

// script is an in-memory service that gives its replies in order, the last one for ever.
type script struct {
	mu      sync.Mutex
	replies []reply
	seen    []seen
	during  func(n int) // called in the nth request, from 1
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	s.mu.Lock()
	s.seen = append(s.seen, seen{req.Method, req.URL.RequestURI(), string(body), req.Header.Clone()})
	n := len(s.seen)
	r := s.replies[min(n, len(s.replies))-1]
	during := s.during
	s.mu.Unlock()
	if during != nil {
		during(n)
	}
	if r.err != nil {
		return nil, r.err
	}
	var content io.Reader = strings.NewReader(r.body)
	if r.cut {
		content = io.MultiReader(content, brokenReader{})
	}
	header := r.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: r.status, Status: fmt.Sprintf("%d %s", r.status, http.StatusText(r.status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(content), ContentLength: -1, Request: req,
	}, nil
}

func (s *script) targets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]string, len(s.seen))
	for i, r := range s.seen {
		all[i] = r.method + " " + r.target
	}
	return all
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// bench is a client on a scripted service.
type bench struct {
	*Client
	service    *script
	clock      *fakeClock
	credential *fakeCredential
	log        bytes.Buffer
	exchanges  []Exchange
}

func newBench(t *testing.T, replies ...reply) *bench {
	t.Helper()
	b := &bench{service: &script{replies: replies}, clock: newFakeClock(), credential: &fakeCredential{}}
	var mu sync.Mutex
	client, err := New(Options{
		Endpoint:   "https://graph.example.com",
		Credential: b.credential,
		HTTPClient: &http.Client{Transport: b.service},
		Clock:      b.clock,
		Log: func(_ context.Context, e Exchange) {
			mu.Lock()
			defer mu.Unlock()
			b.exchanges = append(b.exchanges, e)
			fmt.Fprintf(&b.log, "%+v\n", e)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	client.wire.Random = func() float64 { return 0.5 } // no jitter
	b.Client = client
	return b
}
