// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type logsModel struct {
	ID             types.String     `tfsdk:"id"`
	ConnectionID   types.String     `tfsdk:"connection_id"`
	Since          types.String     `tfsdk:"since"`
	Until          types.String     `tfsdk:"until"`
	Actions        types.Set        `tfsdk:"actions"`
	Statuses       types.Set        `tfsdk:"statuses"`
	PrincipalID    types.String     `tfsdk:"principal_id"`
	Limit          types.Int64      `tfsdk:"limit"`
	Detail         types.String     `tfsdk:"detail"`
	Truncated      types.Bool       `tfsdk:"truncated"`
	CountsByStatus map[string]int64 `tfsdk:"counts_by_status"`
	CountsByAction map[string]int64 `tfsdk:"counts_by_action"`
	Entries        []logEntry       `tfsdk:"entries"`
	People         []logPerson      `tfsdk:"people"`
}

type logEntry struct {
	ID            types.String `tfsdk:"id"`
	At            types.String `tfsdk:"at"`
	Action        types.String `tfsdk:"action"`
	Status        types.String `tfsdk:"status"`
	ErrorCode     types.String `tfsdk:"error_code"`
	ErrorCategory types.String `tfsdk:"error_category"`
	SourceID      types.String `tfsdk:"source_id"`
	SourceType    types.String `tfsdk:"source_type"`
	TargetID      types.String `tfsdk:"target_id"`
	CycleID       types.String `tfsdk:"cycle_id"`
	ChangeID      types.String `tfsdk:"change_id"`
	DurationMS    types.Int64  `tfsdk:"duration_ms"`
	Steps         []logStep    `tfsdk:"steps"`
}

type logStep struct {
	Name   types.String `tfsdk:"name"`
	Type   types.String `tfsdk:"type"`
	Status types.String `tfsdk:"status"`
}

type logPerson struct {
	EntryID            types.String  `tfsdk:"entry_id"`
	SourceName         types.String  `tfsdk:"source_name"`
	TargetName         types.String  `tfsdk:"target_name"`
	Reason             types.String  `tfsdk:"reason"`
	AdditionalDetails  types.String  `tfsdk:"additional_details"`
	RecommendedAction  types.String  `tfsdk:"recommended_action"`
	Steps              []string      `tfsdk:"steps"`
	ModifiedProperties []logProperty `tfsdk:"modified_properties"`
}

type logProperty struct {
	Name     types.String `tfsdk:"name"`
	OldValue types.String `tfsdk:"old_value"`
	NewValue types.String `tfsdk:"new_value"`
}

// fromEntries takes over the log. Everything that can name a person or repeat a value goes to People, and only if asked.
func (m *logsModel) fromEntries(entries []graph.ProvisioningLogEntry) {
	m.CountsByStatus, m.CountsByAction = map[string]int64{}, map[string]int64{}
	m.Entries = make([]logEntry, len(entries))
	m.People = nil
	if m.Detail.ValueString() == detailPeople {
		m.People = make([]logPerson, len(entries))
	}
	for i, e := range entries {
		m.CountsByStatus[strings.ToLower(e.Status)]++
		m.CountsByAction[e.Action]++
		m.Entries[i] = entryFrom(e)
		if m.People != nil {
			m.People[i] = personFrom(e)
		}
	}
}

func entryFrom(e graph.ProvisioningLogEntry) logEntry {
	steps := make([]logStep, len(e.Steps))
	for i, s := range e.Steps {
		steps[i] = logStep{textOrNull(s.Name), textOrNull(s.Type), textOrNull(s.Status)}
	}
	at := types.StringNull()
	if !e.Time.IsZero() {
		at = timeOrNull(&e.Time)
	}
	return logEntry{
		ID:            textOrNull(e.ID),
		At:            at,
		Action:        textOrNull(e.Action),
		Status:        textOrNull(strings.ToLower(e.Status)),
		ErrorCode:     textOrNull(e.ErrorCode),
		ErrorCategory: textOrNull(e.ErrorCategory),
		SourceID:      textOrNull(e.Source.ID),
		SourceType:    textOrNull(e.Source.Type),
		TargetID:      textOrNull(e.Target.ID),
		CycleID:       textOrNull(e.CycleID),
		ChangeID:      textOrNull(e.ChangeID),
		DurationMS:    types.Int64Value(e.Duration.Milliseconds()),
		Steps:         steps,
	}
}

func personFrom(e graph.ProvisioningLogEntry) logPerson {
	steps := make([]string, len(e.Steps))
	for i, s := range e.Steps {
		steps[i] = s.Description
	}
	properties := make([]logProperty, len(e.Modified))
	for i, p := range e.Modified {
		properties[i] = logProperty{textOrNull(p.Name), textOrNull(p.OldValue), textOrNull(p.NewValue)}
	}
	return logPerson{
		EntryID:            textOrNull(e.ID),
		SourceName:         textOrNull(e.Source.DisplayName),
		TargetName:         textOrNull(e.Target.DisplayName),
		Reason:             textOrNull(e.Reason),
		AdditionalDetails:  textOrNull(e.AdditionalDetails),
		RecommendedAction:  textOrNull(e.RecommendedAction),
		Steps:              steps,
		ModifiedProperties: properties,
	}
}
