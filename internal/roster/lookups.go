// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// lookUps answers questions about single objects with calls about many: questions that arrive during one call
// are combined in the next, and answers are kept. A refused permission is kept too.
type lookUps[V any] struct {
	fetch func(ctx context.Context, keys []string) (map[string]V, error)
	size  int // keys in a call
	turn  chan struct{}

	// After some calls there seem to be many questions, and a survey answers what it can without being told the keys. It
	// says what fetch would say, so an answer does not depend on who asks first. nil for none.
	survey      func(context.Context) map[string]V
	surveyAfter int

	mu      sync.Mutex
	answers map[string]V
	next    *lookUp
	calls   int
	err     error
}

type lookUp struct {
	keys map[string]bool
	done chan struct{}
	err  error

	filled bool // up with likely keys: there is little for a survey to add
}

func newLookUps[V any](size int, fetch func(context.Context, []string) (map[string]V, error)) *lookUps[V] {
	l := &lookUps[V]{fetch: fetch, size: size, turn: make(chan struct{}, 1), answers: map[string]V{}}
	l.turn <- struct{}{} // there while no call is under way
	return l
}

// one answers a question. Likely keys, which others are going to request, fill up the call.
func (l *lookUps[V]) one(ctx context.Context, key string, likely func() []string) (V, error) {
	var none V
	for {
		l.mu.Lock()
		if value, ok := l.answers[key]; ok {
			l.mu.Unlock()
			return value, nil
		}
		if l.err != nil {
			defer l.mu.Unlock()
			return none, l.err
		}
		call, leads := l.next, l.next == nil
		if leads {
			call = &lookUp{keys: map[string]bool{}, done: make(chan struct{})}
			l.next = call
		}
		call.add(key, l.size)
		if leads && likely != nil {
			call.filled = true
			for _, other := range likely() {
				if _, ok := l.answers[other]; !ok {
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
	if !call.filled {
		l.calls++
	}
	surveys := call.err == nil && !call.filled && l.survey != nil && l.calls == l.surveyAfter+1
	l.mu.Unlock()
	if surveys {
		l.remember(l.survey(ctx))
	}
	if keys := l.open(slices.Collect(maps.Keys(call.keys))); call.err == nil && len(keys) > 0 {
		call.err = l.learn(ctx, keys)
	}
}

// open returns those of the keys that are not answered.
func (l *lookUps[V]) open(keys []string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		_, ok := l.answers[key]
		return ok
	})
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
		l.answers[key] = found[key] // the zero value says that there is none
	}
	return nil
}

// all answers many questions, in as few calls as fetch makes of them. Who asks while a call is under way waits for what that
// tells: a thousand instances of a plan ask for the same groups.
func (l *lookUps[V]) all(ctx context.Context, keys []string) (map[string]V, error) {
	if len(l.open(keys)) > 0 {
		if err := l.ask(ctx, keys); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	answers := make(map[string]V, len(keys))
	for _, key := range keys {
		answers[key] = l.answers[key]
	}
	return answers, nil
}

// ask makes a call for those of the keys that are still not answered when its turn comes.
func (l *lookUps[V]) ask(ctx context.Context, keys []string) error {
	select {
	case <-l.turn:
		defer func() { l.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	open := l.open(keys)
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	if err != nil || len(open) == 0 {
		return err
	}
	return l.learn(ctx, open)
}

// remember keeps answers that came by another way.
func (l *lookUps[V]) remember(answers map[string]V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(l.answers, answers)
}
