// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package account lists the accounts that exist at GoTo. It only reads.
//
// GoTo calls a person's record a user, and the customer to which users and licenses belong an account. Here, as everywhere
// in this provider, an account is the person's record; attributes about the customer begin with account_.
package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is gotomeeting_accounts.
type DataSource struct {
	data *providerdata.Data
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_accounts"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read lists the accounts.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, cancel := timeout.Bound(ctx, m.Timeouts.Read, timeout.Long, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	customer := d.data.Customer()
	of, err := customer.Account(ctx)
	var users []gotoadmin.User
	if nobody := !m.Emails.IsNull() && len(m.Emails.Elements()) == 0; err == nil && !nobody {
		users, err = customer.Users(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(gotodiag.Error("Cannot read the accounts at GoTo", err))
		return
	}
	m.fromCustomer(of)
	if resp.Diagnostics.Append(m.fromUsers(users)...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(d.unmatched(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	licenses, err := customer.Licenses(ctx)
	switch {
	case gotoadmin.IsPermissionDenied(err):
		m.withoutLicenses()
		resp.Diagnostics.Append(diag.NewWarningDiagnostic("Cannot read the licenses at GoTo",
			"The accounts were read, but `licenses` is null. "+gotodiag.Detail(err)))
	case err != nil:
		resp.Diagnostics.Append(gotodiag.Error("Cannot read the licenses at GoTo", err))
		return
	default:
		m.fromLicenses(licenses)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// unmatched finds the active accounts that nobody in scope of a connection matches.
func (d *DataSource) unmatched(ctx context.Context, m *model) diag.Diagnostics {
	m.UnmatchedKeys, m.UnmatchedKnown = types.ListNull(types.StringType), types.BoolNull()
	if m.ConnectionID.IsNull() {
		return nil
	}
	ref, err := graph.ParseJobRef(m.ConnectionID.ValueString())
	if err != nil {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "Invalid connection id", err.Error()+".")}
	}
	job, err := d.data.Graph.RequireJob(ctx, ref)
	var standing impact.Standing
	if err == nil {
		standing, err = forecast.Of(d.data).Standing(ctx, ref, job)
	}
	found, retired := graphdiag.RetiredRead(ctx, d.data.Graph, err, d.data.TellsFirst)
	switch {
	case retired:
		m.UnmatchedKeys, m.UnmatchedKnown = textsFrom([]string{}), types.BoolValue(false)
		return found
	case errors.Is(err, impact.ErrNoMapping):
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "No mapping of users",
			"The connection's schema has no mapping of the directory's users, so the owners of the accounts cannot be determined.")}
	case err != nil:
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("connection_id"), "Cannot compare the accounts with the people in scope", err)}
	}
	var keys, gaps []string
	for _, one := range standing.Unmatched {
		keys = append(keys, one.Key)
	}
	for _, problem := range standing.Problems {
		gaps = append(gaps, problem.Message)
	}
	m.UnmatchedKeys, m.UnmatchedKnown = textsFrom(keys), types.BoolValue(len(gaps) == 0 && standing.Unsure == 0)
	if m.UnmatchedKnown.ValueBool() {
		return nil
	}
	if standing.Unsure > 0 {
		gaps = append(gaps, fmt.Sprintf("For %s, the provider cannot determine whether anybody in scope matches.", graphdiag.Counted(standing.Unsure, "active account")))
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("connection_id"), "The list of unmatched accounts may be incomplete", strings.Join(gaps, " "))}
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the existing accounts and the licenses at GoTo through GoTo's Admin API. It requires the provider's `goto` credentials; " +
			"Microsoft Graph is queried only if `connection_id` is set. Keys are decimal numbers that are too long for arithmetic, so they are text. Names and addresses are stored in the state unless `detail` is `summary`.",
		Attributes: map[string]schema.Attribute{
			// A list because the framework takes seconds for a set of a thousand. Terraform makes one out of a set by itself.
			"emails": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.ValueStringsAre(validate.NotEmpty())},
				MarkdownDescription: "Only people with these e-mail addresses. Case and order do not matter. If omitted, all people; if empty, no people."},
			"statuses": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.Set{validate.Some(), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.NotEmpty())},
				MarkdownDescription: "Only accounts with one of these statuses, such as `ACTIVE`. Case does not matter. GoTo does not publish a list of statuses; `counts_by_status` shows those in use."},
			"detail": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailSummary, detailPeople)},
				MarkdownDescription: "`people` (default) stores names and addresses, to find accounts by them. With `summary`, as in the other data sources with a `detail`, `email`, `first_name`, and `last_name` of `accounts` are null, " +
					"and `key_by_email` contains only the addresses in `emails`."},
			"timeouts": timeout.DataSource(ctx, timeout.Long),
			"connection_id": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of a `gotomeeting_provisioning_connection`, to find the active accounts that match nobody in its scope (`active_unmatched_keys`). " +
					"It requires permission to read the connection, its assignments, and people and groups of the directory."},
			"active_unmatched_keys": texts("Sorted keys of the active accounts that match nobody in scope of the connection, regardless of `emails` and `statuses`. No cycle disables these accounts, unless the service linked them to somebody before. " +
				"Null without `connection_id`."),
			"active_unmatched_complete": flag("Whether everything that `active_unmatched_keys` needs could be read and computed; otherwise, a warning says what is missing. Null without `connection_id`."),
			"id":                        text("The same as `account_key`."),
			"account_key":               text("Key of the GoTo account to which the people and licenses belong."),
			"account_name":              text("Name of that account; null if GoTo does not report it."),
			"accounts": schema.ListNestedAttribute{Computed: true,
				MarkdownDescription: "Accounts of people, sorted by e-mail address. Values that GoTo does not report are null, or an empty list if there can be several.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"key":          text("Key of the person's account."),
					"email":        text("Address with which the person signs in, as GoTo spells it."),
					"first_name":   text("First name."),
					"last_name":    text("Last name."),
					"status":       text("Status as GoTo spells it."),
					"locale":       text("Language and country, such as `en_US`."),
					"admin":        flag("Whether the person has a built-in or custom administrator role."),
					"admin_roles":  texts("Built-in administrator roles, such as `SUPER_USER`; empty for members."),
					"role_set_ids": texts("Ids of custom roles."),
					"license_keys": texts("Keys of the licenses that the person has."),
					"products":     texts("Codes of the products that the person can use, such as `G2M`."),
					"group_name":   text("Name of the user group that the person is in."),
				}}},
			"key_by_email": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Map from e-mail address in lowercase to key, for everybody in `accounts`; with `detail = \"summary\"`, only for the addresses in `emails`."},
			"missing_emails": texts("Sorted addresses in `emails` that nobody at GoTo has, with any status. Empty if `emails` is omitted."),
			"counts_by_status": schema.MapAttribute{Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "Number of `accounts` by status in lowercase; `unknown` if GoTo does not report a status."},
			"licenses": schema.ListNestedAttribute{Computed: true,
				MarkdownDescription: "All licenses of the GoTo account, sorted by key; null, with a warning, if the administrator is not allowed to read them.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"key":         text("Key of the license."),
					"description": text("Name of the license at GoTo."),
					"products":    texts("Codes of the products that the license includes."),
					"seats":       number("Number of seats."),
					"used_seats":  number("Number of people who have the license."),
					"invited":     number("Number of people who were invited to the license and have not accepted yet."),
					"enabled":     flag("Whether the license can be used."),
				}}},
		},
	}
}
