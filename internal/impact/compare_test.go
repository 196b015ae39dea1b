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
