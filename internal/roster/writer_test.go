// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// crowd is a directory with n people and the tasks that assign them all.
func crowd(n int) (*fakeDirectory, []task) {
	d := newFake()
	tasks := make([]task, n)
	for i := range tasks {
		id := fmt.Sprintf("d1000000-0000-4000-8000-%012d", i)
		d.principals[id] = graph.Principal{ID: id, Type: KindUser}
		tasks[i].Key = Key{id, userRole}
	}
	return d, tasks
}

func removals(d *fakeDirectory) []task {
	var tasks []task
	for _, a := range d.assignments {
		tasks = append(tasks, task{Key: KeyOf(a), assignmentID: a.ID})
	}
	return tasks
}

func TestWriter_sendsFullBatches(t *testing.T) {
	d, tasks := crowd(1000)
	if failed := write(t.Context(), New(d).Application(spID), tasks); len(failed) > 0 {
		t.Fatal(failed)
	}
	if len(d.assignments) != 1000 || d.called("Batch") != 50 {
		t.Errorf("%d assignments by %d batches, want 1000 by 50", len(d.assignments), d.called("Batch"))
	}
	if d.atOnce > mostParallel {
		t.Errorf("%d batches at once, want at most %d", d.atOnce, mostParallel)
	}
	if failed := write(t.Context(), New(d).Application(spID), removals(d)); len(failed) > 0 || len(d.assignments) > 0 {
		t.Errorf("%d failed, %d are left", len(failed), len(d.assignments))
	}
}

func TestWriter_waitsAsLongAsEachElementAsks(t *testing.T) {
	d, tasks := crowd(40)
	seen := map[string]bool{}
	d.onItem = func(r graph.BatchRequest) (bool, error) {
		body, _ := r.Body.(map[string]string)
		id := body["principalId"]
		switch {
		case seen[id]:
			return true, nil
		case id == tasks[3].PrincipalID:
			seen[id] = true
			return false, &graph.Error{StatusCode: http.StatusTooManyRequests, RetryAfter: 90 * time.Second}
		case id == tasks[4].PrincipalID:
			seen[id] = true
			return false, &graph.Error{StatusCode: http.StatusServiceUnavailable, RetryAfter: 200 * time.Second}
		}
		return true, nil
	}
	if failed := write(t.Context(), New(d).Application(spID), tasks); len(failed) > 0 {
		t.Fatal(failed)
	}
	if len(d.assignments) != 40 {
		t.Errorf("%d assignments, want 40", len(d.assignments))
	}
	if diff := cmp.Diff([]time.Duration{90 * time.Second, 110 * time.Second}, d.clock.slept); diff != "" {
		t.Errorf("pauses: %s", diff)
	}
}

func TestWriter_sendsLessAtOnceWhileThrottled(t *testing.T) {
	d := newFake()
	w := &writer{app: New(d).Application(spID), parallel: 8, growing: firstPause, queue: make([]*attempt, 1000)}
	w.adapt(0, 20)
	if w.parallel != 1 || !w.resumeAt.Equal(d.clock.Now().Add(firstPause)) {
		t.Errorf("after a refusal: %d at once, next in %s", w.parallel, w.resumeAt.Sub(d.clock.Now()))
	}
	for range 100 {
		if err := d.clock.Sleep(t.Context(), w.pace.every); err != nil {
			t.Fatal(err)
		}
		w.adapt(20, 0)
	}
	if w.parallel != mostParallel {
		t.Errorf("after a hundred clean batches: %d at once, want %d", w.parallel, mostParallel)
	}
}

func TestPace_followsTheRateThatIsAccepted(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	steps := []struct {
		after             time.Duration
		accepted, refused int
		want              time.Duration
	}{
		{0, 20, 0, 0},
		{0, 5, 15, time.Second},                        // the first refusal says nothing of the rate
		{10 * time.Millisecond, 0, 20, time.Second},    // the same refusal, seen by another batch
		{time.Second, 2, 18, 10100 * time.Millisecond}, // two a second: twenty take ten
		{10 * time.Second, 20, 0, 8080 * time.Millisecond},
		{8 * time.Second, 16, 4, 10 * time.Second},
		{10 * time.Second, 0, 20, 20 * time.Second},
		{20 * time.Second, 0, 20, 40 * time.Second},
		{40 * time.Second, 0, 20, time.Minute},
	}
	var p pace
	for i, step := range steps {
		now = now.Add(step.after)
		if p.learn(now, step.accepted, step.refused); p.every != step.want {
			t.Errorf("step %d: every %s, want %s", i, p.every, step.want)
		}
	}
}

func TestWriter_endsExactlyRightUnderFaults(t *testing.T) {
	tests := []struct {
		name    string
		lag     time.Duration
		onBatch func(attempt int) (bool, error)
		onItem  func(n int) (bool, error)
	}{
		{name: "every third batch lost before the effect", onBatch: func(n int) (bool, error) {
			if n%3 == 0 {
				return false, lost()
			}
			return true, nil
		}},
		{name: "every third batch lost after the effect", lag: 2 * time.Second, onBatch: func(n int) (bool, error) {
			if n%3 == 0 {
				return true, lost()
			}
			return true, nil
		}},
		{name: "elements fail before and after the effect", lag: 2 * time.Second, onItem: func(n int) (bool, error) {
			switch n % 10 {
			case 0:
				return false, &graph.Error{StatusCode: http.StatusServiceUnavailable}
			case 3:
				return true, &graph.Error{StatusCode: http.StatusGatewayTimeout, Ambiguous: true}
			case 6:
				return false, &graph.Error{StatusCode: http.StatusInternalServerError, Ambiguous: true}
			}
			return true, nil
		}},
		{name: "not replicated at first", onItem: func(n int) (bool, error) {
			if n <= 30 {
				return false, status(http.StatusNotFound)
			}
			return true, nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, tasks := crowd(200)
			d.lag, d.onBatch = tt.lag, tt.onBatch
			n := 0
			if tt.onItem != nil {
				d.onItem = func(graph.BatchRequest) (bool, error) { n++; return tt.onItem(n) }
			}
			failed := write(t.Context(), New(d).Application(spID), tasks)
			if len(failed) > 0 {
				for _, err := range failed {
					t.Fatalf("%d failed, such as: %v", len(failed), err)
				}
			}
			got := map[Key]int{}
			for _, a := range d.assignments {
				got[KeyOf(a)]++
			}
			for _, task := range tasks {
				if got[task.Key] != 1 {
					t.Fatalf("%s is assigned %d times", task.PrincipalID, got[task.Key])
				}
			}
			if tt.name == "not replicated at first" {
				return // a removal that finds nothing is done
			}
			if failed := write(t.Context(), New(d).Application(spID), removals(d)); len(failed) > 0 || len(d.assignments) > 0 {
				t.Errorf("removing: %d failed, %d are left", len(failed), len(d.assignments))
			}
		})
	}
}

func TestWriter_keepsWhatSucceeded(t *testing.T) {
	d, tasks := crowd(100)
	bad := map[string]bool{tasks[7].PrincipalID: true, tasks[60].PrincipalID: true}
	d.onItem = func(r graph.BatchRequest) (bool, error) {
		if body, _ := r.Body.(map[string]string); bad[body["principalId"]] {
			return false, status(http.StatusBadRequest)
		}
		return true, nil
	}
	failed := write(t.Context(), New(d).Application(spID), tasks)
	if len(failed) != 2 || !graph.IsBadRequest(failed[tasks[7].Key]) || !graph.IsBadRequest(failed[tasks[60].Key]) {
		t.Errorf("failed: %v", failed)
	}
	if len(d.assignments) != 98 {
		t.Errorf("%d assignments, want 98", len(d.assignments))
	}
}

func TestWriter_stopsAtAMissingPermission(t *testing.T) {
	d, tasks := crowd(1000)
	d.onItem = func(graph.BatchRequest) (bool, error) { return false, status(http.StatusForbidden) }
	failed := write(t.Context(), New(d).Application(spID), tasks)
	if len(failed) != 1000 {
		t.Errorf("%d failed, want all", len(failed))
	}
	for _, err := range failed {
		if !graph.IsPermissionDenied(err) {
			t.Fatalf("got %v", err)
		}
	}
	if n := d.called("Batch"); n > firstParallel {
		t.Errorf("%d batches, want no more than were under way", n)
	}
}

func TestWriter_interruptionKnowsWhatWasDone(t *testing.T) {
	d, tasks := crowd(1000)
	ctx, cancel := context.WithCancel(t.Context())
	d.onBatch = func(n int) (bool, error) {
		switch {
		case n < 10:
			return true, nil
		case n == 10:
			cancel()
			return true, lost() // took effect, and nobody heard
		}
		<-ctx.Done() // however long the tenth takes to interrupt
		return false, &graph.Error{Ambiguous: true, Err: context.Canceled}
	}
	failed := write(ctx, New(d).Application(spID), tasks)
	if len(d.assignments)+len(failed) != 1000 {
		t.Errorf("%d made and %d failed, want all accounted for", len(d.assignments), len(failed))
	}
	for _, a := range d.assignments {
		if err := failed[KeyOf(a)]; err != nil {
			t.Fatalf("%s was assigned and counts as failed: %v", a.PrincipalID, err)
		}
	}
	notTried := 0
	for _, err := range failed {
		if errors.Is(err, errNotTried) {
			notTried++
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("not one line: %q", err)
			}
		}
	}
	if notTried < 700 {
		t.Errorf("%d were no longer tried, want most", notTried)
	}
}

func TestWriter_triesAgainAfterAConflict(t *testing.T) {
	d, tasks := crowd(40)
	conflicts := 5
	d.onItem = func(graph.BatchRequest) (bool, error) {
		if conflicts > 0 {
			conflicts--
			return false, status(http.StatusConflict)
		}
		return true, nil
	}
	if failed := write(t.Context(), New(d).Application(spID), tasks); len(failed) > 0 || len(d.assignments) != 40 {
		t.Errorf("%d assignments, failed: %v", len(d.assignments), failed)
	}
	d.onItem = func(graph.BatchRequest) (bool, error) { return false, status(http.StatusConflict) }
	tasks = removals(d)
	failed := write(t.Context(), New(d).Application(spID), tasks)
	if len(failed) != 40 || !graph.IsConflict(failed[tasks[0].Key]) {
		t.Errorf("failed: %v", failed)
	}
}

func TestWriter_throttledAttemptsAreNoTries(t *testing.T) {
	d, tasks := crowd(1)
	n := 0
	d.onItem = func(graph.BatchRequest) (bool, error) {
		n++
		switch {
		case n <= 2*AssignTries:
			return false, status(http.StatusTooManyRequests)
		case n == 2*AssignTries+1:
			return false, lost()
		}
		return true, nil
	}
	if failed := write(t.Context(), New(d).Application(spID), tasks); len(failed) > 0 || len(d.assignments) != 1 {
		t.Errorf("%d assignments, failed: %v", len(d.assignments), failed)
	}
}

// Where the service refuses some of the items of every batch, there is no rate to keep to: what is left continues at once after
// the pause that was asked for.
func TestWriter_throttledLeftoversAreSoonDone(t *testing.T) {
	t.Parallel()
	for _, n := range []int{40, 400} {
		for _, every := range []int{2, 3, 5} {
			t.Run(fmt.Sprintf("%d, every %d", n, every), func(t *testing.T) {
				t.Parallel()
				d, tasks := crowd(n)
				items := 0
				d.onItem = func(graph.BatchRequest) (bool, error) {
					if items++; items%every == 0 {
						throttled := status(http.StatusTooManyRequests)
						throttled.RetryAfter = time.Second
						return false, throttled
					}
					return true, nil
				}
				begin := d.clock.Now()
				if failed := write(t.Context(), New(d).Application(spID), tasks); len(failed) > 0 {
					t.Fatal(failed)
				}
				took := d.clock.Now().Sub(begin)
				t.Logf("%s, %d batches", took, len(d.batches))
				if atMost := 5*time.Second + time.Duration(n/8)*time.Second; took > atMost {
					t.Errorf("it took %s, want at most %s", took, atMost)
				}
			})
		}
	}
}

// Whether an element with a lost answer took effect is looked up before it is sent again: the service's refusal of a double is
// not to be relied on.
func TestWriter_looksBeforeItSendsAnElementAgain(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]bool{"before the effect": false, "after the effect": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, tasks := crowd(3)
			sent := map[string]int{}
			d.onItem = func(r graph.BatchRequest) (bool, error) {
				body, _ := r.Body.(map[string]string)
				id := body["principalId"]
				if sent[id]++; sent[id] > 1 && d.calls["ListAssignments"] == 0 {
					t.Error("it was sent again without a look")
				}
				if id == tasks[1].PrincipalID && sent[id] == 1 {
					return effect, lost()
				}
				return true, nil
			}
			if failed := write(t.Context(), New(d).Application(spID), tasks); len(failed) > 0 || len(d.assignments) != 3 {
				t.Errorf("%d assignments, failed: %v", len(d.assignments), failed)
			}
			if want := map[bool]int{false: 2, true: 1}[effect]; sent[tasks[1].PrincipalID] != want {
				t.Errorf("it was sent %d times, want %d", sent[tasks[1].PrincipalID], want)
			}
		})
	}
}
