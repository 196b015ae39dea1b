// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Skipped collects the checks that could not run, so a plan made with a read-only or offline identity says so in
// one warning instead of failing or pretending. A failed sign-in is an error.
type Skipped struct {
	checks []string
	causes []string
	signIn diag.Diagnostic // nil unless it failed
}

// Add notes a check, named as a noun phrase ("the roles that the application offers"), and why it could not run.
func (s *Skipped) Add(check string, err error) {
	if failed := signInFailed("Cannot check "+check, err); failed != nil {
		s.signIn = failed
	}
	var answer *graph.Error
	switch {
	case graph.IsPermissionDenied(err) && errors.As(err, &answer):
		s.AddReason(check, cmp.Or(readOnly(answer.Needs), grant(answer.Needs)))
	case graph.IsLicenseMissing(err):
		s.AddReason(check, "The tenant lacks a license of Microsoft Entra ID P1 or P2.")
	case errors.As(err, &answer) && answer.StatusCode == 0:
		s.AddReason(check, "Microsoft Graph could not be reached.")
	default:
		s.AddReason(check, ownSentence(err))
	}
}

// readOnly is the sentence for a refusal of what only an identity with a writing permission may do, "" for any other.
// Whoever plans without that does so on purpose, or learns from the apply what is missing: advice to grant it at every
// plan would be wrong for the one and early for the other.
func readOnly(needs graph.Permission) string {
	for _, permission := range needs.Application {
		if strings.Contains(permission, ".ReadWrite.") {
			return "The signed-in identity only reads: it does not have `" + permission + "`, which only an apply needs."
		}
	}
	return ""
}

// NotRefreshed is the warning that attributes of a resource keep the values of the last apply because err refuses to show
// them. Risk says what an apply may therefore do: "overwrite what was changed in them elsewhere".
func NotRefreshed(what string, attributes []string, err error, risk string) diag.Diagnostic {
	cause := ""
	if answer, ok := errors.AsType[*graph.Error](err); ok {
		cause = " " + cmp.Or(readOnly(answer.Needs), grant(answer.Needs))
	}
	return diag.NewWarningDiagnostic("Attributes of "+what+" were not refreshed",
		"`"+strings.Join(attributes, "`, `")+"` keep the values of the last apply, and the next one may "+risk+"."+cause)
}

// AddReason is Add for a cause that is not an error, given as a full sentence ("The connection does not exist yet.").
func (s *Skipped) AddReason(check, cause string) {
	s.checks = append(s.checks, check)
	if cause = sentence(cause); !slices.Contains(s.causes, cause) {
		s.causes = append(s.causes, cause)
	}
}

// Empty reports whether every check ran.
func (s *Skipped) Empty() bool { return len(s.checks) == 0 }

// Diagnostics is the one warning that names every skipped check, the error of a sign-in that failed, or nothing. Then says what happens to the checks:
// a full sentence such as "They run at apply, before anything is written".
func (s *Skipped) Diagnostics(then string) diag.Diagnostics {
	if s.Empty() {
		return nil
	}
	if s.signIn != nil {
		return diag.Diagnostics{s.signIn}
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Some checks could not run",
		"Not checked: "+strings.Join(s.checks, "; ")+". "+strings.Join(s.causes, " ")+" "+then)}
}
