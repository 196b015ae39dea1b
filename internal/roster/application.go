// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// Named is an assignment as a configuration writes it: by an object id or a user principal name, and the text of a role.
type Named struct {
	Principal, Role string
}

// Application is a service principal in one run: its roles, who holds them, and what the run plans to change.
type Application struct {
	ID string

	// Writing is held from the read of the current assignments until a whole set is written, and shared while single assignments
	// are removed: an assignment that one resource hands over to another (a different address, the other kind of resource) is then either
	// seen as gone and created again, or known to be kept.
	Writing sync.RWMutex

	// Managed are the ids of assignments that are in a state of their own.
	Managed memo.Set[string]

	// Refused says that an error has already reported that the assignments cannot be read: one error ends a plan, and a thousand
	// add nothing.
	Refused atomic.Bool

	// Lapsed are the assignments that were in the state when this run began and are not there anymore, by principal and role
	// as the configuration names them: a reason against making them again stops nobody's plan. A set is the zero value.
	Lapsed memo.Set[Named]

	// Exclusive says that a set of this application is in the state.
	Exclusive atomic.Bool

	// Plans are the changes that this run plans.
	Plans Plans

	directory Directory
	self      memo.Value[graph.ServicePrincipal]
	selfAgain memo.Value[graph.ServicePrincipal] // asked for with patience, after self was not found
	listing   memo.Value[*Listing]
	removed   memo.Set[string] // ids of assignments that this run removed; listings may still show them
	left      memo.Set[Key]    // that this run removed as resources of their own
	handed    memo.Set[Key]    // left to what replaces the resource that has it
	kept      memo.Set[Key]    // made sure of as part of a set, or taken over
	made      memo.Set[string] // ids of assignments that this run made or took over as resources of their own
}

func (a *Application) fetchSelf(ctx context.Context) (graph.ServicePrincipal, error) {
	return a.directory.GetServicePrincipal(ctx, a.ID)
}

// Self returns the service principal.
func (a *Application) Self(ctx context.Context) (graph.ServicePrincipal, error) {
	return a.self.Get(ctx)
}

func (a *Application) fetchListing(ctx context.Context) (*Listing, error) {
	all, err := a.directory.ListAssignments(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return NewListing(slices.DeleteFunc(all, func(one graph.Assignment) bool { return a.removed.Has(one.ID) })), nil
}

// Roles returns the roles that the application declares.
func (a *Application) Roles(ctx context.Context) (Roles, error) {
	sp, err := a.self.Get(ctx)
	return sp.AppRoles, err
}

// NewRoles is Roles for an application that may have just been created.
func (a *Application) NewRoles(ctx context.Context) (Roles, error) {
	return a.Roles(graph.WithReplicationWait(ctx, ReplicationPatience))
}

// PlannedRoles is Roles for a plan. A service principal that is not known is requested again over a few seconds, once
// for all who plan: during an apply, Terraform plans again, and another provider may have just created the application.
func (a *Application) PlannedRoles(ctx context.Context) (Roles, error) {
	sp, err := a.self.Get(ctx)
	if graph.IsNotFound(err) {
		sp, err = a.selfAgain.Get(ctx)
	}
	return sp.AppRoles, err
}

// Name is the name of the application in messages: by its quoted name and id, or by its id while nothing else is known.
func (a *Application) Name() string {
	if name := a.self.Peek().DisplayName; name != "" {
		return fmt.Sprintf("%q (%s)", name, a.ID)
	}
	return a.ID
}

// RoleName is the name of a role in messages: by its quoted name, or by its id while nothing else is known.
func (a *Application) RoleName(roleID string) string {
	if label := Roles(a.self.Peek().AppRoles).Label(roleID); label != roleID {
		return fmt.Sprintf("%q", label)
	}
	return roleID
}

// Listing returns the assignments, as they were at most a minute ago.
func (a *Application) Listing(ctx context.Context) (*Listing, error) { return a.listing.Get(ctx) }

// ListingWith returns a listing that contains the assignments in a state, or has been read often enough to be sure that they
// are gone: a lagging listing would otherwise hide an assignment to remove. Recent says that the state was just written.
func (a *Application) ListingWith(ctx context.Context, had map[Key]bool, recent bool) (*Listing, error) {
	l, err := a.listing.Get(ctx)
	if err != nil || l.hasAll(had) {
		return l, err
	}
	looks := looksFor(recent)
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

// Find returns the assignment of a state: by its id ("" if that is not known), else one of the same principal and role,
// which somebody may have removed and made again. An assignment that is not in the listing is requested by id before it
// counts as gone, several times if it was just written. Without the service principal nothing is found, which is not an error.
func (a *Application) Find(ctx context.Context, id string, key Key, recent bool) (graph.Assignment, bool, error) {
	l, err := a.listing.Get(ctx)
	if graph.IsNotFound(err) {
		return graph.Assignment{}, false, a.ConfirmGone(ctx, err)
	}
	if err != nil {
		return graph.Assignment{}, false, err
	}
	if found, ok := l.withID(id); ok {
		return found, true, nil
	}
	if found, ok := l.Get(key); ok || id == "" {
		return found, ok, nil
	}
	var found graph.Assignment
	looks := looksFor(recent)
	err = a.directory.Poll(ctx, "the assignment to be readable", func(ctx context.Context) (bool, string, error) {
		found, err = a.directory.GetAssignment(ctx, a.ID, id)
		looks--
		if graph.IsNotFound(err) {
			return looks <= 0, "not found", nil
		}
		return err == nil, "", err
	})
	return found, err == nil && found.ID != "", err
}

func looksFor(recent bool) int {
	if recent {
		return settleLooks
	}
	return 1
}

// ConfirmGone reads the service principal itself and returns nil if it is gone: without it there are no assignments,
// and nobody should have to repair states manually after deleting the application. Any other response keeps the error of
// the listing.
func (a *Application) ConfirmGone(ctx context.Context, listErr error) error {
	if _, err := a.directory.GetServicePrincipal(ctx, a.ID); graph.IsNotFound(err) {
		return nil
	}
	return listErr
}
