// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Where nobody changed the configuration, what forbids the end of a pause is a warning at plan, and the apply refuses.
func TestResume_thatOnlyRepairsStopsNoPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config  func(w *world, began string) map[string]any
		happens func(w *world, began time.Time)
		want    string
	}{
		"more deletions are held": {
			config: func(w *world, began string) map[string]any {
				return w.object("enabled", true, "on_outside_pause", "resume", "release_deletions", releases(began, 3))
			},
			happens: func(w *world, began time.Time) {
				w.change(func(j *store.Job) {
					j.Status.Quarantine = &store.Quarantine{Reason: "TooManyDeletes", SeriesBegan: began, CurrentBegan: began}
				}) // until the next cycle is over
				entry := w.Sim.Store().Log()
				last := entry[len(entry)-1]
				last.ID, last.Action, last.SourceID, last.At = "more", "stagedDelete", store.UserKim, w.Sim.Clock().Now()
				w.Sim.Store().AddLog(last)
			},
			want: "More deletions are held than may be released",
		},
		"another connection writes the accounts": {
			config: func(w *world, _ string) map[string]any {
				return w.object("enabled", true, "on_outside_pause", "resume")
			},
			happens: func(*world, time.Time) {},
			want:    "Two connections would write to the same accounts",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, began := held(t, 3)
			managed := w.Managed(typeName)
			config := test.config(w, began)
			if found := managed.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			w.change(func(j *store.Job) { j.Schedule = store.ScheduleDisabled })
			at, err := time.Parse(time.RFC3339, began)
			if err != nil {
				t.Fatal(err)
			}
			test.happens(w, at)
			next := w.Managed(typeName)
			other := map[string]any{"connection_id": w.successor(), "enabled": true, "allow_default_mappings": true}
			if found := next.Apply(other); found.HasError() { // as another configuration would
				t.Fatal(found)
			}

			p := w.Protocol()
			read, found := p.Read(managed.Now)
			succeeds(t, found)
			if test.want[0] == 'T' {
				_, found = p.Plan(typeName, next.Now, other)
				succeeds(t, found)
			}
			planned, found := p.Plan(typeName, read, config)
			if found.HasError() {
				t.Errorf("plan: %s", found)
			}
			_, found = p.Apply(planned)
			if !found.HasError() || !slices.Contains(summaries(found), test.want) {
				t.Errorf("apply: %s", found)
			}
		})
	}
}
