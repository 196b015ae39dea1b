// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/listing"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

var _ list.ListResourceWithConfigure = (*ExclusiveListResource)(nil)

// ExclusiveListResource finds the applications that have assignments, each with all of them as one set.
type ExclusiveListResource struct {
	listing.Frame[ExclusiveResource, *ExclusiveResource]
}

// assigned is an application with its assignments.
type assigned struct {
	app     *roster.Application
	listing *roster.Listing
}

// NewExclusiveListResource returns the list resource.
func NewExclusiveListResource() list.ListResource { return &ExclusiveListResource{} }

// ListResourceConfigSchema describes the list block.
func (l *ExclusiveListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists those of the given applications that have role assignments, each with all its assignments as one set. For one application, use either this list resource or `gotomeeting_user_role_assignment`, not both.",
		Attributes:          listing.Attributes(),
	}
}

// List streams one set for each application that has assignments, up to the requested number.
func (l *ExclusiveListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	ids, diags := listing.ServicePrincipals(ctx, req.Config)
	var all []assigned
	for _, id := range ids {
		app := l.Listed.roster.Application(id)
		found, err := app.Listing(ctx)
		if err != nil {
			diags.Append(readError(ctx, l.Listed.client, app, "Cannot read the assignments of "+id, err))
			break
		}
		if len(found.All) > 0 {
			all = append(all, assigned{app, found})
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listing.Stream(req, all, func(one assigned) list.ListResult { return l.result(ctx, req, one) })
}

func (l *ExclusiveListResource) result(ctx context.Context, req list.ListRequest, one assigned) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = graphdiag.Counted(len(one.listing.All), "assignment") + " of " + one.app.ID
	result.Diagnostics.Append(result.Identity.Set(ctx, exclusiveIdentity{types.StringValue(one.app.ID)})...)
	if req.IncludeResource {
		result.Diagnostics.Append(setImported(ctx, result.Resource, one.app.ID, nil)...)
		var m exclusiveModel
		result.Diagnostics.Append(result.Resource.Get(ctx, &m)...)
		_, diags := l.Listed.refresh(ctx, one.app, &m, map[roster.Key]bool{}, false)
		result.Diagnostics.Append(diags...)
		result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	}
	return result
}
