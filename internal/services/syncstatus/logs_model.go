// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
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
	Timeouts       timeouts.Value   `tfsdk:"timeouts"`
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
		steps[i] = logStep{attribute.Text(s.Name), attribute.Text(s.Type), attribute.Text(s.Status)}
	}
	at := types.StringNull()
	if !e.Time.IsZero() {
		at = timeOrNull(&e.Time)
	}
	return logEntry{
		ID:            attribute.Text(e.ID),
		At:            at,
		Action:        attribute.Text(e.Action),
		Status:        attribute.Text(strings.ToLower(e.Status)),
		ErrorCode:     attribute.Text(e.ErrorCode),
		ErrorCategory: attribute.Text(e.ErrorCategory),
		SourceID:      attribute.Text(e.Source.ID),
		SourceType:    attribute.Text(e.Source.Type),
		TargetID:      attribute.Text(e.Target.ID),
		CycleID:       attribute.Text(e.CycleID),
		ChangeID:      attribute.Text(e.ChangeID),
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
		properties[i] = logProperty{attribute.Text(p.Name), attribute.Text(p.OldValue), attribute.Text(p.NewValue)}
	}
	return logPerson{
		EntryID:            attribute.Text(e.ID),
		SourceName:         attribute.Text(e.Source.DisplayName),
		TargetName:         attribute.Text(e.Target.DisplayName),
		Reason:             attribute.Text(e.Reason),
		AdditionalDetails:  attribute.Text(e.AdditionalDetails),
		RecommendedAction:  attribute.Text(e.RecommendedAction),
		Steps:              steps,
		ModifiedProperties: properties,
	}
}
