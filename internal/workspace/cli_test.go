// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package workspace

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// supply is a machine whose ways to a CLI are as given, and that notes which were tried.
func supply(t *testing.T, found string, downloads, builds bool) (Supply, *[]string) {
	t.Helper()
	var tried []string
	return Supply{
		Folder: t.TempDir(),
		find: func() (string, error) {
			if found == "" {
				return "", ErrNoCLI
			}
			return found, nil
		},
		download: func(_ context.Context, folder string) (string, error) {
			if tried = append(tried, "download"); !downloads {
				return "", errors.New("no way out")
			}
			name := filepath.Join(folder, "terraform")
			return name, os.WriteFile(name, nil, 0o700)
		},
		build: func(_ context.Context, binary string, progress io.Writer) error {
			if tried = append(tried, "build"); !builds {
				return errors.New("no module proxy")
			}
			_, _ = io.WriteString(progress, "100 packages built")
			return os.WriteFile(binary, nil, 0o700)
		},
	}, &tried
}

func TestSupply_triesTheCheapestFirst(t *testing.T) {
	for name, test := range map[string]struct {
		found             string
		downloads, builds bool
		want              string
		tried             string
	}{
		"on PATH":            {found: "/usr/bin/terraform", downloads: true, builds: true, want: "terraform"},
		"downloaded":         {downloads: true, builds: true, want: "terraform", tried: "download"},
		"built":              {builds: true, want: "tofu", tried: "download build"},
		"neither can be had": {tried: "download build"},
	} {
		s, tried := supply(t, test.found, test.downloads, test.builds)
		var progress strings.Builder
		s.Progress = &progress
		got, err := s.CLI(t.Context())
		if (err == nil) != (test.want != "") || filepath.Base(got) != filepath.Base(test.want) && err == nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "no way out") || !strings.Contains(err.Error(), "no module proxy")) {
			t.Errorf("%s: the error tells only a part: %v", name, err)
		}
		if strings.Join(*tried, " ") != test.tried {
			t.Errorf("%s: tried %v", name, *tried)
		}
		if strings.Contains(test.tried, "build") && !strings.Contains(progress.String(), "OpenTofu") {
			t.Errorf("%s: nobody was told what takes so long: %q", name, progress.String())
		}
		if err != nil {
			continue
		}
		// What was got stays for the next time.
		*tried = nil
		if again, err := s.CLI(t.Context()); err != nil || again != got || len(*tried) > 0 {
			t.Errorf("%s: the second time got %q by %v: %v", name, again, *tried, err)
		}
	}
}

func TestSupply_keepsNoHalfBuiltCLI(t *testing.T) {
	s, _ := supply(t, "", false, true)
	whole := s.build
	s.build = func(ctx context.Context, binary string, progress io.Writer) error {
		_ = whole(ctx, binary, progress)
		return errors.New("interrupted")
	}
	if _, err := s.CLI(t.Context()); err == nil {
		t.Fatal("an interrupted build was taken for a CLI")
	}
	s.build = whole
	if got, err := s.CLI(t.Context()); err != nil || filepath.Base(got) != "tofu" {
		t.Errorf("got %q: %v", got, err)
	}
}

// An OpenTofu is found, kept or built, whatever Terraform there is.
func TestSupply_getsOpenTofuBesideTerraform(t *testing.T) {
	onPath, tried := supply(t, "/usr/bin/tofu", true, true)
	if got, err := onPath.OpenTofu(t.Context()); err != nil || got != "/usr/bin/tofu" || len(*tried) > 0 {
		t.Errorf("got %q, %v by %v", got, err, *tried)
	}
	none, tried := supply(t, "", true, true)
	for range 2 { // built once
		if got, err := none.OpenTofu(t.Context()); err != nil || filepath.Base(got) != "tofu" || strings.Join(*tried, " ") != "build" {
			t.Errorf("got %q, %v by %v", got, err, *tried)
		}
	}
}

func TestSupply_saysThatTimeRanOut(t *testing.T) {
	s, _ := supply(t, "", false, false)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("it took longer than 1m0s"))
	if _, err := s.OpenTofu(ctx); err == nil || !strings.Contains(err.Error(), "it took longer than 1m0s") || !strings.Contains(err.Error(), "build cache") {
		t.Errorf("got %v", err)
	}
}
