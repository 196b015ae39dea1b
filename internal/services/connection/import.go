// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// importRef reads what is to be imported: the id, or the identity where there is none.
func importRef(ctx context.Context, client *graph.Client, req resource.ImportStateRequest) (ref graph.JobRef, diags diag.Diagnostics) {
	if !validate.ByIdentity(req) {
		ref, problem := graphdiag.ImportedJob(ctx, client, req.ID)
		if problem != "" {
			diags.AddError("Invalid import id", problem)
		}
		return ref, diags
	}
	var id identity
	diags.Append(req.Identity.Get(ctx, &id)...)
	if problem := validate.ObjectIDProblem(id.ServicePrincipalID.ValueString()); problem != "" {
		diags.AddAttributeError(path.Root("service_principal_id"), "Invalid identity", problem)
	}
	if id.JobID.ValueString() == "" {
		diags.AddAttributeError(path.Root("job_id"), "Invalid identity", "The job id is empty.")
	}
	return graph.JobRef{ServicePrincipalID: id.ServicePrincipalID.ValueString(), JobID: id.JobID.ValueString()}, diags
}
