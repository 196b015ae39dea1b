// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

// call is one operation, however many HTTP exchanges it takes.
type call struct {
	method string
	path   string // below the version, escaped; see pathOf
	needs  Permission
	query  string // encoded; see query
	link   string // a whole URL in place of path and query: the next page
	body   any
	// reads marks a POST that changes nothing, so that it may be repeated like a GET.
	reads bool
	// idempotent marks a POST that changes no more when done twice.
	idempotent bool
	// verdict500 marks a call whose 500 is the answer when it carries an error of the service behind: having the
	// service try a wrong password again and again may lock the account.
	verdict500 bool
	// pace holds the call back where the service takes only a few a window; nil for no limit.
	pace *window
	// secrets must not appear in an error, should the service repeat them.
	secrets []string
}

// callState is what the policies of one call share.
type callState struct {
	repeatable bool // an attempt may follow one that perhaps took effect
	writes     bool
	verdict500 bool
	waitsFor   waitForReplica
	// body is copied for each attempt: a transport may still read the one of an attempt that was answered early.
	body     []byte
	attempts int  // exchanges so far
	sent     bool // whether the current attempt may have reached the server
	// unsettled is set once an attempt may have taken effect without telling.
	unsettled bool
}

// exchangeError is a broken exchange.
type exchangeError struct {
	err error
	// sent is false if the request surely never left.
	sent bool
	// final is set when trying again cannot help, such as for a certificate that does not verify.
	final      bool
	statusCode int // of an answer whose body could not be used
	requestID  string
}

func (e *exchangeError) Error() string { return e.err.Error() }

func (e *exchangeError) Unwrap() error { return e.err }

// How much of a body is read. The largest legitimate answers, schemas, are a few megabytes.
const (
	maxAnswer      = 64 << 20
	maxErrorAnswer = 1 << 20
)

// newPipeline builds the azcore pipeline. azcore's own retry policy is switched off: it replays POST after answers that
// leave the effect open and gives up on a Retry-After above a minute.
func newPipeline(httpClient *http.Client, perCall, perRetry []policy.Policy) runtime.Pipeline {
	// A redirect could carry a write elsewhere or end at a proxy's sign-in page; neither is an answer of the API.
	noRedirects := *httpClient
	noRedirects.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return runtime.NewPipeline("graph", "v1.0", runtime.PipelineOptions{PerCall: perCall, PerRetry: perRetry}, &policy.ClientOptions{
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Telemetry: policy.TelemetryOptions{Disabled: true},
		Transport: &noRedirects,
	})
}

// do runs a call and decodes the body of its answer into out, unless out is nil.
func (c *Client) do(ctx context.Context, in call, out any) error {
	if in.pace != nil {
		if err := in.pace.wait(ctx, c.clock); err != nil {
			return fmt.Errorf("%s %s: %w", in.method, redactPath(in.path), err)
		}
	}
	target := in.link
	if target == "" {
		target = c.endpoint.String() + "/v1.0" + in.path
		if in.query != "" {
			target += "?" + in.query
		}
	}
	req, err := runtime.NewRequest(ctx, in.method, target)
	if err != nil {
		return fmt.Errorf("%s %s: the address is malformed", in.method, redactPath(in.path))
	}
	if in.body != nil {
		body, err := json.Marshal(in.body)
		if err != nil {
			return fmt.Errorf("%s %s: encoding the body: %w", in.method, redactPath(in.path), err)
		}
		if err := req.SetBody(streaming.NopCloser(bytes.NewReader(body)), "application/json"); err != nil {
			return err
		}
	}
	id := c.newID()
	req.Raw().Header.Set("client-request-id", id)
	if in.method != http.MethodGet && !in.reads {
		c.wrote.Store(true)
	}
	state := &callState{
		repeatable: in.method != http.MethodPost || in.reads || in.idempotent,
		writes:     in.method != http.MethodGet && !in.reads,
		verdict500: in.verdict500,
		waitsFor:   replicationWait(ctx),
	}
	req.SetOperationValue(state)
	runtime.SkipBodyDownload(req)
	resp, err := c.pipeline.Do(req)
	result := c.finish(req, resp, err, state, out)
	if e, ok := errors.AsType[*Error](result); ok {
		e.ClientRequestID, e.Needs = id, in.needs
		e.Message = withoutSecrets(e.Message, in.secrets)
	}
	return result
}

// finish turns what came out of the pipeline into the result of the call.
func (c *Client) finish(req *policy.Request, resp *http.Response, err error, state *callState, out any) error {
	method, path := req.Raw().Method, redactPath(req.Raw().URL.EscapedPath())
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			return e
		}
		if e, ok := errors.AsType[*AuthError](err); ok {
			return e
		}
		broken, ok := errors.AsType[*exchangeError](err)
		switch {
		case ok:
			return &Error{
				Method: method, Path: path, StatusCode: broken.statusCode, RequestID: broken.requestID,
				Ambiguous: state.unsettled, Err: broken.err,
			}
		case state.unsettled:
			return &Error{Method: method, Path: path, Ambiguous: true, Err: err}
		}
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	body, err := io.ReadAll(resp.Body) // buffered by exchangePolicy
	if err != nil {
		return err
	}
	if !succeeded(resp) {
		e := newError(method, path, resp.StatusCode, resp.Header, body, c.clock.Now())
		e.Ambiguous = state.unsettled && !definite(resp.StatusCode)
		return e
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &Error{
			Method: method, Path: path, StatusCode: resp.StatusCode, RequestID: resp.Header.Get("request-id"),
			Ambiguous: state.writes, Err: fmt.Errorf("the answer does not have the expected form: %w", jsonProblem(err)),
		}
	}
	return nil
}

// definite reports whether a status settles the outcome of a write, also after attempts that broke.
func definite(status int) bool {
	return status >= 300 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
}

func succeeded(resp *http.Response) bool { return resp.StatusCode >= 200 && resp.StatusCode < 300 }

// jsonProblem drops values of the document from a decoding error.
func jsonProblem(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s is not a %s", e.Field, e.Type)
	}
	return err
}

// withoutSecrets blanks secrets that a service repeats, also as part of JSON.
func withoutSecrets(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret == "" || secret == MaskedValue {
			continue
		}
		text = strings.ReplaceAll(text, secret, "(redacted)")
		quoted, err := json.Marshal(secret)
		if err == nil {
			text = strings.ReplaceAll(text, string(quoted[1:len(quoted)-1]), "(redacted)")
		}
	}
	return text
}

// headerPolicy sets the headers that all requests share.
type headerPolicy struct{ userAgent string }

func (p headerPolicy) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set("Accept", "application/json")
	req.Raw().Header.Set("User-Agent", p.userAgent)
	return req.Next()
}

// exchangePolicy is the innermost: it carries out one HTTP exchange, reads the body within bounds so that what is above
// it sees whole answers or an *exchangeError, and reports to the log.
type exchangePolicy struct {
	clock Clock
	log   func(context.Context, Exchange)
}

func (p exchangePolicy) Do(req *policy.Request) (*http.Response, error) {
	var state *callState
	req.OperationValue(&state) // retryPolicy put it there
	ctx := req.Raw().Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	state.attempts++
	state.sent = true
	var asked, connected bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked = true },
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	}
	start := p.clock.Now()
	req = req.WithContext(httptrace.WithClientTrace(ctx, trace))
	if state.body != nil {
		req.Raw().GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(state.body)), nil }
		req.Raw().Body = io.NopCloser(bytes.NewReader(state.body))
	}
	resp, err := req.Next()
	if err != nil {
		state.sent = !neverSent(err, asked, connected)
		err = &exchangeError{err: bareError(err), sent: state.sent, final: hopeless(err)}
		resp = nil
	} else {
		err = buffer(resp)
	}
	if p.log != nil {
		now := p.clock.Now()
		e := Exchange{
			Method:   req.Raw().Method,
			Path:     redactPath(req.Raw().URL.EscapedPath()),
			Attempt:  state.attempts,
			Duration: now.Sub(start),
			Err:      err,
		}
		if resp != nil {
			e.StatusCode = resp.StatusCode
			e.RequestID = resp.Header.Get("request-id")
			e.RetryAfter = retryAfter(resp.Header, now)
		}
		p.log(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// buffer replaces the body of an answer by a copy in memory. A success whose body is cut off or not JSON is a broken
// exchange, of an error whatever can be read is kept.
func buffer(resp *http.Response) error {
	limit := int64(maxErrorAnswer)
	if succeeded(resp) {
		limit = maxAnswer
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	_ = resp.Body.Close() // after the bytes are here nothing depends on it
	if succeeded(resp) {
		broken := &exchangeError{sent: true, statusCode: resp.StatusCode, requestID: resp.Header.Get("request-id")}
		switch {
		case err != nil:
			broken.err = fmt.Errorf("the answer broke off: %w", bareError(err))
			return broken
		case int64(len(body)) > limit:
			broken.err = fmt.Errorf("the answer is longer than %d MiB", limit>>20)
			broken.final = true
			return broken
		case len(bytes.TrimSpace(body)) > 0 && !json.Valid(body):
			broken.err = errors.New("the answer is not valid JSON")
			return broken
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// bareError drops the wrapping of net/http, which repeats the whole URL with its query.
func bareError(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
