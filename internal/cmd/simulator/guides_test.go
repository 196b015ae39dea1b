// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// step is a command of a guide with the lines that it has to print, or a file to write.
type step struct {
	command, file, content string
	fails                  bool // a line that begins with "! " was expected
	want                   []string
	line                   int
}

// stepsOf reads the console blocks of a guide, and the files among its Terraform blocks: those that begin with their name.
func stepsOf(t *testing.T, guide string) []step {
	t.Helper()
	var steps []step
	block := ""
	for i, line := range strings.Split(guide, "\n") {
		switch {
		case strings.HasPrefix(line, "```") && block != "":
			block = ""
		case strings.HasPrefix(line, "```"):
			if block = strings.TrimPrefix(line, "```"); block == "" {
				t.Fatalf("line %d: a block without a kind", i+1)
			}
		case block == "console" && strings.HasPrefix(line, "$ "):
			steps = append(steps, step{command: strings.TrimPrefix(line, "$ "), line: i + 1})
		case block == "console":
			last := &steps[len(steps)-1]
			if text, failure := strings.CutPrefix(line, "! "); failure {
				last.fails, line = true, text
			}
			last.want = append(last.want, line)
		case block == "terraform" && strings.HasPrefix(line, "# ") && strings.HasSuffix(line, ".tf"):
			block = "file"
			steps = append(steps, step{file: strings.TrimPrefix(line, "# "), line: i + 1})
		case block == "file":
			steps[len(steps)-1].content += line + "\n"
		}
	}
	return steps
}

// marker separates what the commands of a story print. It is unlikely to be printed by any of them.
const marker = "=====> "

// script is a shell script that does the steps and tells their outputs apart.
func script(steps []step) string {
	var text strings.Builder
	for i, s := range steps {
		if s.file != "" {
			fmt.Fprintf(&text, "cat >%s <<'END-OF-FILE'\n%sEND-OF-FILE\n", s.file, s.content)
			continue
		}
		fmt.Fprintf(&text, "echo '%s%d'\n%s 2>&1\necho \"%sended $?\"\n", marker, i, s.command, marker)
	}
	return text.String()
}

// checkOutput finds the wanted lines in order. "…" stands for any text within a line; blanks at the ends do not count.
func checkOutput(output string, want []string) (missing string) {
	lines := strings.Split(output, "\n")
	for _, line := range want {
		parts := strings.Split(strings.TrimSpace(line), "…")
		for i := range parts {
			parts[i] = strings.Join(strings.Fields(regexp.QuoteMeta(parts[i])), `\s+`)
		}
		pattern := regexp.MustCompile(strings.Join(parts, `.*`))
		found := false
		for len(lines) > 0 && !found {
			found, lines = pattern.MatchString(lines[0]), lines[1:]
		}
		if !found {
			return line
		}
	}
	return ""
}

// The guides say what commands print. Each is one story, told to a simulator of its own by the command line that is released.
func TestGuides_areWhatHappens(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the CLI some forty times")
	}
	terraform := acctest.RequireCLI(t)
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	dist := os.Getenv(distVariable)
	built := filepath.Join(programs, "gotomeeting-simulator") // the name in the archive, and what the guide says it is on PATH
	if dist != "" {
		unpack(t, dist, "gotomeeting-simulator", programs)
	} else if err := workspace.Build(t.Context(), root, "./internal/cmd/simulator", built); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(built, filepath.Join(programs, "simulator")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(terraform, filepath.Join(programs, "terraform")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rehearsing", "incidents", "testing", "modules"} {
		t.Run(name, func(t *testing.T) {
			guide, err := os.ReadFile(filepath.Join(root, "templates", "guides", name+".md"))
			if err != nil {
				t.Fatal(err)
			}
			steps := stepsOf(t, string(guide))
			if len(steps) < 2 {
				t.Fatalf("only %d commands", len(steps))
			}
			cli := acctest.NewCLI(t, "", map[string]string{"TF_CLI_ARGS": "-no-color", "PATH": programs + string(os.PathListSeparator) + os.Getenv("PATH")})
			if dist != "" {
				folder := t.TempDir()
				unpack(t, dist, "terraform-provider-gotomeeting", folder)
				cli.Use(folder)
			}
			cli.Copy(filepath.Join(root, "examples", "complete"))
			cli.Write("story.sh", script(steps))
			output, err := cli.Shell("simulator -frozen-clock -- bash story.sh")
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			for i, s := range steps {
				if s.file != "" {
					continue
				}
				_, rest, found := strings.Cut(output, fmt.Sprintf("%s%d\n", marker, i))
				printed, rest, ended := strings.Cut(rest, marker+"ended ")
				if !found || !ended {
					t.Fatalf("line %d: %s did not run:\n%s", s.line, s.command, output)
				}
				if failed := !strings.HasPrefix(rest, "0\n"); failed != s.fails {
					t.Errorf("line %d: %s: failed %v\n%s", s.line, s.command, failed, printed)
				}
				if missing := checkOutput(printed, s.want); missing != "" {
					t.Errorf("line %d: %s does not print %q:\n%s", s.line, s.command, missing, printed)
				}
			}
		})
	}
}

// distVariable names the folder with the archives of a release, whose programs then tell the stories. Without it they are built as
// .goreleaser.yml builds them.
const distVariable = "GOTOMEETING_DIST"

// unpack unpacks the archive of a program for this platform.
func unpack(t *testing.T, dist, program, into string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dist, program+"_*_"+runtime.GOOS+"_"+runtime.GOARCH+".zip"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d archives of %s: %v", dist, len(found), program, err)
	}
	archive, err := zip.OpenReader(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }() // it was only read
	for _, file := range archive.File {
		content, err := fs.ReadFile(archive, file.Name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(into, filepath.Base(file.Name)), content, file.Mode()); err != nil {
			t.Fatal(err)
		}
	}
}

// What the stories are told with where there is no archive is what an archive has.
func TestGuides_areToldByWhatIsReleased(t *testing.T) {
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(root, ".goreleaser.yml"))
	if err != nil {
		t.Fatal(err)
	}
	_, build, _ := strings.Cut(string(raw), "  - id: simulator\n    main:")
	build, _, _ = strings.Cut(build, "\n\n")
	got := strings.Join(strings.Fields(build), " ")
	const want = "./internal/cmd/simulator env: - CGO_ENABLED=0 mod_timestamp: \"{{ .CommitTimestamp }}\" flags: - -trimpath ldflags: - -s -w " +
		"goos: [darwin, linux, windows] goarch: [amd64, arm64] binary: gotomeeting-simulator"
	if got != want {
		t.Errorf("the release builds it in another way than workspace.Build:\n got %s\nwant %s", got, want)
	}
}

func TestCheckOutput_findsLinesInOrder(t *testing.T) {
	for _, test := range []struct {
		want    []string
		missing string
	}{
		{[]string{"a  b", "c … e"}, ""}, {[]string{"c … e", "a b"}, "a b"}, {[]string{"c … f"}, "c … f"}, {nil, ""},
	} {
		if got := checkOutput("a b\n  c d e\n", test.want); got != test.missing {
			t.Errorf("%q: missing %q, want %q", test.want, got, test.missing)
		}
	}
}
