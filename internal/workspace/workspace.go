// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package workspace drives a real Terraform or OpenTofu CLI with the built provider: it finds the CLI, builds the provider
// into a plugin tree that `init` accepts without a registry, and keeps everything in one folder. The demo, the
// benchmarks and the tests that need the CLI's own output share it.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// ProviderVersion is the version under which the built provider is offered to the CLI.
const ProviderVersion = "0.0.1"

const providerPath = "gotomeeting-provisioning/gotomeeting"

// ErrNoCLI says that neither Terraform nor OpenTofu is on PATH.
var ErrNoCLI = errors.New("neither terraform nor tofu is on PATH")

// FindCLI returns the path of the CLI named in TF_ACC_TERRAFORM_PATH, else of terraform or tofu on PATH, else ErrNoCLI.
func FindCLI() (string, error) {
	for _, candidate := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if candidate == "" {
			continue
		}
		if found, err := exec.LookPath(candidate); err == nil {
			return found, nil
		}
	}
	return "", ErrNoCLI
}

// internals are the provider's own packages.
const internals = "-gcflags=github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/"

// releaseFlags are those of .goreleaser.yml and .ci/environment. The tag leaves out gRPC's tracing pages, which a plugin could not
// serve: half a megabyte of binary and of memory. Leaving out inlining in what waits for services or runs once saves another half.
var releaseFlags = []string{
	"-tags", "grpcnotrace",
	internals + "...=-l", internals + "expression=", internals + "impact=", internals + "memo=", internals + "roster=", internals + "wire=",
	"-gcflags=github.com/Azure/...=-l", "-gcflags=github.com/AzureAD/...=-l", "-gcflags=github.com/dlclark/...=-l", "-gcflags=github.com/golang-jwt/...=-l",
	"-gcflags=github.com/kylelemons/...=-l", "-gcflags=golang.org/x/text/...=-l",
}

// Build builds one program of the module that root is in, static and stripped.
func Build(ctx context.Context, root, source, binary string, flags ...string) error {
	arguments := append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", binary}, flags...)
	build := exec.CommandContext(ctx, "go", append(arguments, source)...)
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", source, err, output)
	}
	return nil
}

// BuildProvider builds the provider of the module that root is in, as a release does, into a plugin tree below dir that
// serves Terraform and OpenTofu. It returns the binary's path.
func BuildProvider(ctx context.Context, root, dir string) (string, error) {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	name := "terraform-provider-gotomeeting_v" + ProviderVersion
	first := ""
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		folder := filepath.Join(dir, host, filepath.FromSlash(providerPath), ProviderVersion, platform)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", err
		}
		binary := filepath.Join(folder, name)
		if first != "" {
			if err := os.Link(first, binary); err != nil {
				return "", err
			}
			continue
		}
		if err := Build(ctx, root, ".", binary, releaseFlags...); err != nil {
			return "", err
		}
		first = binary
	}
	return first, nil
}

// Options of a workspace. CLI, Plugins and Config are required.
type Options struct {
	CLI      string            // the path of the Terraform or OpenTofu binary
	Plugins  string            // the folder that BuildProvider filled
	Config   string            // a folder whose .tf and .tfvars files are copied into the workspace
	Env      map[string]string // added to the environment of the CLI, in which no ARM_, GOTOMEETING_ or TF_ variable of the caller is left
	LogPath  string            // receives the CLI's and the provider's log at LogLevel (such as TRACE), if set
	LogLevel string
	Output   io.Writer // receives what the CLI prints, if set
}

// Workspace is an initialized working folder of the CLI. The embedded value has its commands.
type Workspace struct {
	*tfexec.Terraform

	// Dir is the folder, with the state in it.
	Dir string
}

// New copies the configuration into dir and initializes it.
func New(ctx context.Context, dir string, o Options) (*Workspace, error) {
	if err := copyConfig(o.Config, dir); err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "cli.tfrc")
	if err := os.WriteFile(settings, nil, 0o600); err != nil {
		return nil, err
	}
	tf, err := tfexec.NewTerraform(dir, o.CLI)
	if err != nil {
		return nil, err
	}
	environment := map[string]string{"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": settings}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if !slices.ContainsFunc([]string{"ARM_", "GOTOMEETING_", "TF_", "AZURE_", "ACTIONS_", "SYSTEM_"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			environment[name] = value
		}
	}
	maps.Copy(environment, o.Env)
	if err := tf.SetEnv(environment); err != nil {
		return nil, err
	}
	if o.LogPath != "" {
		if err := tf.SetLogPath(o.LogPath); err != nil {
			return nil, err
		}
		if err := tf.SetLog(o.LogLevel); err != nil {
			return nil, err
		}
	}
	if o.Output != nil {
		tf.SetStdout(o.Output)
	}
	if err := tf.Init(ctx, tfexec.PluginDir(o.Plugins)); err != nil {
		return nil, fmt.Errorf("initializing: %w", err)
	}
	return &Workspace{Terraform: tf, Dir: dir}, nil
}

func copyConfig(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".tf") && !strings.HasSuffix(name, ".tfvars") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// InTemporary does work in a folder of its own, which it removes afterward, given that folder and the module's.
func InTemporary(kind string, work func(dir, root string) error) (err error) {
	root, err := ModuleRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gotomeeting-"+kind+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return work(dir, root)
}

// ModuleRoot returns the folder of the go.mod that the working folder belongs to.
func ModuleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the module: no go.mod above the working folder")
		}
		dir = parent
	}
}
