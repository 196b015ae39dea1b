// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

const everybody = `data "gotomeeting_accounts" "this" {}` + "\n"

// The real CLI and the provider as processes of their own, at the most talkative level.
func TestGoToSecrets_areInNoStatePlanLogOrMessage(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	cli := c.CLI(fmt.Sprintf(`
variable "secret" {
  type      = string
  ephemeral = true
}

variable "token" {
  type      = string
  ephemeral = true
}

provider "gotomeeting" {
  goto = {
    client_id             = %q
    client_secret         = var.secret
    personal_access_token = var.token
  }
}
`, simulator.DefaultGoToClientID) + everybody + `
output "keys" {
  value = data.gotomeeting_accounts.this.key_by_email
}
`)
	const wrong = "Wrong&horse<battery"
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("GOTO_CLIENT_SECRET", "")
	cli.Setenv("GOTO_PERSONAL_ACCESS_TOKEN", "")
	cli.Setenv("TF_VAR_secret", simulator.DefaultGoToClientSecret)
	cli.Setenv("TF_VAR_token", simulator.DefaultPersonalAccessToken)
	var all strings.Builder
	run := func(wantFailure bool, args ...string) {
		t.Helper()
		stdout, log, err := cli.Try(args...)
		if wantFailure != (err != nil) {
			t.Fatalf("terraform %v: %v\n%s", args, err, stdout)
		}
		all.WriteString(stdout + log)
	}
	run(false, "plan", "-no-color", "-out=plan")
	run(false, "show", "-json", "plan")
	run(false, "apply", "-no-color", "-auto-approve")
	run(false, "show", "-json")
	for name, content := range map[string]string{"state": cli.File("terraform.tfstate"), "plan": cli.Unzipped("plan")} {
		if !strings.Contains(content, "eva@corp.example") {
			t.Errorf("the %s is not as expected", name)
		}
		all.WriteString(content)
	}
	tokens := issued(t, c)
	// A refusal, with the service repeating what it was sent.
	cli.Setenv("TF_VAR_token", wrong)
	c.Sim.Faults().Add(simulator.Fault{Path: tokenPath, Effect: simulator.Fails(400, "invalid_grant", "The token "+wrong+" of "+simulator.DefaultGoToClientSecret+" is wrong.")})
	run(true, "apply", "-no-color", "-auto-approve")

	text := all.String()
	for name, want := range map[string]string{"the refusal": "is wrong", "the provider's log": "GoTo request", "TRACE": "[TRACE]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in the output: the test looks at the wrong text", name)
		}
	}
	secrets := map[string]string{"client secret": simulator.DefaultGoToClientSecret, "personal access token": simulator.DefaultPersonalAccessToken, "refused token": wrong,
		"Basic credentials": base64.StdEncoding.EncodeToString([]byte(simulator.DefaultGoToClientID + ":" + simulator.DefaultGoToClientSecret))}
	for i, token := range tokens {
		secrets[fmt.Sprintf("access token %d", i)] = token
	}
	acctest.WantNoSecret(t, text, secrets)
	for _, header := range []string{"Bearer ", "Basic "} {
		if strings.Contains(text, header) {
			t.Errorf("a header with %q is in the output", header)
		}
	}
}

// issued returns the access tokens with which GoTo was asked.
func issued(t *testing.T, c *customer) []string {
	t.Helper()
	var tokens []string
	for _, request := range c.Sim.Log().Match("GET", mePath) {
		if token, ok := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer "); ok && token != "" {
			tokens = append(tokens, token)
		}
	}
	if len(tokens) < 2 {
		t.Fatalf("%d requests with a token", len(tokens))
	}
	return tokens
}

// The environment alone configures GoTo as well, and each request has its line in the log.
func TestGoToLog_hasOneLineForEachRequest(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	c.Sim.Faults().Add(simulator.Fault{Path: mePath, Effect: simulator.Fails(500, "InternalError", "Oops.")})
	cli := c.CLI(everybody)
	cli.Setenv("TF_LOG", "DEBUG")
	_, log := cli.Run("apply", "-no-color", "-auto-approve")
	var lines []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, "GoTo request") {
			lines = append(lines, line)
		}
	}
	requests := c.Sim.Log().Sent()
	if len(lines) != len(requests) || len(lines) != 5 {
		t.Fatalf("%d lines for %d requests:\n%s", len(lines), len(requests), strings.Join(lines, ""))
	}
	for i, request := range requests {
		for _, want := range []string{"[DEBUG] provider.terraform-provider-gotomeeting", "method=" + request.Method, "path=" + request.Path, fmt.Sprintf("status=%d", request.Status), "attempt=", "duration_ms="} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("line %d lacks %q:\n%s", i, want, lines[i])
			}
		}
	}
	if !strings.Contains(lines[1], "status=500") || !strings.Contains(lines[2], "attempt=2") {
		t.Errorf("the retry is not seen:\n%s", strings.Join(lines[1:3], ""))
	}
	for _, private := range []string{"eva@corp.example", "Known"} {
		if strings.Contains(strings.Join(lines, ""), private) {
			t.Errorf("%q is in the log", private)
		}
	}
}

func TestGoTo_halfOfTheEnvironmentIsToldWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	c := newCustomer(t)
	cli := c.CLI(everybody)
	cli.Setenv("GOTO_CLIENT_SECRET", "")
	cli.Setenv("GOTO_PERSONAL_ACCESS_TOKEN", "")
	_, told, err := cli.Try("plan", "-no-color")
	told = strings.Join(strings.Fields(strings.ReplaceAll(told, "│", " ")), " ")
	const want = "The provider's credentials for GoTo are incomplete: found `client_id`, but not `client_secret` and `personal_access_token`. " +
		"Set `GOTO_CLIENT_SECRET` and `GOTO_PERSONAL_ACCESS_TOKEN`, or the attributes in the `goto` block of the provider."
	if err == nil || !strings.Contains(told, want) {
		t.Errorf("got %v:\n%s", err, told)
	}
	if requests := c.Sim.Log().Sent(); len(requests) > 0 {
		t.Errorf("%d requests", len(requests))
	}
}
