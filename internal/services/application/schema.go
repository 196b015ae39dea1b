// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// defaultGalleryName is the gallery entry that this provider is made for.
const defaultGalleryName = "GoToMeeting"

const rolesDescription = "Roles that the application declares. `Default Access` is not included."

// roleAttributes are a role's members; the resource and the data source show the same, each in types of its own.
func roleAttributes[A any](text, flag, texts func(description string) A) map[string]A {
	return map[string]A{
		"id":                   text("Role id. It is different for each instance of the application."),
		"display_name":         text("Name that people see."),
		"value":                text("Value in the `roles` claim, or null; gallery roles usually have none."),
		"description":          text("Purpose of the role, as the application describes it."),
		"enabled":              flag("Whether the role can be assigned."),
		"allowed_member_types": texts("What the role can be assigned to: `User` (users and groups) or `Application`."),
		"can_provision":        flag("Whether assigning the role brings people into scope for provisioning: it is enabled and allows users."),
	}
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description, PlanModifiers: kept}
	}
	role := roleAttributes[schema.Attribute](
		func(d string) schema.Attribute { return schema.StringAttribute{Computed: true, MarkdownDescription: d} },
		func(d string) schema.Attribute { return schema.BoolAttribute{Computed: true, MarkdownDescription: d} },
		func(d string) schema.Attribute {
			return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: d}
		})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Adds an application from the Microsoft Entra gallery to the tenant, with its service principal. " +
			"If the application already exists, import it instead of creating it again.",
		Attributes: map[string]schema.Attribute{
			"id": computed("Object id of the service principal. Use it as the id for importing."),
			"display_name": schema.StringAttribute{Required: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Name of the application in the tenant. It is changed in place."},
			"gallery_name": schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: kept,
				Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Name of the gallery entry to create the application from, spelled as in the gallery. Defaults to `GoToMeeting` unless `application_template_id` is set; its successor is `GoTo`. " +
					"It cannot be changed for an existing application."},
			"application_template_id": schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: kept,
				Validators: []validator.String{validate.GUID("template id")},
				MarkdownDescription: "Id of the gallery entry. Required only if `gallery_name` matches several entries; both must refer to the same entry. " +
					"It cannot be changed for an existing application."},
			"force_destroy": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to delete the application even if single sign-on is set up, or jobs or assignments that this configuration does not manage remain. Defaults to `false`."},
			"owner_ids": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.ObjectID())},
				MarkdownDescription: "Object ids of the users and service principals that own the application *and* its service principal; other owners are " +
					"removed. If omitted, owners are not managed: the service creates an application from the gallery without an owner, and none is added " +
					"implicitly. Removing the attribute leaves the owners as they are. Owners who were deleted from the directory stay listed: every plan shows a warning, and nothing is sent for them. Requires `Directory.Read.All`."},
			"partial_owner_ids": schema.SetAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Object ids of owners of only one of the two, the application or its service principal, if `owner_ids` is set. Null if there are none; otherwise, the plan shows that the apply sets both."},
			"service_management_reference": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Reference of the application in a service or asset management database, which a tenant can require for every application. " +
					"If omitted, it is not managed; removing the attribute leaves it as it is."},
			"service_principal_id":  computed("Object id of the service principal, which the other resources refer to. The same as `id`."),
			"application_object_id": computed("Object id of the app registration, or null if it is in another tenant."),
			"client_id":             computed("Client id (application id)."),
			"app_roles": schema.ListNestedAttribute{Computed: true, MarkdownDescription: rolesDescription,
				PlanModifiers: []planmodifier.List{listplanmodifier.UseStateForUnknown()},
				NestedObject:  schema.NestedAttributeObject{Attributes: role}},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Includes the wait until the new application is available. Defaults to `15m`.",
				ReadDescription:   "Defaults to `5m`.",
				UpdateDescription: "Defaults to `10m`.",
				DeleteDescription: "Defaults to `10m`."}),
		},
	}
}

// IdentitySchema describes what identifies an application across states.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"service_principal_id": identityschema.StringAttribute{RequiredForImport: true,
			Description: "Object id of the service principal."},
	}}
}
