// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestExamples_apply(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	const folder = "../../../examples/"
	files, err := filepath.Glob(folder + "resources/" + typeName + "/resource*.tf")
	if err != nil || len(files) == 0 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	w := newWorld(t)
	w.exists(store.TemplateGoToMeeting, "GoToMeeting")
	for _, file := range append(files, folder+"data-sources/"+typeName+"/data-source.tf") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tf"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			env := w
			if !strings.Contains(file, "data-source") {
				env = newWorld(t)
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: []resource.TestStep{{Config: env.Config(string(content))}}})
		})
	}
}
