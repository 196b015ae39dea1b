// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package workspace

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// The CLI that is got where none is installed. OpenTofu builds from its module; the newer versions of Terraform do not.
const (
	terraformVersion = "1.14.9"
	openTofuModule   = "github.com/opentofu/opentofu"
	openTofuVersion  = "1.12.6"
)

// Supply gets a CLI where the machine has none. The zero value uses the cache folder of the user.
type Supply struct {
	// Folder keeps what was got, for the next time.
	Folder string
	// Progress receives what is being done, which can take many minutes.
	Progress io.Writer

	find     func() (string, error)
	download func(ctx context.Context, folder string) (string, error)
	build    func(ctx context.Context, binary string, progress io.Writer) error
}

// CLI returns the path of a CLI: the one of the machine; else one that was got before; else a pinned Terraform, downloaded
// with its checksum and signature verified; else OpenTofu, built from its module.
func (s Supply) CLI(ctx context.Context) (string, error) {
	if err := s.complete(FindCLI); err != nil {
		return "", err
	}
	found, err := s.find()
	if !errors.Is(err, ErrNoCLI) {
		return found, err
	}
	terraform := filepath.Join(s.Folder, "terraform-"+terraformVersion)
	for _, kept := range []string{filepath.Join(terraform, executable("terraform")), s.openTofu()} {
		if _, err := os.Stat(kept); err == nil {
			return kept, nil
		}
	}
	if err := os.MkdirAll(terraform, 0o700); err != nil {
		return "", err
	}
	fmt.Fprintf(s.Progress, "There is no terraform or tofu on PATH: downloading Terraform %s into %s.\n", terraformVersion, terraform)
	found, downloading := s.download(ctx, terraform)
	if downloading == nil {
		return found, nil
	}
	fmt.Fprintf(s.Progress, "Terraform cannot be downloaded here (%v).\n", downloading)
	found, err = s.builtOpenTofu(ctx)
	if err != nil {
		return "", errors.Join(fmt.Errorf("downloading Terraform: %w", downloading), err)
	}
	return found, nil
}

// OpenTofu returns the path of an OpenTofu: the one of the machine, else one that was built before, else one that it builds
// from its module.
func (s Supply) OpenTofu(ctx context.Context) (string, error) {
	if err := s.complete(func() (string, error) { return exec.LookPath("tofu") }); err != nil {
		return "", err
	}
	if found, err := s.find(); err == nil {
		return found, nil
	}
	if _, err := os.Stat(s.openTofu()); err == nil {
		return s.openTofu(), nil
	}
	return s.builtOpenTofu(ctx)
}

// complete fills in what is not given.
func (s *Supply) complete(find func() (string, error)) error {
	if s.find == nil {
		s.find, s.download, s.build = find, downloadTerraform, buildOpenTofu
	}
	if s.Progress == nil {
		s.Progress = io.Discard
	}
	if s.Folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("no folder for a CLI: %w", err)
		}
		s.Folder = filepath.Join(cache, "terraform-provider-gotomeeting")
	}
	return nil
}

// openTofu is where an OpenTofu that was built is kept.
func (s Supply) openTofu() string {
	return filepath.Join(s.Folder, "opentofu-"+openTofuVersion, executable("tofu"))
}

func (s Supply) builtOpenTofu(ctx context.Context) (string, error) {
	fmt.Fprintf(s.Progress, "Building OpenTofu %s from its module; this takes several minutes, once.\n", openTofuVersion)
	binary := s.openTofu()
	if err := os.MkdirAll(filepath.Dir(binary), 0o700); err != nil {
		return "", err
	}
	// Under another name first: what is there under the right one is complete.
	err := s.build(ctx, binary+".part", s.Progress)
	if ctx.Err() != nil {
		err = fmt.Errorf("%w; what is built already stays in the build cache, so that the next attempt goes on from there", context.Cause(ctx))
	}
	if err != nil {
		return "", fmt.Errorf("building OpenTofu %s: %w", openTofuVersion, err)
	}
	return binary, os.Rename(binary+".part", binary)
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// downloadPatience is how long a machine without a way to the outside is waited for.
const downloadPatience = 2 * time.Minute

func downloadTerraform(ctx context.Context, folder string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, downloadPatience)
	defer cancel()
	return (&releases.ExactVersion{Product: product.Terraform, Version: version.Must(version.NewVersion(terraformVersion)), InstallDir: folder}).Install(ctx)
}

// buildOpenTofu builds in a copy of the module's folder, since the module cache is read-only and the module has replacements,
// which forbid to build it by its name.
func buildOpenTofu(ctx context.Context, binary string, progress io.Writer) error {
	listed, failed := exec.CommandContext(ctx, "go", "mod", "download", "-json", openTofuModule+"@v"+openTofuVersion).Output()
	var module struct{ Dir, Error string }
	if err := json.Unmarshal(listed, &module); err != nil || failed != nil {
		return errors.Join(failed, errors.New(module.Error))
	}
	source, err := os.MkdirTemp("", "opentofu-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(source) }() // a temporary folder
	if err := os.CopyFS(source, os.DirFS(module.Dir)); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-v", "-mod=mod", "-trimpath", "-ldflags", "-s -w -X "+openTofuModule+"/version.dev=no", "-o", binary, "./cmd/tofu")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0")
	build.Cancel, build.WaitDelay = func() error { return build.Process.Signal(os.Interrupt) }, time.Minute // lets it stop what it started
	packages, err := build.StderrPipe()
	if err != nil {
		return err
	}
	if err := build.Start(); err != nil {
		return err
	}
	last, count := "", 0
	for lines := bufio.NewScanner(packages); lines.Scan(); count++ {
		if last = lines.Text(); count > 0 && count%100 == 0 {
			fmt.Fprintf(progress, "  %d packages built\n", count)
		}
	}
	if err := build.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, last)
	}
	return nil
}
