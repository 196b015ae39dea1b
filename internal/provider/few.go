// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// mostAlike is how many messages of a kind are shown before the rest is only counted.
const mostAlike = 10

// few shows the first messages of each kind and counts the others: the same mistake in ten thousand entries is one mistake.
func few(all []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	if len(all) <= mostAlike {
		return all
	}
	type kind struct {
		severity tfprotov6.DiagnosticSeverity
		summary  string
	}
	counts := map[kind]int{}
	var order []kind
	var shown []*tfprotov6.Diagnostic
	for _, d := range all {
		k := kind{d.Severity, individual().ReplaceAllString(d.Summary, "…")}
		if counts[k]++; counts[k] == 1 {
			order = append(order, k)
		}
		if counts[k] <= mostAlike {
			shown = append(shown, d)
		}
	}
	for _, k := range order {
		if more := counts[k] - mostAlike; more > 0 {
			shown = append(shown, &tfprotov6.Diagnostic{Severity: k.severity, Summary: fmt.Sprintf("%s: %d more", k.summary, more),
				Detail: fmt.Sprintf("The first %d messages of this kind are shown, and %d more are left out. What is wrong with them is the same.", mostAlike, more)})
		}
	}
	return shown
}
