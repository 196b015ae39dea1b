// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package application manages the gallery application: the registration and service principal on which provisioning depends.
package application

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Default timeouts. A new gallery application takes seconds to minutes until every part of the service knows it.
const (
	createTimeout = 15 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 10 * time.Minute
	deleteTimeout = 10 * time.Minute
	// goesAlong is how long the service principal may outlast its registration before it is deleted by itself.
	goesAlong = 30 * time.Second
)

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
	_ resource.ResourceWithMoveState   = (*Resource)(nil)
)

// Resource is gotomeeting_application.
type Resource struct {
	data *providerdata.Data
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

// Configure takes over the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	r.data = data
	resp.Diagnostics.Append(diags...)
}

// ModifyPlan resolves the gallery entry and refuses, before anything is created, what could not work.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		var state model
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.Diagnostics.Append(r.planDestroy(ctx, state)...)
		return
	}
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.PartialOwnerIDs.IsNull() { // the apply sets both, or neither is managed
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("partial_owner_ids"), types.SetNull(types.StringType))...)
	}
	if req.State.Raw.IsNull() {
		forecast.Of(r.data).NewApplication()
	} else {
		var state model
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if state.ServicePrincipalID.IsNull() { // half deleted, see Read
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("service_principal_id"), types.StringUnknown())...)
			resp.RequiresReplace.Append(path.Root("service_principal_id"))
			return
		}
		resp.Diagnostics.Append(refuseTemplateChange(plan, state)...)
		refused, diags := refuseRename(plan, state), diag.Diagnostics(nil)
		if kept, _ := req.Private.GetKey(ctx, keyNamed); bytes.Equal(kept, plan.named()) {
			refused, diags = nil, softened(refused, "The configuration is as it was applied, and the name or the reference was changed elsewhere. The apply cannot put it back; everything else continues.")
		}
		resp.Diagnostics.Append(append(refused, diags...)...)
		resp.Diagnostics.Append(planOwners(ctx, r.data.Graph, plan, state)...)
		return
	}
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.GalleryName.IsUnknown() || config.ApplicationTemplateID.IsUnknown() {
		return
	}
	found := r.planCreate(ctx, config, plan, &resp.Plan)
	if remembered(r.data).lapsed.Has(plan.DisplayName.ValueString()) {
		found = softened(found, "The application was in the state and has been deleted elsewhere. The apply cannot create it again; everything else continues.")
	}
	resp.Diagnostics.Append(found...)
}

// planCreate resolves the gallery entry of a new application, and looks for a reason against making it.
func (r *Resource) planCreate(ctx context.Context, config, plan model, to *tfsdk.Plan) diag.Diagnostics {
	template, diags := findTemplate(ctx, r.data.Graph, config.GalleryName.ValueString(), config.ApplicationTemplateID.ValueString())
	if diags.HasError() {
		return diags
	}
	if diags.Append(refuseWithoutConnector(template, config.ApplicationTemplateID.IsNull())...); diags.HasError() {
		return diags
	}
	diags.Append(to.SetAttribute(ctx, path.Root("application_template_id"), template.ID)...)
	diags.Append(to.SetAttribute(ctx, path.Root("gallery_name"), template.DisplayName)...)
	if diags.HasError() || plan.DisplayName.IsUnknown() {
		return diags
	}
	var skipped graphdiag.Skipped
	key := applicationKey{template.ID, plan.DisplayName.ValueString()}
	if twin := r.refuseTwin(key); twin.HasError() {
		return append(diags, twin...)
	}
	if all, err := madeFrom(ctx, r.data.Graph, key.templateID); err != nil {
		skipped.Add("whether the application already exists", err)
	} else {
		found := key.among(all)
		foreign, own := remembered(r.data).split(found)
		if _, begun := remembered(r.data).created.Look(key); begun && len(foreign) > 0 {
			return append(diags, declaredTwice(key, foreign[0].ID)...)
		}
		diags.Append(refuseDuplicate(foreign)...)
		diags.Append(r.refuseReplacing(ctx, own)...)
		if len(found) == 0 {
			diags.Append(r.refuseRetired(ctx, template, all)...)
		}
		remembered(r.data).found.Give(key, found)
	}
	if deleted, err := r.data.Graph.ListDeletedApplications(ctx, plan.DisplayName.ValueString()); err != nil {
		skipped.Add("whether a deleted application has the same name", err)
	} else {
		diags.Append(warnDeleted(deleted, template.ID)...)
	}
	return append(diags, skipped.Diagnostics("The apply checks again before it creates anything.")...)
}

// softened turns the errors about an application that only the service has changed, such as one that was deleted
// elsewhere, into warnings: an error would keep Terraform from destroying the rest, and the apply refuses it in any case.
func softened(found diag.Diagnostics, why string) diag.Diagnostics {
	for i, d := range found {
		if at, ok := d.(diag.DiagnosticWithPath); ok && d.Severity() == diag.SeverityError {
			found[i] = diag.NewAttributeWarningDiagnostic(at.Path(), d.Summary(), d.Detail()+"\n\n"+why)
		}
	}
	return found
}

// refuseTemplateChange stops a change that replacing could only make by deleting the application with its single
// sign-on, which nobody means by editing one line.
func refuseTemplateChange(plan, state model) diag.Diagnostics {
	if !plan.GalleryName.IsUnknown() && !state.GalleryName.IsNull() && !plan.GalleryName.Equal(state.GalleryName) {
		return attributeError("gallery_name", "The gallery application cannot be changed",
			fmt.Sprintf("This application was created from the gallery entry %s, and the service cannot change that. Declare a second "+
				"`gotomeeting_application` for %s, move provisioning to it, and then remove this one.", state.GalleryName, plan.GalleryName))
	}
	if !plan.ApplicationTemplateID.IsUnknown() && !state.ApplicationTemplateID.IsNull() && !plan.ApplicationTemplateID.Equal(state.ApplicationTemplateID) {
		return attributeError("application_template_id", "The gallery application cannot be changed",
			fmt.Sprintf("This application was created from the gallery entry %s, and the service cannot change that. Declare a second "+
				"`gotomeeting_application`, move provisioning to it, and then remove this one.", state.ApplicationTemplateID))
	}
	return nil
}

// Read takes over what the service principal says now.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	sp, err := r.data.Graph.GetServicePrincipal(ctx, state.ID.ValueString())
	// Also when it is gone: the framework takes a missing identity for a bug, and older versions of Terraform send none.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{state.ID})...)
	if graph.IsNotFound(err) {
		// A forced destroy that was interrupted between its two steps has left the registration: it is kept in the state, for
		// the next destroy to finish.
		if state.ForceDestroy.ValueBool() && !state.ApplicationObjectID.IsNull() {
			if _, err := r.data.Graph.GetApplicationByAppID(ctx, state.ClientID.ValueString()); err == nil {
				state.ServicePrincipalID = types.StringNull()
				resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
				resp.Diagnostics.AddWarning("The application was deleted in part",
					fmt.Sprintf("The service principal %s of the application %q is deleted, so nobody can sign in, but the application itself still exists: a destroy did not finish, or somebody deleted the service principal. "+
						"Destroy again to finish it. To keep the application, restore the service principal with `POST /directory/deletedItems/{id}/restore` or in the portal within 30 days.", state.ID.ValueString(), state.DisplayName.ValueString()))
				return
			}
		}
		if state.ClientID.IsNull() { // to be imported
			resp.Diagnostics.Append(graphdiag.NoServicePrincipal(ctx, r.data.Graph, state.ID.ValueString(), func(id string) string { return id }))
			return
		}
		remembered(r.data).lapsed.Add(state.DisplayName.ValueString())
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the application", err))
		return
	}
	imported, before := state.ClientID.IsNull(), state.named()
	resp.Diagnostics.Append(state.fromServicePrincipal(ctx, sp)...)
	if imported {
		resp.Diagnostics.Append(r.completeImport(ctx, &state)...)
	}
	if state.ApplicationObjectID.IsNull() && !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(r.findRegistration(ctx, &state)...)
	}
	resp.Diagnostics.Append(readOwners(ctx, r.data.Graph, &state)...)
	resp.Diagnostics.Append(r.readReference(ctx, &state)...)
	if imported {
		before = state.named()
	}
	if kept, _ := req.Private.GetKey(ctx, keyNamed); kept == nil {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyNamed, before)...)
	}
	remembered(r.data).own.Add(state.ID.ValueString())
	if state.ForceDestroy.ValueBool() {
		remembered(r.data).forced.Add(state.ID.ValueString())
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// completeImport looks up what the service principal does not tell: the gallery's name.
func (r *Resource) completeImport(ctx context.Context, state *model) diag.Diagnostics {
	if state.ApplicationTemplateID.IsNull() {
		return attributeError("id", "Not a gallery application",
			fmt.Sprintf("The service principal %s was not created from the application gallery, and only gallery applications have a provisioning "+
				"connector. To manage provisioning of your own application, refer to its service principal id directly.", state.ID))
	}
	template, err := r.data.Graph.GetApplicationTemplate(ctx, state.ApplicationTemplateID.ValueString())
	switch {
	case graph.IsNotFound(err): // left the gallery since; no name is known then
		return nil
	case err != nil:
		return diag.Diagnostics{graphdiag.Error("Cannot read the application gallery", err)}
	}
	state.GalleryName = types.StringValue(template.DisplayName)
	return nil
}

// findRegistration looks up the object id of the registration, which some gallery applications have in another tenant,
// and which listings may not show yet when the service principal is new.
func (r *Resource) findRegistration(ctx context.Context, state *model) diag.Diagnostics {
	app, err := r.data.Graph.GetApplicationByAppID(ctx, state.ClientID.ValueString())
	if err != nil && !graph.IsNotFound(err) {
		return diag.Diagnostics{graphdiag.Error("Cannot read the application registration", err)}
	}
	state.ApplicationObjectID = attribute.Text(app.ID)
	return nil
}

// readReference takes over the reference of the service management, if that is managed.
func (r *Resource) readReference(ctx context.Context, state *model) diag.Diagnostics {
	if state.ServiceManagement.IsNull() || state.ApplicationObjectID.IsNull() {
		return nil
	}
	app, err := r.data.Graph.GetApplication(ctx, state.ApplicationObjectID.ValueString())
	if err != nil {
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("service_management_reference"), "Cannot read the application registration", err)}
	}
	state.ServiceManagement = attribute.Text(app.ServiceManagementReference)
	return nil
}

// refuseRename stops what only the owner of the registration can do.
func refuseRename(plan, state model) diag.Diagnostics {
	switch {
	case !state.ApplicationObjectID.IsNull():
		return nil
	case !plan.DisplayName.Equal(state.DisplayName):
		return attributeError("display_name", "The application cannot be renamed here",
			fmt.Sprintf("Its registration is in another tenant, which owns the name. Keep `display_name = %s`.", state.DisplayName))
	case !plan.ServiceManagement.IsNull() && !plan.ServiceManagement.Equal(state.ServiceManagement):
		return attributeError("service_management_reference", "The reference cannot be changed here",
			"The registration of this application is in another tenant, which owns its reference. Omit `service_management_reference`.")
	}
	return nil
}

// Update renames the application, and sets its reference and its owners; everything else that can change only concerns the
// provider.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Update, updateTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if resp.Diagnostics.Append(refuseRename(plan, state)...); resp.Diagnostics.HasError() {
		return
	}
	refers := !plan.ServiceManagement.IsNull() && !plan.ServiceManagement.Equal(state.ServiceManagement)
	if renames := !plan.DisplayName.Equal(state.DisplayName); renames || refers {
		resp.Diagnostics.Append(r.patch(ctx, plan, renames)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	if !plan.OwnerIDs.Equal(state.OwnerIDs) || !plan.PartialOwnerIDs.Equal(state.PartialOwnerIDs) {
		resp.Diagnostics.Append(writeOwners(ctx, r.data.Graph, plan, state.ownerIDs())...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyNamed, plan.named())...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.ServicePrincipalID})...)
}

// patch changes the registration, which owns the name and the reference, and waits until the service principal shows the name.
// A tenant that requires a reference requires it of every change.
func (r *Resource) patch(ctx context.Context, plan model, renames bool) diag.Diagnostics {
	name := plan.DisplayName.ValueString()
	reference := plan.ServiceManagement.ValueStringPointer()
	err := r.data.Graph.UpdateApplication(ctx, plan.ApplicationObjectID.ValueString(), graph.ApplicationPatch{DisplayName: &name, ServiceManagementReference: reference})
	if graph.IsAmbiguous(err) {
		renamed, _ := graph.Settle(ctx, r.data.Graph, "the registration to show the change", func(ctx context.Context) (bool, error) {
			app, err := r.data.Graph.GetApplicationByAppID(ctx, plan.ClientID.ValueString())
			return err == nil && app.DisplayName == name && (reference == nil || app.ServiceManagementReference == *reference), err
		})
		if renamed {
			err = nil
		}
	}
	if err != nil {
		at, summary := path.Root("display_name"), "Cannot rename the application"
		if !renames {
			at, summary = path.Root("service_management_reference"), "Cannot change the reference of the application"
		}
		return diag.Diagnostics{graphdiag.AttributeError(at, summary, err, needsReference(plan, err)...)}
	}
	ctx, cancel := graph.Outlast(ctx)
	defer cancel()
	err = r.data.Graph.Poll(ctx, "the service principal to show the new name", func(ctx context.Context) (bool, string, error) {
		sp, err := r.data.Graph.GetServicePrincipal(ctx, plan.ID.ValueString())
		if graph.IsNotFound(err) {
			return false, "not found", nil
		}
		return sp.DisplayName == name, fmt.Sprintf("the name %q", sp.DisplayName), err
	})
	if err != nil {
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("display_name"), "Cannot confirm the new name", err,
			"The application was renamed; the next plan shows the name that the service returns.")}
	}
	return nil
}

// needsReference is what to try when the service refuses an application that has no reference.
func needsReference(plan model, err error) []string {
	if !graph.IsBadRequest(err) || !plan.ServiceManagement.IsNull() {
		return nil
	}
	return []string{"If the tenant requires a service management reference of applications, set `service_management_reference`."}
}

// Delete moves the application to the recycle bin, unless something else still depends on it.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Delete, deleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	id := state.ID.ValueString()
	if !state.ForceDestroy.ValueBool() {
		resp.Diagnostics.Append(r.refuseWhileInUse(ctx, id)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	err := r.deleteApplication(ctx, state)
	var answer *graph.Error
	var more []string
	const samlFirst = "DeletingSamlSpNotAllowed"
	if errors.As(err, &answer) && (strings.EqualFold(answer.Code, samlFirst) || strings.EqualFold(answer.OuterCode, samlFirst)) {
		if !state.ForceDestroy.ValueBool() {
			resp.Diagnostics.Append(graphdiag.Error("Cannot delete the application", err,
				"The service does not delete it while its service principal is used for single sign-on. Nothing was deleted. With `force_destroy = true` (apply, then destroy again) the service principal is deleted first."))
			return
		}
		if err = r.data.Graph.DeleteServicePrincipal(ctx, id); err == nil {
			err = r.data.Graph.DeleteApplication(ctx, state.ApplicationObjectID.ValueString())
			more = append(more, "Its service principal was deleted, so nobody can sign in. Destroy again to delete the application as well.")
		}
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot delete the application", err, more...))
		return
	}
	remembered(r.data).own.Add(id)
	ctx, outlast := graph.Outlast(ctx)
	defer outlast()
	begin, alone := r.data.Graph.Clock().Now(), true
	err = r.data.Graph.Poll(ctx, "the service principal to be gone", func(ctx context.Context) (bool, string, error) {
		_, err := r.data.Graph.GetServicePrincipal(ctx, id)
		if graph.IsNotFound(err) {
			return true, "", nil
		}
		if err == nil && alone && r.data.Graph.Clock().Now().Sub(begin) >= goesAlong {
			alone = false // the service deleted the registration alone
			return false, "still readable", r.data.Graph.DeleteServicePrincipal(ctx, id)
		}
		return false, "still readable", err
	})
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot confirm that the application is gone", err,
			"It was deleted. Destroy again to confirm it."))
	}
}

// deleteApplication deletes the registration with its service principal, or that alone if the registration is in another tenant.
func (r *Resource) deleteApplication(ctx context.Context, state model) error {
	if state.ApplicationObjectID.IsNull() {
		return r.data.Graph.DeleteServicePrincipal(ctx, state.ID.ValueString())
	}
	return r.data.Graph.DeleteApplication(ctx, state.ApplicationObjectID.ValueString())
}

// ImportState accepts the service principal's object id, alone, as a Graph path or as the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	const wanted = "the object id of the service principal (not of the app registration, and not the client id)"
	summary, at, given := "Invalid import id", path.Empty(), req.ID
	if validate.ByIdentity(req) {
		var from identity
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &from)...); resp.Diagnostics.HasError() {
			return
		}
		summary, at, given = "Invalid identity", path.Root("service_principal_id"), from.ServicePrincipalID.ValueString()
	}
	named, problem := validate.ParseImportID(given, wanted)
	switch {
	case problem == "" && at.Equal(path.Root("service_principal_id")): // Terraform compares it with what is imported
		problem = validate.ObjectIDProblem(given)
	case problem == "" && named.Rest != "":
		problem = fmt.Sprintf("Expected %s. Got %q. Omit everything after the id: %q.", wanted, given, named.ServicePrincipalID)
	}
	if problem != "" {
		resp.Diagnostics.AddAttributeError(at, summary, problem)
		return
	}
	id := named.ServicePrincipalID
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{types.StringValue(id)})...)
}

// MoveState takes over what azuread managed.
func (r *Resource) MoveState(context.Context) []resource.StateMover { return movers() }
