// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// ImportState accepts the connection's id and the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	connectionID, summary := req.ID, "Invalid import id"
	if validate.ByIdentity(req) {
		var id identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		if resp.Diagnostics.HasError() {
			return
		}
		connectionID, summary = id.ServicePrincipalID.ValueString()+"/"+id.JobID.ValueString(), "Invalid identity"
	}
	ref, problem := graphdiag.ImportedJob(ctx, r.data.Graph, connectionID)
	if problem != "" {
		resp.Diagnostics.AddError(summary, problem)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("connection_id"), ref.String())...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(ref))...)
}
