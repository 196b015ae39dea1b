// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The benchmark refreshes ten thousand single assignments as Terraform does, without the hour that Terraform itself takes, and
// fails when memory grows with the number of calls. The figures include the simulated tenant, which is there before.
func BenchmarkRefresh_tenThousandSingleAssignments(b *testing.B) {
	const n = 10_000
	env := acctest.New(b)
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		b.Fatal(err)
	}
	role := sp.Roles[slices.IndexFunc(sp.Roles, func(role store.AppRole) bool { return role.DisplayName == "User" })].ID
	states := make([]map[string]any, 0, n)
	for _, id := range env.Sim.Store().AddUsers(n) {
		made, err := env.Sim.Store().Assign(sp.ID, id, role, store.AssignOptions{})
		if err != nil {
			b.Fatal(err)
		}
		states = append(states, map[string]any{"id": sp.ID + "/" + made.ID, "service_principal_id": sp.ID, "principal_id": id,
			"role": "User", "app_role_id": role, "principal_type": "User"})
	}
	p := env.Protocol()
	held := func() float64 {
		var memory runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&memory)
		return float64(memory.HeapAlloc) / 1e6
	}
	for b.Loop() {
		before, early := held(), 0.0
		for i, state := range states {
			if one, found := p.Read(p.Stored("gotomeeting_user_role_assignment", state)); one == nil || len(found) > 0 {
				b.Fatal(one, found)
			}
			if i == n/10 {
				early = held()
			}
		}
		late := held()
		b.ReportMetric(early-before, "MB-after-1000")
		b.ReportMetric(late-before, "MB-after-10000")
		if late-before > 120 || late-early > 10 {
			b.Errorf("%.0f MB are held after a thousand calls and %.0f after ten thousand", early-before, late-before)
		}
	}
}
