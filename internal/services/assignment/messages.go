// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// holder is the name of an assignment's principal in messages.
func holder(a graph.Assignment) string {
	id := roster.KeyOf(a).PrincipalID
	if a.PrincipalDisplayName == "" {
		return id
	}
	return fmt.Sprintf("%s (%s)", a.PrincipalDisplayName, id)
}

// describe is a line about who holds what.
func describe(app *roster.Application, a graph.Assignment) string {
	return fmt.Sprintf("%s, role %s", holder(a), app.RoleName(roster.KeyOf(a).RoleID))
}

// describeAll are the lines about assignments of which only the keys matter.
func describeAll(app *roster.Application, keys map[roster.Key]bool) string {
	lines := make([]string, 0, len(keys))
	for _, key := range roster.SortedKeys(keys) {
		lines = append(lines, fmt.Sprintf("%s, role %s", key.PrincipalID, app.RoleName(key.RoleID)))
	}
	return graphdiag.Lines(lines)
}

func waited() string {
	return fmt.Sprintf("The provider waited %.0f seconds, because new objects take a while to be available everywhere.", roster.ReplicationPatience.Seconds())
}
