// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package providerdata

import (
	"context"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// NoGoToError says why there is no client of GoTo's Admin API: credentials that neither the provider block nor the
// environment gives.
type NoGoToError struct {
	Given   []string // attributes of `goto`; none when GoTo is not configured at all
	Missing []string // attributes of `goto`
}

func (e *NoGoToError) Error() string {
	return "the provider's GoTo credentials lack " + strings.Join(e.Missing, ", ")
}

// GoToCredentials are the attributes of `goto` without which nobody signs in to GoTo.
func GoToCredentials() []string {
	return []string{"client_id", "client_secret", "personal_access_token"}
}

// GoToClient returns the client of GoTo's Admin API, the same one on every call; it signs in on its first request. When
// credentials are missing the error is a *NoGoToError.
func (d *Data) GoToClient() (*gotoadmin.Client, error) {
	if d.GoTo == nil {
		return nil, &NoGoToError{Missing: GoToCredentials()}
	}
	return d.GoTo()
}

// customerAge is how long several data sources of one run share what GoTo said.
const customerAge = time.Minute

// Customer is the GoTo account that the provider is configured for, as everybody in one run sees it: GoTo answers ten
// requests in a second, and ten thousand users take a dozen. Slices are shared. Without credentials the error is a
// *NoGoToError.
type Customer struct {
	data     *Data
	account  memo.Value[gotoadmin.Account]
	users    memo.Value[[]gotoadmin.User]
	licenses memo.Value[[]gotoadmin.License]
}

type customerKey struct{}

// Customer returns the GoTo account, the same one on every call.
func (d *Data) Customer() *Customer {
	return Shared(d, customerKey{}, func() *Customer {
		c := &Customer{data: d}
		prepare(d, &c.account, (*gotoadmin.Client).Account)
		prepare(d, &c.users, (*gotoadmin.Client).Users)
		prepare(d, &c.licenses, (*gotoadmin.Client).Licenses)
		return c
	})
}

func prepare[T any](d *Data, value *memo.Value[T], ask func(*gotoadmin.Client, context.Context) (T, error)) {
	value.Clock, value.MaxAge = d.Graph.Clock(), customerAge
	value.Fetch = func(ctx context.Context) (T, error) {
		client, err := d.GoToClient()
		if err != nil {
			var none T
			return none, err
		}
		return ask(client, ctx)
	}
}

// Account returns the key and name of the GoTo account.
func (c *Customer) Account(ctx context.Context) (gotoadmin.Account, error) {
	return latest(ctx, c.data, &c.account)
}

// Users returns everybody in the account, sorted by e-mail address ignoring case.
func (c *Customer) Users(ctx context.Context) ([]gotoadmin.User, error) {
	return latest(ctx, c.data, &c.users)
}

// Licenses returns the account's licenses, sorted by key.
func (c *Customer) Licenses(ctx context.Context) ([]gotoadmin.License, error) {
	return latest(ctx, c.data, &c.licenses)
}

// latest asks anew once this run has changed something in the directory: from then on accounts may come and go at any time.
func latest[T any](ctx context.Context, d *Data, value *memo.Value[T]) (T, error) {
	if d.Graph.HasWritten() {
		return value.Now(ctx)
	}
	return value.Get(ctx)
}
