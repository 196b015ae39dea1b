// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The real CLI and the provider as processes of their own, at the most talkative level.
func TestPassword_isInNoStatePlanLogOrMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const wrong = "Wrong&horse<battery"
	cli := w.CLI(fmt.Sprintf(`
variable "password" {
  type      = string
  ephemeral = true
}

variable "version_of_it" {
  type    = string
  default = "1"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = %q
  admin_username            = %q
  admin_password_wo         = var.password
  admin_password_wo_version = var.version_of_it
}
`, w.sp.ID, store.AdminUserName))
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_VAR_password", store.AdminPassword)
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
	w.wantSecrets("Password", store.AdminPassword)
	for name, content := range map[string]string{"state": cli.File("terraform.tfstate"), "plan": cli.Unzipped("plan")} {
		if !strings.Contains(content, store.AdminUserName) {
			t.Errorf("the %s is not as expected", name)
		}
		all.WriteString(content)
	}
	// A refusal, with the service repeating what it was sent.
	w.fault(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/synchronization/jobs/*/validateCredentials",
		Effect: simulator.Answers(400, "application/json", `{"error":{"code":"GoToMeetingInvalidCredentials","message":"The password Wrong&horse<battery is wrong."}}`)})
	cli.Setenv("TF_VAR_password", wrong)
	cli.Setenv("TF_VAR_version_of_it", "2")
	run(true, "apply", "-no-color", "-auto-approve")

	text := all.String()
	for name, want := range map[string]string{"the refusal": "is wrong", "the provider's log": "Microsoft Graph request", "the plan as JSON": `"admin_password_wo_version"`, "TRACE": "[TRACE]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in the output: the test looks at the wrong text", name)
		}
	}
	acctest.WantNoSecret(t, text, map[string]string{"password": store.AdminPassword, "refused password": wrong, "client secret": w.Sim.ClientSecret()})
	if strings.Contains(text, "Bearer ") {
		t.Error("a token is in the output")
	}
}

func TestLog_hasOneLineForEachRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: templatesPath, Effect: simulator.Fails(500, "InternalServerError", "Oops.")})
	cli := w.CLI(fmt.Sprintf(`
resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = %q
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
}
`, w.sp.ID, store.AdminUserName, store.AdminPassword))
	cli.Setenv("TF_LOG", "DEBUG")
	_, log := cli.Run("apply", "-no-color", "-auto-approve")
	var lines []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, "Microsoft Graph request") || strings.Contains(line, "Sign-in request") {
			lines = append(lines, line)
		}
	}
	requests := w.Sim.Log().Sent() // those of the sign-in too
	if len(lines) != len(requests) {
		t.Fatalf("%d lines for %d requests:\n%s", len(lines), len(requests), strings.Join(lines, ""))
	}
	for i, request := range requests {
		for _, want := range []string{"[DEBUG] provider.terraform-provider-gotomeeting", "method=" + request.Method, "path=" + request.Path, fmt.Sprintf("status=%d", request.Status), "attempt=", "duration_ms=", "request_id="} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("line %d lacks %q:\n%s", i, want, lines[i])
			}
		}
	}
	if !strings.Contains(lines[1], "status=500") || !strings.Contains(lines[2], "attempt=2") {
		t.Errorf("the retry is not seen:\n%s", strings.Join(lines[1:3], ""))
	}
}
