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
		MarkdownDescription: "Manages the whole set of users and groups that hold roles of the application: principals that are not listed " +
			"lose access. It is designed for thousands of entries. Changes are written in batches, successful writes are kept, and a change that removes access from more than `max_removals` people is " +
			"refused. Do not also manage the same assignments with `gotomeeting_user_role_assignment`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Object id of the service principal. Use it as the id for importing."},
			"service_principal_id": schema.StringAttribute{Required: true,
				Validators:          []validator.String{validate.ObjectID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Object id of the application's service principal. A change replaces the whole set. The path `/servicePrincipals/{id}`, which the azuread provider writes, is also accepted."},
			"assignments": schema.MapAttribute{Required: true, ElementType: types.StringType,
				MarkdownDescription: "Map from the object id of each user or group (in lowercase) to its role. " + roleForms +
					" Several roles of one principal are sorted and separated by `,`, as in `\"Organizer,User\"`; `join(\",\", sort([...]))` returns this form."},
			"roles": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.Set{validate.Some(), setvalidator.ValueStringsAre(validate.NotEmpty(), validate.NoStrayCharacters())},
				MarkdownDescription: "Roles for which this resource is authoritative, in the same forms. Assignments of other roles stay as they are. " +
					"Null means all roles, including Default Access."},
			"ignored_principal_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.List{listvalidator.ValueStringsAre(validate.ObjectID())},
				MarkdownDescription: "Object ids of users and groups that are managed elsewhere: their assignments are neither read nor removed. Assignments " +
					"of service principals also stay as they are, unless they are listed in `assignments`."},
			"max_removals": schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(defaultMaxRemovals),
				Validators: []validator.Int64{int64validator.AtLeast(-1)},
				MarkdownDescription: "Maximum number of people who can lose access in one change; a change that removes access from more people is " +
					"refused at plan. Removing a group counts its direct members; people who keep another role or are in another assigned group do not count. Defaults to `50`; `-1` means " +
					"no limit. A change that removes access from more than half of the people, if there are at least ten, requires an explicit limit. Destroying has no limit, but shows a warning."},
			"max_foreign_removals": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(-1)},
				MarkdownDescription: "Maximum number of assignments in `foreign_assignments` that one change can remove. Beyond this number, the plan shows a warning and the apply changes nothing; if the configuration changes too, the plan is refused. Null means `0`; `-1` means no limit."},
			"allow_empty": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether a change can remove all remaining entries. Otherwise, such a change is refused, because a file or data source may be empty by mistake."},
			"foreign_assignments": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Assignments that others, such as an access package or a colleague in the portal, created since the last apply: map from object id to roles. Null if there are " +
					"none. They are also in `assignments`, so a plan shows their removal; to manage them, list them in the configuration."},
			"role_ids": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Ids of the roles in `assignments` and `roles`, as they were first resolved. Renaming a role later makes no difference."},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Defaults to `60m`. Includes the waits that the directory requires when it throttles requests.",
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
