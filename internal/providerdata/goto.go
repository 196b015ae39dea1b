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
	Account  func(context.Context) (gotoadmin.Account, error)   // key and name
	Users    func(context.Context) ([]gotoadmin.User, error)    // sorted by e-mail address ignoring case
	Licenses func(context.Context) ([]gotoadmin.License, error) // sorted by key
}

type customerKey struct{}

// Customer returns the GoTo account, the same one on every call.
func (d *Data) Customer() *Customer {
	return Shared(d, customerKey{}, func() *Customer {
		return &Customer{remember(d, (*gotoadmin.Client).Account), remember(d, (*gotoadmin.Client).Users), remember(d, (*gotoadmin.Client).Licenses)}
	})
}

// remember asks GoTo once for everybody. Once this run has changed something in the directory, accounts may come and go at
// any time, and everybody asks anew.
func remember[T any](d *Data, ask func(*gotoadmin.Client, context.Context) (T, error)) func(context.Context) (T, error) {
	value := &memo.Value[T]{Clock: d.Graph.Clock(), MaxAge: customerAge, Fetch: func(ctx context.Context) (answer T, err error) {
		client, err := d.GoToClient()
		if err != nil {
			return answer, err
		}
		return ask(client, ctx)
	}}
	return func(ctx context.Context) (T, error) {
		if d.Graph.HasWritten() {
			return value.Now(ctx)
		}
		return value.Get(ctx)
	}
}
