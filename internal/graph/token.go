// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const (
	// renewBefore is how long before its end a token is replaced.
	renewBefore = 5 * time.Minute
	// freshFor is the age up to which a token surely carries every permission there is to have: within it, a 401 for
	// want of a permission is final at once.
	freshFor = time.Minute
	// refusedFor is how long a refusal to sign in stands without being requested again: a plan reads hundreds of objects,
	// and each would have a wrong secret tried once more.
	refusedFor = time.Minute
	// failedFor is the same for a sign-in that came to no verdict, after attempts of its own.
	failedFor = 10 * time.Second
)

// renewer is a credential that can be told to pass over the tokens it holds.
type renewer interface {
	renew(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error)
}

// token is an access token with its times on the client's clock.
type token struct {
	value   string
	claims  string // what it was asked for with
	issued  time.Time
	expires time.Time
}

// tokenSource holds the one token of a client. However many calls want it, one at a time asks the credential.
type tokenSource struct {
	credential azcore.TokenCredential
	scope      string
	clock      Clock
	gate       wire.Gate
	current    token
	refusal    refusal
}

// refusal is why the last sign-in failed.
type refusal struct {
	err    *AuthError
	claims string
	until  time.Time
}

func newTokenSource(credential azcore.TokenCredential, scope string, clock Clock) *tokenSource {
	return &tokenSource{credential: credential, scope: scope, clock: clock, gate: wire.NewGate()}
}

// get returns a token that is good for a while; fresh reports that it was got for this very call.
func (s *tokenSource) get(ctx context.Context) (t token, fresh bool, err error) {
	if err := s.gate.Acquire(ctx); err != nil {
		return token{}, false, err
	}
	defer s.gate.Release()
	if s.current.value != "" && s.clock.Now().Add(renewBefore).Before(s.current.expires) {
		return s.current, false, nil
	}
	old := s.current
	t, err = s.request(ctx, s.credential.GetToken, "")
	if err == nil && t.value == old.value {
		// The credential's clock disagrees with ours about the token's end.
		if r, ok := s.credential.(renewer); ok {
			t, err = s.request(ctx, r.renew, "")
		}
	}
	if err != nil {
		return token{}, false, err
	}
	s.current = t
	return t, true, nil
}

// replace returns a token other than old, with claims if there are any. When another call has replaced old meanwhile,
// that token is it, unless it lacks the claims.
func (s *tokenSource) replace(ctx context.Context, old token, claims string) (token, error) {
	if err := s.gate.Acquire(ctx); err != nil {
		return token{}, err
	}
	defer s.gate.Release()
	if s.current.value != old.value && (claims == "" || s.current.claims == claims) {
		return s.current, nil
	}
	ask := s.credential.GetToken
	if r, ok := s.credential.(renewer); ok {
		ask = r.renew
	}
	t, err := s.request(ctx, ask, claims)
	if err != nil {
		return token{}, err
	}
	s.current = t
	return t, nil
}

type getToken func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error)

func (s *tokenSource) request(ctx context.Context, ask getToken, claims string) (token, error) {
	if r := s.refusal; r.err != nil && r.claims == claims && s.clock.Now().Before(r.until) {
		return token{}, r.err
	}
	// EnableCAE tells the service that claims challenges are understood here.
	answer, err := ask(ctx, policy.TokenRequestOptions{Scopes: []string{s.scope}, Claims: claims, EnableCAE: true})
	if err != nil {
		if ctx.Err() != nil {
			return token{}, fmt.Errorf("signing in: %w", ctx.Err())
		}
		e, ok := errors.AsType[*AuthError](err)
		if !ok {
			e = authError(err, nil)
		}
		stands := failedFor
		if e.Code != "" {
			stands = refusedFor
		}
		s.refusal = refusal{err: e, claims: claims, until: s.clock.Now().Add(stands)}
		return token{}, e
	}
	if answer.Token == "" {
		return token{}, &AuthError{Description: "the credential returned an empty token"}
	}
	now := s.clock.Now()
	// Credentials reckon by the wall clock; what is left by it is what is left by ours.
	return token{value: answer.Token, claims: claims, issued: now, expires: now.Add(time.Until(answer.ExpiresOn))}, nil
}

// attempt returns how an attempt of a call is signed and, after a 401, sent once more where another token may help.
func (s *tokenSource) attempt(method, path string) func(context.Context, wire.Send) (wire.Answer, error) {
	return func(ctx context.Context, send wire.Send) (wire.Answer, error) {
		t, fresh, err := s.get(ctx)
		if err != nil {
			return wire.Answer{}, err
		}
		var challenged, renewed bool
		for {
			a, err := send(ctx, http.Header{"Authorization": {"Bearer " + t.value}})
			if err != nil || a.Status != http.StatusUnauthorized {
				return a, err
			}
			claims, code := claimsChallenge(a.Header), readErrorBody(a.Body).code
			switch {
			case claims != "" && !challenged:
				challenged = true
			case claims != "" || renewed || targetRefused(code):
				return a, nil
			case tokenRejected(code):
				renewed = true
			case fresh || s.clock.Now().Sub(t.issued) < freshFor:
				return a, nil
			default:
				renewed = true
			}
			next, err := s.replace(ctx, t, claims)
			if err != nil {
				// Both the 401 and why there is no other token.
				e := newError(method, path, a.Status, a.Header, a.Body, s.clock.Now())
				e.Err = err
				return a, e
			}
			if next.value == t.value {
				return a, nil // such as a token from the Azure CLI's own cache
			}
			t, fresh = next, true
		}
	}
}
