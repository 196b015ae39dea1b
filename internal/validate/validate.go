// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package validate has the attribute validators that several resources share.
package validate

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// ObjectID accepts the id of a directory object: a GUID in lower case, as Microsoft Graph returns it. Upper case is
// refused because Terraform would compare the two spellings as different values on every plan.
func ObjectID() validator.String {
	return Text("must be an object id: a GUID in lower case",
		func(s string) (summary, detail string) { return summaryOf("Invalid object id", ObjectIDProblem(s)) })
}

// around is what copying brings along: braces and white space.
const around = "{} \t\r\n"

// ObjectIDProblem says in full sentences what keeps s from being an object id, or "".
func ObjectIDProblem(s string) string {
	lower := strings.ToLower(s)
	switch {
	case guid.MatchString(s):
		return ""
	case s == "":
		return "The value is empty. Give the object id, such as \"b0000000-0000-4000-8000-000000000001\", or leave the attribute out."
	case guid.MatchString(lower):
		return fmt.Sprintf("%q is a GUID in upper case. Write it in lower case, as Microsoft Graph returns it: %q.", s, lower)
	case guid.MatchString(strings.Trim(lower, around)):
		return fmt.Sprintf("%q has braces or blanks around the GUID. Write %q.", s, strings.Trim(lower, around))
	default:
		return fmt.Sprintf("%q is not a GUID. Give the object id, such as \"b0000000-0000-4000-8000-000000000001\"; names and e-mail addresses are not accepted here.", s)
	}
}

// ConnectionID accepts the id of a gotomeeting_provisioning_connection.
func ConnectionID() validator.String {
	return Text("must be the id of a provisioning connection: service principal id, a slash, job id",
		func(s string) (summary, detail string) {
			return summaryOf("Invalid connection id", ConnectionIDProblem(s))
		})
}

// ConnectionIDProblem says in full sentences what keeps s from being the id of a connection, or "".
func ConnectionIDProblem(s string) string {
	const expected = "Expected the `id` of a `gotomeeting_provisioning_connection`, of the form `{service principal id}/{job id}`."
	if s == "" {
		return "The value is empty. " + expected
	}
	if servicePrincipalID, jobID, ok := strings.Cut(s, "/"); ok && jobID != "" && !strings.Contains(jobID, "/") {
		if problem := ObjectIDProblem(servicePrincipalID); problem != "" {
			return "The service principal id in it is malformed. " + problem
		}
	}
	if ref, err := graph.ParseJobRef(s); err != nil || ref.String() != s {
		return fmt.Sprintf("%q is not a connection id. %s", s, expected)
	}
	return ""
}

// Email accepts one bare e-mail address: no display name, no list, which the service's single field does not document.
func Email() validator.String { return Text("must be one e-mail address", emailProblem) }

func emailProblem(s string) (summary, detail string) {
	address, err := mail.ParseAddress(s)
	if err == nil && address.Address == s && strings.Contains(s[strings.LastIndex(s, "@")+1:], ".") {
		return "", ""
	}
	detail = fmt.Sprintf("%q is not an e-mail address. Give one bare address, such as \"identity-ops@example.com\".", s)
	if s == "" {
		detail = "The value is empty. Give one bare address, such as \"identity-ops@example.com\", or leave the attribute out."
	}
	if strings.ContainsAny(s, ",;") {
		detail = fmt.Sprintf("%q looks like several addresses. The service documents a single address here; use that of a group to reach several people.", s)
	}
	return "Invalid e-mail address", detail
}

// NotEmpty refuses "" where the service treats it as absent: leaving the attribute out is the one way to say that.
func NotEmpty() validator.String {
	return Text("must not be empty", func(s string) (summary, detail string) {
		if s != "" {
			return "", ""
		}
		return "Empty value", "The value is empty. Give a value, or leave the attribute out."
	})
}

// Text accepts the texts in which problem finds nothing wrong, which it says with an empty summary.
func Text(description string, problem func(text string) (summary, detail string)) validator.String {
	return text{description, problem}
}

type text struct {
	description string
	problem     func(text string) (summary, detail string)
}

func (v text) Description(context.Context) string { return v.description }

func (v text) MarkdownDescription(context.Context) string { return v.description }

func (v text) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if summary, detail := v.problem(req.ConfigValue.ValueString()); summary != "" {
		resp.Diagnostics.AddAttributeError(req.Path, summary, detail)
	}
}

// summaryOf is the summary of a problem, if there is one.
func summaryOf(summary, problem string) (string, string) {
	if problem == "" {
		return "", ""
	}
	return summary, problem
}

// ByIdentity reports whether an import names the resource by its identity. An empty id beside no identity is a mistake: of
// a variable or an output that is not set, say.
func ByIdentity(req resource.ImportStateRequest) bool {
	return req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsFullyNull()
}
