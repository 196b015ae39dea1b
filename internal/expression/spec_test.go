// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the table of functions into spec.md")

// functionTableText writes the table of functions as spec.md shows it.
func functionTableText() string {
	var b strings.Builder
	b.WriteString("\n| function | yields | what it yields | available |\n| --- | --- | --- | --- |\n")
	for _, f := range Declarations() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Signature(), f.Result, f.Summary, f.Availability)
	}
	b.WriteString("\n")
	return b.String()
}

const (
	tableBegin = "<!-- functions -->"
	tableEnd   = "<!-- /functions -->"
)

func TestSpec_listsTheDeclaredFunctions(t *testing.T) {
	data, err := os.ReadFile("spec.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), tableBegin)
	table, after, closed := strings.Cut(rest, tableEnd)
	if !found || !closed {
		t.Fatal("spec.md lacks the marks of the table")
	}
	want := functionTableText()
	if *update {
		if err := os.WriteFile("spec.md", []byte(before+tableBegin+want+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("run the test with -update (-want +got)\n%s", diff)
	}
}

func TestSpec_describesEveryFunction(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("spec.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Declarations() {
		if !strings.Contains(string(data), "**"+f.Name+"**") {
			t.Errorf("spec.md does not describe %s", f.Name)
		}
	}
}

func TestDeclarations_areSortedAndComplete(t *testing.T) {
	t.Parallel()
	declarations := Declarations()
	if !slices.IsSortedFunc(declarations, func(a, b Function) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	}) {
		t.Error("the functions are not sorted by name")
	}
	for _, f := range declarations {
		if f.Summary == "" || !strings.HasSuffix(f.Summary, ".") {
			t.Errorf("%s: the summary is not a sentence", f.Name)
		}
		for _, p := range f.Parameters {
			if p.Name == "" || p.Key == "" || (p.Kind == KindWord) != (p.Words != nil) {
				t.Errorf("%s: the parameter %+v is incomplete", f.Name, p)
			}
		}
		if implemented := f.evaluate != nil; implemented == f.ServiceOnly {
			t.Errorf("%s: implemented %v, declared as computed by the service only %v", f.Name, implemented, f.ServiceOnly)
		}
		if _, connect := connectFunctions[f.Name]; connect {
			t.Errorf("%s is both declared and listed for Entra Connect", f.Name)
		}
	}
}

// sample returns an argument that suits a parameter.
func sample(p *Parameter) string {
	if p.Kind == KindWord {
		return p.Words[0]
	}
	return "[appRoleAssignments]"
}

func TestCheck_acceptsExactlyTheDeclaredArguments(t *testing.T) {
	t.Parallel()
	for _, f := range Declarations() {
		least, most := f.slots()
		endless := most < 0
		if endless {
			most = least + 6
		}
		for count := range most + 3 {
			args := make([]string, count)
			for i := range args {
				args[i] = "[a]"
				if p := f.parameter(i); p != nil {
					args[i] = sample(p)
				}
			}
			text := f.Name + "(" + strings.Join(args, ", ") + ")"
			want := count >= least && (endless || count <= most)
			switch f.Name {
			case "Switch":
				want = want && count%2 == 0
			case "FormatDateTime":
				want = want || count == 3
			}
			if problems := Check(text, CheckOptions{}); problems.HasErrors() == want {
				t.Errorf("%s: %v", text, problems)
			}
		}
		for i := range f.Parameters {
			count := max(least, i+1)
			if f.Name == "Switch" {
				count += count % 2
			}
			args := make([]string, count)
			for j := range args {
				args[j] = sample(f.parameter(j))
			}
			args[i] = ""
			if i == len(args)-1 && i == 0 {
				continue
			}
			text := f.Name + "(" + strings.Join(args, ", ") + ")"
			if problems := Check(text, CheckOptions{}); problems.HasErrors() == f.Parameters[i].Optional {
				t.Errorf("%s: %v", text, problems)
			}
		}
	}
}
