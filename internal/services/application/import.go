// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// ImportState accepts the service principal's object id, alone, as a Graph path or as the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	summary, at, id := "Invalid import id", path.Empty(), importID(req.ID)
	if validate.ByIdentity(req) {
		var from identity
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &from)...); resp.Diagnostics.HasError() {
			return
		}
		summary, at, id = "Invalid identity", path.Root("service_principal_id"), from.ServicePrincipalID.ValueString()
	}
	problem := validate.ObjectIDProblem(id)
	if id == "" {
		problem = "The id is empty."
	}
	if problem != "" {
		resp.Diagnostics.AddAttributeError(at, summary,
			"Expected the object id of the service principal (not of the application registration, and not the client id). "+problem)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{types.StringValue(id)})...)
}

// importID takes the service principal's id out of what people paste: the bare id or a Graph path.
func importID(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "/"), "servicePrincipals/")
}

// importBlock is ready to be pasted, apart from the name that only the configuration knows.
func importBlock(id string) string {
	return fmt.Sprintf("import {\n  to = gotomeeting_application.NAME\n  id = %q\n}", id)
}
