// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// AssignTries is how often an assignment is tried.
const AssignTries = 5

// settleLooks is how often a listing is read before it is trusted about an assignment that was just created, within about four seconds.
const settleLooks = 4

// ExistsError says that this run has made the same assignment before, for another resource.
type ExistsError struct {
	Found graph.Assignment
}

func (e *ExistsError) Error() string { return "the assignment already exists: " + e.Found.ID }

// UnsettledError says that it is unknown whether an attempted assignment was created.
type UnsettledError struct {
	err error
}

func (e *UnsettledError) Error() string { return e.err.Error() }

func (e *UnsettledError) Unwrap() error { return e.err }

// Assign gives a principal a role. After a lost response, a listing decides, and only an assignment that is absent there
// is tried again. An existing assignment is created again: it may be what a resource with another address is about to remove. Remove
// leaves the new one then, and another process, which runs for another provider configuration or another state, does not
// know its id. Its errors may be an ExistsError or an UnsettledError.
func (a *Application) Assign(ctx context.Context, key Key) (graph.Assignment, error) {
	made, err := a.assign(ctx, key)
	if err == nil && !a.made.Add(made.ID) {
		return graph.Assignment{}, &ExistsError{made}
	}
	return made, err
}

func (a *Application) assign(ctx context.Context, key Key) (graph.Assignment, error) {
	ours := false // an attempt of this call may have taken effect
	for try := 1; ; try++ {
		made, err := a.directory.CreateAssignment(graph.WithReplicationWait(ctx, ReplicationPatience), a.ID, key.PrincipalID, key.RoleID)
		if err == nil {
			a.listing.Drop()
			return made, nil
		}
		if !graph.IsAmbiguous(err) && !graph.IsBadRequest(err) && !graph.IsConflict(err) {
			return graph.Assignment{}, err
		}
		ours = ours || graph.IsAmbiguous(err)
		if !ours {
			if found, ok := a.adopt(ctx, key); ok {
				return found, nil
			}
			if (try == 1 || graph.IsConflict(err) || a.left.Has(key)) && ctx.Err() == nil && try < AssignTries {
				continue // somebody else was writing at the same time, or it was removed since
			}
			return graph.Assignment{}, err
		}
		found, ok, lookErr := a.settle(ctx, key)
		switch {
		case lookErr != nil:
			return graph.Assignment{}, &UnsettledError{err}
		case ok:
			return found, nil
		case graph.IsBadRequest(err), ctx.Err() != nil, try == AssignTries:
			return graph.Assignment{}, err
		}
	}
}

// adopt creates the existing duplicate of a refused assignment again while no single assignment is removed, and keeps it from being
// removed afterward. An assignment that this run has created stays as it is, and so does one that cannot be created again.
func (a *Application) adopt(ctx context.Context, key Key) (graph.Assignment, bool) {
	a.Writing.Lock()
	defer a.Writing.Unlock()
	found, ok := a.duplicate(ctx, key)
	if !ok {
		return found, false
	}
	a.kept.Add(key)
	if a.made.Has(found.ID) || a.handed.Has(key) {
		return found, true
	}
	return a.remake(ctx, found, key)
}

// remake replaces an assignment by an equal one in a single request, so no interruption falls between. If the old one
// is gone although the new one does not exist, the caller tries again.
func (a *Application) remake(ctx context.Context, old graph.Assignment, key Key) (graph.Assignment, bool) {
	defer a.listing.Drop()
	again := graph.NewAssignmentRequest(a.ID, key.PrincipalID, key.RoleID)
	again.Follows = true
	pair := []graph.BatchRequest{graph.DeleteAssignmentRequest(a.ID, old.ID), again}
	answers, err := a.directory.Batch(context.WithoutCancel(ctx), pair)
	for try := 1; err == nil && passing(answers[0].Err) && try < AssignTries && a.directory.Clock().Sleep(ctx, max(retryAfter(answers[0].Err), firstPause)) == nil; try++ {
		answers, err = a.directory.Batch(context.WithoutCancel(ctx), pair)
	}
	if err != nil || answers[0].Err != nil && !isGone(answers[0].Err) {
		found, ok, err := a.settle(ctx, key) // the old one, or what a request without an answer has made
		if !ok && err == nil {
			a.left.Add(key)
		}
		return found, ok && err == nil
	}
	a.removed.Add(old.ID)
	a.left.Add(key)
	var made graph.Assignment
	if answers[1].Err == nil && json.Unmarshal(answers[1].Body, &made) == nil && made.ID != "" {
		return made, true
	}
	return graph.Assignment{}, false
}

// isGone reports whether the removal of an assignment that just existed was refused because somebody else has
// removed it: lagging listings may show it for a while.
func isGone(err error) bool { return graph.IsNotFound(err) || graph.IsBadRequest(err) }

// duplicate looks for the assignment that a refused one would duplicate, without relying on the service's message.
func (a *Application) duplicate(ctx context.Context, key Key) (graph.Assignment, bool) {
	if l, err := a.listing.Get(ctx); err == nil {
		if found, ok := l.Get(key); ok {
			return found, true
		}
	}
	found, ok, err := a.settle(ctx, key)
	return found, ok && err == nil
}

// settle looks for an assignment in fresh listings until it appears or has been absent often enough.
func (a *Application) settle(ctx context.Context, key Key) (found graph.Assignment, ok bool, err error) {
	ok, err = a.lookOften(ctx, "the assignment to appear", func(l *Listing) (ok bool) {
		found, ok = l.Get(key)
		return ok
	})
	return found, ok, err
}

// lookOften passes fresh listings to see until it succeeds, or often enough.
func (a *Application) lookOften(ctx context.Context, what string, see func(*Listing) bool) (seen bool, err error) {
	return graph.Settle(ctx, a.directory, what, func(ctx context.Context) (bool, error) {
		l, err := a.listing.Now(ctx)
		return err == nil && see(l), err
	})
}

// Remove removes an assignment by its id. An assignment that is already gone is a success, and so is one that this run has made
// part of a set or taken over for another resource. The caller shares Writing.
func (a *Application) Remove(ctx context.Context, id string, key Key) error {
	if a.kept.Has(key) {
		return nil
	}
	defer a.listing.Drop()
	if err := a.directory.DeleteAssignment(ctx, a.ID, id); err != nil {
		return err
	}
	a.removed.Add(id)
	a.left.Add(key)
	return nil
}

// Outcome is what writing a set achieved.
type Outcome struct {
	Held   map[Key]bool  // of what was wanted or was to go: what is there now
	Failed map[Key]error // what could not be made or removed
	Total  int           // how many assignments were to be made or removed
	Lines  []string      // one for each failure, what was refused before what was not tried
	First  error         // of these
}

// errRoleKept says that a principal keeps a role because it could not be assigned the new one.
var errRoleKept = errors.New("kept, because the new role could not be assigned")

// Converge creates the wanted assignments that are missing, and only then removes those that are no longer wanted. A principal that could
// not be assigned the new role keeps the old one. The caller holds Writing.
func (a *Application) Converge(ctx context.Context, held map[Key]graph.Assignment, wanted, removed map[Key]bool) Outcome {
	o := Outcome{Held: make(map[Key]bool, len(wanted)), Failed: map[Key]error{}}
	a.Keep(wanted)
	names := map[string]string{}
	var tasks []task
	for _, key := range SortedKeys(wanted) {
		o.Held[key] = true
		if _, ok := held[key]; !ok {
			tasks = append(tasks, task{Key: key})
		}
	}
	o.Total = len(tasks)
	waiting := map[string]error{}
	for key, err := range write(ctx, a, tasks) {
		o.Failed[key] = err
		delete(o.Held, key)
		waiting[key.PrincipalID] = err
	}
	tasks = tasks[:0:0]
	for _, key := range SortedKeys(removed) {
		assignment, ok := held[key]
		if !ok || wanted[key] {
			continue
		}
		names[key.PrincipalID] = assignment.PrincipalDisplayName
		o.Total++
		if err := waiting[key.PrincipalID]; err != nil {
			o.Held[key], o.Failed[key] = true, fmt.Errorf("%w: %w", errRoleKept, err)
			continue
		}
		tasks = append(tasks, task{Key: key, assignmentID: assignment.ID})
	}
	for key, err := range write(ctx, a, tasks) {
		o.Failed[key] = err
		o.Held[key] = true
	}
	o.describe(a, names)
	return o
}

// TakeOver creates the wanted assignments that exist again, each in one batch: another process, for another provider
// configuration, may be about to remove them as part of a set or by id, and does not remove assignments that it does not know.
// Converge treats an assignment that could not be created again as missing, and looks for it. The caller holds Writing.
func (a *Application) TakeOver(ctx context.Context, held map[Key]graph.Assignment, wanted map[Key]bool) {
	var tasks []task
	for _, key := range SortedKeys(held) {
		if wanted[key] && !a.kept.Has(key) {
			tasks = append(tasks, task{key, held[key].ID, true})
		}
	}
	for key := range write(ctx, a, tasks) {
		delete(held, key)
	}
}

// Keep records the assignments that a set has just ensured, so the deletion of its predecessor (with create_before_destroy), or of an
// assignment that was handed over to it, does not undo them.
func (a *Application) Keep(wanted map[Key]bool) {
	for key := range wanted {
		a.kept.Add(key)
	}
}

// Hand leaves an assignment to the replacement of its resource: the assignment is the same, so it stays as it is.
func (a *Application) Hand(key Key) { a.handed.Add(key) }

// IsHanded reports whether an assignment was left to the replacement of its resource.
func (a *Application) IsHanded(key Key) bool { return a.handed.Has(key) }

// IsKept reports whether a set of this run has ensured an assignment.
func (a *Application) IsKept(key Key) bool { return a.kept.Has(key) }

// describe is the text about the failures.
func (o *Outcome) describe(a *Application, names map[string]string) {
	var tried, notTried []string
	for _, key := range SortedKeys(o.Failed) {
		err := o.Failed[key]
		who := key.PrincipalID
		if name := names[who]; name != "" {
			who = fmt.Sprintf("%s (%s)", name, who)
		}
		line := fmt.Sprintf("%s, role %s: %s", who, a.RoleName(key.RoleID), reason(err))
		if errors.Is(err, errNotTried) {
			notTried = append(notTried, line)
		} else {
			tried = append(tried, line)
		}
		if o.First == nil || errors.Is(o.First, errNotTried) {
			o.First = err
		}
	}
	o.Lines = append(tried, notTried...)
}

// reason is an error in a few words.
func reason(err error) string {
	var answer *graph.Error
	switch {
	case errors.Is(err, errRoleKept):
		return errRoleKept.Error() // why not is told of the new role
	case errors.Is(err, errNotTried):
		return errNotTried.Error()
	case errors.As(err, &answer) && answer.Message != "":
		return fmt.Sprintf("%d, %s", answer.StatusCode, answer.Message)
	case errors.As(err, &answer) && answer.StatusCode != 0:
		return fmt.Sprintf("%d, %s", answer.StatusCode, answer.Code)
	}
	return err.Error()
}
