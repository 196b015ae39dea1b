// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// An account that a leaver gives up goes to whom else it matches, or is made anew for them: a plan that removes the one must not keep
// silent about the other.
func TestCompare_saysWhoInheritsAnAccount(t *testing.T) {
	t.Parallel()
	marks := graph.AttributeMapping{Target: "active", Source: computed("Not([IsSoftDeleted])")}
	deletes := byMail()
	writesNothing := byMail()
	writesNothing.FlowTypes = []string{"Add", "Delete"}
	tests := []struct {
		name    string
		mapping graph.ObjectMapping
		ana     State // how she stands after the change
		keeps   bool
		want    map[string]Effect
	}{
		{"disabled", byMail(marks), Unassigned, false, map[string]Effect{"ana": Unclear, "ben": Unclear}},
		{"deleted", deletes, Unassigned, false, map[string]Effect{"ana": Unclear, "ben": Unclear}},
		{"deleted where nothing is updated", writesNothing, Unassigned, false, map[string]Effect{"ana": Unclear, "ben": Unclear}},
		{"kept", byMail(marks), Unassigned, true, map[string]Effect{"ana": LeftActive}},
		{"stays", byMail(marks), InScope, false, map[string]Effect{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(Account{Key: "1", Email: "ab@corp.example", Status: "ACTIVE"}).user("ana", "mail", "ab@corp.example").user("ben", "mail", "ab@corp.example")
			w.RanBefore = true
			today := w.setup
			today.Mapping, today.KeepsOutOfScope = test.mapping, test.keeps
			proposed := today
			if test.ana == Unassigned {
				proposed.Assignments = proposed.Assignments[1:]
			}
			c := Compare(&w.Survey, &today, &proposed)
			got := map[string]Effect{}
			for _, d := range c.Differences {
				got[d.UserID] = d.Effect
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whoever leaves keeps an account that a mapping merely renames: this must not count as disabled.
func TestCompare_doesNotTakeAMarkForTheEndOfAnAccount(t *testing.T) {
	t.Parallel()
	left := computed(`IIF([IsSoftDeleted]="True", "Left", [surname])`)
	for _, test := range []struct {
		target   string
		want     Effect
		disabled int
	}{
		{"lastName", LeftActive, 0},
		{"name.familyName", LeftActive, 0},
		{"status", Disabled, 1},
		{"employment", Disabled, 1}, // GoTo says nothing of it: the connector may use it to disable
	} {
		w := newTenant(Account{Key: "1", Email: "ana@corp.example", LastName: "Example", Status: "ACTIVE"}).user("ana", "mail", "ana@corp.example", "surname", "Example")
		w.RanBefore = true
		w.setup.Mapping = byMail(graph.AttributeMapping{Target: test.target, Source: left, FlowType: flowAlways})
		proposed := w.setup
		proposed.Assignments = nil
		c := Compare(&w.Survey, &w.setup, &proposed)
		if len(c.Differences) != 1 || c.Differences[0].Effect != test.want {
			t.Errorf("%s: %+v, want %s", test.target, c.Differences, test.want)
		}
		if _, updated, disabled := c.AtMost(); disabled != test.disabled || updated != 1-disabled {
			t.Errorf("%s: at most %d updated and %d disabled", test.target, updated, disabled)
		}
		if got := c.LeftActiveAtMost(); got != 1-test.disabled {
			t.Errorf("%s: at most %d left active", test.target, got)
		}
	}
}

// A mapping that was changed while provisioning was off has written nothing yet: switching provisioning on is when people change. A pause
// without such a change ends quietly.
func TestCompare_saysWhatChangedDuringAPause(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, today string
		want        int
	}{
		{"unchanged", "[surname]", 0},
		{"changed", `Join(", ", [surname], "GoTo")`, 1},
	} {
		w := newTenant(Account{Key: "1", Email: "ana@corp.example", LastName: "Example", Status: "ACTIVE"}).user("ana", "mail", "ana@corp.example", "surname", "Example")
		w.RanBefore = true
		w.setup.Mapping = byMail(graph.AttributeMapping{Target: "lastName", Source: computed(test.today), FlowType: flowAlways})
		w.setup.Off = true
		proposed := w.setup
		proposed.Off = false
		c := Compare(&w.Survey, &w.setup, &proposed)
		if got := c.Count(Updated); got != test.want || len(c.Differences) != test.want {
			t.Errorf("%s: %+v", test.name, c.Differences)
		}
	}
}

// Accounts that were left to people who are gone concern a change that takes them: a mapping that deletes takes inactive ones as well.
func TestCompare_countsAccountsThatWereKept(t *testing.T) {
	t.Parallel()
	deletes := byMail()
	disables := byMail(graph.AttributeMapping{Target: "active", Source: computed("Not([IsSoftDeleted])"), FlowType: flowAlways})
	for _, test := range []struct {
		name   string
		status string
		takes  graph.ObjectMapping
		want   int
	}{
		{"active, disabled", "ACTIVE", disables, 1},
		{"inactive, disabled", "SUSPENDED", disables, 0},
		{"active, deleted", "ACTIVE", deletes, 1},
		{"inactive, deleted", "SUSPENDED", deletes, 1},
	} {
		w := newTenant(Account{Key: "1", Email: "former@corp.example", Status: test.status}).user("ana", "mail", "ana@corp.example")
		w.RanBefore = true
		w.setup.Mapping, w.setup.KeepsOutOfScope = test.takes, true
		proposed := w.setup
		if c := Compare(&w.Survey, &w.setup, &proposed); c.Kept != 0 {
			t.Errorf("%s: %d without a change", test.name, c.Kept)
		}
		proposed.KeepsOutOfScope = false
		if c := Compare(&w.Survey, &w.setup, &proposed); c.Kept != test.want {
			t.Errorf("%s: %d, want %d", test.name, c.Kept, test.want)
		}
	}
}
