// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// crowd adds people until there are n users.
func (c *tester) crowd(n int) {
	c.t.Helper()
	for i := len(c.Store().Accounts()); i < n; i++ {
		c.addAccount(store.Account{Email: fmt.Sprintf("person%04d@corp.example", i), Active: true})
	}
}

func TestAdminLists_arePaged(t *testing.T) {
	tests := []struct {
		name                        string
		variants                    GoToVariants
		query                       string
		wantStatus                  int
		wantCount                   int
		wantFrom, wantTo, wantTotal any
	}{
		{"default", GoToVariants{}, "", http.StatusOK, 25, 0.0, 24.0, 1100.0},
		{"size", GoToVariants{}, "?pageSize=200", http.StatusOK, 200, 0.0, 199.0, 1100.0},
		{"later page", GoToVariants{}, "?pageSize=200&offset=200", http.StatusOK, 200, 200.0, 399.0, 1100.0},
		{"last page", GoToVariants{}, "?pageSize=200&offset=1000", http.StatusOK, 100, 1000.0, 1099.0, 1100.0},
		{"behind the last", GoToVariants{}, "?pageSize=200&offset=1200", http.StatusOK, 0, 1200.0, 1200.0, 1100.0},
		{"largest", GoToVariants{}, "?pageSize=1000", http.StatusOK, 1000, 0.0, 999.0, 1100.0},
		{"more than the largest", GoToVariants{}, "?pageSize=5000", http.StatusOK, 1000, 0.0, 999.0, 1100.0},
		{"capped", GoToVariants{PageSizeCap: 100}, "?pageSize=1000&offset=50", http.StatusOK, 100, 50.0, 149.0, 1100.0},
		{"without total", GoToVariants{NoTotal: true}, "?pageSize=200", http.StatusOK, 200, 0.0, 199.0, nil},
		{"unknown parameter", GoToVariants{}, "?pagesize=3&ascending=email=true", http.StatusOK, 25, 0.0, 24.0, 1100.0},
		{"no size", GoToVariants{}, "?pageSize=0", http.StatusBadRequest, 0, nil, nil, nil},
		{"size is not a number", GoToVariants{}, "?pageSize=all", http.StatusBadRequest, 0, nil, nil, nil},
		{"negative offset", GoToVariants{}, "?offset=-1", http.StatusBadRequest, 0, nil, nil, nil},
	}
	c := start(t)
	c.crowd(1100)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c.SetVariants(func(v *Variants) { v.GoTo = test.variants })
			a := c.admin(test.wantStatus, mainUsers+test.query)
			if a.status != http.StatusOK {
				return
			}
			if got := len(a.list("results")); got != test.wantCount {
				t.Errorf("got %d users, want %d", got, test.wantCount)
			}
			want := []any{test.wantFrom, test.wantTo, test.wantTotal}
			if diff := cmp.Diff(want, []any{a.body["fromIndex"], a.body["toIndex"], a.body["total"]}); diff != "" {
				t.Error(diff)
			}
			if _, ok := a.body["total"]; ok == test.variants.NoTotal {
				t.Errorf("total is there: %v", ok)
			}
		})
	}
}

func TestAdminLists_pagesAddUp(t *testing.T) {
	c := start(t)
	c.crowd(60)
	seen := map[string]bool{}
	for offset := 0; offset < 60; offset += 25 {
		a := c.admin(http.StatusOK, fmt.Sprintf("%s?offset=%d", mainUsers, offset))
		for i := range a.list("results") {
			seen[a.text("results", i, "key")] = true
		}
	}
	if len(seen) != 60 {
		t.Errorf("saw %d users, want 60", len(seen))
	}
}

func TestAdminLists_giveTheAttributesAskedFor(t *testing.T) {
	c := start(t)
	tests := []struct {
		query string
		want  map[string]any
	}{
		{"attributes=key,email", map[string]any{"key": "4000000000000000002", "email": "eva@corp.example"}},
		{"attributeNames=status", map[string]any{"status": "ACTIVE"}},
		{"attributes=email,unknown", map[string]any{"email": "eva@corp.example"}},
		{"attributes=unknown", map[string]any{}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			if diff := cmp.Diff(test.want, c.admin(http.StatusOK, mainUsers+"?"+test.query).at("results", 1)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAdminUsers_areFilteredByAddress(t *testing.T) {
	tests := []struct {
		name       string
		filter     string // as it is sent
		wantStatus int
		want       []string
	}{
		{"exact", `email%20eq%20%22eva%40corp.example%22`, http.StatusOK, []string{"eva@corp.example"}},
		{"at sign not escaped", `email%20eq%20%22eva@corp.example%22`, http.StatusOK, []string{"eva@corp.example"}},
		{"other case", `EMAIL%20EQ%20%22EVA%40corp.example%22`, http.StatusOK, []string{"eva@corp.example"}},
		{"plus in the address", `email%20eq%20%22eva%2Btest%40corp.example%22`, http.StatusOK, []string{"eva+test@corp.example"}},
		{"nobody", `email%20eq%20%22nobody%40corp.example%22`, http.StatusOK, []string{}},
		{"plus for a space", `email+eq+%22eva%40corp.example%22`, http.StatusBadRequest, nil},
		{"plus not escaped", `email%20eq%20%22eva+test%40corp.example%22`, http.StatusBadRequest, nil},
		{"no quotes", `email%20eq%20eva%40corp.example`, http.StatusBadRequest, nil},
		{"other attribute", `lastName%20eq%20%22Known%22`, http.StatusBadRequest, nil},
		{"other operator", `email%20sw%20%22eva%22`, http.StatusBadRequest, nil},
		{"older syntax", `(email=%22eva%40corp.example%22)`, http.StatusBadRequest, nil},
		{"empty", ``, http.StatusBadRequest, nil},
	}
	c := start(t)
	c.addAccount(store.Account{Email: "eva+test@corp.example", Active: true})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := c.admin(test.wantStatus, mainUsers+"?pageSize=200&filter="+test.filter)
			if test.want == nil {
				if got := a.text("int_err_code"); got != "InvalidFilter" {
					t.Errorf("got %s", a.raw)
				}
				return
			}
			got := []string{}
			for i := range a.list("results") {
				got = append(got, a.text("results", i, "email"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if total := a.at("total"); total != float64(len(test.want)) {
				t.Errorf("got total %v", total)
			}
		})
	}
	c.admin(http.StatusBadRequest, mainLicenses+`?filter=email%20eq%20%22x%22`)
	c.admin(http.StatusBadRequest, mainRoleSets+`?filter=email%20eq%20%22x%22`)
}

func TestAdminLists_emptyOnesComeInThreeForms(t *testing.T) {
	tests := []struct {
		name       string
		variants   GoToVariants
		wantStatus int
		want       map[string]any
	}{
		{"results", GoToVariants{}, http.StatusOK, map[string]any{"results": []any{}, "fromIndex": 0.0, "toIndex": 0.0, "total": 0.0}},
		{"no results", GoToVariants{Empty: EmptyWithoutResults}, http.StatusOK, map[string]any{"fromIndex": 0.0, "toIndex": 0.0, "total": 0.0}},
		{"not found", GoToVariants{Empty: EmptyNotFound}, http.StatusNotFound, map[string]any{"int_err_code": "NotFound", "msg": "Nothing was found"}},
		{"neither results nor total", GoToVariants{Empty: EmptyWithoutResults, NoTotal: true}, http.StatusOK, map[string]any{"fromIndex": 0.0, "toIndex": 0.0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, withVariants(Variants{GoTo: test.variants}), func(o *Options) { o.Empty = true })
			if diff := cmp.Diff(test.want, c.admin(test.wantStatus, mainUsers).body); diff != "" {
				t.Error(diff)
			}
			c.admin(http.StatusOK, mainLicenses)
		})
	}
}

func TestAdminAPI_keysComeInThreeForms(t *testing.T) {
	const user, license, company = "4000000000000000002", store.MainLicense, store.MainCompany
	text := func(key string) string { return `"` + key + `"` }
	tests := []struct {
		name                 string
		keys                 KeyForm
		me, users, licenseOf []string
	}{
		{"text", KeysAsText,
			[]string{`"key":` + text("4000000000000000001"), `"accountKey":` + text(company), `[{"key":` + text(company)},
			[]string{`"key":` + text(user), `"licenseKeys":[` + text(license) + `]`},
			[]string{`"key":` + text(license), `"userKeys":[` + text("4000000000000000001") + `,`}},
		{"numbers", KeysAsNumbers,
			[]string{`"key":4000000000000000001,`, `"accountKey":` + company + `,`, `[{"key":` + company + `,`},
			[]string{`"key":` + user + `,`, `"licenseKeys":[` + license + `]`},
			[]string{`"key":` + license + `,`, `"userKeys":[4000000000000000001,`}},
		{"mixed", KeysMixed,
			[]string{`"key":` + text("4000000000000000001"), `"accountKey":` + text(company)},
			[]string{`"key":` + text(user), `"licenseKeys":[` + text(license) + `]`},
			[]string{`"key":` + license + `,`, `"userKeys":[4000000000000000001,`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, withVariants(Variants{GoTo: GoToVariants{Keys: test.keys}}))
			for path, wants := range map[string][]string{"/me": test.me, mainUsers: test.users, mainLicenses: test.licenseOf} {
				a := c.admin(http.StatusOK, path)
				for _, want := range wants {
					if !strings.Contains(string(a.raw), want) {
						t.Errorf("%s does not contain %s: %s", path, want, a.raw)
					}
				}
			}
		})
	}
}

func TestAdminUsers_statusComesInOtherSpellings(t *testing.T) {
	tests := []struct {
		name     string
		variants GoToVariants
		want     []string
	}{
		{"as expected", GoToVariants{}, []string{"ACTIVE", "SUSPENDED", "INVITED", "PENDING_TRANSFER"}},
		{"small letters", GoToVariants{LowerCaseStatus: true}, []string{"active", "suspended", "invited", "pending_transfer"}},
		{"unknown", GoToVariants{UnknownStatus: true}, []string{"ACTIVE", "ON_HOLD", "INVITED", "PENDING_TRANSFER"}},
		{"both", GoToVariants{UnknownStatus: true, LowerCaseStatus: true}, []string{"active", "on_hold", "invited", "pending_transfer"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, withVariants(Variants{GoTo: test.variants}), func(o *Options) { o.Empty = true })
			c.addAccount(store.Account{Email: "a@corp.example", Active: true})
			c.addAccount(store.Account{Email: "b@corp.example"})
			c.addAccount(store.Account{Email: "c@corp.example", Active: true, Status: store.StatusInvited})
			c.addAccount(store.Account{Email: "d@corp.example", Active: true, Status: "PENDING_TRANSFER"})
			a := c.admin(http.StatusOK, mainUsers)
			var got []string
			for i := range a.list("results") {
				got = append(got, a.text("results", i, "status"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
