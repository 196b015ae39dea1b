// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package preview shows what the next cycle of a connection would do: the data source gotomeeting_provisioning_preview. It reads
// the tenant and GoTo; package impact makes the decisions.
package preview

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is gotomeeting_provisioning_preview.
type DataSource struct {
	data  *providerdata.Data
	parts parts
}

// NewDataSource returns a constructor of the data source, which takes proposals made of parts.
func NewDataSource(parts ...forecast.Part) func() datasource.DataSource {
	return func() datasource.DataSource { return &DataSource{parts: parts} }
}

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
	job, err := d.data.Graph.RequireJob(ctx, ref)
	if err != nil {
		found, retired := graphdiag.RetiredRead(ctx, d.data.Graph, err, d.data.TellsFirst)
		if resp.Diagnostics.Append(found...); !retired {
			resp.Diagnostics.Append(graphdiag.Error("Cannot preview provisioning", err))
			return
		}
		m.ID = m.ConnectionID
		m.fromDecision(impact.Decision{Problems: impact.Problems{{Code: "ConnectorRetired", Severity: impact.SeverityError, Incomplete: true,
			Message: "The service no longer offers a provisioning connector for this application, so no cycle runs. Move to the gallery application `GoTo`."}}}, false)
		m.describe(nil, impact.Decision{}.Comparison(), job)
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
		return
	}
	survey, today, proposed, diags := d.survey(ctx, ref, job, &m)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.ID = m.ConnectionID
	m.Scope = attribute.Text(proposed.Scope)
	if m.Proposed.IsNull() {
		decision := impact.Decide(survey, today)
		if m.ReadLinks.ValueBool() {
			if err := decision.Settle(ctx, d.data.Graph, ref, survey, today); err != nil {
				resp.Diagnostics.Append(graphdiag.Error("Cannot read links", err))
				return
			}
		}
		m.fromDecision(decision, survey.AccountsRead)
		m.describe(today, decision.Comparison(), job)
	} else {
		comparison, decision := impact.Propose(survey, today, proposed)
		m.fromDecision(decision, survey.AccountsRead)
		m.describe(today, comparison, job)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// survey reads everything that a preview is worked out from. Without a proposal the two setups are one.
func (d *DataSource) survey(ctx context.Context, ref graph.JobRef, job graph.Job, m *model) (survey *impact.Survey, today, proposed *impact.Setup, diags diag.Diagnostics) {
	today, err := impact.ReadSetup(ctx, d.data.Graph, ref, job.TemplateID)
	if err == nil {
		today = forecast.Of(d.data).Known(ref, today)
	}
	if proposed = today; err == nil && !m.Proposed.IsNull() {
		if err = today.ReadAssignments(ctx, d.data.Graph, ref.ServicePrincipalID); err == nil {
			proposed, diags = d.parts.apply(ctx, d, m.Proposed, today)
			today.Off = !job.Schedule.Active()
		}
	}
	if diags.HasError() {
		return nil, nil, nil, diags
	}
	if err == nil {
		survey, err = impact.ReadSurvey(ctx, d.data.Graph, m.named(), today, proposed)
	}
	if err != nil {
		return nil, nil, nil, append(diags, notRead(err))
	}
	survey.Ran(job)
	if err := forecast.ReadAccounts(ctx, d.data, survey); err != nil {
		diags.Append(gotodiag.Error("Cannot read the accounts at GoTo", err))
	}
	if m.ReadLinks.ValueBool() && !m.Proposed.IsNull() {
		if err := survey.ReadLinks(ctx, d.data.Graph, ref, today, proposed); err != nil {
			diags.Append(graphdiag.Error("Cannot read links", err))
		}
	}
	return survey, today, proposed, diags
}

// notRead is the diagnostic for an error of reading a setup or survey.
func notRead(err error) diag.Diagnostic {
	if errors.Is(err, impact.ErrNoMapping) {
		return diag.NewErrorDiagnostic("No mapping of users", "The connection's schema has no mapping of the directory's users, so there is nothing to preview.")
	}
	summary := "Cannot preview provisioning"
	if read := new(impact.ReadError); errors.As(err, &read) {
		summary, err = "Cannot read "+read.What, read.Err
	}
	return graphdiag.Error(summary, err)
}

// How much a data source reports people.
const (
	detailSummary = "summary"
	detailPeople  = "people"
)

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Predicts what the next cycle of a connection does for every person in scope and every account at GoTo, with the current setup or after a proposed change. The provider computes the prediction from the data that " +
			"it can read; nothing is started or written. Outcomes that cannot be determined are `unknown`. It requires permission to read the connection, its assignments, and people and groups of the " +
			"directory, and the provider's `goto` credentials to read the accounts.",
		Attributes: map[string]schema.Attribute{
			"id": text("The same as `connection_id`."),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"detail": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailSummary, detailPeople)},
				MarkdownDescription: "`summary` (default) stores counts, codes, and ids; `people` also stores names, addresses, and values, in the sensitive attribute `people`."},
			"timeouts": timeout.DataSource(ctx, timeout.Long),
			"proposed": schema.SingleNestedAttribute{Optional: true, Attributes: d.parts.attributes(ctx),
				MarkdownDescription: "A proposed change to preview instead of the current setup: the attributes of the resources, in the same form and with the same values, ideally " +
					"from the same `locals`. Omitted attributes stay as they are, with two exceptions: if `mappings` is set, omitted `operations` and `scoping_filters` have the defaults of `gotomeeting_attribute_mappings`, and `assignments` is the " +
					"complete set of assignments. The preview then shows what the next cycle does after the change, as if provisioning were on, with accounts linked to people as the current " +
					"setup links them. Do not refer to attributes of a resource here: if the resource has pending changes, Terraform reads this data source only during the apply, after the change is made."},
			"read_links": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether to read the service's links of accounts that nobody in scope matches, or whose user cannot sign in, once the connection has completed a cycle. Instead of `disable_or_unmanaged`, linked accounts then have the " +
					"outcome that the mapping determines, such as `disable`, with the person's `principal_id`, and accounts that are not linked are skipped as `account_not_linked` or `sign_in_blocked_not_linked`. This uses a beta version of Microsoft Graph, which is available only in the global cloud, requires the permission `SynchronizationMetadata.Read.All`, " +
					"and sends one request for each account. With `proposed`, the links of people and accounts are read wherever it is in doubt who is linked, and the outcome follows them. Defaults to `false`."},
			"report": text("The preview in Markdown, for a pull request: the changes as counts and, if `detail` is `people`, the people by object id. The same input results in the same text."),
			"people_report": schema.StringAttribute{Computed: true, Sensitive: true,
				MarkdownDescription: "`report` with names and values; null unless `detail` is `people`."},
			"at_most": schema.SingleNestedAttribute{Computed: true, Attributes: map[string]schema.Attribute{
				"created":  number("Accounts created."),
				"updated":  number("Accounts updated."),
				"disabled": number("Accounts disabled or deleted."),
			}, MarkdownDescription: "Upper bound of the accounts that the proposal changes, beyond what the next cycle would do without it: everybody for whom the outcome is unknown " +
				"counts. Null without `proposed`, and if the people concerned cannot be determined, so a condition on it fails."},
			"scope": text("`assigned` or `all`; null, and treated as `assigned`, if the identity is not allowed to read the connection's settings."),
			"complete": schema.BoolAttribute{Computed: true,
				MarkdownDescription: "Whether everything could be read and evaluated. If not, `problems` lists what is missing."},
			"problems": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "What the preview could not do, and its limitations.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code": text("`ConnectorRetired`, `GoToNotConfigured`, `AccountsNotRead`, `AssignmentsNotRead`, `GroupMembersNotRead`, `GroupMembersHidden`, `PeopleNotRead`, `PeopleNotFound`, `ScopeNotRead`, `ScopeFromState`, `SourceAttributeNotRead`, `ExpressionNotComputable`, " +
						"`ReferenceNotFollowed`, `FilterOperatorNotUnderstood`, `NoMatchingAttribute`, `MatchingAttributeNotReported`, `AttributesNotCompared`, `AccountsMayBeDeleted`, `TargetNotDescribed`, `LinksNotVisible`, `LinksNotRead`, or `TooManyLinks`."),
					"severity": text("`error`, `warning`, or `info` for limitations that always apply to this mapping."),
					"message":  text("What it means and what to do. It names attributes, never people."),
				}}},
			"counts": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Number of people and accounts for each action.", Attributes: map[string]schema.Attribute{
				"in_scope":             number("People in scope, each counted once: those assigned to a role that provisions, directly or as direct members of a group; or everybody."),
				"matched":              number("People whose account is found and needs no visible change."),
				"create":               number("People who get an account."),
				"update":               number("People whose account is found and changed."),
				"disable":              number("People whose active account is disabled, or deleted if no mapping disables it, because they leave the scope or their sign-in to the directory is blocked. Without `proposed` and `read_links`, these count as `disable_or_unmanaged`."),
				"skip":                 number("People who are skipped, including those assigned to roles that do not provision."),
				"conflict":             number("People who match several accounts, or an account that others match too."),
				"unknown":              number("People and accounts for which the outcome is unknown."),
				"disable_or_unmanaged": number("Active accounts of people whose sign-in to the directory is blocked, and accounts that nobody in scope matches, once the connection has completed a cycle."),
				"unmatched_accounts":   number("Accounts that nobody in scope matches, before and after the first cycle; null if the accounts were not read. Before the first cycle, they have no entry, because the service does not change accounts that it never linked."),
			}},
			"entries": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Everybody in scope or assigned, sorted by id, then unmatched accounts, sorted by key.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"principal_id": text("Object id of the person; null for an unmatched account."),
					"action":       text("`matched`, `create`, `update`, `disable`, `skip`, `conflict`, `unknown`, or `disable_or_unmanaged`."),
					"reason":       text("Reason, as a code such as `account_differs` or `not_in_scoping_filter`. The guide on existing accounts lists the codes."),
					"account_key":  text("Key of the account at GoTo; null unless there is exactly one account."),
				}}},
			"people": schema.ListNestedAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Names and values for `entries`, in the same order; null unless `detail` is `people`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"user_principal_name": text("User principal name in the directory; null for an unmatched account."),
					"display_name":        text("Display name in the directory, or the name on an unmatched account."),
					"account_email":       text("Address of the account at GoTo."),
					"message":             text("The outcome and its reason."),
					"changes": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Values that are written, as far as the preview can determine them, in the order of the mapping.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"target_attribute": text("Target attribute."),
							"current":          text("Current value at GoTo; null for an account to be created."),
							"planned":          text("Value that is written."),
						}}},
				}}},
		},
	}
}
