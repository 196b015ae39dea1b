// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestListResource_findsTheConnectionWithItsSettings(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	sp, job := storedConnection(t, env, store.AdminUserName, store.AdminPassword)
	results, diagnostics := env.Protocol().List("gotomeeting_provisioning_connection", map[string]any{"service_principal_id": sp}, true, 100)
	if len(diagnostics) > 0 || len(results) != 1 || len(results[0].Diagnostics) > 0 {
		t.Fatalf("%d results, %v, %v", len(results), diagnostics, results)
	}
	if diff := cmp.Diff(map[string]any{"service_principal_id": sp, "job_id": job}, results[0].Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	for attribute, want := range map[string]any{"id": sp + "/" + job, "admin_username": store.AdminUserName, "admin_password": nil, "scope": "assigned", "authorized": true} {
		if got := results[0].Resource[attribute]; got != want {
			t.Errorf("%s is %v, not %v", attribute, got, want)
		}
	}
}
