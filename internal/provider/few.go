// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// mostAlike is how many messages of a kind are shown before the rest is only counted.
const mostAlike = 10

// together makes one warning of those that an object gives for one cause, which is what a title stands for. It lists the entries
// at the attribute that has them all. Errors stay at the entry that has to be corrected.
func together(all []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	causes := map[string][]*tfprotov6.Diagnostic{}
	for _, d := range all {
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			causes[d.Summary] = append(causes[d.Summary], d)
		}
	}
	return slices.DeleteFunc(all, func(d *tfprotov6.Diagnostic) bool {
		same := causes[d.Summary]
		if d.Severity != tfprotov6.DiagnosticSeverityWarning || len(same) < 2 {
			return false
		}
		if same[0] != d {
			return true
		}
		var entries, texts []string
		shared := d.Attribute
		for _, one := range same {
			if entry := written(one.Attribute.Steps()); entry != "" && !slices.Contains(entries, entry) {
				entries = append(entries, entry)
			}
			shared = sharedPath(shared, one.Attribute)
		}
		for i, one := range same {
			text := one.Detail
			if entry := written(one.Attribute.Steps()); len(entries) > 1 && entry != "" && !strings.HasPrefix(text, "`"+entry) {
				text = "`" + entry + "`: " + text
			}
			if i < mostAlike {
				texts = append(texts, text)
			}
		}
		if more := entries[min(mostAlike, len(entries)):]; len(same) > mostAlike && len(more) > 0 {
			texts = append(texts, "The same applies to `"+strings.Join(more, "`, `")+"`.")
		}
		d.Attribute, d.Detail = shared, strings.Join(slices.Compact(texts), "\n\n")
		return false
	})
}

// sharedPath is what two paths have in common, nil for nothing.
func sharedPath(a, b *tftypes.AttributePath) *tftypes.AttributePath {
	one, other := a.Steps(), b.Steps()
	n := 0
	for n < min(len(one), len(other)) && one[n].Equal(other[n]) {
		n++
	}
	if n == 0 {
		return nil
	}
	return tftypes.NewAttributePathWithSteps(one[:n])
}

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
				Detail: fmt.Sprintf("The first %d messages of this kind are shown, and %d more are omitted. They have the same cause.", mostAlike, more)})
		}
	}
	return shown
}
