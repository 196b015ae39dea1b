// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Page size and most entries looked at: the report answers slowly and rarely, and filters beyond time and job run here,
// because the service's own are case-sensitive about values whose case varies.
const (
	logsPageSize   = 500
	logsMostLooked = 10_000
)

var (
	_ datasource.DataSourceWithConfigure      = (*LogsDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*LogsDataSource)(nil)
)

// LogsDataSource is gotomeeting_provisioning_logs.
type LogsDataSource struct {
	data *providerdata.Data
}

// NewLogsDataSource returns the data source.
func NewLogsDataSource() datasource.DataSource { return &LogsDataSource{} }

// Metadata names the data source.
func (d *LogsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provisioning_logs"
}

// Configure takes over the provider's data.
func (d *LogsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// ValidateConfig refuses a time span that ends before it begins.
func (d *LogsDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var m logsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || m.Since.IsUnknown() || m.Until.IsUnknown() {
		return
	}
	since, until := m.span()
	if !since.IsZero() && !until.IsZero() && !until.After(since) {
		resp.Diagnostics.AddAttributeError(path.Root("until"), "The time span is empty",
			fmt.Sprintf("`until` (%s) is not after `since` (%s).", m.Until.ValueString(), m.Since.ValueString()))
	}
}

// Read lists the activity.
func (d *LogsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m logsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := graph.ParseJobRef(m.ConnectionID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		return
	}
	wanted, diags := m.filter(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, truncated, err := d.collect(ctx, ref, m, wanted)
	if err != nil {
		resp.Diagnostics.Append(logsDiagnostic(err))
		return
	}
	m.ID = m.ConnectionID
	m.Truncated = types.BoolValue(truncated)
	m.fromEntries(found)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// logsDiagnostic adds the licence to the causes of a refusal, which permissions alone do not tell.
func logsDiagnostic(err error) diag.Diagnostic {
	var answer *graph.Error
	if errors.As(err, &answer) && graph.IsPermissionDenied(err) {
		return graphdiag.Error("Cannot read the provisioning logs", err,
			"Older tenants use `AuditLog.Read.All` instead. The logs also need an Entra ID P1 or P2 licence.")
	}
	return graphdiag.Error("Cannot read the provisioning logs", err)
}

func (d *LogsDataSource) collect(ctx context.Context, ref graph.JobRef, m logsModel, wanted func(graph.ProvisioningLogEntry) bool) (found []graph.ProvisioningLogEntry, truncated bool, err error) {
	limit := defaultLimit
	if !m.Limit.IsNull() {
		limit = int(m.Limit.ValueInt64())
	}
	since, until := m.span()
	looked := 0
	filter := graph.ProvisioningLogFilter{JobID: ref.JobID, Since: since, Until: until, PageSize: logsPageSize}
	for entry, err := range d.data.Graph.ListProvisioningLogs(ctx, filter) {
		if err != nil {
			return nil, false, err
		}
		if wanted(entry) {
			if len(found) == limit {
				return found, true, nil
			}
			found = append(found, entry)
		}
		if looked++; looked == logsMostLooked {
			return found, true, nil
		}
	}
	return found, false, nil
}

// span returns the instants of since and until, zero where absent; the schema has checked their form.
func (m logsModel) span() (since, until time.Time) {
	read := func(value types.String) time.Time {
		instant, err := time.Parse(time.RFC3339, value.ValueString())
		if err != nil {
			return time.Time{}
		}
		return instant
	}
	return read(m.Since), read(m.Until)
}

// filter returns the test that the service does not make for us.
func (m logsModel) filter(ctx context.Context) (func(graph.ProvisioningLogEntry) bool, diag.Diagnostics) {
	var actions, statuses []string
	diags := m.Actions.ElementsAs(ctx, &actions, false)
	diags.Append(m.Statuses.ElementsAs(ctx, &statuses, false)...)
	among := func(values []string, value string) bool {
		return len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
	}
	principal := m.PrincipalID.ValueString()
	return func(entry graph.ProvisioningLogEntry) bool {
		return among(actions, entry.Action) && among(statuses, entry.Status) && (principal == "" || strings.EqualFold(entry.Source.ID, principal))
	}, diags
}
