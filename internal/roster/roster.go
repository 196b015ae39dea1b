// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

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
