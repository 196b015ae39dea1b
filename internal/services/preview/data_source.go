// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package preview shows what the next cycle of a connection would do: the data source gotomeeting_provisioning_preview. It reads
// the tenant and GoTo, and has the decision made by package impact.
package preview

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is gotomeeting_provisioning_preview.
type DataSource struct {
	data *providerdata.Data
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provisioning_preview"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read computes the preview.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := graph.ParseJobRef(m.ConnectionID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	survey, setup, diags := d.survey(ctx, ref, m.Detail.ValueString() == detailPeople)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.ID = m.ConnectionID
	m.Scope = attribute.Text(setup.Scope)
	m.fromDecision(impact.Decide(survey, setup), survey.AccountsRead)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// survey reads everything that a preview is worked out from.
func (d *DataSource) survey(ctx context.Context, ref graph.JobRef, named bool) (*impact.Survey, *impact.Setup, diag.Diagnostics) {
	job, err := d.data.Graph.RequireJob(ctx, ref)
	if err != nil {
		return nil, nil, fail(graphdiag.Error("Cannot preview provisioning", err))
	}
	setup, err := impact.ReadSetup(ctx, d.data.Graph, ref, job.TemplateID)
	var survey *impact.Survey
	if err == nil {
		survey, err = impact.ReadSurvey(ctx, d.data.Graph, named, setup)
	}
	if err != nil {
		return nil, nil, fail(notRead(err))
	}
	survey.RanBefore = job.HasEndedCycle()
	return survey, setup, d.accounts(ctx, survey)
}

func fail(d diag.Diagnostic) diag.Diagnostics { return diag.Diagnostics{d} }

// notRead is the diagnostic for an error of reading a setup or survey.
func notRead(err error) diag.Diagnostic {
	if errors.Is(err, impact.ErrNoMapping) {
		return diag.NewErrorDiagnostic("No mapping of users", "The connection's schema has no mapping of the directory's users, so that there is nothing to preview.")
	}
	summary := "Cannot preview provisioning"
	if read := new(impact.ReadError); errors.As(err, &read) {
		summary, err = "Cannot read "+read.What, read.Err
	}
	return graphdiag.Error(summary, err)
}

// accounts reads the accounts at GoTo into the survey. That it may not, or has no credentials, is a problem, not a failure.
func (d *DataSource) accounts(ctx context.Context, survey *impact.Survey) diag.Diagnostics {
	users, err := d.data.Customer().Users(ctx)
	if refusal := gotodiag.Refusal(err); refusal != "" {
		found := impact.Problem{Code: "AccountsNotRead", Severity: impact.SeverityError, Message: "The accounts at GoTo were not read. " + refusal, Incomplete: true}
		if none := new(providerdata.NoGoToError); errors.As(err, &none) {
			found.Code, found.Severity = "GoToNotConfigured", impact.SeverityWarning
		}
		survey.Problems = append(survey.Problems, found)
		return nil
	}
	if err != nil {
		return fail(gotodiag.Error("Cannot read the accounts at GoTo", err))
	}
	survey.AccountsRead = true
	survey.Accounts = make([]impact.Account, len(users))
	for i, u := range users {
		survey.Accounts[i] = impact.Account{Key: u.Key, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName, Locale: u.Locale, Status: u.Status}
	}
	return nil
}
