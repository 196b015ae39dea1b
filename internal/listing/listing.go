// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package listing is the common part of the list resources for the parts of an application: whose parts are listed, the jobs
// that most of them start from, and results that end at the limit.
package listing

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

const (
	oneAttribute  = "service_principal_id"
	manyAttribute = "service_principal_ids"
)

// Attributes are those of a list block that say whose parts to list. With several ids one block follows another: those of
// the applications that a block before it has found.
func Attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		oneAttribute: schema.StringAttribute{Optional: true,
			Validators:          []validator.String{validate.ObjectID(), stringvalidator.ExactlyOneOf(path.MatchRoot(oneAttribute), path.MatchRoot(manyAttribute))},
			MarkdownDescription: "Object id of the application's service principal, also as the path `/servicePrincipals/{id}`. Exactly one of `service_principal_id` and `service_principal_ids` must be set."},
		manyAttribute: schema.ListAttribute{Optional: true, ElementType: types.StringType,
			Validators:          []validator.List{listvalidator.ValueStringsAre(validate.ObjectID())},
			MarkdownDescription: "Object ids of the service principals of several applications, such as those that a list block of `gotomeeting_application` finds."},
	}
}

// ServicePrincipals reads those attributes.
func ServicePrincipals(ctx context.Context, config tfsdk.Config) (ids []string, diags diag.Diagnostics) {
	var one types.String
	diags.Append(config.GetAttribute(ctx, path.Root(oneAttribute), &one)...)
	diags.Append(config.GetAttribute(ctx, path.Root(manyAttribute), &ids)...)
	if !one.IsNull() {
		ids = []string{one.ValueString()}
	}
	return ids, diags
}

// Job is one that was found.
type Job struct {
	Ref graph.JobRef
	graph.Job
}

// Jobs lists the jobs of the applications that a list block is about. One without a job, or whose connector is retired, has none.
func Jobs(ctx context.Context, client *graph.Client, config tfsdk.Config) (jobs []Job, diags diag.Diagnostics) {
	ids, diags := ServicePrincipals(ctx, config)
	for _, id := range ids {
		found, err := client.ListJobs(ctx, id)
		if graph.IsNotFound(err) {
			_, err = client.GetServicePrincipal(ctx, id)
		}
		if err != nil {
			return nil, append(diags, graphdiag.Error("Cannot list the jobs of the application "+id, err))
		}
		for _, job := range found {
			jobs = append(jobs, Job{graph.JobRef{ServicePrincipalID: id, JobID: job.ID}, job})
		}
	}
	return jobs, diags
}

// Stream makes results of what was found, up to the requested number.
func Stream[T any](req list.ListRequest, found []T, result func(T) list.ListResult) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		for i, one := range found {
			if int64(i) == req.Limit || !push(result(one)) {
				return
			}
		}
	}
}
