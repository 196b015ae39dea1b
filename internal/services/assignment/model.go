// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

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

// attributes are the names of the schema, in the order in which the protocol has them.
var attributes = [...]string{"app_role_id", "id", "principal_id", "principal_type", "role", "service_principal_id", timeoutsName, "user_principal_name"}

const timeoutsName = "timeouts"

// members are the attributes that are texts, at the places of their names: all but one.
func (m *model) members() [len(attributes)]*types.String {
	return [...]*types.String{&m.AppRoleID, &m.ID, &m.PrincipalID, &m.PrincipalType, &m.Role, &m.ServicePrincipalID, nil, &m.UserPrincipalName}
}

// read is what the framework's Get does, at a tenth of the cost: that compiles a regular expression for each field of each
// object, which is most of what the plan of a thousand assignments costs here.
func (m *model) read(ctx context.Context, object tftypes.Value) diag.Diagnostics {
	var members map[string]tftypes.Value
	err := object.As(&members)
	for i, field := range m.members() {
		var text *string
		switch member := members[attributes[i]]; {
		case err != nil || field == nil:
		case !member.IsKnown():
			*field = types.StringUnknown()
		default:
			err = member.As(&text)
			*field = types.StringPointerValue(text)
		}
	}
	if err == nil {
		as := timeouts.Type{ObjectType: types.ObjectType{AttrTypes: map[string]attr.Type{"create": types.StringType, "read": types.StringType, "delete": types.StringType}}}
		var value attr.Value
		value, err = as.ValueFromTerraform(ctx, members[timeoutsName])
		m.Timeouts, _ = value.(timeouts.Value)
	}
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Cannot read the assignment's attributes", err.Error()+". This is a bug in the provider; please report it.")}
	}
	return nil
}

// write is what the framework's Set does to an identity, without its reflection.
func (i identityModel) write(into *tfsdk.ResourceIdentity) {
	members, attributes := map[string]tftypes.Value{}, map[string]tftypes.Type{}
	for name, field := range map[string]types.String{"service_principal_id": i.ServicePrincipalID, "principal_id": i.PrincipalID, "app_role_id": i.AppRoleID} {
		attributes[name] = tftypes.String
		members[name] = tftypes.NewValue(tftypes.String, field.ValueStringPointer())
	}
	into.Raw = tftypes.NewValue(tftypes.Object{AttributeTypes: attributes}, members)
}

// fromGraph takes over what the service says of an assignment. The texts that name the principal and the role stay as
// they are written: they were resolved once, and a new name of the same thing makes no difference.
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

// proposal is the key of the new assignment among what is planned.
func (m model) proposal() string { return "added " + m.key().PrincipalID + m.key().RoleID }

func (m model) identity() identityModel {
	return identityModel{m.ServicePrincipalID, m.PrincipalID, m.AppRoleID}
}
