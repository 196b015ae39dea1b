// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// awaitTemplates lists the connectors. A service principal that was made moments ago may not be known to the
// synchronization service yet, or offer nothing for a while; a short wait tells that from one without a connector.
func (r *Resource) awaitTemplates(ctx context.Context, servicePrincipalID string) (templates []graph.SyncTemplate, err error) {
	looks := 0
	err = r.data.Graph.Poll(ctx, "the application's connectors", func(ctx context.Context) (bool, string, error) {
		var err error
		templates, err = r.data.SyncTemplates(ctx, servicePrincipalID)
		looks++
		if looks < 6 && (graph.IsNotFound(err) || err == nil && len(templates) == 0) {
			return false, "none", nil
		}
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

// settleTime bounds the wait for a write to become visible; replication takes seconds.
const settleTime = 2 * time.Minute

// write brings the stored secrets to want with at most one PUT and returns them as read afterwards, with the masked keys
// of others that the service dropped.
func (r *Resource) write(ctx context.Context, servicePrincipalID string, want desired, newSecrets bool) (after stored, lost []string, err error) {
	before, err := r.data.Graph.GetSecrets(ctx, servicePrincipalID)
	if err != nil && !graph.IsNotFound(err) {
		return nil, nil, err
	}
	put, atRisk := stored(before).plan(want, newSecrets)
	if put == nil {
		return before, nil, nil
	}
	if err := r.data.Graph.PutSecrets(ctx, servicePrincipalID, put); err != nil {
		return nil, nil, err
	}
	settle, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	var seen string
	err = r.data.Graph.Poll(settle, "the stored settings to be visible", func(ctx context.Context) (bool, string, error) {
		now, err := r.data.Graph.GetSecrets(ctx, servicePrincipalID)
		if err != nil && !graph.IsNotFound(err) {
			return false, "", err
		}
		after = now
		seen = after.missing(put)
		return seen == "", seen, nil
	})
	if err != nil {
		return after, nil, fmt.Errorf("the service accepted the settings but does not show them: %s: %w", strings.TrimSuffix(seen, "."), err)
	}
	return after, after.vanished(atRisk), nil
}

// quarantinedForCredentials reports whether a running job is in quarantine because the service could not sign in at the
// target. Only then may new credentials lift it: a quarantine for too many deletions protects people.
func quarantinedForCredentials(job graph.Job) bool {
	if job.Status == nil || job.Status.Quarantine == nil || !job.Schedule.Active() {
		return false
	}
	quarantine := job.Status.Quarantine
	if !strings.EqualFold(quarantine.Reason, "EncounteredQuarantineException") {
		return false
	}
	return quarantine.Error == nil || quarantine.Error.Code == "" || strings.Contains(strings.ToLower(quarantine.Error.Code), "credential")
}
