// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestRestartAction_refusesToStartWhatIsOff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		running    bool
		scope      any
		wantWrites []string
		wantBody   string
		wantEnd    string
	}{
		{"running", true, nil, []string{"restart"}, `{}`, "Provisioning was restarted."},
		{"held deletions", true, "ForceDeletes", []string{"restart"}, `"resetScope":"ForceDeletes"`, "Provisioning was restarted."},
		{"off", false, "Watermark,Escrows", nil, "", ""},
		{"off, held deletions", false, "ForceDeletes", nil, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			world := env.Sim.Store()
			_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			if err != nil {
				t.Fatal(err)
			}
			job, err := world.CreateJob(sp.ID, store.ConnectorGoToMeeting)
			if err != nil {
				t.Fatal(err)
			}
			if test.running {
				if err := world.UpdateJob(sp.ID, job.ID, func(j *store.Job) { j.Schedule = "Active" }); err != nil {
					t.Fatal(err)
				}
			}
			config := map[string]any{"connection_id": sp.ID + "/" + job.ID}
			if test.scope != nil {
				config["restart_scope"] = test.scope
			}
			progress, diagnostics := env.Protocol().Invoke("gotomeeting_restart_provisioning", config)
			if !test.running {
				if len(diagnostics) != 1 || !diagnostics[0].Error || diagnostics[0].Summary != "Provisioning of service principal "+sp.ID+" is off" || len(progress) > 0 {
					t.Errorf("got %v, %v", progress, diagnostics)
				}
				if writes := env.Sim.Log().Writes(); len(writes) > 0 {
					t.Errorf("wrote %v", acctest.Lines(writes))
				}
				return
			}
			if len(diagnostics) > 0 {
				t.Fatal(diagnostics)
			}
			var writes []string
			for _, request := range env.Sim.Log().Writes() {
				writes = append(writes, request.Path[strings.LastIndex(request.Path, "/")+1:])
				if strings.HasSuffix(request.Path, "/restart") && !strings.Contains(string(request.Body), test.wantBody) {
					t.Errorf("the restart was sent %s, not %s", request.Body, test.wantBody)
				}
			}
			if diff := cmp.Diff(test.wantWrites, writes); diff != "" {
				t.Errorf("writes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{test.wantEnd}, progress); diff != "" {
				t.Errorf("progress (-want +got):\n%s", diff)
			}
		})
	}
}
