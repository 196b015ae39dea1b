// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// Why a job is not there is the same whatever codes the service gives to its 404s.
func TestFindJob_doesNotDependOnTheCode(t *testing.T) {
	cases := map[string]struct {
		happens func(n *tenant, ref graph.JobRef) error
		want    graph.Presence
	}{
		"present": {func(*tenant, graph.JobRef) error { return nil }, graph.JobPresent},
		"not replicated": {func(n *tenant, _ graph.JobRef) error {
			n.sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/**/jobs/*", Effect: simulator.Misses()})
			return nil
		}, graph.JobNotReplicated},
		"deleted": {func(n *tenant, ref graph.JobRef) error {
			return n.sim.Store().DeleteJob(ref.ServicePrincipalID, ref.JobID)
		}, graph.JobDeleted},
		"application deleted": {func(n *tenant, ref graph.JobRef) error {
			return n.sim.Store().DeleteServicePrincipal(ref.ServicePrincipalID)
		}, graph.ServicePrincipalGone},
		"connector retired": {func(n *tenant, _ graph.JobRef) error {
			n.sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
			return nil
		}, graph.ConnectorRetired},
	}
	codes := []simulator.NotFoundCode{"", simulator.NotFoundInDirectory, simulator.NotFoundPlain, simulator.NotFoundBare, simulator.NotFoundNested}
	for name, test := range cases {
		for _, code := range codes {
			for _, errors := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%t", name, code, errors), func(t *testing.T) {
					n := newTenant(t)
					_, ref := n.connection(t)
					n.sim.SetVariants(func(v *simulator.Variants) {
						v.NotFound = simulator.NotFoundCodes{ServicePrincipal: code, Job: code, Connector: code}
						v.NoJobsNotFound, v.ErrorsWhenUnconfigured = errors, errors
					})
					if err := test.happens(n, ref); err != nil {
						t.Fatal(err)
					}
					n.sim.Clock().Advance(time.Hour) // what was made moments ago would be waited for
					if _, got, err := n.FindJob(t.Context(), ref); err != nil || got != test.want {
						t.Errorf("got %v, %v, want %v", got, err, test.want)
					}
				})
			}
		}
	}
}

func TestPauseAndWait_waitsForACycleThatShowsItsProgressOnly(t *testing.T) {
	n := newTenant(t)
	_, ref := n.connection(t)
	if err := n.sim.Engine().RunCycle(ref.ServicePrincipalID, ref.JobID, 40, 5000, 4); err != nil {
		t.Fatal(err)
	}
	job, err := n.GetJob(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if !job.Running(n.sim.Clock().Now()) || job.HasCompletedCycle() {
		t.Errorf("got %+v", job.Status)
	}
	n.sim.Log().Reset()
	if _, err := n.PauseAndWait(t.Context(), ref, job); err != nil {
		t.Fatal(err)
	}
	if reads := len(n.sim.Log().Match("GET", "/**/jobs/*")); reads != 4 {
		t.Errorf("%d reads to see a cycle end after three", reads)
	}
}
