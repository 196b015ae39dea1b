// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// reviewRelease reports, at plan, what `release_deletions` releases.
func reviewRelease(ctx context.Context, data *providerdata.Data, c change, job *graph.Job) diag.Diagnostics {
	release, diags := c.plan.release(ctx)
	ref, err := c.plan.ref()
	if release == nil || diags.HasError() || err != nil || job == nil || !c.releases() {
		return diags
	}
	at := path.Root("release_deletions")
	if !release.means(*job) {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "No deletions of "+c.subject()+" will be released",
			fmt.Sprintf("`release_deletions` is for the quarantine that began at %s because of too many deletions. %s", release.QuarantineBegan.ValueString(), quarantineNow(*job)))}
	}
	if c.staysOff() || c.plan.Enabled.IsNull() && !job.Schedule.Active() {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "Held deletions of "+c.subject()+" stay held",
			"While provisioning is off, no cycle starts. Switching it on releases the deletions, if the job is still in this quarantine.")}
	}
	held, err := data.Graph.HeldDeletions(ctx, ref, *job)
	if err != nil {
		var skipped graphdiag.Skipped
		skipped.Add("how many deletions are held", err)
		return skipped.Diagnostics("The apply counts them before it releases any.")
	}
	if problem := release.refuses(data, ref, held); problem != nil && c.repairs(data) {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, problem.Summary(), problem.Detail()+" Provisioning was paused outside Terraform, and the apply cannot resume it; everything else goes on.")}
	} else if problem != nil {
		return diag.Diagnostics{problem}
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, fmt.Sprintf("%s of %s will be carried out", graphdiag.Counted(len(held), "held deletion"), c.subject()),
		"Accidental-deletion prevention stopped a cycle to protect these accounts. Applying this plan disables or deletes them."+idsOf(data, held)+graphdiag.Incident)}
}

// means reports whether the job is in the quarantine to which the release applies.
func (r *allowance) means(job graph.Job) bool {
	began, err := time.Parse(time.RFC3339, r.QuarantineBegan.ValueString())
	if err != nil || !job.HoldsDeletions() {
		return false
	}
	current := job.Status.Quarantine.CurrentBegan
	return current != nil && current.Truncate(time.Second).Equal(began.Truncate(time.Second))
}

// idsOf lists the people whose accounts are held, unless messages only count people.
func idsOf(data *providerdata.Data, held []string) string {
	if !data.Impact.ListsPeople() {
		return ""
	}
	return " Object ids in the directory:\n" + graphdiag.Lines(held)
}

// refuses is the error for held deletions that must not be released: more than allowed, or unknown.
func (r *allowance) refuses(data *providerdata.Data, ref graph.JobRef, held []string) diag.Diagnostic {
	at := path.Root("release_deletions")
	switch {
	case data.Takes(providerdata.Narrows, ref):
		return diag.NewAttributeErrorDiagnostic(at, "Held deletions cannot be released along with a narrower scope",
			"The narrower scope of the connection restarts provisioning, and its next cycle counts anew how many accounts it would disable: a release would also let through those that `max` does not count. "+
				"Remove `release_deletions` and apply; then release what is held.")
	case len(held) == 0:
		return diag.NewAttributeErrorDiagnostic(at, "Cannot determine which deletions are held",
			"The provisioning logs have had no held deletions since the quarantine began; the logs can be delayed by a few minutes. Nothing was released. Plan again later, or release the deletions without reviewing them, with the action `gotomeeting_restart_provisioning`.")
	case int64(len(held)) > r.Max.ValueInt64():
		return diag.NewAttributeErrorDiagnostic(at.AtName("max"), "More deletions are held than the limit allows",
			fmt.Sprintf("The service holds %s, and `max` allows %d. Nothing was released. Review them, and raise `max` if they are intended.%s", graphdiag.Counted(len(held), "held deletion"), r.Max.ValueInt64(), idsOf(data, held)))
	}
	return nil
}

func quarantineNow(job graph.Job) string {
	if job.Status == nil || job.Status.Quarantine == nil {
		return "It is not in quarantine."
	}
	q := job.Status.Quarantine
	if q.CurrentBegan == nil {
		return fmt.Sprintf("It is in quarantine for %s.", q.Reason)
	}
	return fmt.Sprintf("It is in quarantine for %s since %s.", q.Reason, q.CurrentBegan.UTC().Format(time.RFC3339))
}
