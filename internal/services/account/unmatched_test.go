// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// connected adds a connection with Ana and Ben in its scope.
func (c *customer) connected(t *testing.T) (id string) {
	t.Helper()
	_, sp, err := c.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := c.Sim.Store().CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range sp.Roles {
		if role.DisplayName != store.RoleUser {
			continue
		}
		for _, principal := range []string{store.UserAna, store.UserBen} {
			if _, err := c.Sim.Store().Assign(sp.ID, principal, role.ID, store.AssignOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return sp.ID + "/" + job.ID
}

func TestAccounts_thatMatchNobodyInScopeAreReported(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	id := c.connected(t)
	c.add(store.Account{Key: "4100000000000000103", Email: "ben@corp.example", Active: true})
	c.add(store.Account{Key: "4100000000000000104", Email: "gone@corp.example", Active: true})
	c.add(store.Account{Key: "4100000000000000105", Email: "gone.too@corp.example"}) // inactive
	state, found := c.Protocol().ReadData("gotomeeting_accounts", map[string]any{"connection_id": id})
	if found.HasError() {
		t.Fatal(found)
	}
	keys := map[any]bool{}
	list, _ := state["active_unmatched_keys"].([]any)
	for _, key := range list {
		keys[key] = true
	}
	if !keys["4100000000000000104"] || keys["4100000000000000103"] || keys["4100000000000000105"] {
		t.Errorf("got %v, %v", list, found)
	}
	// The invited one has a status that is not understood.
	if state["active_unmatched_complete"] != false || !strings.Contains(found.String(), "For 1 active account, the provider cannot determine") {
		t.Errorf("complete: %v, %v", state["active_unmatched_complete"], found)
	}
	// Filters of the list do not filter these, and without a connection Microsoft Graph is not asked.
	filtered, _ := c.Protocol().ReadData("gotomeeting_accounts", map[string]any{"connection_id": id, "emails": []any{}})
	if diff := cmp.Diff(state["active_unmatched_keys"], filtered["active_unmatched_keys"]); diff != "" {
		t.Error(diff)
	}
	c.Sim.Log().Reset()
	state, _ = c.Protocol().ReadData("gotomeeting_accounts", map[string]any{})
	if state["active_unmatched_keys"] != nil || len(c.Sim.Log().Match("GET", "/servicePrincipals/**")) > 0 {
		t.Errorf("got %v", state["active_unmatched_keys"])
	}
}

func TestAccounts_thatMatchNobodyNeedAConnection(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	id := c.connected(t)
	_, found := c.Protocol().ReadData("gotomeeting_accounts", map[string]any{"connection_id": strings.Replace(id, "/", "/no.", 1)})
	if !found.HasError() {
		t.Errorf("an unknown connection: %v", found)
	}
	c.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*/appRoleAssignedTo", Count: -1, Effect: simulator.LacksPermission()})
	state, found := c.Protocol().ReadData("gotomeeting_accounts", map[string]any{"connection_id": id})
	if found.HasError() || state["active_unmatched_complete"] != false || !strings.Contains(found.String(), "The list of unmatched accounts may be incomplete") {
		t.Errorf("without the assignments: %v, %v", state["active_unmatched_complete"], found)
	}
}
