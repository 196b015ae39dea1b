// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"cmp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

type model struct {
	ID                 types.String   `tfsdk:"id"`
	ServicePrincipalID types.String   `tfsdk:"service_principal_id"`
	PrincipalID        types.String   `tfsdk:"principal_id"`
	UserPrincipalName  types.String   `tfsdk:"user_principal_name"`
	Role               types.String   `tfsdk:"role"`
	AppRoleID          types.String   `tfsdk:"app_role_id"`
	PrincipalType      types.String   `tfsdk:"principal_type"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	PrincipalID        types.String `tfsdk:"principal_id"`
	AppRoleID          types.String `tfsdk:"app_role_id"`
}

// fromGraph takes over what the service says of an assignment. The texts that name the principal and the role stay as
// they are written: they were resolved once, and a new name of the same thing is no difference.
func (m *model) fromGraph(servicePrincipalID string, a graph.Assignment) {
	m.ID = types.StringValue(reference{servicePrincipalID, a.ID}.String())
	m.ServicePrincipalID = types.StringValue(servicePrincipalID)
	key := roster.KeyOf(a)
	m.PrincipalID = types.StringValue(key.PrincipalID)
	m.AppRoleID = types.StringValue(key.RoleID)
	m.PrincipalType = attribute.Text(a.PrincipalType)
}

// equals compares what fromGraph and an import may change.
func (m model) equals(other model) bool {
	return m.ID.Equal(other.ID) && m.ServicePrincipalID.Equal(other.ServicePrincipalID) && m.PrincipalID.Equal(other.PrincipalID) &&
		m.Role.Equal(other.Role) && m.AppRoleID.Equal(other.AppRoleID) && m.PrincipalType.Equal(other.PrincipalType)
}

func (m model) key() roster.Key {
	return roster.Key{PrincipalID: m.PrincipalID.ValueString(), RoleID: m.AppRoleID.ValueString()}
}

// named is the assignment in the words of the configuration.
func (m model) named() roster.Named {
	return roster.Named{Principal: cmp.Or(m.UserPrincipalName.ValueString(), m.PrincipalID.ValueString()), Role: m.Role.ValueString()}
}

func (m model) identity() identityModel {
	return identityModel{m.ServicePrincipalID, m.PrincipalID, m.AppRoleID}
}
