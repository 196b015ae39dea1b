// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// defaultMaxRemovals is how many people may lose access by one change unless the configuration says otherwise.
const defaultMaxRemovals = 50

// Schema describes the resource.
func (r *ExclusiveResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the whole set of users and groups that hold roles of the application: who is not listed loses access. " +
			"It is designed for thousands of entries. Everything is written in batches, what succeeds is kept, and a change that takes access away from more than `max_removals` people is refused. " +
			"Do not also manage the same assignments with `gotomeeting_user_role_assignment`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Object id of the service principal; the id to import by."},
			"service_principal_id": schema.StringAttribute{Required: true,
				Validators:          []validator.String{validate.ObjectID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Object id of the application's service principal. Another one replaces the whole set. The path `/servicePrincipals/{id}`, which the azuread provider writes, means the same."},
			"assignments": schema.MapAttribute{Required: true, ElementType: types.StringType,
				MarkdownDescription: "Who holds which role: object id of the user or group (lower case) to role. " + roleForms +
					" Several roles of one principal are joined by `,` and sorted, as in `\"Organizer,User\"`; `join(\",\", sort([...]))` does that."},
			"roles": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.Set{validate.Some(), setvalidator.ValueStringsAre(validate.NotEmpty(), validate.NoStrayCharacters())},
				MarkdownDescription: "Roles that this resource is authoritative for, in the same forms. Assignments of other roles are left alone. " +
					"Null means all roles, including Default Access."},
			"ignored_principal_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.List{listvalidator.ValueStringsAre(validate.ObjectID())},
				MarkdownDescription: "Object ids of users and groups that somebody else manages: their assignments are neither read nor removed. " +
					"Service principals are left alone unless they are listed in `assignments`."},
			"max_removals": schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(defaultMaxRemovals),
				Validators: []validator.Int64{int64validator.AtLeast(-1)},
				MarkdownDescription: "The most people who may lose access by one change; one that takes it from more is refused while planning. " +
					"Removing a group counts its direct members, and whoever keeps another role or is in another group does not count. Defaults to `50`; `-1` means no limit. " +
					"A change that takes access from more than half of the people, from ten people on, needs a limit that is given here. Destroying has no limit, but shows a warning."},
			"max_foreign_removals": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(-1)},
				MarkdownDescription: "The most assignments of `foreign_assignments` that one change may remove. Beyond that the apply changes nothing, and the plan warns; together with a change of the configuration, the plan refuses. Null means `0`; `-1` means no limit."},
			"allow_empty": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether a change may remove every entry that is left. Without it, a set that is not empty is not emptied: a file or data source may just have come back empty."},
			"foreign_assignments": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Assignments that others made since the last apply, such as an access package or a colleague in the portal: object id to roles. Null when there are none. " +
					"They are also in `assignments`, so that a plan shows their removal; listing them there takes them over."},
			"role_ids": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Ids of the roles named in `assignments` and `roles`, as they were resolved first. Renaming a role later makes no difference."},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Defaults to `60m`. It bounds the waits that a throttling directory asks for.",
				ReadDescription:   "Defaults to `10m`.",
				UpdateDescription: "Defaults to `60m`.",
				DeleteDescription: "Defaults to `60m`."}),
		},
	}
}

// IdentitySchema describes what identifies the set across states.
func (r *ExclusiveResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"service_principal_id": identityschema.StringAttribute{RequiredForImport: true,
			Description: "Object id of the application's service principal."},
	}}
}
