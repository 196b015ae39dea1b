// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource finds the connections of an application.
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
func (l *ListResource) ListResourceConfigSchema(ctx context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the provisioning connections of an application.",
		Attributes: map[string]schema.Attribute{
			"timeouts": timeout.List(ctx),
			"service_principal_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ObjectID()},
				MarkdownDescription: "Object id of the application's service principal."},
		},
	}
}

// List streams the connections, no more than were asked for.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	timeout.Listing(ctx, req, stream, l.fill)
}

func (l *ListResource) fill(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var servicePrincipalID types.String
	if diags := req.Config.GetAttribute(ctx, path.Root("service_principal_id"), &servicePrincipalID); diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	jobs, err := l.resource.data.Graph.ListJobs(ctx, servicePrincipalID.ValueString())
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(diag.Diagnostics{
			graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot list the application's jobs", err)})
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i, job := range jobs {
			if int64(i) == req.Limit {
				return
			}
			if !push(l.result(ctx, req, servicePrincipalID.ValueString(), job)) {
				return
			}
		}
	}
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, servicePrincipalID string, job graph.Job) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = job.TemplateID
	m := model{}
	m.fromJob(servicePrincipalID, job)
	result.Diagnostics.Append(result.Identity.Set(ctx, m.toIdentity())...)
	if !req.IncludeResource {
		return result
	}
	result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &m.Timeouts)...)
	m.CredentialsWO = types.MapNull(types.StringType)
	m.ConnectorSettings = types.MapNull(types.StringType)
	secrets, err := l.resource.data.Graph.GetSecrets(ctx, servicePrincipalID)
	if err != nil {
		result.Diagnostics.Append(graphdiag.Error("Cannot read the connection's settings", err))
		return result
	}
	result.Diagnostics.Append(m.fromStored(secrets, true)...)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return result
}
