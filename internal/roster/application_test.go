// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

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
			made, err := New(d).Application(spID).Assign(t.Context(), Key{anaID, userRole})
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

func TestAssign_makesWhatIsThereAnewAndKeepsIt(t *testing.T) {
	key := Key{anaID, userRole}
	tests := []struct {
		name    string
		onBatch func(d *fakeDirectory) // what happens to the one request
		stays   bool                   // the old one
	}{
		{"plain", func(*fakeDirectory) {}, false},
		{"lost before it took effect", func(d *fakeDirectory) { d.onBatch = func(int) (bool, error) { return false, lost() } }, true},
		{"lost after it took effect", func(d *fakeDirectory) { d.onBatch = func(int) (bool, error) { return true, lost() } }, false},
		{"the new one is throttled", func(d *fakeDirectory) {
			d.onItem = func(r graph.BatchRequest) (bool, error) {
				if r.Method == http.MethodPost {
					return false, status(http.StatusTooManyRequests)
				}
				return true, nil
			}
		}, false},
		{"somebody else removes the old one first", func(d *fakeDirectory) {
			d.onBatch = func(int) (bool, error) {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.assignments = nil
				d.onItem = func(r graph.BatchRequest) (bool, error) { return false, status(http.StatusBadRequest) } // as the service says of what is gone
				return true, nil
			}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newFake()
			foreign, err := d.add(anaID, userRole)
			if err != nil {
				t.Fatal(err)
			}
			tt.onBatch(d)
			app := New(d).Application(spID)
			found, err := app.Assign(t.Context(), key)
			if err != nil || found.ID == foreign.ID != tt.stays || len(d.assignments) != 1 || d.assignments[0].ID != found.ID {
				t.Fatalf("got %+v, %v; there is %+v", found, err, d.assignments)
			}
			// Another process removes what it knows; this one keeps whatever has the key.
			d.remove(foreign.ID)
			if !tt.stays && len(d.assignments) != 1 {
				t.Error("another process removed it")
			}
			if tt.stays {
				d.assignments = []graph.Assignment{foreign}
			}
			var exists *ExistsError
			if again, err := app.Assign(t.Context(), key); !errors.As(err, &exists) || exists.Found.ID != found.ID {
				t.Errorf("a second time: got %+v, %v, want that %s is managed twice", again, err, found.ID)
			}
			if err := app.Remove(t.Context(), found.ID, key); err != nil || len(d.assignments) != 1 {
				t.Errorf("what was taken over was removed: %v", err)
			}
		})
	}
}

func TestAssign_settlesAfterInterruption(t *testing.T) {
	d := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	d.onCreate = func(int) (bool, error) {
		cancel()
		return true, lost()
	}
	made, err := New(d).Application(spID).Assign(ctx, Key{anaID, userRole})
	if err != nil || made.ID == "" {
		t.Errorf("got %+v, %v; want the assignment that was made", made, err)
	}
}

func TestAssign_reportsRefusalAtOnce(t *testing.T) {
	d := newFake()
	d.onCreate = func(int) (bool, error) { return false, status(http.StatusForbidden) }
	_, err := New(d).Application(spID).Assign(t.Context(), Key{anaID, userRole})
	if !graph.IsPermissionDenied(err) || d.attempts != 1 || d.called("ListAssignments") != 0 {
		t.Errorf("got %v after %d attempts and %d listings", err, d.attempts, d.called("ListAssignments"))
	}
}

func TestFind_readsThousandFromOneListing(t *testing.T) {
	d := newFake()
	var all []graph.Assignment
	for i := range 1000 {
		id := fmt.Sprintf("d1000000-0000-4000-8000-%012d", i)
		d.principals[id] = graph.Principal{ID: id, Type: KindUser}
		made, err := d.add(id, userRole)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made)
	}
	app := New(d).Application(spID)
	var group sync.WaitGroup
	for _, a := range all {
		group.Go(func() {
			if found, ok, err := app.Find(t.Context(), a.ID, KeyOf(a), false); err != nil || !ok || found.PrincipalID != a.PrincipalID {
				t.Errorf("Find(%s) = %+v, %t, %v", a.ID, found, ok, err)
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

func TestFind_confirmsBeforeGone(t *testing.T) {
	d := newFake()
	made, err := d.add(anaID, userRole)
	if err != nil {
		t.Fatal(err)
	}
	app := New(d).Application(spID)

	d.visibleAt[made.ID] = d.clock.Now().Add(time.Second)
	if _, ok, err := app.Find(t.Context(), made.ID, KeyOf(made), true); !ok || err != nil {
		t.Errorf("an assignment that replicas do not show yet counts as gone (%v)", err)
	}
	d.remove(made.ID)
	app.listing.Drop()
	if _, ok, err := app.Find(t.Context(), made.ID, KeyOf(made), false); ok || err != nil {
		t.Errorf("a removed assignment is still there (%v)", err)
	}
}

func TestFind_findsAssignmentMadeAgain(t *testing.T) {
	d := newFake()
	made, err := d.add(anaID, userRole)
	if err != nil {
		t.Fatal(err)
	}
	found, ok, err := New(d).Application(spID).Find(t.Context(), "gone", Key{anaID, userRole}, false)
	if err != nil || !ok || found.ID != made.ID {
		t.Errorf("got %+v, %t, %v; want %s", found, ok, err, made.ID)
	}
}

func TestFind_deletedApplicationTakesAssignmentsAlong(t *testing.T) {
	d := newFake()
	const other = "b0000000-0000-4000-8000-0000000000ff"
	if _, ok, err := New(d).Application(other).Find(t.Context(), "x", Key{anaID, userRole}, false); ok || err != nil {
		t.Errorf("got %t, %v; want gone without an error", ok, err)
	}
}

// What one resource has made is in the listing that the next one asks for.
func TestAssign_leavesNoOldListingBehind(t *testing.T) {
	d := newFake()
	app := New(d).Application(spID)
	if l, err := app.Listing(t.Context()); err != nil || len(l.All) != 0 {
		t.Fatal(l, err)
	}
	key := Key{anaID, userRole}
	if _, err := app.Assign(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	l, err := app.Listing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Get(key); !ok || d.called("ListAssignments") != 2 {
		t.Errorf("after the creation the listing has %v, by %d calls", l.All, d.called("ListAssignments"))
	}
}
