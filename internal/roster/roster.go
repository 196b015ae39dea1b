// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package roster manages who holds which app role of an application: it reads and changes thousands of assignments, and reports
// reasons against a change. It knows nothing of Terraform.
//
// A Roster is what one run shares. Its Application is the one view of a service principal: the roles are read once, and the
// assignments come from one Listing that everybody shares, so refreshing a thousand of them costs a few pages. A
// change is expressed by assignment Key; Assign writes one, Converge a whole set. Changes and Losses show the effect of a
// change before it is made.
//
// Errors are those of the Graph client (and match its predicates) unless a function says otherwise.
package roster

import (
	"context"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// The kinds of principals, as the service names them.
const (
	KindUser             = "User"
	KindGroup            = "Group"
	KindServicePrincipal = "ServicePrincipal"
)

// ReplicationPatience is how long something that was just created may be unknown to parts of the directory.
const ReplicationPatience = time.Minute

// How old a listing may be, and the patience of a plan, where a mistyped id is likelier.
const (
	listingMaxAge = time.Minute
	planPatience  = 5 * time.Second
)

// Roster is what a run of the provider shares of one tenant.
type Roster struct {
	Principals *Principals
	OnlyCounts bool // messages count people, and do not list their ids
	directory  Directory

	mu           sync.Mutex
	applications map[string]*Application
}

// New returns the roster of a tenant. Nothing is read before it is asked for.
func New(directory Directory) *Roster {
	return &Roster{Principals: newPrincipals(directory), directory: directory, applications: map[string]*Application{}}
}

// Clock tells the time by which the roster waits.
func (r *Roster) Clock() graph.Clock { return r.directory.Clock() }

// HasWritten reports whether this run has changed anything yet: while nothing is written, Terraform is still planning.
func (r *Roster) HasWritten() bool { return r.directory.HasWritten() }

// Application returns the one view of a service principal, by its object id.
func (r *Roster) Application(servicePrincipalID string) *Application {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.applications[servicePrincipalID]
	if a == nil {
		a = &Application{ID: servicePrincipalID, directory: r.directory}
		clock := r.directory.Clock()
		a.self = memo.Value[graph.ServicePrincipal]{Clock: clock, Fetch: a.fetchSelf, Keeps: graph.IsPermissionDenied}
		a.selfAgain = memo.Value[graph.ServicePrincipal]{Clock: clock, Keeps: graph.IsNotFound, Fetch: func(ctx context.Context) (graph.ServicePrincipal, error) {
			return a.self.Get(graph.WithReplicationWait(ctx, planPatience))
		}}
		a.listing = memo.Value[*Listing]{Clock: clock, MaxAge: listingMaxAge, Fetch: a.fetchListing, Keeps: graph.IsPermissionDenied}
		r.applications[servicePrincipalID] = a
	}
	return a
}

// Directory is what a roster asks of Microsoft Graph.
type Directory interface {
	GetServicePrincipal(ctx context.Context, id string) (graph.ServicePrincipal, error)
	ListAssignments(ctx context.Context, servicePrincipalID string) ([]graph.Assignment, error)
	GetAssignment(ctx context.Context, servicePrincipalID, id string) (graph.Assignment, error)
	CreateAssignment(ctx context.Context, servicePrincipalID, principalID, appRoleID string) (graph.Assignment, error)
	DeleteAssignment(ctx context.Context, servicePrincipalID, id string) error
	GetUser(ctx context.Context, idOrUPN string) (graph.User, error)
	ListDeletedUsers(ctx context.Context, properties []string) ([]graph.SelectedUser, error)
	GetDeleted(ctx context.Context, id string) (graph.DeletedObject, error)
	FirstUsers(ctx context.Context, most int) ([]graph.User, error)
	GetPrincipals(ctx context.Context, ids []string) ([]graph.Principal, error)
	ListGroupMembers(ctx context.Context, groupID string) ([]graph.Principal, error)
	Batch(ctx context.Context, requests []graph.BatchRequest) ([]graph.BatchResponse, error)
	Poll(ctx context.Context, what string, check func(context.Context) (done bool, seen string, err error)) error
	Clock() graph.Clock
	HasWritten() bool
}

var _ Directory = (*graph.Client)(nil)
