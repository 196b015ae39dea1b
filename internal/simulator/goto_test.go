// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestAdminMe_describesWhoSignedIn(t *testing.T) {
	c := start(t)
	want := map[string]any{
		"key": "4000000000000000001", "accountKey": store.MainCompany, "email": store.AdminUserName, "orgAdmin": false,
		"adminRoles": []any{"SUPER_USER"}, "products": []any{"G2M"},
		"accounts": []any{map[string]any{"key": store.MainCompany, "name": "Example Ltd"}},
	}
	if diff := cmp.Diff(want, c.admin(http.StatusOK, "/me").body); diff != "" {
		t.Error(diff)
	}
}

const mainUsers = "/accounts/" + store.MainCompany + "/users"

func TestAdminUsers_listsTheAccountsOfTheStore(t *testing.T) {
	c := start(t)
	_, err := c.Store().AddAccount(store.Account{
		Key: "4100000000000000009", Email: "Zoe@corp.example", Attributes: map[string][]string{"name.givenName": {"Zoe"}, "name.familyName": {"Late"}, "locale": {"de_DE"}},
		AdminRoles: []string{"MANAGE_USERS"}, RoleSets: []string{store.RoleSetOfDesk}, LicenceKeys: []string{store.MainLicence},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := c.admin(http.StatusOK, mainUsers)
	none := []any{}
	want := map[string]any{
		"results": []any{
			map[string]any{
				"key": "4000000000000000001", "email": store.AdminUserName, "firstName": "Provisioning", "lastName": "Service", "status": "ACTIVE",
				"admin": true, "adminRoles": []any{"SUPER_USER"}, "roleSets": none, "licenseKeys": []any{store.MainLicence}, "products": []any{"G2M"},
			},
			map[string]any{
				"key": "4000000000000000002", "email": "eva@corp.example", "firstName": "Eva", "lastName": "Known", "status": "ACTIVE",
				"admin": false, "adminRoles": none, "roleSets": none, "licenseKeys": []any{store.MainLicence}, "products": []any{"G2M"},
			},
			map[string]any{
				"key": "4000000000000000003", "email": "former@corp.example", "firstName": "Former", "lastName": "Colleague", "status": "ACTIVE",
				"admin": false, "adminRoles": none, "roleSets": none, "licenseKeys": []any{store.MainLicence}, "products": []any{"G2M"},
			},
			map[string]any{
				"key": "4100000000000000009", "email": "Zoe@corp.example", "firstName": "Zoe", "lastName": "Late", "status": "SUSPENDED", "locale": "de_DE",
				"admin": true, "adminRoles": []any{"MANAGE_USERS"}, "roleSets": []any{store.RoleSetOfDesk}, "licenseKeys": []any{store.MainLicence}, "products": []any{"G2M"},
			},
		},
		"fromIndex": 0.0, "toIndex": 3.0, "total": 4.0,
	}
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Error(diff)
	}
}
