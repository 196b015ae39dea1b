// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// attributeName refuses what cannot be the name of an attribute. Nearly everything can: names in use have colons, dots,
// quotes and brackets.
func attributeName() validator.String {
	return validate.Text("must be the name of an attribute", attributeNameProblem)
}

// attributeNameProblem says why a text cannot be the name of an attribute; "" when it can.
func attributeNameProblem(name string) (summary, detail string) {
	switch inner := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"); {
	case strings.TrimSpace(name) == "":
		return "Empty attribute name", "Give the name of an attribute, spelled as in the schema."
	case strings.TrimSpace(name) != name:
		return "Invalid attribute name", fmt.Sprintf("%q has blanks around the name. Write %q.", name, strings.TrimSpace(name))
	case "["+inner+"]" == name && !strings.ContainsAny(inner, "[]"):
		return "Invalid attribute name", fmt.Sprintf("%q has the brackets that attributes have in expressions. Write %q here.", name, inner)
	}
	return "", ""
}
