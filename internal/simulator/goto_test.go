// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	mainUsers    = "/accounts/" + store.MainCompany + "/users"
	mainLicenses = "/accounts/" + store.MainCompany + "/licenses"
	mainRoleSets = "/accounts/" + store.MainCompany + "/rolesets"
)

// tokenFor returns an access token of the person.
func (c *tester) tokenFor(userName string) string {
	c.t.Helper()
	c.AddPersonalAccessToken("token-of-"+userName, userName)
	return c.gotoToken(http.StatusOK, withPersonalToken("token-of-"+userName)).text("access_token")
}

func (c *tester) addAccount(a store.Account) string {
	c.t.Helper()
	key, err := c.Store().AddAccount(a)
	if err != nil {
		c.t.Fatal(err)
	}
	return key
}

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

func TestAdminMe_listsAllAccountsOfAnAdministrator(t *testing.T) {
	main := map[string]any{"key": store.MainCompany, "name": "Example Ltd"}
	other := map[string]any{"key": store.OtherCompany, "name": "Example Labs"}
	tests := []struct {
		name        string
		variants    GoToVariants
		companies   []string
		wantPrimary string
		want        []any
	}{
		{"one", GoToVariants{}, nil, store.MainCompany, []any{main}},
		{"all by variant", GoToVariants{SeveralAccounts: true}, nil, store.MainCompany, []any{main, other}},
		{"as the sign-in says", GoToVariants{}, []string{store.OtherCompany, store.MainCompany}, store.OtherCompany, []any{other, main}},
		{"own one first", GoToVariants{SeveralAccounts: true}, []string{store.OtherCompany}, store.OtherCompany, []any{other, main}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, withVariants(Variants{GoTo: test.variants}))
			c.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: store.AdminPassword, TeamAdmin: true, Companies: test.companies})
			a := c.admin(http.StatusOK, "/me")
			if got := a.text("accountKey"); got != test.wantPrimary {
				t.Errorf("got primary account %s, want %s", got, test.wantPrimary)
			}
			if diff := cmp.Diff(test.want, a.list("accounts")); diff != "" {
				t.Error(diff)
			}
			for i := range a.list("accounts") {
				c.admin(http.StatusOK, "/accounts/"+a.text("accounts", i, "key")+"/rolesets")
			}
		})
	}
}

func TestAdminUsers_listsTheAccountsOfTheStore(t *testing.T) {
	c := start(t)
	c.addAccount(store.Account{
		Key: "4100000000000000009", Email: "Zoe@corp.example", Attributes: map[string][]string{"firstName": {"Zoe"}, "lastName": {"Late"}, "locale": {"de_DE"}},
		AdminRoles: []string{"MANAGE_USERS"}, RoleSets: []string{store.RoleSetOfDesk}, LicenseKeys: []string{store.MainLicense},
	})
	c.addAccount(store.Account{Email: "elsewhere@corp.example", Active: true, Company: store.OtherCompany})
	none := []any{}
	plain := func(key, email, given, family string) map[string]any {
		return map[string]any{
			"key": key, "email": email, "firstName": given, "lastName": family, "status": "ACTIVE",
			"admin": false, "adminRoles": none, "roleSets": none, "licenseKeys": []any{store.MainLicense}, "products": []any{"G2M"},
		}
	}
	administrator := plain("4000000000000000001", store.AdminUserName, "Provisioning", "Service")
	administrator["admin"], administrator["adminRoles"] = true, []any{"SUPER_USER"}
	want := map[string]any{
		"results": []any{
			administrator,
			plain("4000000000000000002", "eva@corp.example", "Eva", "Known"),
			plain("4000000000000000003", "former@corp.example", "Former", "Colleague"),
			map[string]any{
				"key": "4100000000000000009", "email": "Zoe@corp.example", "firstName": "Zoe", "lastName": "Late", "status": "SUSPENDED", "locale": "de_DE",
				"admin": true, "adminRoles": []any{"MANAGE_USERS"}, "roleSets": []any{store.RoleSetOfDesk}, "licenseKeys": []any{store.MainLicense}, "products": []any{"G2M"},
			},
		},
		"fromIndex": 0.0, "toIndex": 3.0, "total": 4.0,
	}
	if diff := cmp.Diff(want, c.admin(http.StatusOK, mainUsers).body); diff != "" {
		t.Error(diff)
	}
}

func TestAdminUsers_showsWhatProvisioningDid(t *testing.T) {
	c := start(t, func(o *Options) { o.TokenLifetime = 24 * time.Hour })
	made, job := c.meeting()
	assignment := c.assign(made, store.UserAna, "User")
	c.must(http.StatusNoContent, "POST", job+"/start", nil)
	c.Clock().Advance(time.Hour)
	find := mainUsers + `?filter=email%20eq%20%22ana%40corp.example%22`
	first := c.admin(http.StatusOK, find)
	if got := []string{first.text("results", 0, "firstName"), first.text("results", 0, "lastName"), first.text("results", 0, "locale"), first.text("results", 0, "status")}; !cmp.Equal(got, []string{"Ana", "Example", "en_US", "ACTIVE"}) {
		t.Errorf("after the first cycle: %s", first.raw)
	}
	c.must(http.StatusNoContent, "DELETE", "/servicePrincipals/"+made.principal+"/appRoleAssignedTo/"+assignment, nil)
	c.Clock().Advance(time.Hour)
	second := c.admin(http.StatusOK, find)
	if second.text("results", 0, "status") != "SUSPENDED" || len(second.list("results", 0, "licenseKeys")) != 0 || second.text("results", 0, "key") != first.text("results", 0, "key") {
		t.Errorf("after the assignment went: %s", second.raw)
	}
}

func TestAdminLicenses_tellWhoHoldsThem(t *testing.T) {
	c := start(t)
	c.Store().SetLicenses(50)
	c.Store().AddLicense(store.License{Key: "7000000000000000002", Description: "Webinars", Products: []string{"G2W", "G2M"}, Seats: 5})
	c.Store().AddLicense(store.License{Key: "7000000000000000003", Description: "Old", Products: []string{"G2T"}, Seats: 1, Disabled: true})
	c.Store().AddLicense(store.License{Key: "7000000000000000004", Company: store.OtherCompany})
	c.addAccount(store.Account{
		Key: "4100000000000000001", Email: "invited@corp.example", Active: true, Status: store.StatusInvited,
		LicenseKeys: []string{"7000000000000000002", store.MainLicense, "7000000000000000003"},
	})
	c.addAccount(store.Account{Email: "suspended@corp.example"})
	none := []any{}
	record := func(key, description string, seats float64, enabled bool, holders, invited, products []any) map[string]any {
		return map[string]any{
			"key": key, "concurrentLicenseKey": 0.0, "seats": seats, "userCount": float64(len(holders) + len(invited)), "enabled": enabled,
			"description": description, "userKeys": holders, "invitedUserKeys": invited, "deviceKeys": none, "deviceCount": 0.0, "products": products,
			"childLicenseKeys": none, "entitlements": map[string]any{}, "devicesOnly": false, "devicesAllowed": true, "externallyManaged": false,
		}
	}
	invited := []any{"4100000000000000001"}
	want := map[string]any{
		"results": []any{
			record(store.MainLicense, "Meetings for everybody", 50, true, []any{"4000000000000000001", "4000000000000000002", "4000000000000000003"}, invited, []any{"G2M"}),
			record("7000000000000000002", "Webinars", 5, true, none, invited, []any{"G2W", "G2M"}),
			record("7000000000000000003", "Old", 1, false, none, invited, []any{"G2T"}),
		},
		"fromIndex": 0.0, "toIndex": 2.0, "total": 3.0,
	}
	if diff := cmp.Diff(want, c.admin(http.StatusOK, mainLicenses).body); diff != "" {
		t.Error(diff)
	}
	user := c.admin(http.StatusOK, mainUsers+`?filter=email%20eq%20%22invited%40corp.example%22`)
	if diff := cmp.Diff([]any{"G2W", "G2M"}, user.list("results", 0, "products")); diff != "" {
		t.Error("products of several licenses, one of them disabled: " + diff)
	}
	c.Store().RemoveLicense("7000000000000000002")
	if got := c.admin(http.StatusOK, mainLicenses).at("total"); got != 2.0 {
		t.Errorf("%v licenses are left, want 2", got)
	}
}

func TestAdminRoleSets_areListed(t *testing.T) {
	c := start(t)
	c.Store().AddRoleSet(store.RoleSet{ID: "6500000000000000002", Name: "Auditors"})
	c.Store().AddRoleSet(store.RoleSet{ID: "6500000000000000003", Name: "Strangers", Company: store.OtherCompany})
	c.Store().AddRoleSet(store.RoleSet{ID: store.RoleSetOfDesk, Name: "Service desk"})
	want := []any{
		map[string]any{"id": store.RoleSetOfDesk, "name": "Service desk"}, map[string]any{"id": "6500000000000000002", "name": "Auditors"},
	}
	if diff := cmp.Diff(want, c.admin(http.StatusOK, mainRoleSets).list("results")); diff != "" {
		t.Error(diff)
	}
}

func TestAdminAPI_refusesThoseWithoutRights(t *testing.T) {
	super := store.Admin{UserName: "boss@corp.example", TeamAdmin: true}
	tests := []struct {
		name       string
		account    store.Account
		admin      store.Admin
		path       string
		wantStatus int
		wantCode   string
	}{
		{"member", store.Account{}, store.Admin{}, mainUsers, http.StatusForbidden, "AccessDenied"},
		{"member asks for licenses", store.Account{}, store.Admin{}, mainLicenses, http.StatusForbidden, "AccessDenied"},
		{"member asks for role sets", store.Account{}, store.Admin{}, mainRoleSets, http.StatusForbidden, "AccessDenied"},
		{"member asks for herself", store.Account{}, store.Admin{}, "/me", http.StatusOK, ""},
		{"administrator by sign-in", store.Account{}, super, mainUsers, http.StatusOK, ""},
		{"administrator by role", store.Account{AdminRoles: []string{"RUN_REPORTS"}}, store.Admin{}, mainUsers, http.StatusOK, ""},
		{"administrator by role set", store.Account{RoleSets: []string{store.RoleSetOfDesk}}, store.Admin{}, mainUsers, http.StatusOK, ""},
		{"role taken from the record", store.Account{AdminRoles: []string{}}, super, mainUsers, http.StatusForbidden, "AccessDenied"},
		{"somebody else's account", store.Account{}, super, "/accounts/" + store.OtherCompany + "/users", http.StatusForbidden, "AccessDenied"},
		{"own account elsewhere", store.Account{Company: store.OtherCompany}, super, "/accounts/" + store.OtherCompany + "/users", http.StatusOK, ""},
		{"no account", store.Account{}, super, "/accounts/1/users", http.StatusNotFound, "AccountNotFound"},
		{"no operation", store.Account{}, super, "/accounts/" + store.MainCompany + "/nothing", http.StatusNotFound, "NotFound"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			test.account.Email, test.account.Active = "boss@corp.example", true
			c.addAccount(test.account)
			if test.admin.UserName != "" {
				c.Store().SetAdmin(test.admin)
			}
			a := c.adminAs(c.tokenFor("boss@corp.example"), test.wantStatus, test.path)
			if test.wantCode != "" && a.text("int_err_code") != test.wantCode {
				t.Errorf("got %s, want code %s", a.raw, test.wantCode)
			}
		})
	}
}

func TestAdminAPI_signInWithoutRecordStandsForItself(t *testing.T) {
	c := start(t)
	a := c.adminAs(c.tokenFor(store.PlainUserName), http.StatusOK, "/me")
	if a.text("email") != store.PlainUserName || a.text("accountKey") != store.MainCompany || len(a.list("adminRoles")) != 0 || len(a.list("products")) != 0 {
		t.Errorf("got %s", a.raw)
	}
}

func TestAdminAPI_needsTheScopeOfTheAdminCenter(t *testing.T) {
	c := start(t)
	c.AddGoToClient(GoToClient{ID: "narrow", Secret: "narrow-secret", Scopes: []string{"collab:", "identity:scim.me"}})
	token := c.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken), "Authorization", basic("narrow", "narrow-secret"))
	if got := token.text("scope"); got != "collab: identity:scim.me" {
		t.Errorf("got scope %q", got)
	}
	if got := c.adminAs(token.text("access_token"), http.StatusForbidden, "/me").text("int_err_code"); got != "InsufficientScope" {
		t.Errorf("got %s", got)
	}
}

func TestAdminAPI_refusesBadTokens(t *testing.T) {
	for _, test := range []struct {
		name       string
		variants   GoToVariants
		wantStatus int
	}{
		{"as usual", GoToVariants{}, http.StatusUnauthorized},
		{"with 403", GoToVariants{ForbidsBadTokens: true}, http.StatusForbidden},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, withVariants(Variants{GoTo: test.variants}))
			expired := c.GoToAccessToken()
			c.Clock().Advance(time.Hour)
			revoked := c.GoToAccessToken()
			c.RevokeGoToAccessTokens()
			for name, token := range map[string]string{
				"unknown": "nonsense", "none": "", "expired": expired, "revoked": revoked, "personal": DefaultPersonalAccessToken,
			} {
				a := c.adminAs(token, test.wantStatus, mainUsers)
				want := map[string]any{"int_err_code": "InvalidToken", "msg": "Invalid token passed"}
				if diff := cmp.Diff(want, a.body); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			c.admin(http.StatusOK, mainUsers)
		})
	}
}

func TestAdminAPI_writesNothing(t *testing.T) {
	c := start(t)
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		c.must(http.StatusNotFound, method, c.GoToURL()+"/admin/rest/v1"+mainUsers, `{}`, "Authorization", "Bearer "+c.GoToAccessToken())
	}
	if got := len(c.Log().Writes()); got != 3 {
		t.Errorf("%d requests count as writes, want 3", got)
	}
}

func TestAdminQuota_countsRequestsOfASecond(t *testing.T) {
	c := start(t, func(o *Options) { o.Quota = Quota{AdminRequests: 10} })
	token := c.GoToAccessToken()
	c.AddGoToClient(GoToClient{ID: "other", Secret: "other-secret"})
	other := c.gotoToken(http.StatusOK, withPersonalToken(DefaultPersonalAccessToken), "Authorization", basic("other", "other-secret")).text("access_token")
	for range 5 {
		c.adminAs(token, http.StatusOK, "/me")
	}
	c.Clock().Advance(500 * time.Millisecond)
	for range 5 {
		c.adminAs(token, http.StatusOK, mainUsers)
	}
	a := c.adminAs(token, http.StatusTooManyRequests, "/me")
	if values, ok := a.header["Retry-After"]; ok || a.text("int_err_code") == "" {
		t.Errorf("got %s with Retry-After %v", a.raw, values)
	}
	c.adminAs(other, http.StatusOK, "/me")
	c.Clock().Advance(500*time.Millisecond - time.Nanosecond)
	c.adminAs(token, http.StatusTooManyRequests, "/me")
	c.Clock().Advance(time.Nanosecond)
	for range 5 {
		c.adminAs(token, http.StatusOK, "/me")
	}
	c.adminAs(token, http.StatusTooManyRequests, "/me")
	c.SetQuota(Quota{})
	for range 30 {
		c.adminAs(token, http.StatusOK, "/me")
	}
}

func TestAdminAPI_hasNoHeadersOfGraph(t *testing.T) {
	c := start(t)
	for name := range c.admin(http.StatusOK, "/me").header {
		if strings.Contains(strings.ToLower(name), "request-id") || strings.HasPrefix(strings.ToLower(name), "x-ms-") {
			t.Errorf("the answer has %s", name)
		}
	}
}
