// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// What the pages on troubleshooting and personal data promise: the provider's log names nobody, whatever is wrong with them.
func TestLog_namesNobody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		level, proto string
		names        bool
	}{{"DEBUG", "", false}, {"TRACE", "", false}, {"DEBUG", "DEBUG", true}} {
		t.Run(test.level+test.proto, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			if err != nil {
				t.Fatal(err)
			}
			var ids, names []string
			for i := range 100 {
				name := fmt.Sprintf("zorblat%03d.quimby@corp.example", i)
				names = append(names, name)
				ids = append(ids, env.Sim.Store().AddUser(store.User{
					UserPrincipalName: name, Mail: "mail." + name, DisplayName: fmt.Sprintf("Zorblat Quimby %03d", i), GivenName: "Zorblat", Surname: "Quimby",
					AccountEnabled: i%3 != 0,
				}))
			}
			var hcl strings.Builder
			fmt.Fprintf(&hcl, "resource \"gotomeeting_user_role_assignments_exclusive\" \"all\" {\n  service_principal_id = %q\n  assignments = {\n", sp.ID)
			for _, id := range ids[:60] {
				fmt.Fprintf(&hcl, "    %q = \"User\"\n", id)
			}
			fmt.Fprintf(&hcl, "  }\n  ignored_principal_ids = [\"%s\"]\n}\n", strings.Join(ids[60:], "\", \""))
			fmt.Fprintf(&hcl, "locals {\n  names = [\"%s\", \"nobody.quimby@corp.example\"]\n}\n", strings.Join(names[60:], "\", \""))
			fmt.Fprintf(&hcl, "resource \"gotomeeting_user_role_assignment\" \"one\" {\n  count = length(local.names)\n  service_principal_id = %q\n  user_principal_name = local.names[count.index]\n  role = \"User\"\n}\n", sp.ID)
			fmt.Fprintf(&hcl, "data \"gotomeeting_user_role_assignments\" \"all\" {\n  service_principal_id = %q\n}\n", sp.ID)
			cli := env.CLI(hcl.String())
			cli.Setenv("TF_LOG_PROVIDER", test.level)
			cli.Setenv("TF_LOG_SDK_PROTO", test.proto)
			cli.Setenv("TF_LOG_PATH", "run.log")
			shown := ""
			run := func(args ...string) {
				out, text, _ := cli.Try(append(args, "-no-color")...) // the one who is not there fails
				shown += out + text
			}
			run("plan")
			cli.Write("main.tf", strings.ReplaceAll(cli.File("main.tf"), `, "nobody.quimby@corp.example"`, ""))
			env.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/v1.0/servicePrincipals/*/appRoleAssignedTo", Count: 2,
				Effect: simulator.Fails(403, "Authorization_RequestDenied", "Not for Zorblat Quimby 070.")})
			run("apply", "-auto-approve")
			for _, id := range ids[:5] {
				if err := env.Sim.Store().DeleteUser(id); err != nil {
					t.Fatal(err)
				}
			}
			run("plan")
			run("destroy", "-auto-approve")
			log := strings.ToLower(cli.File("run.log"))
			if !strings.Contains(log, "microsoft graph request") || !strings.Contains(strings.ToLower(shown), "quimby") {
				t.Fatalf("the test looks at the wrong text:\n%s\n%.2000s", shown, log)
			}
			named := ""
			for line := range strings.Lines(log) {
				if strings.Contains(line, "zorblat") || strings.Contains(line, "quimby") {
					named = line
				}
			}
			if (named != "") != test.names {
				t.Errorf("named: %t\n%s", named != "", named)
			}
		})
	}
}
