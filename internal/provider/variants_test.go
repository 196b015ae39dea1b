// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The whole life of a set-up, wherever the service differs from what is documented: made, left alone after a cycle, changed
// here and elsewhere, imported, removed.
func TestLifecycle_inEachVariant(t *testing.T) {
	t.Parallel()
	variants := map[string]simulator.Variants{
		"as documented":                 {},
		"empty defaults":                {Spelling: simulator.Spelling{EmptyDefaults: true}},
		"no parameters":                 {Spelling: simulator.Spelling{NoParameters: true}},
		"unnamed constants":             {Spelling: simulator.Spelling{UnnamedConstants: true}},
		"Microsoft Entra ID":            {Spelling: simulator.Spelling{EntraDirectory: true}},
		"lower-case counts":             {Spelling: simulator.Spelling{LowerCaseCounts: true}},
		"all spellings":                 {Spelling: simulator.Spelling{EmptyDefaults: true, NoParameters: true, UnnamedConstants: true, EntraDirectory: true, LowerCaseCounts: true}},
		"404 for no jobs":               {NoJobsNotFound: true},
		"errors where nothing is there": {NoJobsNotFound: true, ErrorsWhenUnconfigured: true},
		"a test that is wrong":          {ConnectionTest: simulator.TestRefuses},
		"a test that is unavailable":    {ConnectionTest: simulator.TestUnavailable},
	}
	for _, generation := range store.Generations() {
		variants[string(generation)] = simulator.Variants{Generation: generation}
	}
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lifecycle(t, variants[name])
		})
	}
}

// lifeCredentials are arguments of a connection with working credentials of a generation.
func lifeCredentials(of store.Generation) map[string]any {
	switch of {
	case store.ByAuthorization:
		return map[string]any{}
	case store.ByToken:
		return map[string]any{"connector_settings": map[string]any{"BaseAddress": store.TenantURL},
			"credentials_wo": map[string]any{"SecretToken": store.SecretToken}, "credentials_wo_version": "1"}
	case store.ByClientCredentials:
		return map[string]any{"connector_settings": map[string]any{"BaseAddress": store.TenantURL, "Oauth2ClientId": store.TargetClientID, "Oauth2TokenExchangeUri": store.TokenExchangeURI},
			"credentials_wo": map[string]any{"Oauth2ClientSecret": store.TargetClientSecret, "Oauth2AccessToken": store.SeedToken}, "credentials_wo_version": "1"}
	case store.ByPassword:
	}
	return map[string]any{"admin_username": store.AdminUserName, "admin_password_wo": store.AdminPassword, "admin_password_wo_version": "1"}
}

func lifecycle(t *testing.T, variants simulator.Variants) {
	t.Helper()
	env := acctest.New(t, func(o *simulator.Options) { o.Variants = variants })
	apply := func(m *acctest.Managed, config map[string]any) {
		t.Helper()
		if found := m.Apply(config); found.HasError() {
			t.Fatal(found)
		}
	}
	env.UseGoTo()
	same := func(m *acctest.Managed, config map[string]any, when string) {
		t.Helper()
		if action, planned, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
			t.Errorf("%s the plan is %s: %v\n%s", when, action, planned, found)
		}
	}
	application, connection, mappings := env.Managed("gotomeeting_application"), env.Managed("gotomeeting_provisioning_connection"), env.Managed("gotomeeting_attribute_mappings")
	assignment, state := env.Managed("gotomeeting_user_role_assignment"), env.Managed("gotomeeting_provisioning_state")

	named := map[string]any{"display_name": "Meetings"}
	apply(application, named)
	principal := application.Text("service_principal_id")
	connected := lifeCredentials(variants.Generation)
	connected["service_principal_id"], connected["notification_email"] = principal, "identity-ops@example.com"
	connected["test_connection"] = variants.ConnectionTest != simulator.TestRefuses
	apply(connection, connected)
	id := connection.Text("id")
	if variants.Generation == store.ByAuthorization {
		if err := env.Sim.Store().Authorize(principal); err != nil {
			t.Fatal(err)
		}
	}
	mapped := map[string]any{"connection_id": id, "mappings": map[string]any{
		"email":     map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1},
		"firstName": map[string]any{"source_attribute": "givenName"},
		"lastName":  map[string]any{"expression": "Coalesce([surname], [displayName])"},
		"locale":    map[string]any{"constant": "en_US", "apply": "on_create"},
		"active":    map[string]any{"expression": "Not([IsSoftDeleted])"},
	}}
	apply(mappings, mapped)
	assigned := map[string]any{"service_principal_id": principal, "principal_id": store.UserAna, "role": "User"}
	apply(assignment, assigned)
	on := map[string]any{"connection_id": id, "enabled": true, "mapping_ids": []any{mappings.Text("id")}}
	apply(state, on)
	all := func(when string) {
		t.Helper()
		same(application, named, when)
		same(connection, connected, when)
		same(mappings, mapped, when)
		same(assignment, assigned, when)
		same(state, on, when)
	}
	all("right after")
	env.Sim.Clock().Advance(3 * store.DefaultInterval)
	all("after cycles")
	status, found := env.Protocol().ReadData("gotomeeting_sync_status", map[string]any{"connection_id": id})
	if found.HasError() || status["state"] != "healthy" {
		t.Errorf("the state is %v, quarantine %v\n%s", status["state"], status["quarantine"], found)
	}
	for typeName, check := range map[string]func(map[string]any) bool{
		"gotomeeting_attribute_mappings":   func(read map[string]any) bool { return read["customized"] == true },
		"gotomeeting_provisioning_preview": func(read map[string]any) bool { return read["complete"] == true },
		"gotomeeting_provisioning_logs":    func(read map[string]any) bool { return read["entries"] != nil },
	} {
		read, found := env.Protocol().ReadData(typeName, map[string]any{"connection_id": id})
		if found.HasError() || !check(read) {
			t.Errorf("%s reads %v\n%s", typeName, read, found)
		}
	}
	if _, err := env.Sim.Store().AccountByEmail("ana@corp.example"); err != nil {
		t.Errorf("nobody was provisioned: %v", err)
	}

	connected["accidental_deletion_threshold"] = 7
	apply(connection, connected)
	mapped["mappings"].(map[string]any)["lastName"] = map[string]any{"source_attribute": "surname"} //nolint:forcetypeassert // made above
	apply(mappings, mapped)
	all("after a change")
	env.Sim.Clock().Advance(2 * store.DefaultInterval)
	all("after a change and cycles")

	for _, one := range []struct{ m, of *acctest.Managed }{{env.Managed("gotomeeting_provisioning_connection"), connection}, {env.Managed("gotomeeting_attribute_mappings"), mappings}, {env.Managed("gotomeeting_provisioning_state"), state}} {
		if found := one.m.Import(one.of.Text("id")); found.HasError() {
			t.Error(found)
		}
	}
	for _, m := range []*acctest.Managed{state, assignment, mappings, connection, application} {
		if found := m.Destroy(); found.HasError() {
			t.Fatal(found)
		}
	}
	if jobs := env.Sim.Store().AllJobs(); len(jobs) > 0 {
		t.Errorf("%d jobs are left", len(jobs))
	}
}
