// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// How many batches are under way at once: few to begin with, fewer while the directory throttles, more while it does
// not. More than eight gain nothing, since the directory's quota counts requests and not connections.
const (
	firstParallel = 4
	mostParallel  = 8
	cleanToGrow   = 5
	mostThrottles = 50
)

// task is one assignment to make, to remove, or to replace by an equal one.
type task struct {
	Key
	assignmentID string // of the one to remove, "" to make one
	again        bool   // what is removed is created again, in one batch
}

func (t task) removes() bool { return t.assignmentID != "" && !t.again }

// attempt is a task and what became of it so far.
type attempt struct {
	task
	notBefore time.Time
	firstMiss time.Time     // when a part of the directory first did not know an end of the assignment
	missPause time.Duration // before the next attempt after such an answer
	throttles int
	tries     int
	unsettled bool  // an attempt may have taken effect
	err       error // what the last attempt ended with
}

// errNotTried says that a task was given up before its turn came.
var errNotTried = errors.New("no longer attempted")

// writer makes and removes assignments in batches. All its state belongs to the one goroutine that runs it.
type writer struct {
	app      *Application
	queue    []*attempt // to be sent
	later    []*attempt // to be sent when their time has come
	look     []*attempt // their fate is to be looked up
	failed   map[Key]error
	parallel int
	clean    int
	pace     pace
	resumeAt time.Time // nothing is sent before
	growing  time.Duration
	fatal    error
}

// write carries tasks out and returns those that failed, by what they are about.
func write(ctx context.Context, app *Application, tasks []task) map[Key]error {
	w := &writer{app: app, failed: map[Key]error{}, parallel: firstParallel, growing: firstPause}
	for _, t := range tasks {
		w.queue = append(w.queue, &attempt{task: t})
	}
	if len(tasks) > 0 {
		defer app.listing.Drop()
	}
	for {
		w.send(ctx)
		if len(w.look) == 0 {
			return w.failed
		}
		w.settle(ctx)
		if len(w.queue) == 0 {
			return w.failed
		}
	}
}

type batchResult struct {
	attempts []*attempt
	answers  []graph.BatchResponse
	err      error
}

// send empties the queue. What the service refused before acting goes back into it.
func (w *writer) send(ctx context.Context) {
	results := make(chan batchResult)
	running := 0
	for {
		for running < w.parallel && w.fatal == nil && ctx.Err() == nil {
			batch := w.take()
			if len(batch) == 0 {
				break
			}
			running++
			go func() {
				answers, err := w.app.directory.Batch(ctx, requestsOf(w.app.ID, batch))
				results <- batchResult{batch, answers, err}
			}()
		}
		if running > 0 {
			w.judgeBatch(<-results)
			running--
			continue
		}
		if len(w.queue)+len(w.later) == 0 {
			return
		}
		if w.fatal == nil && ctx.Err() == nil && w.app.directory.Clock().Sleep(ctx, w.idle()) == nil {
			continue
		}
		w.giveUp(ctx)
		return
	}
}

// take removes up to a batch of attempts from the queue.
func (w *writer) take() []*attempt {
	now := w.app.directory.Clock().Now()
	if now.Before(w.resumeAt) {
		return nil
	}
	w.later = slices.DeleteFunc(w.later, func(a *attempt) bool {
		due := !now.Before(a.notBefore)
		if due {
			w.queue = append(w.queue, a)
		}
		return due
	})
	n := 0
	for size := 0; n < len(w.queue); n++ {
		if size += w.queue[n].requests(); size > graph.MaxBatch {
			break
		}
	}
	batch := w.queue[:n:n]
	w.queue = w.queue[n:]
	return batch
}

// idle is how long there is nothing to send.
func (w *writer) idle() time.Duration {
	ready := w.resumeAt
	if len(w.queue) == 0 {
		if first := slices.MinFunc(w.later, func(a, b *attempt) int { return a.notBefore.Compare(b.notBefore) }).notBefore; first.After(ready) {
			ready = first
		}
	}
	return ready.Sub(w.app.directory.Clock().Now())
}

func requestsOf(servicePrincipalID string, batch []*attempt) []graph.BatchRequest {
	requests := make([]graph.BatchRequest, 0, len(batch))
	for _, a := range batch {
		if a.assignmentID != "" {
			requests = append(requests, graph.DeleteAssignmentRequest(servicePrincipalID, a.assignmentID))
		}
		if !a.removes() {
			made := graph.NewAssignmentRequest(servicePrincipalID, a.PrincipalID, a.RoleID)
			made.Follows = a.again
			requests = append(requests, made)
		}
	}
	return requests
}

// requests is how many requests an attempt takes.
func (a *attempt) requests() int {
	if a.again {
		return 2
	}
	return 1
}

// judgeBatch judges the answers to one batch.
func (w *writer) judgeBatch(r batchResult) {
	for _, a := range r.attempts {
		a.tries++
	}
	switch {
	case r.err == nil:
	case graph.IsAmbiguous(r.err):
		for _, a := range r.attempts {
			a.unsettled, a.err = true, r.err
			w.look = append(w.look, a)
		}
		return
	default:
		w.fatal = r.err
		for _, a := range r.attempts {
			a.err = r.err
			w.queue = append(w.queue, a)
		}
		return
	}
	refused, answers := 0, r.answers
	for _, a := range r.attempts {
		mine := answers[:a.requests()]
		answers = answers[len(mine):]
		if a.err = mine[0].Err; a.again && (a.err == nil || isGone(a.err)) {
			w.app.removed.Add(a.assignmentID)
			a.again, a.assignmentID = false, "" // from here on it is one to make
			if gone := a.err != nil; gone {
				w.queue = append(w.queue, a)
				continue
			}
			a.err = mine[1].Err
		}
		if w.judge(a) {
			refused++
		}
	}
	w.adapt(len(r.attempts)-refused, refused)
}

// judge decides what comes after an answer, and reports whether it says that the directory's quota is used up.
func (w *writer) judge(a *attempt) (throttled bool) {
	now := w.app.directory.Clock().Now()
	switch {
	case a.err == nil:
		if a.removes() {
			w.app.removed.Add(a.assignmentID)
		}
	case passing(a.err) && a.throttles < mostThrottles:
		a.throttles++
		a.tries-- // nothing was tried
		pause := retryAfter(a.err)
		if pause == 0 {
			pause = w.growing
		}
		a.notBefore = now.Add(pause)
		w.later = append(w.later, a)
		if isThrottled(a.err) {
			// Requests during throttling count, too: better that nobody asks until the longest pause is over.
			if a.notBefore.After(w.resumeAt) {
				w.resumeAt = a.notBefore
			}
			return true
		}
	case graph.IsAmbiguous(a.err):
		a.unsettled = true
		w.look = append(w.look, a)
	case graph.IsBadRequest(a.err), graph.IsConflict(a.err):
		// A double, or one that is gone already, or really a bad request: a look tells. After a conflict with somebody
		// else's write what is still to be done is tried again.
		w.look = append(w.look, a)
	case graph.IsNotFound(a.err) && a.removes():
		w.app.removed.Add(a.assignmentID)
	case graph.IsNotFound(a.err) && a.mayAppear(now):
		w.later = append(w.later, a)
	case graph.IsPermissionDenied(a.err):
		w.fatal = a.err
		w.failed[a.Key] = a.err
	default:
		w.failed[a.Key] = a.err
	}
	return false
}

// mayAppear plans another attempt at an assignment one of whose ends the directory does not know, as long as that may
// be because it was just created.
func (a *attempt) mayAppear(now time.Time) bool {
	if a.firstMiss.IsZero() {
		a.firstMiss, a.missPause = now, firstPause
	} else {
		a.missPause = min(2*a.missPause, longestWait)
	}
	a.notBefore = now.Add(a.missPause)
	return a.notBefore.Sub(a.firstMiss) <= ReplicationPatience
}

// adapt changes how many batches go at once, and how fast one follows another.
func (w *writer) adapt(accepted, refused int) {
	now := w.app.directory.Clock().Now()
	w.pace.learn(now, accepted, refused)
	if next := now.Add(w.pace.after(len(w.queue) + len(w.later))); next.After(w.resumeAt) {
		w.resumeAt = next
	}
	switch {
	case refused > 0:
		w.parallel, w.clean = 1, 0
		w.growing = min(2*w.growing, longestWait)
		return
	case w.pace.every > 0:
		return
	}
	w.growing = firstPause
	if w.clean++; w.clean >= cleanToGrow {
		w.parallel, w.clean = min(w.parallel+1, mostParallel), 0
	}
}

// giveUp leaves the queue as it is. What may have taken effect is still looked up.
func (w *writer) giveUp(ctx context.Context) {
	for _, a := range slices.Concat(w.queue, w.later) {
		switch {
		case a.unsettled:
			w.look = append(w.look, a)
		case a.err != nil && !passing(a.err):
			w.failed[a.Key] = a.err
		case w.fatal != nil:
			w.failed[a.Key] = w.fatal
		case ctx.Err() != nil:
			w.failed[a.Key] = fmt.Errorf("%w: %w", errNotTried, ctx.Err())
		default:
			w.failed[a.Key] = errNotTried
		}
	}
	w.queue, w.later = nil, nil
}

// settle finds out in fresh listings what became of the attempts whose answers left it open. What is absent although it
// should be there is tried again, unless the service said why it will not have it.
func (w *writer) settle(ctx context.Context) {
	open := w.look
	w.look = nil
	over := ctx.Err() != nil || w.fatal != nil
	_, err := w.app.lookOften(ctx, "the assignments to appear", func(l *Listing) bool {
		open = slices.DeleteFunc(open, func(a *attempt) bool { return a.achieved(l) })
		return len(open) == 0
	})
	for _, a := range open {
		switch {
		case err == nil && !over && (a.unsettled && !graph.IsBadRequest(a.err) || graph.IsConflict(a.err)) && a.tries < AssignTries:
			w.queue = append(w.queue, a)
		case a.unsettled && !graph.IsBadRequest(a.err):
			w.failed[a.Key] = &UnsettledError{a.err}
		default:
			w.failed[a.Key] = a.err
		}
	}
}

// achieved reports whether the listing shows what the attempt wanted.
func (a *attempt) achieved(l *Listing) bool {
	if a.removes() {
		_, there := l.withID(a.assignmentID)
		return !there
	}
	found, there := l.Get(a.Key)
	if a.again && !there {
		a.again, a.assignmentID = false, ""
	}
	return there && found.ID != a.assignmentID
}
