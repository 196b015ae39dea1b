// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"crypto/subtle"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The OAuth client of GoTo that is known from the start, and the personal access token of the seeded administrator. The
// token has characters that must be escaped in a form.
const (
	DefaultGoToClientID        = "66666666-6666-4666-8666-666666666666"
	DefaultGoToClientSecret    = "simulated-goto-client-secret"
	DefaultPersonalAccessToken = "simulated+personal/access=token"
)

// adminScope is what a token needs for the Admin API.
const adminScope = "identity:"

// A refresh token lasts for refreshLifetime; once it is refreshRotation old, using it brings the next one.
const (
	refreshLifetime = 30 * 24 * time.Hour
	refreshRotation = 18 * 24 * time.Hour
)

// GoToClient is an OAuth client of GoTo.
type GoToClient struct {
	ID, Secret string
	// NoPersonalTokens refuses personal access tokens to this client.
	NoPersonalTokens bool
	// Scopes of the client's tokens, that of the Admin API if nil.
	Scopes []string
}

// gotoGrant is what stands behind a token: a client that acts for a person.
type gotoGrant struct {
	clientID, userName string
	scopes             []string
	at                 time.Time
}

func (g gotoGrant) covers(scope string) bool { return slices.Contains(g.scopes, scope) }

// gotoAuthority knows OAuth clients of GoTo and the tokens that are out.
type gotoAuthority struct {
	clock    *Clock
	lifetime time.Duration

	mu       sync.Mutex
	clients  map[string]GoToClient
	personal map[string]string // personal access token -> user name
	refresh  map[string]gotoGrant
	access   map[string]gotoGrant
}

func newGoToAuthority(clock *Clock, lifetime time.Duration) *gotoAuthority {
	a := &gotoAuthority{
		clock: clock, lifetime: lifetime,
		clients: map[string]GoToClient{}, personal: map[string]string{DefaultPersonalAccessToken: store.AdminUserName},
		refresh: map[string]gotoGrant{}, access: map[string]gotoGrant{},
	}
	a.add(GoToClient{ID: DefaultGoToClientID, Secret: DefaultGoToClientSecret})
	return a
}

func (a *gotoAuthority) add(c GoToClient) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.Scopes == nil {
		c.Scopes = []string{adminScope}
	}
	a.clients[c.ID] = c
}

// client returns the client with these credentials.
func (a *gotoAuthority) client(id, secret string) (GoToClient, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.clients[id]
	return c, ok && subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) == 1
}

// owner returns who a personal access token belongs to.
func (a *gotoAuthority) owner(pat string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	userName, ok := a.personal[pat]
	return userName, ok
}

// issue makes an access token out.
func (a *gotoAuthority) issue(c GoToClient, userName string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	token := newGoToToken()
	a.access[token] = gotoGrant{clientID: c.ID, userName: userName, scopes: c.Scopes, at: a.clock.Now()}
	return token
}

// grant returns what stands behind an access token that has not expired.
func (a *gotoAuthority) grant(token string) (gotoGrant, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g, ok := a.access[token]
	return g, ok && a.clock.Now().Before(g.at.Add(a.lifetime))
}

// newRefresh makes a refresh token out.
func (a *gotoAuthority) newRefresh(clientID, userName string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	token := newGoToToken()
	a.refresh[token] = gotoGrant{clientID: clientID, userName: userName, at: a.clock.Now()}
	return token
}

// useRefresh returns whom a refresh token of the client stands for, and the token that takes its place, if it is time.
func (a *gotoAuthority) useRefresh(clientID, token string) (userName, next string, ok bool) {
	a.mu.Lock()
	g, ok := a.refresh[token]
	age := a.clock.Now().Sub(g.at)
	ok = ok && g.clientID == clientID && age < refreshLifetime
	rotates := ok && age >= refreshRotation
	if rotates {
		delete(a.refresh, token)
	}
	a.mu.Unlock()
	if rotates {
		next = a.newRefresh(clientID, g.userName)
	}
	return g.userName, next, ok
}

// newGoToToken returns a token that nobody should look into. The real ones can be looked into and should not be.
func newGoToToken() string { return "goto." + encodeSegment(randomBytes(48)) }

// refuseGoTo answers in the shape of OAuth.
func refuseGoTo(w http.ResponseWriter, status int, code, description string) {
	writeJSON(w, status, object{{"error", code}, {"error_description", description}})
}

// postGoToToken exchanges a personal access token or a refresh token for an access token. The descriptions of errors
// are invented, and so are all codes but invalid_client, which follow the standard.
func (s *Server) postGoToToken(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	client, ok := s.gotoAuthority.client(id, secret)
	if !ok {
		w.Header().Set("WWW-Authenticate", "Basic")
		refuseGoTo(w, http.StatusUnauthorized, "invalid_client", "Client authentication failed")
		return
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err := r.ParseForm(); err != nil || media != "application/x-www-form-urlencoded" {
		refuseGoTo(w, http.StatusBadRequest, "invalid_request", "The body is not a form")
		return
	}
	var userName, next string
	switch grantType := r.PostForm.Get("grant_type"); grantType {
	case "personal_access_token":
		if client.NoPersonalTokens || s.Variants().GoTo.NoPersonalTokens {
			refuseGoTo(w, http.StatusBadRequest, "unauthorized_client", "The client may not use this grant type")
			return
		}
		userName, ok = s.gotoAuthority.owner(r.PostForm.Get("pat"))
	case "refresh_token":
		userName, next, ok = s.gotoAuthority.useRefresh(client.ID, r.PostForm.Get("refresh_token"))
	case "":
		refuseGoTo(w, http.StatusBadRequest, "invalid_request", "The grant type is missing")
		return
	default:
		refuseGoTo(w, http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported")
		return
	}
	person, _, err := s.store.Person(userName)
	if !ok || err != nil {
		refuseGoTo(w, http.StatusBadRequest, "invalid_grant", "The token is invalid, expired or revoked")
		return
	}
	answer := object{{"access_token", s.gotoAuthority.issue(client, userName)}, {"token_type", "Bearer"}}
	if next != "" {
		answer = append(answer, member{"refresh_token", next})
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, append(answer,
		member{"expires_in", int64(s.gotoAuthority.lifetime / time.Second)}, member{"scope", strings.Join(client.Scopes, " ")},
		member{"principal", person.Email}, member{"loa", 2}))
}

// AddGoToClient makes another OAuth client of GoTo known, or changes one.
func (s *Server) AddGoToClient(c GoToClient) { s.gotoAuthority.add(c) }

// AddPersonalAccessToken makes a personal access token known that belongs to whoever signs in to GoTo with the name.
func (s *Server) AddPersonalAccessToken(token, userName string) {
	s.gotoAuthority.mu.Lock()
	defer s.gotoAuthority.mu.Unlock()
	s.gotoAuthority.personal[token] = userName
}

// RevokePersonalAccessToken ends a personal access token. Access tokens that it has brought stay good until they
// expire, which is invented.
func (s *Server) RevokePersonalAccessToken(token string) {
	s.gotoAuthority.mu.Lock()
	defer s.gotoAuthority.mu.Unlock()
	delete(s.gotoAuthority.personal, token)
}

// RevokeGoToAccessTokens ends all access tokens of GoTo that are out, before their time.
func (s *Server) RevokeGoToAccessTokens() {
	s.gotoAuthority.mu.Lock()
	defer s.gotoAuthority.mu.Unlock()
	clear(s.gotoAuthority.access)
}

// NewGoToRefreshToken returns a refresh token of the default client that stands for the person, as a sign-in in a
// browser would have brought it.
func (s *Server) NewGoToRefreshToken(userName string) string {
	return s.gotoAuthority.newRefresh(DefaultGoToClientID, userName)
}

// GoToAccessToken returns an access token of the default client for the seeded administrator, as the token endpoint
// would.
func (s *Server) GoToAccessToken() string {
	client, _ := s.gotoAuthority.client(DefaultGoToClientID, DefaultGoToClientSecret)
	return s.gotoAuthority.issue(client, store.AdminUserName)
}

// GoToURL returns the base address of GoTo's Admin API, without path and version.
func (s *Server) GoToURL() string { return s.baseURL() }

// GoToTokenURL returns the address of GoTo's token endpoint.
func (s *Server) GoToTokenURL() string { return s.baseURL() + gotoTokenPath }
