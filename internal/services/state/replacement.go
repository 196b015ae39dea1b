// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

const (
	// heldKey is where the planned private state tells the second plan of a replacement, which is planned like a new object, that
	// somebody has paused provisioning outside Terraform.
	heldKey = "held"
	// endsKey marks in the planned private state a deletion that is not half of a replacement.
	endsKey = "ends"
)

// endsPause is about a new resource for a connection that somebody has paused outside Terraform, as the state knows: what replaces it
// by request would silently switch provisioning on. A tainted resource, or one with a new address, does so with a warning.
func endsPause(c change, requested, held bool) diag.Diagnostics {
	at, subject := path.Root("enabled"), c.subject()
	const next = "To switch provisioning on again, change `resume_token`; to keep it off, set `enabled = false`."
	switch {
	case requested:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Replacing this resource would end the pause of "+subject,
			"Provisioning was paused outside Terraform, and the pause is held. A replacement would switch it on. Plan without `-replace`. "+next)}
	case held:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "This plan ends the pause of "+subject,
			"Provisioning was paused outside Terraform. Creating this resource switches it on, because it is tainted or has a new address. To keep the pause, run `terraform untaint`, or add a `moved` block. "+next)}
	}
	return nil
}

// keepReplaced saves what a failed creation was to replace: the pause of its first half has taken effect, so provisioning is off.
func keepReplaced(data *providerdata.Data, plan model, found diag.Diagnostics, save func(graph.JobRef, model) diag.Diagnostics) diag.Diagnostics {
	ref, err := plan.ref()
	if err != nil {
		return found
	}
	was, replaces := memoryOf(data).remains.Take(ref)
	if !replaces {
		return found
	}
	if was.PausedOutsideSince.IsNull() && !was.Enabled.IsNull() {
		was.Enabled = types.BoolValue(false)
	}
	found = graphdiag.StaysInState(found, "The replacement has paused provisioning and could not switch it on again. The resource stays in the state, marked as tainted. Correct the cause and apply again.")
	return append(found, save(ref, was)...)
}
