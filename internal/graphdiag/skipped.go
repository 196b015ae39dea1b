// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Skipped collects the checks that could not run, so that a plan made with a read-only or offline identity says so in
// one warning instead of failing or pretending.
type Skipped struct {
	checks []string
	causes []string
}

// Add notes a check, named as a noun phrase ("the roles that the application offers"), and why it could not run.
func (s *Skipped) Add(check string, err error) {
	var answer *graph.Error
	switch {
	case graph.IsPermissionDenied(err) && errors.As(err, &answer):
		s.AddReason(check, grant(answer.Needs))
	case graph.IsLicenseMissing(err):
		s.AddReason(check, "The tenant lacks a license of Microsoft Entra ID P1 or P2.")
	case errors.As(err, &answer) && answer.StatusCode == 0:
		s.AddReason(check, "Microsoft Graph could not be reached.")
	default:
		s.AddReason(check, ownSentence(err))
	}
}

// AddReason is Add for a cause that is no error, given as a full sentence ("The connection does not exist yet.").
func (s *Skipped) AddReason(check, cause string) {
	s.checks = append(s.checks, check)
	if cause = sentence(cause); !slices.Contains(s.causes, cause) {
		s.causes = append(s.causes, cause)
	}
}

// Empty reports whether every check ran.
func (s *Skipped) Empty() bool { return len(s.checks) == 0 }

// Diagnostics is the one warning that names every skipped check, or nothing. Then says what happens to the checks:
// a full sentence such as "They run at apply, before anything is written".
func (s *Skipped) Diagnostics(then string) diag.Diagnostics {
	if s.Empty() {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Some checks could not run",
		"Not checked: "+strings.Join(s.checks, "; ")+". "+strings.Join(s.causes, " ")+" "+then)}
}
