// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// How often a listing is asked before it is believed about what was written a moment ago (over some four seconds), how
// often an assignment is tried, and how long an interrupted apply may take to find out what it did.
const (
	settleLooks  = 4
	assignTries  = 5
	settleGrace  = 15 * time.Second
	recentWrites = 2 * time.Minute
)

// existsError says that somebody else made the same assignment before.
type existsError struct {
	found graph.Assignment
}

func (e *existsError) Error() string { return "the assignment exists already: " + e.found.ID }

// unsettledError says that an assignment was tried and nobody can tell whether it was made.
type unsettledError struct {
	err error
}

func (e *unsettledError) Error() string { return e.err.Error() }

func (e *unsettledError) Unwrap() error { return e.err }

// assign gives a principal a role. A lost answer is settled by looking, and only what a look shows to be absent is
// tried again.
func (a *application) assign(ctx context.Context, h holding) (graph.Assignment, error) {
	ours := false // an attempt of this call may have taken effect
	for try := 1; ; try++ {
		made, err := a.directory.CreateAssignment(graph.WithReplicationWait(ctx, replicationPatience), a.id, h.principalID, h.roleID)
		if err == nil {
			a.listing.Drop()
			return made, nil
		}
		if !graph.IsAmbiguous(err) && !graph.IsBadRequest(err) && !graph.IsConflict(err) {
			return graph.Assignment{}, err
		}
		ours = ours || graph.IsAmbiguous(err)
		if !ours {
			if found, ok := a.duplicate(ctx, h); ok {
				return graph.Assignment{}, &existsError{found}
			}
			if graph.IsConflict(err) && ctx.Err() == nil && try < assignTries {
				continue // somebody else was writing at the same time
			}
			return graph.Assignment{}, err
		}
		found, ok, lookErr := a.settle(ctx, h)
		switch {
		case lookErr != nil:
			return graph.Assignment{}, &unsettledError{err}
		case ok:
			return found, nil
		case graph.IsBadRequest(err), ctx.Err() != nil, try == assignTries:
			return graph.Assignment{}, err
		}
	}
}

// duplicate looks for the assignment that a refused one would double: the service's text is not what to tell it by.
func (a *application) duplicate(ctx context.Context, h holding) (graph.Assignment, bool) {
	if l, err := a.listing.Get(ctx); err == nil {
		if found, ok := l.of(h); ok {
			return found, true
		}
	}
	found, ok, err := a.settle(ctx, h)
	return found, ok && err == nil
}

// settle looks for an assignment in fresh listings until it is seen or enough looks have not seen it. It takes a moment
// even when the context has ended, since an interrupted apply that knows what it did leaves nothing behind unseen.
func (a *application) settle(ctx context.Context, h holding) (found graph.Assignment, ok bool, err error) {
	looks := settleLooks
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleGrace)
		defer cancel()
	}
	err = a.directory.Poll(ctx, "the assignment to appear", func(ctx context.Context) (bool, string, error) {
		l, err := a.listing.Now(ctx)
		if err != nil {
			return false, "", err
		}
		found, ok = l.of(h)
		looks--
		return ok || looks <= 0, "no such assignment", nil
	})
	return found, ok, err
}

// listingWith returns a listing that has what a state holds, or has been looked at often enough to believe that it is gone:
// a listing that lags behind would otherwise hide what is to be removed.
func (a *application) listingWith(ctx context.Context, had map[holding]bool, looks int) (*listing, error) {
	l, err := a.listing.Get(ctx)
	if err != nil || l.hasAll(had) {
		return l, err
	}
	err = a.directory.Poll(ctx, "the assignments to be readable", func(ctx context.Context) (bool, string, error) {
		var err error
		if l, err = a.listing.Now(ctx); err != nil {
			return false, "", err
		}
		looks--
		return looks <= 0 || l.hasAll(had), "some are missing", nil
	})
	return l, err
}

// look finds the assignment of a state: by its id, else one of the same principal and role, which somebody may have
// removed and made again. What the listing lacks is asked for by id before it counts as gone.
func (a *application) look(ctx context.Context, m model, looks int) (graph.Assignment, bool, error) {
	l, err := a.listing.Get(ctx)
	if graph.IsNotFound(err) {
		return graph.Assignment{}, false, a.confirmGone(ctx, err)
	}
	if err != nil {
		return graph.Assignment{}, false, err
	}
	_, id, _ := strings.Cut(m.ID.ValueString(), "/") // "" when imported by identity
	if found, ok := l.withID(id); ok {
		return found, true, nil
	}
	if found, ok := l.of(m.holding()); ok || id == "" {
		return found, ok, nil
	}
	var found graph.Assignment
	err = a.directory.Poll(ctx, "the assignment to be readable", func(ctx context.Context) (bool, string, error) {
		found, err = a.directory.GetAssignment(ctx, a.id, id)
		looks--
		if graph.IsNotFound(err) {
			return looks <= 0, "not found", nil
		}
		return err == nil, "", err
	})
	return found, err == nil && found.ID != "", err
}

// confirmGone asks for the service principal itself: without it there are no assignments, and whoever deleted the
// application should not have to repair states by hand. Any other answer keeps the error of the listing.
func (a *application) confirmGone(ctx context.Context, listErr error) error {
	if _, err := a.directory.GetServicePrincipal(ctx, a.id); graph.IsNotFound(err) {
		return nil
	}
	return listErr
}

// roleName is how messages call a role.
func (a *application) roleName(roleID string) string {
	if label := a.roles.Peek().label(roleID); label != roleID {
		return fmt.Sprintf("%q", label)
	}
	return roleID
}

// declaredRoles is roles.Get for a service principal that may have been created a moment ago.
func (a *application) declaredRoles(ctx context.Context) (roles, error) {
	return a.roles.Get(graph.WithReplicationWait(ctx, replicationPatience))
}

// plannedRoles is roles.Get for a plan. A service principal that is not known is asked for again over a few seconds, once
// for all who plan: while Terraform applies it plans again, and another provider may have made the application a moment ago.
func (a *application) plannedRoles(ctx context.Context) (roles, error) {
	declared, err := a.roles.Get(ctx)
	if !graph.IsNotFound(err) {
		return declared, err
	}
	a.missing.Lock()
	defer a.missing.Unlock()
	if a.missed {
		return nil, err
	}
	declared, err = a.roles.Get(graph.WithReplicationWait(ctx, planPatience))
	a.missed = graph.IsNotFound(err)
	return declared, err
}

// writtenKey is where the private state keeps when the object was written, because reads are patient for a while then:
// other parts of the directory may not know yet.
const writtenKey = "written"

func writtenNow(clock graph.Clock) []byte {
	return fmt.Appendf(nil, "%q", clock.Now().UTC().Format(time.RFC3339))
}

// looksFor is how often a listing is asked before what it lacks counts as gone.
func looksFor(clock graph.Clock, private []byte) int {
	if justWritten(clock, private) {
		return settleLooks
	}
	return 1
}

func justWritten(clock graph.Clock, private []byte) bool {
	var at time.Time
	if len(private) == 0 || json.Unmarshal(private, &at) != nil {
		return false
	}
	age := clock.Now().Sub(at)
	return age > -recentWrites && age < recentWrites
}
