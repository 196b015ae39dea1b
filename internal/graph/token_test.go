// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
)

// used lists the tokens of the requests that reached the service.
func (b *bench) used() []string {
	var all []string
	for _, request := range b.service.seen {
		all = append(all, request.header.Get("Authorization"))
	}
	return all
}

func TestToken_after401(t *testing.T) {
	const first, second, third = "Bearer token-1", "Bearer token-2", "Bearer token-3"
	ok := answer(200, `{"id":"EXAMPLE.job.1"}`)
	rejected := answer(401, `{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}`)
	denied := answer(401, `{"error":{"code":"UnknownError","message":""}}`)
	empty := answer(401, ``)
	target := answer(401, `{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"ExampleInvalidCredentials\"}}"}}`)
	challenge := answer(401, `{"error":{"code":"InvalidAuthenticationToken"}}`, "WWW-Authenticate",
		`Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(`{"a":1}`))+`"`)
	for _, test := range []struct {
		name       string
		age        time.Duration // of the token when the call begins; 0: there is none
		replies    []reply
		same       bool
		wantTokens []string
		wantClaims []string
		want       outcome
		permission bool
	}{
		{name: "rejected token", age: 10 * time.Minute, replies: []reply{rejected, ok}, wantTokens: []string{first, second}, wantClaims: []string{"", ""}},
		{name: "rejected fresh token", replies: []reply{rejected, ok}, wantTokens: []string{first, second}, wantClaims: []string{"", ""}},
		{
			name: "rejected for ever", age: 10 * time.Minute, replies: []reply{rejected}, wantTokens: []string{first, second}, wantClaims: []string{"", ""},
			want: outcome{Failed: true, Status: 401, Code: "InvalidAuthenticationToken"},
		},
		{
			name: "rejected, and the credential has no other", age: 10 * time.Minute, replies: []reply{rejected}, same: true, wantTokens: []string{first}, wantClaims: []string{"", ""},
			want: outcome{Failed: true, Status: 401, Code: "InvalidAuthenticationToken"},
		},
		{
			name: "permission missing, fresh token", replies: []reply{denied}, wantTokens: []string{first}, wantClaims: []string{""},
			want: outcome{Failed: true, Status: 401, Code: "UnknownError"}, permission: true,
		},
		{
			name: "permission missing, token half a minute old", age: 30 * time.Second, replies: []reply{denied}, wantTokens: []string{first}, wantClaims: []string{""},
			want: outcome{Failed: true, Status: 401, Code: "UnknownError"}, permission: true,
		},
		{
			name: "permission missing, old token", age: 10 * time.Minute, replies: []reply{denied}, wantTokens: []string{first, second}, wantClaims: []string{"", ""},
			want: outcome{Failed: true, Status: 401, Code: "UnknownError"}, permission: true,
		},
		{name: "permission granted meanwhile", age: 10 * time.Minute, replies: []reply{empty, ok}, wantTokens: []string{first, second}, wantClaims: []string{"", ""}},
		{
			name: "empty 401", replies: []reply{empty}, wantTokens: []string{first}, wantClaims: []string{""},
			want: outcome{Failed: true, Status: 401}, permission: true,
		},
		{
			name: "the target's verdict", age: 10 * time.Minute, replies: []reply{target}, wantTokens: []string{first}, wantClaims: []string{""},
			want: outcome{Failed: true, Status: 401, Code: "ExampleInvalidCredentials"},
		},
		{name: "claims challenge", replies: []reply{challenge, ok}, wantTokens: []string{first, second}, wantClaims: []string{"", `{"a":1}`}},
		{
			name: "claims challenge for ever", replies: []reply{challenge}, wantTokens: []string{first, second}, wantClaims: []string{"", `{"a":1}`},
			want: outcome{Failed: true, Status: 401, Code: "InvalidAuthenticationToken"},
		},
		{
			name: "rejected after a claims challenge", replies: []reply{challenge, rejected, ok},
			wantTokens: []string{first, second, third}, wantClaims: []string{"", `{"a":1}`, ""},
		},
		{
			name: "throttled between", age: 10 * time.Minute, replies: []reply{rejected, answer(429, "", "Retry-After", "1"), ok},
			wantTokens: []string{first, second, second}, wantClaims: []string{"", ""},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.replies...)
			b.credential.same = test.same
			if test.age > 0 {
				b.service.replies = []reply{ok}
				if _, err := b.GetJob(t.Context(), testRef); err != nil {
					t.Fatal(err)
				}
				b.service.seen, b.service.replies = nil, test.replies
				b.clock.advance(test.age)
			}
			_, err := b.CreateJob(t.Context(), testSP, "EXAMPLE") // no answer of 401 acted, so writes are repeated too
			if got := outcomeOf(t, err); got != test.want {
				t.Errorf("outcome %+v, want %+v", got, test.want)
			}
			if got := IsPermissionDenied(err); got != test.permission {
				t.Errorf("permission denied: %v", got)
			}
			if diff := cmp.Diff(test.wantTokens, b.used()); diff != "" {
				t.Errorf("tokens used (-want +got):\n%s", diff)
			}
			var claims []string
			for _, request := range b.credential.requests {
				claims = append(claims, request.Claims)
				if !request.EnableCAE || !cmp.Equal(request.Scopes, []string{"https://graph.example.com/.default"}) {
					t.Errorf("token request %+v", request)
				}
			}
			if diff := cmp.Diff(test.wantClaims, claims); diff != "" {
				t.Errorf("claims asked for (-want +got):\n%s", diff)
			}
			if test.name == "claims challenge for ever" {
				if e, ok := errors.AsType[*Error](err); !ok || e.Claims != `{"a":1}` {
					t.Errorf("error %+v", e)
				}
			}
		})
	}
}

func TestToken_challengeThatCannotBeMetNamesBoth(t *testing.T) {
	b := newBench(t, answer(401, "", "WWW-Authenticate", `Bearer claims="`+base64.RawURLEncoding.EncodeToString([]byte(`{"a":1}`))+`"`))
	b.credential.err = errors.New("AADSTS50076: use multi-factor authentication")
	_, err := b.GetJob(t.Context(), testRef)
	refused, ok := errors.AsType[*Error](err)
	if !ok || refused.Claims == "" {
		t.Fatalf("error %#v", err)
	}
	why, ok := errors.AsType[*AuthError](err)
	if !ok || len(why.AADSTS) != 1 || why.AADSTS[0] != 50076 {
		t.Errorf("error %#v", why)
	}
}

func TestToken_isSharedAndRenewedBeforeItsEnd(t *testing.T) {
	b := newBench(t, answer(200, `{"id":"EXAMPLE.job.1"}`))
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := b.GetJob(t.Context(), testRef); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := len(b.credential.requests); got != 1 {
		t.Fatalf("%d token requests for 50 calls at once", got)
	}
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{54 * time.Minute, 1}, {2 * time.Minute, 2}, {54 * time.Minute, 2}} {
		b.clock.advance(step.pass)
		if _, err := b.GetJob(t.Context(), testRef); err != nil {
			t.Fatal(err)
		}
		if got := len(b.credential.requests); got != step.want {
			t.Errorf("%d token requests after another %s, want %d", got, step.pass, step.want)
		}
	}
}

func TestToken_manyRejectionsAtOnceRenewOnce(t *testing.T) {
	b := newBench(t, answer(200, `{"id":"EXAMPLE.job.1"}`))
	if _, err := b.GetJob(t.Context(), testRef); err != nil {
		t.Fatal(err)
	}
	source := b.tokens
	old := source.current
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if got, err := source.replace(t.Context(), old, ""); err != nil || got.value != "token-2" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	group.Wait()
	if got := len(b.credential.requests); got != 2 {
		t.Errorf("%d token requests", got)
	}
}

func TestToken_failureIsAnAuthError(t *testing.T) {
	b := newBench(t, answer(204, ""))
	b.credential.requests = make([]policy.TokenRequestOptions, 1) // the next one fails
	b.credential.err = errors.New("no way in")
	err := b.StartJob(t.Context(), testRef)
	if _, ok := errors.AsType[*AuthError](err); !ok || IsAmbiguous(err) || len(b.service.seen) != 0 {
		t.Errorf("error %#v after %d requests", err, len(b.service.seen))
	}
}

func TestToken_refusalStandsForAMinute(t *testing.T) {
	for _, test := range []struct {
		name  string
		err   error
		pass  time.Duration
		asked int
	}{
		{"the secret is wrong", &AuthError{Code: "invalid_client"}, 59 * time.Second, 1},
		{"the secret is wrong for long", &AuthError{Code: "invalid_client"}, 61 * time.Second, 2},
		{"nothing answered", &AuthError{Description: "no answer"}, 9 * time.Second, 1},
		{"nothing answered for long", &AuthError{Description: "no answer"}, 10 * time.Second, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, answer(204, ""))
			b.credential.requests = make([]policy.TokenRequestOptions, 1) // all that follow fail
			b.credential.err = test.err
			for range 2 {
				if err := b.StartJob(t.Context(), testRef); !errors.Is(err, test.err) {
					t.Errorf("error %v", err)
				}
				b.clock.advance(test.pass)
			}
			if got := len(b.credential.requests) - 1; got != test.asked {
				t.Errorf("%d token requests, want %d", got, test.asked)
			}
		})
	}
}
