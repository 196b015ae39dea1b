// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type previewModel struct {
	ID           types.String     `tfsdk:"id"`
	ConnectionID types.String     `tfsdk:"connection_id"`
	Detail       types.String     `tfsdk:"detail"`
	Scope        types.String     `tfsdk:"scope"`
	Complete     types.Bool       `tfsdk:"complete"`
	Problems     []previewProblem `tfsdk:"problems"`
	Counts       *previewCounts   `tfsdk:"counts"`
	Entries      types.List       `tfsdk:"entries"`
	People       types.List       `tfsdk:"people"`
}

type previewProblem struct {
	Code     types.String `tfsdk:"code"`
	Severity types.String `tfsdk:"severity"`
	Message  types.String `tfsdk:"message"`
}

type previewCounts struct {
	InScope            int64       `tfsdk:"in_scope"`
	Matched            int64       `tfsdk:"matched"`
	Create             int64       `tfsdk:"create"`
	Update             int64       `tfsdk:"update"`
	Disable            int64       `tfsdk:"disable"`
	Skip               int64       `tfsdk:"skip"`
	Conflict           int64       `tfsdk:"conflict"`
	Unknown            int64       `tfsdk:"unknown"`
	DisableOrUnmanaged int64       `tfsdk:"disable_or_unmanaged"`
	UnmatchedAccounts  types.Int64 `tfsdk:"unmatched_accounts"`
}

// The types of entries and people. They are built as values: by way of structs, ten thousand take seconds of reflection.
var (
	previewEntryType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"principal_id": types.StringType, "action": types.StringType, "reason": types.StringType, "account_key": types.StringType,
	}}
	previewChangeType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"target_attribute": types.StringType, "current": types.StringType, "planned": types.StringType,
	}}
	previewPersonType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"user_principal_name": types.StringType, "display_name": types.StringType, "account_email": types.StringType,
		"message": types.StringType, "changes": types.ListType{ElemType: previewChangeType},
	}}
)

// fromVerdicts takes over who has what ahead. Everything that can name a person or repeat a value goes to People, and
// only if asked.
func (m *previewModel) fromVerdicts(verdicts []verdict) {
	m.Counts = &previewCounts{UnmatchedAccounts: types.Int64Null()}
	entries := make([]attr.Value, len(verdicts))
	people := make([]attr.Value, len(verdicts))
	named := m.Detail.ValueString() == detailPeople
	by := map[string]*int64{
		actionMatched: &m.Counts.Matched, actionCreate: &m.Counts.Create, actionUpdate: &m.Counts.Update, actionDisable: &m.Counts.Disable,
		actionSkip: &m.Counts.Skip, actionConflict: &m.Counts.Conflict, actionUnknown: &m.Counts.Unknown, actionUnmatched: &m.Counts.DisableOrUnmanaged,
	}
	for i, v := range verdicts {
		*by[v.action]++
		if v.person != nil && v.person.provisions {
			m.Counts.InScope++
		}
		entries[i] = types.ObjectValueMust(previewEntryType.AttrTypes, map[string]attr.Value{
			"principal_id": textOrNull(v.principalID()), "action": types.StringValue(v.action), "reason": types.StringValue(v.reason), "account_key": textOrNull(v.accountKey()),
		})
		if named {
			people[i] = personFrom(v)
		}
	}
	m.Entries = types.ListValueMust(previewEntryType, entries)
	m.People = types.ListNull(previewPersonType)
	if named {
		m.People = types.ListValueMust(previewPersonType, people)
	}
}

func personFrom(v verdict) attr.Value {
	name, displayName, email := types.StringNull(), types.StringNull(), types.StringNull()
	if v.account != nil {
		email = textOrNull(v.account.Email)
		displayName = textOrNull(strings.TrimSpace(v.account.FirstName + " " + v.account.LastName))
	}
	if v.person != nil {
		name, displayName = textOrNull(v.person.name), textOrNull(v.person.displayName)
	}
	changes := make([]attr.Value, len(v.changes))
	for i, c := range v.changes {
		current := types.StringNull()
		if c.hasCurrent {
			current = types.StringValue(c.current)
		}
		changes[i] = types.ObjectValueMust(previewChangeType.AttrTypes, map[string]attr.Value{
			"target_attribute": types.StringValue(c.target), "current": current, "planned": types.StringValue(c.planned),
		})
	}
	return types.ObjectValueMust(previewPersonType.AttrTypes, map[string]attr.Value{
		"user_principal_name": name, "display_name": displayName, "account_email": email,
		"message": types.StringValue(v.message()), "changes": types.ListValueMust(previewChangeType, changes),
	})
}

// message says what happens and why, with names.
func (v verdict) message() string {
	text := reasonTexts[v.reason]
	if v.subject != "" {
		text += " Target attribute: " + v.subject + "."
	}
	if len(v.others) > 0 {
		others, more := v.others, ""
		if len(others) > maxNamed {
			others, more = others[:maxNamed], " and others"
		}
		text += " The same holds for: " + strings.Join(others, ", ") + more + "."
		if v.reason == reasonSeveral {
			text = strings.Replace(text, "The same holds for", "The accounts", 1)
		}
	}
	return text
}

// maxNamed is how many others a message names.
const maxNamed = 10
