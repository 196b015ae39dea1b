// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestNewError_readsEveryShapeOfBody(t *testing.T) {
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"nbf":{"essential":true}}}`))
	for _, test := range []struct {
		name   string
		status int
		header http.Header
		body   string
		want   Error
	}{
		{
			"Graph error", 404, nil,
			`{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist.","innerError":{"date":"2030-01-02T03:04:05","request-id":"8888","client-request-id":"9999"}}}`,
			Error{Code: "Request_ResourceNotFound", OuterCode: "Request_ResourceNotFound", Message: "Resource 'x' does not exist.", RequestID: "8888"},
		},
		{
			"request id from the header", 404, header("request-id", "7777"),
			`{"error":{"code":"A","message":"b","innerError":{"request-id":"8888"}}}`,
			Error{Code: "A", OuterCode: "A", Message: "b", RequestID: "7777"},
		},
		{
			"JSON inside JSON", 400, nil,
			`{"error":{"code":"UnknownError","message":"{\r\n  \"error\":{\r\n    \"code\":\"InvalidNotificationSettings\",\"message\":null,\"target\":null,\"details\":[],\"innerError\":null\r\n  }\r\n}","innerError":{"request-id":"8888"}}}`,
			Error{Code: "InvalidNotificationSettings", OuterCode: "UnknownError", RequestID: "8888"},
		},
		{
			"JSON inside JSON inside JSON", 400, nil,
			`{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"BadRequest\",\"message\":\"{\\\"error\\\":{\\\"code\\\":\\\"Inner\\\",\\\"message\\\":\\\"the reason\\\"}}\"}}"}}`,
			Error{Code: "Inner", OuterCode: "UnknownError", Message: "the reason"},
		},
		{
			"Message of a web service", 404, nil,
			`{"error":{"code":"UnknownError","message":"{\"Message\":\"No HTTP resource was found that matches the request URI 'x'.\"}"}}`,
			Error{Code: "UnknownError", OuterCode: "UnknownError", Message: "No HTTP resource was found that matches the request URI 'x'."},
		},
		{
			"inner code", 400, nil,
			`{"error":{"code":"BadRequest","message":"no","innerError":{"code":"outer","innerError":{"code":"invalidThing"}}}}`,
			Error{Code: "invalidThing", OuterCode: "BadRequest", Message: "no"},
		},
		{
			"older spelling", 400, nil, `{"error":{"code":"BadRequest","message":"no","innererror":{"request-id":"8888"}}}`,
			Error{Code: "BadRequest", OuterCode: "BadRequest", Message: "no", RequestID: "8888"},
		},
		{
			"a message that only starts like JSON", 400, nil, `{"error":{"code":"A","message":"{not} allowed"}}`,
			Error{Code: "A", OuterCode: "A", Message: "{not} allowed"},
		},
		{"OAuth error", 400, nil, `{"error":"invalid_grant","error_description":"expired"}`, Error{Code: "invalid_grant", OuterCode: "invalid_grant", Message: "expired"}},
		{"empty body", 401, header("request-id", "7777"), ``, Error{RequestID: "7777"}},
		{"empty error", 401, nil, `{"error":{"code":"UnknownError","message":""}}`, Error{Code: "UnknownError", OuterCode: "UnknownError"}},
		{
			"HTML", 502, nil, "<!DOCTYPE html><html><head><TITLE>\n 502 Bad   Gateway</TITLE></head><body>secret</body></html>",
			Error{Message: `the response is an HTML page, not a Graph error: "502 Bad Gateway"`},
		},
		{"HTML without a title", 502, nil, "<html>secret</html>", Error{Message: "the response is an HTML page, not a Graph error"}},
		{"plain text", 503, nil, "upstream\nconnect error", Error{Message: "the response is 22 bytes of text, not a Graph error"}},
		{"broken JSON", 500, nil, `{"error":{"code":"A`, Error{Message: "the body is not a Graph error"}},
		{"Retry-After", 429, header("Retry-After", "12"), ``, Error{RetryAfter: 12 * time.Second}},
		{"Retry-After as a date", 429, header("Retry-After", "Wed, 02 Jan 2030 03:05:05 GMT"), ``, Error{RetryAfter: time.Minute}},
		{"Retry-After in the past", 429, header("Retry-After", "Wed, 02 Jan 2030 03:00:00 GMT"), ``, Error{}},
		{"Retry-After without end", 429, header("Retry-After", "1e300"), ``, Error{RetryAfter: 100 * 365 * 24 * time.Hour}},
		{"Retry-After below zero", 429, header("Retry-After", "-5"), ``, Error{}},
		{
			"claims challenge", 401, header("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+claims+`"`),
			`{"error":{"code":"InvalidAuthenticationToken","message":"Continuous access evaluation resulted in challenge"}}`,
			Error{
				Code: "InvalidAuthenticationToken", OuterCode: "InvalidAuthenticationToken",
				Message: "Continuous access evaluation resulted in challenge", Claims: `{"access_token":{"nbf":{"essential":true}}}`,
			},
		},
		{"nonsense claims", 401, header("WWW-Authenticate", `Bearer claims="?"`), ``, Error{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.header == nil {
				test.header = http.Header{}
			}
			got := newError("GET", "/v1.0/x", test.status, test.header, []byte(test.body), newFakeClock().Now())
			test.want.Method, test.want.Path, test.want.StatusCode = "GET", "/v1.0/x", test.status
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestError_isOneLine(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{
			&Error{Method: "GET", Path: "/v1.0/x", StatusCode: 404, Code: "A", Message: "one\ntwo", RequestID: "7"},
			"GET /v1.0/x: 404 Not Found, A: one two (request id 7)",
		},
		{
			&Error{Method: "POST", Path: "/v1.0/x", Ambiguous: true, Err: errors.New("EOF")},
			"POST /v1.0/x: no answer: EOF; whether it took effect is unknown",
		},
		{&Error{Method: "POST", Path: "/v1.0/x", StatusCode: 599}, "POST /v1.0/x: 599"},
		{
			&AuthError{Code: "invalid_client", Description: "AADSTS7000215:\r\nwrong", TraceID: "8"},
			"sign-in failed, invalid_client: AADSTS7000215: wrong (trace id 8)",
		},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestIs_classifiesErrors(t *testing.T) {
	type verdicts struct{ NotFound, Permission, Token, Conflict, BadRequest, Ambiguous bool }
	for _, test := range []struct {
		name string
		err  error
		want verdicts
	}{
		{"nil", nil, verdicts{}},
		{"another error", errors.New("404"), verdicts{}},
		{"404", &Error{StatusCode: 404}, verdicts{NotFound: true}},
		{"wrapped", fmt.Errorf("job: %w", &Error{StatusCode: 404}), verdicts{NotFound: true}},
		{"403", &Error{StatusCode: 403}, verdicts{Permission: true}},
		{"401 of the synchronization service", &Error{StatusCode: 401, Code: "UnknownError"}, verdicts{Permission: true}},
		{"401 without a body", &Error{StatusCode: 401}, verdicts{Permission: true}},
		{"401 with a challenge", &Error{StatusCode: 401, Claims: "{}"}, verdicts{}},
		{"401 for the token", &Error{StatusCode: 401, Code: "InvalidAuthenticationToken"}, verdicts{Token: true}},
		{"401 of the target", &Error{StatusCode: 401, Code: "ExampleInvalidCredentials", OuterCode: "UnknownError"}, verdicts{}},
		{"403 of the target", &Error{StatusCode: 403, Code: "ExampleInvalidCredentials", OuterCode: "UnknownError"}, verdicts{}},
		{"409", &Error{StatusCode: 409}, verdicts{Conflict: true}},
		{"412", &Error{StatusCode: 412}, verdicts{Conflict: true}},
		{"400", &Error{StatusCode: 400}, verdicts{BadRequest: true}},
		{"ambiguous", &Error{StatusCode: 500, Ambiguous: true}, verdicts{Ambiguous: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := verdicts{
				IsNotFound(test.err), IsPermissionDenied(test.err), IsTokenRejected(test.err), IsConflict(test.err), IsBadRequest(test.err), IsAmbiguous(test.err),
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// What a service or a transport may repeat in its answers must come out neither in errors nor in the log.
func TestCall_keepsSecretsAndPersonsOutOfErrorsAndLog(t *testing.T) {
	const password, person = `pa"ss<word>`, "ana@corp.example.com"
	secrets := []KeyValue{{"UserName", "admin"}, {"Password", password}}
	echo := `{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"A\",\"message\":\"cannot use pa\\\"ss<word> there\"}}"}}`
	html := `<html><title>oops</title>` + password + `</html>`
	for _, test := range []struct {
		name  string
		call  func(*Client) error
		reply reply
	}{
		{"PUT secrets", func(c *Client) error { return c.PutSecrets(t.Context(), testSP, secrets) }, answer(400, echo)},
		{"PUT secrets, page", func(c *Client) error { return c.PutSecrets(t.Context(), testSP, secrets) }, answer(400, html)},
		{"PUT secrets, JSON", func(c *Client) error { return c.PutSecrets(t.Context(), testSP, secrets) }, answer(400, `["`+password)},
		{"check", func(c *Client) error { return c.ValidateCredentials(t.Context(), testSP, "x", secrets) }, answer(400, echo)},
		{"check of a job", func(c *Client) error { return c.ValidateJobCredentials(t.Context(), testRef, secrets) }, answer(400, echo)},
		{"look-up", func(c *Client) error { _, err := c.GetUser(t.Context(), person); return err }, answer(404, "")},
		{"look-up with a dollar", func(c *Client) error { _, err := c.GetUser(t.Context(), "$"+person); return err }, answer(404, "")},
		{"dropped look-up", func(c *Client) error { _, err := c.GetUser(t.Context(), person); return err }, reply{err: errors.New("EOF")}},
		{
			"batch", func(c *Client) error {
				answers, err := c.Batch(t.Context(), []BatchRequest{{Method: "GET", URL: "/users/" + person + "?$select=id"}})
				return errors.Join(err, answers[0].Err)
			}, answer(200, `{"responses":[{"id":"1","status":404}]}`),
		},
		{
			"filter", func(c *Client) error {
				_, err := c.ListServicePrincipals(t.Context(), ServicePrincipalFilter{DisplayName: person})
				return err
			}, reply{err: errors.New("EOF")},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.reply)
			err := test.call(b.Client)
			if err == nil || len(b.exchanges) == 0 {
				t.Fatalf("error %v, %d lines of log", err, len(b.exchanges))
			}
			text := err.Error() + fmt.Sprintf("%+v", err) + b.log.String()
			for _, secret := range []string{password, `pa\"ss`, "word>", person, "corp.example", "token-1", "Bearer", "$select", "$filter"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q in: %s", secret, text)
				}
			}
		})
	}
}

func TestLog_reportsEveryExchange(t *testing.T) {
	b := newBench(t,
		answer(429, "", "Retry-After", "5", "request-id", "r1"),
		reply{err: errors.New("EOF")},
		answer(200, `{"id":"EXAMPLE.job.1"}`, "request-id", "r3"))
	b.service.during = func(int) { b.clock.advance(3 * time.Second) }
	if _, err := b.GetJob(context.Background(), testRef); err != nil {
		t.Fatal(err)
	}
	path := "/v1.0/servicePrincipals/" + testSP + "/synchronization/jobs/" + testJob
	want := []Exchange{
		{Method: "GET", Path: path, StatusCode: 429, RequestID: "r1", Attempt: 1, Duration: 3 * time.Second, RetryAfter: 5 * time.Second},
		{Method: "GET", Path: path, Attempt: 2, Duration: 3 * time.Second, Err: cmpopts.AnyError},
		{Method: "GET", Path: path, StatusCode: 200, RequestID: "r3", Attempt: 3, Duration: 3 * time.Second},
	}
	if diff := cmp.Diff(want, b.exchanges, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
