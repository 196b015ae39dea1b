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
			a.listing.drop()
			return made, nil
		}
		if !graph.IsAmbiguous(err) && !graph.IsBadRequest(err) {
			return graph.Assignment{}, err
		}
		ours = ours || graph.IsAmbiguous(err)
		if !ours {
			if found, ok := a.duplicate(ctx, h); ok {
				return graph.Assignment{}, &existsError{found}
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
	if l, err := a.listing.get(ctx); err == nil {
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
		l, err := a.listing.now(ctx)
		if err != nil {
			return false, "", err
		}
		found, ok = l.of(h)
		looks--
		return ok || looks <= 0, "no such assignment", nil
	})
	return found, ok, err
}

// look finds the assignment of a state: by its id, else one of the same principal and role, which somebody may have
// removed and made again. What the listing lacks is asked for by id before it counts as gone.
func (a *application) look(ctx context.Context, m model, looks int) (graph.Assignment, bool, error) {
	l, err := a.listing.get(ctx)
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
	if label := a.roles.peek().label(roleID); label != roleID {
		return fmt.Sprintf("%q", label)
	}
	return roleID
}

// declaredRoles is roles.get for a service principal that may have been created a moment ago.
func (a *application) declaredRoles(ctx context.Context) (roles, error) {
	return a.roles.get(graph.WithReplicationWait(ctx, replicationPatience))
}

// writtenKey is where the private state keeps when the object was written, because reads are patient for a while then:
// other parts of the directory may not know yet.
const writtenKey = "written"

func writtenNow(clock graph.Clock) []byte {
	return fmt.Appendf(nil, "%q", clock.Now().UTC().Format(time.RFC3339))
}

func justWritten(clock graph.Clock, private []byte) bool {
	var at time.Time
	if len(private) == 0 || json.Unmarshal(private, &at) != nil {
		return false
	}
	age := clock.Now().Sub(at)
	return age > -recentWrites && age < recentWrites
}
