// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// run is what the resources of this package share in one run of the provider.
type run struct {
	planned memo.Handover[graph.JobRef, graph.Job] // jobs that planning read, for the action that follows
}

type runKey struct{}

func (r *Resource) run() *run {
	return providerdata.Shared(r.data, runKey{}, func() *run {
		return &run{planned: memo.Handover[graph.JobRef, graph.Job]{MaxAge: providerdata.PlannedAge, Clock: r.data.Graph.Clock()}}
	})
}
