// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const accountsType = "gotomeeting_accounts"

// What an administrator reads of GoTo.
const (
	mePath       = "/admin/rest/v1/me"
	usersPath    = "/admin/rest/v1/accounts/*/users"
	licensesPath = "/admin/rest/v1/accounts/*/licenses"
	tokenPath    = "/oauth/token"
)

// customer is a company at GoTo whose people's accounts are of every kind.
type customer struct {
	*acctest.Env
	t *testing.T
}

func newCustomer(t *testing.T) *customer {
	t.Helper()
	c := &customer{acctest.New(t), t}
	c.UseGoTo()
	c.Sim.Store().SetLicenses(50)
	for _, account := range []store.Account{
		{Key: "4100000000000000101", Email: "Zoe@corp.example", Active: true, Status: "INVITED"},
		{Key: "4100000000000000102", Email: "ana@corp.example", Attributes: map[string][]string{"firstName": {"Ana"}, "lastName": {"Away"}, "locale": {"de_DE"}}, RoleSets: []string{store.RoleSetOfDesk}},
	} {
		c.add(account)
	}
	return c
}

func (c *customer) add(account store.Account) {
	c.t.Helper()
	if _, err := c.Sim.Store().AddAccount(account); err != nil {
		c.t.Fatal(err)
	}
}

func (c *customer) variants(change func(*simulator.GoToVariants)) {
	c.Sim.SetVariants(func(v *simulator.Variants) { change(&v.GoTo) })
}

// member is the account of somebody in the seeded company.
func member(key, email, first, last, status string) map[string]any {
	return map[string]any{"key": key, "email": email, "first_name": first, "last_name": last, "status": status, "locale": nil, "admin": false, "admin_roles": []any{},
		"role_set_ids": []any{}, "license_keys": []any{store.MainLicense}, "products": []any{"G2M"}, "group_name": nil}
}

func with(object map[string]any, changes map[string]any) map[string]any {
	for name, value := range changes {
		object[name] = value
	}
	return object
}

// wantEverything is what there is to read of newCustomer.
func wantEverything() map[string]any {
	return map[string]any{
		"connection_id": nil, "detail": nil, "active_unmatched_keys": nil, "active_unmatched_complete": nil,
		"timeouts": nil, "emails": nil, "statuses": nil, "id": store.MainCompany, "account_key": store.MainCompany, "account_name": "Example Ltd",
		"accounts": []any{
			with(member("4100000000000000102", "ana@corp.example", "Ana", "Away", "SUSPENDED"),
				map[string]any{"locale": "de_DE", "admin": true, "role_set_ids": []any{store.RoleSetOfDesk}, "license_keys": []any{}, "products": []any{}}),
			member("4000000000000000002", "eva@corp.example", "Eva", "Known", "ACTIVE"),
			member("4000000000000000003", "former@corp.example", "Former", "Colleague", "ACTIVE"),
			with(member("4000000000000000001", store.AdminUserName, "Provisioning", "Service", "ACTIVE"), map[string]any{"admin": true, "admin_roles": []any{"SUPER_USER"}}),
			with(member("4100000000000000101", "Zoe@corp.example", "", "", "INVITED"), map[string]any{"first_name": nil, "last_name": nil}),
		},
		"key_by_email": map[string]any{"ana@corp.example": "4100000000000000102", "eva@corp.example": "4000000000000000002", "former@corp.example": "4000000000000000003",
			store.AdminUserName: "4000000000000000001", "zoe@corp.example": "4100000000000000101"},
		"missing_emails": []any{}, "counts_by_status": map[string]any{"active": int64(3), "invited": int64(1), "suspended": int64(1)},
		"licenses": []any{map[string]any{"key": store.MainLicense, "description": "Meetings for everybody", "products": []any{"G2M"}, "seats": int64(50), "used_seats": int64(4),
			"invited": int64(1), "enabled": true}},
	}
}

func TestAccounts_readsEverything(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		variants func(*simulator.GoToVariants)
	}{
		{"as usual", func(*simulator.GoToVariants) {}},
		{"keys as numbers", func(v *simulator.GoToVariants) { v.Keys = simulator.KeysAsNumbers }},
		{"keys in both forms", func(v *simulator.GoToVariants) { v.Keys = simulator.KeysMixed }},
		{"small pages", func(v *simulator.GoToVariants) { v.PageSizeCap = 2 }},
		{"no total", func(v *simulator.GoToVariants) { v.NoTotal = true }},
		{"small pages without a total", func(v *simulator.GoToVariants) { v.PageSizeCap, v.NoTotal = 2, true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCustomer(t)
			c.variants(test.variants)
			state, found := c.Protocol().ReadData(accountsType, map[string]any{})
			if len(found) > 0 {
				t.Fatal(found)
			}
			if diff := cmp.Diff(wantEverything(), state); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccounts_countsStatusesInLowerCase(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	c.variants(func(v *simulator.GoToVariants) { v.LowerCaseStatus, v.UnknownStatus = true, true })
	state, found := c.Protocol().ReadData(accountsType, map[string]any{"statuses": []string{"On_Hold", "INVITED"}})
	if len(found) > 0 {
		t.Fatal(found)
	}
	if diff := cmp.Diff(map[string]any{"on_hold": int64(1), "invited": int64(1)}, state["counts_by_status"]); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestAccounts_readsWhatIsThereWhenNothingIs(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]simulator.EmptyForm{"empty list": simulator.EmptyResults, "no list": simulator.EmptyWithoutResults, "not found": simulator.EmptyNotFound} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCustomer(t)
			c.Sim.Store().RemoveLicense(store.MainLicense)
			c.variants(func(v *simulator.GoToVariants) { v.Empty = form })
			state, found := c.Protocol().ReadData(accountsType, map[string]any{})
			if diff := cmp.Diff([]any{}, state["licenses"]); len(found) > 0 || diff != "" {
				t.Errorf("licenses: %s\n%s", diff, found)
			}
		})
	}
}

// Several data sources of one run share what GoTo tells; a run that changes something asks anew.
func TestAccounts_asksOncePerRun(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	p := c.Protocol()
	if requests := c.Sim.Log().Sent(); len(requests) > 0 {
		t.Errorf("requests of a provider that nobody uses: %v", acctest.Lines(requests))
	}
	users := "GET /admin/rest/v1/accounts/" + store.MainCompany + "/users"
	licenses := "GET /admin/rest/v1/accounts/" + store.MainCompany + "/licenses"
	for _, step := range []struct {
		name   string
		before func()
		config map[string]any
		want   []string
	}{
		{"licenses alone", nil, map[string]any{"emails": []string{}}, []string{"POST " + tokenPath, "GET " + mePath, licenses}},
		{"people as well", nil, map[string]any{}, []string{users}},
		{"once more", nil, map[string]any{"emails": []string{"eva@corp.example"}}, []string{}},
		{"long after", func() { c.Sim.Clock().Advance(2 * time.Minute) }, map[string]any{}, []string{users, licenses}},
		{"after a change", func() {
			if _, found := p.Change("gotomeeting_application", nil, map[string]any{"display_name": "GoToMeeting"}); found.HasError() {
				t.Fatal(found)
			}
		}, map[string]any{}, []string{users, licenses}},
	} {
		if step.before != nil {
			step.before()
		}
		c.Sim.Log().Reset()
		if _, found := p.ReadData(accountsType, step.config); len(found) > 0 {
			t.Fatal(step.name, found)
		}
		if diff := cmp.Diff(step.want, acctest.Lines(c.Sim.Log().Sent())); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", step.name, diff)
		}
	}
}

// Ten thousand people take ten pages of a thousand. What is quadratic in them would not end within a test's patience.
func TestAccounts_readsTenThousand(t *testing.T) {
	t.Parallel()
	const many = 10_000
	c := newCustomer(t)
	var emails []string
	for i := len(c.Sim.Store().Accounts()); i < many; i++ {
		email := fmt.Sprintf("person%05d@corp.example", i)
		emails = append(emails, strings.ToUpper(email))
		c.add(store.Account{Email: email, Active: true, Attributes: map[string][]string{"firstName": {"Person"}, "lastName": {fmt.Sprint(i)}}})
	}
	p := c.Protocol()
	state, found := p.ReadData(accountsType, map[string]any{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	accounts, _ := state["accounts"].([]any)
	keys, _ := state["key_by_email"].(map[string]any)
	if len(accounts) != many || len(keys) != many {
		t.Errorf("%d accounts and %d keys", len(accounts), len(keys))
	}
	if pages := len(c.Sim.Log().Match("GET", usersPath)); pages != many/1000 {
		t.Errorf("%d pages", pages)
	}
	if requests := c.Sim.Log().Sent(); len(requests) > many/1000+3 {
		t.Errorf("%d requests: %v", len(requests), acctest.Lines(requests))
	}
	state, found = p.ReadData(accountsType, map[string]any{"emails": emails})
	if len(found) > 0 {
		t.Fatal(found)
	}
	if keys, _ := state["key_by_email"].(map[string]any); len(keys) != len(emails) {
		t.Errorf("%d of %d addresses", len(keys), len(emails))
	}
}

func TestAccounts_lifecycle(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	const at = "data." + accountsType + ".this"
	config := c.Config(`
data "gotomeeting_accounts" "this" {
  emails   = ["EVA@corp.example", "Nobody@corp.example", "zoe@corp.example"]
  statuses = ["active"]
}
`)
	keys := func(want map[string]knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(at, tfjsonpath.New("key_by_email"), knownvalue.MapExact(want))
	}
	eva := knownvalue.StringExact("4000000000000000002")
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: c.ProviderFactories(), Steps: []resource.TestStep{
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{
			keys(map[string]knownvalue.Check{"eva@corp.example": eva}),
			statecheck.ExpectKnownValue(at, tfjsonpath.New("missing_emails"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("Nobody@corp.example")})),
			statecheck.ExpectKnownValue(at, tfjsonpath.New("id"), knownvalue.StringExact(store.MainCompany)),
		}},
		{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		{PreConfig: func() {
			c.add(store.Account{Key: "4100000000000000103", Email: "nobody@corp.example", Active: true})
		}, Config: config, ConfigStateChecks: []statecheck.StateCheck{
			keys(map[string]knownvalue.Check{"eva@corp.example": eva, "nobody@corp.example": knownvalue.StringExact("4100000000000000103")}),
			statecheck.ExpectKnownValue(at, tfjsonpath.New("missing_emails"), knownvalue.ListExact(nil)),
		}},
	}})
}

func TestAccounts_examplesApply(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../examples/data-sources/" + accountsType + "/*.tf")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tf"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, refused := range []bool{false, true} {
				c := newCustomer(t)
				c.add(store.Account{Email: "ana@example.com", Active: true})
				if refused {
					c.Sim.Faults().Add(simulator.Fault{Path: licensesPath, Count: -1, Effect: simulator.LacksPermission()})
				}
				config := c.Config(string(content))
				resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: c.ProviderFactories(), Steps: []resource.TestStep{
					{Config: config},
					{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				}})
			}
		})
	}
}

// With the summary nothing names anybody but the addresses that the configuration has anyway.
func TestAccounts_summaryNamesNobody(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	for name, config := range map[string]map[string]any{
		"everybody": {"detail": "summary"}, "some": {"detail": "summary", "emails": []any{"ANA@corp.example", "nobody@corp.example"}}, "people": {"detail": "people"}, "default": {},
	} {
		got, found := c.Protocol().ReadData(accountsType, config)
		if len(found) > 0 {
			t.Fatal(name, found)
		}
		names := fmt.Sprint(got["accounts"], got["counts_by_status"], got["licenses"])
		if summary := config["detail"] == "summary"; strings.Contains(names, "@corp.example") == summary || strings.Contains(names, "Away") == summary {
			t.Errorf("%s: %s", name, names)
		}
		want := map[string]any{"ana@corp.example": "4100000000000000102"}
		keys, _ := got["key_by_email"].(map[string]any)
		switch name {
		case "everybody":
			want = map[string]any{}
		case "people", "default":
			if len(keys) < 2 {
				t.Errorf("%s: %v", name, keys)
			}
			continue
		}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		accounts, _ := got["accounts"].([]any)
		if len(accounts) == 0 {
			t.Fatalf("%s: no accounts", name)
		}
		if first, _ := accounts[0].(map[string]any); first["key"] == "" || first["key"] == nil {
			t.Errorf("%s: no key", name)
		}
	}
}
