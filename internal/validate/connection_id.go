// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// ConnectionID accepts the id of a gotomeeting_provisioning_connection.
func ConnectionID() validator.String {
	return Text("must be the id of a provisioning connection: service principal id, a slash, job id",
		func(s string) (summary, detail string) {
			return summaryOf("Invalid connection id", ConnectionIDProblem(s))
		})
}

// ConnectionIDProblem says in full sentences what keeps s from being the id of a connection, or "".
func ConnectionIDProblem(s string) string {
	const expected = "Expected the `id` of a `gotomeeting_provisioning_connection`, in the form `{service principal id}/{job id}`."
	if s == "" {
		return "The value is empty. " + expected
	}
	if problem := textfile.Stray(s); problem != "" {
		return problem
	}
	if servicePrincipalID, jobID, ok := strings.Cut(s, "/"); ok && jobID != "" && !strings.Contains(jobID, "/") {
		if problem := ObjectIDProblem(servicePrincipalID); problem != "" {
			return "The service principal id in it is malformed. " + problem
		}
	}
	switch named, problem := ParseImportID(s, "x"); {
	case jobID().MatchString(s):
		return fmt.Sprintf("%q is the id of a job alone. %s", s, expected)
	case problem == "" && named.Rest == "":
		return fmt.Sprintf("%q is the id of a service principal alone. %s", s, expected)
	case problem == "" && strings.Contains(named.Rest, "/"):
		return fmt.Sprintf("%q is more than the id of a connection, such as the id of attribute mappings. %s", s, expected)
	}
	if ref, err := graph.ParseJobRef(s); err != nil || ref.String() != s {
		return fmt.Sprintf("%q is not a connection id. %s", s, expected)
	}
	return ""
}
