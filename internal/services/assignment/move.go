// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/azuread"
)

// MoveState takes over azuread's assignment. The role's name, which azuread does not keep, comes with the refresh.
func (r *Resource) MoveState(context.Context) []resource.StateMover {
	return azuread.Movers("gotomeeting_user_role_assignment", azuread.Source{
		Type: "azuread_app_role_assignment", Version: 1, ImportID: azuread.State.Below,
		Take: func(ctx context.Context, id string, old azuread.State, resp *resource.MoveStateResponse) {
			ref, problem := parseReference(id)
			if problem != "" {
				resp.Diagnostics.AddError("Invalid id in the state of azuread", problem)
				return
			}
			to := identityModel{types.StringValue(ref.servicePrincipalID), attribute.Text(old.ObjectID("principal_object_id")), attribute.Text(old.ObjectID("app_role_id"))}
			for name, value := range map[string]types.String{
				"id": types.StringValue(ref.String()), "service_principal_id": to.ServicePrincipalID, "principal_id": to.PrincipalID,
				"app_role_id": to.AppRoleID, "principal_type": attribute.Text(old.Text("principal_type")),
			} {
				resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(name), value)...)
			}
			resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, to)...)
		},
	})
}
