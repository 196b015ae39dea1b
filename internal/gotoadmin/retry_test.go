// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const (
	half = 500 * time.Millisecond
	sec  = time.Second
)

func repeated(r reply, n int) []reply {
	all := make([]reply, n)
	for i := range all {
		all[i] = r
	}
	return all
}

func TestUsers_repeatsWhatFailsInPassing(t *testing.T) {
	page := pageOf(0, 1, `,"total":1`)
	in := func(d time.Duration) string {
		return newFakeClock().now.Add(d).Format(http.TimeFormat)
	}
	tests := []struct {
		name   string
		before []reply
		sleeps []time.Duration
	}{
		{"429 without Retry-After", repeated(answers(429, ""), 3), []time.Duration{sec, 2 * sec, 4 * sec}},
		{"429 up to the limit", repeated(answers(429, ""), 8), []time.Duration{sec, 2 * sec, 4 * sec, 8 * sec, 16 * sec, 32 * sec, time.Minute, time.Minute}},
		{"429 with seconds", repeated(answers(429, "", "Retry-After", "7"), 1), []time.Duration{7 * sec}},
		{"429 with a date", repeated(answers(429, "", "Retry-After", in(9*sec)), 1), []time.Duration{9 * sec}},
		{"429 with a date that has passed", repeated(answers(429, "", "Retry-After", in(-9*sec)), 1), []time.Duration{sec}},
		{"429 with a strange value", repeated(answers(429, "", "Retry-After", "soon"), 1), []time.Duration{sec}},
		{"429 with ten minutes", repeated(answers(429, "", "Retry-After", "600"), 1), []time.Duration{10 * time.Minute}},
		{"503", repeated(answers(503, "", "Retry-After", "2"), 1), []time.Duration{2 * sec}},
		{"500", repeated(answers(500, `{}`), 2), []time.Duration{half, sec}},
		{"502 with a page, up to the limit", repeated(answers(502, "<html>"), 4), []time.Duration{half, sec, 2 * sec, 4 * sec}},
		{"504 with Retry-After", repeated(answers(504, "", "Retry-After", "5"), 1), []time.Duration{5 * sec}},
		{"408", repeated(answers(408, ""), 1), []time.Duration{half}},
		{"dropped connection", repeated(reply{drop: true}, 1), []time.Duration{half}},
		{"answer that breaks off", repeated(reply{status: 200, body: `{"results":[`, cut: true}, 1), []time.Duration{half}},
		{"malformed answer", repeated(answers(200, `{"results":[`), 1), []time.Duration{half}},
		{"empty answer", repeated(answers(200, ``), 1), []time.Duration{half}},
		{"a mixture", []reply{answers(500, ""), answers(429, ""), answers(502, ""), answers(503, "")}, []time.Duration{half, sec, sec, 2 * sec}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{usersPath: append(tt.before, page)}, func(o *Options) {
				// A new connection for each: on an old one net/http repeats a dropped GET by itself.
				o.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			})
			got, err := b.Users(t.Context())
			if err != nil || len(got) != 1 {
				t.Fatalf("%d users, %v", len(got), err)
			}
			if diff := cmp.Diff(tt.sleeps, b.clock.sleeps); diff != "" {
				t.Error(diff)
			}
			if got := b.exchanges[len(b.exchanges)-1].Attempt; got != len(tt.before)+1 {
				t.Errorf("the last attempt is told as number %d", got)
			}
		})
	}
}

func TestUsers_givesUpAfterTheLastAttempt(t *testing.T) {
	tests := []struct {
		name     string
		reply    reply
		requests int
		status   int
		want     string
	}{
		{"throttled", answers(429, ""), 9, 429, "429 Too Many Requests; GoTo accepts only a few requests per second; try again later"},
		{"unavailable", answers(503, `{"msg":"maintenance"}`), 9, 503, "503 Service Unavailable: maintenance"},
		{"failing", answers(500, `{"int_err_code":"Oops"}`), 5, 500, "500 Internal Server Error, Oops"},
		{"a proxy's page", answers(502, "<html>hush</html>"), 5, 502, "502 Bad Gateway: " + wire.ErrNotJSON.Error()},
		{"malformed", answers(200, `{"hush"`), 5, 200, "200 OK: the response is not valid JSON"},
		{"a proxy's page as success", answers(200, "<html>hush</html>"), 1, 200, "200 OK: " + wire.ErrNotJSON.Error()},
		{"refused", answers(400, `{"int_err_code":"Bad"}`), 1, 400, "400 Bad Request, Bad"},
		{"asks for more than is reasonable", answers(429, "", "Retry-After", "601"), 1, 429,
			"429 Too Many Requests: the service requires a wait of 10m1s; GoTo accepts only a few requests per second; try again later"},
		{"redirects", answers(302, "", "Location", "/other"), 1, 302,
			"302 Found; the Admin API never redirects: a proxy may require a sign-in, or the endpoint is wrong"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{usersPath: {tt.reply}})
			_, err := b.Users(t.Context())
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("%v is not an *Error", err)
			}
			want := []any{"GET " + usersPath + ": " + tt.want, tt.status, tt.requests}
			if diff := cmp.Diff(want, []any{err.Error(), e.StatusCode, b.count(usersPath)}); diff != "" {
				t.Error(diff)
			}
			if n := b.count("/other"); n != 0 {
				t.Error("the redirect was followed")
			}
		})
	}
}

func TestUsers_reportsAServerThatIsNotThere(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	b := newBench(t, nil, func(o *Options) { o.TokenEndpoint = server.URL })
	_, err := b.Users(t.Context())
	e, ok := errors.AsType[*SignInError](err)
	if !ok || e.StatusCode != 0 || e.Err == nil || !strings.HasPrefix(err.Error(), "signing in to GoTo: no answer: ") {
		t.Errorf("got %#v", err)
	}
	if len(b.exchanges) != 5 {
		t.Errorf("%d attempts", len(b.exchanges))
	}
}

func TestUsers_doesNotRepeatWhatTheCertificateForbids(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = discardLogger()
	server.StartTLS()
	t.Cleanup(server.Close)
	b := newBench(t, nil, func(o *Options) { o.TokenEndpoint = server.URL })
	if _, err := b.Users(t.Context()); err == nil || len(b.exchanges) != 1 {
		t.Errorf("%d attempts, %v", len(b.exchanges), err)
	}
}

func TestRetry_stopsWithTheContext(t *testing.T) {
	t.Run("canceled in the pause", func(t *testing.T) {
		b := newBench(t, map[string][]reply{usersPath: {answers(502, `{"int_err_code":"Gateway"}`)}})
		ctx, cancel := context.WithCancel(t.Context())
		b.clock.during = cancel
		_, err := b.Users(ctx)
		want := "GET " + usersPath + ": 502 Bad Gateway, Gateway: context canceled"
		if !errors.Is(err, context.Canceled) || err.Error() != want || b.count(usersPath) != 1 {
			t.Errorf("got %v after %d requests", err, b.count(usersPath))
		}
	})
	t.Run("canceled in the exchange", func(t *testing.T) {
		b := newBench(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		b.decide = func(r seen) *reply {
			if strings.HasPrefix(r.target, usersPath) {
				cancel()
				return &reply{drop: true}
			}
			return nil
		}
		_, err := b.Users(ctx)
		if !errors.Is(err, context.Canceled) || err.Error() != "GET "+usersPath+": ended before a response arrived: context canceled" {
			t.Errorf("got %v", err)
		}
		if n := b.count(usersPath); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
	t.Run("canceled in the pause after a broken exchange", func(t *testing.T) {
		b := newBench(t, map[string][]reply{usersPath: {answers(200, `{"results"`)}})
		ctx, cancel := context.WithCancel(t.Context())
		b.clock.during = cancel
		_, err := b.Users(ctx)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("canceled below a transport that does not say so", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := newBench(t, nil, func(o *Options) {
			o.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				cancel()
				return nil, errors.New("stream reset")
			})}
		})
		if _, err := b.Users(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the pause is longer than what is left", func(t *testing.T) {
		b := newBench(t, map[string][]reply{usersPath: {answers(429, "", "Retry-After", "300")}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := b.Users(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the next attempt would be in 5m0s, but only ") || strings.Contains(err.Error(), "try again later") || len(b.clock.sleeps) != 0 {
			t.Errorf("got %v after %v", err, b.clock.sleeps)
		}
	})
	t.Run("ended before", func(t *testing.T) {
		b := newBench(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.Account(ctx); !errors.Is(err, context.Canceled) || len(b.targets()) != 0 {
			t.Errorf("got %v after %v", err, b.targets())
		}
	})
}

func TestPace_letsEightThroughInASecond(t *testing.T) {
	t.Run("shared by parallel callers", func(t *testing.T) {
		b := newBench(t, map[string][]reply{usersPath: {answers(200, `{}`)}, licensesPath: {answers(200, `{}`)}})
		begin := b.clock.Now()
		var group sync.WaitGroup
		for range 15 {
			group.Go(func() { _, _ = b.Users(t.Context()) })
			group.Go(func() { _, _ = b.Licenses(t.Context()) })
		}
		group.Wait()
		// With sign-in and /me they are 32: eight at once, after a second the other 24.
		if got := b.clock.Now().Sub(begin); got != sec+23*125*time.Millisecond || len(b.targets()) != 32 {
			t.Errorf("%d requests took %s", len(b.targets()), got)
		}
	})
	t.Run("until the context ends", func(t *testing.T) {
		b := newBench(t, map[string][]reply{usersPath: {answers(200, `{}`)}})
		ctx, cancel := context.WithCancel(t.Context())
		b.clock.during = cancel
		for range 6 {
			if _, err := b.Users(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Users(ctx); !errors.Is(err, context.Canceled) || len(b.exchanges) != 8 {
			t.Errorf("got %v after %d exchanges", err, len(b.exchanges))
		}
	})
}

func TestUsers_boundsWhatIsRead(t *testing.T) {
	b := newBench(t, map[string][]reply{usersPath: {answers(200, `{"results":[]}`+string(bytes.Repeat([]byte{' '}, maxAnswer)))}})
	_, err := b.Users(t.Context())
	if !errors.Is(err, wire.ErrTooLong) || b.count(usersPath) != 1 {
		t.Errorf("got %v after %d requests", err, b.count(usersPath))
	}
}
