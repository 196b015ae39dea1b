// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Default timeouts.
const (
	createTimeout = 15 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 15 * time.Minute
	deleteTimeout = 15 * time.Minute
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// Resource is gotomeeting_provisioning_connection.
type Resource struct {
	data *providerdata.Data
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provisioning_connection"
}

// Configure takes over the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	r.data = data
	resp.Diagnostics.Append(diags...)
}

// Create tests the credentials, creates the job switched off, and stores credentials and settings in one write.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	want, diags := plan.withWriteOnly(config).desired(ctx, nil)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	defer r.data.Lock(servicePrincipalID)()

	template, orphan, diags := r.prepare(ctx, plan, config, want)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	job := orphan
	if job == nil {
		job, diags = r.createJob(ctx, servicePrincipalID, template.ID)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	plan.fromJob(servicePrincipalID, *job)
	plan.Authorized = types.BoolNull()
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.waitForJob(ctx, plan.ref()); err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, graphdiag.Error("Cannot read the new job", err, graphdiag.SynchronizationRead), resp)...)
		return
	}
	secrets, lost, err := r.write(ctx, servicePrincipalID, want, true)
	if err != nil {
		resp.Diagnostics.Append(r.undo(ctx, plan, graphdiag.Error("Cannot store the credentials and settings", err, graphdiag.SynchronizationWrite), resp)...)
		return
	}
	if len(lost) > 0 {
		// An error would taint the connection, and the next apply would delete it.
		resp.Diagnostics.AddWarning("The service dropped secrets", lostDetail(lost))
	}
	resp.Diagnostics.Append(plan.fromStored(ctx, secrets, false)...)
	if len(want.credentials()) == 0 && !plan.Authorized.ValueBool() {
		resp.Diagnostics.Append(r.warnUnauthorized(servicePrincipalID))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// prepare does everything that can be known before the first write: connector, credentials, existing jobs, size, and the
// connection test.
func (r *Resource) prepare(ctx context.Context, plan, config model, want desired) (template graph.SyncTemplate, orphan *graph.Job, diags diag.Diagnostics) {
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	templates, err := r.awaitTemplates(ctx, servicePrincipalID)
	if err != nil {
		return template, nil, diag.Diagnostics{graphdiag.Error("Cannot read the application's connectors", err, graphdiag.SynchronizationRead)}
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
	if r.data.USGovernment {
		diags.Append(refuseOversize(want)...)
	}
	jobs, planned := providerdata.Take[[]graph.Job](r.data, jobsKey(servicePrincipalID))
	if !planned {
		if jobs, err = r.data.Graph.ListJobs(ctx, servicePrincipalID); err != nil && !graph.IsNotFound(err) {
			diags.Append(graphdiag.Error("Cannot list the application's jobs", err, graphdiag.SynchronizationRead))
			return template, nil, diags
		}
	}
	orphan, problems := r.refuseExisting(ctx, servicePrincipalID, template, jobs)
	diags.Append(problems...)
	if diags.HasError() {
		return template, orphan, diags
	}
	if credentials := want.credentials(); credentials != nil {
		if err := r.data.Graph.ValidateCredentials(ctx, servicePrincipalID, template.ID, credentials); err != nil {
			diags.Append(credentialsRefused(err, want))
		}
	}
	return template, orphan, diags
}

// createJob creates the job. When the answer is lost, the list of jobs tells whether it was.
func (r *Resource) createJob(ctx context.Context, servicePrincipalID, templateID string) (*graph.Job, diag.Diagnostics) {
	job, err := r.data.Graph.CreateJob(ctx, servicePrincipalID, templateID)
	if err == nil {
		return &job, nil
	}
	failure := diag.Diagnostics{graphdiag.Error("Cannot create the provisioning job", err, graphdiag.SynchronizationWrite)}
	if !graph.IsAmbiguous(err) {
		return nil, failure
	}
	var found *graph.Job
	looks := 0
	lookErr := r.data.Graph.Poll(ctx, "the job to appear", func(ctx context.Context) (bool, string, error) {
		jobs, err := r.data.Graph.ListJobs(ctx, servicePrincipalID)
		if err != nil {
			return false, "", err
		}
		for _, job := range jobs {
			if job.TemplateID == templateID {
				found = &job
				return true, "", nil
			}
		}
		looks++
		return looks >= 6, "no job of the connector", nil
	})
	if lookErr != nil || found == nil {
		return nil, diag.Diagnostics{graphdiag.Error("Cannot tell whether the provisioning job was created", err, graphdiag.SynchronizationWrite,
			"Listing the jobs showed none. Apply again: a job that appears later without credentials and with default mappings is taken over, never made twice.")}
	}
	return found, nil
}

// undo deletes the job that this Create made but could not finish, so that nothing is left behind and nothing is tainted.
// It runs under a context of its own, since the failure may be that the time ran out.
func (r *Resource) undo(ctx context.Context, plan model, failure diag.Diagnostic, resp *resource.CreateResponse) diag.Diagnostics {
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := r.data.Graph.DeleteJob(cleanup, plan.ref()); err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic(failure.Summary(),
			failure.Detail()+"\n\nThe job was created and could not be removed again. Terraform marks the connection as tainted and would replace it. To keep it instead, run "+
				"`terraform untaint` with the address of this resource and apply again.")}
	}
	resp.State.RemoveResource(ctx)
	return diag.Diagnostics{diag.NewErrorDiagnostic(failure.Summary(), failure.Detail()+"\n\nThe new job was removed again; nothing is left behind.")}
}

func (r *Resource) warnUnauthorized(servicePrincipalID string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The connection has no credentials yet",
		fmt.Sprintf("The connection was created with its settings, but the service cannot sign in at the target. Open %s, choose Provisioning, and authorize; "+
			"or give `admin_username` and `admin_password_wo`. Provisioning cannot run before that.", r.portalLink(servicePrincipalID)))
}

func (r *Resource) portalLink(servicePrincipalID string) string {
	return r.data.PortalURL + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + servicePrincipalID
}

func lostDetail(lost []string) string {
	return fmt.Sprintf("The service does not list %s any more since this write: it replaces the whole set, and this configuration could not repeat what it cannot read. "+
		"Give the values in `admin_password_wo` or `credentials_wo` with a new version, or authorize in the portal again.", quoteList(lost))
}

// Read takes over what the job and its readable secrets say.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	imported := state.TemplateID.IsNull()
	job, err := r.data.Graph.GetJob(ctx, state.ref())
	if graph.IsNotFound(err) {
		r.readMissing(ctx, state, imported, resp)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err, graphdiag.SynchronizationRead))
		return
	}
	state.fromJob(state.ServicePrincipalID.ValueString(), job)
	secrets, err := r.data.Graph.GetSecrets(ctx, state.ServicePrincipalID.ValueString())
	switch {
	case graph.IsPermissionDenied(err) && !imported:
		var skipped graphdiag.Skipped
		skipped.Add("whether user name, notification, threshold and scope are still as configured", err, graphdiag.SynchronizationRead)
		resp.Diagnostics.Append(skipped.Diagnostics("They keep the values of the last apply.")...)
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the connection's settings", err, graphdiag.SynchronizationRead))
		return
	default:
		resp.Diagnostics.Append(state.fromStored(ctx, secrets, imported)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// readMissing tells a deleted job from a retired connector. Replicas may lag, so a listing has to agree before anything
// is dropped from the state.
func (r *Resource) readMissing(ctx context.Context, state model, imported bool, resp *resource.ReadResponse) {
	servicePrincipalID := state.ServicePrincipalID.ValueString()
	jobs, err := r.data.Graph.ListJobs(ctx, servicePrincipalID)
	if err != nil && !graph.IsNotFound(err) {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err, graphdiag.SynchronizationRead))
		return
	}
	for _, job := range jobs {
		if job.ID == state.JobID.ValueString() {
			resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
			resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
			return
		}
	}
	if templates, err := r.data.Graph.ListSyncTemplates(ctx, servicePrincipalID); err == nil && len(templates) == 0 && !imported {
		resp.Diagnostics.AddWarning("The service has retired the connector",
			"The application still exists but offers no provisioning connector any more, and its job is gone. The connection stays in the state so that the rest of the configuration can be planned. "+
				"Move to the gallery application `GoTo`, then remove this resource; destroying it succeeds.")
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		return
	}
	resp.State.RemoveResource(ctx)
}

// Update tests new credentials, then writes what differs in one PUT.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	want, diags := plan.withWriteOnly(config).desired(ctx, &state)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	defer r.data.Lock(servicePrincipalID)()

	if !writes(plan, config, state) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
		return
	}
	if r.data.USGovernment {
		if resp.Diagnostics.Append(refuseOversize(want)...); resp.Diagnostics.HasError() {
			return
		}
	}
	fresh := newSecrets(plan, config, state)
	narrowed := state.Scope.ValueString() == scopeAll && plan.Scope.ValueString() == scopeAssigned
	var job graph.Job
	if fresh || narrowed {
		var err error
		if job, err = r.data.Graph.GetJob(ctx, plan.ref()); err != nil {
			resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err, graphdiag.SynchronizationRead))
			return
		}
	}
	if fresh && len(want.secret) > 0 {
		if err := r.data.Graph.ValidateJobCredentials(ctx, plan.ref(), want.credentials()); err != nil {
			resp.Diagnostics.Append(credentialsRefused(err, want))
			return
		}
	}
	secrets, lost, err := r.write(ctx, servicePrincipalID, want, fresh)
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot store the credentials and settings", err, graphdiag.SynchronizationWrite))
		return
	}
	resp.Diagnostics.Append(plan.fromStored(ctx, secrets, false)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	if len(lost) > 0 {
		resp.Diagnostics.AddError("The service dropped secrets", lostDetail(lost))
	}
	if fresh && quarantinedForCredentials(job) {
		if err := r.data.Graph.StartJob(ctx, plan.ref()); err != nil {
			resp.Diagnostics.Append(graphdiag.Error("Cannot lift the quarantine", err, graphdiag.SynchronizationWrite,
				"The new credentials are stored; the service will try them by itself at its next attempt."))
		}
	}
	if narrowed {
		resp.Diagnostics.Append(r.restart(ctx, plan.ref(), job)...)
	}
}

// restart makes a narrowed scope take effect, which needs a restart (known issue of the service). Restarting starts a
// stopped job as well, so one that was off is paused again. A job that never ran has nothing to re-evaluate.
// https://learn.microsoft.com/entra/identity/app-provisioning/known-issues
func (r *Resource) restart(ctx context.Context, ref graph.JobRef, job graph.Job) diag.Diagnostics {
	if !job.Schedule.Active() && !hasRun(job) {
		return nil
	}
	if err := r.data.Graph.RestartJob(ctx, ref, ""); err != nil {
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("scope"), "Cannot restart the job for the narrower scope", err, graphdiag.SynchronizationWrite,
			"The scope is stored but takes effect only with a restart; restart provisioning in the portal.")}
	}
	if job.Schedule.Active() {
		return nil
	}
	if err := r.data.Graph.PauseJob(ctx, ref); err != nil {
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("scope"), "Cannot pause the job again", err, graphdiag.SynchronizationWrite,
			"The job was off and had to be restarted for the narrower scope, which may have started it. Pause it in the portal.")}
	}
	return nil
}

// Delete pauses the job, lets a running cycle end, deletes the job, and clears the credentials that were managed here.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Lock(state.ServicePrincipalID.ValueString())()

	job, err := r.data.Graph.GetJob(ctx, state.ref())
	if graph.IsNotFound(err) {
		return
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err, graphdiag.SynchronizationRead))
		return
	}
	if job.Schedule.Active() {
		if err := r.data.Graph.PauseJob(ctx, state.ref()); err != nil && !graph.IsNotFound(err) {
			resp.Diagnostics.Append(graphdiag.Error("Cannot pause provisioning", err, graphdiag.SynchronizationWrite, "Nothing was deleted."))
			return
		}
	}
	resp.Diagnostics.Append(r.clearCredentials(ctx, state)...)
	if err := r.data.Graph.DeleteJob(ctx, state.ref()); err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot delete the provisioning job", err, graphdiag.SynchronizationWrite))
		return
	}
	if err := r.waitUntilGone(ctx, state.ref()); err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot confirm that the job is gone", err, graphdiag.SynchronizationRead, "It was deleted; destroying again confirms it."))
	}
}

// clearCredentials blanks what this resource put into the service principal's secrets, which outlive the job. Deleting
// them is not offered; an empty value removes a key, except for the notification, which is switched off.
func (r *Resource) clearCredentials(ctx context.Context, state model) diag.Diagnostics {
	secrets, err := r.data.Graph.GetSecrets(ctx, state.ServicePrincipalID.ValueString())
	if err != nil && !graph.IsNotFound(err) {
		return warnNotCleared(err)
	}
	var put []graph.KeyValue
	for _, pair := range secrets {
		_, tracked := state.ConnectorSettings.Elements()[pair.Key]
		managed := pair.Key == keyUserName || pair.Key == keyPassword || tracked ||
			pair.Value == graph.MaskedValue && !state.CredentialsWOVersion.IsNull()
		if managed && pair.Value != "" {
			if state.AdminUsername.IsNull() && (pair.Key == keyUserName || pair.Key == keyPassword) {
				continue
			}
			put = append(put, graph.KeyValue{Key: pair.Key, Value: ""})
		}
	}
	if put == nil {
		return nil
	}
	if text, ok := stored(secrets).get(keyNotification); ok && text != "" {
		put = append(put, graph.KeyValue{Key: keyNotification, Value: stored(secrets).notificationText(settings{DeletionThreshold: defaultThreshold})})
	}
	if err := r.data.Graph.PutSecrets(ctx, state.ServicePrincipalID.ValueString(), put); err != nil && !graph.IsNotFound(err) {
		return warnNotCleared(err)
	}
	return nil
}

func warnNotCleared(err error) diag.Diagnostics {
	return diag.Diagnostics{diag.NewWarningDiagnostic("The stored credentials could not be cleared",
		"The job is deleted all the same, but the service principal may still hold the administrator's credentials. Delete the application, or clear them in the portal.\n\n"+
			graphdiag.Detail(err, graphdiag.SynchronizationWrite))}
}
