// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"context"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// answerMaxAge is how long several data sources of one run share an answer.
const answerMaxAge = time.Minute

// customer is the GoTo account that the provider is configured for, as all data sources of one Configure see it: GoTo
// answers ten requests in a second, and ten thousand people take a dozen.
type customer struct {
	data     *providerdata.Data
	identity answer[gotoadmin.Account]
	people   answer[[]gotoadmin.User]
	pools    answer[[]gotoadmin.License]
}

type customerKey struct{}

func customerOf(data *providerdata.Data) *customer {
	return providerdata.Shared(data, customerKey{}, func() *customer { return &customer{data: data} })
}

// account returns the GoTo account. Without credentials the error is a *providerdata.NoGoToError.
func (c *customer) account(ctx context.Context) (gotoadmin.Account, error) {
	return c.identity.get(c.data, func(client *gotoadmin.Client) (gotoadmin.Account, error) { return client.Account(ctx) })
}

// users returns everybody in the account, sorted by e-mail address ignoring case. The slice is shared.
func (c *customer) users(ctx context.Context) ([]gotoadmin.User, error) {
	return c.people.get(c.data, func(client *gotoadmin.Client) ([]gotoadmin.User, error) { return client.Users(ctx) })
}

// licenses returns the account's licences, sorted by key. The slice is shared.
func (c *customer) licenses(ctx context.Context) ([]gotoadmin.License, error) {
	return c.pools.get(c.data, func(client *gotoadmin.Client) ([]gotoadmin.License, error) { return client.Licenses(ctx) })
}

// answer is something that GoTo told.
type answer[T any] struct {
	mu    sync.Mutex // held while GoTo is asked, so that who comes meanwhile gets the same answer
	value T
	at    time.Time
	known bool
}

// get returns the answer, asking for it unless it is fresh. Once this run has changed something in the directory, accounts
// may come and go at any time, and everybody asks anew. Errors are not kept.
func (a *answer[T]) get(data *providerdata.Data, ask func(*gotoadmin.Client) (T, error)) (T, error) {
	client, err := data.GoToClient()
	if err != nil {
		var none T
		return none, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := data.Graph.Clock().Now()
	if a.known && now.Sub(a.at) < answerMaxAge && !data.Graph.HasWritten() {
		return a.value, nil
	}
	value, err := ask(client)
	if err == nil {
		a.value, a.at, a.known = value, now, true
	}
	return value, err
}
