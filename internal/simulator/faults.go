// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/base64"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Fault makes some requests go wrong.
type Fault struct {
	Method string // Method of the requests, any if empty
	Path   string // Path pattern of the requests, any if empty; see MatchPath
	Writes bool   // leaves alone requests that change nothing, see Request.IsWrite
	Skip   int    // lets that many matching requests through first
	Count  int    // how many requests the fault then hits: one if 0, all that follow if negative
	Effect Effect // what happens to them
}

// Effect is what a fault does to a request. Use one of the functions that return it.
type Effect struct {
	// when the fault strikes instead of, or after, the work of the request.
	after bool
	delay time.Duration
	drop  bool
	do    func()
	// answer takes the place of the original one, which is nil unless the fault strikes after the work.
	answer func(c *call, original *reply) (*reply, error)
}

// Throttled answers 429 and asks to come back after a number of seconds.
func Throttled(after time.Duration) Effect {
	return throttled(func(*call) string { return strconv.Itoa(int(after / time.Second)) })
}

// ThrottledUntil answers 429 and asks to come back at a moment, counted from now on the simulated clock and written as
// an HTTP date.
func ThrottledUntil(after time.Duration) Effect {
	return throttled(func(c *call) string { return c.s.clock.Now().Add(after).UTC().Format(http.TimeFormat) })
}

// ThrottledBare answers 429 without saying when to come back.
func ThrottledBare() Effect {
	return Fails(http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
}

func throttled(retryAfter func(*call) string) Effect {
	return failing(func(c *call) error {
		return refuse(http.StatusTooManyRequests, "TooManyRequests", "Too many requests.").with("Retry-After", retryAfter(c))
	})
}

// failing answers with an error, before the request could do anything.
func failing(why func(*call) error) Effect {
	return Effect{answer: func(c *call, _ *reply) (*reply, error) { return nil, why(c) }}
}

// Fails answers with a status and an error, before the request could do anything. The error has the shape of the service
// that the path belongs to: of Graph, or of GoTo, whose token endpoint takes the code for that of OAuth.
func Fails(status int, code, message string) Effect {
	return failing(func(*call) error { return refuse(status, code, "%s", message) })
}

// Misses answers 404 as if what the path ends with did not exist, as a replica does that lags behind. On a path of
// synchronization it is the job that is missing, and the code that of the variant.
func Misses() Effect {
	return failing(func(c *call) error { return &store.NotFoundError{Kind: store.MissingJob, ID: path.Base(c.r.URL.Path)} })
}

// FailsAfter does what was asked, and then answers like Fails as if it had not.
func FailsAfter(status int, code, message string) Effect {
	e := Fails(status, code, message)
	e.after = true
	return e
}

// Unavailable answers 503 and asks to come back after a number of seconds.
func Unavailable(after time.Duration) Effect {
	return failing(func(*call) error {
		return refuse(http.StatusServiceUnavailable, "serviceNotAvailable", "The service is temporarily unavailable.").
			with("Retry-After", strconv.Itoa(int(after/time.Second)))
	})
}

// DropsBefore closes the connection before the request could do anything. With HTTP/2, where the connection carries other
// requests too, it resets the request's stream.
func DropsBefore() Effect { return Effect{drop: true} }

// DropsAfter does what was asked and then drops the request like DropsBefore.
func DropsAfter() Effect { return Effect{drop: true, after: true} }

// Interrupts does something, such as ending the client's patience, and then drops the request, after doing what was asked or
// instead of it.
func Interrupts(after bool, do func()) Effect { return Effect{drop: true, after: after, do: do} }

// Delays lets time pass on the simulated clock before the request is served.
func Delays(d time.Duration) Effect { return Effect{delay: d} }

// LacksPermission answers as if the client lacked the permission for the operation, in the way of the service that the
// path belongs to.
func LacksPermission() Effect { return failing((*call).forbidden) }

// ClaimsChallenge answers 401 and demands a new token with the claims, a JSON document.
func ClaimsChallenge(claims string) Effect {
	return failing(func(c *call) error {
		return refuse(http.StatusUnauthorized, "InvalidAuthenticationToken",
			"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp").
			with("WWW-Authenticate", `Bearer realm="", authorization_uri="`+c.s.AuthorityURL()+`/common/oauth2/authorize", `+
				`client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="`+
				base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	})
}

// Answers replaces the answer, before the request could do anything.
func Answers(status int, contentType, body string) Effect {
	return Effect{answer: func(*call, *reply) (*reply, error) {
		return (&reply{status: status, body: []byte(body)}).with("Content-Type", contentType), nil
	}}
}

// AnswersHTML answers with a page for people, as a proxy in between does.
func AnswersHTML(status int) Effect {
	return Answers(status, "text/html; charset=utf-8",
		"<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Something is in the way</h1></body></html>")
}

// AnswersNothing answers with a status and no body.
func AnswersNothing(status int) Effect {
	return Effect{answer: func(*call, *reply) (*reply, error) { return &reply{status: status}, nil }}
}

// Truncates does what was asked and sends only the first half of the answer.
func Truncates() Effect {
	return Effect{after: true, answer: func(_ *call, original *reply) (*reply, error) {
		half := &reply{status: http.StatusOK, body: original.body[:len(original.body)/2]}
		return half.with("Content-Type", "application/json"), nil
	}}
}

// RefusesSignIn answers a token request with the AADSTS error of that number, such as 7000222 for an expired secret.
func RefusesSignIn(number int) Effect {
	return failing(func(c *call) error { return c.refuseSignIn(number, "") })
}

// Faults is a script of faults. The first fault that matches a request and is not used up hits it.
type Faults struct {
	mu     sync.Mutex
	script []*Fault
}

// Add puts faults at the end of the script.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		if fault.Count == 0 {
			fault.Count = 1
		}
		f.script = append(f.script, &fault)
	}
}

// Clear empties the script.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = nil
}

// Pending returns the faults that have not hit all the requests they are meant for, so a test can tell a fault
// that never struck.
func (f *Faults) Pending() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var pending []Fault
	for _, fault := range f.script {
		pending = append(pending, *fault)
	}
	return pending
}

// strike returns the effect that hits a request.
func (f *Faults) strike(method, requestPath string) (Effect, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.script {
		if fault.Method != "" && !strings.EqualFold(fault.Method, method) || fault.Path != "" && !MatchPath(fault.Path, requestPath) ||
			fault.Writes && !(Request{Method: method, Path: requestPath}).IsWrite() {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		if fault.Count > 0 {
			if fault.Count--; fault.Count == 0 {
				f.script = slices.Delete(f.script, i, i+1)
			}
		}
		return fault.Effect, true
	}
	return Effect{}, false
}
