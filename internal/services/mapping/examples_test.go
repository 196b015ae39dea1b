// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

func TestExamples_apply(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../examples/resources/gotomeeting_attribute_mappings/resource*.tf")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	more, err := filepath.Glob("../../../examples/data-sources/gotomeeting_attribute_mappings/*.tf")
	if err != nil || len(more) == 0 {
		t.Fatalf("%d examples: %v", len(more), err)
	}
	for _, file := range append(files, more...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			hcl := strings.ReplaceAll(string(text), "gotomeeting_provisioning_connection.this.id", fmt.Sprintf("%q", c.connectionID()))
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: c.ProviderFactories(),
				Steps:                    []resource.TestStep{{Config: c.Config(hcl)}},
			})
			if found := c.Diagnostics(); len(found) > 0 {
				t.Errorf("diagnostics: %s", found)
			}
		})
	}
}
