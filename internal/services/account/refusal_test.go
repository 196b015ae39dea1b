// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// settings is the goto block of a provider block, to change.
func settings(block map[string]any) map[string]any {
	nested, _ := block["goto"].(map[string]any)
	return nested
}

const (
	scopeAdvice = "Select the scope `identity:` (Admin Center) for the OAuth client in GoTo's developer portal, and create a new personal access token with it."
	roleAdvice  = "The owner of the token must be an administrator of the account who can manage users, such as a super admin: a scope never grants more than the person's role."
	busyAdvice  = "GoTo allows ten requests per second in total for this account. Try again later, when no other program uses the API."
	failAdvice  = "Try again; GoTo reports outages at https://status.goto.com."
	grantAdvice = "Signing in to GoTo failed. The OAuth client is not enabled for personal access tokens. Enable that grant type for the client in GoTo's developer portal. " +
		"GoTo said: The client may not use this grant type.\n\nHTTP status: 400\nOAuth error: unauthorized_client"
	chooseAdvice = "Set `account_key` in the provider's `goto` block, or `GOTO_ACCOUNT_KEY`, to the key of the account to read:\n\n8000000000000000001 (Example Ltd)"
)

func TestAccounts_explainsRefusals(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(map[string]any) {
		return func(block map[string]any) { settings(block)[name] = value }
	}
	always := func(path string, effect simulator.Effect) func(*customer) {
		return func(c *customer) {
			c.Sim.Faults().Add(simulator.Fault{Path: path, Count: -1, Effect: effect})
		}
	}
	users := "GET /admin/rest/v1/accounts/" + store.MainCompany + "/users"
	for _, test := range []struct {
		name    string
		adjust  func(block map[string]any)
		arrange func(*customer)
		want    string // the detail; the end may be "…" for anything
	}{
		{"not configured", func(block map[string]any) { delete(block, "goto") }, nil,
			`GoTo is not configured. Configure an OAuth client at GoTo and the personal access token of an administrator in the provider:

provider "gotomeeting" {
  goto = {
    client_id             = "the OAuth client's id"
    client_secret         = var.goto_client_secret
    personal_access_token = var.goto_personal_access_token
  }
}

Or set the environment variables ` + "`GOTO_CLIENT_ID`, `GOTO_CLIENT_SECRET` and `GOTO_PERSONAL_ACCESS_TOKEN`. The provider's documentation page explains how to get them."},

		{"wrong secret", set("client_secret", "wrong"), nil, "Signing in to GoTo failed. GoTo does not know the OAuth client, or the client secret is wrong. " +
			"Check `client_id` and `client_secret` of the provider's `goto` block (`GOTO_CLIENT_ID`, `GOTO_CLIENT_SECRET`); replace a lost secret with a new one in GoTo's developer portal. " +
			"GoTo said: Client authentication failed.\n\nHTTP status: 401\nOAuth error: invalid_client"},
		{"revoked token", nil, func(c *customer) { c.Sim.RevokePersonalAccessToken(simulator.DefaultPersonalAccessToken) },
			"Signing in to GoTo failed. GoTo does not accept the personal access token: it is wrong, was revoked, or was created for another OAuth client. " +
				"Have the administrator create a new one and set it as `personal_access_token` of the provider's `goto` block (`GOTO_PERSONAL_ACCESS_TOKEN`). " +
				"GoTo said: The token is invalid, expired or revoked.\n\nHTTP status: 400\nOAuth error: invalid_grant"},
		{"client without personal access tokens", nil, func(c *customer) { c.variants(func(v *simulator.GoToVariants) { v.NoPersonalTokens = true }) }, grantAdvice},
		{"sign-in throttled to the end", nil, always(tokenPath, simulator.Throttled(2*time.Second)),
			"GoTo's sign-in kept throttling the provider. GoTo said: Too many requests. " + busyAdvice + "\n\nHTTP status: 429\nOAuth error: TooManyRequests"},
		{"sign-in failing", nil, always(tokenPath, simulator.AnswersHTML(502)), "GoTo's sign-in failed. " + failAdvice + "\n\nHTTP status: 502\nCause: …"},
		{"sign-in behind a proxy's page", nil, always(tokenPath, simulator.AnswersHTML(407)),
			"The answer did not come from GoTo's sign-in. A proxy may require a separate sign-in, or `token_endpoint` in the provider's `goto` block is wrong.\n\nHTTP status: 407\nCause: …"},
		{"sign-in unreadable", nil, always(tokenPath, simulator.AnswersHTML(200)),
			"GoTo's sign-in returned a response that the provider cannot use. Try again. If the problem persists, a proxy may be changing the responses.\n\nHTTP status: 200\nCause: …"},
		{"sign-in refused otherwise", nil, always(tokenPath, simulator.Fails(400, "invalid_request", "Something is missing.")),
			"GoTo refused the sign-in. GoTo said: Something is missing. Check the credentials and `token_endpoint` of the provider's `goto` block.\n\nHTTP status: 400\nOAuth error: invalid_request"},
		{"sign-in not reachable", set("token_endpoint", "https://127.0.0.1:1/oauth/token"), nil,
			"GoTo's sign-in could not be reached. Check the network, the proxy settings, and `token_endpoint` in the provider's `goto` block. An endpoint with a private certificate authority needs `ca_certificate_file`." +
				"\n\nCause: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"unknown authority", func(block map[string]any) { delete(block, "ca_certificate_file") }, nil,
			"GoTo's sign-in could not be reached. Check the network, the proxy settings, and `token_endpoint` in the provider's `goto` block. An endpoint with a private certificate authority needs `ca_certificate_file`." +
				"\n\nCause: tls: failed to verify certificate: …"},

		{"no role", nil, func(c *customer) {
			c.Sim.AddPersonalAccessToken(simulator.DefaultPersonalAccessToken, "eva@corp.example")
		}, "GoTo recognized the administrator and refused the request. GoTo said: The user has no administrator role. " + scopeAdvice + " " + roleAdvice + "\n\nHTTP status: 403\nGoTo code: AccessDenied\nRequest: " + users},
		{"no scope", nil, func(c *customer) {
			c.Sim.AddGoToClient(simulator.GoToClient{ID: simulator.DefaultGoToClientID, Secret: simulator.DefaultGoToClientSecret, Scopes: []string{"collab:"}})
		}, "GoTo recognized the administrator and refused the request. GoTo said: The token does not have the scope identity:. " + scopeAdvice + " " + roleAdvice +
			"\n\nHTTP status: 403\nGoTo code: InsufficientScope\nRequest: GET " + mePath},
		{"token not accepted", nil, always(mePath, simulator.Fails(403, "InvalidToken", "Invalid token passed")),
			"GoTo did not accept the access token that it just issued. GoTo said: Invalid token passed. Check that `endpoint` and `token_endpoint` in the provider's `goto` block belong together." +
				"\n\nHTTP status: 403\nGoTo code: InvalidToken\nRequest: GET " + mePath},
		{"several accounts", nil, func(c *customer) { c.variants(func(v *simulator.GoToVariants) { v.SeveralAccounts = true }) },
			"The owner of the personal access token administers several accounts at GoTo. " + chooseAdvice + "\n8000000000000000002 (Example Labs)"},
		{"an account of others", set("account_key", store.OtherCompany), nil,
			"The owner of the personal access token does not administer the account 8000000000000000002. " + chooseAdvice},
		{"throttled to the end", nil, always(usersPath, simulator.ThrottledBare()),
			"GoTo kept throttling the provider. GoTo said: Too many requests. " + busyAdvice + "\n\nHTTP status: 429\nGoTo code: TooManyRequests\nRequest: " + users},
		{"failing", nil, always(usersPath, simulator.Fails(500, "InternalError", "")), "GoTo failed. " + failAdvice + "\n\nHTTP status: 500\nGoTo code: InternalError\nRequest: " + users},
		{"page of a proxy", nil, always(usersPath, simulator.AnswersHTML(403)),
			"The answer did not come from GoTo. A proxy may require a separate sign-in, or `endpoint` in the provider's `goto` block is wrong.\n\nHTTP status: 403\nRequest: " + users + "\nCause: …"},
		{"unreadable", nil, always(usersPath, simulator.AnswersHTML(200)),
			"GoTo returned a response that the provider cannot use. Try again. If the problem persists, a proxy may be changing the responses.\n\nHTTP status: 200\nRequest: " + users + "\nCause: …"},
		{"not found", nil, always(mePath, simulator.Fails(404, "NotFound", "")),
			"GoTo did not find what was requested. Check `endpoint` and `account_key` in the provider's `goto` block.\n\nHTTP status: 404\nGoTo code: NotFound\nRequest: GET " + mePath},
		{"refused otherwise", nil, always(usersPath, simulator.Fails(400, "InvalidParameter", "The parameter pageSize is out of range")),
			"GoTo refused the request. GoTo said: The parameter pageSize is out of range.\n\nHTTP status: 400\nGoTo code: InvalidParameter\nRequest: " + users},
		{"refused in silence", nil, always(usersPath, simulator.AnswersNothing(400)), "GoTo refused the request without a reason.\n\nHTTP status: 400\nRequest: " + users},
		{"dropped", nil, always(usersPath, simulator.DropsBefore()),
			"GoTo could not be reached. Check the network, the proxy settings, and `endpoint` in the provider's `goto` block. An endpoint with a private certificate authority needs `ca_certificate_file`." +
				"\n\nRequest: " + users + "\nCause: …"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCustomer(t)
			if test.arrange != nil {
				test.arrange(c)
			}
			if test.adjust == nil {
				test.adjust = func(map[string]any) {}
			}
			_, found := c.Protocol(test.adjust).ReadData(accountsType, map[string]any{})
			title := "Cannot read the accounts at GoTo"
			if strings.HasPrefix(test.name, "sign-in ") || slices.Contains([]string{"wrong secret", "revoked token", "client without personal access tokens", "unknown authority"}, test.name) {
				title = "Cannot sign in to GoTo"
			}
			if len(found) != 1 || !found[0].Error || found[0].Summary != title || found[0].Path != "" {
				t.Fatalf("messages:\n%s", found)
			}
			got, want := found[0].Detail, test.want
			if beginning, cut := strings.CutSuffix(want, "…"); cut && len(got) > len(beginning) {
				got, want = got[:len(beginning)], beginning
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccounts_readsTheChosenAccount(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	c.variants(func(v *simulator.GoToVariants) { v.SeveralAccounts = true })
	c.add(store.Account{Key: "4100000000000000201", Email: "lab@labs.example", Active: true, Company: store.OtherCompany})
	state, found := c.Protocol(func(block map[string]any) { settings(block)["account_key"] = store.OtherCompany }).ReadData(accountsType, map[string]any{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	got := []any{state["id"], state["account_name"], state["key_by_email"]}
	if diff := cmp.Diff([]any{store.OtherCompany, "Example Labs", map[string]any{"lab@labs.example": "4100000000000000201"}}, got); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestAccounts_goesWithoutLicensesThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	c.Sim.Faults().Add(simulator.Fault{Path: licensesPath, Count: -1, Effect: simulator.LacksPermission()})
	state, found := c.Protocol().ReadData(accountsType, map[string]any{})
	want := acctest.Diagnostics{{Summary: "Cannot read the licenses at GoTo",
		Detail: "The accounts were read, but `licenses` is null. GoTo recognized the administrator and refused the request. GoTo said: The user has no administrator role. " + scopeAdvice + " " + roleAdvice +
			"\n\nHTTP status: 403\nGoTo code: AccessDenied\nRequest: GET /admin/rest/v1/accounts/" + store.MainCompany + "/licenses"}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(with(wantEverything(), map[string]any{"licenses": nil}), state); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

func TestAccounts_failsWithLicensesThatFail(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	c.Sim.Faults().Add(simulator.Fault{Path: licensesPath, Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
	if _, found := c.Protocol().ReadData(accountsType, map[string]any{}); len(found) != 1 || found[0].Summary != "Cannot read the licenses at GoTo" || !found[0].Error {
		t.Errorf("messages:\n%s", found)
	}
}

func TestAccounts_survivesPassingFaults(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]simulator.Effect{
		"throttled": simulator.Throttled(2 * time.Minute), "throttled without a word": simulator.ThrottledBare(), "failing": simulator.AnswersHTML(502), "dropped": simulator.DropsBefore(),
		"token forgotten": simulator.Fails(403, "InvalidToken", "Invalid token passed"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCustomer(t)
			c.Sim.Faults().Add(simulator.Fault{Path: usersPath, Effect: effect})
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

func TestAccounts_refusesFiltersThatSayNothing(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	for name, config := range map[string]map[string]any{
		"emails[0]":   {"emails": []string{""}},
		"statuses[\"": {"statuses": []string{""}},
		"statuses":    {"statuses": []string{}},
	} {
		if _, found := c.Protocol().ReadData(accountsType, config); len(found) != 1 || !found[0].Error || !strings.HasPrefix(found[0].Path, strings.TrimSuffix(name, "\"")) {
			t.Errorf("%v: messages:\n%s", config, found)
		}
	}
}

func TestAccounts_tellGoToWhoAsks(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	if _, found := c.Protocol().ReadData(accountsType, map[string]any{}); len(found) > 0 {
		t.Fatal(found)
	}
	for _, request := range c.Sim.Log().Sent() {
		if got := request.Header.Get("User-Agent"); got != "terraform-provider-gotomeeting/test terraform/1.14.0" {
			t.Errorf("%s: %q", request.Path, got)
		}
	}
}
