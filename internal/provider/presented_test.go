// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func nobody() subject { return subject{} }

func TestPresented_namesWhatItCuts(t *testing.T) {
	t.Parallel()
	root := tftypes.NewAttributePath().WithAttributeName
	entry := root("mappings").WithElementKeyString("email")
	for _, test := range []struct {
		name         string
		at           *tftypes.AttributePath
		detail       string
		want, wantAt string
	}{
		{"no path", nil, "It failed.", "It failed.", ""},
		{"top level", root("scope"), "It failed.", "It failed.", "scope"},
		{"entry", entry, "It failed.", "`mappings[\"email\"]`: It failed.", `mappings["email"]`},
		{"entry that is named", entry, `"email" failed.`, `"email" failed.`, `mappings["email"]`},
		{"member", entry.WithAttributeName("apply"), `"email" failed.`, "`mappings[\"email\"].apply`: \"email\" failed.", `mappings["email"]`},
		{"member that is named", entry.WithAttributeName("apply"), "`apply` of \"email\" failed.", "`apply` of \"email\" failed.", `mappings["email"]`},
		{"path that is named", entry.WithAttributeName("apply"), `mappings["email"].apply failed.`, `mappings["email"].apply failed.`, `mappings["email"]`},
		{"deep", root("scoping_filters").WithElementKeyInt(1).WithAttributeName("clauses").WithElementKeyInt(2).WithAttributeName("operator"), "It failed.",
			"`scoping_filters[1].clauses[2].operator`: It failed.", "scoping_filters[1]"},
		{"object", root("timeouts").WithAttributeName("create"), "It failed.", "`timeouts.create`: It failed.", "timeouts"},
		{"element of a set", root("roles").WithElementKeyValue(tftypes.NewValue(tftypes.String, "User")), `"User" failed.`, `"User" failed.`, "roles"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Failure", Detail: test.detail, Attribute: test.at}
			(&presented{}).fit([]*tfprotov6.Diagnostic{d}, nobody)
			at := ""
			if d.Attribute != nil {
				at = written(d.Attribute.Steps())
			}
			if d.Detail != test.want || at != test.wantAt {
				t.Errorf("%q at %s, want %q at %s", d.Detail, at, test.want, test.wantAt)
			}
		})
	}
}

// A CLI shows one warning for each title: ten of a kind by name, and one for all the others.
func TestPresented_foldsAFlood(t *testing.T) {
	t.Parallel()
	p := &presented{}
	titles := map[string]int{}
	for round := range 2 { // refresh and plan
		for i := range 300 {
			id := fmt.Sprintf("a0000000-0000-4000-8000-%012d", i)
			d := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "The principal " + id + " no longer exists", Detail: "Remove it."}
			other := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: d.Summary}
			p.fit([]*tfprotov6.Diagnostic{d, other, {Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Always the same"}}, nobody)
			titles[d.Summary]++
			if !strings.Contains(d.Summary+d.Detail, id) || !strings.HasSuffix(d.Detail, "Remove it.") || !strings.Contains(other.Summary, id) {
				t.Fatalf("round %d: %v, %v", round, d, other)
			}
		}
	}
	if len(titles) != titlesOfAKind+1 || titles["More of the same: The principal … no longer exists"] != 2*(300-titlesOfAKind) {
		t.Errorf("%v", titles)
	}
}

// What is so before a plan is distinguished from what the plan changes.
func TestPresented_saysWhatThePlanDoesNotCause(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		severity        tfprotov6.DiagnosticSeverity
		summary, detail string
		want            bool
	}{
		{tfprotov6.DiagnosticSeverityWarning, "The connector is retired", "It offers nothing.", true},
		{tfprotov6.DiagnosticSeverityWarning, "Listed assignments are destroyed", "This plan destroys resources.", false},
		{tfprotov6.DiagnosticSeverityWarning, "Attributes of the connection were not refreshed", "They keep their values.", false},
		{tfprotov6.DiagnosticSeverityError, "Cannot read it", "It failed.", false},
	} {
		d := &tfprotov6.Diagnostic{Severity: test.severity, Summary: test.summary, Detail: test.detail}
		if (&presented{}).stands([]*tfprotov6.Diagnostic{d}); strings.HasSuffix(d.Detail, notOfThisPlan) != test.want {
			t.Errorf("%s: %q", test.summary, d.Detail)
		}
	}
}

func TestSubject_isNamedInEachTitle(t *testing.T) {
	t.Parallel()
	const sp, person = "b0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"
	entry := tftypes.NewAttributePath().WithAttributeName("mappings").WithElementKeyString("lastName").WithAttributeName("expression")
	for _, test := range []struct {
		name       string
		attributes map[string]string
		at         *tftypes.AttributePath
		title      string
		want       string
	}{
		{"connection", map[string]string{"service_principal_id": sp}, nil, "The connection is replaced", "The connection is replaced (service principal " + sp + ")"},
		{"connection that is named", map[string]string{"service_principal_id": sp}, nil, "Nothing is held by " + sp, "Nothing is held by " + sp},
		{"state", map[string]string{"connection_id": sp + "/job"}, nil, "It failed", "It failed (service principal " + sp + ")"},
		{"mapping", map[string]string{"connection_id": sp + "/job", "object_mapping": "User"}, nil, "User not found", "User not found (User mapping of service principal " + sp + ")"},
		{"entry", map[string]string{"connection_id": sp + "/job", "object_mapping": "User"}, entry, "Doubtful expression", `Doubtful expression ("lastName", User mapping of service principal ` + sp + ")"},
		{"entry that is named", map[string]string{"object_mapping": "User"}, entry, "lastName is doubtful", "lastName is doubtful (User mapping)"},
		{"person", map[string]string{"service_principal_id": sp, "user_principal_name": "ana@corp.example", "principal_id": person}, nil, "User not found",
			"User not found (ana@corp.example of service principal " + sp + ")"},
		{"principal", map[string]string{"service_principal_id": sp, "principal_id": person}, nil, "Gone", "Gone (principal " + person + " of service principal " + sp + ")"},
		{"principal that is named", map[string]string{"service_principal_id": sp, "principal_id": person}, nil, person + " is gone", person + " is gone"},
		{"application", map[string]string{"display_name": "GoToMeeting", "id": sp}, nil, "It is in use", `It is in use (application "GoToMeeting")`},
		{"nothing known", nil, nil, "It failed", "It failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			attributes := map[string]tftypes.Value{"enabled": tftypes.NewValue(tftypes.Bool, true), "id": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}
			for name, text := range test.attributes {
				attributes[name] = tftypes.NewValue(tftypes.String, text)
			}
			about := subjectFrom(attributes)
			d := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: test.title, Attribute: test.at}
			(&presented{}).fit([]*tfprotov6.Diagnostic{d}, func() subject { return about })
			if d.Summary != test.want {
				t.Errorf("%q, want %q", d.Summary, test.want)
			}
		})
	}
}
