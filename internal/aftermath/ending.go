// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package aftermath

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// A plan that ends provisioning and destroys assignments need not order them: nothing refers from one to the other. If an
// assignment went first, a cycle that begins then would disable accounts. So a destroy of an assignment that knows of the end
// of provisioning pauses it first.

// ending are the jobs that the plan pauses or deletes, those of them that it switches on again, under a new address, and those
// that the apply has paused.
type ending struct {
	mu                  sync.Mutex
	jobs, stays, paused []graph.JobRef
}

type endingKey struct{}

func endingOf(data *providerdata.Data) *ending {
	return providerdata.Shared(data, endingKey{}, func() *ending { return &ending{} })
}

// Ends notes that a plan pauses or deletes the job of a connection.
func Ends(data *providerdata.Data, ref graph.JobRef) {
	e := endingOf(data)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.jobs = append(e.jobs, ref)
}

// Stays notes that a plan or an apply decides otherwise about the job: what ends is only its former address.
func Stays(data *providerdata.Data, ref graph.JobRef) {
	e := endingOf(data)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stays = append(e.stays, ref)
}

func (e *ending) hasStays(ref graph.JobRef) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.stays, ref)
}

// Ending is the private data by which the plan of an assignment tells its apply which jobs the plan pauses, as far as
// that is known by now; nil for none.
func Ending(data *providerdata.Data, servicePrincipalID string) []byte {
	e := endingOf(data)
	e.mu.Lock()
	defer e.mu.Unlock()
	var ids []string
	for _, ref := range e.jobs {
		if ref.ServicePrincipalID == servicePrincipalID && !slices.Contains(ids, ref.JobID) && !slices.Contains(e.stays, ref) {
			ids = append(ids, ref.JobID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []byte(`"` + strings.Join(ids, " ") + `"`)
}

// PauseFirst pauses the jobs of an application that Ending names, and waits for a cycle in progress.
func PauseFirst(ctx context.Context, data *providerdata.Data, servicePrincipalID string, ending []byte) diag.Diagnostics {
	if len(ending) == 0 {
		return nil
	}
	defer data.Lock(servicePrincipalID)()
	e := endingOf(data)
	for _, id := range strings.Fields(strings.Trim(string(ending), `"`)) {
		ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: id}
		if slices.Contains(e.paused, ref) || e.hasStays(ref) { // paused is only used under the lock
			continue
		}
		job, presence, err := data.Graph.FindJob(ctx, ref)
		if err == nil && presence != graph.JobPresent && presence != graph.JobNotReplicated {
			continue
		}
		paused := false
		if err == nil {
			paused, err = data.Graph.PauseAndWait(ctx, ref, job)
		}
		if !paused {
			return diag.Diagnostics{graphdiag.Error("Cannot pause provisioning", err,
				"This plan ends provisioning, which has to be off before assignments are removed: otherwise, the next cycle would disable accounts. The assignment was not removed.")}
		}
		e.paused = append(e.paused, ref)
	}
	return nil
}
