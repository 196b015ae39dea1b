// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

// mappingTests copies the example of unit-tested mappings, changes its mappings by the pairs of old and new text, and runs
// the CLI's test command on it with the built provider.
func mappingTests(t *testing.T, cli, plugins string, changes ...string) (output string, passed bool) {
	t.Helper()
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	example := filepath.Join(root, "examples", "mapping-tests")
	ws, err := workspace.New(t.Context(), t.TempDir(), workspace.Options{CLI: cli, Plugins: plugins, Config: example})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(ws.Dir, "tests"), os.DirFS(filepath.Join(example, "tests"))); err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(ws.Dir, "main.tf")
	data, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(changes...).Replace(string(data))
	if len(changes) > 0 && changed == string(data) {
		t.Fatalf("the example does not hold %q", changes[0])
	}
	if err := os.WriteFile(main, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), cli, "test", "-no-color")
	command.Dir = ws.Dir
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=" + filepath.Join(ws.Dir, "cli.tfrc"),
	}
	combined, err := command.CombinedOutput()
	return string(combined), err == nil
}

func TestExamples_runWithTheRealCLI(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the provider")
	}
	cli := acctest.RequireCLI(t)
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	plugins := t.TempDir()
	if _, err := workspace.BuildProvider(t.Context(), root, plugins); err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name    string
		changes []string
		passed  bool
		want    string
	}{
		{"mapping tests as published", nil, true, "4 passed, 0 failed"},
		{"mapping tests with a wrong mapping", []string{`"DE", "de_DE"`, `"DE", "de_AT"`}, false, "Ana's account is not as expected."},
		{"mapping tests with a mapping that never deactivates", []string{`"Not([IsSoftDeleted])"`, `"\"True\""`}, false, "Accounts of people who left must be deactivated."},
		{"mapping tests with a broken expression", []string{`"Not([IsSoftDeleted])"`, `"Nott([IsSoftDeleted])"`}, false, "  Nott([IsSoftDeleted])\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			output, passed := mappingTests(t, cli, plugins, tt.changes...)
			if passed != tt.passed || !strings.Contains(output, tt.want) {
				t.Errorf("passed %v, want %v and %q in:\n%s", passed, tt.passed, tt.want, output)
			}
		})
	}

	outputs := map[string]map[string]string{
		"evaluate_expression":   {"display_name": `"Ana Muster"`, "user_name": `"ana@example.com"`, "active": `"False"`},
		"expression_attributes": {"source_attributes": `["displayName","surname"]`},
		"normalize_expression":  {"canonical": `"Switch([country], \"Other\", \"DE\", \"Germany\", \"FR\", \"France\")"`},
	}
	for name, want := range outputs {
		t.Run(name, func(t *testing.T) {
			ws, err := workspace.New(t.Context(), t.TempDir(), workspace.Options{CLI: cli, Plugins: plugins, Config: filepath.Join(root, "examples", "functions", name)})
			if err != nil {
				t.Fatal(err)
			}
			if err := ws.Apply(t.Context()); err != nil {
				t.Fatal(err)
			}
			meta, err := ws.Output(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for output, value := range meta {
				var compact bytes.Buffer
				if err := json.Compact(&compact, value.Value); err != nil {
					t.Fatal(err)
				}
				got[output] = compact.String()
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
