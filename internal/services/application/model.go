// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type model struct {
	ID                    types.String   `tfsdk:"id"`
	DisplayName           types.String   `tfsdk:"display_name"`
	GalleryName           types.String   `tfsdk:"gallery_name"`
	ApplicationTemplateID types.String   `tfsdk:"application_template_id"`
	ForceDestroy          types.Bool     `tfsdk:"force_destroy"`
	OwnerIDs              types.Set      `tfsdk:"owner_ids"`
	PartialOwnerIDs       types.Set      `tfsdk:"partial_owner_ids"`
	ServiceManagement     types.String   `tfsdk:"service_management_reference"`
	ServicePrincipalID    types.String   `tfsdk:"service_principal_id"`
	ApplicationObjectID   types.String   `tfsdk:"application_object_id"`
	ClientID              types.String   `tfsdk:"client_id"`
	AppRoles              types.List     `tfsdk:"app_roles"`
	Timeouts              timeouts.Value `tfsdk:"timeouts"`
}

// keyNamed is the key of the private state under which named is kept as it was applied: the state shows what others made of it.
const keyNamed = "named"

// named is what the owner of the registration can change.
func (m model) named() []byte {
	raw, _ := json.Marshal([]string{m.DisplayName.ValueString(), m.ServiceManagement.ValueString()}) // texts always encode
	return raw
}

type identity struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
}

type role struct {
	ID                 types.String `tfsdk:"id"`
	DisplayName        types.String `tfsdk:"display_name"`
	Value              types.String `tfsdk:"value"`
	Description        types.String `tfsdk:"description"`
	Enabled            types.Bool   `tfsdk:"enabled"`
	AllowedMemberTypes types.List   `tfsdk:"allowed_member_types"`
	CanProvision       types.Bool   `tfsdk:"can_provision"`
}

var roleType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"id":                   types.StringType,
	"display_name":         types.StringType,
	"value":                types.StringType,
	"description":          types.StringType,
	"enabled":              types.BoolType,
	"allowed_member_types": types.ListType{ElemType: types.StringType},
	"can_provision":        types.BoolType,
}}

// fromServicePrincipal takes over everything that the service principal tells. The gallery's name for the template and
// the registration's object id come from other calls.
func (m *model) fromServicePrincipal(ctx context.Context, sp graph.ServicePrincipal) diag.Diagnostics {
	m.ID = types.StringValue(sp.ID)
	m.ServicePrincipalID = types.StringValue(sp.ID)
	m.DisplayName = types.StringValue(sp.DisplayName)
	m.ClientID = types.StringValue(sp.AppID)
	m.ApplicationTemplateID = attribute.Text(sp.ApplicationTemplateID)
	if m.ForceDestroy.IsNull() || m.ForceDestroy.IsUnknown() {
		m.ForceDestroy = types.BoolValue(false)
	}
	var diags diag.Diagnostics
	m.AppRoles, diags = rolesFromGraph(ctx, sp.AppRoles)
	return diags
}

// rolesFromGraph lists roles by name, so the order of the service's answer makes no difference.
func rolesFromGraph(ctx context.Context, appRoles []graph.AppRole) (types.List, diag.Diagnostics) {
	appRoles = slices.Clone(appRoles)
	sort.Slice(appRoles, func(i, j int) bool {
		return cmp.Or(strings.Compare(appRoles[i].DisplayName, appRoles[j].DisplayName), strings.Compare(appRoles[i].ID, appRoles[j].ID)) < 0
	})
	roles := make([]role, len(appRoles))
	for i, r := range appRoles {
		members, diags := types.ListValueFrom(ctx, types.StringType, r.AllowedMemberTypes)
		if diags.HasError() {
			return types.ListNull(roleType), diags
		}
		roles[i] = role{
			ID:                 types.StringValue(r.ID),
			DisplayName:        types.StringValue(r.DisplayName),
			Value:              attribute.Text(r.Value),
			Description:        attribute.Text(r.Description),
			Enabled:            types.BoolValue(r.IsEnabled),
			AllowedMemberTypes: members,
			CanProvision:       types.BoolValue(r.CanProvision()),
		}
	}
	return types.ListValueFrom(ctx, roleType, roles)
}
