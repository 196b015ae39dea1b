// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is gotomeeting_sync_status.
type DataSource struct {
	data *providerdata.Data
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sync_status"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read reports the status.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("connection_id"), &m.ConnectionID)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := graph.ParseJobRef(m.ConnectionID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	m.ID = m.ConnectionID
	m.PortalURL = types.StringValue(d.data.PortalURL + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + ref.ServicePrincipalID)
	job, err := d.data.Graph.RequireJob(ctx, ref)
	missing, _ := errors.AsType[*graph.NoJobError](err)
	switch {
	case missing != nil && missing.Presence == graph.ConnectorRetired:
		m.retired(ref)
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the sync status", err))
		return
	default:
		m.fromJob(job, d.data.Started(ref), d.data.Graph.Clock().Now())
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// retired is the status of a connection whose connector the service took away together with the job.
func (m *model) retired(ref graph.JobRef) {
	m.JobID = types.StringValue(ref.JobID)
	m.State = types.StringValue(stateRetired)
	m.Healthy = types.BoolValue(false)
	m.Problems = problemsFrom([]finding{{"ConnectorRetired", severityError,
		"The service offers no provisioning connector for this application any more. Move to the gallery application `GoTo`."}})
	m.Progress = []progress{}
	m.SynchronizedEntryCounts = map[string]int64{}
}
