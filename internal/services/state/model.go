// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type model struct {
	ID                types.String   `tfsdk:"id"`
	ConnectionID      types.String   `tfsdk:"connection_id"`
	Enabled           types.Bool     `tfsdk:"enabled"`
	RestartTriggers   types.Map      `tfsdk:"restart_triggers"`
	RestartScope      types.String   `tfsdk:"restart_scope"`
	WaitForFirstCycle types.Bool     `tfsdk:"wait_for_first_cycle"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

type identity struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	JobID              types.String `tfsdk:"job_id"`
}

func identityOf(ref graph.JobRef) identity {
	return identity{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID)}
}

func (m model) ref() (graph.JobRef, error) { return graph.ParseJobRef(m.ConnectionID.ValueString()) }

// fromJob takes over whether the job runs. What the configuration leaves to the operator (null) stays null, except on
// import. Quarantine does not show: the schedule stays active.
func (m *model) fromJob(job graph.Job, imported bool) {
	if imported || !m.Enabled.IsNull() {
		m.Enabled = types.BoolValue(job.Schedule.Active())
	}
	if m.WaitForFirstCycle.IsNull() {
		m.WaitForFirstCycle = types.BoolValue(false)
	}
}
