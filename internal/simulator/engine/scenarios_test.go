// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The list of scenarios and the tests must not drift apart.
func TestScenarios_areListedWithTheirTests(t *testing.T) {
	list, err := os.ReadFile("scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var source []byte
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, content...)
	}
	names := func(pattern string, text []byte) []string {
		var found []string
		for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			found = append(found, string(match[1]))
		}
		slices.Sort(found)
		return found
	}
	tests := slices.DeleteFunc(names(`(?m)^func (Test\w+)\(`, source), func(name string) bool { return name == t.Name() })
	if diff := cmp.Diff(tests, names("`(Test\\w+)`", list)); diff != "" {
		t.Errorf("tests (-) and list (+) differ: %s", diff)
	}
}
