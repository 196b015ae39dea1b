// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"slices"
	"time"
)

// After a write whose answer was lost, the service is asked what became of it: so often, which takes some four seconds, until
// it is believed that nothing did. Whoever was interrupted takes a moment for that, too.
const (
	settleLooks = 4
	settleGrace = 15 * time.Second
)

// Outlast returns a context in which to look at what a write did: it ends a while after ctx does, also where ctx has ended
// already. An interrupted apply that knows what it did leaves nothing behind unseen.
func Outlast(ctx context.Context) (context.Context, context.CancelFunc) {
	look, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(settleGrace, cancel) })
	return look, func() {
		stop()
		cancel()
	}
}

// Poller waits with growing pauses; see Client.Poll.
type Poller interface {
	Poll(ctx context.Context, what string, check func(context.Context) (done bool, seen string, err error)) error
}

// Settle looks for the effect of a write whose outcome is open until it is seen, or often enough, also when ctx has ended. An
// error says why looking told nothing.
func Settle(ctx context.Context, p Poller, what string, look func(context.Context) (seen bool, err error)) (seen bool, err error) {
	ctx, cancel := Outlast(ctx)
	defer cancel()
	looks := settleLooks
	err = p.Poll(ctx, what, func(ctx context.Context) (bool, string, error) {
		var err error
		seen, err = look(ctx)
		looks--
		return seen || looks <= 0, "not seen yet", err
	})
	return seen && err == nil, err
}

// doubleShows bounds the wait for listings that lag to show what was made, and what was made twice.
const doubleShows = 3 * time.Minute

// OpenError says that it is not known whether something was made.
type OpenError struct {
	err error
	// Look is why looking for it told nothing; nil when it was looked for and not seen.
	Look error
}

func (e *OpenError) Error() string { return e.err.Error() }

// Unwrap returns the error of the write.
func (e *OpenError) Unwrap() error { return e.err }

// Making makes something that a second call would make twice, such as an application.
type Making[T any] struct {
	What string // what is waited for: "the application to appear"
	Make func(context.Context) (T, error)
	// Find lists what Make may have made, and nothing that was there before.
	Find func(context.Context) ([]T, error)
	ID   func(T) string
	// Undo removes what was made in vain.
	Undo func(context.Context, T) error
}

// Made is what a Making made.
type Made[T any] struct {
	It T
	// Twin is a second one that could not be removed.
	Twin *T
	// Unsure reports that an attempt with a lost answer may have made a twin, and that it was not to be found out.
	Unsure bool
}

// Do makes it. A lost answer is settled by looking, and only what no look shows is tried once more; what was made twice by that
// is removed. An error after which it is not known whether there is something is an *OpenError.
func (m Making[T]) Do(ctx context.Context, p Poller) (Made[T], error) {
	one, err := m.Make(ctx)
	if !IsAmbiguous(err) {
		return Made[T]{It: one}, err
	}
	found, lookErr := m.look(ctx, p)
	if len(found) == 0 && lookErr == nil && ctx.Err() == nil {
		switch one, err = m.Make(ctx); {
		case err == nil:
			return m.alone(ctx, p, one), nil
		case IsConflict(err): // there is one already, which listings are slow to show
			found, lookErr = m.await(ctx, p, func(found []T) bool { return len(found) > 0 })
		case IsAmbiguous(err):
			found, lookErr = m.look(ctx, p)
		}
	}
	if len(found) == 0 {
		return Made[T]{}, &OpenError{err, lookErr}
	}
	return Made[T]{It: found[0]}, nil
}

// look is Settle for what was made.
func (m Making[T]) look(ctx context.Context, p Poller) (found []T, err error) {
	_, err = Settle(ctx, p, m.What, func(ctx context.Context) (bool, error) {
		found, err = m.Find(ctx)
		return len(found) > 0, err
	})
	return found, err
}

// await lists until the listing is as it should be. That it is not within the time is not an error.
func (m Making[T]) await(ctx context.Context, p Poller, enough func([]T) bool) (found []T, err error) {
	bounded, cancel := context.WithTimeout(ctx, doubleShows)
	defer cancel()
	err = p.Poll(bounded, m.What, func(ctx context.Context) (bool, string, error) {
		found, err = m.Find(ctx)
		return enough(found), "", err
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return found, err
}

// alone makes sure that what was made is the only one. A listing that shows it also shows what was made before it.
func (m Making[T]) alone(ctx context.Context, p Poller, one T) Made[T] {
	is := func(other T) bool { return m.ID(other) == m.ID(one) }
	found, _ := m.await(ctx, p, func(found []T) bool { return slices.ContainsFunc(found, is) })
	shown := slices.ContainsFunc(found, is)
	others := slices.DeleteFunc(found, is)
	switch {
	case len(others) == 0:
		return Made[T]{It: one, Unsure: !shown}
	case m.Undo(ctx, one) == nil:
		return Made[T]{It: others[0]}
	}
	return Made[T]{It: one, Twin: &others[0]}
}
