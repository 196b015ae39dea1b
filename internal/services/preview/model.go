// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

type model struct {
	ID           types.String   `tfsdk:"id"`
	ConnectionID types.String   `tfsdk:"connection_id"`
	Detail       types.String   `tfsdk:"detail"`
	Proposed     types.Object   `tfsdk:"proposed"`
	ReadLinks    types.Bool     `tfsdk:"read_links"`
	Report       types.String   `tfsdk:"report"`
	PeopleReport types.String   `tfsdk:"people_report"`
	AtMost       *atMost        `tfsdk:"at_most"`
	Scope        types.String   `tfsdk:"scope"`
	Complete     types.Bool     `tfsdk:"complete"`
	Problems     []problem      `tfsdk:"problems"`
	Counts       *counts        `tfsdk:"counts"`
	Entries      types.List     `tfsdk:"entries"`
	People       types.List     `tfsdk:"people"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

type problem struct {
	Code     types.String `tfsdk:"code"`
	Severity types.String `tfsdk:"severity"`
	Message  types.String `tfsdk:"message"`
}

type atMost struct {
	Created  int64 `tfsdk:"created"`
	Updated  int64 `tfsdk:"updated"`
	Disabled int64 `tfsdk:"disabled"`
}

type counts struct {
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
	entryType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"principal_id": types.StringType, "action": types.StringType, "reason": types.StringType, "account_key": types.StringType,
	}}
	changeType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"target_attribute": types.StringType, "current": types.StringType, "planned": types.StringType,
	}}
	personType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"user_principal_name": types.StringType, "display_name": types.StringType, "account_email": types.StringType,
		"message": types.StringType, "changes": types.ListType{ElemType: changeType},
	}}
)

// named reports whether names and values are asked for.
func (m *model) named() bool { return m.Detail.ValueString() == detailPeople }

// describe writes the reports and bounds a proposal. today is nil where there is nothing to read.
func (m *model) describe(today *impact.Setup, c impact.Comparison, job graph.Job) {
	name := ""
	if today != nil {
		name = today.Name
	}
	compared := !m.Proposed.IsNull()
	report := func(detail string) types.String {
		return types.StringValue(forecast.ReportOf(name, &c, today != nil && !job.Schedule.Active(), compared, detail))
	}
	if m.named() {
		m.Report, m.PeopleReport = report(providerdata.DetailIDs), report(providerdata.DetailPeople)
	} else {
		m.Report = report(providerdata.DetailCounts)
	}
	if compared && !slices.ContainsFunc(c.Problems, impact.Problem.Unbounded) && c.Kept >= 0 {
		created, updated, disabled := c.AtMost()
		m.AtMost = &atMost{int64(created), int64(updated), int64(disabled + c.Kept)}
	}
}

// fromDecision takes over what the next cycle does. Everything that can name a person or repeat a value goes to People, and
// only if asked.
func (m *model) fromDecision(d impact.Decision, accountsRead bool) {
	m.Counts = &counts{UnmatchedAccounts: types.Int64Null()}
	if accountsRead {
		m.Counts.UnmatchedAccounts = types.Int64Value(int64(d.Unmatched))
	}
	entries := make([]attr.Value, len(d.Entries))
	people := make([]attr.Value, len(d.Entries))
	named := m.named()
	by := map[impact.Action]*int64{
		impact.Matched: &m.Counts.Matched, impact.Create: &m.Counts.Create, impact.Update: &m.Counts.Update, impact.Disable: &m.Counts.Disable,
		impact.Skip: &m.Counts.Skip, impact.Conflict: &m.Counts.Conflict, impact.Unknown: &m.Counts.Unknown, impact.Unmatched: &m.Counts.DisableOrUnmanaged,
	}
	for i := range d.Entries {
		e := &d.Entries[i]
		*by[e.Action]++
		if e.InScope {
			m.Counts.InScope++
		}
		entries[i] = types.ObjectValueMust(entryType.AttrTypes, map[string]attr.Value{
			"principal_id": attribute.Text(e.UserID), "action": types.StringValue(string(e.Action)), "reason": types.StringValue(string(e.Reason)), "account_key": attribute.Text(e.AccountKey()),
		})
		if named {
			people[i] = personFrom(e)
		}
	}
	m.Entries = types.ListValueMust(entryType, entries)
	m.People = types.ListNull(personType)
	if named {
		m.People = types.ListValueMust(personType, people)
	}
	m.Complete = types.BoolValue(true)
	m.Problems = make([]problem, len(d.Problems))
	for i, p := range d.Problems {
		m.Problems[i] = problem{types.StringValue(p.Code), types.StringValue(p.Severity), types.StringValue(p.Message)}
		if p.Incomplete {
			m.Complete = types.BoolValue(false)
		}
	}
}

func personFrom(e *impact.Entry) attr.Value {
	name, displayName, email := types.StringNull(), types.StringNull(), types.StringNull()
	if e.Account != nil {
		email = attribute.Text(e.Account.Email)
		displayName = attribute.Text(strings.TrimSpace(e.Account.FirstName + " " + e.Account.LastName))
	}
	if e.User != nil {
		name, displayName = attribute.Text(e.User.Name()), attribute.Text(e.User.DisplayName())
	}
	changes := make([]attr.Value, len(e.Changes))
	for i, c := range e.Changes {
		changes[i] = types.ObjectValueMust(changeType.AttrTypes, map[string]attr.Value{
			"target_attribute": types.StringValue(c.Target), "current": types.StringPointerValue(c.Current), "planned": types.StringValue(c.Planned),
		})
	}
	return types.ObjectValueMust(personType.AttrTypes, map[string]attr.Value{
		"user_principal_name": name, "display_name": displayName, "account_email": email,
		"message": types.StringValue(e.Message()), "changes": types.ListValueMust(changeType, changes),
	})
}
