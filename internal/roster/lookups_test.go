// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
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
		l := newLookUps(1000, func(_ context.Context, keys []string) (map[string]string, error) {
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

func TestLookUps_askForTheSameOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		l := newLookUps(20, func(_ context.Context, keys []string) (map[string]string, error) {
			time.Sleep(time.Second)
			calls++
			return map[string]string{"a": "A", "b": "B"}, nil
		})
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				got, err := l.all(t.Context(), []string{"a", "b"})
				if diff := cmp.Diff(map[string]string{"a": "A", "b": "B"}, got); diff != "" || err != nil {
					t.Errorf("%v %s", err, diff)
				}
			})
		}
		group.Wait()
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
	})
}

func TestLookUps_answerAllInSpiteOfTheSize(t *testing.T) {
	l := newLookUps(3, func(_ context.Context, keys []string) (map[string]int, error) {
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

// Who asks first must not matter: a survey answers what calls by key would, and what it leaves open is asked by key.
func TestLookUps_surveyAnswersLikeCallsByKey(t *testing.T) {
	var calls [][]string
	answer := func(keys []string) map[string]string {
		found := map[string]string{}
		for _, key := range keys {
			found[key] = key + "!"
		}
		return found
	}
	surveys := 0
	l := newLookUps(10, func(_ context.Context, keys []string) (map[string]string, error) {
		calls = append(calls, keys)
		return answer(keys), nil
	})
	l.surveyAfter, l.survey = 2, func(context.Context) map[string]string {
		surveys++
		return answer([]string{"c", "d", "e"})
	}
	for _, key := range []string{"a", "b", "c", "d", "f", "e", "g"} {
		if got, err := l.one(t.Context(), key, nil); got != key+"!" || err != nil {
			t.Errorf("one(%s) = %q, %v", key, got, err)
		}
	}
	if diff := cmp.Diff([][]string{{"a"}, {"b"}, {"f"}, {"g"}}, calls); diff != "" || surveys != 1 {
		t.Errorf("%d surveys, calls by key: %s", surveys, diff)
	}
}

func TestLookUps_keepARefusal(t *testing.T) {
	calls := 0
	l := newLookUps(10, func(context.Context, []string) (map[string]int, error) {
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
	d.principals[plain] = graph.Principal{ID: plain, Type: KindGroup, DisplayName: "Newsletter", SecurityEnabled: &no}
	d.principals[nested] = graph.Principal{ID: nested, Type: KindGroup, DisplayName: "Mixed"}
	d.principals[outer] = graph.Principal{ID: outer, Type: KindGroup, DisplayName: "Outer"}
	d.principals[disabled] = graph.Principal{ID: disabled, Type: KindUser, DisplayName: "Cal Example", AccountEnabled: &no}
	d.members[meetingsID] = []graph.Principal{}
	d.members[nested] = []graph.Principal{{ID: anaID, Type: KindUser}, {ID: meetingsID, Type: KindGroup}}
	d.members[outer] = []graph.Principal{{ID: meetingsID, Type: KindGroup}}
	want := map[string]string{
		anaID: "", plain: "Group cannot be assigned!", nested: "Nested group", outer: "Group without direct users",
		meetingsID: "Group without direct users", disabled: "Disabled user", nobody: "No such principal!",
	}
	p := newPrincipals(d)
	got := map[string]string{}
	for id := range want {
		advice := p.Advise(t.Context(), id)
		if advice.Err != nil || advice.MembersErr != nil {
			t.Fatal(advice.Err, advice.MembersErr)
		}
		got[id] = ""
		for _, f := range advice.Findings {
			got[id] += f.Summary
			if f.Refuses {
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
	p := newPrincipals(d)
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

func TestAdvise_isTheSameInAnyOrderAndAtOnce(t *testing.T) {
	no := false
	for _, usersErr := range []error{nil, status(http.StatusForbidden)} {
		d, _ := crowd(300)
		d.onUsers = usersErr
		for i, id := range slices.Sorted(maps.Keys(d.principals)) {
			p := d.principals[id]
			switch {
			case i%3 == 0 && p.Type == KindUser:
				p.AccountEnabled = &no
			case i%7 == 0:
				p.Type = KindGroup
				d.members[id] = nil
			}
			d.principals[id] = p
		}
		ids := append(slices.Collect(maps.Keys(d.principals)), "d0000000-0000-4000-8000-0000000000ff")
		want := map[string][]Finding{}
		for _, f := range newPrincipals(d).Advise(t.Context(), ids...).Findings {
			want[f.PrincipalID] = append(want[f.PrincipalID], f)
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 5 {
			random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			p := newPrincipals(d)
			got := map[string][]Finding{}
			for _, id := range ids {
				if findings := p.Advise(t.Context(), id).Findings; len(findings) > 0 {
					got[id] = findings
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(want) < 100 {
				t.Fatalf("%d of %d: %s", len(got), len(want), diff)
			}
		}
	}
}
