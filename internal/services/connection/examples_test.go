// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestExamples_apply(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../examples/resources/" + typeName + "/resource*.tf")
	if err != nil || len(files) == 0 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tf"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t)
			// What the examples refer to and do not declare.
			application := "resource \"gotomeeting_application\" \"this\" {\n  display_name = \"Example\"\n}\n"
			variables := config.Variables{}
			for name, value := range map[string]string{"gotomeeting_admin_password": store.AdminPassword, "stored_password": store.AdminPassword, "secret_token": "example-token"} {
				if strings.Contains(string(content), fmt.Sprintf("variable %q", name)) {
					variables[name] = config.StringVariable(value)
				}
			}
			if strings.Contains(string(content), "credentials_wo ") {
				w.tokenConnector()
				w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: validatePath, Count: -1, Effect: simulator.AnswersNothing(204)})
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{{
				Config: w.Config(application + string(content)), ConfigVariables: variables,
			}}})
		})
	}
}
