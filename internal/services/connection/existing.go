// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// jobsKey is under what planning hands over the jobs that it listed.
type jobsKey string

// refuseExisting decides about the jobs that a service principal already has: it returns one that can be adopted, or
// refuses.
func (r *Resource) refuseExisting(ctx context.Context, servicePrincipalID string, template graph.SyncTemplate, jobs []graph.Job) (orphan *graph.Job, diags diag.Diagnostics) {
	orphan, diags, err := r.examine(ctx, servicePrincipalID, template, jobs)
	if err != nil {
		return nil, diag.Diagnostics{cannotExamine(err)}
	}
	return orphan, diags
}

func cannotExamine(err error) diag.Diagnostic {
	return graphdiag.Error("Cannot examine the existing job", err)
}

// examine looks at the jobs of the same connector. One that is plainly the remainder of an interrupted create (never ran,
// no credentials, default mappings) is returned for adoption; any other is refused. Jobs of this state do not count: where
// a connection is created although there is one, it is being replaced.
func (r *Resource) examine(ctx context.Context, servicePrincipalID string, template graph.SyncTemplate, jobs []graph.Job) (orphan *graph.Job, diags diag.Diagnostics, err error) {
	for _, job := range jobs {
		ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
		if job.TemplateID != template.ID || r.ledger().own(ref) {
			continue
		}
		untouched, err := r.untouched(ctx, ref, job)
		if err != nil {
			return nil, nil, err
		}
		if !untouched {
			return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "A provisioning connection exists already",
				fmt.Sprintf("The application has a job of the same connector that was set up elsewhere. A second one would provision the same people twice. Take it over with this block:\n\n%s",
					importBlock(ref)))}, nil
		}
		orphan = &job
	}
	return orphan, nil, nil
}

// planExisting is refuseExisting while planning: what cannot be examined yet is left to the apply, and what will happen to
// a job that is there is said.
func (r *Resource) planExisting(ctx context.Context, servicePrincipalID string, template graph.SyncTemplate, skipped *graphdiag.Skipped) diag.Diagnostics {
	jobs, err := r.data.Graph.ListJobs(ctx, servicePrincipalID)
	if err != nil && !graph.IsNotFound(err) {
		skipped.Add("whether the application has a connection already", err)
		return nil
	}
	r.data.HandOver(jobsKey(servicePrincipalID), jobs)
	for _, job := range jobs {
		ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
		if job.TemplateID == template.ID && r.ledger().own(ref) {
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("service_principal_id"), "The connection is replaced",
				"The state holds a connection of this application. Replacing it deletes its job with the attribute mappings, the links to existing accounts and the history. "+
					"`terraform untaint` keeps one that is only marked as tainted. If this plan leaves it alone, the apply will refuse to make a second one.")}
		}
	}
	orphan, diags, err := r.examine(ctx, servicePrincipalID, template, jobs)
	if graph.IsPermissionDenied(err) {
		skipped.Add("whether the job that the application has belongs to somebody else", err)
		return nil
	}
	if err != nil {
		return diag.Diagnostics{cannotExamine(err)}
	}
	if orphan != nil {
		diags.AddAttributeWarning(path.Root("service_principal_id"), "An unfinished connection will be taken over",
			fmt.Sprintf("The application has a job %q of the same connector that never ran, has no credentials and maps attributes by default, as an interrupted apply leaves it behind. "+
				"This plan takes it over instead of making a second one. If it belongs to another configuration, stop here.", orphan.ID))
	}
	return diags
}

// untouched reports whether a job never ran, has no credentials and still has its template's mappings.
func (r *Resource) untouched(ctx context.Context, ref graph.JobRef, job graph.Job) (bool, error) {
	if job.Schedule.Active() || job.HasRun() {
		return false, nil
	}
	secrets, err := r.data.Graph.GetSecrets(ctx, ref.ServicePrincipalID)
	if err != nil {
		return false, err
	}
	if userName, _ := stored(secrets).get(keyUserName); userName != "" || len(stored(secrets).masked()) > 0 {
		return false, nil
	}
	schema, err := r.data.Graph.GetSchema(ctx, ref)
	if err != nil {
		return false, err
	}
	original, err := r.data.Graph.GetTemplateSchema(ctx, ref.ServicePrincipalID, job.TemplateID)
	if err != nil {
		return false, err
	}
	return schema.SameRules(original), nil
}

func importBlock(ref graph.JobRef) string {
	return fmt.Sprintf("import {\n  to = gotomeeting_provisioning_connection.NAME\n  id = %q\n}", ref)
}
