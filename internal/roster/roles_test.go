// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func TestRoles_admitsNameValueAndID(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"display name", "User", userRole},
		{"value", "org", ownerRole},
		{"id", userRole, userRole},
		{"id in uppercase", strings.ToUpper(userRole), userRole},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, refused := testRoles().Admit(tt.text)
			if refused != nil || got != tt.want {
				t.Errorf("admit(%q) = %q, %v; want %q", tt.text, got, refused, tt.want)
			}
		})
	}
}

func TestRoles_refusesWhatCannotWork(t *testing.T) {
	const valid = `Valid roles: "Organizer" (value "org"), "User".`
	twins := append(testRoles(), graph.AppRole{ID: "a0000000-0000-4000-8000-000000000009", DisplayName: "User", IsEnabled: true, AllowedMemberTypes: []string{"User"}})
	tests := []struct {
		name        string
		roles       Roles
		text        string
		wantSummary string
		wantDetail  string
	}{
		{"unknown", testRoles(), "Usr", "Unknown role", `The application declares no role "Usr". Did you mean "User"? ` + valid},
		{"unknown and unlike any", testRoles(), "Accounting", "Unknown role", `The application declares no role "Accounting". ` + valid},
		{"disabled", testRoles(), "Presenter", "Disabled role", `The role "Presenter" of the application is disabled and cannot be assigned. ` + valid},
		{"Default Access", testRoles(), "default access", "Default Access does not provision",
			"The application declares roles, and provisioning then refuses or skips people who are assigned with Default Access. " + valid},
		{"Default Access by id", testRoles(), graph.DefaultAccessRoleID, "Default Access does not provision",
			"The application declares roles, and provisioning then refuses or skips people who are assigned with Default Access. " + valid},
		{"ambiguous", twins, "User", "Ambiguous role", "2 roles of the application are named \"User\". Use the id of the intended role:\n" +
			"- " + userRole + " (\"User\")\n- a0000000-0000-4000-8000-000000000009 (\"User\")"},
		{"nothing declared", nil, "User", "Unknown role", `The application declares no role "User". It declares no role for users and groups: use "Default Access".`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, refused := tt.roles.Admit(tt.text)
			if refused == nil {
				t.Fatalf("admit(%q) was not refused", tt.text)
			}
			if diff := cmp.Diff(&Refusal{tt.wantSummary, tt.wantDetail, tt.wantSummary == "Disabled role"}, refused, cmp.AllowUnexported(Refusal{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRoles_allowsDefaultAccessWithoutUsableRole(t *testing.T) {
	unusable := testRoles()[2:] // disabled, and for applications only
	for _, text := range []string{"Default Access", graph.DefaultAccessRoleID} {
		if id, refused := unusable.Admit(text); refused != nil || id != graph.DefaultAccessRoleID {
			t.Errorf("admit(%q) = %q, %v", text, id, refused)
		}
	}
}

func TestRoles_retiredNamesakeIsNotAmbiguous(t *testing.T) {
	namesakes := append(testRoles(), graph.AppRole{ID: "a0000000-0000-4000-8000-000000000009", DisplayName: "User", AllowedMemberTypes: []string{"User"}})
	if id, refused := namesakes.Admit("User"); refused != nil || id != userRole {
		t.Errorf("admit = %q, %v; want %q", id, refused, userRole)
	}
}

func TestRoles_labelReadsBack(t *testing.T) {
	declared := append(testRoles(),
		graph.AppRole{ID: "a0000000-0000-4000-8000-000000000005", DisplayName: "Guests, external", Value: "guests", IsEnabled: true},
		graph.AppRole{ID: "a0000000-0000-4000-8000-000000000006", DisplayName: "Twin", IsEnabled: true},
		graph.AppRole{ID: "a0000000-0000-4000-8000-000000000007", DisplayName: "Twin", Value: "second", IsEnabled: true},
	)
	want := map[string]string{
		userRole:                               "User",
		retired:                                "Presenter",
		"a0000000-0000-4000-8000-000000000005": "guests",
		"a0000000-0000-4000-8000-000000000006": "a0000000-0000-4000-8000-000000000006",
		"a0000000-0000-4000-8000-000000000007": "second",
		"a0000000-0000-4000-8000-0000000000ff": "a0000000-0000-4000-8000-0000000000ff",
		graph.DefaultAccessRoleID:              "Default Access",
	}
	got := map[string]string{}
	for id := range want {
		got[id] = declared.Label(id)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRoles_refusesKind(t *testing.T) {
	tests := []struct {
		name, role, kind string
		want             string
	}{
		{"user role for a group", userRole, KindGroup, ""},
		{"user role for an application", userRole, KindServicePrincipal, "Role not allowed for applications"},
		{"application role for a user", robotRole, KindUser, "Role not allowed for users"},
		{"both", ownerRole, KindServicePrincipal, ""},
		{"kind not known", robotRole, "", ""},
		{"Default Access", graph.DefaultAccessRoleID, KindUser, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if refused := testRoles().RefuseKind(tt.role, tt.kind); refused != nil {
				got = refused.Summary
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
