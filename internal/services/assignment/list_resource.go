// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the single assignments of an application.
type ListResource struct {
	resource Resource
}

type listModel struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	Role               types.String `tfsdk:"role"`
	PrincipalType      types.String `tfsdk:"principal_type"`
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// Metadata names the resource that is listed.
func (l *ListResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	l.resource.Metadata(ctx, req, resp)
}

// Configure takes over the provider's data.
func (l *ListResource) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.resource.Configure(ctx, req, resp)
}

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the role assignments of an application. Terraform reads at most 100 unless the list block has a `limit`.",
		Attributes: map[string]schema.Attribute{
			"service_principal_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ObjectID()},
				MarkdownDescription: "Object id of the application's service principal."},
			"role": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Only assignments of this role: its display name, value or id, or `Default Access`."},
			"principal_type": schema.StringAttribute{Optional: true, Validators: []validator.String{kinds()},
				MarkdownDescription: "Only assignments of this kind of principal: `User`, `Group` or `ServicePrincipal`."},
		},
	}
}

// List streams the assignments, no more than were asked for.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config listModel
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	app := l.resource.roster.Application(config.ServicePrincipalID.ValueString())
	found, declared, diags := find(ctx, l.resource.client, app, config.Role.ValueString(), config.PrincipalType.ValueString())
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i, a := range found {
			if int64(i) == req.Limit || !push(l.result(ctx, req, app.ID, a, declared)) {
				return
			}
		}
	}
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, servicePrincipalID string, a graph.Assignment, declared roster.Roles) list.ListResult {
	result := req.NewListResult(ctx)
	var m model
	m.fromGraph(servicePrincipalID, a)
	m.Role = types.StringValue(declared.Label(m.AppRoleID.ValueString()))
	result.DisplayName = a.PrincipalDisplayName + ", " + m.Role.ValueString()
	if a.PrincipalDisplayName == "" {
		result.DisplayName = m.PrincipalID.ValueString() + ", " + m.Role.ValueString()
	}
	result.Diagnostics.Append(result.Identity.Set(ctx, m.identity())...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &m.Timeouts)...)
		result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	}
	return result
}
