// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the applications that were made from a gallery entry.
type ListResource struct {
	resource Resource
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
		MarkdownDescription: "Lists the applications of the tenant that were made from one gallery entry.",
		Attributes: map[string]schema.Attribute{
			"gallery_name": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Name of the gallery entry, spelled as in the gallery. Defaults to `GoToMeeting`."},
		},
	}
}

// List streams the applications, no more than were asked for.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var galleryName types.String
	diags := req.Config.GetAttribute(ctx, path.Root("gallery_name"), &galleryName)
	var template graph.ApplicationTemplate
	if !diags.HasError() {
		var problems diag.Diagnostics
		template, problems = findTemplate(ctx, l.resource.data.Graph, galleryName.ValueString(), "")
		diags.Append(problems...)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	found, err := l.resource.data.Graph.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{ApplicationTemplateID: template.ID})
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(diag.Diagnostics{graphdiag.Error("Cannot list the applications", err)})
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i, sp := range found {
			if int64(i) == req.Limit {
				return
			}
			if !push(l.result(ctx, req, sp, template.DisplayName)) {
				return
			}
		}
	}
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, sp graph.ServicePrincipal, galleryName string) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = sp.DisplayName
	result.Diagnostics.Append(result.Identity.Set(ctx, identity{types.StringValue(sp.ID)})...)
	if !req.IncludeResource {
		return result
	}
	m := model{OwnerIDs: types.SetNull(types.StringType), PartialOwnerIDs: types.SetNull(types.StringType)}
	result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &m.Timeouts)...)
	result.Diagnostics.Append(m.fromServicePrincipal(ctx, sp)...)
	m.GalleryName = types.StringValue(galleryName)
	app, err := l.resource.data.Graph.GetApplicationByAppID(ctx, sp.AppID)
	if err != nil && !graph.IsNotFound(err) {
		result.Diagnostics.Append(graphdiag.Error("Cannot read the application registration", err))
	}
	m.ApplicationObjectID = attribute.Text(app.ID)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return result
}
