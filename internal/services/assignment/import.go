// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// reference names an assignment: Graph addresses it below its service principal. Its text form is the resource's id.
type reference struct {
	servicePrincipalID string
	assignmentID       string // opaque and case-sensitive
}

func (r reference) String() string { return r.servicePrincipalID + "/" + r.assignmentID }

// parseReference reads the text form of a reference, also as the path that other tools use for import.
func parseReference(s string) (ref reference, problem string) {
	const wanted = "`{service principal id}/{assignment id}` or `/servicePrincipals/{service principal id}/appRoleAssignedTo/{assignment id}`"
	named, problem := validate.ParseImportID(s, wanted)
	if problem == "" && (named.Rest == "" || strings.ContainsAny(named.Rest, "/ ")) {
		problem = fmt.Sprintf("Expected %s. Got %q. The id of an assignment must follow the service principal's id.", wanted, s)
	}
	return reference{named.ServicePrincipalID, named.Rest}, problem
}

// parseExclusiveID reads the import id of the exclusive resource: a service principal, and after a slash the roles to be
// authoritative for.
func parseExclusiveID(s string) (servicePrincipalID string, roleTexts []string, problem string) {
	const wanted = "`{service principal id}` or `{service principal id}/{role},{role}`"
	named, problem := validate.ParseImportID(s, wanted)
	if problem != "" || named.Rest == "" && !strings.HasSuffix(strings.TrimSpace(s), "/") {
		return named.ServicePrincipalID, nil, problem
	}
	roleTexts = splitRoles(named.Rest)
	if slices.Contains(roleTexts, "") {
		return "", nil, fmt.Sprintf("Expected %s. Got %q, with an empty role.", wanted, s)
	}
	return named.ServicePrincipalID, roleTexts, ""
}

// noAssignment is the error for an import of an assignment that is not there: it says whether the id is one of something
// else, and which assignments are meant by it.
func (r *Resource) noAssignment(ctx context.Context, app *roster.Application, id string) diag.Diagnostic {
	l, err := app.Listing(ctx)
	if _, gone := app.Self(ctx); graph.IsNotFound(gone) || graph.IsNotFound(err) {
		return graphdiag.NoServicePrincipal(ctx, r.client, app.ID, func(found string) string { return reference{found, id}.String() })
	}
	detail := fmt.Sprintf("The service principal %s has no assignment with the id %q.", app.ID, id)
	principalID := strings.ToLower(id)
	if strings.Contains(id, "@") {
		detail += " That is a user principal name."
		if user, err := r.roster.Principals.Named(ctx, id); err == nil && user.Exists {
			principalID = user.ID
		}
	}
	var lines []string
	if err == nil {
		for _, a := range l.All {
			if roster.KeyOf(a).PrincipalID == principalID {
				lines = append(lines, fmt.Sprintf("role %s: %q", app.RoleName(roster.KeyOf(a).RoleID), reference{app.ID, a.ID}))
			}
		}
	}
	switch {
	case len(lines) > 0:
		detail += fmt.Sprintf(" The principal %s holds these; import by the id of the assignment:\n%s", principalID, graphdiag.Lines(lines))
	case validate.ObjectIDProblem(principalID) == "":
		detail += fmt.Sprintf(" It has no assignment of the principal %s either, so there is nothing to import: apply to create the assignment.", principalID)
	default:
		detail += " The ids of assignments are case-sensitive; the data source `gotomeeting_user_role_assignments` lists them. If it was removed, there is nothing to import."
	}
	return diag.NewErrorDiagnostic("No such assignment", detail)
}
