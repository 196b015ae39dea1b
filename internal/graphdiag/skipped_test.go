// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

func TestSkipped_isOneWarning(t *testing.T) {
	t.Parallel()
	denied := &graph.Error{StatusCode: 403, Needs: graph.Permission{Application: []string{"Application.Read.All"}, Role: "the directory role Directory Readers"}}
	var s graphdiag.Skipped
	s.Add("the roles that the application offers", denied)
	s.Add("the kind of the principal", denied)
	s.Add("the operators", &graph.Error{Err: errors.New("connection refused")})
	s.Add("the expressions", errors.New("the answer broke off"))
	s.AddReason("the schema", "The connection does not exist yet")
	s.AddReason("the matching attribute", "The connection does not exist yet")
	want := diag.Diagnostics{diag.NewWarningDiagnostic("Some checks could not run",
		"Not checked: the roles that the application offers; the kind of the principal; the operators; the expressions; the schema; the matching attribute. "+
			"Grant the Microsoft Graph application permission `Application.Read.All` with admin consent, or, for a signed-in person, the directory role Directory Readers. "+
			"Microsoft Graph could not be reached. The answer broke off. The connection does not exist yet. They run at apply.")}
	if diff := cmp.Diff(want, s.Diagnostics("They run at apply.")); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// Whoever plans with reading permissions means to: nobody is told at every plan to grant more.
func TestSkipped_advisesAReaderNotToWrite(t *testing.T) {
	t.Parallel()
	role := "the directory role Application Administrator"
	refusedWriter := &graph.Error{StatusCode: 401, Code: "UnknownError", Needs: graph.Permission{Application: []string{"Synchronization.ReadWrite.All"}, Role: role}}
	refusedReader := &graph.Error{StatusCode: 403, Needs: graph.Permission{Application: []string{"User.Read.All", "Group.Read.All"}, Role: role}}
	const reads = "The signed-in identity only reads: it does not have `Synchronization.ReadWrite.All`, which only an apply needs."
	const grants = "Grant the Microsoft Graph application permissions `User.Read.All` and `Group.Read.All` with admin consent, or, for a signed-in person, the directory role Application Administrator."
	var s graphdiag.Skipped
	s.Add("the operators", refusedWriter)
	s.Add("the expressions", refusedWriter)
	s.Add("the members", refusedReader)
	want := diag.Diagnostics{diag.NewWarningDiagnostic("Some checks could not run",
		"Not checked: the operators; the expressions; the members. "+reads+" "+grants+" They run at apply.")}
	if diff := cmp.Diff(want, s.Diagnostics("They run at apply.")); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	for cause, err := range map[string]error{" " + reads: refusedWriter, " " + grants: refusedReader, "": errors.New("broken")} {
		want := diag.NewWarningDiagnostic("Attributes of the thing were not refreshed", "`a`, `b` keep the values of the last apply, and the next one may overwrite them."+cause)
		if diff := cmp.Diff(diag.Diagnostic(want), graphdiag.NotRefreshed("the thing", []string{"a", "b"}, err, "overwrite them")); diff != "" {
			t.Errorf("diagnostic (-want +got):\n%s", diff)
		}
	}
}

func TestSkipped_saysNothingWhenEverythingRan(t *testing.T) {
	t.Parallel()
	var s graphdiag.Skipped
	if found := s.Diagnostics("They run at apply."); !s.Empty() || found != nil {
		t.Errorf("got %v", found)
	}
}
