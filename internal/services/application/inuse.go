// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// refuseWhileInUse reports what would be lost with the application: Terraform destroys what depends on it first, so
// whatever is left belongs to somebody else. Listings lag behind deletions, hence a short wait before refusing.
func (r *Resource) refuseWhileInUse(ctx context.Context, id string) diag.Diagnostics {
	sp, err := r.data.Graph.GetServicePrincipal(ctx, id)
	if graph.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return diag.Diagnostics{graphdiag.Error("Cannot check what depends on the application", err)}
	}
	var uses []string
	if mode := sp.PreferredSingleSignOnMode; mode != "" && !strings.EqualFold(mode, "notSupported") {
		uses = append(uses, fmt.Sprintf("single sign-on is set up (%s)", mode))
	}
	wait, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var remaining []string
	looks := 0
	err = r.data.Graph.Poll(wait, "jobs and assignments to be gone", func(ctx context.Context) (bool, string, error) {
		var err error
		remaining, err = r.remaining(ctx, id)
		looks++
		return len(remaining) == 0 || looks >= 5, strings.Join(remaining, ", "), err
	})
	if err != nil && len(remaining) == 0 {
		return diag.Diagnostics{graphdiag.Error("Cannot check what depends on the application", err,
			"Nothing was deleted. With `force_destroy = true` the application is deleted without this check.")}
	}
	uses = append(uses, remaining...)
	if len(uses) == 0 {
		return nil
	}
	return attributeError("force_destroy", "The application is still in use",
		fmt.Sprintf("Deleting the application %q would end more than this configuration manages: %s. Remove these first, or set `force_destroy = true`, apply, and destroy again. "+
			"To keep the application and only forget it here, use a `removed` block with `destroy = false`. Nothing was deleted.", sp.DisplayName, strings.Join(uses, "; ")))
}

func (r *Resource) remaining(ctx context.Context, id string) ([]string, error) {
	var remaining []string
	jobs, err := r.data.Graph.ListJobs(ctx, id)
	if err != nil && !graph.IsNotFound(err) {
		return nil, err
	}
	if len(jobs) > 0 {
		remaining = append(remaining, fmt.Sprintf("%d provisioning %s", len(jobs), plural(len(jobs), "job")))
	}
	assignments, err := r.data.Graph.ListAssignments(ctx, id)
	if err != nil && !graph.IsNotFound(err) {
		return nil, err
	}
	if len(assignments) > 0 {
		remaining = append(remaining, fmt.Sprintf("%d %s of users or groups", len(assignments), plural(len(assignments), "assignment")))
	}
	return remaining, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
