// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// How much a data source tells of people.
const (
	detailSummary = "summary"
	detailPeople  = "people"
)

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Foretells what the next cycle of a connection would do with every person in scope and every account at GoTo. It is computed by the provider from what can be read; " +
			"nothing is started and nothing is written. What cannot be known is `unknown`. It needs permission to read the connection, its assignments, and people and groups of the directory, " +
			"and the provider's `goto` credentials for the accounts.",
		Attributes: map[string]schema.Attribute{
			"id": text("The same as `connection_id`."),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"detail": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailSummary, detailPeople)},
				MarkdownDescription: "`summary` (default) stores counts, codes and ids; `people` also stores names, addresses and values, in the sensitive attribute `people`."},
			"scope": text("`assigned` or `all`; null, and taken to be `assigned`, when the identity may not read the connection's settings."),
			"complete": schema.BoolAttribute{Computed: true,
				MarkdownDescription: "Whether everything could be read and evaluated. If not, `problems` says what is missing."},
			"problems": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "What the preview could not do, and what to keep in mind about it.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code": text("`GoToNotConfigured`, `AccountsNotRead`, `AssignmentsNotRead`, `GroupMembersNotRead`, `PeopleNotRead`, `PeopleNotFound`, `ScopeNotRead`, `SourceAttributeNotRead`, `ExpressionNotComputable`, " +
						"`ReferenceNotFollowed`, `FilterOperatorNotUnderstood`, `NoMatchingAttribute`, `MatchingAttributeNotReported`, `AttributesNotCompared`, `AccountsMayBeDeleted`, `TargetNotDescribed` or `LinksNotVisible`."),
					"severity": text("`error`, `warning`, or `info` for what is always so with this mapping."),
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
				"unknown":              number("People and accounts of whom it cannot be told."),
				"disable_or_unmanaged": number("Accounts that nobody in scope matches, once the connection has completed a cycle."),
				"unmatched_accounts":   number("Accounts that nobody in scope matches, in any case; null if the accounts were not read. Before the first cycle they are in no entry, since the service leaves alone what it never linked."),
			}},
			"entries": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Everybody in scope or assigned, sorted by id, then accounts of nobody, sorted by key.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"principal_id": text("Object id of the person; null for an account of nobody."),
					"action":       text("`matched`, `create`, `update`, `disable`, `skip`, `conflict`, `unknown` or `disable_or_unmanaged`."),
					"reason":       text("Why, as a code such as `account_differs` or `not_in_scoping_filter`. The guide on existing accounts lists them."),
					"account_key":  text("Key of the account at GoTo; null if there is none, or not one."),
				}}},
			"people": schema.ListNestedAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Names and values to `entries`, in the same order; null unless `detail` is `people`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"user_principal_name": text("User principal name in the directory; null for an account of nobody."),
					"display_name":        text("Display name in the directory, or the name on an account of nobody."),
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
