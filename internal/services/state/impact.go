// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// proposal is the key of what the resource proposes.
const proposal = "state"

func switchOn(s *impact.Setup) { s.Off = false }

func switchOff(s *impact.Setup) { s.Off = !s.Restarts }

// foresee determines what switching provisioning on does to people. Switching it off changes nobody, but affects the other
// proposals.
func foresee(ctx context.Context, data *providerdata.Data, c change, job *graph.Job) diag.Diagnostics {
	p := forecast.Proposal{Key: proposal, Subject: "provisioning", At: path.Root("enabled"), Change: switchOff, Job: job, Repairs: c.repairs(data)}
	if c.plan.ConnectionID.IsUnknown() && c.switchesOn() {
		p.Change = switchOn
		found, told := forecast.Of(data).PlanNew(ctx, p)
		if told {
			return found
		}
		p.Change, p.Unknown = nil, "The connection is known only at apply."
		if found = forecast.Of(data).PlanUnidentified(p, forecast.Of(data).Creates()); found.HasError() {
			return found
		}
		var skipped graphdiag.Skipped
		skipped.AddReason("what switching provisioning on does to people's accounts", "The connection does not exist yet.")
		return append(found, skipped.Diagnostics("They run at apply, before provisioning is started.")...)
	}
	if c.plan.ConnectionID.IsUnknown() && c.plan.Enabled.IsUnknown() {
		p.Change, p.Unknown = nil, "The connection, and whether provisioning is on, are known only at apply."
		return forecast.Of(data).PlanUnidentified(p, forecast.Of(data).Creates())
	}
	ref, err := c.plan.ref()
	if err != nil {
		return nil
	}
	if c.wantsRestart() && losesLinks(c.plan.RestartScope.ValueString()) && (job == nil || job.HasRun()) {
		p.Unknown = "The restart removes the links between people and accounts, and only the service knows which of them it finds again."
	}
	switch {
	case c.plan.Enabled.IsUnknown():
		p.Change, p.Unknown = nil, "Whether provisioning is on is known only at apply."
		return forecast.Of(data).Plan(ctx, ref, p).Diagnostics
	case c.switchesOn():
		p.Change = switchOn
		return forecast.Of(data).Plan(ctx, ref, p).Diagnostics
	case c.staysOff():
		return forecast.Of(data).Note(ref, p)
	case p.Unknown != "":
		p.Change, p.At = nil, path.Root("restart_triggers")
		return forecast.Of(data).Plan(ctx, ref, p).Diagnostics
	}
	return nil
}

// noteDestroy notes that a destroy pauses provisioning. Its key comes before that of a resource that this plan creates under a new
// address, which switches provisioning on again.
func noteDestroy(data *providerdata.Data, state model) diag.Diagnostics {
	ref, err := state.ref()
	if err != nil || state.Enabled.IsNull() {
		return nil
	}
	aftermath.Ends(data, ref)
	return forecast.Of(data).Note(ref, forecast.Proposal{Key: "end of " + proposal, Subject: "provisioning", Destroys: true, Change: switchOff})
}

// resuming says what switching a held connection on would do.
func resuming(ctx context.Context, data *providerdata.Data, c change) string {
	ref, err := c.plan.ref()
	if err != nil {
		return ""
	}
	if text := forecast.Of(data).Would(ctx, ref, switchOn); text != "" {
		return fmt.Sprintf("What the next cycle would do then: %s.", text)
	}
	return "`gotomeeting_provisioning_preview` shows what the next cycle would do."
}
