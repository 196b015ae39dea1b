// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// impact is a provider block that tells what changes do, with the accounts at GoTo.
func (w *world) impact(settings map[string]any) func(block map[string]any) {
	w.UseGoTo()
	return func(block map[string]any) { block["impact"] = settings }
}

func TestSwitchOn_saysWhomItGivesAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserBen)
	_, found := w.Protocol(w.impact(map[string]any{"enabled": true})).Plan(typeName, nil, w.object("enabled", true))
	if got := summaries(found); len(got) != 1 || got[0] != "2 accounts will be created: provisioning of GoToMeeting" {
		t.Errorf("got %q\n%s", got, found)
	}
	_, found = w.Protocol(w.impact(map[string]any{"max_created": 1})).Plan(typeName, nil, w.object("enabled", true))
	if !found.HasError() || !strings.Contains(strings.Join(summaries(found), "\n"), "This plan would create 2 accounts of GoToMeeting, and 1 are allowed") {
		t.Errorf("beyond a limit: %s", found)
	}
	_, found = w.Protocol(w.impact(map[string]any{"max_created": 1})).Plan(typeName, nil, w.object("enabled", false))
	if len(found) > 0 {
		t.Errorf("off: %s", found)
	}
}

func TestOutsidePause_saysWhatResumingWouldDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	adjust := w.impact(map[string]any{"enabled": true})
	managed := w.Managed(typeName, adjust)
	if found := managed.Apply(w.object("enabled", true)); found.HasError() {
		t.Fatal(found)
	}
	w.Sim.Clock().Advance(3 * time.Hour)
	if err := w.Sim.Engine().Pause(w.sp.ID, w.job.ID); err != nil {
		t.Fatal(err)
	}
	w.assign(store.UserBen)
	_, _, found := managed.Plan(w.object("enabled", true))
	if len(found) != 1 || !strings.Contains(found.String(), "What the next cycle would do then: 1 account will be created.") {
		t.Errorf("got %s", found)
	}
}
