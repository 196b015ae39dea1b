// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestResource_destroyClearsWhatWasStoredHere(t *testing.T) {
	t.Parallel()
	for name, replaces := range map[string]bool{"merging service": false, "replacing service": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.SecretsReplace = replaces })
			m := w.created()
			w.stores("Domain", "example.com")
			clean(t, m.Destroy())
			w.wantJobs(0)
			w.wantSecrets("UserName", "", "Password", "", "Domain", "example.com")
			if enabled := w.notification()["Enabled"]; enabled != false {
				t.Errorf("the notification is still on: %v", w.notification())
			}
			wantLines(t, w.did(), "PUT secrets", "DELETE job")
		})
	}
}

func TestResource_destroyPausesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive })
	clean(t, m.Destroy())
	wantLines(t, w.did(), "POST pause", "PUT secrets", "DELETE job")
	w.wantJobs(0)
}

// leaves is the title about accounts that stay when a connection that ran is destroyed.
func leaves(m *acctest.Managed) string {
	return "warning: Destroying the connection " + m.Text("id") + " leaves an unknown number of accounts at GoTo"
}

// wantLeft checks that nothing is said but that accounts stay.
func (w *world) wantLeft(found acctest.Diagnostics) {
	w.t.Helper()
	if len(found) != 1 || found.HasError() || !strings.Contains(found.String(), "leaves an unknown number of accounts at GoTo") {
		w.t.Fatalf("got %v", found)
	}
}

// running makes the job look as in the middle of a cycle, until the time comes.
func (w *world) running(ends time.Duration) {
	w.t.Helper()
	w.changeJob(func(j *store.Job) {
		j.Schedule = store.ScheduleActive
		j.Status.LastExecution = &store.Execution{State: store.ResultSucceeded, Began: store.Epoch}
	})
	begin := w.Sim.Clock().Now()
	w.Sim.Clock().OnAdvance(func() {
		if jobs, err := w.Sim.Store().Jobs(w.sp.ID); err != nil || len(jobs) == 0 || w.Sim.Clock().Now().Sub(begin) < ends {
			return
		}
		w.changeJob(func(j *store.Job) {
			if j.Status.LastExecution.Ended.IsZero() {
				j.Status.LastExecution = &store.Execution{State: store.ResultSucceeded, Began: store.Epoch, Ended: w.Sim.Clock().Now()}
			}
		})
	})
}

func TestResource_destroyLetsARunningCycleEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.running(3 * time.Minute)
	begin := w.Sim.Clock().Now()
	w.wantLeft(m.Destroy())
	wantLines(t, w.did(), "POST pause", "PUT secrets", "DELETE job")
	if waited := w.Sim.Clock().Now().Sub(begin); waited < 3*time.Minute {
		t.Errorf("it waited only %s", waited)
	}
}

// A service may show how far a cycle is without showing the execution.
func TestResource_destroyLetsACycleEndThatOnlyItsProgressShows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	begin := w.Sim.Clock().Now()
	w.changeJob(func(j *store.Job) {
		j.Schedule = store.ScheduleActive
		j.Status.Progress = []store.Progress{{Units: "objects", Completed: 40, Total: 5000, ObservedAt: begin}}
	})
	w.Sim.Clock().OnAdvance(func() {
		if jobs, err := w.Sim.Store().Jobs(w.sp.ID); err == nil && len(jobs) > 0 && w.Sim.Clock().Now().Sub(begin) >= 3*time.Minute {
			w.changeJob(func(j *store.Job) { j.Status.Progress = nil })
		}
	})
	w.wantLeft(m.Destroy())
	wantLines(t, w.did(), "POST pause", "PUT secrets", "DELETE job")
	if waited := w.Sim.Clock().Now().Sub(begin); waited < 3*time.Minute {
		t.Errorf("it waited only %s", waited)
	}
}

func TestResource_destroyGivesUpOnACycleThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created("timeouts", map[string]any{"delete": "2m"})
	w.running(time.Hour)
	found := m.Destroy()
	wantSummaries(t, found, leaves(m), "error: A cycle is still running")
	wantLines(t, w.did(), "POST pause")
	w.wantJobs(1)
	w.wantSecrets("Password", store.AdminPassword)
	if m.Now == nil {
		t.Error("the connection left the state")
	}
}

func TestResource_destroyOfWhatIsGoneSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	p := w.Protocol()
	planned, found := p.Plan(typeName, m.Now, nil)
	clean(t, found)
	if err := w.Sim.Store().DeleteJob(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	after, found := p.Apply(planned)
	clean(t, found)
	if after != nil {
		t.Error("the connection is still in the state")
	}
	w.wantSecrets("Password", "") // they outlive the job
	m = w.created()
	planned, _ = p.Plan(typeName, m.Now, nil)
	if err := w.Sim.Store().DeleteServicePrincipal(w.sp.ID); err != nil {
		t.Fatal(err)
	}
	_, found = p.Apply(planned)
	clean(t, found)
}

func TestResource_destroyNamesWhatItCouldNotDo(t *testing.T) {
	t.Parallel()
	still := func(w *world) string {
		return "The job of \"Meetings\" (service principal " + w.sp.ID + ") was deleted, but the service principal may still have the administrator's credentials. Delete the application, or clear them in the portal.\n\n"
	}
	for name, tt := range map[string]struct {
		fault   func(job string) simulator.Fault
		want    func(w *world, job string) acctest.Diagnostic
		deleted bool
	}{
		"clearing": {func(string) simulator.Fault {
			return simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.LacksPermission()}
		}, func(w *world, _ string) acctest.Diagnostic {
			return acctest.Diagnostic{Summary: "The stored credentials could not be cleared", Detail: still(w) + denied("PUT /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/secrets", synchronizationWrite)}
		}, true},
		"deleting": {func(string) simulator.Fault {
			return simulator.Fault{Method: "DELETE", Path: jobPath, Effect: simulator.LacksPermission()}
		}, func(w *world, job string) acctest.Diagnostic {
			return acctest.Diagnostic{Error: true, Summary: "Cannot delete the provisioning job",
				Detail: denied("DELETE /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/"+job, synchronizationWrite,
					"Provisioning is paused, and the stored credentials may already be cleared. Destroy again.")}
		}, false},
		"pausing": {func(string) simulator.Fault {
			return simulator.Fault{Method: "POST", Path: jobPath + "/pause", Effect: simulator.LacksPermission()}
		}, func(w *world, job string) acctest.Diagnostic {
			return acctest.Diagnostic{Error: true, Summary: "Cannot pause provisioning",
				Detail: denied("POST /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/"+job+"/pause", synchronizationWrite, "Nothing was deleted.")}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			job := w.job().ID
			w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive })
			w.fault(tt.fault(job))
			wants(t, m.Destroy(), tt.want(w, job))
			if tt.deleted != (m.Now == nil) {
				t.Errorf("in the state: %v", m.Now != nil)
			}
			if tt.deleted {
				w.wantJobs(0)
			} else {
				w.wantJobs(1)
			}
		})
	}
}

func TestResource_brokenConnectionsOfDelete(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]simulator.Effect{"before": simulator.DropsBefore(), "after": simulator.DropsAfter(), "500 after": simulator.FailsAfter(500, "InternalServerError", "Oops.")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			w.fault(simulator.Fault{Method: "DELETE", Path: jobPath, Effect: effect})
			clean(t, m.Destroy())
			w.wantJobs(0)
		})
	}
}
