// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type model struct {
	ID                   types.String   `tfsdk:"id"`
	ConnectionID         types.String   `tfsdk:"connection_id"`
	Enabled              types.Bool     `tfsdk:"enabled"`
	MappingIDs           types.List     `tfsdk:"mapping_ids"`
	AssignmentIDs        types.List     `tfsdk:"assignment_ids"`
	AllowDefaultMappings types.Bool     `tfsdk:"allow_default_mappings"`
	AllowTwoWriters      types.Bool     `tfsdk:"allow_two_writers"`
	RestartTriggers      types.Map      `tfsdk:"restart_triggers"`
	RestartScope         types.String   `tfsdk:"restart_scope"`
	RestartPending       types.Bool     `tfsdk:"restart_pending"`
	ReleaseDeletions     types.Object   `tfsdk:"release_deletions"`
	OnOutsidePause       types.String   `tfsdk:"on_outside_pause"`
	ResumeToken          types.String   `tfsdk:"resume_token"`
	PausedOutsideSince   types.String   `tfsdk:"paused_outside_since"`
	WaitForFirstCycle    types.Bool     `tfsdk:"wait_for_first_cycle"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

// What a pause outside Terraform leads to.
const (
	pauseHolds   = "hold"
	pauseResumes = "resume"
)

// allowance is `release_deletions`.
type allowance struct {
	QuarantineBegan types.String `tfsdk:"quarantine_began"`
	Max             types.Int64  `tfsdk:"max"`
}

type identity struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	JobID              types.String `tfsdk:"job_id"`
}

func identityOf(ref graph.JobRef) identity {
	return identity{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID)}
}

func (m model) ref() (graph.JobRef, error) { return graph.ParseJobRef(m.ConnectionID.ValueString()) }

// release returns `release_deletions`, nil when it is not given or not known yet.
func (m model) release(ctx context.Context) (*allowance, diag.Diagnostics) {
	if m.ReleaseDeletions.IsNull() || m.ReleaseDeletions.IsUnknown() {
		return nil, nil
	}
	var r allowance
	diags := m.ReleaseDeletions.As(ctx, &r, basetypes.ObjectAsOptions{})
	if diags.HasError() || r.QuarantineBegan.IsUnknown() || r.Max.IsUnknown() {
		return nil, diags
	}
	return &r, diags
}

// fromJob records whether the job runs. A value that the configuration leaves to the operator (null) stays null, except
// on import. Quarantine does not show: the schedule stays active. A job that was on and is found off was paused outside
// Terraform, or disabled after a long quarantine. The pause is recorded; `enabled` keeps the wanted value, unless the
// configuration treats pauses as drift.
func (m *model) fromJob(job graph.Job, imported bool, now time.Time) {
	active := job.Schedule.Active()
	if m.WaitForFirstCycle.IsNull() {
		m.WaitForFirstCycle = types.BoolValue(false)
	}
	if m.OnOutsidePause.IsNull() {
		m.OnOutsidePause = types.StringValue(pauseHolds)
	}
	switch {
	case imported:
		m.Enabled = types.BoolValue(active)
	case m.Enabled.IsNull():
	case !active && (m.Enabled.ValueBool() || !m.PausedOutsideSince.IsNull()):
		m.Enabled = types.BoolValue(m.OnOutsidePause.ValueString() != pauseResumes)
		if m.PausedOutsideSince.IsNull() {
			m.PausedOutsideSince = types.StringValue(now.UTC().Format(time.RFC3339))
		}
		return
	default:
		m.Enabled = types.BoolValue(active)
	}
	m.PausedOutsideSince = types.StringNull()
}
