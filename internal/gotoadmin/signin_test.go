// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

func basicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestSignIn_asksForATokenByThePersonalAccessToken(t *testing.T) {
	b := newBench(t, nil, func(o *Options) {
		o.ClientID, o.ClientSecret, o.PersonalAccessToken = "client 1", "a+b:c/ü", " p&a=t+ü \n"
		o.UserAgent = "example/1"
	})
	if _, err := b.Account(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := b.last(t, tokenPath)
	got := map[string]any{
		"method": r.method, "target": r.target, "form": parseForm(t, r.body), "authorization": r.header.Get("Authorization"),
		"type": r.header.Get("Content-Type"), "accept": r.header.Get("Accept"), "agent": r.header.Get("User-Agent"),
		"then": b.last(t, mePath).header.Get("Authorization"),
	}
	want := map[string]any{
		"method": "POST", "target": tokenPath, "form": parseForm(t, "grant_type=personal_access_token&pat=p%26a%3Dt%2B%C3%BC"),
		"authorization": basicAuth("client+1", "a%2Bb%3Ac%2F%C3%BC"),
		"type":          "application/x-www-form-urlencoded", "accept": "application/json", "agent": "example/1",
		"then": "Bearer token-1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSignIn_triesCredentialsAsTheyAreWhereEncodingChangesThem(t *testing.T) {
	refusal := answers(401, `{"error":"invalid_client","error_description":"encoded"}`)
	tests := []struct {
		name   string
		secret string
		accept string // the password that the service accepts
		refuse reply
		want   []string // the passwords sent, over two sign-ins
		fails  bool
	}{
		{name: "nothing to encode", secret: "abc", accept: "x", refuse: refusal, want: []string{"abc"}, fails: true},
		{name: "the service decodes", secret: "a+c", accept: "a%2Bc", refuse: refusal, want: []string{"a%2Bc", "a%2Bc"}},
		{name: "the service does not decode", secret: "a+c", accept: "a+c", refuse: refusal, want: []string{"a%2Bc", "a+c", "a+c"}},
		{name: "it takes neither", secret: "a+c", accept: "x", refuse: refusal, want: []string{"a%2Bc", "a+c"}, fails: true},
		{name: "it refuses the grant", secret: "a+c", accept: "x", refuse: answers(400, `{"error":"invalid_grant"}`), want: []string{"a%2Bc"}, fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil, func(o *Options) { o.ClientSecret = tt.secret })
			var sent []string
			b.decide = func(r seen) *reply {
				if r.target != tokenPath {
					return nil
				}
				decoded, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.header.Get("Authorization"), "Basic "))
				_, password, _ := strings.Cut(string(decoded), ":")
				sent = append(sent, password)
				if password != tt.accept {
					return &tt.refuse
				}
				return nil
			}
			for range 2 {
				_, err := b.tokens.get(t.Context())
				if (err != nil) != tt.fails {
					t.Fatal(err)
				}
				b.clock.advance(55 * time.Second)
				if !tt.fails {
					b.clock.advance(time.Hour)
				}
			}
			if diff := cmp.Diff(tt.want, sent); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestToken_isKeptUntilFiveMinutesBeforeItsEnd(t *testing.T) {
	b := newBench(t, map[string][]reply{licensesPath: {answers(200, `{}`)}})
	steps := []struct {
		after time.Duration
		want  int // sign-ins so far
	}{{0, 1}, {54*time.Minute + 59*time.Second, 1}, {time.Second, 2}, {54 * time.Minute, 2}, {2 * time.Hour, 3}}
	for _, step := range steps {
		b.clock.advance(step.after)
		if _, err := b.Licenses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := b.count(tokenPath); got != step.want {
			t.Errorf("after %s there were %d sign-ins, not %d", step.after, got, step.want)
		}
		if got, want := b.last(t, licensesPath).header.Get("Authorization"), fmt.Sprintf("Bearer token-%d", step.want); got != want {
			t.Errorf("%s was sent, not %s", got, want)
		}
	}
}

func TestToken_isKeptAsLongAsItsLifeAllows(t *testing.T) {
	tests := []struct {
		name, answer string
		want         time.Duration
	}{
		{"an hour", `"expires_in":3600`, 55 * time.Minute},
		{"as text", `"expires_in":"3600"`, 55 * time.Minute},
		{"six minutes", `"expires_in":360`, time.Minute},
		{"five minutes", `"expires_in":300`, 150 * time.Second},
		{"not told", `"scope":"identity:"`, 55 * time.Minute},
		{"null", `"expires_in":null`, 55 * time.Minute},
		{"zero", `"expires_in":0`, 55 * time.Minute},
		{"for ever", `"expires_in":9223372036854775807`, 365*24*time.Hour - 5*time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{tokenPath: {answers(200, `{"access_token":"t","token_type":"bearer",`+tt.answer+`}`)}})
			got, err := b.tokens.get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if kept := got.until.Sub(b.clock.Now()); kept != tt.want {
				t.Errorf("kept for %s, not %s", kept, tt.want)
			}
		})
	}
}

func TestToken_isAskedForOnceByParallelCallers(t *testing.T) {
	b := newBench(t, map[string][]reply{usersPath: {answers(200, `{}`)}, licensesPath: {answers(200, `{}`)}})
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() { _, _ = b.tokens.get(t.Context()) })
	}
	group.Wait()
	if n := b.count(tokenPath); n != 1 {
		t.Errorf("%d sign-ins", n)
	}
}

func TestToken_isReplacedOnceByParallelCallers(t *testing.T) {
	b := newBench(t, map[string][]reply{usersPath: {answers(200, `{}`)}})
	if _, err := b.Account(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := sync.WaitGroup{}
	all.Add(6)
	b.decide = func(r seen) *reply {
		if r.header.Get("Authorization") != "Bearer token-1" {
			return nil
		}
		all.Done()
		all.Wait() // everybody holds the first token
		refused := answers(401, `{}`)
		return &refused
	}
	var group sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		group.Go(func() { _, errs[i] = b.Users(t.Context()) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := b.count(tokenPath); n != 2 {
		t.Errorf("%d sign-ins, not 2", n)
	}
}

func TestToken_isReplacedOnceWhenRefused(t *testing.T) {
	tests := []struct {
		name    string
		refusal reply
		renewed bool
		denied  bool
	}{
		{"401", answers(401, ""), true, true},
		{"401 with a page", answers(401, "<html>"), true, false},
		{"403 InvalidToken", answers(403, `{"int_err_code":"InvalidToken","msg":"Invalid token passed"}`), true, false},
		{"403 invalid_token in the header", answers(403, "", "WWW-Authenticate", `Bearer error="invalid_token"`), true, true},
		{"403", answers(403, `{"int_err_code":"Forbidden"}`), false, true},
		{"403 with a page", answers(403, `InvalidToken`), false, false},
		{"400 InvalidToken", answers(400, `{"int_err_code":"InvalidToken"}`), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{usersPath: {tt.refusal, answers(200, `{}`)}, licensesPath: {tt.refusal}})
			_, err := b.Users(t.Context())
			if (err == nil) != tt.renewed {
				t.Errorf("after one refusal: %v", err)
			}
			if want := map[bool]string{true: "Bearer token-2", false: "Bearer token-1"}[tt.renewed]; b.last(t, usersPath).header.Get("Authorization") != want {
				t.Errorf("the last request does not carry %s", want)
			}
			before := b.count(tokenPath)
			_, err = b.Licenses(t.Context())
			if err == nil {
				t.Fatal("no error for the second refusal")
			}
			want := map[bool]int{true: 1, false: 0}[tt.renewed]
			if diff := cmp.Diff([]int{want, want + 1}, []int{b.count(tokenPath) - before, b.count(licensesPath)}); diff != "" {
				t.Errorf("sign-ins and requests: %s", diff)
			}
			if got := IsPermissionDenied(err); got != tt.denied {
				t.Errorf("IsPermissionDenied is %t for %v", got, err)
			}
		})
	}
}

func TestToken_refusalsOfRenewalAreReported(t *testing.T) {
	b := newBench(t, map[string][]reply{
		usersPath: {answers(401, "")},
		tokenPath: {answers(200, `{"access_token":"t"}`), answers(400, `{"error":"invalid_grant"}`)},
	})
	_, err := b.Users(t.Context())
	if e, ok := errors.AsType[*SignInError](err); !ok || e.Code != "invalid_grant" {
		t.Errorf("got %v", err)
	}
}

func TestSignInError_tellsWhatToDo(t *testing.T) {
	tests := []struct {
		name  string
		reply reply
		want  SignInError
		text  string
	}{
		{
			name: "wrong client", reply: answers(401, `{"error":"invalid_client","error_description":"no\n such client"}`),
			want: SignInError{StatusCode: 401, Code: "invalid_client", Description: "no such client"},
			text: "signing in to GoTo: 401 Unauthorized, invalid_client: no such client; the client ID or the client secret is wrong, or the OAuth client was deleted",
		},
		{
			name: "without a body", reply: answers(401, ""), want: SignInError{StatusCode: 401},
			text: "signing in to GoTo: 401 Unauthorized; the client ID or the client secret is wrong, or the OAuth client was deleted",
		},
		{
			name: "wrong token", reply: answers(400, `{"error":"invalid_grant"}`), want: SignInError{StatusCode: 400, Code: "invalid_grant"},
			text: "signing in to GoTo: 400 Bad Request, invalid_grant; the personal access token is wrong, expired, or revoked: its owner can create a new one",
		},
		{
			name: "grant not allowed", reply: answers(400, `{"error":"unauthorized_client"}`), want: SignInError{StatusCode: 400, Code: "unauthorized_client"},
			text: "signing in to GoTo: 400 Bad Request, unauthorized_client; the OAuth client does not have the personal access token " +
				"grant: enable it in the grant types of the client in GoTo's developer portal",
		},
		{
			name: "grant not known", reply: answers(400, `{"error":"unsupported_grant_type"}`), want: SignInError{StatusCode: 400, Code: "unsupported_grant_type"},
			text: "signing in to GoTo: 400 Bad Request, unsupported_grant_type; the OAuth client does not have the personal access token " +
				"grant: enable it in the grant types of the client in GoTo's developer portal",
		},
		{
			name: "wrong address", reply: answers(404, `{"int_err_code":"NotFound","msg":"nothing here"}`),
			want: SignInError{StatusCode: 404, Code: "NotFound", Description: "nothing here"},
			text: "signing in to GoTo: 404 Not Found, NotFound: nothing here; check the token endpoint",
		},
		{
			name: "redirect", reply: answers(302, "", "Location", "/elsewhere"), want: SignInError{StatusCode: 302},
			text: "signing in to GoTo: 302 Found; check the token endpoint",
		},
		{
			name: "a proxy's page", reply: answers(407, "<html>hush</html>"), want: SignInError{StatusCode: 407, Err: wire.ErrNotJSON},
			text: "signing in to GoTo: 407 Proxy Authentication Required: " + wire.ErrNotJSON.Error(),
		},
		{
			name: "a proxy's page as success", reply: answers(200, "<html>hush</html>"), want: SignInError{StatusCode: 200, Err: wire.ErrNotJSON},
			text: "signing in to GoTo: 200 OK: " + wire.ErrNotJSON.Error(),
		},
		{
			name: "no token", reply: answers(200, `{"expires_in":3600}`), want: SignInError{StatusCode: 200, Err: errAny},
			text: "signing in to GoTo: 200 OK: the response does not contain a usable access token",
		},
		{
			name: "a token that no header takes", reply: answers(200, `{"access_token":"hush\nhush"}`), want: SignInError{StatusCode: 200, Err: errAny},
			text: "signing in to GoTo: 200 OK: the response does not contain a usable access token",
		},
		{
			name: "another type of token", reply: answers(200, `{"access_token":"hush","token_type":"mac"}`), want: SignInError{StatusCode: 200, Err: errAny},
			text: "signing in to GoTo: 200 OK: the token is not of type Bearer",
		},
		{
			name: "a token of a wrong type", reply: answers(200, `{"access_token":4711}`), want: SignInError{StatusCode: 200, Err: errAny},
			text: "signing in to GoTo: 200 OK: the response does not have the expected form: access_token is not text",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{tokenPath: {tt.reply}})
			_, err := b.Users(t.Context())
			e, ok := errors.AsType[*SignInError](err)
			if !ok {
				t.Fatalf("%v is not a *SignInError", err)
			}
			if e.Error() != tt.text {
				t.Errorf("got  %s\nwant %s", e, tt.text)
			}
			if diff := cmp.Diff([]any{tt.want.StatusCode, tt.want.Code, tt.want.Description}, []any{e.StatusCode, e.Code, e.Description}); diff != "" {
				t.Error(diff)
			}
			if tt.want.Err != errAny && !errors.Is(e.Err, tt.want.Err) || (e.Err == nil) != (tt.want.Err == nil) {
				t.Errorf("Err is %v", e.Err)
			}
			if n := len(b.targets()); n != 1 {
				t.Errorf("%d requests", n)
			}
			if IsPermissionDenied(err) || IsNotFound(err) {
				t.Error("the error claims to be of the Admin API")
			}
		})
	}
}

// errAny stands for an error that has no name.
var errAny = errors.New("any")

func TestSignIn_refusalStandsForAMinute(t *testing.T) {
	b := newBench(t, map[string][]reply{tokenPath: {answers(400, `{"error":"invalid_grant"}`), answers(200, `{"access_token":"t"}`)}})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := b.tokens.get(t.Context()); err == nil {
				t.Error("no error")
			}
		})
	}
	group.Wait()
	b.clock.advance(59 * time.Second)
	if _, err := b.Account(t.Context()); err == nil || b.count(tokenPath) != 1 {
		t.Errorf("within the minute: %v after %d sign-ins", err, b.count(tokenPath))
	}
	b.clock.advance(time.Second)
	if _, err := b.Account(t.Context()); err != nil {
		t.Errorf("after the minute: %v", err)
	}
}

func TestSignIn_failureInPassingDoesNotStand(t *testing.T) {
	for _, failure := range []reply{answers(400, ""), answers(200, `{"error":"x"}`), answers(418, `{"error":"x"}`), answers(200, "<html>")} {
		b := newBench(t, map[string][]reply{tokenPath: {failure, answers(200, `{"access_token":"t"}`)}})
		if _, err := b.Account(t.Context()); err == nil {
			t.Fatal("no error")
		}
		if _, err := b.Account(t.Context()); err != nil {
			t.Errorf("after %d %s: %v", failure.status, failure.body, err)
		}
	}
}

func TestSignIn_waitingEndsWithTheContext(t *testing.T) {
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	inside, proceed := make(chan struct{}), make(chan struct{})
	b.decide = func(r seen) *reply {
		if r.target == tokenPath {
			close(inside)
			<-proceed
		}
		return nil
	}
	first := make(chan error)
	go func() {
		_, err := b.tokens.get(t.Context())
		first <- err
	}()
	<-inside
	second := make(chan error)
	go func() {
		_, err := b.tokens.get(ctx)
		second <- err
	}()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) || err.Error() != "signing in to GoTo: ended before a response arrived: context canceled" {
		t.Errorf("got %v", err)
	}
	close(proceed)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestSignIn_givenUpByOneCallerIsDoneByTheNext(t *testing.T) {
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	b.decide = func(seen) *reply {
		cancel()
		return nil
	}
	if _, err := b.Account(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	b.mu.Lock()
	b.decide = nil
	b.mu.Unlock()
	if _, err := b.Account(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSignIn_repeatsWhatFailedInPassing(t *testing.T) {
	b := newBench(t, map[string][]reply{tokenPath: {
		answers(429, "", "Retry-After", "3"), {drop: true}, answers(http.StatusBadGateway, "<html>"), answers(200, `{"access_token":"t"}`),
	}})
	if _, err := b.Account(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{3 * time.Second, 500 * time.Millisecond, time.Second}, b.clock.sleeps); diff != "" {
		t.Error(diff)
	}
	if form := parseForm(t, b.last(t, tokenPath).body); form.Get("pat") != testPAT {
		t.Errorf("the repeated body is %v", form)
	}
}
