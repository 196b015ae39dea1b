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

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
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
			fmt.Sprintf("`until` (%s) is not after `since` (%s). Swap them, or omit one.", m.Until.ValueString(), m.Since.ValueString()))
	}
}

// Read lists the activity.
func (d *LogsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m logsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, cancel := timeout.Bound(ctx, m.Timeouts.Read, timeout.Long, &resp.Diagnostics)
	defer cancel()
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

// logsDiagnostic adds the license to the causes of a refusal, which permissions alone do not tell.
func logsDiagnostic(err error) diag.Diagnostic {
	var answer *graph.Error
	if errors.As(err, &answer) && graph.IsPermissionDenied(err) {
		return graphdiag.Error("Cannot read the provisioning logs", err,
			"Older tenants use `AuditLog.Read.All` instead. The logs also require an Entra ID P1 or P2 license.")
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

// How much a data source reports people.
const (
	detailSummary = "summary"
	detailPeople  = "people"
)

// Bounds of the number of entries: an answer has to fit into a plan.
const (
	defaultLimit = 100
	maximumLimit = 1000
)

// Schema describes the data source.
func (d *LogsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the provisioning activity of a connection, newest first: who was created, updated, disabled, or skipped, what failed, and why. " +
			"The service keeps 7 days of activity, or 30 days with Entra ID P1 or P2, and answers at most five requests in ten seconds. Reading requires the permission `ProvisioningLog.Read.All`.",
		Attributes: map[string]schema.Attribute{
			"id": text("The same as `connection_id`."),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"since": schema.StringAttribute{Optional: true, Validators: []validator.String{timestamp{}},
				MarkdownDescription: "Only activity after this instant (RFC 3339)."},
			"until": schema.StringAttribute{Optional: true, Validators: []validator.String{timestamp{}},
				MarkdownDescription: "Only activity before this instant (RFC 3339)."},
			"actions": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.Set{validate.Some(), setvalidator.ValueStringsAre(validate.NotEmpty())},
				MarkdownDescription: "Only these actions: `create`, `update`, `delete`, `stagedDelete` (held back by accidental-deletion prevention), `disable`, `other`. Case does not matter."},
			"statuses": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.Set{validate.Some(), setvalidator.ValueStringsAre(stringvalidator.OneOfCaseInsensitive("success", "failure", "skipped", "warning"))},
				MarkdownDescription: "Only these results: `success`, `failure`, `skipped`, `warning`."},
			"principal_id": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.ObjectID()},
				MarkdownDescription: "Only activity about this user or group of the directory."},
			"limit": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(1, maximumLimit)},
				MarkdownDescription: "Maximum number of entries to return. Defaults to `100`; at most `1000`."},
			"detail": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailSummary, detailPeople)},
				MarkdownDescription: "`summary` (default) stores counts, codes, and ids; `people` also stores names and attribute values, in the sensitive attribute `people`."},
			"timeouts":  timeout.DataSource(ctx, timeout.Long),
			"truncated": flag("Whether there may be more entries: the limit was reached, or the search ended after 10,000 log entries."),
			"counts_by_status": schema.MapAttribute{Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "Number of entries returned, by result."},
			"counts_by_action": schema.MapAttribute{Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "Number of entries returned, by action."},
			"entries": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The activity, newest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":             text("Id of the entry."),
					"at":             text("When it happened."),
					"action":         text("Action that was performed or attempted."),
					"status":         text("Result of the action."),
					"error_code":     text("The service's code for a failure or skip; null otherwise."),
					"error_category": text("`failure`, `nonServiceFailure`, or `success`; null without an error."),
					"source_id":      text("Object id in the directory."),
					"source_type":    text("`User` or `Group`."),
					"target_id":      text("Key of the account at GoTo, or null."),
					"cycle_id":       text("Id of the cycle in which it happened."),
					"change_id":      text("Id of the change to which the entry belongs."),
					"duration_ms":    number("Duration in milliseconds."),
					"steps": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Steps that the service performed.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"name":   text("Name of the step."),
							"type":   text("`import`, `scoping`, `matching`, `processing`, `referenceResolution`, or `export`."),
							"status": text("Result of the step."),
						}}},
				}}},
			"people": schema.ListNestedAttribute{Computed: true, Sensitive: true,
				MarkdownDescription: "Names and values for `entries`, in the same order; null unless `detail` is `people`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"entry_id":           text("Id of the entry."),
					"source_name":        text("Display name in the directory."),
					"target_name":        text("Name at GoTo, or null."),
					"reason":             text("Reason of a failure or skip from the service, or null."),
					"additional_details": text("Additional details from the service, or null."),
					"recommended_action": text("Recommendation from the service, or null."),
					"steps":              schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Descriptions of the steps."},
					"modified_properties": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Attributes that were written.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"name":      text("Target attribute."),
							"old_value": text("Value before, or null."),
							"new_value": text("Value after, or null."),
						}}},
				}}},
		},
	}
}

// timestamp accepts an RFC 3339 instant.
type timestamp struct{}

func (timestamp) Description(context.Context) string { return "must be an RFC 3339 timestamp" }

func (v timestamp) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (timestamp) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.RFC3339, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid timestamp",
			fmt.Sprintf("%q is not an RFC 3339 timestamp. Use a timestamp such as \"2030-01-02T03:04:05Z\".", req.ConfigValue.ValueString()))
	}
}
