// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const (
	ms = time.Millisecond
	s  = time.Second
)

var testRef = JobRef{ServicePrincipalID: testSP, JobID: testJob}

// outcome is what a caller can tell of an error.
type outcome struct {
	Failed     bool
	Status     int
	Code       string
	Ambiguous  bool
	RetryAfter time.Duration
}

func outcomeOf(t *testing.T, err error) outcome {
	t.Helper()
	if err == nil {
		return outcome{}
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("not an *Error: %v", err)
	}
	return outcome{true, e.StatusCode, e.Code, e.Ambiguous, e.RetryAfter}
}

func TestCall_retryRules(t *testing.T) {
	get := func(ctx context.Context, c *Client) error { _, err := c.GetJob(ctx, testRef); return err }
	put := func(ctx context.Context, c *Client) error {
		return c.PutSecrets(ctx, testSP, []KeyValue{{"SyncAll", "false"}})
	}
	patch := func(ctx context.Context, c *Client) error {
		return c.UpdateApplication(ctx, testSP, ApplicationPatch{})
	}
	remove := func(ctx context.Context, c *Client) error { return c.DeleteJob(ctx, testRef) }
	create := func(ctx context.Context, c *Client) error { _, err := c.CreateJob(ctx, testSP, "EXAMPLE"); return err }
	start := func(ctx context.Context, c *Client) error { return c.StartJob(ctx, testRef) }
	pause := func(ctx context.Context, c *Client) error { return c.PauseJob(ctx, testRef) }
	restart := func(ctx context.Context, c *Client) error { return c.RestartJob(ctx, testRef, "") }
	parse := func(ctx context.Context, c *Client) error {
		_, err := c.ParseExpression(ctx, testRef, "[mail]")
		return err
	}
	validate := func(ctx context.Context, c *Client) error {
		return c.ValidateCredentials(ctx, testSP, "EXAMPLE", []KeyValue{{"Password", "geheim"}})
	}
	batchOf := func(method string) func(ctx context.Context, c *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.Batch(ctx, []BatchRequest{{Method: method, URL: "/users/1"}})
			return err
		}
	}
	resolve := func(ctx context.Context, c *Client) error {
		_, err := c.GetPrincipals(ctx, []string{testSP})
		return err
	}

	dropped := reply{err: io.ErrUnexpectedEOF}
	refused := reply{err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}}
	job := answer(200, `{"id":"EXAMPLE.job.1"}`)
	created := answer(201, `{"id":"EXAMPLE.job.1"}`)
	nothing := answer(204, "")
	badRequest := answer(400, `{"error":{"code":"Request_BadRequest","message":"no"}}`)
	nested := `{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"ExampleInvalidCredentials\",\"message\":\"wrong\"}}"}}`
	date := newFakeClock().Now().Add(90 * s).Format(http.TimeFormat)
	backOff := []time.Duration{500 * ms, 1 * s, 2 * s, 4 * s}

	for _, test := range []struct {
		name      string
		call      func(context.Context, *Client) error
		replies   []reply
		wantCalls int
		wantWaits []time.Duration
		want      outcome
	}{
		{"success", get, []reply{job}, 1, nil, outcome{}},
		{"throttled GET waits as asked", get, []reply{answer(429, "", "Retry-After", "7"), job}, 2, []time.Duration{7 * s}, outcome{}},
		{"throttled POST waits as asked", create, []reply{answer(429, "", "Retry-After", "7"), created}, 2, []time.Duration{7 * s}, outcome{}},
		{"above a minute", create, []reply{answer(429, "", "Retry-After", "300"), created}, 2, []time.Duration{300 * s}, outcome{}},
		{"as a date", get, []reply{answer(429, "", "Retry-After", date), job}, 2, []time.Duration{90 * s}, outcome{}},
		{"zero and nonsense mean back-off", get, []reply{answer(429, "", "Retry-After", "0"), answer(429, "", "Retry-After", "soon"), job}, 3, []time.Duration{1 * s, 2 * s}, outcome{}},
		{"without Retry-After", start, []reply{answer(429, ""), answer(429, ""), answer(429, ""), nothing}, 4, []time.Duration{1 * s, 2 * s, 4 * s}, outcome{}},
		{"unavailable GET", get, []reply{answer(503, ""), job}, 2, []time.Duration{1 * s}, outcome{}},
		{"unavailable POST has not acted", create, []reply{answer(503, "", "Retry-After", "3"), created}, 2, []time.Duration{3 * s}, outcome{}},

		{"GET 500", get, []reply{answer(500, ""), answer(502, ""), answer(504, ""), answer(408, ""), job}, 5, backOff, outcome{}},
		{"GET 500 for ever", get, []reply{answer(500, `{"error":{"code":"InternalError"}}`)}, 5, backOff, outcome{Failed: true, Status: 500, Code: "InternalError"}},
		{"GET 504 with Retry-After", get, []reply{answer(504, "", "Retry-After", "20"), job}, 2, []time.Duration{20 * s}, outcome{}},
		{"GET dropped", get, []reply{dropped, job}, 2, backOff[:1], outcome{}},
		{"GET dropped for ever", get, []reply{dropped}, 5, backOff, outcome{Failed: true}},
		{"GET with a body that breaks off", get, []reply{{status: 200, body: `{"id":`, cut: true}, job}, 2, backOff[:1], outcome{}},
		{"GET with a malformed body", get, []reply{answer(200, `{"id":`), job}, 2, backOff[:1], outcome{}},
		{"GET with a malformed body for ever", get, []reply{answer(200, `{"id":`)}, 5, backOff, outcome{Failed: true, Status: 200}},
		{"GET without a body", get, []reply{answer(200, ``)}, 1, nil, outcome{Failed: true, Status: 200}},
		{"GET of another form", get, []reply{answer(200, `{"id":7}`)}, 1, nil, outcome{Failed: true, Status: 200}},
		{"PUT 500", put, []reply{answer(500, ""), nothing}, 2, backOff[:1], outcome{}},
		{"PUT dropped", put, []reply{dropped, nothing}, 2, backOff[:1], outcome{}},
		{"PUT dropped for ever", put, []reply{dropped}, 5, backOff, outcome{Failed: true, Ambiguous: true}},
		{"PUT dropped, then refused", put, []reply{dropped, badRequest}, 2, backOff[:1], outcome{Failed: true, Status: 400, Code: "Request_BadRequest"}},
		{"PATCH 502", patch, []reply{answer(502, ""), nothing}, 2, backOff[:1], outcome{}},
		{"DELETE 504", remove, []reply{answer(504, ""), nothing}, 2, backOff[:1], outcome{}},
		{"DELETE dropped after it acted", remove, []reply{dropped, answer(404, "")}, 2, backOff[:1], outcome{}},

		{"POST 500", create, []reply{answer(500, ""), created}, 1, nil, outcome{Failed: true, Status: 500, Ambiguous: true}},
		{"POST 502", start, []reply{answer(502, ""), nothing}, 1, nil, outcome{Failed: true, Status: 502, Ambiguous: true}},
		{"POST 504", restart, []reply{answer(504, ""), nothing}, 1, nil, outcome{Failed: true, Status: 504, Ambiguous: true}},
		{"POST dropped", create, []reply{dropped, created}, 1, nil, outcome{Failed: true, Ambiguous: true}},
		{"POST with a body that breaks off", create, []reply{{status: 201, body: `{"id":`, cut: true}, created}, 1, nil, outcome{Failed: true, Status: 201, Ambiguous: true}},
		{"POST with a malformed body", create, []reply{answer(201, `<`), created}, 1, nil, outcome{Failed: true, Status: 201, Ambiguous: true}},
		{"POST with an answer of another form", create, []reply{answer(201, `{"id":7}`), created}, 1, nil, outcome{Failed: true, Status: 201, Ambiguous: true}},
		{"POST without an id", create, []reply{answer(201, `{}`), created}, 1, nil, outcome{Failed: true, Status: 201, Ambiguous: true}},
		{"POST throttled, then dropped", create, []reply{answer(429, "", "Retry-After", "2"), dropped, created}, 2, []time.Duration{2 * s}, outcome{Failed: true, Ambiguous: true}},
		{"POST 400", create, []reply{badRequest}, 1, nil, outcome{Failed: true, Status: 400, Code: "Request_BadRequest"}},
		{"POST that could not connect", create, []reply{refused, created}, 2, backOff[:1], outcome{}},
		{"POST that can never connect", create, []reply{refused}, 5, backOff, outcome{Failed: true}},
		{"pausing twice is pausing once", pause, []reply{answer(500, ""), dropped, nothing}, 3, backOff[:2], outcome{}},

		{"parseExpression reads", parse, []reply{answer(500, ""), dropped, answer(200, `{"parsingSucceeded":true}`)}, 3, backOff[:2], outcome{}},
		{"validateCredentials reads", validate, []reply{answer(500, ""), dropped, nothing}, 3, backOff[:2], outcome{}},
		{"validateCredentials with a verdict", validate, []reply{answer(500, nested), nothing}, 1, nil, outcome{Failed: true, Status: 500, Code: "ExampleInvalidCredentials"}},
		{"PUT with a nested 500", put, []reply{answer(500, nested), nothing}, 2, backOff[:1], outcome{}},
		{"getByIds reads", resolve, []reply{answer(500, ""), dropped, answer(200, `{"value":[]}`)}, 3, backOff[:2], outcome{}},
		{"batch of GET", batchOf("GET"), []reply{answer(500, ""), answer(200, `{"responses":[]}`)}, 2, backOff[:1], outcome{}},
		{"batch with a write", batchOf("DELETE"), []reply{answer(500, "")}, 1, nil, outcome{Failed: true, Status: 500, Ambiguous: true}},
		{"throttled batch with a write", batchOf("DELETE"), []reply{answer(429, "", "Retry-After", "2"), answer(200, `{"responses":[]}`)}, 2, []time.Duration{2 * s}, outcome{}},

		{"404", get, []reply{answer(404, "")}, 1, nil, outcome{Failed: true, Status: 404}},
		{"403", get, []reply{answer(403, `{"error":{"code":"Authorization_RequestDenied","message":""}}`)}, 1, nil, outcome{Failed: true, Status: 403, Code: "Authorization_RequestDenied"}},
		{"redirect", get, []reply{answer(302, "", "Location", "https://elsewhere.example.com/")}, 1, nil, outcome{Failed: true, Status: 302}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, test.replies...)
			err := test.call(t.Context(), b.Client)
			if got := outcomeOf(t, err); got != test.want {
				t.Errorf("outcome %+v, want %+v (%v)", got, test.want, err)
			}
			if got := len(b.service.seen); got != test.wantCalls {
				t.Errorf("%d requests, want %d", got, test.wantCalls)
			}
			if diff := cmp.Diff(test.wantWaits, b.clock.sleeps); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			for i, request := range b.service.seen {
				first := b.service.seen[0]
				if request.body != first.body || request.method != first.method || request.target != first.target {
					t.Errorf("attempt %d differs from the first: %+v", i+1, request)
				}
				if id := request.header.Get("client-request-id"); id == "" || id != first.header.Get("client-request-id") {
					t.Errorf("attempt %d has client-request-id %q", i+1, id)
				}
				if b.exchanges[i].Attempt != i+1 {
					t.Errorf("exchange %d is logged as attempt %d", i+1, b.exchanges[i].Attempt)
				}
			}
		})
	}
}

func TestCall_boundsThrottling(t *testing.T) {
	b := newBench(t, answer(429, "", "Retry-After", "2"))
	_, err := b.GetJob(t.Context(), testRef)
	if got := outcomeOf(t, err); got.Status != 429 || got.RetryAfter != 2*s {
		t.Errorf("outcome %+v", got)
	}
	if got := len(b.service.seen); got != maxThrottles+1 {
		t.Errorf("%d requests, want %d", got, maxThrottles+1)
	}
}

func TestCall_failsAtOnceWhenTheDeadlineComesBeforeTheRetry(t *testing.T) {
	b := newBench(t, answer(429, `{"error":{"code":"TooManyRequests","message":"slow down"}}`, "Retry-After", "7200"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	_, err := b.CreateJob(ctx, testSP, "EXAMPLE")
	want := outcome{Failed: true, Status: 429, Code: "TooManyRequests", RetryAfter: 2 * time.Hour}
	if got := outcomeOf(t, err); got != want {
		t.Errorf("outcome %+v, want %+v", got, want)
	}
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the service required a wait of 2h0m0s") {
		t.Errorf("error %v", err)
	}
	if len(b.clock.sleeps) != 0 || len(b.service.seen) != 1 {
		t.Errorf("slept %v, %d requests", b.clock.sleeps, len(b.service.seen))
	}
}

func TestCall_canceledDuringAWriteIsAmbiguous(t *testing.T) {
	for _, test := range []struct {
		name string
		call func(context.Context, *Client) error
		want bool
	}{
		{"POST", func(ctx context.Context, c *Client) error { return c.StartJob(ctx, testRef) }, true},
		{"PUT", func(ctx context.Context, c *Client) error { return c.PutSecrets(ctx, testSP, nil) }, true},
		{"GET", func(ctx context.Context, c *Client) error { _, err := c.GetJob(ctx, testRef); return err }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, reply{err: context.Canceled})
			ctx, cancel := context.WithCancel(t.Context())
			b.service.during = func(int) { cancel() }
			err := test.call(ctx, b.Client)
			if !errors.Is(err, context.Canceled) || IsAmbiguous(err) != test.want || len(b.service.seen) != 1 {
				t.Errorf("error %v after %d requests", err, len(b.service.seen))
			}
		})
	}
}

func TestCall_canceledBeforeSendingIsNotAmbiguous(t *testing.T) {
	b := newBench(t, answer(204, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.StartJob(ctx, testRef)
	if !errors.Is(err, context.Canceled) || IsAmbiguous(err) {
		t.Errorf("error %v", err)
	}
}

func TestWithReplicationWait_repeatsNotFound(t *testing.T) {
	missing := answer(404, `{"error":{"code":"Request_ResourceNotFound"}}`)
	for _, test := range []struct {
		name      string
		call      func(context.Context, *Client) error
		replies   []reply
		wantWaits []time.Duration
		want      outcome
	}{
		{"read", func(ctx context.Context, c *Client) error { _, err := c.GetServicePrincipal(ctx, testSP); return err },
			[]reply{missing, missing, answer(200, `{"id":"`+testSP+`"}`)}, []time.Duration{500 * ms, 1 * s}, outcome{}},
		{"create below what was just created", func(ctx context.Context, c *Client) error { _, err := c.CreateJob(ctx, testSP, "EXAMPLE"); return err },
			[]reply{missing, answer(201, `{"id":"EXAMPLE.job.1"}`)}, []time.Duration{500 * ms}, outcome{}},
		{"for ever", func(ctx context.Context, c *Client) error { _, err := c.GetServicePrincipal(ctx, testSP); return err },
			[]reply{missing}, []time.Duration{500 * ms, 1 * s, 2 * s, 4 * s, 8 * s, 10 * s}, outcome{Failed: true, Status: 404, Code: "Request_ResourceNotFound"}},
		{"delete", func(ctx context.Context, c *Client) error { return c.DeleteJob(ctx, testRef) },
			[]reply{missing}, nil, outcome{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.replies...)
			err := test.call(WithReplicationWait(t.Context(), 30*s), b.Client)
			if got := outcomeOf(t, err); got != test.want {
				t.Errorf("outcome %+v, want %+v", got, test.want)
			}
			if diff := cmp.Diff(test.wantWaits, b.clock.sleeps); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

// lateReader answers the first request before it has read the body and reads on during the second, as the transport of
// net/http may.
type lateReader struct {
	first  io.Reader
	bodies []string
}

func (l *lateReader) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.first == nil {
		l.first = r.Body
		return &http.Response{StatusCode: 429, Body: http.NoBody, Request: r}, nil
	}
	if _, err := io.CopyN(io.Discard, l.first, 10); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	again, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	repeated, err := io.ReadAll(again)
	if err != nil {
		return nil, err
	}
	l.bodies = append(l.bodies, string(body), string(repeated))
	return &http.Response{StatusCode: 204, Body: http.NoBody, Request: r}, nil
}

func TestCall_attemptsDoNotShareTheirBody(t *testing.T) {
	late := &lateReader{}
	client, err := New(Options{
		Endpoint: "https://graph.example.com", Credential: &fakeCredential{}, HTTPClient: &http.Client{Transport: late}, Clock: newFakeClock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RestartJob(t.Context(), testRef, "Full"); err != nil {
		t.Fatal(err)
	}
	const want = `{"criteria":{"resetScope":"Full"}}`
	if diff := cmp.Diff([]string{want, want}, late.bodies); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The largest schemas are a few megabytes; what never ends must not take all memory.
func TestClient_readsSixtyFourMebibytesAndNoMore(t *testing.T) {
	for _, more := range []int{0, 1} {
		const listing = `{"value":[]}`
		b := newBench(t, answer(200, listing+strings.Repeat(" ", 64<<20-len(listing)+more)))
		_, err := b.ListJobs(t.Context(), testSP)
		if tooLong := errors.Is(err, wire.ErrTooLong); tooLong != (more > 0) || !tooLong && err != nil {
			t.Errorf("64 MiB and %d bytes: %v", more, err)
		}
		if len(b.service.seen) != 1 {
			t.Errorf("%d requests", len(b.service.seen))
		}
	}
}
