// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Values of the scope attribute.
const (
	scopeAssigned = "assigned"
	scopeAll      = "all"
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Connects a gallery application to its target for provisioning: the synchronization job, the administrator's credentials, " +
			"the notification address, the scope, and accidental-deletion prevention. New credentials are tested before anything is created or changed. " +
			"The connection is created switched off; `gotomeeting_provisioning_state` switches it on.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: kept,
				MarkdownDescription: "Service principal id and job id, separated by a slash. Use it as the id for importing and as the `connection_id` of other resources."},
			"service_principal_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ObjectID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Object id of the application's service principal. A change replaces the connection, because a job belongs to one service principal. The path `/servicePrincipals/{id}`, which the azuread provider writes, is also accepted."},
			"job_id": schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "Id of the synchronization job."},
			"template_id": schema.StringAttribute{Optional: true, Computed: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
				MarkdownDescription: "Provisioning connector to use. Required only if the application offers several connectors and marks none as the default. " +
					"A change replaces the connection."},
			"admin_username": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "User name of the GoTo administrator as which Microsoft Entra ID signs in; the account needs team administrator rights. If " +
					"omitted, Terraform does not manage the credentials, and those that the portal stored are kept."},
			"admin_password": schema.StringAttribute{Optional: true, Sensitive: true,
				Validators:          []validator.String{validate.NotEmpty(), validate.NoStrayCharacters(), stringvalidator.ConflictsWith(path.MatchRoot("admin_password_wo")), stringvalidator.AlsoRequires(path.MatchRoot("admin_username"))},
				MarkdownDescription: "Password of the administrator, stored in the state. Prefer `admin_password_wo`, which is not stored."},
			"admin_password_wo": schema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true,
				Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters(), stringvalidator.AlsoRequires(path.MatchRoot("admin_username"), path.MatchRoot("admin_password_wo_version"))},
				MarkdownDescription: "Password of the administrator, sent to the service but never stored in the state or a plan. It is sent when the connection is created, and again when `admin_password_wo_version` " +
					"or another setting changes."},
			"admin_password_wo_version": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), stringvalidator.AlsoRequires(path.MatchRoot("admin_username"))},
				MarkdownDescription: "Any text. Change it to test and store a new `admin_password_wo`."},
			"credentials_wo": schema.MapAttribute{Optional: true, Sensitive: true, WriteOnly: true, ElementType: types.StringType,
				Validators: []validator.Map{validate.Some(), mapvalidator.KeysAre(credentialKey{}), mapvalidator.ValueStringsAre(validate.NotEmpty(), validate.NoStrayCharacters()),
					mapvalidator.AlsoRequires(path.MatchRoot("credentials_wo_version"))},
				MarkdownDescription: "Secrets of connectors that require keys other than a user name and password, such as `SecretToken`, by the key of the service. Sent to the service but never stored in the state or a plan."},
			"credentials_wo_version": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty()},
				MarkdownDescription: "Any text. Change it to test and store new `credentials_wo`."},
			"connector_settings": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.Map{validate.Some(), mapvalidator.KeysAre(credentialKey{setting: true}), mapvalidator.ValueStringsAre(validate.NotEmpty(), validate.NoStrayCharacters())},
				MarkdownDescription: "Settings of the connector that are not secret, such as `BaseAddress` or `Domain`, by the key of the service."},
			"notification_email": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.Email()},
				MarkdownDescription: "E-mail address that the service notifies when provisioning goes into quarantine. If omitted, no notification is sent."},
			"notification_enabled": schema.BoolAttribute{Optional: true, Computed: true,
				MarkdownDescription: "Whether the notification is sent. Defaults to `true` if `notification_email` is set, otherwise to `false`."},
			"prevent_accidental_deletions": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether a cycle that would disable or delete at least `accidental_deletion_threshold` accounts stops before doing so. Defaults to `true`."},
			"accidental_deletion_threshold": schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(defaultThreshold),
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "Number of accounts at which `prevent_accidental_deletions` stops a cycle. Defaults to `500`."},
			"scope": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(scopeAssigned),
				Validators: []validator.String{stringvalidator.OneOf(scopeAssigned, scopeAll)},
				MarkdownDescription: "Who is provisioned: `assigned` (users and groups assigned to the application) or `all` users and groups of the tenant. Defaults to `assigned`. " +
					"A change from `all` to `assigned` restarts a job that is on. For a job that is off, the restart is its `pending_action`, and `gotomeeting_provisioning_state` restarts provisioning when it switches it on."},
			"skip_out_of_scope_deletions": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether accounts of people who leave the scope stay as they are instead of being disabled. Defaults to `false`."},
			"test_connection": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the service tests credentials by signing in before they are stored. Set it to `false` only if the test fails although the credentials are correct, " +
					"as it does for some connectors. You then notice wrong credentials only when provisioning goes into quarantine. Defaults to `true`."},
			"authorized": schema.BoolAttribute{Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether the service has credentials for the target, either from this resource or from the portal's *Authorize* step; null if this " +
					"cannot be read. It is `false` if the service no longer lists a managed password; the next apply with the password stores it again."},
			"pending_action": schema.StringAttribute{Computed: true, PlanModifiers: kept,
				MarkdownDescription: "Action that a change still requires: `restart` (for a narrower scope, once the job is on), `start` (to lift a quarantine after new credentials), " +
					"or null. The next apply performs it, even if `gotomeeting_provisioning_state` has restarted the job since, which is harmless."},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Defaults to `15m`.",
				ReadDescription:   "Defaults to `5m`.",
				UpdateDescription: "Defaults to `15m`.",
				DeleteDescription: "Includes the wait for a running cycle to end. Defaults to `15m`."}),
		},
	}
}

// IdentitySchema describes what identifies a connection across states.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"service_principal_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Object id of the service principal."},
		"job_id":               identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the synchronization job."},
	}}
}
