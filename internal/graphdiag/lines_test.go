// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

func TestLines_listsTenAndCountsTheRest(t *testing.T) {
	lines := make([]string, 12)
	for i := range lines {
		lines[i] = fmt.Sprint(i)
	}
	got := graphdiag.Lines(lines)
	if !strings.HasSuffix(got, "- 9\nand 2 more") || strings.Count(got, "\n") != 10 {
		t.Errorf("got %q", got)
	}
	if got := graphdiag.Lines(lines[:2]); got != "- 0\n- 1" {
		t.Errorf("got %q", got)
	}
}

// The messages link to a section of the guide, by the name that its heading gives it.
func TestLeftActive_linksToASectionOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../templates/guides/incidents.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(graphdiag.LeftActive, "/docs/guides/incidents.md#")
	if heading := "\n## accounts that nothing disables\n"; !found || section != strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(heading), "## "), " ", "-") ||
		!strings.Contains(strings.ToLower(string(guide)), heading) {
		t.Errorf("no section %q", section)
	}
}
