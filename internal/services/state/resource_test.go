// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestResource_protocolSmoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	one, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	w.wantAsked("start")
	w.wantSchedule(store.ScheduleActive)
	want := map[string]any{"id": w.connectionID(), "connection_id": w.connectionID(), "enabled": true, "restart_triggers": nil, "restart_scope": nil, "wait_for_first_cycle": false, "timeouts": nil}
	if diff := cmp.Diff(want, one.State); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"connection_id": w.connectionID()}, one.Identity); diff != "" {
		t.Error(diff)
	}
	imported, found := p.ImportByIdentity(typeName, one.Identity)
	succeeds(t, found)
	if diff := cmp.Diff(want, imported.State); diff != "" {
		t.Error(diff)
	}
	planned, found := p.Plan(typeName, imported, w.object("enabled", true))
	succeeds(t, found)
	if planned.Changes() {
		t.Error(cmp.Diff(imported.State, planned.State))
	}
	gone, found := p.Change(typeName, one, nil)
	succeeds(t, found)
	if gone != nil {
		t.Errorf("%v", gone.State)
	}
	w.wantAsked("start", "pause")
}
