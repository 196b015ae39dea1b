// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// If two resources have plans for the same assignment, the one that is planned second reports it.

// clashes shows what an exclusive resource shares with other plans of this run.
func clashes(app *roster.Application, c roster.Clashes) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(c.Disputed) > 0 {
		diags.AddWarning("Exclusive resources overlap",
			"Two exclusive resources of this configuration are authoritative for the same assignments, and each removes what the other adds. "+
				"Combine them into one resource, or separate them with `roles` or `ignored_principal_ids`. Affected:\n"+describeAll(app, c.Disputed))
	}
	if len(c.Twice) > 0 {
		diags.Append(managedTwice(app, c.Twice))
	}
	if len(c.Leaving) > 0 {
		diags.Append(listedAndDestroyed(app, c.Leaving))
	}
	return diags
}

func managedTwice(app *roster.Application, keys map[roster.Key]bool) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Assignments managed twice",
		"An exclusive resource of this configuration is authoritative for assignments that also have their own resources; each removes what the other "+
			"adds. Keep one of them, exclude the principals with `ignored_principal_ids`, or narrow the exclusive resource with `roles`:\n"+describeAll(app, keys))
}

func listedAndDestroyed(app *roster.Application, keys map[roster.Key]bool) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Listed assignments are destroyed",
		"This plan destroys resources whose assignments of the application "+app.Name()+" an exclusive resource of this configuration lists: the people would lose access until the next apply. "+
			"To hand the assignments over, remove the resources from the state with `removed` blocks and `destroy = false`. Affected:\n"+describeAll(app, keys))
}

// destroyedAndCreated is about an assignment that is destroyed as one resource and created as another, which happens when
// a user is renamed whose name is a key of for_each.
func destroyedAndCreated(app *roster.Application, key roster.Key) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The same assignment is destroyed and created",
		fmt.Sprintf("This plan destroys the assignment of %s to the role %s of the application %s as one resource and creates it as another. The principal holds the role afterward, but may briefly lose it. "+
			"If only the address of the resource or its `for_each` key changed, use a `moved` block.",
			key.PrincipalID, app.RoleName(key.RoleID), app.Name()))
}
