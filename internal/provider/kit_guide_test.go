// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

var fenced = regexp.MustCompile("(?ms)^ *```([a-z]+)\n(.*?)^ *```$") // in a list, a block is indented

// run has bash run something.
func run(t *testing.T, environment map[string]string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", args...)
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// guide returns the blocks of a language in a guide.
func guide(t *testing.T, name, language string) (blocks []string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", name))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range fenced.FindAllStringSubmatch(string(content), -1) {
		if match[1] == language {
			blocks = append(blocks, match[2])
		}
	}
	return blocks
}

// followed does what the guide "Review in CI" says, line by line, up to the apply.
func (k *kit) followed() {
	k.t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		k.t.Fatal(err)
	}
	bin := k.t.TempDir()
	if err := os.Symlink(k.env["TF"], filepath.Join(bin, "terraform")); err != nil {
		k.t.Fatal(err)
	}
	extra := map[string]string{
		"PROVIDER": root, "GROUP_ID": store.GroupMeetings, "PATH": bin + string(os.PathListSeparator) + k.env["PATH"], "TF_CLI_ARGS_apply": "-input=false -auto-approve",
		"TF_VAR_gotomeeting_admin_password": store.AdminPassword,
	}
	delete(k.env, "TF_VAR_meetings_team_group_id") // which no pipeline sets
	reviewed := false
	for _, block := range guide(k.t, "review-in-ci.md", "bash") {
		as := kitWriter
		if strings.Contains(block, "review.sh") {
			as, reviewed = kitReader, true
			k.sim.Clock().Advance(1e12) // the first cycle, a quarter of an hour later
		}
		if output, code := k.command(as, extra, "bash", "-euo", "pipefail", "-c", block); code != 0 {
			k.t.Fatalf("%s\nended with %d:\n%s", block, code, output)
		}
		if reviewed {
			reviewed = false
			_, comment, _ := strings.Cut(k.last().body, "\n")
			comment, _, _ = strings.Cut(comment, "\nResources that change:")
			if shown := guide(k.t, "review-in-ci.md", "markdown"); len(shown) != 1 || !strings.HasPrefix(comment, shown[0]) {
				k.t.Errorf("the guide shows\n%s\nthe comment is\n%s", strings.Join(shown, ""), comment)
			}
		}
	}
	if !k.applied("ToUpper([surname])") {
		k.t.Error("what the guide proposes was not applied")
	}
}

// TestKit_identitiesAreMadeWithoutWildcards runs the script that makes the identities with a stand-in for az.
func TestKit_identitiesAreMadeWithoutWildcards(t *testing.T) {
	t.Parallel()
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	// Application ids are asked for by their names, and roles by theirs, which must be known.
	az := `#!/bin/sh
echo "$@" >>"$LOG"
case "$*" in
  "ad app create"*) echo client-of-$5 ;;
  "ad sp show"*) echo "$@" | sed "s/.*value=='\(.*\)'.*/role-\1/" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "az"), []byte(az), 0o700); err != nil {
		t.Fatal(err)
	}
	for forge, test := range map[string]struct {
		args []string
		want []string
	}{
		"github": {[]string{"example/provisioning"}, []string{
			"repo:example/provisioning:pull_request", "repo:example/provisioning:ref:refs/heads/main", "repo:example/provisioning:environment:gotomeeting",
			"repo:example/provisioning:environment:gotomeeting-approved", "repo:example/provisioning:environment:gotomeeting-stop", "repo:example/provisioning:environment:gotomeeting-resume"}},
		"gitlab": {[]string{"https://gitlab.example.com", "example/provisioning"}, []string{
			"project_path:example/provisioning:ref_protected:false", "project_path:example/provisioning:ref_protected:true", "project_path:example/provisioning:ref_protected:true",
			"project_path:example/provisioning:ref_protected:true"}},
		"azure": {[]string{"https://vstoken.example.com/o", "sc://o/p/reader", "sc://o/p/writer", "sc://o/p/switch"}, []string{"sc://o/p/reader", "sc://o/p/writer", "sc://o/p/switch"}},
	} {
		output, err := run(t, map[string]string{"PATH": bin + string(os.PathListSeparator) + os.Getenv("PATH"), "LOG": log + forge}, append([]string{filepath.Join(kitFolder, "identities.sh"), forge}, test.args...)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", forge, err, output)
		}
		if !strings.Contains(output, "gotomeeting-reader: client-of-gotomeeting-reader\n") {
			t.Errorf("%s: %s", forge, output)
		}
		said, err := os.ReadFile(log + forge)
		if err != nil {
			t.Fatal(err)
		}
		var subjects []string
		for _, match := range regexp.MustCompile(`"subject": "([^"]*)"`).FindAllStringSubmatch(string(said), -1) {
			subjects = append(subjects, match[1])
		}
		if got, want := strings.Join(subjects, "\n"), strings.Join(test.want, "\n"); got != want || strings.Contains(got, "*") {
			t.Errorf("%s: subjects\n%s\nwant\n%s", forge, got, want)
		}
		for identity, granted := range map[string][]string{
			"reader": {"Synchronization.Read.All", "Application.Read.All", "User.Read.All", "Group.Read.All"},
			"writer": {"Synchronization.ReadWrite.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Application.Read.All", "User.Read.All", "Group.Read.All"},
			"switch": {"Synchronization.ReadWrite.All"},
		} {
			var got []string
			for _, match := range regexp.MustCompile(`permission add --id client-of-gotomeeting-`+identity+` .*role-(\S+)=Role`).FindAllStringSubmatch(string(said), -1) {
				got = append(got, match[1])
			}
			if strings.Join(got, " ") != strings.Join(granted, " ") {
				t.Errorf("%s: the %s gets %v", forge, identity, got)
			}
		}
	}
	if output, err := run(t, map[string]string{"PATH": os.Getenv("PATH")}, filepath.Join(kitFolder, "identities.sh"), "gitlab", "https://gitlab.example.com"); err == nil || !strings.Contains(output, "identities.sh gitlab https://gitlab.example.com GROUP/PROJECT") {
		t.Errorf("with an argument too few: %v: %s", err, output)
	}
	// What the reader is given is what the simulated planner has.
	for _, permission := range []string{"Synchronization.Read.All", "Application.Read.All", "User.Read.All", "Group.Read.All"} {
		if !strings.Contains(strings.Join(simulator.ReadOnlyPermissions(), " "), permission) {
			t.Errorf("the simulated reader lacks %s", permission)
		}
	}
}

// TestKit_guidesAreShell makes sure that a shell can read what the guide on identities shows.
func TestKit_guidesAreShell(t *testing.T) {
	t.Parallel()
	for _, block := range guide(t, "identities.md", "bash") {
		if output, err := run(t, nil, "-n", "-c", block); err != nil {
			t.Errorf("%v: %s\n%s", err, output, block)
		}
	}
}

// TestKit_writerOfOneConnectionNeedsNoMore applies what the guide on identities says that the lesser set of permissions is enough for:
// application and assignments are made elsewhere.
func TestKit_writerOfOneConnectionNeedsNoMore(t *testing.T) {
	t.Parallel()
	const permissions = "Synchronization.ReadWrite.All Application.Read.All User.Read.All Group.Read.All"
	if content, err := os.ReadFile(filepath.Join(kitFolder, "identities.sh")); err != nil || !strings.Contains(string(content), permissions) {
		t.Errorf("the script does not name these: %v", err)
	}
	env := acctest.New(t, func(o *simulator.Options) { o.Permissions = strings.Fields(permissions) })
	if _, _, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", ""); err != nil {
		t.Fatal(err)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{{Config: env.Config(fmt.Sprintf(`
data "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = data.gotomeeting_application.this.service_principal_id
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { source_attribute = "surname" }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
}

resource "gotomeeting_provisioning_state" "this" {
  connection_id = gotomeeting_provisioning_connection.this.id
  enabled       = true
  mapping_ids   = [gotomeeting_attribute_mappings.users.id]
}
`, store.AdminUserName, store.AdminPassword))}},
	})
}
