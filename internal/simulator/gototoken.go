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

// own gives a personal access token to a person, and takes it from everybody if there is none.
func (a *gotoAuthority) own(token, userName string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if userName == "" {
		delete(a.personal, token)
		return
	}
	a.personal[token] = userName
}

// revokeAccess ends all access tokens.
func (a *gotoAuthority) revokeAccess() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.access)
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

// postGoToToken exchanges a personal access token or a refresh token for an access token. The descriptions of errors
// are invented, and so are all codes but invalid_client, which follow the standard.
func (c *call) postGoToToken() (*reply, error) {
	bad := func(code, description string) error { return refuse(http.StatusBadRequest, code, "%s", description) }
	id, secret, _ := c.r.BasicAuth()
	client, ok := c.s.gotoAuthority.client(id, secret)
	if !ok {
		return nil, refuse(http.StatusUnauthorized, "invalid_client", "Client authentication failed").with("WWW-Authenticate", "Basic")
	}
	media, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err := c.r.ParseForm(); err != nil || media != "application/x-www-form-urlencoded" {
		return nil, bad("invalid_request", "The body is not a form")
	}
	var userName, next string
	switch c.r.PostForm.Get("grant_type") {
	case "personal_access_token":
		if client.NoPersonalTokens || c.s.Variants().GoTo.NoPersonalTokens {
			return nil, bad("unauthorized_client", "The client may not use this grant type")
		}
		userName, ok = c.s.gotoAuthority.owner(c.r.PostForm.Get("pat"))
	case "refresh_token":
		userName, next, ok = c.s.gotoAuthority.useRefresh(client.ID, c.r.PostForm.Get("refresh_token"))
	case "":
		return nil, bad("invalid_request", "The grant type is missing")
	default:
		return nil, bad("unsupported_grant_type", "The grant type is not supported")
	}
	person, _, err := c.s.store.Person(userName)
	if !ok || err != nil {
		return nil, bad("invalid_grant", "The token is invalid, expired or revoked")
	}
	answer := object{{"access_token", c.s.gotoAuthority.issue(client, userName)}, {"token_type", "Bearer"}}
	if next != "" {
		answer = append(answer, member{"refresh_token", next})
	}
	return jsonReply(http.StatusOK, append(answer,
		member{"expires_in", int64(c.s.gotoAuthority.lifetime / time.Second)}, member{"scope", strings.Join(client.Scopes, " ")},
		member{"principal", person.Email}, member{"loa", 2})).with("Cache-Control", "no-store"), nil
}
