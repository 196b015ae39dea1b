// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

const (
	providerSource = "gotomeeting-provisioning/gotomeeting"
	// serveVariable makes a test binary be the provider instead of running its tests.
	serveVariable = "GOTOMEETING_ACCTEST_SERVE"
	// processesVariable names the folder in which each provider process keeps a file while it lives, named by its id.
	processesVariable = "GOTOMEETING_ACCTEST_PROCESSES"
)

// Main runs the tests of a package that uses CLI; call it from TestMain. The test binary then doubles as the provider's
// binary, so Terraform can start it as a process of its own without another build.
func Main(m *testing.M) {
	if os.Getenv(serveVariable) == "" {
		os.Exit(m.Run())
	}
	served := provider.New("test")()
	if filepath.Base(os.Args[0]) == azureadBinary {
		served = azuread{}
	}
	entry := filepath.Join(os.Getenv(processesVariable), strconv.Itoa(os.Getpid()))
	err := cmp.Or(os.WriteFile(entry, nil, 0o600), provider.LimitLog())
	if err == nil {
		err = provider.Serve(served)
	}
	err = cmp.Or(err, os.Remove(entry))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// CLI runs the Terraform CLI in a directory of its own, with the provider as a process as its users have it: on the wall
// clock, with its log and its environment. The testing library shows neither logs nor plan files.
type CLI struct {
	t         testing.TB
	terraform string
	dir       string
	env       []string
	overrides map[string]string // folders of provider binaries, by source

	mu      sync.Mutex
	running *os.Process // the CLI of the run that is under way
}

// NewCLI prepares a directory with a configuration and an environment, for a tenant that is not that of an Env.
func NewCLI(t testing.TB, hcl string, environment map[string]string) *CLI {
	t.Helper()
	c := &CLI{t: t, terraform: RequireCLI(t), dir: t.TempDir()}
	if err := os.Mkdir(c.processes(), 0o700); err != nil {
		t.Fatal(err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plugins := t.TempDir()
	if err := os.Symlink(binary, filepath.Join(plugins, "terraform-provider-"+provider.TypeName)); err != nil {
		t.Fatal(err)
	}
	c.override(providerSource, plugins)
	c.Write("main.tf", fmt.Sprintf("terraform {\n  required_providers {\n    gotomeeting = {\n      source = %q\n    }\n  }\n}\n\n", providerSource)+hcl)
	c.env = append(os.Environ(), serveVariable+"=1", processesVariable+"="+c.processes(), "TF_CLI_CONFIG_FILE="+filepath.Join(c.dir, "cli.tfrc"), "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	for name, value := range environment {
		c.Setenv(name, value)
	}
	return c
}

// Use has the CLI run the provider that is in a folder, such as a released one, in place of that of the test.
func (c *CLI) Use(folder string) {
	c.t.Helper()
	c.override(providerSource, folder)
}

// override lets the CLI take the provider of a source from a folder.
func (c *CLI) override(source, folder string) {
	c.t.Helper()
	if c.overrides == nil {
		c.overrides = map[string]string{}
	}
	c.overrides[source] = folder
	var lines strings.Builder
	for _, source := range slices.Sorted(maps.Keys(c.overrides)) {
		fmt.Fprintf(&lines, "    %q = %q\n", source, c.overrides[source])
	}
	c.Write("cli.tfrc", "provider_installation {\n  dev_overrides {\n"+lines.String()+"  }\n  direct {}\n}\n")
}

// Write puts a file into the directory.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Setenv adds an environment variable for the runs that follow.
func (c *CLI) Setenv(name, value string) { c.env = append(c.env, name+"="+value) }

// Product returns which CLI it is, Terraform or OpenTofu, and its version.
func (c *CLI) Product() (name string, have *version.Version) {
	c.t.Helper()
	text, _ := c.Run("version")
	first, _, _ := strings.Cut(text, "\n")
	name, number, _ := strings.Cut(first, " v")
	have, err := version.NewVersion(number)
	if err != nil {
		c.t.Fatalf("%q: %v", first, err)
	}
	return name, have
}

// NeedTerraform skips the test where the CLI is older than what the test needs, or is OpenTofu, which goes its own way
// with what came after 1.12.
func (c *CLI) NeedTerraform(least string) {
	c.t.Helper()
	if name, have := c.Product(); name != "Terraform" || have.Core().LessThan(version.Must(version.NewVersion(least))) {
		c.t.Skipf("needs Terraform %s, this is %s %s", least, name, have)
	}
}

// File returns the content of a file in the directory, "" if it is not there.
func (c *CLI) File(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.t.Fatal(err)
	}
	return string(content)
}

// Run runs a command that has to succeed, and returns what it wrote to its output and, with TF_LOG set, to its log.
func (c *CLI) Run(args ...string) (stdout, stderr string) {
	c.t.Helper()
	stdout, stderr, err := c.Try(args...)
	if err != nil {
		c.t.Fatalf("terraform %v: %v\n%s\n%s", args, err, stdout, stderr)
	}
	return stdout, stderr
}

// Try is Run for a command that may fail.
func (c *CLI) Try(args ...string) (stdout, stderr string, err error) {
	c.t.Helper()
	var out, log bytes.Buffer
	cmd := exec.CommandContext(c.t.Context(), c.terraform, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, &out, &log
	if err = cmd.Start(); err == nil {
		c.runs(cmd.Process)
		err = cmd.Wait()
		c.runs(nil)
	}
	return out.String(), log.String(), err
}

func (c *CLI) processes() string { return filepath.Join(c.dir, ".processes") }

func (c *CLI) runs(process *os.Process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = process
}

// Kill is KillProviders, but Terraform goes first.
func (c *CLI) Kill() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.running.Kill(); err != nil {
		c.t.Error(err)
	}
	c.KillProviders()
}

// KillProviders ends the provider processes of a run that is under way, at once and without a chance to say anything, as
// the machine does that has no memory left. Terraform itself continues.
func (c *CLI) KillProviders() {
	c.t.Helper()
	entries, err := os.ReadDir(c.processes())
	if err != nil {
		c.t.Error(err)
	}
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		process, err := os.FindProcess(id)
		if err == nil {
			err = process.Kill()
		}
		if err != nil && !errors.Is(err, os.ErrProcessDone) {
			c.t.Error(err)
		}
		if err := os.Remove(filepath.Join(c.processes(), entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			c.t.Error(err)
		}
	}
}

// WantNoSecret reports each secret, given by its name, that a text has in one of the spellings in which it could slip out.
func WantNoSecret(t testing.TB, text string, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		asJSON, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		for form, spelling := range map[string]string{
			"": secret, " in base64": base64.StdEncoding.EncodeToString([]byte(secret)), " in a URL": url.QueryEscape(secret), " in JSON": strings.Trim(string(asJSON), `"`),
		} {
			if at := strings.Index(text, spelling); at >= 0 {
				t.Errorf("the %s%s is in the output: …%s…", name, form, strings.ReplaceAll(text[max(0, at-200):at], secret, "(here)"))
			}
		}
	}
}

// Unzipped returns the content of all files in an archive, such as a saved plan, in the directory.
func (c *CLI) Unzipped(name string) string {
	c.t.Helper()
	archive := c.File(name)
	reader, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		c.t.Fatal(err)
	}
	var all strings.Builder
	for _, entry := range reader.File {
		file, err := entry.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := io.Copy(&all, file); err != nil {
			c.t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	return all.String()
}

// Has says whether the runs have an environment variable that is not empty.
func (c *CLI) Has(name string) bool {
	for _, entry := range slices.Backward(c.env) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value != ""
		}
	}
	return false
}

// Copy replaces the configuration by that of a folder, tests and mocks included.
func (c *CLI) Copy(folder string) {
	c.t.Helper()
	if err := os.Remove(filepath.Join(c.dir, "main.tf")); err != nil {
		c.t.Fatal(err)
	}
	if err := os.CopyFS(c.dir, os.DirFS(folder)); err != nil {
		c.t.Fatal(err)
	}
}

// Shell runs a command line in the directory and returns all that it printed.
func (c *CLI) Shell(command string) (output string, err error) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "bash", "-c", command)
	cmd.Dir, cmd.Env = c.dir, c.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}
