// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
)

// appliedKey is the key of the private state under which applied is kept. It is empty after an import and after a crash.
const appliedKey = "applied"

// leavesKey marks in the planned private data that a deletion is intended to restore the connector's default. A deletion
// that is half of a replacement (a tainted object, -replace) has no such mark, and the mapping then stays until its successor
// writes it: a cycle in between would write everybody's account according to the default mapping.
const leavesKey = aftermath.LeavesKey

// applied is the configuration as it was last written, by path: the state shows what the service made of it since.
type applied map[string]string

func appliedBy(ctx context.Context, m model) applied {
	want, _, _ := m.desired(ctx)
	found := applied{"operations": m.Operations.String(), "enabled": m.Enabled.String(), "scoping_filters": m.ScopingFilters.String(),
		"custom_target_attributes": m.CustomTargetAttributes.String(), "allow_no_deprovisioning": m.AllowNoDeprovisioning.String()}
	for target, e := range want.entries {
		found[at(target).String()] = e.String()
	}
	return found
}

// privateReader and privateWriter are what the framework gives for private state.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func readApplied(ctx context.Context, private privateReader) (a applied) {
	raw, _ := private.GetKey(ctx, appliedKey)
	_ = json.Unmarshal(raw, &a) // nothing is known without it, and then nothing is eased
	return a
}

func (a applied) keep(ctx context.Context, private privateWriter) diag.Diagnostics {
	raw, _ := json.Marshal(map[string]string(a)) // texts always encode
	return private.SetKey(ctx, appliedKey, raw)
}

// ease turns errors about configuration that is unchanged since it was applied into warnings. Something else has changed
// since, and a failed plan would prevent Terraform from destroying anything and from unrelated changes; the write refuses.
func (a applied) ease(found diag.Diagnostics, now applied) diag.Diagnostics {
	out := make(diag.Diagnostics, 0, len(found))
	for _, d := range found {
		if d.Severity() == diag.SeverityError && a.covers(d, now) {
			d = warningOf(d, "This configuration was applied before, and the service has changed since then. Applying it again fails until it is corrected; everything else can be planned, applied, and destroyed.")
		}
		out.Append(d)
	}
	return out
}

// covers reports whether what a diagnostic is about is configured as it was applied.
func (a applied) covers(d diag.Diagnostic, now applied) bool {
	if at, ok := d.(diag.DiagnosticWithPath); ok {
		for key, text := range now {
			if strings.HasPrefix(at.Path().String(), key) {
				return a[key] == text
			}
		}
	}
	return maps.Equal(a, now)
}

// warningOf is an error as a warning, with a sentence more.
func warningOf(d diag.Diagnostic, more string) diag.Diagnostic {
	if at, ok := d.(diag.DiagnosticWithPath); ok {
		return diag.NewAttributeWarningDiagnostic(at.Path(), d.Summary(), d.Detail()+"\n\n"+more)
	}
	return diag.NewWarningDiagnostic(d.Summary(), d.Detail()+"\n\n"+more)
}
