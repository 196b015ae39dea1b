// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

// The real binary, asked by a real CLI, must say what this program says without either. What the CLI does not know yet
// it leaves out, so only the sections that it prints are compared.
func TestRun_agreesWithTheCLI(t *testing.T) {
	cli := acctest.RequireCLI(t)
	directory := t.TempDir()
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := workspace.BuildProvider(t.Context(), root, directory)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(directory, "cli.tfrc"), `provider_installation {
  dev_overrides { "gotomeeting-provisioning/gotomeeting" = `+strconv.Quote(filepath.Dir(binary))+` }
  direct {}
}`)
	write(t, filepath.Join(directory, "main.tf"), `terraform {
  required_providers {
    gotomeeting = { source = "gotomeeting-provisioning/gotomeeting" }
  }
}`)
	command := exec.CommandContext(t.Context(), cli, "providers", "schema", "-json")
	command.Dir = directory
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(directory, "cli.tfrc"), "CHECKPOINT_DISABLE=1", "TF_LOG=")
	var stderr strings.Builder
	command.Stderr = &stderr
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, stderr.String())
	}

	var ours bytes.Buffer
	if err := run(t.Context(), &ours); err != nil {
		t.Fatal(err)
	}

	want, got := onlyProvider(t, printed), onlyProvider(t, ours.Bytes())
	if _, ok := want["resource_schemas"]; !ok {
		t.Fatalf("the CLI printed no resources: %s", printed)
	}
	for section := range want {
		if diff := cmp.Diff(want[section], got[section]); diff != "" {
			t.Errorf("%s differs (-cli +ours):\n%s", section, diff)
		}
	}
}

func onlyProvider(t *testing.T, document []byte) map[string]any {
	t.Helper()
	providers, ok := decoded(t, document)["provider_schemas"].(map[string]any)
	if !ok || len(providers) != 1 {
		t.Fatalf("want the schema of one provider, got: %.300s", document)
	}
	for _, provider := range providers {
		if schema, ok := provider.(map[string]any); ok {
			return schema
		}
	}
	t.Fatalf("the provider's schema is not an object: %.300s", document)
	return nil
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
