// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"strings"
	"testing"
)

func TestParseReference_readsBothForms(t *testing.T) {
	want := reference{spID, "0QAaNAAAEAAgAAAAA-0d3X_f0"}
	for _, s := range []string{
		want.String(),
		"/servicePrincipals/" + spID + "/appRoleAssignedTo/0QAaNAAAEAAgAAAAA-0d3X_f0",
		"servicePrincipals/" + spID + "/appRoleAssignedTo/0QAaNAAAEAAgAAAAA-0d3X_f0",
	} {
		if got, problem := parseReference(s); problem != "" || got != want {
			t.Errorf("parseReference(%q) = %v, %v", s, got, problem)
		}
	}
}

func TestParseReference_saysWhatItExpected(t *testing.T) {
	for _, s := range []string{"", spID, spID + "/", "x/y", spID + "/a/b", "/servicePrincipals/" + spID + "/appRoleAssignedTo/"} {
		if _, problem := parseReference(s); !strings.Contains(problem, "Expected `{service principal id}/{assignment id}`") {
			t.Errorf("parseReference(%q): %v", s, problem)
		}
	}
}
