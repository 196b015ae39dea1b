// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
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
	wait, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var in uses
	looks := 0
	err = r.data.Graph.Poll(wait, "jobs and assignments to be gone", func(ctx context.Context) (bool, string, error) {
		var err error
		in, err = r.usesOf(ctx, sp)
		looks++
		return len(in.remaining()) == 0 || looks >= 5, strings.Join(in.remaining(), ", "), err
	})
	if err != nil && len(in.remaining()) == 0 {
		return diag.Diagnostics{graphdiag.Error("Cannot check what depends on the application", err,
			"Nothing was deleted. With `force_destroy = true` the application is deleted without this check.")}
	}
	return stillInUse(sp, in.all())
}

func stillInUse(sp graph.ServicePrincipal, uses []string) diag.Diagnostics {
	if len(uses) == 0 {
		return nil
	}
	return attributeError("force_destroy", "The application is still in use",
		fmt.Sprintf("Deleting the application %q would affect more than this configuration manages: %s. Remove these first, or set `force_destroy = true`, apply, and destroy again. "+
			"To keep the application and only stop managing it with Terraform, use a `removed` block with `destroy = false`; if it is only marked as tainted, use `terraform untaint`. Nothing was deleted.", sp.DisplayName, strings.Join(uses, "; ")))
}

// planDestroy refuses, before anything that depends on the application is destroyed, to end single sign-on, which no other
// resource of this provider can have set up. Jobs and assignments may go with the same plan, which cannot be seen here:
// they are told, and refused by the apply if they remain.
func (r *Resource) planDestroy(ctx context.Context, state model) diag.Diagnostics {
	sp, err := r.data.Graph.GetServicePrincipal(ctx, state.ID.ValueString())
	if graph.IsNotFound(err) {
		return nil
	}
	var in uses
	if err == nil {
		in, err = r.usesOf(ctx, sp)
	}
	forced := state.ForceDestroy.ValueBool()
	if err != nil && in.signOn == "" {
		var skipped graphdiag.Skipped
		skipped.Add("what depends on the application", err)
		if forced {
			return skipped.Diagnostics("With `force_destroy`, everything that depends on the application is deleted with it.")
		}
		return skipped.Diagnostics("The apply checks this before it deletes the application, but after it has destroyed the resources that depend on the application.")
	}
	switch {
	case in.signOn != "" && !forced:
		return stillInUse(sp, in.all())
	case in.signOn != "":
		number, who := r.whoLoses(ctx, sp, in.assignments)
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("force_destroy"), "Destroying the application ends sign-in for "+cmp.Or(number, "people"),
			fmt.Sprintf("People use the application %q: %s. Destroying it ends sign-in for everybody who uses it; if the service requires it, the service principal is deleted first. "+
				"For 30 days, both can be restored, with `POST /directory/deletedItems/{id}/restore` or in the portal: the application %s, and then, if it is still deleted, its service principal %s.",
				sp.DisplayName, strings.Join(in.all(), "; "), state.ApplicationObjectID.ValueString(), sp.ID)+r.leftBehind(ctx, sp.ID, in.jobs)+who)}
	case len(in.remaining()) > 0:
		what := "If anything is left after everything else in this plan is destroyed, the apply refuses to delete the application."
		if forced {
			_, who := r.whoLoses(ctx, sp, in.assignments)
			what = "With `force_destroy`, they are deleted with the application, no matter who manages them." + r.leftBehind(ctx, sp.ID, in.jobs) + who
		}
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("force_destroy"), "The application is in use",
			fmt.Sprintf("The application %q currently has %s. %s", sp.DisplayName, strings.Join(in.remaining(), " and "), what))}
	}
	return nil
}

// refuseReplacing is planDestroy for an application that is created although it is in the state: Terraform does not report
// that it replaces one, deletes everything that depends on it first, and shows only the errors of this plan.
func (r *Resource) refuseReplacing(ctx context.Context, own []graph.ServicePrincipal) diag.Diagnostics {
	for _, sp := range own {
		if r.data.Graph.HasWritten() || remembered(r.data).forced.Has(sp.ID) {
			continue // deleted by now, or about to be
		}
		if sp, err := r.data.Graph.GetServicePrincipal(ctx, sp.ID); err == nil {
			if in, _ := r.usesOf(ctx, sp); in.signOn != "" {
				return stillInUse(sp, in.all())
			}
		}
	}
	return warnReplaced(own)
}

// leftBehind says how many accounts stay active at GoTo when the jobs of an application go with it.
func (r *Resource) leftBehind(ctx context.Context, id string, jobs []graph.Job) string {
	var text strings.Builder
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

// uses is what would be lost with an application.
type uses struct {
	signOn      string // how single sign-on is set up, empty for none
	jobs        []graph.Job
	assignments []graph.Assignment
}

// usesOf reads what a service principal is used for.
func (r *Resource) usesOf(ctx context.Context, sp graph.ServicePrincipal) (u uses, err error) {
	if mode := sp.PreferredSingleSignOnMode; !strings.EqualFold(mode, "notSupported") {
		u.signOn = mode
	}
	if u.jobs, err = r.data.Graph.ListJobs(ctx, sp.ID); err != nil && !graph.IsNotFound(err) {
		return u, err
	}
	if u.assignments, err = r.data.Graph.ListAssignments(ctx, sp.ID); err != nil && !graph.IsNotFound(err) {
		return u, err
	}
	return u, nil
}

// remaining is what a destroy of everything that depends on the application should have removed.
func (u uses) remaining() (texts []string) {
	if len(u.jobs) > 0 {
		texts = append(texts, graphdiag.Counted(len(u.jobs), "provisioning job"))
	}
	if len(u.assignments) > 0 {
		texts = append(texts, graphdiag.Counted(len(u.assignments), "assignment")+" of users or groups")
	}
	return texts
}

// all is everything that would be lost.
func (u uses) all() []string {
	if u.signOn == "" {
		return u.remaining()
	}
	return append([]string{fmt.Sprintf("single sign-on is set up (%s)", u.signOn)}, u.remaining()...)
}

// whoLoses counts the people who have access by the assignments, and names the principals. The number is empty without any.
func (r *Resource) whoLoses(ctx context.Context, sp graph.ServicePrincipal, assignments []graph.Assignment) (number, detail string) {
	if len(assignments) == 0 {
		return "", ""
	}
	removed := map[roster.Key]bool{}
	for _, a := range assignments {
		removed[roster.KeyOf(a)] = true
	}
	lost, members, _ := roster.New(r.data.Graph).Principals.Losses(ctx, roster.NewListing(assignments), removed, nil, nil)
	number = graphdiag.Counted(len(lost.Users), "person")
	if lost.AtLeast() {
		number = "at least " + number
	}
	var lines []string
	for _, a := range lost.Principals {
		id := roster.KeyOf(a).PrincipalID
		line := id
		if a.PrincipalType == roster.KindGroup { // people are named by the report alone
			line = fmt.Sprintf("%s (%s), a group", a.PrincipalDisplayName, id)
			if ids, known := members[id]; known {
				line += " with " + graphdiag.Counted(len(ids), "direct member")
			}
			if why := lost.Uncounted[id]; why != "" {
				line += ", " + why
			}
		}
		lines = append(lines, line)
	}
	others := "nobody else can sign in"
	if !sp.AppRoleAssignmentRequired {
		others = "others can also sign in, because the application does not require assignment"
	}
	return number, fmt.Sprintf("\n\nThe assignments that exist now give access to %s; %s:\n%s", number, others, graphdiag.Lines(lines))
}
