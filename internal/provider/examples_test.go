// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

const requiredProviders = `terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}
`

// prelude declares what examples refer to without showing it again.
var prelude = map[string]string{
	"gotomeeting_application.this": `
resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}
`,
	"gotomeeting_provisioning_connection.this": `
resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id = "b0000000-0000-4000-8000-000000000001"
}
`,
	"gotomeeting_attribute_mappings.users": `
resource "gotomeeting_attribute_mappings" "users" {
  connection_id = "b0000000-0000-4000-8000-000000000001/EXAMPLE.job"
  mappings      = { email = { source_attribute = "mail", matching_priority = 1 } }
}
`,
	"gotomeeting_user_role_assignment.meetings_team": `
resource "gotomeeting_user_role_assignment" "meetings_team" {
  service_principal_id = "b0000000-0000-4000-8000-000000000001"
  principal_id         = "d0000000-0000-4000-8000-0000000000d1"
  role                 = "User"
}
`,
	"gotomeeting_provisioning_state.this": `
resource "gotomeeting_provisioning_state" "this" {
  connection_id = "b0000000-0000-4000-8000-000000000001/EXAMPLE.job"
}
`,
}

var (
	variableReference   = regexp.MustCompile(`\bvar\.([a-z0-9_]+)`)
	variableDeclaration = regexp.MustCompile(`(?m)^variable "([a-z0-9_]+)"`)
)

// TestExamples_validate has the CLI check every example against the built provider: each file is a module of its own, all
// below one configuration, so one run does. Import blocks are allowed only in a root module and are tried where the
// resources are; actions need a newer CLI.
func TestExamples_validate(t *testing.T) {
	t.Parallel()
	cli := acctest.RequireCLI(t)
	plugins := t.TempDir()
	root := filepath.Join("..", "..")
	if _, err := workspace.BuildProvider(t.Context(), root, plugins); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"provider/*.tf", "resources/*/resource*.tf", "data-sources/*/*.tf", "functions/*/*.tf"} {
		found, err := filepath.Glob(filepath.Join(root, "examples", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 25 {
		t.Fatalf("only %d examples found", len(files))
	}
	dir := t.TempDir()
	main := strings.Builder{}
	main.WriteString(requiredProviders)
	for i, file := range files {
		name := fmt.Sprintf("example_%d", i)
		variables := writeModule(t, file, filepath.Join(dir, name))
		fmt.Fprintf(&main, "\n# %s\nmodule %q {\n  source = \"./%s\"\n", filepath.ToSlash(file), name, name)
		for _, variable := range variables {
			fmt.Fprintf(&main, "  %s = null\n", variable)
		}
		main.WriteString("}\n")
	}
	config := t.TempDir()
	if err := os.WriteFile(filepath.Join(config, "main.tf"), []byte(main.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	tf, err := workspace.New(t.Context(), dir, workspace.Options{CLI: cli, Plugins: plugins, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	result, err := tf.Validate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Diagnostics {
		where := ""
		if d.Range != nil {
			where = d.Range.Filename
			var module int
			if _, err := fmt.Sscanf(where, "example_%d/", &module); err == nil {
				where = files[module]
			}
		}
		if d.Severity == "error" {
			t.Errorf("%s: %s: %s", where, d.Summary, d.Detail)
		}
	}
}

// writeModule writes an example with what it refers to, and returns the variables that the module must be given.
func writeModule(t *testing.T, file, dir string) (required []string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	added := strings.Builder{}
	if !strings.Contains(text, "required_providers") {
		added.WriteString(requiredProviders)
	}
	for address, declaration := range prelude {
		kind, name, _ := strings.Cut(address, ".")
		if strings.Contains(text, address) && !strings.Contains(text, fmt.Sprintf("resource %q %q", kind, name)) {
			added.WriteString(declaration)
		}
	}
	var declared []string
	for _, match := range variableDeclaration.FindAllStringSubmatch(text, -1) {
		declared = append(declared, match[1])
	}
	for _, match := range variableReference.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(declared, match[1]) {
			declared = append(declared, match[1])
			fmt.Fprintf(&added, "\nvariable %q {}\n", match[1])
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"example.tf": text, "added.tf": added.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return declared
}
