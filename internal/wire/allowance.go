// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrSpent says that an allowance is used up.
var ErrSpent = errors.New("the limit on requests is reached")

// Allowance is how many exchanges there may be below a context.
type Allowance struct{ left atomic.Int64 }

type allowanceKey struct{}

// NewAllowance returns an allowance of n exchanges.
func NewAllowance(n int64) *Allowance {
	a := &Allowance{}
	a.left.Store(n)
	return a
}

// In makes the calls below ctx use up the allowance: once it is gone they fail without an exchange.
func (a *Allowance) In(ctx context.Context) context.Context {
	return context.WithValue(ctx, allowanceKey{}, a)
}

// take uses up one exchange of the allowance that ctx carries, if it carries one.
func take(ctx context.Context) error {
	if a, limited := ctx.Value(allowanceKey{}).(*Allowance); limited && a.left.Add(-1) < 0 {
		return ErrSpent
	}
	return nil
}
