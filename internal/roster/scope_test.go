// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChanges_leaveAloneWhatLeavesTheScope(t *testing.T) {
	had := map[Key]bool{{anaID, userRole}: true, {benID, ownerRole}: true, {meetingsID, userRole}: true}
	wanted := map[Key]bool{{anaID, ownerRole}: true}
	tests := []struct {
		name    string
		scope   Scope
		removed map[Key]bool
	}{
		{"everything", Scope{}, map[Key]bool{{anaID, userRole}: true, {benID, ownerRole}: true, {meetingsID, userRole}: true}},
		{"one role", Scope{Roles: map[string]bool{userRole: true}}, map[Key]bool{{anaID, userRole}: true, {meetingsID, userRole}: true}},
		{"one ignored", Scope{Ignored: map[string]bool{anaID: true}}, map[Key]bool{{benID, ownerRole}: true, {meetingsID, userRole}: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ChangesOf(had, wanted, tt.scope)
			if diff := cmp.Diff(tt.removed, got.Removed); diff != "" {
				t.Errorf("removed: %s", diff)
			}
			if diff := cmp.Diff(wanted, got.Added); diff != "" {
				t.Errorf("added: %s", diff)
			}
		})
	}
}
