// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// The kinds of principals, as the service names them.
const (
	kindUser             = "User"
	kindGroup            = "Group"
	kindServicePrincipal = "ServicePrincipal"
)

// How old a listing may be, and how long something that was just created may be unknown to parts of the directory.
const (
	listingMaxAge       = time.Minute
	replicationPatience = time.Minute
	planPatience        = 5 * time.Second // of a plan, where a mistyped id is likelier
)

// tenant is what the objects of this package share in one Configure.
type tenant struct {
	directory directory
	people    *people

	mu           sync.Mutex
	applications map[string]*application
	said         map[string]bool
}

type tenantKey struct{}

func tenantOf(data *providerdata.Data) *tenant {
	return providerdata.Shared(data, tenantKey{}, func() *tenant { return newTenant(data.Graph) })
}

func newTenant(d directory) *tenant {
	return &tenant{directory: d, people: newPeople(d), applications: map[string]*application{}, said: map[string]bool{}}
}

// application returns the one view of a service principal.
func (t *tenant) application(servicePrincipalID string) *application {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.applications[servicePrincipalID]
	if a == nil {
		a = &application{id: servicePrincipalID, directory: t.directory}
		a.roles = memo.Value[roles]{Clock: t.directory.Clock(), Fetch: a.fetchRoles, Keeps: graph.IsPermissionDenied}
		a.listing = memo.Value[*listing]{Clock: t.directory.Clock(), MaxAge: listingMaxAge, Fetch: a.fetchListing, Keeps: graph.IsPermissionDenied}
		t.applications[servicePrincipalID] = a
	}
	return a
}

// first reports whether text is said for the first time in this Configure: what concerns all instances alike is said
// by one of them.
func (t *tenant) first(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.said[text] {
		return false
	}
	t.said[text] = true
	return true
}

// application is a service principal as this package sees it.
type application struct {
	id        string
	directory directory
	roles     memo.Value[roles]
	listing   memo.Value[*listing]

	// writing is held by an exclusive resource from its look at what is there until it has written, and shared by single
	// ones while they remove: what one hands over to another (another address, the other kind of resource) is then either
	// seen to be gone and made again, or known to be held and left.
	writing sync.RWMutex

	missing sync.Mutex // held while it is found out whether the service principal is really missing
	missed  bool

	mu      sync.Mutex
	managed map[string]bool  // ids of assignments that are in a state of their own
	singles map[holding]bool // planned as resources of their own
	coming  map[holding]bool // planned to be created as resources of their own
	leaving map[holding]bool // planned to be destroyed as resources of their own
	gone    map[string]bool  // ids of assignments that this process removed; listings may still show them
	held    map[holding]bool // written by an exclusive resource in this process
	claims  []claim
	read    bool // an exclusive resource of this application is in the state
}

// manage notes that an assignment is in a state of its own.
func (a *application) manage(assignmentID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.managed == nil {
		a.managed = map[string]bool{}
	}
	a.managed[assignmentID] = true
}

// noteRead notes that an exclusive resource of this application is in the state.
func (a *application) noteRead() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.read = true
}

func (a *application) isRead() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.read
}

// isManaged reports whether manage was called for an assignment.
func (a *application) isManaged(assignmentID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.managed[assignmentID]
}

func (a *application) fetchRoles(ctx context.Context) (roles, error) {
	sp, err := a.directory.GetServicePrincipal(ctx, a.id)
	return sp.AppRoles, err
}

func (a *application) fetchListing(ctx context.Context) (*listing, error) {
	all, err := a.directory.ListAssignments(ctx, a.id)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.gone) > 0 {
		all = slices.DeleteFunc(all, func(one graph.Assignment) bool { return a.gone[one.ID] })
	}
	return newListing(all), nil
}

// forget notes that an assignment was removed: listings that lag behind are not to be believed about it.
func (a *application) forget(assignmentID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gone == nil {
		a.gone = map[string]bool{}
	}
	a.gone[assignmentID] = true
}

// holding is one principal in one role: what an assignment is about, whatever its id.
type holding struct {
	principalID, roleID string
}

func holdingOf(a graph.Assignment) holding {
	return holding{strings.ToLower(a.PrincipalID), strings.ToLower(a.AppRoleID)}
}

// listing is the assignments of a service principal at one moment.
type listing struct {
	all       []graph.Assignment
	byID      map[string]int
	byHolding map[holding]int
}

func newListing(all []graph.Assignment) *listing {
	l := &listing{all: all, byID: make(map[string]int, len(all)), byHolding: make(map[holding]int, len(all))}
	for i, a := range all {
		l.byID[a.ID] = i
		l.byHolding[holdingOf(a)] = i
	}
	return l
}

// withID returns the assignment with an id, which is case-sensitive.
func (l *listing) withID(id string) (graph.Assignment, bool) {
	i, ok := l.byID[id]
	if !ok {
		return graph.Assignment{}, false
	}
	return l.all[i], true
}

// of returns the assignment of a principal in a role.
func (l *listing) of(h holding) (graph.Assignment, bool) {
	i, ok := l.byHolding[h]
	if !ok {
		return graph.Assignment{}, false
	}
	return l.all[i], true
}

// hasAll reports whether every holding is listed.
func (l *listing) hasAll(holdings map[holding]bool) bool {
	for h := range holdings {
		if _, ok := l.byHolding[h]; !ok {
			return false
		}
	}
	return true
}

// users returns the ids of the users who hold a role themselves.
func (l *listing) users() []string {
	var ids []string
	for _, a := range l.all {
		if a.PrincipalType == kindUser {
			ids = append(ids, strings.ToLower(a.PrincipalID))
		}
	}
	return ids
}
