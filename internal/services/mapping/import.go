// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// importID is the id of this resource: the connection's id, a slash, and the object mapping.
func importID(ref graph.JobRef, objectMapping string) string {
	return ref.String() + "/" + objectMapping
}

// parseImportID reads an import id. The object mapping may be left out and may itself contain slashes.
func parseImportID(given string) (ref graph.JobRef, objectMapping, problem string) {
	const wanted = "`{service principal id}/{job id}/{object mapping}`: the connection's id, a slash, and the kind of source object, such as `User`"
	named, problem := validate.ParseImportID(given, wanted)
	jobID, objectMapping, _ := strings.Cut(named.Rest, "/")
	if problem == "" && jobID == "" {
		problem = fmt.Sprintf("Expected %s. Got %q, without a job.", wanted, given)
	}
	return graph.JobRef{ServicePrincipalID: named.ServicePrincipalID, JobID: jobID}, cmp.Or(objectMapping, defaultObject), problem
}

// ImportState accepts the id and the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var ref graph.JobRef
	var objectMapping string
	if !validate.ByIdentity(req) {
		var problem string
		if ref, objectMapping, problem = parseImportID(req.ID); problem != "" {
			resp.Diagnostics.AddError("Invalid import id", problem)
			return
		}
	} else {
		var err error
		var id identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...); resp.Diagnostics.HasError() {
			return
		}
		objectMapping = id.ObjectMapping.ValueString()
		if objectMapping == "" {
			objectMapping = defaultObject
		}
		if ref, err = graph.ParseJobRef(id.ServicePrincipalID.ValueString() + "/" + id.JobID.ValueString()); err != nil {
			resp.Diagnostics.AddError("Invalid identity",
				fmt.Sprintf("`service_principal_id` and `job_id` must name a provisioning job. Got %q and %q: %s.", id.ServicePrincipalID.ValueString(), id.JobID.ValueString(), err))
			return
		}
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), importID(ref, objectMapping))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("connection_id"), ref.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("object_mapping"), objectMapping)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{
		types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID), types.StringValue(objectMapping)})...)
}
