// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Wherever a service principal is named, the path that azuread writes will do: for a new object, which keeps the spelling, and
// for one that has the other spelling, which makes no difference.
func TestServicePrincipalID_isAcceptedAsAPath(t *testing.T) {
	t.Parallel()
	for typeName, rest := range map[string]map[string]any{
		"gotomeeting_provisioning_connection":         {"admin_username": store.AdminUserName, "admin_password_wo": store.AdminPassword, "admin_password_wo_version": "1"},
		"gotomeeting_user_role_assignment":            {"principal_id": store.UserAna, "role": store.RoleUser},
		"gotomeeting_user_role_assignments_exclusive": {"assignments": map[string]any{store.UserAna: store.RoleUser}},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			if err != nil {
				t.Fatal(err)
			}
			config := func(id string) map[string]any {
				config := map[string]any{"service_principal_id": id}
				for name, value := range rest {
					config[name] = value
				}
				return config
			}
			path, m := "/servicePrincipals/"+sp.ID, env.Managed(typeName)
			if found := m.Apply(config(path)); found.HasError() {
				t.Fatal(found)
			}
			if m.Text("service_principal_id") != path || !strings.HasPrefix(m.Text("id"), sp.ID) || m.Now.Identity["service_principal_id"] != sp.ID {
				t.Errorf("%v, %v", m.Now.State, m.Now.Identity)
			}
			for _, id := range []string{path, sp.ID} {
				if action, planned, found := m.Plan(config(id)); action != acctest.NoAction || found.HasError() {
					t.Errorf("%s: %s, %v, %v", id, action, planned, found)
				}
			}
			id := m.Text("id")
			if found := m.Import(id); found.HasError() { // which has the bare id
				t.Fatal(found)
			}
			if typeName == "gotomeeting_provisioning_connection" {
				return // the password's version is new to it
			}
			if action, planned, found := m.Plan(config(path)); action != acctest.NoAction || found.HasError() {
				t.Errorf("after an import: %s, %v, %v", action, planned, found)
			}
			_, other, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "Other", "")
			if err != nil {
				t.Fatal(err)
			}
			if action, _, found := m.Plan(config("/servicePrincipals/" + other.ID)); action != acctest.Replace || found.HasError() {
				t.Errorf("another one: %s, %v", action, found)
			}
			if _, _, found := m.Plan(config("/groups/" + sp.ID)); !strings.Contains(found.String(), "Use the object id alone") {
				t.Errorf("another path: %v", found)
			}
			if found := m.Destroy(); found.HasError() || m.Now != nil {
				t.Errorf("%v, %v", m.Now, found)
			}
		})
	}
}
