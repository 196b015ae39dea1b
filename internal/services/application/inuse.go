// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
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
	uses := signOn(sp)
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
	return stillInUse(sp, append(uses, remaining...))
}

// signOn says that the application serves single sign-on, if it does.
func signOn(sp graph.ServicePrincipal) []string {
	if mode := sp.PreferredSingleSignOnMode; mode != "" && !strings.EqualFold(mode, "notSupported") {
		return []string{fmt.Sprintf("single sign-on is set up (%s)", mode)}
	}
	return nil
}

func stillInUse(sp graph.ServicePrincipal, uses []string) diag.Diagnostics {
	if len(uses) == 0 {
		return nil
	}
	return attributeError("force_destroy", "The application is still in use",
		fmt.Sprintf("Deleting the application %q would affect more than this configuration manages: %s. Remove these first, or set `force_destroy = true`, apply, and destroy again. "+
			"To keep the application and only stop managing it with Terraform, use a `removed` block with `destroy = false`. Nothing was deleted.", sp.DisplayName, strings.Join(uses, "; ")))
}

// planDestroy refuses, before anything that depends on the application is destroyed, to end single sign-on, which no other
// resource of this provider can have set up. Jobs and assignments may go with the same plan, which cannot be seen here:
// they are told, and refused by the apply if they remain.
func (r *Resource) planDestroy(ctx context.Context, state model) diag.Diagnostics {
	sp, err := r.data.Graph.GetServicePrincipal(ctx, state.ID.ValueString())
	if graph.IsNotFound(err) {
		return nil
	}
	var remaining []string
	if err == nil {
		remaining, err = r.remaining(ctx, sp.ID)
	}
	uses, forced := signOn(sp), state.ForceDestroy.ValueBool()
	if err != nil && !forced && len(uses) == 0 {
		var skipped graphdiag.Skipped
		skipped.Add("what depends on the application", err)
		return skipped.Diagnostics("The apply checks this before it deletes the application, but after it has destroyed the resources that depend on the application.")
	}
	switch {
	case len(uses) > 0 && !forced:
		return stillInUse(sp, append(uses, remaining...))
	case len(uses) > 0:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("force_destroy"), "People lose sign-in with the application",
			fmt.Sprintf("People use the application %q: %s. Destroying it ends sign-in for everybody who uses it; if the service requires it, the service principal is deleted first. "+
				"The application and the service principal can be restored from the deleted applications for 30 days.", sp.DisplayName, strings.Join(append(uses, remaining...), "; "))+r.leftBehind(ctx, sp.ID))}
	case len(remaining) > 0:
		what := "If anything is left after everything else in this plan is destroyed, the apply refuses to delete the application."
		if forced {
			what = "With `force_destroy`, they are deleted with the application, no matter who manages them." + r.leftBehind(ctx, sp.ID)
		}
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("force_destroy"), "The application is in use",
			fmt.Sprintf("The application %q currently has %s. %s", sp.DisplayName, strings.Join(remaining, " and "), what))}
	}
	return nil
}

// leftBehind says how many accounts stay active at GoTo when the jobs of an application go with it.
func (r *Resource) leftBehind(ctx context.Context, id string) string {
	var text strings.Builder
	jobs, err := r.data.Graph.ListJobs(ctx, id)
	if err != nil {
		return "" // told as what remains
	}
	for _, job := range jobs {
		if left := aftermath.Of(ctx, r.data, graph.JobRef{ServicePrincipalID: id, JobID: job.ID}); left.Ran {
			fmt.Fprintf(&text, " Without the connection %s, %s stay as they are, and nothing disables them when people leave. %s", job.ID, left.Headline(), left.Detail())
		}
	}
	if text.Len() > 0 {
		text.WriteString(graphdiag.LeftActive)
	}
	return text.String()
}

func (r *Resource) remaining(ctx context.Context, id string) ([]string, error) {
	var remaining []string
	jobs, err := r.data.Graph.ListJobs(ctx, id)
	if err != nil && !graph.IsNotFound(err) {
		return nil, err
	}
	if len(jobs) > 0 {
		remaining = append(remaining, graphdiag.Counted(len(jobs), "provisioning job"))
	}
	assignments, err := r.data.Graph.ListAssignments(ctx, id)
	if err != nil && !graph.IsNotFound(err) {
		return nil, err
	}
	if len(assignments) > 0 {
		remaining = append(remaining, graphdiag.Counted(len(assignments), "assignment")+" of users or groups")
	}
	return remaining, nil
}
