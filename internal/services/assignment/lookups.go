// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// errOverBudget says that a look-up was left out to keep the number of requests down.
var errOverBudget = errors.New("too many look-ups for advice alone")

// lookUps answers questions about single things with calls about many: what is asked for while one call is under way
// goes together in the next, and answers are kept. A refused permission is kept too.
type lookUps[V any] struct {
	fetch func(ctx context.Context, keys []string) (map[string]V, error)
	size  int // keys in a call
	turn  chan struct{}

	mu     sync.Mutex
	known  map[string]V
	next   *lookUp
	budget int // calls left for questions that may stay open
	err    error
}

type lookUp struct {
	keys map[string]bool
	done chan struct{}
	err  error
}

func newLookUps[V any](size, budget int, fetch func(context.Context, []string) (map[string]V, error)) *lookUps[V] {
	l := &lookUps[V]{fetch: fetch, size: size, budget: budget, turn: make(chan struct{}, 1), known: map[string]V{}}
	l.turn <- struct{}{} // there while no call is under way
	return l
}

// advise answers a question that may stay open: with errOverBudget.
func (l *lookUps[V]) advise(ctx context.Context, key string) (V, error) {
	return l.get(ctx, key, nil, true)
}

// one answers a question. Likely keys, which others are going to ask for, fill a call up.
func (l *lookUps[V]) one(ctx context.Context, key string, likely func() []string) (V, error) {
	return l.get(ctx, key, likely, false)
}

func (l *lookUps[V]) get(ctx context.Context, key string, likely func() []string, mayStayOpen bool) (V, error) {
	var none V
	for {
		l.mu.Lock()
		if value, ok := l.known[key]; ok {
			l.mu.Unlock()
			return value, nil
		}
		if l.err != nil {
			defer l.mu.Unlock()
			return none, l.err
		}
		call, leads := l.next, l.next == nil
		if leads {
			if mayStayOpen {
				if l.budget == 0 {
					l.mu.Unlock()
					return none, errOverBudget
				}
				l.budget--
			}
			call = &lookUp{keys: map[string]bool{}, done: make(chan struct{})}
			l.next = call
		}
		call.add(key, l.size)
		if leads && likely != nil {
			for _, other := range likely() {
				if _, ok := l.known[other]; !ok {
					call.add(other, l.size)
				}
			}
		}
		l.mu.Unlock()
		if leads {
			l.lead(ctx, call)
		}
		select {
		case <-call.done:
		case <-ctx.Done():
			return none, ctx.Err()
		}
		if call.err != nil && (!memo.Interrupted(call.err) || ctx.Err() != nil) {
			return none, call.err
		}
	}
}

func (c *lookUp) add(key string, size int) {
	if len(c.keys) < size {
		c.keys[key] = true
	}
}

// lead makes the call for everybody who joined before its turn came.
func (l *lookUps[V]) lead(ctx context.Context, call *lookUp) {
	defer close(call.done)
	select {
	case <-l.turn:
		defer func() { l.turn <- struct{}{} }()
	case <-ctx.Done():
		call.err = ctx.Err()
	}
	l.mu.Lock()
	l.next = nil
	keys := make([]string, 0, len(call.keys))
	for key := range call.keys {
		keys = append(keys, key)
	}
	l.mu.Unlock()
	if call.err == nil {
		call.err = l.learn(ctx, keys)
	}
}

func (l *lookUps[V]) learn(ctx context.Context, keys []string) error {
	found, err := l.fetch(ctx, keys)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if graph.IsPermissionDenied(err) {
			l.err = err
		}
		return err
	}
	for _, key := range keys {
		l.known[key] = found[key] // the zero value says that there is none
	}
	return nil
}

// all answers many questions, in as few calls as fetch makes of them.
func (l *lookUps[V]) all(ctx context.Context, keys []string) (map[string]V, error) {
	l.mu.Lock()
	var open []string
	for _, key := range keys {
		if _, ok := l.known[key]; !ok {
			open = append(open, key)
		}
	}
	err := l.err
	l.mu.Unlock()
	if len(open) > 0 {
		if err == nil {
			err = l.learn(ctx, open)
		}
		if err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	answers := make(map[string]V, len(keys))
	for _, key := range keys {
		answers[key] = l.known[key]
	}
	return answers, nil
}

// remember keeps an answer that came by another way.
func (l *lookUps[V]) remember(key string, value V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[key] = value
}
