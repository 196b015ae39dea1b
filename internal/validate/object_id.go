// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

var guid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
})

// graphPath is the path of one object of the directory.
var graphPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^/?[a-z]+/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
})

// ObjectID accepts the id of a directory object: a GUID in lowercase, as Microsoft Graph returns it. Upper case is
// refused because Terraform would compare the two spellings as different values on every plan.
func ObjectID() validator.String {
	return Text("must be an object id: a GUID in lowercase",
		func(s string) (summary, detail string) { return summaryOf("Invalid object id", ObjectIDProblem(s)) })
}

// GUID is ObjectID for another id of that form, such as a client id.
func GUID(noun string) validator.String {
	return Text("must be a "+noun+": a GUID in lowercase",
		func(s string) (summary, detail string) {
			return summaryOf("Invalid "+noun, strings.ReplaceAll(ObjectIDProblem(s), "object id", noun))
		})
}

// around is what copying brings along: braces and white space.
const around = "{} \t\r\n"

// ObjectIDProblem says in full sentences what keeps s from being an object id, or "".
func ObjectIDProblem(s string) string {
	lower := strings.ToLower(s)
	switch {
	case guid().MatchString(s):
		return ""
	case s == "":
		return "The value is empty. Use the object id, such as \"b0000000-0000-4000-8000-000000000001\"; if the attribute is optional, you can omit it instead."
	case guid().MatchString(lower):
		return fmt.Sprintf("%q is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: %q.", s, lower)
	case guid().MatchString(strings.Trim(lower, around)):
		return fmt.Sprintf("%q has braces or spaces around the GUID. Use %q.", s, strings.Trim(lower, around))
	case textfile.Stray(s) != "":
		return textfile.Stray(s)
	case graphPath().MatchString(s):
		return fmt.Sprintf("%q is a path in Microsoft Graph, like the `id` of the azuread provider. Use the object id alone, like its `object_id`: %q.", s, strings.ToLower(graphPath().FindStringSubmatch(s)[1]))
	default:
		return fmt.Sprintf("%q is not a GUID. Use the object id, such as \"b0000000-0000-4000-8000-000000000001\"; names and e-mail addresses are not accepted here.", s)
	}
}
