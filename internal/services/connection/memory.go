// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// memory is what one run remembers of connections.
type memory struct {
	// jobs and secrets of a service principal, from planning to the apply that follows.
	jobs    memo.Handover[string, []graph.Job]
	secrets memo.Handover[string, stored]
	// own are jobs that are in the state, or were until just now. Terraform does not report that a resource that it
	// creates replaces one: without this, a connection that is about to be deleted or was just deleted would look
	// like somebody else's.
	own memo.Set[graph.JobRef]
	// lapsed are the service principals of connections that were in the state when this run began and are not there anymore.
	lapsed memo.Set[string]
	// refused are jobs whose secrets could not be read, which the user already knows.
	refused memo.Set[graph.JobRef]
	// synced is how many objects the service keeps in sync, as it just reported.
	synced memo.Handover[graph.JobRef, int64]
}

type memoryKey struct{}

func remembered(data *providerdata.Data) *memory {
	return providerdata.Shared(data, memoryKey{}, func() *memory {
		m := &memory{}
		m.jobs.MaxAge, m.jobs.Clock = providerdata.PlannedAge, data.Graph.Clock()
		m.secrets.MaxAge, m.secrets.Clock = providerdata.PlannedAge, data.Graph.Clock()
		m.synced.MaxAge, m.synced.Clock = providerdata.PlannedAge, data.Graph.Clock()
		return m
	})
}
