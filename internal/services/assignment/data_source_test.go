// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const dataSource = "gotomeeting_user_role_assignments"

// populated is a world in which some people hold roles.
func populated(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.assign(store.UserBen, "User")
	w.assign(store.UserAna, "User")
	w.assign(store.UserAna, "Organizer")
	w.assign(store.GroupMeetings, "User")
	return w
}

func TestDataSource_listsSortedAndFiltered(t *testing.T) {
	t.Parallel()
	w := populated(t)
	tests := []struct {
		name   string
		config map[string]any
		want   map[string]any
		order  []string
	}{
		{"everything", map[string]any{}, map[string]any{store.UserAna: "Organizer,User", store.UserBen: "User", store.GroupMeetings: "User"},
			[]string{store.UserAna, store.UserAna, store.UserBen, store.GroupMeetings}},
		{"one role", map[string]any{"role": "organizer"}, map[string]any{store.UserAna: "Organizer"}, []string{store.UserAna}},
		{"groups", map[string]any{"principal_type": "Group"}, map[string]any{store.GroupMeetings: "User"}, []string{store.GroupMeetings}},
		{"nobody", map[string]any{"role": "Default Access"}, map[string]any{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config["service_principal_id"] = w.sp.ID
			state, found := w.Protocol().ReadData(dataSource, tt.config)
			if len(found) > 0 {
				t.Fatal(found)
			}
			if diff := cmp.Diff(tt.want, state["roles_by_principal"]); diff != "" {
				t.Errorf("by principal: %s", diff)
			}
			list, _ := state["assignments"].([]any)
			var order []string
			for _, element := range list {
				one, _ := element.(map[string]any)
				id, _ := one["principal_id"].(string)
				order = append(order, id)
				if one["principal_display_name"] == nil || !strings.HasPrefix(one["id"].(string), w.sp.ID+"/") { //nolint:forcetypeassert // a panic fails the test
					t.Errorf("not whole: %v", one)
				}
			}
			if diff := cmp.Diff(tt.order, order); diff != "" {
				t.Errorf("order: %s", diff)
			}
		})
	}
}

func TestDataSource_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := populated(t)
	tests := []struct {
		name   string
		config map[string]any
		want   string
	}{
		{"unknown role", map[string]any{"service_principal_id": w.sp.ID, "role": "Usr"}, "Unknown role"},
		{"unknown kind", map[string]any{"service_principal_id": w.sp.ID, "principal_type": "Device"}, "Invalid Attribute Value Match"},
		{"no such application", map[string]any{"service_principal_id": "b0000000-0000-4000-8000-0000000000ff"}, "No such service principal"},
		{"upper case", map[string]any{"service_principal_id": strings.ToUpper(w.sp.ID)}, "Invalid object id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, found := w.Protocol().ReadData(dataSource, tt.config); !found.HasError() || !strings.Contains(found.String(), tt.want) {
				t.Errorf("got %v, want %q", found, tt.want)
			}
		})
	}
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*/appRoleAssignedTo", Effect: simulator.LacksPermission()})
	if _, found := w.Protocol().ReadData(dataSource, map[string]any{"service_principal_id": w.sp.ID}); !strings.Contains(found.String(), "Application.Read.All") {
		t.Errorf("the missing permission is not named: %v", found)
	}
}

func TestListResource_findsUpToTheLimit(t *testing.T) {
	t.Parallel()
	w := populated(t)
	tests := []struct {
		name   string
		config map[string]any
		limit  int64
		want   []string
	}{
		{"everything", map[string]any{}, 100, []string{"Ana", "Ana", "Ben", "Meetings"}},
		{"limit", map[string]any{}, 2, []string{"Ana", "Ana"}},
		{"filtered", map[string]any{"role": "User", "principal_type": "User"}, 100, []string{"Ana", "Ben"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config["service_principal_id"] = w.sp.ID
			p := w.Protocol()
			results, found := p.List(single, tt.config, true, tt.limit)
			if len(found) > 0 || len(results) != len(tt.want) {
				t.Fatalf("%d results, want %d: %v", len(results), len(tt.want), found)
			}
			for i, result := range results {
				if len(result.Diagnostics) > 0 || !strings.HasPrefix(result.DisplayName, tt.want[i]) {
					t.Errorf("result %d: %q, %v", i, result.DisplayName, result.Diagnostics)
				}
				imported, found := p.ImportByIdentity(single, result.Identity)
				if found.HasError() || imported == nil {
					t.Fatalf("the identity does not import: %v", found)
				}
				if diff := cmp.Diff(result.Resource, imported.State); diff != "" {
					t.Errorf("listed and imported differ: %s", diff)
				}
			}
		})
	}
	refused, _ := w.Protocol().List(single, map[string]any{"service_principal_id": w.sp.ID, "role": "Usr"}, false, 100)
	if len(refused) != 1 || !strings.Contains(refused[0].Diagnostics.String(), "Unknown role") {
		t.Errorf("an unknown role was accepted: %+v", refused)
	}
}
