// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package preview shows what the next cycle of a connection would do: the data source gotomeeting_provisioning_preview. It reads
// the tenant and GoTo, and has the decision made by package impact.
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

// How much a data source tells of people.
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
		MarkdownDescription: "Predicts what the next cycle of a connection would do with every person in scope and every account at GoTo, as things are or after a proposed change. It is computed by the provider from what can be read; " +
			"nothing is started and nothing is written. What cannot be known is `unknown`. It needs permission to read the connection, its assignments, and people and groups of the directory, " +
			"and the provider's `goto` credentials for the accounts.",
		Attributes: map[string]schema.Attribute{
			"id": text("The same as `connection_id`."),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"detail": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailSummary, detailPeople)},
				MarkdownDescription: "`summary` (default) stores counts, codes and ids; `people` also stores names, addresses and values, in the sensitive attribute `people`."},
			"timeouts": timeout.DataSource(ctx, timeout.Long),
			"proposed": schema.SingleNestedAttribute{Optional: true, Attributes: d.parts.attributes(ctx),
				MarkdownDescription: "What to preview instead of what there is: the attributes of the resources, in the same form, to be given the same values, best from `locals`. " +
					"What is left out stays as it is; but with `mappings`, `operations` and `scoping_filters` that are left out have the defaults of `gotomeeting_attribute_mappings`, and `assignments` is everybody who is to be assigned. " +
					"The preview then says what the next cycle does after the change, as if provisioning were on, to accounts linked to people as today's setup links them. " +
					"Do not refer to attributes of a resource here: while that has changes to be applied, Terraform reads this data source only while applying, when the change is made already."},
			"read_links": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether to ask the service about accounts that nobody in scope matches, once the connection has completed a cycle: those that it has linked to somebody who left are disabled or as the mapping has it, " +
					"with the person's `principal_id`, and those that it has not are passed over as `account_not_linked`, in place of `disable_or_unmanaged`. It uses a beta version of Microsoft Graph, which only the global cloud has, and the permission `SynchronizationMetadata.Read.All`, " +
					"with one request an account. It has no effect with `proposed`. Defaults to `false`."},
			"report": text("The preview in Markdown, for a pull request: what changes, in counts and, where `detail` is `people`, for whom by object id. The same for the same input."),
			"people_report": schema.StringAttribute{Computed: true, Sensitive: true,
				MarkdownDescription: "`report` with names and values; null unless `detail` is `people`."},
			"at_most": schema.SingleNestedAttribute{Computed: true, Attributes: map[string]schema.Attribute{
				"created":  number("Accounts created."),
				"updated":  number("Accounts updated."),
				"disabled": number("Accounts disabled or deleted."),
			}, MarkdownDescription: "How many accounts the proposal changes at most, beyond what the next cycle would do without it: everybody for whom it cannot be told is counted. " +
				"Null without `proposed`, and where nobody can say who is concerned, so that a condition on it fails."},
			"scope": text("`assigned` or `all`; null, and taken to be `assigned`, when the identity may not read the connection's settings."),
			"complete": schema.BoolAttribute{Computed: true,
				MarkdownDescription: "Whether everything could be read and evaluated. If not, `problems` says what is missing."},
			"problems": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "What the preview could not do, and what to keep in mind about it.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code": text("`ConnectorRetired`, `GoToNotConfigured`, `AccountsNotRead`, `AssignmentsNotRead`, `GroupMembersNotRead`, `GroupMembersHidden`, `PeopleNotRead`, `PeopleNotFound`, `ScopeNotRead`, `ScopeFromState`, `SourceAttributeNotRead`, `ExpressionNotComputable`, " +
						"`ReferenceNotFollowed`, `FilterOperatorNotUnderstood`, `NoMatchingAttribute`, `MatchingAttributeNotReported`, `AttributesNotCompared`, `AccountsMayBeDeleted`, `TargetNotDescribed`, `LinksNotVisible`, `LinksNotRead` or `TooManyLinks`."),
					"severity": text("`error`, `warning`, or `info` for what always applies with this mapping."),
					"message":  text("What it means and what to do. It names attributes, never people."),
				}}},
			"counts": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "How many people and accounts each action concerns.", Attributes: map[string]schema.Attribute{
				"in_scope":             number("People in scope: assigned with a role that provisions, directly or as direct members of a group, each once; or everybody."),
				"matched":              number("People whose account is found and needs no change that can be seen."),
				"create":               number("People who get an account."),
				"update":               number("People whose account is found and changed."),
				"disable":              number("People who may not sign in to the directory and whose active account is disabled, or deleted where no mapping disables."),
				"skip":                 number("People who are passed over, those assigned with roles that do not provision included."),
				"conflict":             number("People who match several accounts, or an account that others match too."),
				"unknown":              number("People and accounts for which the outcome is unknown."),
				"disable_or_unmanaged": number("Accounts that nobody in scope matches, once the connection has completed a cycle."),
				"unmatched_accounts":   number("Accounts that nobody in scope matches, in any case; null if the accounts were not read. Before the first cycle they are in no entry, since the service leaves alone what it never linked."),
			}},
			"entries": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Everybody in scope or assigned, sorted by id, then unmatched accounts, sorted by key.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"principal_id": text("Object id of the person; null for an unmatched account."),
					"action":       text("`matched`, `create`, `update`, `disable`, `skip`, `conflict`, `unknown` or `disable_or_unmanaged`."),
					"reason":       text("Why, as a code such as `account_differs` or `not_in_scoping_filter`. The guide on existing accounts lists them."),
					"account_key":  text("Key of the account at GoTo; null without exactly one account."),
				}}},
			"people": schema.ListNestedAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Names and values to `entries`, in the same order; null unless `detail` is `people`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"user_principal_name": text("User principal name in the directory; null for an unmatched account."),
					"display_name":        text("Display name in the directory, or the name on an unmatched account."),
					"account_email":       text("Address of the account at GoTo."),
					"message":             text("What happens and why."),
					"changes": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "What is written, as far as the preview can tell, in the order of the mapping.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"target_attribute": text("Target attribute."),
							"current":          text("What GoTo reports now; null for an account to be created."),
							"planned":          text("What is written."),
						}}},
				}}},
		},
	}
}
