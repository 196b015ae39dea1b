// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"
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

func importBlock(resourceType, id string) string {
	return fmt.Sprintf("import {\n  to = %s.NAME\n  id = %q\n}", resourceType, id)
}
