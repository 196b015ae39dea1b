// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"slices"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Kind 6: Terraform deletes a connection before it creates the one that replaces it. If the target refuses the new credentials, the plan
// says so: nothing that works is deleted.
func TestReplacement_withRefusedCredentialsDeletesNothing(t *testing.T) {
	t.Parallel()
	const title = "The replacement of the connection would fail"
	other := func(w *world) map[string]any {
		return w.object("service_principal_id", instantiated(w.t, w.Env, store.TemplateGoToMeeting).ID)
	}
	same := func(w *world) map[string]any { return w.object() }
	tests := []struct {
		name           string
		config         func(*world) map[string]any
		asked, tainted bool
		password       string
		fails, told    bool
	}{
		{"-replace, refused", same, true, false, "wrong", true, true},
		{"-replace, accepted", same, true, false, store.AdminPassword, false, false},
		{"tainted, refused", same, false, true, "wrong", false, true},
		{"another application, refused", other, false, false, "wrong", true, true},
		{"another application, accepted", other, false, false, store.AdminPassword, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			config := tt.config(w)
			config["admin_password_wo"] = tt.password
			m.Asked, m.Tainted = tt.asked, tt.tainted
			w.Sim.Log().Reset()
			_, _, found := m.Plan(config)
			var titles []string
			for _, d := range found {
				titles = append(titles, d.Summary)
			}
			if found.HasError() != tt.fails || slices.Contains(titles, title) != tt.told {
				t.Errorf("plan: %s", found)
			}
			if tt.fails {
				if found := m.Apply(config); !found.HasError() {
					t.Error("the apply does not fail")
				}
				w.wantJobs(1)
			}
			// Off, or where the test is not wanted, nothing is asked.
			config["test_connection"] = false
			w.Sim.Log().Reset()
			if _, _, found := m.Plan(config); found.HasError() {
				t.Errorf("without a test: %s", found)
			}
			if asked := w.Sim.Log().Match("POST", "/servicePrincipals/*/synchronization/jobs/validateCredentials"); len(asked) > 0 {
				t.Error("the test was run")
			}
		})
	}
}
