// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Switches provisioning of a connection on or off. With `mapping_ids` and `assignment_ids`, it is created after the attribute mappings and the assignments, so no account changes before they are in place, " +
			"and destroying it pauses provisioning before anything else is removed. Use only one such resource for each connection; the provider cannot detect a second one in a different state.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The same as `connection_id`. Use it as the id for importing."},
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`. A change replaces this resource: the old connection is paused."},
			"enabled": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether provisioning runs on its schedule. If omitted, the choice in the portal is kept, also on destroy. A job in quarantine counts as on. A job that has run before is " +
					"restarted when it is switched on with the scope `assigned`: its next cycle evaluates everybody, since the scope may have been narrowed in the meantime. Switching on a job that has never run requires `mapping_ids` or `allow_default_mappings`, and a connection that can sign in."},
			"mapping_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{validate.Some()},
				MarkdownDescription: "`id` of each `gotomeeting_attribute_mappings` that must be in place before provisioning starts. They determine the order of the resources, and they are checked: before a job runs for " +
					"the first time, every enabled object mapping of the connection must be listed here, customized, or allowed by `allow_default_mappings`."},
			"assignment_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{validate.Some()},
				MarkdownDescription: "`id` of each `gotomeeting_user_role_assignment` or `gotomeeting_user_role_assignments_exclusive` that must be in place before provisioning starts. " +
					"On destroy, provisioning is paused before any of them is removed."},
			"allow_default_mappings": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether a job that has never run can start with the connector's default mapping of an object. The connector then determines the attributes, including the one that matches existing accounts. Defaults to `false`."},
			"allow_two_writers": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether this connection can be on while another one in the configuration is, although both may write the same accounts. Otherwise, a plan that switches the second one on is refused, " +
					"because one connection enables what the other disables. Set it if the two are for different companies at the target, or for different people. Defaults to `false`."},
			"restart_triggers": schema.MapAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Map{validate.Some()},
				MarkdownDescription: "Any values. When they change, provisioning is restarted with `restart_scope`. Setting them on an existing resource also restarts provisioning, except after an import, when the first values are only recorded; creating the resource does not restart provisioning. " +
					"While provisioning is off, no cycle starts: the restart is pending (`restart_pending`) until provisioning is switched on."},
			"restart_scope": schema.StringAttribute{Optional: true, Validators: []validator.String{restartScope{}, stringvalidator.AlsoRequires(path.MatchRoot("restart_triggers"))},
				MarkdownDescription: "What a restart resets: one or more of `QuarantineState`, `Watermark` (evaluate everybody again), and `Escrows` (clear recorded failures), separated " +
					"by commas. `ConnectorDataStore` and `Full` break the links between users and accounts and are for Microsoft support. " +
					"Defaults to the behavior of *Restart provisioning* in the portal: `QuarantineState,Watermark,Escrows`."},
			"restart_pending": schema.BoolAttribute{Computed: true,
				MarkdownDescription: "Whether a restart because of `restart_triggers` is pending until provisioning is switched on. Null after an import until `restart_triggers` is set: the first values are only recorded."},
			"release_deletions": schema.SingleNestedAttribute{Optional: true,
				MarkdownDescription: "Releases held deletions and disables, which accidental-deletion prevention has stopped, for one quarantine only. It has no effect on any other quarantine.",
				Attributes: map[string]schema.Attribute{
					"quarantine_began": schema.StringAttribute{Required: true, Validators: []validator.String{instant{}},
						MarkdownDescription: "When the quarantine began: `quarantine.current_began_at` of `gotomeeting_sync_status`."},
					"max": schema.Int64Attribute{Required: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
						MarkdownDescription: "Maximum number of held deletions to release. If the service holds more, nothing is released."},
				}},
			"on_outside_pause": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(pauseHolds), Validators: []validator.String{stringvalidator.OneOf(pauseHolds, pauseResumes)},
				MarkdownDescription: "What to do if provisioning that is `enabled` was paused outside Terraform, or disabled by the service after four weeks in quarantine: `hold` (default) leaves it paused, with a warning in each plan, until `resume_token` changes; " +
					"`resume` treats the pause as drift and switches provisioning on again."},
			"resume_token": schema.StringAttribute{Optional: true,
				MarkdownDescription: "Any value. When it changes, provisioning that was paused outside Terraform is switched on again."},
			"paused_outside_since": schema.StringAttribute{Computed: true,
				MarkdownDescription: "When a pause outside Terraform was first detected (RFC 3339); null if there is none."},
			"wait_for_first_cycle": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether switching provisioning on waits until the first cycle after it ends. A failed cycle, or a wait that exceeds the timeout, is a warning. Defaults to `false`."},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Includes the wait for the first cycle. Defaults to `60m`.",
				ReadDescription:   "Defaults to `5m`.",
				UpdateDescription: "Includes the wait for the first cycle. Defaults to `60m`.",
				DeleteDescription: "How long to wait for a running cycle to end. Defaults to `15m`."}),
		},
	}
}

// IdentitySchema describes what identifies the state of a connection: the connection's job.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Version: 1, Attributes: map[string]identityschema.Attribute{
		"service_principal_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Object id of the application's service principal."},
		"job_id":               identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the provisioning job."},
	}}
}

// UpgradeIdentity reads the identities of earlier versions. Version 0 was the id of the connection.
func (r *Resource) UpgradeIdentity(context.Context) map[int64]resource.IdentityUpgrader {
	return map[int64]resource.IdentityUpgrader{0: {
		PriorSchema: &identityschema.Schema{Attributes: map[string]identityschema.Attribute{
			"connection_id": identityschema.StringAttribute{RequiredForImport: true},
		}},
		IdentityUpgrader: func(ctx context.Context, req resource.UpgradeIdentityRequest, resp *resource.UpgradeIdentityResponse) {
			var connectionID types.String
			resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("connection_id"), &connectionID)...)
			if ref, err := graph.ParseJobRef(connectionID.ValueString()); err == nil {
				resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(ref))...)
			}
		},
	}}
}
