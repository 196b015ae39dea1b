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
		return "Empty attribute name", "Use the name of an attribute, spelled as in the schema."
	case strings.TrimSpace(name) != name:
		return "Invalid attribute name", fmt.Sprintf("%q has spaces around the name. Use %q.", name, strings.TrimSpace(name))
	case "["+inner+"]" == name && !strings.ContainsAny(inner, "[]"):
		return "Invalid attribute name", fmt.Sprintf("%q has brackets, which attributes have only in expressions. Use %q here.", name, inner)
	}
	return "", ""
}
