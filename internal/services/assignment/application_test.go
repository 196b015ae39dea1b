// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func TestAssign_settlesLostAnswers(t *testing.T) {
	tests := []struct {
		name     string
		lag      time.Duration
		onCreate func(attempt int) (bool, error)
		want     int // attempts
	}{
		{"lost after the effect", 0, func(int) (bool, error) { return true, lost() }, 1},
		{"lost after the effect, listed late", 2 * time.Second, func(int) (bool, error) { return true, lost() }, 1},
		{"lost before the effect", 0, func(n int) (bool, error) {
			if n == 1 {
				return false, lost()
			}
			return true, nil
		}, 2},
		{"somebody else was writing", 0, func(n int) (bool, error) {
			if n < 3 {
				return false, status(http.StatusConflict)
			}
			return true, nil
		}, 3},
		{"lost after the effect, listed later than we look", 5 * time.Second, func(n int) (bool, error) {
			if n == 1 {
				return true, lost()
			}
			return true, nil // answers 400: it exists
		}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newFake()
			d.lag, d.onCreate = tt.lag, tt.onCreate
			made, err := newTenant(d).application(spID).assign(t.Context(), holding{anaID, userRole})
			if err != nil {
				t.Fatal(err)
			}
			if made.ID == "" || len(d.assignments) != 1 || d.assignments[0].ID != made.ID {
				t.Errorf("got %+v, the service has %+v", made, d.assignments)
			}
			if d.attempts != tt.want {
				t.Errorf("%d attempts, want %d", d.attempts, tt.want)
			}
		})
	}
}

func TestAssign_leavesForeignAssignmentAlone(t *testing.T) {
	d := newFake()
	foreign, err := d.add(anaID, userRole)
	if err != nil {
		t.Fatal(err)
	}
	_, err = newTenant(d).application(spID).assign(t.Context(), holding{anaID, userRole})
	var exists *existsError
	if !errors.As(err, &exists) || exists.found.ID != foreign.ID {
		t.Errorf("got %v, want that %s exists", err, foreign.ID)
	}
}

func TestAssign_settlesAfterInterruption(t *testing.T) {
	d := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	d.onCreate = func(int) (bool, error) {
		cancel()
		return true, lost()
	}
	made, err := newTenant(d).application(spID).assign(ctx, holding{anaID, userRole})
	if err != nil || made.ID == "" {
		t.Errorf("got %+v, %v; want the assignment that was made", made, err)
	}
}

func TestAssign_reportsRefusalAtOnce(t *testing.T) {
	d := newFake()
	d.onCreate = func(int) (bool, error) { return false, status(http.StatusForbidden) }
	_, err := newTenant(d).application(spID).assign(t.Context(), holding{anaID, userRole})
	if !graph.IsPermissionDenied(err) || d.attempts != 1 || d.called("ListAssignments") != 0 {
		t.Errorf("got %v after %d attempts and %d listings", err, d.attempts, d.called("ListAssignments"))
	}
}

func TestLook_readsThousandFromOneListing(t *testing.T) {
	d := newFake()
	var models []model
	for i := range 1000 {
		id := fmt.Sprintf("d1000000-0000-4000-8000-%012d", i)
		d.principals[id] = graph.Principal{ID: id, Type: kindUser}
		made, err := d.add(id, userRole)
		if err != nil {
			t.Fatal(err)
		}
		var m model
		m.fromGraph(spID, made)
		models = append(models, m)
	}
	app := newTenant(d).application(spID)
	var group sync.WaitGroup
	for _, m := range models {
		group.Go(func() {
			if found, ok, err := app.look(t.Context(), m, 1); err != nil || !ok || found.PrincipalID != m.PrincipalID.ValueString() {
				t.Errorf("look(%s) = %+v, %t, %v", m.ID, found, ok, err)
			}
		})
	}
	group.Wait()
	if n := d.called("ListAssignments"); n != 1 {
		t.Errorf("%d listings, want 1", n)
	}
	if n := d.called("GetAssignment"); n != 0 {
		t.Errorf("%d assignments read singly, want none", n)
	}
}

func TestLook_confirmsBeforeGone(t *testing.T) {
	d := newFake()
	made, err := d.add(anaID, userRole)
	if err != nil {
		t.Fatal(err)
	}
	var m model
	m.fromGraph(spID, made)
	app := newTenant(d).application(spID)

	d.visibleAt[made.ID] = d.clock.Now().Add(time.Second)
	if _, ok, err := app.look(t.Context(), m, 4); !ok || err != nil {
		t.Errorf("an assignment that replicas do not show yet counts as gone (%v)", err)
	}
	d.remove(made.ID)
	app.listing.Drop()
	if _, ok, err := app.look(t.Context(), m, 1); ok || err != nil {
		t.Errorf("a removed assignment is still there (%v)", err)
	}
}

func TestLook_findsAssignmentMadeAgain(t *testing.T) {
	d := newFake()
	made, err := d.add(anaID, userRole)
	if err != nil {
		t.Fatal(err)
	}
	m := model{ID: types.StringValue(spID + "/gone"), ServicePrincipalID: types.StringValue(spID),
		PrincipalID: types.StringValue(anaID), AppRoleID: types.StringValue(userRole)}
	found, ok, err := newTenant(d).application(spID).look(t.Context(), m, 1)
	if err != nil || !ok || found.ID != made.ID {
		t.Errorf("got %+v, %t, %v; want %s", found, ok, err, made.ID)
	}
}

func TestLook_deletedApplicationTakesAssignmentsAlong(t *testing.T) {
	d := newFake()
	const other = "b0000000-0000-4000-8000-0000000000ff"
	m := model{ID: types.StringValue(other + "/x"), PrincipalID: types.StringValue(anaID), AppRoleID: types.StringValue(userRole)}
	if _, ok, err := newTenant(d).application(other).look(t.Context(), m, 1); ok || err != nil {
		t.Errorf("got %t, %v; want gone without an error", ok, err)
	}
}

func TestJustWritten_endsAfterAWhile(t *testing.T) {
	clock := newFake().clock
	private := writtenNow(clock)
	if !justWritten(clock, private) {
		t.Error("not recent right after the write")
	}
	if err := clock.Sleep(t.Context(), 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	if justWritten(clock, private) || justWritten(clock, nil) || justWritten(clock, []byte(`{}`)) {
		t.Error("recent for ever")
	}
}
