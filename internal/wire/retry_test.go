// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackOff_growsWithJitter(t *testing.T) {
	faults := pauses(Fault)
	for _, tt := range []struct {
		n      int
		random float64
		want   time.Duration
	}{
		{1, 0, 400 * time.Millisecond}, {1, 1, 600 * time.Millisecond}, {3, 0.5, 2 * time.Second}, {8, 0.5, 30 * time.Second},
		{8, 0, 24 * time.Second}, {99, 0.5, 30 * time.Second},
	} {
		if got := faults.pause(tt.n, tt.random); got != tt.want {
			t.Errorf("pause %d is %s, not %s", tt.n, got, tt.want)
		}
	}
}

// served is a client of a server that answers like handle.
func served(t *testing.T, handle http.HandlerFunc) (*Client, Request, *fakeClock) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	clock := newFakeClock()
	client := &Client{
		HTTP: WithoutRedirects(server.Client()), Clock: clock, Random: func() float64 { return 0.5 }, MaxAnswer: 1 << 10, MaxThrottles: 3,
	}
	return client, Request{Method: http.MethodGet, URL: server.URL, Path: "/"}, clock
}

func TestDo_boundsWhatIsRead(t *testing.T) {
	for _, status := range []int{200, 400, 429, 502} {
		sent := 0
		client, request, _ := served(t, func(w http.ResponseWriter, _ *http.Request) {
			sent++
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(strings.Repeat("0", maxErrorAnswer+100)))
		})
		a, err := client.Do(t.Context(), request)
		if a.Status != status || RetryAfter(a.Header, time.Time{}) != 7*time.Second || len(a.Body) > maxErrorAnswer {
			t.Errorf("%d: answer %d with %d bytes, Retry-After %q", status, a.Status, len(a.Body), a.Header.Get("Retry-After"))
		}
		if status == 200 && (!errors.Is(err, ErrTooLong) || sent != 1) || status != 200 && err != nil {
			t.Errorf("%d: got %v after %d requests", status, err, sent)
		}
	}
}

func TestDo_waitsNoLongerThanItMay(t *testing.T) {
	for _, test := range []struct {
		asked string
		most  time.Duration
		want  string // the error
		slept int
	}{
		{"60", 0, "", 3},
		{"60", time.Minute, "", 3},
		{"61", time.Minute, "the service requires a wait of 1m1s", 0},
	} {
		client, request, clock := served(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", test.asked)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		client.MaxWait = test.most
		a, err := client.Do(t.Context(), request)
		if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want || a.Status != 429 || len(clock.sleeps) != test.slept {
			t.Errorf("asked for %s of %s: %d, %v after %v", test.asked, test.most, a.Status, err, clock.sleeps)
		}
	}
}

func TestDo_saysWhatIsUnsettled(t *testing.T) {
	for _, test := range []struct {
		name         string
		writes, once bool
		statuses     []int
		unsettled    bool
		requests     int
	}{
		{"read", false, false, []int{500, 200}, false, 2},
		{"write that may be repeated", true, false, []int{500, 200}, true, 2},
		{"write that must not be repeated", true, true, []int{500, 200}, true, 1},
		{"write that was refused first", true, true, []int{503, 200}, false, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			sent := 0
			client, request, _ := served(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.statuses[sent])
				sent++
			})
			request.Method, request.Writes, request.Once = http.MethodPost, test.writes, test.once
			a, err := client.Do(t.Context(), request)
			if err != nil || a.Unsettled != test.unsettled || sent != test.requests {
				t.Errorf("unsettled %t after %d requests, %v", a.Unsettled, sent, err)
			}
		})
	}
}

func TestDo_leavesAWriteUnsettledWhoseAnswerIsOfNoUse(t *testing.T) {
	client, request, clock := served(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("0", 2<<10)))
	})
	request.Method, request.Writes = http.MethodPut, true
	a, err := client.Do(t.Context(), request)
	if !errors.Is(err, ErrTooLong) || !a.Unsettled || len(clock.sleeps) != 0 {
		t.Errorf("unsettled %t after %v, %v", a.Unsettled, clock.sleeps, err)
	}
}

func TestDo_endsWithTheContextInAPause(t *testing.T) {
	client, request, clock := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "9")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	ctx, cancel := context.WithCancel(t.Context())
	clock.during = cancel
	a, err := client.Do(ctx, request)
	if !errors.Is(err, context.Canceled) || a.Status != 503 || err.Error() != "the service required a wait of 9s: context canceled" {
		t.Errorf("%d, %v", a.Status, err)
	}
}

func TestDo_endsWithoutADeadline(t *testing.T) {
	client, request, clock := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	client.MaxThrottles, client.MaxWait, client.MaxCall = 99, 15*time.Minute, 30*time.Minute
	a, err := client.Do(t.Context(), request)
	const want = "the service required a wait of 10m0s: the next attempt would be in 10m0s, but the call has already taken 30m0s"
	if err == nil || err.Error() != want || a.Status != 429 || len(clock.sleeps) != 3 {
		t.Errorf("%d, %v after %v", a.Status, err, clock.sleeps)
	}
}

// drip is an answer that never ends.
type drip struct {
	ctx    context.Context
	status int
}

func (d drip) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: d.status, Header: http.Header{"Retry-After": {"7"}}, Body: io.NopCloser(drip{ctx: r.Context()}), Request: r}, nil
}

func (d drip) Read(p []byte) (int, error) {
	if err := (WallClock{}).Sleep(d.ctx, time.Second); err != nil {
		return 0, err
	}
	return copy(p, " "), nil
}

func TestDo_readsNoAnswerForEver(t *testing.T) {
	for status, want := range map[int]string{200: "the response took too long: more than 1m0s", 404: ""} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			client := &Client{HTTP: &http.Client{Transport: drip{status: status}}, Clock: WallClock{}, MaxAnswer: 1 << 20, MaxExchange: time.Minute}
			a, err := client.Do(t.Context(), Request{Method: http.MethodGet, URL: "https://graph.example.com"})
			if err == nil && want != "" || err != nil && err.Error() != want || a.Status != status || RetryAfter(a.Header, begin) != 7*time.Second {
				t.Errorf("%d, %v", a.Status, err)
			}
			if took := time.Since(begin); took != time.Minute {
				t.Errorf("took %s", took)
			}
		})
	}
}

// A sign-in inside an attempt has had its own attempts, and none of the call's requests has left.
func TestDo_doesNotRepeatAFailedSignIn(t *testing.T) {
	client, request, clock := served(t, nil)
	request.Method, request.Writes = http.MethodPost, true
	attempts := 0
	request.Attempt = func(context.Context, Send) (Answer, error) {
		attempts++
		return Answer{}, fmt.Errorf("signing in: %w", &Broken{Err: io.ErrUnexpectedEOF, sent: true})
	}
	a, err := client.Do(t.Context(), request)
	if err == nil || a.Unsettled || attempts != 1 || len(clock.sleeps) != 0 {
		t.Errorf("%d attempts, unsettled %t, %v after %v", attempts, a.Unsettled, err, clock.sleeps)
	}
}
