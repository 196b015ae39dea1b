// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/azuread"
)

// movers take over azuread's application from the gallery, or its service principal where that is all that azuread manages.
// Without a client id the refresh looks up, as on an import, what azuread does not keep.
func movers() []resource.StateMover {
	return azuread.Movers("gotomeeting_application",
		azuread.Source{Type: "azuread_application_from_template", ImportID: idIn("service_principal_object_id"), Take: take},
		azuread.Source{Type: "azuread_service_principal", Version: 1, ImportID: idIn("object_id"), Take: take})
}

func idIn(name string) func(azuread.State) string {
	return func(old azuread.State) string { return old.ObjectID(name) }
}

func take(ctx context.Context, id string, old azuread.State, resp *resource.MoveStateResponse) {
	for name, value := range map[string]types.String{
		"id": types.StringValue(id), "service_principal_id": types.StringValue(id), "display_name": attribute.Text(old.Text("display_name")),
		"application_template_id": attribute.Text(old.ObjectID("template_id")), "application_object_id": attribute.Text(old.ObjectID("application_object_id")),
	} {
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, identity{types.StringValue(id)})...)
}
