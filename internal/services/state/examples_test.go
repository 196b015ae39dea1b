// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

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
			// The examples refer to the tutorial's resources; here the connection already exists.
			text := strings.NewReplacer(
				"gotomeeting_provisioning_connection.this.id", fmt.Sprintf("%q", w.connectionID()),
				"gotomeeting_attribute_mappings.users.id", fmt.Sprintf("%q", w.connectionID()+"/User"),
				"gotomeeting_user_role_assignment.meetings_team.id", fmt.Sprintf("%q", w.sp.ID+"/assigned"),
			).Replace(string(content))
			w.test(resource.TestStep{Config: w.Config(text)})
			w.wantAsked("start", "pause")
			w.wantSchedule(store.SchedulePaused)
			for _, one := range w.Diagnostics() {
				if one.Summary != "No deletions of service principal "+w.sp.ID+" will be released" { // there is no quarantine here
					t.Errorf("message: %s", one)
				}
			}
		})
	}
}
