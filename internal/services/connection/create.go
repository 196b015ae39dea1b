// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// Create tests the credentials, creates the job switched off, and stores credentials and settings in one write.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	want := plan.withWriteOnly(config).toDesired(nil)
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
		resp.Diagnostics.Append(r.undo(ctx, plan, nil, graphdiag.Error("Cannot read the new job", err), resp)...)
		return
	}
	before, err := r.data.Graph.GetSecrets(ctx, servicePrincipalID)
	if err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, nil, graphdiag.Error("Cannot read the connection's settings", err), resp)...)
		return
	}
	put, atRisk := stored(before).plan(want, true)
	result, err := writeAround(ctx, r.data.Graph, plan, want, before, put, atRisk)
	r.data.NoteSecrets(servicePrincipalID, result.after)
	if err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, err, graphdiag.Error("Cannot store the credentials and settings", err), resp)...)
		return
	}
	forecast.Of(r.data).Made(plan.ref())
	resp.Diagnostics.Append(result.warning()...)
	if len(result.lost) > 0 {
		resp.Diagnostics.AddWarning("The service dropped secrets", lostDetail(result.lost))
	}
	resp.Diagnostics.Append(result.remember(ctx, len(want.secret) > 0, resp.Private)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyScope, plan.applied())...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyReplaced, nil)...)
	for _, problem := range result.brokenNow(r.portalLink(servicePrincipalID)) { // an error would taint the connection, and the next apply would delete it
		resp.Diagnostics.AddWarning(problem.Summary(), problem.Detail())
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
		templates, err = r.data.SyncTemplates(ctx, servicePrincipalID) // which says what is missing
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

// createJob creates the job. If the response is lost, the list of jobs shows whether it was created.
func (r *Resource) createJob(ctx context.Context, servicePrincipalID, templateID string) (*graph.Job, diag.Diagnostics) {
	ref := func(job graph.Job) graph.JobRef {
		return graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
	}
	making := graph.Making[graph.Job]{
		What: "the job to appear",
		ID:   func(job graph.Job) string { return job.ID },
		Make: func(ctx context.Context) (graph.Job, error) {
			return r.data.Graph.CreateJob(ctx, servicePrincipalID, templateID)
		},
		Find: func(ctx context.Context) ([]graph.Job, error) {
			jobs, err := r.data.Graph.ListJobs(ctx, servicePrincipalID)
			if graph.IsNotFound(err) {
				err = nil
			}
			return slices.DeleteFunc(jobs, func(job graph.Job) bool { return !job.IsOf(templateID) || remembered(r.data).own.Has(ref(job)) }), err
		},
		Undo: func(ctx context.Context, job graph.Job) error { return r.data.Graph.DeleteJob(ctx, ref(job)) },
	}
	made, err := making.Do(ctx, r.data.Graph)
	if open, ok := errors.AsType[*graph.OpenError](err); ok {
		hint := "No job of the connector has appeared."
		if open.Look != nil {
			hint = fmt.Sprintf("Listing the jobs also failed: %s.", open.Look)
		}
		return nil, diag.Diagnostics{graphdiag.Error("Cannot determine whether the provisioning job was created", open.Unwrap(),
			hint+" Apply again: a job that appears later without credentials and with default mappings is taken over, and no second one is created.")}
	}
	if err != nil {
		return nil, diag.Diagnostics{graphdiag.Error("Cannot create the provisioning job", err)}
	}
	var diags diag.Diagnostics
	switch {
	case made.Twin != nil:
		diags.AddWarning("There is a second job", fmt.Sprintf("The service's response to the first request was lost. Because no job had appeared, it was created again (%s). The first job has appeared since then; it "+
			"is off. Delete it in the portal, or import it with this block, apply, and then remove the block and its resource:\n\n%s", made.It.ID, importblock.One("gotomeeting_provisioning_connection", ref(*made.Twin).String())))
	case made.Unsure:
		diags.AddWarning("There may be a second job", fmt.Sprintf("The service's response to the first request was lost. Because no job had appeared, it was created again "+
			"(%s). The service does not list it yet, so it is unknown whether the first job exists too. In a few minutes, look for a second job in the portal.", made.It.ID))
	}
	return &made.It, diags
}

// undo deletes the job that this Create created but could not finish, so nothing remains and nothing is tainted.
// It runs with a separate context, because the failure may be a timeout. write is the error of storing the
// secrets, nil if that was not attempted.
func (r *Resource) undo(ctx context.Context, plan model, write error, failure diag.Diagnostic, resp *resource.CreateResponse) diag.Diagnostics {
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var diags diag.Diagnostics
	if write != nil {
		diags.Append(r.clearCredentials(cleanup, plan)...)
	}
	if err := r.data.Graph.DeleteJob(cleanup, plan.ref()); err != nil {
		diags.AddError(failure.Summary(),
			failure.Detail()+"\n\nThe job was created and could not be removed again. Terraform marks the connection as tainted and would replace it. To keep it instead, run "+
				"`terraform untaint` with the address of this resource and apply again.")
		return diags
	}
	resp.State.RemoveResource(ctx)
	left := "The new job was removed again. Nothing remains."
	switch {
	case graph.IsAmbiguous(write):
		left = "The new job was removed again. The write of the credentials and settings may still take effect later, although they were cleared; the service principal then keeps them. " +
			"The next apply writes them again. If you do not apply again, clear them in the portal or delete the application."
	case len(diags) > 0:
		left = "The new job was removed again."
	}
	diags.AddError(failure.Summary(), failure.Detail()+"\n\n"+left)
	return diags
}

// warnUnauthorized says, in every plan until it is fixed, that the service cannot sign in and what a person has to do.
func (r *Resource) warnUnauthorized(m model) diag.Diagnostic {
	portal := fmt.Sprintf("Open %s, choose Provisioning, and authorize; ", r.portalLink(m.ServicePrincipalID.ValueString()))
	switch {
	case m.managesPassword():
		return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The service has lost the password",
			"The service does not list the password that Terraform stored, so it cannot sign in to the target. Set `admin_password_wo` for one apply, which stores it again and does not need a new version.")
	case !m.CredentialsWOVersion.IsNull():
		return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The service has lost the credentials",
			"The service lists none of the credentials that Terraform stored, so it cannot sign in to the target. "+portal+"or set `credentials_wo` for one apply, with a new version if it contains tokens.")
	}
	return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The connection has no credentials yet",
		"The connection has its settings, but the service cannot sign in to the target. "+portal+
			"or set `admin_username` and `admin_password_wo`. Until then, provisioning cannot run.")
}

func (r *Resource) portalLink(servicePrincipalID string) string {
	return r.data.PortalURL + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + servicePrincipalID
}

// renewAdvice is the remedy if the service has lost a token that only it knew.
const renewAdvice = "authorize in the portal again, or set new tokens in `credentials_wo` with a new `credentials_wo_version`."

func lostDetail(lost []string) string {
	advice := "Set the values in `admin_password_wo` or `credentials_wo` with a new version, or authorize in the portal again."
	if !slices.ContainsFunc(lost, func(key string) bool { return !renewed(key) }) {
		advice = "The service had renewed the value, so the value in the configuration is no longer valid: " + renewAdvice
	}
	return fmt.Sprintf("The service no longer lists %s since this write: it replaces the whole set, and this configuration could not repeat values that it cannot read. %s", quoteList(lost), advice)
}
