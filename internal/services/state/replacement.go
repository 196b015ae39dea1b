// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

const (
	// replacesKey is where the planned private state tells the second plan of a replacement, which is planned like a new object, what it
	// replaces.
	replacesKey = "replaces"
	// replacesHeld is a resource of a connection that somebody has paused outside Terraform; replacesOne is any other.
	replacesHeld = `"held"`
	replacesOne  = `"one"`
	// endsKey marks in the planned private state a deletion that is not half of a replacement.
	endsKey = "ends"
)

// private is the private state of an object. The framework has a type for it that nobody else can make.
type private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// planAnother returns what a creation replaces, if its plan says so, and notes what a plan with a prior state may replace. A creation
// beside a resource that stays is refused.
func (r *Resource) planAnother(ctx context.Context, c change, kept private) (replaces string, diags diag.Diagnostics) {
	all, id := &memoryOf(r.data).rivals, c.plan.ConnectionID.ValueString()
	if !c.creates {
		mark := replacesOne
		if c.paused() && c.staysOff() && c.plan.Enabled.ValueBool() {
			mark = replacesHeld
		}
		diags = kept.SetKey(ctx, replacesKey, []byte(mark))
		if !c.plan.ConnectionID.Equal(c.state.ConnectionID) {
			return "", diags
		}
		created := &memoryOf(r.data).created
		if all.staying.Add(id); created.planned.Has(id) && !created.applied.Has(id) {
			diags.Append(secondState(id))
		}
		return "", append(diags, all.stays(c)...)
	}
	raw, diags := kept.GetKey(ctx, replacesKey)
	if replaces = string(raw); replaces == "" && !c.plan.ConnectionID.IsUnknown() && all.staying.Has(id) {
		diags.Append(secondState(id))
	}
	return replaces, diags
}

// rivals records, by connection, which resources of the state a plan keeps and which it destroys.
type rivals struct{ staying, on, off, ending memo.Set[string] }

// ends is about a resource that is destroyed beside another one of its connection.
func (r *rivals) ends(state model) diag.Diagnostics {
	if r.ending.Add(state.ConnectionID.ValueString()); state.Enabled.IsNull() || !r.staying.Has(state.ConnectionID.ValueString()) {
		return nil
	}
	return pausesTheOther(change{plan: state})
}

// stays is the same about the other one.
func (r *rivals) stays(c change) diag.Diagnostics {
	id := c.plan.ConnectionID.ValueString()
	if !c.plan.Enabled.IsNull() && !c.plan.Enabled.IsUnknown() {
		mine, others := &r.on, &r.off
		if !c.plan.Enabled.ValueBool() {
			mine, others = others, mine
		}
		if mine.Add(id); others.Has(id) {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("connection_id"), "Two gotomeeting_provisioning_state disagree about "+c.subject(),
				"The state contains two of them for this connection. With this configuration, one switches provisioning on and the other one pauses it, in any order. "+
					"Remove one of them with a `removed` block with `destroy = false`, because destroying it pauses provisioning.")}
		}
	}
	if !c.plan.Enabled.ValueBool() || !r.ending.Has(id) {
		return nil
	}
	return pausesTheOther(c)
}

func pausesTheOther(c change) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("connection_id"), "Destroying one of two gotomeeting_provisioning_state pauses "+c.subject(),
		"The state contains two of them for this connection, and this plan destroys one of them. A destroy pauses provisioning, whatever the other one says, and the next plan then reports a pause outside Terraform. "+
			"To remove the resource without a pause, use a `removed` block with `destroy = false`.")}
}

// warnLeaves says how many accounts stay active when the resource turns to a connection that does not exist yet. With -replace, the
// connection itself cannot say it: Terraform does not show the warnings of the plan in which it is replaced.
func warnLeaves(ctx context.Context, data *providerdata.Data, c change) diag.Diagnostics {
	ref, err := c.state.ref()
	if c.creates || err != nil || !c.plan.ConnectionID.IsUnknown() || data.Graph.HasWritten() || !data.TellsEndFirst(ref) {
		return nil
	}
	left := aftermath.Of(ctx, data, ref)
	if !left.Ran || left.Gone {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("connection_id"), fmt.Sprintf("Provisioning by the connection %s ends, which leaves %s", ref, left.Headline()),
		"This plan pauses the connection of "+graphdiag.ApplicationName(ctx, data.Graph, ref.ServicePrincipalID)+". If it replaces the connection, it also deletes the job with its links to accounts. The accounts stay as they are: a new connection "+
			"takes over those that it matches with people in its scope, and never disables the others. "+left.Detail()+graphdiag.LeftActive)}
}

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
