// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

var dependencies = regexp.MustCompile(`(?m)^\s*depends_on .*\n`)

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
			// The examples refer to the tutorial's resources; here the connection exists already.
			text := strings.ReplaceAll(dependencies.ReplaceAllString(string(content), ""), "gotomeeting_provisioning_connection.this.id", fmt.Sprintf("%q", w.connectionID()))
			w.test(resource.TestStep{Config: w.Config(text)})
			w.wantAsked("start", "pause")
			w.wantSchedule(store.SchedulePaused)
			if found := w.Diagnostics(); len(found) > 0 {
				t.Errorf("messages:\n%s", found)
			}
		})
	}
}
