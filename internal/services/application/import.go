// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// ImportState accepts the service principal's object id, alone, as a Graph path or as the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	const expected = "Expected the object id of the service principal (not of the application registration, and not the client id). "
	if validate.ByIdentity(req) {
		var id identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		if problem := validate.ObjectIDProblem(id.ServicePrincipalID.ValueString()); problem != "" && !resp.Diagnostics.HasError() {
			resp.Diagnostics.AddAttributeError(path.Root("service_principal_id"), "Invalid identity", expected+problem)
		}
	} else {
		req.ID = importID(req.ID)
		if problem := validate.ObjectIDProblem(req.ID); problem != "" {
			resp.Diagnostics.AddError("Invalid import id", expected+problem)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("service_principal_id"), req, resp)
}

// importID takes the service principal's id out of what people paste: the bare id or a Graph path.
func importID(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "/"), "servicePrincipals/")
}

// importBlock is ready to be pasted, apart from the name that only the configuration knows.
func importBlock(id string) string {
	return fmt.Sprintf("import {\n  to = gotomeeting_application.NAME\n  id = %q\n}", id)
}
