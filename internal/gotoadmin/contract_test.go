// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// customer is a simulated GoTo and a client of it. The two are independent readings of the same documentation.
type customer struct {
	*gotoadmin.Client
	sim *simulator.Server
}

func newCustomer(t *testing.T, options simulator.Options, adjust ...func(*gotoadmin.Options)) *customer {
	t.Helper()
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	httpClient := sim.Client()
	t.Cleanup(httpClient.CloseIdleConnections)
	c := &customer{sim: sim}
	c.Client = c.client(t, append([]func(*gotoadmin.Options){func(o *gotoadmin.Options) { o.HTTPClient = httpClient }}, adjust...)...)
	return c
}

func (c *customer) client(t *testing.T, adjust ...func(*gotoadmin.Options)) *gotoadmin.Client {
	t.Helper()
	o := gotoadmin.Options{
		ClientID: simulator.DefaultGoToClientID, ClientSecret: simulator.DefaultGoToClientSecret, PersonalAccessToken: simulator.DefaultPersonalAccessToken,
		Endpoint: c.sim.GoToURL(), TokenEndpoint: c.sim.GoToTokenURL(), Clock: c.sim.Clock(),
	}
	for _, a := range adjust {
		a(&o)
	}
	if o.HTTPClient == nil {
		o.HTTPClient = c.sim.Client()
		t.Cleanup(o.HTTPClient.CloseIdleConnections)
	}
	client, err := gotoadmin.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// facts are what the store and the client both know of a person.
type facts struct {
	Key, Email, First, Last, Roles, RoleSets, Licenses string
}

func (c *customer) stored(company string) []facts {
	var all []facts
	for _, a := range c.sim.Store().AccountsOf(company) {
		all = append(all, facts{
			Key: a.Key, Email: a.Email, First: strings.Join(a.Attributes["firstName"], ""), Last: strings.Join(a.Attributes["lastName"], ""),
			Roles: strings.Join(a.AdminRoles, " "), RoleSets: strings.Join(a.RoleSets, " "), Licenses: strings.Join(a.LicenseKeys, " "),
		})
	}
	return sorted(all)
}

func factsOf(users []gotoadmin.User) []facts {
	var all []facts
	for _, u := range users {
		all = append(all, facts{
			Key: u.Key, Email: u.Email, First: u.FirstName, Last: u.LastName,
			Roles: strings.Join(u.AdminRoles, " "), RoleSets: strings.Join(u.RoleSets, " "), Licenses: strings.Join(u.LicenseKeys, " "),
		})
	}
	return all
}

func sorted(all []facts) []facts {
	slices.SortFunc(all, func(a, b facts) int { return strings.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email)) })
	return all
}

// crowd adds people to the simulated GoTo.
func (c *customer) crowd(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		name := fmt.Sprintf("crowd%04d", i)
		_, err := c.sim.Store().AddAccount(store.Account{
			Email: name + "@example.com", Active: i%3 > 0, Attributes: map[string][]string{"firstName": {name}, "lastName": {"Example"}},
			RoleSets: []string{store.RoleSetOfDesk},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestContract_readsTheSameInEveryVariant(t *testing.T) {
	tests := []struct {
		name    string
		variant simulator.GoToVariants
		people  int
	}{
		{"as it comes", simulator.GoToVariants{}, 3},
		{"keys as numbers", simulator.GoToVariants{Keys: simulator.KeysAsNumbers}, 3},
		{"keys mixed", simulator.GoToVariants{Keys: simulator.KeysMixed}, 3},
		{"small status", simulator.GoToVariants{LowerCaseStatus: true}, 3},
		{"unknown status", simulator.GoToVariants{UnknownStatus: true}, 3},
		{"small pages", simulator.GoToVariants{PageSizeCap: 7, Keys: simulator.KeysAsNumbers}, 50},
		{"no total", simulator.GoToVariants{NoTotal: true}, 50},
		{"no total and small pages", simulator.GoToVariants{NoTotal: true, PageSizeCap: 7}, 50},
		{"no total and empty as not found", simulator.GoToVariants{NoTotal: true, PageSizeCap: 1, Empty: simulator.EmptyNotFound}, 3},
		{"no total and empty without results", simulator.GoToVariants{NoTotal: true, PageSizeCap: 1, Empty: simulator.EmptyWithoutResults}, 3},
		{"several full pages", simulator.GoToVariants{}, 2500},
		{"several full pages, no total", simulator.GoToVariants{NoTotal: true}, 2500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCustomer(t, simulator.Options{Variants: simulator.Variants{GoTo: tt.variant}})
			c.crowd(t, tt.people)
			account, err := c.Account(t.Context())
			if diff := cmp.Diff(c.company(t, store.MainCompany), account); diff != "" || err != nil {
				t.Fatal(err, diff)
			}
			users, err := c.Users(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.stored(store.MainCompany), factsOf(users)); diff != "" {
				t.Error(diff)
			}
			licenses, err := c.Licenses(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			c.compareLicenses(t, users, licenses)
		})
	}
}

func (c *customer) company(t *testing.T, key string) gotoadmin.Account {
	t.Helper()
	for _, company := range c.sim.Store().Companies() {
		if company.Key == key {
			return gotoadmin.Account{Key: key, Name: company.Name}
		}
	}
	t.Fatalf("no company %s", key)
	return gotoadmin.Account{}
}

func (c *customer) compareLicenses(t *testing.T, users []gotoadmin.User, licenses []gotoadmin.License) {
	t.Helper()
	var want, got []any
	for _, l := range c.sim.Store().LicensesOf(store.MainCompany) {
		holders := 0
		for _, u := range users {
			if slices.Contains(u.LicenseKeys, l.Key) {
				holders++
			}
		}
		want = append(want, l.Key, l.Description, l.Products, int64(l.Seats), !l.Disabled, holders)
	}
	for _, l := range licenses {
		got = append(got, l.Key, l.Description, l.Products, l.Seats, l.Enabled, len(l.UserKeys)+len(l.InvitedUserKeys))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestContract_findsNobodyInEveryForm(t *testing.T) {
	for _, form := range []simulator.EmptyForm{simulator.EmptyResults, simulator.EmptyWithoutResults, simulator.EmptyNotFound} {
		for _, noTotal := range []bool{false, true} {
			t.Run(fmt.Sprintf("form %d, no total %t", form, noTotal), func(t *testing.T) {
				c := newCustomer(t, simulator.Options{Variants: simulator.Variants{GoTo: simulator.GoToVariants{Empty: form, NoTotal: noTotal, SeveralAccounts: true}}},
					func(o *gotoadmin.Options) { o.AccountKey = "8000000000000000009" })
				c.sim.Store().AddCompany(store.Company{Key: "8000000000000000009", Name: "Example Void"})
				users, err := c.Users(t.Context())
				if len(users) != 0 || err != nil {
					t.Errorf("users: %v, %v", users, err)
				}
				licenses, err := c.Licenses(t.Context())
				if len(licenses) != 0 || err != nil {
					t.Errorf("licenses: %v, %v", licenses, err)
				}
			})
		}
	}
}

func TestContract_leavesTheChoiceOfSeveralAccounts(t *testing.T) {
	c := newCustomer(t, simulator.Options{Variants: simulator.Variants{GoTo: simulator.GoToVariants{SeveralAccounts: true, Keys: simulator.KeysAsNumbers}}})
	_, err := c.Users(t.Context())
	choice, ok := errors.AsType[*gotoadmin.AccountChoiceError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	want := []gotoadmin.Account{c.company(t, store.MainCompany), c.company(t, store.OtherCompany)}
	if diff := cmp.Diff(want, choice.Accounts); diff != "" {
		t.Error(diff)
	}
	other := c.client(t, func(o *gotoadmin.Options) { o.AccountKey = store.OtherCompany })
	users, err := other.Users(t.Context())
	if diff := cmp.Diff(c.stored(store.OtherCompany), factsOf(users)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestContract_renewsTokens(t *testing.T) {
	for _, forbids := range []bool{false, true} {
		t.Run(fmt.Sprintf("bad tokens are forbidden: %t", forbids), func(t *testing.T) {
			c := newCustomer(t, simulator.Options{Variants: simulator.Variants{GoTo: simulator.GoToVariants{ForbidsBadTokens: forbids}}})
			for _, step := range []struct {
				name    string
				before  func()
				signIns int
			}{
				{"at first", func() {}, 1},
				{"a little later", func() { c.sim.Clock().Advance(54 * time.Minute) }, 1},
				{"shortly before its end", func() { c.sim.Clock().Advance(90 * time.Second) }, 2},
				{"after it was revoked", c.sim.RevokeGoToAccessTokens, 3},
			} {
				step.before()
				if _, err := c.Users(t.Context()); err != nil {
					t.Fatalf("%s: %v", step.name, err)
				}
				if got := c.signIns(); got != step.signIns {
					t.Errorf("%s: %d sign-ins, not %d", step.name, got, step.signIns)
				}
			}
		})
	}
}

func (c *customer) signIns() int { return len(c.sim.Log().Match(http.MethodPost, "**/oauth/token")) }

func TestContract_reportsRefusals(t *testing.T) {
	tests := []struct {
		name     string
		prepare  func(*customer)
		adjust   func(*gotoadmin.Options)
		wantCode string // of a *SignInError
		denied   bool
	}{
		{name: "wrong secret", adjust: func(o *gotoadmin.Options) { o.ClientSecret = "wrong" }, wantCode: "invalid_client"},
		{name: "wrong client", adjust: func(o *gotoadmin.Options) { o.ClientID = "wrong" }, wantCode: "invalid_client"},
		{name: "wrong token", adjust: func(o *gotoadmin.Options) { o.PersonalAccessToken = "wrong" }, wantCode: "invalid_grant"},
		{
			name: "revoked token", prepare: func(c *customer) { c.sim.RevokePersonalAccessToken(simulator.DefaultPersonalAccessToken) },
			wantCode: "invalid_grant",
		},
		{
			name:     "grant switched off",
			prepare:  func(c *customer) { c.sim.SetVariants(func(v *simulator.Variants) { v.GoTo.NoPersonalTokens = true }) },
			wantCode: "unauthorized_client",
		},
		{
			name: "no scope",
			prepare: func(c *customer) {
				c.sim.AddGoToClient(simulator.GoToClient{ID: "poor", Secret: "poor secret+/=", Scopes: []string{"collab:"}})
			},
			adjust: func(o *gotoadmin.Options) { o.ClientID, o.ClientSecret = "poor", "poor secret+/=" },
			denied: true,
		},
		{
			name:    "no administrator",
			prepare: func(c *customer) { c.sim.AddPersonalAccessToken("token-of-a-member", store.PlainUserName) },
			adjust:  func(o *gotoadmin.Options) { o.PersonalAccessToken = "token-of-a-member" },
			denied:  true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCustomer(t, simulator.Options{})
			if tt.prepare != nil {
				tt.prepare(c)
			}
			client := c.Client
			if tt.adjust != nil {
				client = c.client(t, tt.adjust)
			}
			_, err := client.Users(t.Context())
			var code string
			if e, ok := errors.AsType[*gotoadmin.SignInError](err); ok {
				code = e.Code
			}
			if diff := cmp.Diff([]any{tt.wantCode, tt.denied}, []any{code, gotoadmin.IsPermissionDenied(err)}); diff != "" {
				t.Errorf("%v: %s", err, diff)
			}
		})
	}
}

func TestContract_signsInWithUnusualCredentials(t *testing.T) {
	c := newCustomer(t, simulator.Options{})
	c.sim.AddGoToClient(simulator.GoToClient{ID: "id with+signs", Secret: "s:e+c r/e=t%41ü"})
	client := c.client(t, func(o *gotoadmin.Options) { o.ClientID, o.ClientSecret = "id with+signs", "s:e+c r/e=t%41ü" })
	if _, err := client.Account(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestContract_survivesFaults(t *testing.T) {
	effects := map[string]simulator.Effect{
		"throttled":            simulator.Throttled(3 * time.Second),
		"throttled until":      simulator.ThrottledUntil(3 * time.Second),
		"throttled bare":       simulator.ThrottledBare(),
		"unavailable":          simulator.Unavailable(2 * time.Second),
		"failing":              simulator.Fails(http.StatusInternalServerError, "ServerError", "no"),
		"a gateway's page":     simulator.AnswersHTML(http.StatusBadGateway),
		"gateway timeout":      simulator.AnswersNothing(http.StatusGatewayTimeout),
		"dropped before":       simulator.DropsBefore(),
		"dropped after":        simulator.DropsAfter(),
		"half an answer":       simulator.Truncates(),
		"token refused by 401": simulator.Fails(http.StatusUnauthorized, "InvalidToken", "Invalid token passed"),
		"token refused by 403": simulator.Fails(http.StatusForbidden, "InvalidToken", "Invalid token passed"),
	}
	for name, effect := range effects {
		for _, path := range []string{"**/oauth/token", "/admin/rest/v1/me", "/admin/rest/v1/accounts/*/users", "/admin/rest/v1/accounts/*/licenses"} {
			if strings.HasPrefix(name, "token refused") && strings.HasSuffix(path, "token") {
				continue
			}
			t.Run(name+" at "+path, func(t *testing.T) {
				c := newCustomer(t, simulator.Options{Variants: simulator.Variants{GoTo: simulator.GoToVariants{PageSizeCap: 5}}})
				c.crowd(t, 12)
				skip := 0
				if strings.HasSuffix(path, "users") {
					skip = 1 // the second page
				}
				c.sim.Faults().Add(simulator.Fault{Path: path, Skip: skip, Effect: effect})
				users, err := c.Users(t.Context())
				if diff := cmp.Diff(c.stored(store.MainCompany), factsOf(users)); diff != "" || err != nil {
					t.Error(err, diff)
				}
				licenses, err := c.Licenses(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				c.compareLicenses(t, users, licenses)
				if pending := c.sim.Faults().Pending(); len(pending) > 0 {
					t.Error("the fault did not strike")
				}
			})
		}
	}
}

func TestContract_staysBelowTheLimit(t *testing.T) {
	c := newCustomer(t, simulator.Options{
		Quota:    simulator.Quota{AdminRequests: 10},
		Variants: simulator.Variants{GoTo: simulator.GoToVariants{PageSizeCap: 2}},
	})
	c.crowd(t, 30)
	// One after the other: on a clock that moves only when somebody waits, requests under way would arrive late.
	for range 4 {
		if _, err := c.Users(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range c.sim.Log().All() {
		if r.Status == http.StatusTooManyRequests {
			t.Fatalf("request %d was throttled", r.Number)
		}
	}
}

func TestContract_keepsToItself(t *testing.T) {
	var mu sync.Mutex
	var log strings.Builder
	c := newCustomer(t, simulator.Options{}, func(o *gotoadmin.Options) {
		o.Log = func(_ context.Context, e wire.Exchange) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&log, "%+v\n", e)
		}
	})
	if _, err := c.Users(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := log.String() + fmt.Sprintf("%v %+v %#v", c.Client, c.Client, c.Client)
	for _, r := range c.sim.Log().Sent() {
		for _, hidden := range []string{r.Header.Get("Authorization"), r.Header.Get("Authorization")[6:]} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s %s: the credentials show", r.Method, r.Path)
			}
		}
		if r.Path != "/admin/rest/v1/me" && strings.HasPrefix(r.Path, "/admin/") && cmp.Diff([]string{"1000"}, r.Query["pageSize"]) != "" {
			t.Errorf("%s is asked with %v", r.Path, r.Query)
		}
	}
	for _, secret := range []string{simulator.DefaultGoToClientSecret, simulator.DefaultPersonalAccessToken, "@example.com"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows", secret)
		}
	}
}
