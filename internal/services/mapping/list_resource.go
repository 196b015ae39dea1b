// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/listing"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the attribute mappings of applications.
type ListResource struct {
	listing.Frame[Resource, *Resource]
}

// listed is an object mapping that was found, by the name that finds it again.
type listed struct {
	ref  graph.JobRef
	name string
	at   located
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the attribute mappings of the connections of applications, one for each kind of object, whether customized or not.",
		Attributes:          listing.Attributes(),
	}
}

// List streams the mappings, up to the requested number.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	jobs, diags := listing.Jobs(ctx, l.Listed.data.Graph, req.Config)
	var all []listed
	for _, job := range jobs {
		schema, err := l.Listed.data.Graph.GetSchema(ctx, job.Ref)
		if err != nil {
			diags.Append(graphdiag.Error(summarySchema, err))
			break
		}
		found, problems := objectMappingsOf(schema, job.Ref)
		diags.Append(problems...)
		all = append(all, found...)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = listing.Stream(req, all, func(one listed) list.ListResult { return l.result(ctx, req, one) })
}

// objectMappingsOf lists the object mappings of a schema, by the names that find them again.
func objectMappingsOf(schema *graph.Schema, ref graph.JobRef) ([]listed, diag.Diagnostics) {
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return nil, malformed(err)
	}
	var found []listed
	for _, m := range mappings {
		if name := schema.NameOf(m); name != "" {
			at, diags := locate(schema, name)
			if diags.HasError() {
				return nil, diags
			}
			found = append(found, listed{ref, name, at})
		}
	}
	return found, nil
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, one listed) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = one.at.mapping.Name
	m := model{ObjectMapping: types.StringValue(one.name)}
	result.Diagnostics.Append(result.Identity.Set(ctx, m.identity(one.ref))...)
	if req.IncludeResource {
		for name, text := range map[string]string{"id": importID(one.ref, one.name), "connection_id": one.ref.String(), "object_mapping": one.name} {
			result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root(name), text)...)
		}
		result.Diagnostics.Append(result.Resource.Get(ctx, &m)...) // with typed nulls
		result.Diagnostics.Append(m.fromGraph(ctx, one.at.mapping, one.at.target)...)
		result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	}
	return result
}
