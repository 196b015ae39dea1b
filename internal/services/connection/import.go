// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// ImportState accepts the id and the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var ref graph.JobRef
	if !validate.ByIdentity(req) {
		var err error
		if ref, err = graph.ParseJobRef(req.ID); err != nil {
			resp.Diagnostics.AddError("Invalid import id",
				fmt.Sprintf("Expected the service principal's object id and the job id, separated by a slash: `{service principal id}/{job id}`. Got %q: %s.", req.ID, err))
			return
		}
	} else {
		var id identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		if problem := validate.ObjectIDProblem(id.ServicePrincipalID.ValueString()); problem != "" {
			resp.Diagnostics.AddAttributeError(path.Root("service_principal_id"), "Invalid identity", problem)
		}
		if id.JobID.ValueString() == "" {
			resp.Diagnostics.AddAttributeError(path.Root("job_id"), "Invalid identity", "The job id is empty.")
		}
		if resp.Diagnostics.HasError() {
			return
		}
		ref = graph.JobRef{ServicePrincipalID: id.ServicePrincipalID.ValueString(), JobID: id.JobID.ValueString()}
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), ref.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("service_principal_id"), ref.ServicePrincipalID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("job_id"), ref.JobID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID)})...)
}
