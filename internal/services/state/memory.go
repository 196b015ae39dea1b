// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"sync/atomic"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// memory is what the resources of this package share in one run of the provider.
type memory struct {
	planned memo.Handover[graph.JobRef, graph.Job] // jobs that planning read, for the action that follows
	checked memo.Handover[graph.JobRef, bool]      // jobs that planning found fit to be started
	created creations
	deleted memo.Set[graph.JobRef]             // jobs that a destroy has paused
	active  memo.Set[string]                   // connections that a refresh found on
	held    memo.Set[string]                   // connections that were paused outside Terraform, and whose state holds that
	remains memo.Handover[graph.JobRef, model] // states that the first half of a replacement has ended
	lost    atomic.Bool                        // a refresh found a job deleted, so that what creates may only put back what was there
	writers writers
	rivals  rivals
}

// creations notes for which connections this run creates a resource: a second one is a mistake. Planning and applying count
// separately, since an apply plans every instance again immediately before it acts.
type creations struct{ planned, applied memo.Set[string] }

func (c *creations) plan(connectionID string) (first bool)  { return c.planned.Add(connectionID) }
func (c *creations) apply(connectionID string) (first bool) { return c.applied.Add(connectionID) }

type memoryKey struct{}

func memoryOf(data *providerdata.Data) *memory {
	return providerdata.Shared(data, memoryKey{}, func() *memory {
		clock := data.Graph.Clock()
		return &memory{
			planned: memo.Handover[graph.JobRef, graph.Job]{MaxAge: providerdata.PlannedAge, Clock: clock},
			remains: memo.Handover[graph.JobRef, model]{MaxAge: aftermath.RemainsAge, Clock: clock},
			checked: memo.Handover[graph.JobRef, bool]{MaxAge: providerdata.PlannedAge, Clock: clock},
		}
	})
}
