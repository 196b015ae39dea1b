// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func TestImportID_isReadBackAsPrinted(t *testing.T) {
	t.Parallel()
	ref := graph.JobRef{ServicePrincipalID: "b0000000-0000-4000-8000-000000000001", JobID: "EXAMPLE.c000000000004000800000000000000c.e0000000-0000-4000-8000-0000000000e1"}
	for _, name := range []string{"User", "User to Contact", "Users / guests"} {
		gotRef, gotName, problem := parseImportID(importID(ref, name))
		if problem != "" || gotRef != ref || gotName != name {
			t.Errorf("%s: %v, %q, %v", name, gotRef, gotName, problem)
		}
	}
	for _, short := range []string{ref.String(), ref.String() + "/", " " + ref.String() + "\n"} {
		if gotRef, gotName, problem := parseImportID(short); problem != "" || gotRef != ref || gotName != "User" {
			t.Errorf("%q: %v, %q, %v", short, gotRef, gotName, problem)
		}
	}
}
