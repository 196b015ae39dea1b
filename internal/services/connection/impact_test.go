// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// A narrower scope is told by the accounts that it disables, refused beyond the limit, and applied within it; a wider one by
// those that it creates.
func TestResource_aChangeOfScopeIsToldInPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	w.Sim.Store().SetDomains()
	w.Sim.Store().SetLicenses(1000)
	m := w.created("scope", "all")
	if err := w.Sim.Engine().Start(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	active := 0
	for u := range w.Sim.Store().EachUser() {
		if u.AccountEnabled && u.DeletedAt.IsZero() {
			active++
		}
	}
	for _, test := range []struct {
		name     string
		impact   map[string]any
		scope    string
		want     string
		refuses  bool
		warnings int
	}{
		{"refused by default", map[string]any{}, "assigned", "accounts will be disabled: scope of Meetings", true, 1},
		{"allowed", map[string]any{"max_disabled": active}, "assigned", "accounts will be disabled: scope of Meetings", false, 1},
		{"no change", map[string]any{}, "all", "", false, 0},
	} {
		p := w.Protocol(func(block map[string]any) { block["impact"] = test.impact })
		_, found := p.Plan(typeName, m.Now, w.object("scope", test.scope))
		var warnings []string
		for _, d := range found {
			if !d.Error {
				warnings = append(warnings, d.Summary)
			}
		}
		if found.HasError() != test.refuses || len(warnings) != test.warnings || !strings.Contains(strings.Join(warnings, "\n"), test.want) {
			t.Errorf("%s: %s", test.name, found)
		}
	}
}
