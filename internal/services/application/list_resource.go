// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/listing"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the applications that were made from gallery entries.
type ListResource struct {
	listing.Frame[Resource, *Resource]
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the applications in the tenant that were created from gallery entries.",
		Attributes: map[string]schema.Attribute{
			"gallery_name": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Name of the gallery entry, spelled as in the gallery. Defaults to `GoToMeeting` unless `gallery_names` is set."},
			"gallery_names": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.List{validate.Some(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(validate.NotEmpty(), validate.NoStrayCharacters()),
					listvalidator.ConflictsWith(path.MatchRoot("gallery_name"))},
				MarkdownDescription: "Names of several gallery entries, such as `[\"GoToMeeting\", \"GoTo\"]`, instead of `gallery_name`."},
		},
	}
}

// listed is an application that was found, and the name of its gallery entry.
type listed struct {
	graph.ServicePrincipal
	galleryName string
}

// List streams the applications, up to the requested number.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var galleryName types.String
	var names []string
	diags := req.Config.GetAttribute(ctx, path.Root("gallery_name"), &galleryName)
	diags.Append(req.Config.GetAttribute(ctx, path.Root("gallery_names"), &names)...)
	if len(names) == 0 {
		names = []string{galleryName.ValueString()}
	}
	var all []listed
	for _, name := range names {
		template, problems := findTemplate(ctx, l.Listed.data.Graph, name, "")
		if diags.Append(problems...); diags.HasError() {
			break
		}
		found, err := l.Listed.data.Graph.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{ApplicationTemplateID: template.ID})
		if err != nil {
			diags.Append(graphdiag.Error("Cannot list the applications", err))
		}
		for _, sp := range found {
			all = append(all, listed{sp, template.DisplayName})
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listing.Stream(req, all, func(one listed) list.ListResult { return l.result(ctx, req, one) })
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, sp listed) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = sp.DisplayName
	result.Diagnostics.Append(result.Identity.Set(ctx, identity{types.StringValue(sp.ID)})...)
	if !req.IncludeResource {
		return result
	}
	m := model{OwnerIDs: types.SetNull(types.StringType), PartialOwnerIDs: types.SetNull(types.StringType)}
	result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &m.Timeouts)...)
	result.Diagnostics.Append(m.fromServicePrincipal(ctx, sp.ServicePrincipal)...)
	m.GalleryName = types.StringValue(sp.galleryName)
	app, err := l.Listed.data.Graph.GetApplicationByAppID(ctx, sp.AppID)
	if err != nil && !graph.IsNotFound(err) {
		result.Diagnostics.Append(graphdiag.Error("Cannot read the application registration", err))
	}
	m.ApplicationObjectID = attribute.Text(app.ID)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return result
}
