// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestKit_pipelinesKeepTheRules reads the pipelines of every forge for what must not be in them.
func TestKit_pipelinesKeepTheRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(kitFolder, "*", "*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, filepath.Join(kitFolder, "gitlab", ".gitlab-ci.yml"))
	if len(files) < 11 {
		t.Fatalf("only %d pipelines", len(files))
	}
	pinned := regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		for _, never := range []string{"pull_request_target", "upload-artifact", "PublishPipelineArtifact", "plan.json", "tfplan", "GOTO_"} {
			if strings.Contains(text, never) {
				t.Errorf("%s has %s", file, never)
			}
		}
		for line := range strings.Lines(text) {
			if _, action, found := strings.Cut(strings.TrimSpace(line), "uses: "); found && !pinned.MatchString(action) {
				t.Errorf("%s: %s is not pinned", file, action)
			}
		}
		for _, match := range regexp.MustCompile(`terraformVersion: (\S+)`).FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`^(latest|\d+\.\d+\.\d+)$`).MatchString(match[1]) {
				t.Errorf("%s: the installer does not accept %s", file, match[1])
			}
		}
		if filepath.Base(filepath.Dir(file)) == "github" && !strings.Contains(text, "\npermissions: {}\n") {
			t.Errorf("%s gives every job permissions", file)
		}
		// What runs for a pull request has no secret.
		if filepath.Base(file) == ".gitlab-ci.yml" {
			_, text, _ = strings.Cut(text, "\nreview:")
			text, _, _ = strings.Cut(text, "\nnote:")
		} else if filepath.Base(file) != "pull-request.yml" {
			continue
		}
		for _, secret := range []string{"secrets.", "GITLAB_TOKEN", "$(gotomeeting", "- group:", "WRITER", "writer", "GOTOMEETING_ADMIN_PASSWORD"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s in what runs for a pull request", file, secret)
			}
		}
	}
}

// TestKit_gitLabTakesNoVariables makes sure that nobody has to be allowed to set variables for pipelines of the default branch, such as
// the address to which they send their tokens, and that a merge train, whose plan nobody reviews, does not replace the comment.
func TestKit_gitLabTakesNoVariables(t *testing.T) {
	t.Parallel()
	for file, parts := range map[string][]string{
		"gitlab/.gitlab-ci.yml": {"\nspec:\n  inputs:\n    reviewed_pipeline:", "\n    REVIEWED_PIPELINE: \"$[[ inputs.reviewed_pipeline ]]\"\n", `$CI_MERGE_REQUEST_EVENT_TYPE != "merge_train"`},
		"scripts/note.sh":       {`--form "inputs[reviewed_pipeline]=$CI_PIPELINE_ID"`},
	} {
		content, err := os.ReadFile(filepath.Join(kitFolder, filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if !strings.Contains(string(content), part) {
				t.Errorf("%s has no %q", file, part)
			}
		}
		if strings.Contains(string(content), "variables[") {
			t.Errorf("%s sets variables", file)
		}
	}
}

// TestKit_whoMergesDoesNotApprove makes sure that what asks for a person waits in an environment that nothing else uses.
func TestKit_whoMergesDoesNotApprove(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string][]string{
		"github":       {"gotomeeting", "gotomeeting-approved", "gotomeeting-resume", "gotomeeting-stop"},
		"gitlab":       {"gotomeeting", "gotomeeting-approved", "gotomeeting-resume"},
		"azure-devops": {"gotomeeting", "gotomeeting-approved", "gotomeeting-resume"},
	} {
		files, err := filepath.Glob(filepath.Join(kitFolder, folder, "*.yml"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range regexp.MustCompile(`(?m)^ *environment: (\S+)`).FindAllStringSubmatch(string(content), -1) {
				got = append(got, match[1])
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s uses %q, not %q", folder, got, want)
		}
	}
}

// TestKit_everyForgeRunsEveryScript makes sure that no script and no way to run one is left out of the tests.
func TestKit_everyForgeRunsEveryScript(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		var got []string
		for _, command := range d.commands(t) {
			name, argument, _ := strings.Cut(command, " ")
			if argument, _, _ = strings.Cut(argument, " "); !strings.HasPrefix(argument, `"`) && argument != "" {
				name += " " + argument
			}
			got = append(got, name)
		}
		want := []string{"apply.sh", "apply.sh approved", "comment.sh", "nightly.sh", "review.sh", "switch.sh resume", "switch.sh stop"}
		if d.folder == "gitlab" { // note.sh runs comment.sh
			want = []string{"apply.sh", "apply.sh approved", "nightly.sh", "note.sh ask", "note.sh post", "review.sh", "switch.sh resume", "switch.sh stop"}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s runs %q, not %q", d.name, got, want)
		}
	}
}

// TestKit_saysThatTerraformIsMissing makes sure that a job without Terraform and OpenTofu does not end without a word.
func TestKit_saysThatTerraformIsMissing(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	for _, tool := range []string{"mktemp", "rm"} {
		path, err := exec.LookPath(tool)
		if err == nil {
			err = os.Symlink(path, filepath.Join(bin, tool))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	output, err := run(t, map[string]string{"PATH": bin}, "-euo", "pipefail", "-c", ". "+filepath.Join(kitFolder, "scripts", "plan.sh")+" && tf version")
	if err == nil || !strings.Contains(output, "terraform: command not found") {
		t.Errorf("%v: %q", err, output)
	}
}
