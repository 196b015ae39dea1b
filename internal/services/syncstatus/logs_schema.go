// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// How much a data source tells of people.
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
func (d *LogsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists provisioning activity of a connection, newest first: who was created, updated, disabled, skipped or failed, and why. " +
			"The service keeps 7 days, or 30 with Entra ID P1 or P2, and answers at most five requests in ten seconds. Reading needs the permission `ProvisioningLog.Read.All`.",
		Attributes: map[string]schema.Attribute{
			"id": text("The same as `connection_id`."),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"since": schema.StringAttribute{Optional: true, Validators: []validator.String{timestamp{}},
				MarkdownDescription: "Only activity after this instant (RFC 3339)."},
			"until": schema.StringAttribute{Optional: true, Validators: []validator.String{timestamp{}},
				MarkdownDescription: "Only activity before this instant (RFC 3339)."},
			"actions": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(validate.NotEmpty())},
				MarkdownDescription: "Only these actions: `create`, `update`, `delete`, `stagedDelete` (held back by accidental-deletion prevention), `disable`, `other`; in any case."},
			"statuses": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(stringvalidator.OneOfCaseInsensitive("success", "failure", "skipped", "warning"))},
				MarkdownDescription: "Only these results: `success`, `failure`, `skipped`, `warning`."},
			"principal_id": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.ObjectID()},
				MarkdownDescription: "Only activity about this user or group of the directory."},
			"limit": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(1, maximumLimit)},
				MarkdownDescription: "Most entries to return. Defaults to `100`; at most `1000`."},
			"detail": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailSummary, detailPeople)},
				MarkdownDescription: "`summary` (default) stores counts, codes and ids; `people` also stores names and attribute values, in the sensitive attribute `people`."},
			"truncated": flag("Whether there is more than was looked at: the limit was reached, or the search was given up after 10,000 entries of the log."),
			"counts_by_status": schema.MapAttribute{Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "Number of entries returned, by result."},
			"counts_by_action": schema.MapAttribute{Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "Number of entries returned, by action."},
			"entries": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The activity, newest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":             text("Id of the entry."),
					"at":             text("When it happened."),
					"action":         text("What was done or tried."),
					"status":         text("How it ended."),
					"error_code":     text("Why it failed or was skipped, as the service's code; null if neither."),
					"error_category": text("`failure`, `nonServiceFailure` or `success`; null without an error."),
					"source_id":      text("Object id in the directory."),
					"source_type":    text("`User` or `Group`."),
					"target_id":      text("Key of the account at GoTo, or null."),
					"cycle_id":       text("Cycle in which it happened."),
					"change_id":      text("Change that it belongs to."),
					"duration_ms":    number("How long it took, in milliseconds."),
					"steps": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "What the service did, step by step.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"name":   text("Name of the step."),
							"type":   text("`import`, `scoping`, `matching`, `processing`, `referenceResolution` or `export`."),
							"status": text("How the step ended."),
						}}},
				}}},
			"people": schema.ListNestedAttribute{Computed: true, Sensitive: true,
				MarkdownDescription: "Names and values behind `entries`, in the same order; null unless `detail` is `people`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"entry_id":           text("Id of the entry."),
					"source_name":        text("Display name in the directory."),
					"target_name":        text("Name at GoTo, or null."),
					"reason":             text("What the service says about a failure or skip, or null."),
					"additional_details": text("What else it says, or null."),
					"recommended_action": text("What it recommends, or null."),
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
