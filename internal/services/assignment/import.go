// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// reference names an assignment: Graph addresses it below its service principal. Its text form is the resource's id.
type reference struct {
	servicePrincipalID string
	assignmentID       string // opaque and case-sensitive
}

func (r reference) String() string { return r.servicePrincipalID + "/" + r.assignmentID }

// parseReference reads the text form of a reference, also as the path that other tools use for import.
func parseReference(s string) (reference, error) {
	rest := strings.TrimPrefix(strings.TrimSpace(s), "/")
	rest = strings.TrimPrefix(rest, "servicePrincipals/")
	servicePrincipalID, assignmentID, _ := strings.Cut(rest, "/")
	assignmentID = strings.TrimPrefix(assignmentID, "appRoleAssignedTo/")
	const form = "expected {service principal id}/{assignment id} or /servicePrincipals/{service principal id}/appRoleAssignedTo/{assignment id}"
	if assignmentID == "" || strings.ContainsAny(assignmentID, "/ ") {
		return reference{}, fmt.Errorf("%s, got %q", form, s)
	}
	if problem := validate.ObjectIDProblem(servicePrincipalID); problem != "" {
		return reference{}, fmt.Errorf("%s; the service principal id is wrong: %s", form, strings.TrimSuffix(problem, "."))
	}
	return reference{servicePrincipalID, assignmentID}, nil
}

// parseExclusiveID reads the import id of the exclusive resource: a service principal, and after a slash the roles to be
// authoritative for.
func parseExclusiveID(s string) (servicePrincipalID string, roleTexts []string, err error) {
	rest := strings.TrimPrefix(strings.TrimSpace(s), "/")
	rest = strings.TrimPrefix(rest, "servicePrincipals/")
	servicePrincipalID, list, narrowed := strings.Cut(rest, "/")
	const form = "expected {service principal id} or {service principal id}/{role},{role}"
	if problem := validate.ObjectIDProblem(servicePrincipalID); problem != "" {
		return "", nil, fmt.Errorf("%s; the service principal id is wrong: %s", form, strings.TrimSuffix(problem, "."))
	}
	if !narrowed {
		return servicePrincipalID, nil, nil
	}
	roleTexts = splitRoles(list)
	if slices.Contains(roleTexts, "") {
		return "", nil, fmt.Errorf("%s, got an empty role in %q", form, s)
	}
	return servicePrincipalID, roleTexts, nil
}
