// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const (
	// renewBefore is how long before its end a token is replaced.
	renewBefore = 5 * time.Minute
	// usualLife is the documented life of a token, for an answer that does not tell.
	usualLife = time.Hour
	// refusedFor is how long a refusal to sign in stands without being requested again: several data sources would
	// otherwise each try a wrong secret.
	refusedFor = time.Minute
)

// token is an access token with its end on the client's clock.
type token struct {
	value string
	until time.Time // when to replace it
}

// tokenSource holds the one token of a client. However many calls want it, one at a time signs in.
//
// golang.org/x/oauth2 has no part in this: its token source runs on the wall clock, cannot be told that a token was
// refused, keeps waiting callers past the end of their contexts, and its errors quote the whole answer.
type tokenSource struct {
	wire     *wire.Client
	secrets  wire.Secrets
	endpoint *url.URL

	clientID, clientSecret, personalAccessToken string

	gate      wire.Gate
	current   token
	refusal   *SignInError
	refusedAt time.Time
	verbatim  bool // the service wants the client's credentials as they are
}

// get returns a token that is good for a while.
func (s *tokenSource) get(ctx context.Context) (token, error) { return s.replace(ctx, token{}) }

// replace returns a token other than old. When another call has replaced old meanwhile, that token is it.
func (s *tokenSource) replace(ctx context.Context, old token) (token, error) {
	if err := s.gate.Acquire(ctx); err != nil {
		return token{}, &SignInError{Err: err}
	}
	defer s.gate.Release()
	now := s.wire.Clock.Now()
	if s.current.value != "" && s.current != old && now.Before(s.current.until) {
		return s.current, nil
	}
	if s.refusal != nil && now.Sub(s.refusedAt) < refusedFor {
		return token{}, s.refusal
	}
	t, err := s.signIn(ctx)
	if err != nil {
		if err.Code != "" && err.isRefusal() {
			s.refusal, s.refusedAt = err, s.wire.Clock.Now()
		}
		return token{}, err
	}
	s.current, s.refusal = t, nil
	return t, nil
}

// signIn asks for a token.
//
// The client's credentials are form-encoded before they go into the header, as RFC 6749 section 2.3.1 wants it. GoTo's
// guides do not mention that. For letters and digits there makes no difference; where there is one and the service does not
// know the client, it is asked once more the plain way.
func (s *tokenSource) signIn(ctx context.Context) (token, *SignInError) {
	t, err := s.ask(ctx, s.verbatim)
	differs := url.QueryEscape(s.clientID) != s.clientID || url.QueryEscape(s.clientSecret) != s.clientSecret
	if err == nil || !differs || err.StatusCode != http.StatusUnauthorized && err.Code != codeInvalidClient {
		return t, err
	}
	t, second := s.ask(ctx, !s.verbatim)
	if second != nil {
		return token{}, err
	}
	s.verbatim = !s.verbatim
	return t, nil
}

func (s *tokenSource) ask(ctx context.Context, verbatim bool) (token, *SignInError) {
	a, err := s.wire.Do(ctx, wire.Request{
		Method: http.MethodPost, URL: s.endpoint.String(), Path: s.endpoint.EscapedPath(),
		Header: http.Header{
			"Authorization": {"Basic " + basicCredentials(s.clientID, s.clientSecret, verbatim)},
			"Content-Type":  {"application/x-www-form-urlencoded"},
		},
		Body: []byte(url.Values{"grant_type": {"personal_access_token"}, "pat": {s.personalAccessToken}}.Encode()),
	})
	if err != nil || !a.Succeeded() {
		return token{}, newSignInError(a, err, s.secrets.And(s.current.value))
	}
	var granted struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   count  `json:"expires_in"`
	}
	if err := decode(a.Body, &granted); err != nil {
		return token{}, &SignInError{StatusCode: a.Status, Err: err}
	}
	switch {
	case !isToken(granted.AccessToken):
		return token{}, &SignInError{StatusCode: a.Status, Err: errors.New("the response does not contain a usable access token")}
	case granted.TokenType != "" && !strings.EqualFold(granted.TokenType, "Bearer"):
		return token{}, &SignInError{StatusCode: a.Status, Err: errors.New("the token is not of type Bearer")}
	}
	return token{value: granted.AccessToken, until: s.wire.Clock.Now().Add(usable(int64(granted.ExpiresIn)))}, nil
}

// basicCredentials is what follows the word Basic.
func basicCredentials(user, password string, verbatim bool) string {
	if !verbatim {
		user, password = url.QueryEscape(user), url.QueryEscape(password)
	}
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// usable is how long a token that lives so many seconds is kept.
func usable(seconds int64) time.Duration {
	const year = 365 * 24 * 3600
	life := time.Duration(min(seconds, year)) * time.Second
	switch {
	case life <= 0:
		return usualLife - renewBefore
	case life <= renewBefore:
		return life / 2 // else each request would sign in anew
	}
	return life - renewBefore
}

// isToken reports whether s can be in a header.
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
