// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strings"

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
	// KeysMixed writes the records of licences with numbers and all others with text.
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

// gotoRoutes is the table of GoTo's operations. Those of the Admin API come authenticated.
func (s *Server) gotoRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+gotoTokenPath, s.postGoToToken)
	routes := []struct {
		path   string
		handle func(*adminCall)
	}{
		{"/me", (*adminCall).getMe},
		{"/accounts/{account}/users", within((*adminCall).listUsers)},
		{"/accounts/{account}/licenses", within((*adminCall).listLicences)},
		{"/accounts/{account}/rolesets", within((*adminCall).listRoleSets)},
	}
	for _, t := range routes {
		mux.HandleFunc("GET "+gotoAdminPath+t.path, func(w http.ResponseWriter, r *http.Request) {
			if c, ok := s.administrator(w, r); ok {
				t.handle(c)
			}
		})
	}
	return mux
}

// isGoTo says whether a path belongs to GoTo and not to Entra or Graph.
func isGoTo(requestPath string) bool {
	return requestPath == gotoTokenPath || strings.HasPrefix(requestPath, gotoAdminPath+"/")
}

// serveGoTo serves a request to GoTo, and answers for paths that it does not have. How it does that is invented.
func (s *Server) serveGoTo(c *call) {
	if _, pattern := s.goTo.Handler(c.r); pattern == "" {
		adminError(c.w, http.StatusNotFound, "NotFound", "There is nothing at this address")
		return
	}
	s.goTo.ServeHTTP(c.w, c.r)
}

// adminError answers in the shape that GoTo's product APIs have been seen to use. That the Admin API has it too, all
// codes but InvalidToken, and what status goes with a missing scope, are invented.
func adminError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, object{{"int_err_code", code}, {"msg", message}})
}

// serviceError is graphError for requests that may be GoTo's, which has other shapes.
func (c *call) serviceError(status int, code, message string) {
	switch {
	case c.r.URL.Path == gotoTokenPath:
		refuseGoTo(c.w, status, code, message)
	case isGoTo(c.r.URL.Path):
		adminError(c.w, status, code, message)
	default:
		c.graphError(status, code, "%s", message)
	}
}

// adminCall is one request to the Admin API on its way.
type adminCall struct {
	s        *Server
	w        http.ResponseWriter
	r        *http.Request
	variants GoToVariants
	// who signed in, and the companies he or she looks after, the primary one first.
	who       store.Account
	companies []store.Company
	// company is the one in the path.
	company store.Company
}

// administrator finds who sends a request, or refuses it.
func (s *Server) administrator(w http.ResponseWriter, r *http.Request) (*adminCall, bool) {
	c := &adminCall{s: s, w: w, r: r, variants: s.Variants().GoTo}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	grant, ok := s.gotoAuthority.grant(token)
	var keys []string
	if ok {
		var err error
		c.who, keys, err = s.store.Person(grant.userName)
		ok = err == nil
	}
	if !ok {
		status := http.StatusUnauthorized
		if c.variants.ForbidsBadTokens {
			status = http.StatusForbidden
		} else {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		}
		adminError(w, status, "InvalidToken", "Invalid token passed")
		return nil, false
	}
	if s.throttle.admin(grant.clientID) {
		adminError(w, http.StatusTooManyRequests, "TooManyRequests", "Too many requests")
		return nil, false
	}
	if !grant.covers(adminScope) {
		adminError(w, http.StatusForbidden, "InsufficientScope", "The token does not have the scope "+adminScope)
		return nil, false
	}
	c.companies = s.companies(keys, c.variants.SeveralAccounts)
	return c, true
}

// companies returns the companies with the keys, in that order, and behind them all others if wanted.
func (s *Server) companies(keys []string, all bool) []store.Company {
	known := s.store.Companies()
	var list []store.Company
	for _, key := range keys {
		for i, company := range known {
			if company.Key == key {
				list = append(list, company)
				known = append(known[:i:i], known[i+1:]...)
				break
			}
		}
	}
	if all {
		list = append(list, known...)
	}
	return list
}
