// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

var _ datasource.DataSourceWithConfigure = (*PreviewDataSource)(nil)

// PreviewDataSource is gotomeeting_provisioning_preview.
type PreviewDataSource struct {
	data *providerdata.Data
}

// NewPreviewDataSource returns the data source.
func NewPreviewDataSource() datasource.DataSource { return &PreviewDataSource{} }

// Metadata names the data source.
func (d *PreviewDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provisioning_preview"
}

// Configure takes over the provider's data.
func (d *PreviewDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read computes the preview.
func (d *PreviewDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m previewModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := graph.ParseJobRef(m.ConnectionID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	s := &survey{graph: d.data.Graph, users: customerOf(d.data).users, ref: ref, names: m.Detail.ValueString() == detailPeople}
	found, scope, diags := s.take(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	verdicts, unmatched := found.decide()
	m.ID = m.ConnectionID
	m.Scope = textOrNull(scope)
	m.fromVerdicts(verdicts)
	if found.accountsRead {
		m.Counts.UnmatchedAccounts = types.Int64Value(int64(unmatched))
	}
	s.problems.conclude(found, verdicts)
	m.fromProblems(s.problems)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *previewModel) fromProblems(found problems) {
	m.Complete = types.BoolValue(found.complete())
	m.Problems = make([]previewProblem, len(found.list))
	for i, p := range found.list {
		m.Problems[i] = previewProblem{types.StringValue(p.code), types.StringValue(p.severity), types.StringValue(p.message)}
	}
}
