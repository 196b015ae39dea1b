// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// rolesOf decodes a list of roles.
func rolesOf(t *testing.T, list types.List) []role {
	t.Helper()
	var roles []role
	if diags := list.ElementsAs(t.Context(), &roles, false); diags.HasError() {
		t.Fatal(diags)
	}
	return roles
}

func TestRolesFromGraph_sortsAndTellsWhoCanProvision(t *testing.T) {
	given := []graph.AppRole{
		{ID: "4", DisplayName: "User", AllowedMemberTypes: []string{"User", "Application"}, IsEnabled: true},
		{ID: "3", DisplayName: "Robot", Value: "robot", Description: "For programs.", AllowedMemberTypes: []string{"Application"}, IsEnabled: true},
		{ID: "2", DisplayName: "Organizer", AllowedMemberTypes: []string{"User"}},
		{ID: "1", DisplayName: "User", IsEnabled: true},
	}
	list, diags := rolesFromGraph(t.Context(), given)
	if diags.HasError() {
		t.Fatal(diags)
	}
	type seen struct {
		ID, Name    string
		Value, Text types.String
		Enabled     bool
		Members     int
		Provisions  bool
	}
	var got []seen
	for _, r := range rolesOf(t, list) {
		got = append(got, seen{r.ID.ValueString(), r.DisplayName.ValueString(), r.Value, r.Description, r.Enabled.ValueBool(), len(r.AllowedMemberTypes.Elements()), r.CanProvision.ValueBool()})
	}
	null := types.StringNull()
	want := []seen{
		{"2", "Organizer", null, null, false, 1, false},
		{"3", "Robot", types.StringValue("robot"), types.StringValue("For programs."), true, 1, false},
		{"1", "User", null, null, true, 0, false},
		{"4", "User", null, null, true, 2, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if given[0].ID != "4" {
		t.Error("the caller's list was sorted in place")
	}
}

func TestRolesFromGraph_emptyListIsNotNull(t *testing.T) {
	list, diags := rolesFromGraph(t.Context(), nil)
	if diags.HasError() || list.IsNull() || len(list.Elements()) != 0 {
		t.Errorf("got %v, %v", list, diags)
	}
}

func TestModel_takesOverTheServicePrincipal(t *testing.T) {
	sp := graph.ServicePrincipal{ID: "sp", AppID: "client", DisplayName: "Meetings", ApplicationTemplateID: "template"}
	for _, tt := range []struct {
		name   string
		before model
		sp     graph.ServicePrincipal
		want   model
	}{
		{
			name: "fills everything it can", before: model{ForceDestroy: types.BoolUnknown(), GalleryName: types.StringValue("GoToMeeting"), ApplicationObjectID: types.StringValue("app")}, sp: sp,
			want: model{ID: types.StringValue("sp"), DisplayName: types.StringValue("Meetings"), GalleryName: types.StringValue("GoToMeeting"), ApplicationTemplateID: types.StringValue("template"),
				ForceDestroy: types.BoolValue(false), ServicePrincipalID: types.StringValue("sp"), ApplicationObjectID: types.StringValue("app"), ClientID: types.StringValue("client")},
		},
		{
			name: "keeps what concerns only the provider", before: model{ForceDestroy: types.BoolValue(true)}, sp: sp,
			want: model{ID: types.StringValue("sp"), DisplayName: types.StringValue("Meetings"), ApplicationTemplateID: types.StringValue("template"),
				ForceDestroy: types.BoolValue(true), ServicePrincipalID: types.StringValue("sp"), ClientID: types.StringValue("client")},
		},
		{
			name: "not from the gallery", before: model{ForceDestroy: types.BoolValue(true)}, sp: graph.ServicePrincipal{ID: "sp", AppID: "client", DisplayName: "Own"},
			want: model{ID: types.StringValue("sp"), DisplayName: types.StringValue("Own"),
				ForceDestroy: types.BoolValue(true), ServicePrincipalID: types.StringValue("sp"), ClientID: types.StringValue("client")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.before
			if diags := got.fromServicePrincipal(t.Context(), tt.sp); diags.HasError() {
				t.Fatal(diags)
			}
			tt.want.AppRoles = got.AppRoles              // see TestRolesFromGraph
			for _, m := range []*model{&got, &tt.want} { // the zero value is not equal to itself
				m.OwnerIDs, m.PartialOwnerIDs = types.SetNull(types.StringType), types.SetNull(types.StringType)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		})
	}
}
