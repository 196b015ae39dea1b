// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/listing"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds whether the connections of applications are on.
type ListResource struct {
	listing.Frame[Resource, *Resource]
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Lists the provisioning states of the connections of applications.", Attributes: listing.Attributes()}
}

// List streams one state for each connection, up to the requested number.
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
	result.DisplayName = job.TemplateID + ", off"
	if job.Schedule.Active() {
		result.DisplayName = job.TemplateID + ", on"
	}
	result.Diagnostics.Append(result.Identity.Set(ctx, identityOf(job.Ref))...)
	if req.IncludeResource {
		var m model
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("id"), job.Ref.String())...)
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("connection_id"), job.Ref.String())...)
		result.Diagnostics.Append(result.Resource.Get(ctx, &m)...) // with typed nulls
		m.fromJob(job.Job, true, l.Listed.data.Graph.Clock().Now())
		result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	}
	return result
}
