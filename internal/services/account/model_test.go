// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

func set(values ...string) types.Set {
	return types.SetValueMust(types.StringType, textsFrom(values).Elements())
}

func TestAccountsModel_filtersIgnoringCase(t *testing.T) {
	t.Parallel()
	users := []gotoadmin.User{
		{Key: "1", Email: "Ana@example.com", Status: "ACTIVE"},
		{Key: "2", Email: "ben@example.com", Status: "Suspended"},
		{Key: "3", Email: "BEN@example.com", Status: "suspended"},
		{Key: "4", Status: "ACTIVE"},
		{Key: "5", Email: "eva@example.com"},
	}
	everybody, anyStatus := types.ListNull(types.StringType), types.SetNull(types.StringType)
	emails := func(values ...string) types.List { return textsFrom(values) }
	for _, test := range []struct {
		name     string
		emails   types.List
		statuses types.Set
		want     []string // keys of the accounts
		keys     map[string]string
		missing  []string
		counts   map[string]int64
	}{
		{"everybody", everybody, anyStatus, []string{"1", "2", "3", "4", "5"}, map[string]string{"ana@example.com": "1", "ben@example.com": "2", "eva@example.com": "5"}, nil,
			map[string]int64{"active": 2, "suspended": 2, "unknown": 1}},
		{"nobody", emails(), anyStatus, nil, nil, nil, nil},
		{"some", emails("ANA@EXAMPLE.COM", "zoe@example.com", "Eva@example.com", "Cem@example.com", "cem@example.com"), anyStatus, []string{"1", "5"},
			map[string]string{"ana@example.com": "1", "eva@example.com": "5"}, []string{"Cem@example.com", "zoe@example.com"}, map[string]int64{"active": 1, "unknown": 1}},
		{"one status", everybody, set("SUSPENDED"), []string{"2", "3"}, map[string]string{"ben@example.com": "2"}, nil, map[string]int64{"suspended": 2}},
		{"somebody with another status is not missing", emails("ana@example.com", "zoe@example.com"), set("suspended"), nil, nil, []string{"zoe@example.com"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := model{Emails: test.emails, Statuses: test.statuses}
			if diags := m.fromUsers(users); diags.HasError() {
				t.Fatal(diags)
			}
			var got []string
			for _, element := range m.Accounts.Elements() {
				account, ok := element.(types.Object)
				if !ok {
					t.Fatalf("%T is no account", element)
				}
				key, _ := account.Attributes()["key"].(types.String)
				got = append(got, key.ValueString())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
			keys := map[string]attr.Value{}
			for email, key := range test.keys {
				keys[email] = types.StringValue(key)
			}
			if diff := cmp.Diff(types.MapValueMust(types.StringType, keys), m.KeyByEmail); diff != "" {
				t.Errorf("key_by_email (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(textsFrom(test.missing), m.MissingEmails); diff != "" {
				t.Errorf("missing_emails (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(types.MapValueMust(types.Int64Type, int64s(test.counts)), m.CountsByStatus); diff != "" {
				t.Errorf("counts_by_status (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccountValue_tellsWhatGoToTells(t *testing.T) {
	t.Parallel()
	none := types.StringNull()
	for _, test := range []struct {
		name string
		user gotoadmin.User
		want map[string]attr.Value
	}{
		{"everything", gotoadmin.User{Key: "4000000000000000002", Email: "Ana@example.com", FirstName: "Ana", LastName: "Example", Status: "Active", Locale: "en_US", Admin: true,
			AdminRoles: []string{"SUPER_USER", "RUN_REPORTS"}, RoleSets: []string{"r1"}, LicenseKeys: []string{"7000000000000000001"}, Products: []string{"G2M", "G2W"}, GroupKey: "6", GroupName: "Sales"},
			map[string]attr.Value{"key": types.StringValue("4000000000000000002"), "email": types.StringValue("Ana@example.com"), "first_name": types.StringValue("Ana"),
				"last_name": types.StringValue("Example"), "status": types.StringValue("Active"), "locale": types.StringValue("en_US"), "admin": types.BoolValue(true),
				"admin_roles": textsFrom([]string{"SUPER_USER", "RUN_REPORTS"}), "role_set_ids": textsFrom([]string{"r1"}), "license_keys": textsFrom([]string{"7000000000000000001"}),
				"products": textsFrom([]string{"G2M", "G2W"}), "group_name": types.StringValue("Sales")}},
		{"nothing", gotoadmin.User{Key: "1"}, map[string]attr.Value{"key": types.StringValue("1"), "email": none, "first_name": none, "last_name": none, "status": none, "locale": none,
			"admin": types.BoolValue(false), "admin_roles": textsFrom(nil), "role_set_ids": textsFrom(nil), "license_keys": textsFrom(nil), "products": textsFrom(nil), "group_name": none}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(attr.Value(types.ObjectValueMust(accountType.AttrTypes, test.want)), accountValue(test.user, true)); diff != "" {
				t.Errorf("account (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromLicenses_countsSeats(t *testing.T) {
	t.Parallel()
	var m model
	m.fromLicenses([]gotoadmin.License{
		{Key: "7", Description: "GoTo Meeting Business", Products: []string{"G2M"}, Seats: 50, UserCount: 31, Enabled: true, InvitedUserKeys: []string{"3", "4"}},
		{Key: "8", UserKeys: []string{"1"}},
	})
	license := func(values map[string]attr.Value) attr.Value {
		return types.ObjectValueMust(licenseType.AttrTypes, values)
	}
	want := types.ListValueMust(licenseType, []attr.Value{
		license(map[string]attr.Value{"key": types.StringValue("7"), "description": types.StringValue("GoTo Meeting Business"), "products": textsFrom([]string{"G2M"}),
			"seats": types.Int64Value(50), "used_seats": types.Int64Value(31), "invited": types.Int64Value(2), "enabled": types.BoolValue(true)}),
		license(map[string]attr.Value{"key": types.StringValue("8"), "description": types.StringNull(), "products": textsFrom(nil),
			"seats": types.Int64Value(0), "used_seats": types.Int64Value(1), "invited": types.Int64Value(0), "enabled": types.BoolValue(false)}),
	})
	if diff := cmp.Diff(want, m.Licenses); diff != "" {
		t.Errorf("licenses (-want +got):\n%s", diff)
	}
}

// A hundred thousand people would take almost two gigabytes. Whom a filter allows is what counts.
func TestModel_refusesMoreThanAStateCanHold(t *testing.T) {
	users := make([]gotoadmin.User, mostAccounts+1)
	for i := range users {
		users[i] = gotoadmin.User{Key: strconv.Itoa(i), Email: fmt.Sprintf("p%d@example.com", i), Status: "ACTIVE"}
	}
	users[7].Status = "INVITED"
	m := model{Emails: types.ListNull(types.StringType), Statuses: types.SetNull(types.StringType)}
	diags := m.fromUsers(users)
	const want = "20001 people at GoTo match, and the limit for a state is 20000. Set `emails` to the people that you need, or set `statuses`. By status: 20000 `active`, 1 `invited`."
	if !diags.HasError() || diags[0].Detail() != want {
		t.Errorf("%v", diags)
	}
	m.Statuses = types.SetValueMust(types.StringType, []attr.Value{types.StringValue("ACTIVE")})
	if diags := m.fromUsers(users); diags.HasError() || len(m.Accounts.Elements()) != mostAccounts {
		t.Errorf("%v", diags)
	}
}
