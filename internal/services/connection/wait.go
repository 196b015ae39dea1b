// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// How long to wait for what a write should have made visible. Replication takes seconds, rarely more.
const (
	settleTime = 2 * time.Minute // after a write that was confirmed
	appearTime = time.Minute     // after one that was not
)

// templates lists the connectors of a service principal, none for one that has none: some answer with an error then, just
// as for a service principal that does not exist.
func (r *Resource) templates(ctx context.Context, servicePrincipalID string) ([]graph.SyncTemplate, error) {
	templates, err := r.data.SyncTemplates(ctx, servicePrincipalID)
	if !graph.IsNotFound(err) {
		return templates, err
	}
	if _, missing := r.data.Graph.GetServicePrincipal(ctx, servicePrincipalID); missing != nil {
		return nil, err
	}
	return nil, nil
}

// awaitTemplates lists the connectors. A service principal that was made moments ago may not be known to the
// synchronization service yet, or offer nothing for a while; a short wait tells that from one without a connector.
func (r *Resource) awaitTemplates(ctx context.Context, servicePrincipalID string) (templates []graph.SyncTemplate, err error) {
	looks := 0
	err = r.data.Graph.Poll(ctx, "the application's connectors", func(ctx context.Context) (bool, string, error) {
		var err error
		looks++
		if looks < 6 {
			templates, err = r.data.SyncTemplates(ctx, servicePrincipalID)
			if graph.IsNotFound(err) || err == nil && len(templates) == 0 {
				return false, "none", nil
			}
			return err == nil, "", err
		}
		templates, err = r.templates(ctx, servicePrincipalID)
		return err == nil, "", err
	})
	return templates, err
}

// waitForJob returns once a new job is readable.
func (r *Resource) waitForJob(ctx context.Context, ref graph.JobRef) error {
	return r.data.Graph.Poll(ctx, "the new job to be readable", func(ctx context.Context) (bool, string, error) {
		_, err := r.data.Graph.GetJob(ctx, ref)
		if graph.IsNotFound(err) {
			return false, "not found", nil
		}
		return err == nil, "", err
	})
}

// waitUntilGone returns once a deleted job is no longer readable.
func (r *Resource) waitUntilGone(ctx context.Context, ref graph.JobRef) error {
	return r.data.Graph.Poll(ctx, "the job to be gone", func(ctx context.Context) (bool, string, error) {
		_, err := r.data.Graph.GetJob(ctx, ref)
		if graph.IsNotFound(err) {
			return true, "", nil
		}
		return false, "still readable", err
	})
}

// running reports whether a cycle is in progress: an execution that began and has not ended.
func running(job graph.Job) bool {
	return job.Status != nil && job.Status.LastExecution != nil &&
		job.Status.LastExecution.TimeBegan != nil && job.Status.LastExecution.TimeEnded == nil
}

// waitForRest returns once no cycle is in progress. A pause lets the running one end.
func (r *Resource) waitForRest(ctx context.Context, ref graph.JobRef) error {
	return r.data.Graph.Poll(ctx, "the running cycle to end", func(ctx context.Context) (bool, string, error) {
		job, err := r.data.Graph.GetJob(ctx, ref)
		if graph.IsNotFound(err) {
			return true, "", nil
		}
		return err == nil && !job.Schedule.Active() && !running(job), "schedule " + job.Schedule.State, err
	})
}

// quarantinedForCredentials reports whether a running job is in quarantine because the service could not work with the
// target at all, which is what wrong credentials lead to; the codes follow the connector and are not documented. Only
// then may new credentials lift it: a quarantine for too many deletions or failures protects people.
func quarantinedForCredentials(job graph.Job) bool {
	return job.Schedule.Active() && job.Status != nil && job.Status.Quarantine != nil &&
		strings.EqualFold(job.Status.Quarantine.Reason, "EncounteredQuarantineException")
}
