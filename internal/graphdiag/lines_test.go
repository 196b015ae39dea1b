// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag_test

import (
	"fmt"
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
