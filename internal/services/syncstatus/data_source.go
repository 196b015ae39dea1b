// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package syncstatus reports the health of provisioning: the data source that shows everything that the service reports about
// a job's cycles, summarized as a state, a list of problems, and one Boolean for check blocks.
package syncstatus

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
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
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("timeouts"), &m.Timeouts)...)
	ctx, cancel := timeout.Bound(ctx, m.Timeouts.Read, timeout.Usual, &resp.Diagnostics)
	defer cancel()
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
	job, err := d.data.Job(ctx, ref)
	missing, _ := errors.AsType[*graph.NoJobError](err)
	switch {
	case missing != nil && missing.Presence == graph.ConnectorRetired:
		m.retired(ref)
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the sync status", err))
		return
	default:
		m.fromJob(job, d.data.Graph.Clock().Now())
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// retired is the status of a connection whose connector the service took away together with the job.
func (m *model) retired(ref graph.JobRef) {
	m.JobID = types.StringValue(ref.JobID)
	m.State = types.StringValue(stateRetired)
	m.Healthy = types.BoolValue(false)
	problems := []finding{{"ConnectorRetired", severityError,
		"The service no longer offers a provisioning connector for this application. Move to the gallery application `GoTo`."}}
	m.Problems, m.Report = problemsFrom(problems), types.StringValue(m.report(problems))
	m.Progress = []progress{}
	m.SynchronizedEntryCounts = map[string]int64{}
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
}

func number(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

func object(description string, attributes map[string]schema.Attribute) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: description, Attributes: attributes}
}

func execution(description string) schema.SingleNestedAttribute {
	return object(description, map[string]schema.Attribute{
		"activity_id":                     text("Id of the cycle, which Microsoft support asks for."),
		"state":                           text("`Succeeded`, `Failed`, or `EntryLevelErrors`."),
		"began_at":                        text("When the cycle began."),
		"ended_at":                        text("When the cycle ended; null while it runs."),
		"error_code":                      text("Code of the error that ended the cycle, or null."),
		"error_message":                   text("Message of the service about that error, or null."),
		"error_tenant_actionable":         flag("Whether the tenant can remove the cause of that error; null without an error."),
		"count_entitled":                  number("Objects assigned to the application."),
		"count_entitled_for_provisioning": number("Objects in scope for provisioning."),
		"count_escrowed":                  number("Objects that failed and are tried again."),
		"count_escrowed_raw":              number("The same, including objects that the service generates itself."),
		"count_exported":                  number("Changes written to the target."),
		"count_exports":                   number("Changes that were to be written."),
		"count_imported":                  number("Objects read from the directory."),
		"count_imported_deltas":           number("Changes read from the directory."),
		"count_imported_reference_deltas": number("Changed references read from the directory."),
	})
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reports the health of provisioning: everything that the service reports about the job's cycles, summarized in `state`, `healthy`, and " +
			"`problems`. Reading does not fail if provisioning does. Times are RFC 3339 in UTC; null means never.\n\n" +
			"The following attributes stay the same from cycle to cycle unless the state of provisioning changes: `id`, `job_id`, `portal_url`, `schedule`, `state`, `healthy`, `report`, `status_code`, `quarantine.reason`, " +
			"`steady_state_first_achieved_at`, and the `code` and `severity` of `problems`. All other attributes change with cycles: if you use them in an output, every plan shows a change, and a plan with `-detailed-exitcode` exits with 2.",
		Attributes: map[string]schema.Attribute{
			"id": text("The same as `connection_id`."),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`. If you take it from `gotomeeting_provisioning_state`, the status is read after provisioning is first switched on; with `depends_on`, also after every later switch."},
			"timeouts": timeout.DataSource(ctx, timeout.Usual),
			"job_id":   text("Id of the synchronization job."),
			"state": text("`pending` (on, the first cycle has not ended), `healthy`, `degraded` (problems of severity warning), `failed` (problems of severity error), `paused`, " +
				"or `retired` (the service no longer offers the connector)."),
			"healthy": flag("Whether there is no problem of severity error; null until the first cycle has ended."),
			"problems": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Problems of provisioning.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code":     text("The service's code, such as `TooManyDeletes`, if there is one; otherwise `Overdue`, `Slow`, `Paused`, `EscrowedEntries`, `EscrowsPruned`, `CycleFailed`, `RepeatedFailures`, `NotConfigured`, `Quarantine`, or `ConnectorRetired`."),
					"severity": text("`error` or `warning`."),
					"message":  text("What it means and what to do."),
				}}},
			"report":      text("The state and the problems in Markdown, for an issue or a message from a nightly job. It changes only with the state and with the `code` and `severity` of `problems`."),
			"status_code": text("The service's own status: `NotConfigured`, `NotRun`, `Active`, `Paused`, or `Quarantine`."),
			"schedule": object("When the job runs.", map[string]schema.Attribute{
				"state":      text("`Active`, `Disabled`, or `Paused`."),
				"interval":   text("Time between cycles as an ISO 8601 duration, such as `PT40M`. The service fixes it."),
				"expires_at": text("When the schedule ends."),
			}),
			"next_cycle_expected_at":                 text("When the next cycle, or the next attempt in quarantine, is expected."),
			"count_successive_complete_failures":     number("Cycles in a row that failed as a whole."),
			"escrows_pruned":                         flag("Whether the service discarded recorded failures in the initial cycle."),
			"last_execution":                         execution("The last cycle; null before the first."),
			"last_successful_execution":              execution("The last cycle without failures."),
			"last_successful_execution_with_exports": execution("The last cycle without failures that wrote something to the target."),
			"progress": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Progress of the running or last cycle.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"completed_units": number("Units done."),
					"total_units":     number("Units to process."),
					"units":           text("What is counted."),
					"observed_at":     text("When this was observed."),
				}}},
			"quarantine": object("The quarantine of the job: its reason and times; null if the job is not in quarantine.", map[string]schema.Attribute{
				"reason":           text("Such as `EncounteredQuarantineException` or `TooManyDeletes`."),
				"current_began_at": text("When the service last put the job into quarantine."),
				"series_began_at":  text("When this series of quarantines began."),
				"series_count":     number("Number of quarantines in this series."),
				"next_attempt_at":  text("When the service tries again."),
				"error_code":       text("Code of the error behind it, or null."),
				"error_message":    text("Message of the service about that error, or null."),
			}),
			"steady_state_first_achieved_at": text("When everything was in sync for the first time."),
			"steady_state_last_achieved_at":  text("When everything was last in sync."),
			"synchronized_entry_counts": schema.MapAttribute{Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "Synchronized objects by kind, such as `User to User`. The service does not lower these counts on deletions."},
			"troubleshooting_url": text("Page of the service for the current problem, or null."),
			"portal_url":          text("The application in the Entra admin center."),
		},
	}
}
