// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// Create tests the credentials, creates the job switched off, and stores credentials and settings in one write.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	want := plan.withWriteOnly(config).toDesired(nil)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	defer r.data.Lock(servicePrincipalID)()

	template, job, diags := r.prepare(ctx, plan, config, want)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if job == nil {
		job, diags = r.createJob(ctx, servicePrincipalID, template.ID)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	plan.fromJob(servicePrincipalID, *job)
	plan.Authorized, plan.PendingAction = types.BoolNull(), types.StringNull()
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.toIdentity())...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.data.Graph.WaitForJob(ctx, plan.ref()); err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, false, graphdiag.Error("Cannot read the new job", err), resp)...)
		return
	}
	before, err := r.data.Graph.GetSecrets(ctx, servicePrincipalID)
	if err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, false, graphdiag.Error("Cannot read the connection's settings", err), resp)...)
		return
	}
	put, atRisk := stored(before).plan(want, true)
	result, err := write(ctx, r.data.Graph, servicePrincipalID, before, put, atRisk)
	r.data.NoteSecrets(servicePrincipalID, result.after)
	if err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, true, graphdiag.Error("Cannot store the credentials and settings", err), resp)...)
		return
	}
	resp.Diagnostics.Append(result.warning()...)
	if len(result.lost) > 0 {
		// An error would taint the connection, and the next apply would delete it.
		resp.Diagnostics.AddWarning("The service dropped secrets", lostDetail(result.lost))
	}
	plan.Authorized = types.BoolUnknown()
	resp.Diagnostics.Append(plan.afterWrite(result)...)
	if len(want.secret) == 0 && !plan.Authorized.IsNull() && !plan.Authorized.ValueBool() {
		resp.Diagnostics.Append(r.warnUnauthorized(plan))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// prepare does everything that can be known before the first write: connector, credentials, existing jobs, size, and the
// connection test. It returns the remainder of an interrupted create if there is one.
func (r *Resource) prepare(ctx context.Context, plan, config model, want desired) (template graph.SyncTemplate, orphan *graph.Job, diags diag.Diagnostics) {
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	templates, err := r.data.AwaitSyncTemplates(ctx, servicePrincipalID)
	if graph.IsNotFound(err) {
		templates, err = r.data.SyncTemplates(ctx, servicePrincipalID) // which tells what is missing
	}
	if err != nil {
		return template, nil, diag.Diagnostics{cannotReadTemplates(ctx, r.data.Graph, err, servicePrincipalID)}
	}
	template, diags = chooseTemplate(templates, plan.TemplateID.ValueString())
	if diags.HasError() {
		return template, nil, diags
	}
	for _, problem := range checkCredentials(template, supplied(config)) {
		if problem.Severity() == diag.SeverityError {
			diags.Append(problem)
		}
	}
	jobs, planned := remembered(r.data).jobs.Take(servicePrincipalID)
	if !planned {
		if jobs, err = r.data.Graph.ListJobs(ctx, servicePrincipalID); err != nil && !graph.IsNotFound(err) {
			diags.Append(graphdiag.Error("Cannot list the application's jobs", err))
			return template, nil, diags
		}
	}
	orphan, problems, err := examine(ctx, r.data, servicePrincipalID, template, jobs)
	if diags.Append(problems...); err != nil {
		diags.Append(cannotExamine(err))
	}
	if diags.HasError() {
		return template, orphan, diags
	}
	if len(want.secret) > 0 {
		diags.Append(plan.tested(want, func() error {
			return r.data.Graph.ValidateCredentials(ctx, servicePrincipalID, template.ID, want.credentials())
		}))
	}
	return template, orphan, diags
}

// createJob creates the job. When the answer is lost, the list of jobs tells whether it was.
func (r *Resource) createJob(ctx context.Context, servicePrincipalID, templateID string) (*graph.Job, diag.Diagnostics) {
	job, err := r.data.Graph.CreateJob(ctx, servicePrincipalID, templateID)
	if err == nil {
		return &job, nil
	}
	if !graph.IsAmbiguous(err) {
		return nil, diag.Diagnostics{graphdiag.Error("Cannot create the provisioning job", err)}
	}
	look, cancel := context.WithTimeout(ctx, appearTime)
	defer cancel()
	var found *graph.Job
	lookErr := r.data.Graph.Poll(look, "the job to appear", func(ctx context.Context) (bool, string, error) {
		jobs, err := r.data.Graph.ListJobs(ctx, servicePrincipalID)
		if graph.IsNotFound(err) {
			err = nil
		}
		for _, job := range jobs {
			if job.TemplateID == templateID && !remembered(r.data).own.Has(graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}) {
				found = &job
			}
		}
		return found != nil, "no job of the connector", err
	})
	if found != nil {
		return found, nil
	}
	hint := "No job of the connector has appeared within a minute."
	if lookErr != nil && !errors.Is(lookErr, context.DeadlineExceeded) {
		hint = fmt.Sprintf("Listing the jobs failed as well: %s.", lookErr)
	}
	return nil, diag.Diagnostics{graphdiag.Error("Cannot tell whether the provisioning job was created", err,
		hint+" Apply again: a job that appears later without credentials and with default mappings is taken over, never made twice.")}
}

// undo deletes the job that this Create made but could not finish, so that nothing is left behind and nothing is tainted.
// It runs under a context of its own, since the failure may be that the time ran out. wrote says that secrets may have
// been stored.
func (r *Resource) undo(ctx context.Context, plan model, wrote bool, failure diag.Diagnostic, resp *resource.CreateResponse) diag.Diagnostics {
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var diags diag.Diagnostics
	if wrote {
		diags.Append(r.clearCredentials(cleanup, plan)...)
	}
	if err := r.data.Graph.DeleteJob(cleanup, plan.ref()); err != nil {
		diags.AddError(failure.Summary(),
			failure.Detail()+"\n\nThe job was created and could not be removed again. Terraform marks the connection as tainted and would replace it. To keep it instead, run "+
				"`terraform untaint` with the address of this resource and apply again.")
		return diags
	}
	resp.State.RemoveResource(ctx)
	diags.AddError(failure.Summary(), failure.Detail()+"\n\nThe new job was removed again; nothing is left behind.")
	return diags
}

// warnUnauthorized says, in every plan until it is fixed, that the service cannot sign in and what a person has to do.
func (r *Resource) warnUnauthorized(m model) diag.Diagnostic {
	portal := fmt.Sprintf("Open %s, choose Provisioning, and authorize; ", r.portalLink(m.ServicePrincipalID.ValueString()))
	switch {
	case m.managesPassword():
		return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The service has lost the password",
			"The service does not list the password that was stored from here, so it cannot sign in at the target. Give `admin_password_wo` for one apply, which stores it again and needs no new version.")
	case !m.CredentialsWOVersion.IsNull():
		return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The service has lost the credentials",
			"The service lists none of the credentials that were stored from here, so it cannot sign in at the target. "+portal+"or give `credentials_wo` for one apply, with a new version where it holds tokens.")
	}
	return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The connection has no credentials yet",
		"The connection has its settings, but the service cannot sign in at the target. "+portal+
			"or give `admin_username` and `admin_password_wo`. Provisioning cannot run before that.")
}

func (r *Resource) portalLink(servicePrincipalID string) string {
	return r.data.PortalURL + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + servicePrincipalID
}

func lostDetail(lost []string) string {
	return fmt.Sprintf("The service does not list %s any more since this write: it replaces the whole set, and this configuration could not repeat what it cannot read. "+
		"Give the values in `admin_password_wo` or `credentials_wo` with a new version, or authorize in the portal again.", quoteList(lost))
}
