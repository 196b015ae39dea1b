// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

const (
	spID       = "b0000000-0000-4000-8000-000000000001"
	userRole   = "a0000000-0000-4000-8000-000000000001"
	ownerRole  = "a0000000-0000-4000-8000-000000000002"
	retired    = "a0000000-0000-4000-8000-000000000003"
	robotRole  = "a0000000-0000-4000-8000-000000000004"
	anaID      = "d0000000-0000-4000-8000-000000000001"
	benID      = "d0000000-0000-4000-8000-000000000002"
	meetingsID = "e0000000-0000-4000-8000-000000000001"
)

func testRoles() Roles {
	return Roles{
		{ID: userRole, DisplayName: "User", IsEnabled: true, AllowedMemberTypes: []string{"User"}},
		{ID: ownerRole, DisplayName: "Organizer", Value: "org", IsEnabled: true, AllowedMemberTypes: []string{"User", "Application"}},
		{ID: retired, DisplayName: "Presenter", AllowedMemberTypes: []string{"User"}},
		{ID: robotRole, DisplayName: "Robot", Value: "robot", IsEnabled: true, AllowedMemberTypes: []string{"Application"}},
	}
}

// fakeClock jumps instead of waiting.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

// fakeDirectory holds one application's assignments. Hooks stand for what a service may do.
type fakeDirectory struct {
	clock *fakeClock

	mu          sync.Mutex
	roles       Roles
	assignments []graph.Assignment
	principals  map[string]graph.Principal
	members     map[string][]graph.Principal
	calls       map[string]int
	batches     []int // sizes
	serial      int
	visibleAt   map[string]time.Time // assignment ids that listings do not show yet

	lag      time.Duration
	onCreate func(attempt int) (effect bool, err error) // nil: plain success
	onItem   func(request graph.BatchRequest) (effect bool, err error)
	onBatch  func(attempt int) (effect bool, err error)
	onList   func() error
	onUsers  error // what listing users ends with
	attempts int
	inFlight int
	atOnce   int // the most batches at once
}

func newFake() *fakeDirectory {
	return &fakeDirectory{
		clock: &fakeClock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}, roles: testRoles(), calls: map[string]int{},
		principals: map[string]graph.Principal{
			anaID:      {ID: anaID, Type: KindUser, DisplayName: "Ana Example", UserPrincipalName: "ana@example.com"},
			benID:      {ID: benID, Type: KindUser, DisplayName: "Ben Example", UserPrincipalName: "ben@example.com"},
			meetingsID: {ID: meetingsID, Type: KindGroup, DisplayName: "Meetings"},
		},
		members: map[string][]graph.Principal{}, visibleAt: map[string]time.Time{},
	}
}

func status(code int) *graph.Error {
	return &graph.Error{StatusCode: code, Code: http.StatusText(code)}
}

func lost() *graph.Error { return &graph.Error{Ambiguous: true, Code: "lost"} }

func (d *fakeDirectory) Clock() graph.Clock { return d.clock }

func (d *fakeDirectory) HasWritten() bool { return false }

func (d *fakeDirectory) count(call string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[call]++
}

func (d *fakeDirectory) GetServicePrincipal(_ context.Context, id string) (graph.ServicePrincipal, error) {
	d.count("GetServicePrincipal")
	if id != spID {
		return graph.ServicePrincipal{}, status(http.StatusNotFound)
	}
	return graph.ServicePrincipal{ID: id, AppRoles: d.roles}, nil
}

func (d *fakeDirectory) ListAssignments(_ context.Context, servicePrincipalID string) ([]graph.Assignment, error) {
	d.count("ListAssignments")
	if d.onList != nil {
		if err := d.onList(); err != nil {
			return nil, err
		}
	}
	if servicePrincipalID != spID {
		return nil, status(http.StatusNotFound)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	return slices.DeleteFunc(slices.Clone(d.assignments), func(a graph.Assignment) bool { return now.Before(d.visibleAt[a.ID]) }), nil
}

func (d *fakeDirectory) GetAssignment(_ context.Context, _, id string) (graph.Assignment, error) {
	d.count("GetAssignment")
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.assignments {
		if a.ID == id && !d.clock.Now().Before(d.visibleAt[id]) {
			return a, nil
		}
	}
	return graph.Assignment{}, status(http.StatusNotFound)
}

func (d *fakeDirectory) CreateAssignment(_ context.Context, _, principalID, appRoleID string) (graph.Assignment, error) {
	d.count("CreateAssignment")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts++
	effect, err := true, error(nil)
	if d.onCreate != nil {
		effect, err = d.onCreate(d.attempts)
	}
	if !effect {
		return graph.Assignment{}, err
	}
	made, madeErr := d.add(principalID, appRoleID)
	if err == nil {
		err = madeErr
	}
	return made, err
}

func (d *fakeDirectory) add(principalID, appRoleID string) (graph.Assignment, error) {
	for _, a := range d.assignments {
		if a.PrincipalID == principalID && a.AppRoleID == appRoleID {
			return graph.Assignment{}, status(http.StatusBadRequest)
		}
	}
	p, ok := d.principals[principalID]
	if !ok {
		return graph.Assignment{}, status(http.StatusNotFound)
	}
	d.serial++
	a := graph.Assignment{ID: fmt.Sprintf("Assignment-%d", d.serial), PrincipalID: principalID, PrincipalType: p.Type,
		PrincipalDisplayName: p.DisplayName, ResourceID: spID, AppRoleID: appRoleID}
	d.assignments = append(d.assignments, a)
	d.visibleAt[a.ID] = d.clock.Now().Add(d.lag)
	return a, nil
}

func (d *fakeDirectory) DeleteAssignment(_ context.Context, _, id string) error {
	d.count("DeleteAssignment")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remove(id)
	return nil
}

func (d *fakeDirectory) remove(id string) bool {
	before := len(d.assignments)
	d.assignments = slices.DeleteFunc(d.assignments, func(a graph.Assignment) bool { return a.ID == id })
	return len(d.assignments) < before
}

func (d *fakeDirectory) GetUser(_ context.Context, name string) (graph.User, error) {
	d.count("GetUser")
	return d.user(name)
}

func (d *fakeDirectory) user(name string) (graph.User, error) {
	for _, p := range d.principals {
		if p.ID == name || strings.EqualFold(p.UserPrincipalName, name) {
			return graph.User{ID: p.ID, UserPrincipalName: p.UserPrincipalName, DisplayName: p.DisplayName, AccountEnabled: p.AccountEnabled}, nil
		}
	}
	return graph.User{}, status(http.StatusNotFound)
}

func (d *fakeDirectory) ListDeletedUsers(context.Context, []string) ([]graph.SelectedUser, error) {
	d.count("ListDeletedUsers")
	return nil, nil
}

func (d *fakeDirectory) GetDeleted(context.Context, string) (graph.DeletedObject, error) {
	d.count("GetDeleted")
	return graph.DeletedObject{}, status(http.StatusNotFound)
}

func (d *fakeDirectory) FirstUsers(_ context.Context, most int) ([]graph.User, error) {
	d.count("FirstUsers")
	if d.onUsers != nil {
		return nil, d.onUsers
	}
	var users []graph.User
	for _, id := range slices.Sorted(maps.Keys(d.principals)) {
		if user, err := d.user(id); d.principals[id].Type == KindUser && err == nil && len(users) < most {
			users = append(users, user)
		}
	}
	return users, nil
}

func (d *fakeDirectory) GetPrincipals(_ context.Context, ids []string) ([]graph.Principal, error) {
	d.count("GetPrincipals")
	var found []graph.Principal
	for _, id := range ids {
		if p, ok := d.principals[id]; ok {
			found = append(found, p)
		}
	}
	return found, nil
}

func (d *fakeDirectory) ListGroupMembers(_ context.Context, groupID string) ([]graph.Principal, error) {
	d.count("ListGroupMembers")
	return d.members[groupID], nil
}

func (d *fakeDirectory) Batch(_ context.Context, requests []graph.BatchRequest) ([]graph.BatchResponse, error) {
	d.mu.Lock()
	d.calls["Batch"]++
	d.batches = append(d.batches, len(requests))
	d.inFlight++
	d.atOnce = max(d.atOnce, d.inFlight)
	attempt := d.calls["Batch"]
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.inFlight--
		d.mu.Unlock()
	}()
	effect, err := true, error(nil)
	if d.onBatch != nil {
		effect, err = d.onBatch(attempt)
	}
	if !effect {
		return nil, err
	}
	responses := make([]graph.BatchResponse, len(requests))
	for i, request := range requests {
		responses[i] = d.item(request)
	}
	return responses, err
}

func (d *fakeDirectory) item(request graph.BatchRequest) graph.BatchResponse {
	d.mu.Lock()
	defer d.mu.Unlock()
	effect, err := true, error(nil)
	if d.onItem != nil {
		effect, err = d.onItem(request)
	}
	var body any
	if effect {
		answer, answerErr := d.perform(request)
		body = answer
		if err == nil {
			err = answerErr
		}
	}
	if err != nil {
		return graph.BatchResponse{Err: err}
	}
	raw, _ := json.Marshal(body)
	return graph.BatchResponse{StatusCode: http.StatusOK, Body: raw}
}

func (d *fakeDirectory) perform(request graph.BatchRequest) (any, error) {
	address, _, _ := strings.Cut(request.URL, "?")
	segments := strings.Split(strings.Trim(address, "/"), "/")
	switch {
	case request.Method == http.MethodPost:
		body, _ := request.Body.(map[string]string)
		return d.add(body["principalId"], body["appRoleId"])
	case request.Method == http.MethodDelete:
		if !d.remove(segments[3]) {
			return nil, status(http.StatusNotFound)
		}
		return nil, nil
	case segments[0] == "users":
		return d.user(segments[1])
	case segments[0] == "groups":
		members, ok := d.members[segments[1]]
		if !ok {
			return nil, status(http.StatusNotFound)
		}
		var page struct {
			Value []map[string]string `json:"value"`
		}
		for _, m := range members {
			page.Value = append(page.Value, map[string]string{"id": m.ID, "@odata.type": "#microsoft.graph." + strings.ToLower(m.Type)})
		}
		return page, nil
	}
	return nil, status(http.StatusBadRequest)
}

func (d *fakeDirectory) Poll(ctx context.Context, what string, check func(context.Context) (bool, string, error)) error {
	for pause := 500 * time.Millisecond; ; pause *= 2 {
		done, seen, err := check(ctx)
		if done || err != nil {
			return err
		}
		if err := d.clock.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("waiting for %s, last seen: %s: %w", what, seen, err)
		}
	}
}

func (d *fakeDirectory) called(call string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[call]
}
