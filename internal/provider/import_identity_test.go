// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Each of the six resources is imported by its identity, by the CLI as its users have it: Terraform and OpenTofu from 1.12 on.
func TestCLI_importsEveryResourceByIdentity(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	bodies := map[string]string{
		"gotomeeting_application":                     `display_name = "GoToMeeting"`,
		"gotomeeting_provisioning_connection":         fmt.Sprintf("service_principal_id = %q", s.sp.ID),
		"gotomeeting_attribute_mappings":              "connection_id = %[1]q\n  mappings = {\n    email  = { source_attribute = \"userPrincipalName\", matching_priority = 1 }\n    active = { expression = \"Not([IsSoftDeleted])\" }\n  }",
		"gotomeeting_provisioning_state":              "connection_id = %[1]q\n  enabled = false",
		"gotomeeting_user_role_assignment":            fmt.Sprintf("service_principal_id = %q\n  principal_id = %q\n  role = \"User\"", s.sp.ID, store.UserAna),
		"gotomeeting_user_role_assignments_exclusive": fmt.Sprintf("service_principal_id = %q\n  assignments = { %q = \"User\" }", s.sp.ID, store.UserAna),
	}
	p := s.Protocol()
	for typeName, id := range s.importIDs() {
		one, found := p.Import(typeName, id)
		if found.HasError() {
			t.Fatal(found)
		}
		var identity strings.Builder
		for _, name := range slices.Sorted(maps.Keys(one.Identity)) {
			if value, ok := one.Identity[name].(string); ok {
				fmt.Fprintf(&identity, "    %s = %q\n", name, value)
			}
		}
		body := strings.ReplaceAll(bodies[typeName], "%[1]q", fmt.Sprintf("%q", s.sp.ID+"/"+s.job.ID))
		cli := s.CLI(fmt.Sprintf("import {\n  to = %[1]s.this\n  identity = {\n%[2]s  }\n}\n\nresource %[1]q \"this\" {\n  %[3]s\n}\n", typeName, identity.String(), body))
		if name, have := cli.Product(); have.Core().LessThan(version.Must(version.NewVersion("1.12.0"))) {
			t.Skipf("needs Terraform or OpenTofu 1.12, this is %s %s", name, have)
		}
		plan, _ := cli.Run("plan", "-no-color")
		if !strings.Contains(plan, "Plan: 1 to import, 0 to add,") || !strings.Contains(plan, "0 to destroy.") {
			t.Errorf("%s by %s:\n%s", typeName, identity.String(), plan)
		}
	}
}
