// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// userPrincipalName refuses what cannot be one: a display name would otherwise only fail while applying.
func userPrincipalName() validator.String {
	return validate.Text("must be a user principal name", func(s string) (summary, detail string) {
		if name, domain, found := strings.Cut(s, "@"); s == "" || found && name != "" && domain != "" && !strings.ContainsAny(s, " \t\r\n") {
			return "", ""
		}
		return "Invalid user principal name", fmt.Sprintf("%q is not a user principal name, such as \"ana@example.com\". Use a user principal name or object id for users, "+
			"and `principal_id` for groups and service principals.", s)
	})
}

const roleForms = "Its display name, value, or id. A name is resolved once: renaming the role later makes no difference. " +
	"`Default Access` is refused if the application declares a usable role, because it does not provision."

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Assigns one user, group, or service principal to a role of the application. With the connection's scope " +
			"`assigned`, only assigned people and the direct members of assigned groups get accounts. " +
			"For the whole set, or for hundreds of people, use `gotomeeting_user_role_assignments_exclusive`. " +
			"The assignment of a deleted principal stays in the state, with a warning, as long as the principal can be restored (30 days) or its user principal name refers to somebody else. Once the principal is purged, the assignment leaves the state, and creating it again fails only for this resource.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: kept,
				MarkdownDescription: "`{service principal id}/{assignment id}`. Use it as the id for importing."},
			"service_principal_id": schema.StringAttribute{Required: true,
				Validators:          []validator.String{validate.ObjectID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Object id of the application's service principal. A change replaces the assignment. The path `/servicePrincipals/{id}`, which the azuread provider writes, is also accepted."},
			"principal_id": schema.StringAttribute{Optional: true, Computed: true,
				Validators:    []validator.String{validate.ObjectID()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Object id of the user, security group, or service principal. Exactly one of `principal_id` and `user_principal_name` must " +
					"be set. A change replaces the assignment."},
			"user_principal_name": schema.StringAttribute{Optional: true,
				Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters(), userPrincipalName()},
				MarkdownDescription: "User principal name of the user, instead of `principal_id`. It is resolved once: renaming the user later makes no difference. " +
					"As long as the name refers to a different user than before, every plan shows a warning and nothing is sent. A name of a different user replaces the assignment."},
			"role": schema.StringAttribute{Required: true,
				Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Role to assign. " + roleForms + " The service cannot change the role of an assignment, so a different role replaces the assignment. " +
					"Set `create_before_destroy = true` to keep the person in scope during the replacement."},
			"app_role_id": schema.StringAttribute{Computed: true, PlanModifiers: kept,
				MarkdownDescription: "Id of the role."},
			"principal_type": schema.StringAttribute{Computed: true, PlanModifiers: kept,
				MarkdownDescription: "Type of the principal: `User`, `Group`, or `ServicePrincipal`."},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Delete: true,
				CreateDescription: "Defaults to `10m`. Includes the waits that the service requires when it throttles requests.",
				ReadDescription:   "Defaults to `10m`.",
				DeleteDescription: "Defaults to `10m`."}),
		},
	}
}

// IdentitySchema describes what identifies an assignment across states.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"service_principal_id": identityschema.StringAttribute{RequiredForImport: true,
			Description: "Object id of the application's service principal."},
		"principal_id": identityschema.StringAttribute{RequiredForImport: true,
			Description: "Object id of the user, group, or service principal."},
		"app_role_id": identityschema.StringAttribute{RequiredForImport: true,
			Description: "Id of the role; all zeros for Default Access."},
	}}
}
