// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
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

// gotoRoutes is the table of GoTo's operations.
func gotoRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST "+gotoTokenPath, operation((*call).postGoToToken))
	mux.Handle("GET "+gotoAdminPath+"/me", administered((*adminCall).getMe))
	mux.Handle("GET "+gotoAdminPath+"/accounts/{account}/users", administered(within((*adminCall).listUsers)))
	mux.Handle("GET "+gotoAdminPath+"/accounts/{account}/licenses", administered(within((*adminCall).listLicences)))
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
