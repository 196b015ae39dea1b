// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

func cannotExamine(err error) diag.Diagnostic {
	return graphdiag.Error("Cannot examine the existing job", err)
}

// examine looks at the jobs of the same connector. One that is plainly the remainder of an interrupted create (never ran,
// no credentials, default mappings) is returned for adoption; any other is refused. Jobs in this state do not count: if
// a connection is created although there is one, it is being replaced.
func examine(ctx context.Context, data *providerdata.Data, servicePrincipalID string, template graph.SyncTemplate, jobs []graph.Job) (orphan *graph.Job, diags diag.Diagnostics, err error) {
	for _, job := range jobs {
		ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
		if !job.IsOf(template.ID) || remembered(data).own.Has(ref) {
			continue
		}
		untouched, err := untouched(ctx, data.Graph, ref, job)
		if err != nil {
			return nil, nil, err
		}
		if !untouched {
			return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "A provisioning connection already exists",
				fmt.Sprintf("The application has a job of the same connector that was set up elsewhere. A second one would provision the same people twice. Import it with this block, replacing NAME with the name of the resource:\n\n%s",
					importblock.One("gotomeeting_provisioning_connection", ref.String())))}, nil
		}
		orphan = &job
	}
	return orphan, nil, nil
}

// planExisting is examine at plan: anything that cannot be examined yet is left to the apply, and the effect on
// an existing job is reported.
func planExisting(ctx context.Context, data *providerdata.Data, servicePrincipalID string, template graph.SyncTemplate, skipped *graphdiag.Skipped) diag.Diagnostics {
	jobs, err := data.Graph.ListJobs(ctx, servicePrincipalID)
	if err != nil && !graph.IsNotFound(err) {
		skipped.Add("whether the application already has a connection", err)
		return nil
	}
	remembered(data).jobs.Give(servicePrincipalID, jobs)
	for _, job := range jobs {
		ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
		if job.IsOf(template.ID) && remembered(data).own.Has(ref) {
			detail := "The state contains a connection of this application. Replacing it deletes its job with the attribute mappings, the links to existing accounts, and the history. " +
				"If it is only marked as tainted, `terraform untaint` keeps it. If this plan does not replace it, the apply will refuse to create a second one."
			if left := aftermath.Of(ctx, data, ref); left.Ran && !data.Graph.HasWritten() {
				detail += " Accounts that the new one does not match with people in its scope are never disabled. " + left.Detail() + graphdiag.LeftActive
			}
			return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("service_principal_id"), "The connection is replaced", detail)}
		}
	}
	orphan, diags, err := examine(ctx, data, servicePrincipalID, template, jobs)
	if graph.IsPermissionDenied(err) {
		skipped.Add("whether the existing job of the application belongs to somebody else", err)
		return nil
	}
	if err != nil {
		return diag.Diagnostics{cannotExamine(err)}
	}
	if orphan != nil {
		diags.AddAttributeWarning(path.Root("service_principal_id"), "An unfinished connection will be taken over",
			fmt.Sprintf("The application has a job %q of the same connector that has never run, has no credentials, and has the default mappings, as an interrupted apply leaves behind. This "+
				"plan takes it over instead of creating a second one. If it belongs to another configuration, do not apply this plan.", orphan.ID))
	}
	return diags
}

// untouched reports whether a job has never run, has no credentials and still has its template's mappings.
func untouched(ctx context.Context, client *graph.Client, ref graph.JobRef, job graph.Job) (bool, error) {
	if job.Schedule.Active() || job.HasRun() {
		return false, nil
	}
	secrets, err := client.GetSecrets(ctx, ref.ServicePrincipalID)
	if err != nil {
		return false, err
	}
	if userName, _ := stored(secrets).get(keyUserName); userName != "" || graph.HoldCredential(secrets) {
		return false, nil
	}
	schema, err := client.GetSchema(ctx, ref)
	if err != nil {
		return false, err
	}
	original, err := client.GetTemplateSchema(ctx, ref.ServicePrincipalID, job.TemplateID)
	if err != nil {
		return false, err
	}
	return schema.SameRules(original), nil
}
