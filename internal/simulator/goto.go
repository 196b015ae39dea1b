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

// Paths of GoTo. In reality its token endpoint and its Admin API live on hosts of their own.
const (
	gotoTokenPath = "/oauth/token"
	gotoAdminPath = "/admin/rest/v1"
)

// GoToVariants are the points in which GoTo is not known or has been seen to differ.
type GoToVariants struct {
	// Keys says how keys are written.
	Keys KeyForm
	// Empty says how a list without entries is answered, and with it a page behind the last one.
	Empty EmptyForm
	// LowerCaseStatus writes the status of users in small letters.
	LowerCaseStatus bool
	// UnknownStatus gives suspended users a status that nobody has documented. For any other, set it on the account.
	UnknownStatus bool
	// ForbidsBadTokens refuses an unknown or expired access token with 403. Otherwise it is 401.
	ForbidsBadTokens bool
	// SeveralAccounts lets everybody who signs in look after all of GoTo's accounts, the own one first.
	SeveralAccounts bool
	// NoPersonalTokens refuses personal access tokens to all OAuth clients, as if nobody had allowed that grant.
	NoPersonalTokens bool
	// NoTotal leaves the total out of lists.
	NoTotal bool
	// PageSizeCap is the most entries of a page, whatever pageSize asks for. 0 means 1,000.
	PageSizeCap int
}

// KeyForm is how keys of 19 digits are written.
type KeyForm int

// Forms of keys, all of which have been seen.
const (
	KeysAsText KeyForm = iota
	KeysAsNumbers
	// KeysMixed writes the records of licenses with numbers and all others with text.
	KeysMixed
)

// EmptyForm is how a list without entries is answered.
type EmptyForm int

// Forms of empty lists, all of which have been seen.
const (
	EmptyResults EmptyForm = iota
	EmptyWithoutResults
	EmptyNotFound
)

// gotoRoutes is the table of GoTo's operations.
func gotoRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST "+gotoTokenPath, operation((*call).postGoToToken))
	mux.Handle("GET "+gotoAdminPath+"/me", administered((*adminCall).getMe))
	mux.Handle("GET "+gotoAdminPath+"/accounts/{account}/users", administered(within((*adminCall).listUsers)))
	mux.Handle("GET "+gotoAdminPath+"/accounts/{account}/licenses", administered(within((*adminCall).listLicenses)))
	mux.Handle("GET "+gotoAdminPath+"/accounts/{account}/rolesets", administered(within((*adminCall).listRoleSets)))
	return mux
}

// isGoTo says whether a path belongs to GoTo and not to Entra or Graph.
func isGoTo(requestPath string) bool {
	return requestPath == gotoTokenPath || strings.HasPrefix(requestPath, gotoAdminPath+"/")
}

// adminCall is one request to the Admin API on its way.
type adminCall struct {
	*call
	variants GoToVariants
	// who signed in, and the companies they look after, the primary one first.
	who       store.Account
	companies []store.Company
	// company is the one in the path.
	company store.Company
}

// administered is an operation of the Admin API, which wants to know who asks.
func administered(handle func(*adminCall) (*reply, error)) operation {
	return func(c *call) (*reply, error) {
		a := &adminCall{call: c, variants: c.s.Variants().GoTo}
		token, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
		grant, ok := c.s.gotoAuthority.grant(token)
		var keys []string
		if ok {
			var err error
			a.who, keys, err = c.s.store.Person(grant.userName)
			ok = err == nil
		}
		switch {
		case !ok && a.variants.ForbidsBadTokens:
			return nil, refuse(http.StatusForbidden, "InvalidToken", "Invalid token passed")
		case !ok:
			return nil, refuse(http.StatusUnauthorized, "InvalidToken", "Invalid token passed").with("WWW-Authenticate", `Bearer error="invalid_token"`)
		case c.s.throttle.admin(grant.clientID):
			return nil, refuse(http.StatusTooManyRequests, "TooManyRequests", "Too many requests")
		case !grant.covers(adminScope):
			return nil, refuse(http.StatusForbidden, "InsufficientScope", "The token does not have the scope %s", adminScope)
		}
		a.companies = companies(c.s.store.Companies(), keys, a.variants.SeveralAccounts)
		return handle(a)
	}
}

// companies returns the companies with the keys, in that order, and behind them all others if wanted.
func companies(known []store.Company, keys []string, all bool) []store.Company {
	var chosen []store.Company
	for _, key := range keys {
		if at := slices.IndexFunc(known, func(c store.Company) bool { return c.Key == key }); at >= 0 {
			chosen = append(chosen, known[at])
			known = slices.Delete(known, at, at+1)
		}
	}
	if all {
		chosen = append(chosen, known...)
	}
	return chosen
}

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
