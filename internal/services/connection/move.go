// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/azuread"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// movers take over azuread's job. Its secrets are a separate resource there, without a counterpart: their readable
// values come with the refresh, as on an import.
func movers() []resource.StateMover {
	return azuread.Movers("gotomeeting_provisioning_connection", azuread.Source{
		Type: "azuread_synchronization_job", Version: 1, ImportID: azuread.State.Below,
		Take: func(ctx context.Context, id string, old azuread.State, resp *resource.MoveStateResponse) {
			ref, err := graph.ParseJobRef(id)
			if err != nil {
				resp.Diagnostics.AddError("Invalid id in the state of azuread", fmt.Sprintf("%s.", err))
				return
			}
			for name, value := range map[string]types.String{
				"id": types.StringValue(ref.String()), "service_principal_id": types.StringValue(ref.ServicePrincipalID),
				"job_id": types.StringValue(ref.JobID), "template_id": attribute.Text(old.Text("template_id")),
			} {
				resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(name), value)...)
			}
			resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, identity{types.StringValue(ref.ServicePrincipalID), types.StringValue(ref.JobID)})...)
		},
	})
}
