// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/listing"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the single assignments of applications.
type ListResource struct {
	listing.Frame[Resource, *Resource]
}

// listed is an assignment that was found, and where.
type listed struct {
	graph.Assignment
	servicePrincipalID string
	declared           roster.Roles
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	attributes := listing.Attributes()
	attributes["role"] = schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
		MarkdownDescription: "Only assignments of this role: its display name, value, or id, or `Default Access`."}
	attributes["principal_type"] = schema.StringAttribute{Optional: true, Validators: []validator.String{kinds()},
		MarkdownDescription: "Only assignments of this type of principal: `User`, `Group`, or `ServicePrincipal`."}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the role assignments of applications. Terraform reads at most 100 unless the list block has a `limit`.",
		Attributes:          attributes,
	}
}

// List streams the assignments, up to the requested number.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	ids, diags := listing.ServicePrincipals(ctx, req.Config)
	var role, kind types.String
	diags.Append(req.Config.GetAttribute(ctx, path.Root("role"), &role)...)
	diags.Append(req.Config.GetAttribute(ctx, path.Root("principal_type"), &kind)...)
	var all []listed
	for _, id := range ids {
		found, declared, problems := find(ctx, l.Listed.client, l.Listed.roster.Application(id), role.ValueString(), kind.ValueString())
		diags.Append(problems...)
		for _, a := range found {
			all = append(all, listed{a, id, declared})
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listing.Stream(req, all, func(a listed) list.ListResult { return l.result(ctx, req, a) })
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, a listed) list.ListResult {
	result := req.NewListResult(ctx)
	var m model
	m.fromGraph(a.servicePrincipalID, a.Assignment)
	m.Role = types.StringValue(a.declared.Label(m.AppRoleID.ValueString()))
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
