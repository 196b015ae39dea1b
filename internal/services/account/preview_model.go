// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"strings"

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
	Entries      []previewEntry   `tfsdk:"entries"`
	People       []previewPerson  `tfsdk:"people"`
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

type previewEntry struct {
	PrincipalID types.String `tfsdk:"principal_id"`
	Action      types.String `tfsdk:"action"`
	Reason      types.String `tfsdk:"reason"`
	AccountKey  types.String `tfsdk:"account_key"`
}

type previewPerson struct {
	UserPrincipalName types.String    `tfsdk:"user_principal_name"`
	DisplayName       types.String    `tfsdk:"display_name"`
	AccountEmail      types.String    `tfsdk:"account_email"`
	Message           types.String    `tfsdk:"message"`
	Changes           []previewChange `tfsdk:"changes"`
}

type previewChange struct {
	TargetAttribute types.String `tfsdk:"target_attribute"`
	Current         types.String `tfsdk:"current"`
	Planned         types.String `tfsdk:"planned"`
}

// fromVerdicts takes over who has what ahead. Everything that can name a person or repeat a value goes to People, and
// only if asked.
func (m *previewModel) fromVerdicts(verdicts []verdict) {
	m.Counts = &previewCounts{UnmatchedAccounts: types.Int64Null()}
	m.Entries = make([]previewEntry, len(verdicts))
	m.People = nil
	if m.Detail.ValueString() == detailPeople {
		m.People = make([]previewPerson, len(verdicts))
	}
	by := map[string]*int64{
		actionMatched: &m.Counts.Matched, actionCreate: &m.Counts.Create, actionUpdate: &m.Counts.Update, actionDisable: &m.Counts.Disable,
		actionSkip: &m.Counts.Skip, actionConflict: &m.Counts.Conflict, actionUnknown: &m.Counts.Unknown, actionUnmatched: &m.Counts.DisableOrUnmanaged,
	}
	for i, v := range verdicts {
		*by[v.action]++
		if v.person != nil && v.person.provisions {
			m.Counts.InScope++
		}
		m.Entries[i] = previewEntry{
			PrincipalID: textOrNull(v.principalID()), Action: types.StringValue(v.action), Reason: types.StringValue(v.reason), AccountKey: textOrNull(v.accountKey()),
		}
		if m.People != nil {
			m.People[i] = personFrom(v)
		}
	}
}

func personFrom(v verdict) previewPerson {
	p := previewPerson{Message: types.StringValue(v.message()), Changes: make([]previewChange, len(v.changes))}
	if v.account != nil {
		p.AccountEmail = textOrNull(v.account.Email)
		p.DisplayName = textOrNull(strings.TrimSpace(v.account.FirstName + " " + v.account.LastName))
	}
	if v.person != nil {
		p.UserPrincipalName, p.DisplayName = textOrNull(v.person.name), textOrNull(v.person.displayName)
	}
	for i, c := range v.changes {
		p.Changes[i] = previewChange{TargetAttribute: types.StringValue(c.target), Planned: types.StringValue(c.planned)}
		if c.hasCurrent {
			p.Changes[i].Current = types.StringValue(c.current)
		}
	}
	return p
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
