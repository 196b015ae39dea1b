// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import "context"

// Gate is a lock that a waiting caller's context can break.
type Gate chan struct{}

// NewGate returns an open Gate.
func NewGate() Gate { return make(Gate, 1) }

// Acquire closes the gate for others, or returns ctx's error when ctx ends first.
func (g Gate) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Release opens the gate again.
func (g Gate) Release() { <-g }
