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
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func TestLookUps_goTogetherWhileOneIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		l := newLookUps(1000, 0, func(_ context.Context, keys []string) (map[string]string, error) {
			time.Sleep(time.Second)
			sizes = append(sizes, len(keys))
			found := map[string]string{}
			for _, key := range keys {
				found[key] = key + "!"
			}
			return found, nil
		})
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				key := fmt.Sprint(i)
				if got, err := l.one(t.Context(), key, nil); got != key+"!" || err != nil {
					t.Errorf("one(%s) = %q, %v", key, got, err)
				}
			})
			if i == 0 {
				synctest.Wait() // its call is under way
			}
		}
		group.Wait()
		if diff := cmp.Diff([]int{1, 9}, sizes); diff != "" {
			t.Errorf("calls: %s", diff)
		}
	})
}

func TestLookUps_answerAllInSpiteOfTheSize(t *testing.T) {
	l := newLookUps(3, 0, func(_ context.Context, keys []string) (map[string]int, error) {
		if len(keys) > 3 {
			return nil, errors.New("too many")
		}
		return map[string]int{keys[0]: 1}, nil
	})
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if _, err := l.one(t.Context(), fmt.Sprint(i), func() []string { return []string{"a", "b", "c", "d"} }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestLookUps_adviceHasABudget(t *testing.T) {
	calls := 0
	l := newLookUps(10, 2, func(context.Context, []string) (map[string]int, error) { calls++; return nil, nil })
	var errs []error
	for i := range 4 {
		_, err := l.advise(t.Context(), fmt.Sprint(i))
		errs = append(errs, err)
	}
	if calls != 2 || errs[1] != nil || !errors.Is(errs[2], errOverBudget) {
		t.Errorf("%d calls, errors %v", calls, errs)
	}
	if _, err := l.advise(t.Context(), "0"); err != nil {
		t.Errorf("what is known costs nothing, got %v", err)
	}
}

func TestLookUps_keepARefusal(t *testing.T) {
	calls := 0
	l := newLookUps(10, 9, func(context.Context, []string) (map[string]int, error) {
		calls++
		return nil, status(http.StatusForbidden)
	})
	for _, key := range []string{"a", "b"} {
		if _, err := l.one(t.Context(), key, nil); !graph.IsPermissionDenied(err) {
			t.Errorf("got %v", err)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}

func TestPeople_findingsByKind(t *testing.T) {
	no := false
	d := newFake()
	const plain, nested, outer, disabled, nobody = "e0000000-0000-4000-8000-000000000002", "e0000000-0000-4000-8000-000000000003",
		"e0000000-0000-4000-8000-000000000004", "d0000000-0000-4000-8000-000000000003", "d0000000-0000-4000-8000-0000000000ff"
	d.principals[plain] = graph.Principal{ID: plain, Type: kindGroup, DisplayName: "Newsletter", SecurityEnabled: &no}
	d.principals[nested] = graph.Principal{ID: nested, Type: kindGroup, DisplayName: "Mixed"}
	d.principals[outer] = graph.Principal{ID: outer, Type: kindGroup, DisplayName: "Outer"}
	d.principals[disabled] = graph.Principal{ID: disabled, Type: kindUser, DisplayName: "Cal Example", AccountEnabled: &no}
	d.members[meetingsID] = []graph.Principal{}
	d.members[nested] = []graph.Principal{{ID: anaID, Type: kindUser}, {ID: meetingsID, Type: kindGroup}}
	d.members[outer] = []graph.Principal{{ID: meetingsID, Type: kindGroup}}
	want := map[string]string{
		anaID: "", plain: "Group cannot be assigned!", nested: "Nested group", outer: "Group without direct users",
		meetingsID: "Group without direct users", disabled: "Disabled user", nobody: "No such principal!",
	}
	p := newPeople(d)
	p.byID.budget, p.groups.budget = 100, 100
	got := map[string]string{}
	for id := range want {
		_, findings, err := p.advise(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		got[id] = ""
		for _, f := range findings {
			got[id] += f.summary
			if f.refuses {
				got[id] += "!"
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPeople_manyNamesGoInBatches(t *testing.T) {
	d := newFake()
	p := newPeople(d)
	throttled := true
	d.onItem = func(graph.BatchRequest) (bool, error) {
		if throttled {
			throttled = false
			return false, &graph.Error{StatusCode: http.StatusTooManyRequests, RetryAfter: 7 * time.Second}
		}
		return true, nil
	}
	found, err := p.fetchByName(t.Context(), []string{"ana@example.com", "ben@example.com", "nobody@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found["ana@example.com"].ID != anaID || found["ben@example.com"].ID != benID {
		t.Errorf("got %+v", found)
	}
	if diff := cmp.Diff([]int{3, 1}, d.batches); diff != "" {
		t.Errorf("batches: %s", diff)
	}
	if diff := cmp.Diff([]time.Duration{7 * time.Second}, d.clock.slept); diff != "" {
		t.Errorf("pauses: %s", diff)
	}
}
