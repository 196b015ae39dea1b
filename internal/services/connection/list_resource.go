// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/listing"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the connections of applications.
type ListResource struct {
	listing.Frame[Resource, *Resource]
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Lists the provisioning connections of applications.", Attributes: listing.Attributes()}
}

// List streams the connections, up to the requested number.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	jobs, diags := listing.Jobs(ctx, l.Listed.data.Graph, req.Config)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listing.Stream(req, jobs, func(job listing.Job) list.ListResult { return l.result(ctx, req, job) })
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, job listing.Job) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = job.TemplateID
	m := model{}
	m.fromJob(job.Ref.ServicePrincipalID, job.Job)
	result.Diagnostics.Append(result.Identity.Set(ctx, m.toIdentity())...)
	if !req.IncludeResource {
		return result
	}
	result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &m.Timeouts)...)
	m.CredentialsWO = types.MapNull(types.StringType)
	m.ConnectorSettings = types.MapNull(types.StringType)
	secrets, err := l.Listed.data.Graph.GetSecrets(ctx, job.Ref.ServicePrincipalID)
	if err != nil {
		result.Diagnostics.Append(graphdiag.Error("Cannot read the connection's settings", err))
		return result
	}
	result.Diagnostics.Append(m.fromStored(secrets, true)...)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return result
}
