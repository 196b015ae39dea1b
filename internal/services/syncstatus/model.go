// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type model struct {
	ID                                 types.String     `tfsdk:"id"`
	ConnectionID                       types.String     `tfsdk:"connection_id"`
	JobID                              types.String     `tfsdk:"job_id"`
	State                              types.String     `tfsdk:"state"`
	Healthy                            types.Bool       `tfsdk:"healthy"`
	Problems                           []problem        `tfsdk:"problems"`
	Report                             types.String     `tfsdk:"report"`
	StatusCode                         types.String     `tfsdk:"status_code"`
	Schedule                           *schedule        `tfsdk:"schedule"`
	NextCycleExpectedAt                types.String     `tfsdk:"next_cycle_expected_at"`
	CountSuccessiveCompleteFailures    types.Int64      `tfsdk:"count_successive_complete_failures"`
	EscrowsPruned                      types.Bool       `tfsdk:"escrows_pruned"`
	LastExecution                      *executionModel  `tfsdk:"last_execution"`
	LastSuccessfulExecution            *executionModel  `tfsdk:"last_successful_execution"`
	LastSuccessfulExecutionWithExports *executionModel  `tfsdk:"last_successful_execution_with_exports"`
	Progress                           []progress       `tfsdk:"progress"`
	Quarantine                         *quarantine      `tfsdk:"quarantine"`
	SteadyStateFirstAchievedAt         types.String     `tfsdk:"steady_state_first_achieved_at"`
	SteadyStateLastAchievedAt          types.String     `tfsdk:"steady_state_last_achieved_at"`
	SynchronizedEntryCounts            map[string]int64 `tfsdk:"synchronized_entry_counts"`
	TroubleshootingURL                 types.String     `tfsdk:"troubleshooting_url"`
	PortalURL                          types.String     `tfsdk:"portal_url"`
	Timeouts                           timeouts.Value   `tfsdk:"timeouts"`
}

type problem struct {
	Code     types.String `tfsdk:"code"`
	Severity types.String `tfsdk:"severity"`
	Message  types.String `tfsdk:"message"`
}

type schedule struct {
	State     types.String `tfsdk:"state"`
	Interval  types.String `tfsdk:"interval"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

type executionModel struct {
	ActivityID                   types.String `tfsdk:"activity_id"`
	State                        types.String `tfsdk:"state"`
	BeganAt                      types.String `tfsdk:"began_at"`
	EndedAt                      types.String `tfsdk:"ended_at"`
	ErrorCode                    types.String `tfsdk:"error_code"`
	ErrorMessage                 types.String `tfsdk:"error_message"`
	ErrorTenantActionable        types.Bool   `tfsdk:"error_tenant_actionable"`
	CountEntitled                types.Int64  `tfsdk:"count_entitled"`
	CountEntitledForProvisioning types.Int64  `tfsdk:"count_entitled_for_provisioning"`
	CountEscrowed                types.Int64  `tfsdk:"count_escrowed"`
	CountEscrowedRaw             types.Int64  `tfsdk:"count_escrowed_raw"`
	CountExported                types.Int64  `tfsdk:"count_exported"`
	CountExports                 types.Int64  `tfsdk:"count_exports"`
	CountImported                types.Int64  `tfsdk:"count_imported"`
	CountImportedDeltas          types.Int64  `tfsdk:"count_imported_deltas"`
	CountImportedReferenceDeltas types.Int64  `tfsdk:"count_imported_reference_deltas"`
}

type progress struct {
	CompletedUnits types.Int64  `tfsdk:"completed_units"`
	TotalUnits     types.Int64  `tfsdk:"total_units"`
	Units          types.String `tfsdk:"units"`
	ObservedAt     types.String `tfsdk:"observed_at"`
}

type quarantine struct {
	Reason         types.String `tfsdk:"reason"`
	CurrentBeganAt types.String `tfsdk:"current_began_at"`
	SeriesBeganAt  types.String `tfsdk:"series_began_at"`
	SeriesCount    types.Int64  `tfsdk:"series_count"`
	NextAttemptAt  types.String `tfsdk:"next_attempt_at"`
	ErrorCode      types.String `tfsdk:"error_code"`
	ErrorMessage   types.String `tfsdk:"error_message"`
}

// fromJob takes over everything the job tells, judged at now.
func (m *model) fromJob(job graph.Job, now time.Time) {
	state, healthy, problems := judge(job, now)
	m.JobID = types.StringValue(job.ID)
	m.State = types.StringValue(state)
	m.Healthy = types.BoolPointerValue(healthy)
	m.Problems = problemsFrom(problems)
	defer func() { m.Report = types.StringValue(m.report(problems)) }() // once everything else is known
	m.Schedule = &schedule{
		State:     attribute.Text(job.Schedule.State),
		Interval:  attribute.Text(job.Schedule.Interval),
		ExpiresAt: timeOrNull(job.Schedule.Expiration),
	}
	m.NextCycleExpectedAt = timeOrNull(nextCycle(job))
	m.Progress = []progress{}
	m.SynchronizedEntryCounts = map[string]int64{}
	if job.Status == nil {
		return
	}
	status := *job.Status
	m.StatusCode = attribute.Text(status.Code)
	m.CountSuccessiveCompleteFailures = types.Int64Value(status.CountSuccessiveCompleteFailures)
	m.EscrowsPruned = types.BoolValue(status.EscrowsPruned)
	m.LastExecution = executionFrom(status.LastExecution)
	m.LastSuccessfulExecution = executionFrom(status.LastSuccessfulExecution)
	m.LastSuccessfulExecutionWithExports = executionFrom(status.LastSuccessfulExecutionWithExports)
	for _, p := range status.Progress {
		m.Progress = append(m.Progress, progress{
			CompletedUnits: types.Int64Value(p.CompletedUnits),
			TotalUnits:     types.Int64Value(p.TotalUnits),
			Units:          attribute.Text(p.Units),
			ObservedAt:     timeOrNull(p.ObservedAt),
		})
	}
	m.Quarantine = quarantineFrom(status.Quarantine)
	m.SteadyStateFirstAchievedAt = timeOrNull(status.SteadyStateFirstAchievedTime)
	m.SteadyStateLastAchievedAt = timeOrNull(status.SteadyStateLastAchievedTime)
	for kind, count := range status.SynchronizedEntryCountByType {
		m.SynchronizedEntryCounts[kind] = count
	}
	m.TroubleshootingURL = attribute.Text(status.TroubleshootingURL)
}

func problemsFrom(findings []finding) []problem {
	problems := make([]problem, len(findings))
	for i, f := range findings {
		problems[i] = problem{types.StringValue(f.code), types.StringValue(f.severity), types.StringValue(f.message)}
	}
	return problems
}

func executionFrom(e *graph.TaskExecution) *executionModel {
	if e == nil {
		return nil
	}
	result := &executionModel{
		ActivityID:                   attribute.Text(e.ActivityIdentifier),
		State:                        attribute.Text(e.State),
		BeganAt:                      timeOrNull(e.TimeBegan),
		EndedAt:                      timeOrNull(e.TimeEnded),
		CountEntitled:                types.Int64Value(e.CountEntitled),
		CountEntitledForProvisioning: types.Int64Value(e.CountEntitledForProvisioning),
		CountEscrowed:                types.Int64Value(e.CountEscrowed),
		CountEscrowedRaw:             types.Int64Value(e.CountEscrowedRaw),
		CountExported:                types.Int64Value(e.CountExported),
		CountExports:                 types.Int64Value(e.CountExports),
		CountImported:                types.Int64Value(e.CountImported),
		CountImportedDeltas:          types.Int64Value(e.CountImportedDeltas),
		CountImportedReferenceDeltas: types.Int64Value(e.CountImportedReferenceDeltas),
	}
	if e.Error != nil {
		result.ErrorCode = attribute.Text(e.Error.Code)
		result.ErrorMessage = attribute.Text(e.Error.Message)
		result.ErrorTenantActionable = types.BoolValue(e.Error.TenantActionable)
	}
	return result
}

func quarantineFrom(q *graph.Quarantine) *quarantine {
	if q == nil {
		return nil
	}
	result := &quarantine{
		Reason:         attribute.Text(q.Reason),
		CurrentBeganAt: timeOrNull(q.CurrentBegan),
		SeriesBeganAt:  timeOrNull(q.SeriesBegan),
		SeriesCount:    types.Int64Value(q.SeriesCount),
		NextAttemptAt:  timeOrNull(q.NextAttempt),
	}
	if q.Error != nil {
		result.ErrorCode = attribute.Text(q.Error.Code)
		result.ErrorMessage = attribute.Text(q.Error.Message)
	}
	return result
}

func timeOrNull(t *time.Time) types.String {
	if t == nil {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339Nano))
}
