// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Outcome is what writing a set achieved.
type Outcome struct {
	Held   map[Key]bool  // of what was wanted or was to go: what is there now
	Failed map[Key]error // what could not be made or removed
	Total  int           // how many assignments were to be made or removed
	Lines  []string      // one for each failure, what was refused before what was not tried
	First  error         // of these
}

// errRoleKept says that a role was left to somebody who could not be given another one.
var errRoleKept = errors.New("kept, because the new role could not be given")

// Converge makes what is wanted and not held, and only then removes what is to go of what is held. Whoever could not be
// given the new role keeps the old one. Its caller holds Writing.
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
		tasks = append(tasks, task{key, assignment.ID})
	}
	for key, err := range write(ctx, a, tasks) {
		o.Failed[key] = err
		o.Held[key] = true
	}
	o.describe(a, names)
	return o
}

// Keep notes what a set has just made sure of, so that the deletion of its predecessor (with create_before_destroy), or
// of what was handed over to it, does not undo it.
func (a *Application) Keep(wanted map[Key]bool) {
	for key := range wanted {
		a.kept.Add(key)
	}
}

// IsKept reports whether a set of this run has made sure of an assignment.
func (a *Application) IsKept(key Key) bool { return a.kept.Has(key) }

// describe words the failures.
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
