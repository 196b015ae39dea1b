// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// ImportState accepts the connection's id and the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	connectionID := req.ID
	if validate.ByIdentity(req) {
		var id identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		if resp.Diagnostics.HasError() {
			return
		}
		connectionID = id.ServicePrincipalID.ValueString() + "/" + id.JobID.ValueString()
	}
	ref, err := graph.ParseJobRef(connectionID)
	if err != nil {
		detail := fmt.Sprintf("Expected the id of the provisioning connection: `{service principal id}/{job id}`. Got %q.", connectionID)
		servicePrincipalID, _, _ := strings.Cut(strings.ToLower(connectionID), "/")
		if validate.ObjectIDProblem(strings.Trim(servicePrincipalID, "{} ")) == "" {
			if problem := validate.ObjectIDProblem(servicePrincipalID); problem != "" {
				detail = "The service principal id is malformed. " + problem
			}
		}
		resp.Diagnostics.AddError("Invalid import id", detail)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("connection_id"), ref.String())...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(ref))...)
}
