// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Default timeouts. One call takes a moment, but a throttling service may ask for minutes.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 10 * time.Minute
	deleteTimeout = 10 * time.Minute
)

var (
	_ resource.ResourceWithConfigure        = (*Resource)(nil)
	_ resource.ResourceWithConfigValidators = (*Resource)(nil)
	_ resource.ResourceWithIdentity         = (*Resource)(nil)
	_ resource.ResourceWithImportState      = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan       = (*Resource)(nil)
	_ resource.ResourceWithMoveState        = (*Resource)(nil)
)

// Resource is gotomeeting_user_role_assignment.
type Resource struct {
	data     *providerdata.Data
	roster   *roster.Roster
	client   *graph.Client // for what an import is told
	forecast *forecast.Forecast
	remains  *remains
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_role_assignment"
}

// Configure takes over the provider's data.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data != nil {
		r.data, r.roster, r.client, r.forecast, r.remains = data, rosterOf(data), data.Graph, forecast.Of(data), remainsOf(data)
	}
}

// ConfigValidators asks for one way to name the principal.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot("principal_id"), path.MatchRoot("user_principal_name"))}
}

// Create assigns the principal.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	if resp.Diagnostics.Append(plan.read(ctx, req.Plan.Raw)...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(r.assign(ctx, &plan)...); resp.Diagnostics.HasError() && plan.ID.IsUnknown() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	plan.identity().write(resp.Identity)
	for _, key := range []string{leavesKey, aftermath.SuccessorKey} { // of what it replaces
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, key, nil)...)
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, writtenKey, writtenNow(r.roster.Clock()))...)
}

// assign makes the assignment of a plan, and completes the plan. If that fails, and the assignment that it replaces is still there,
// the plan becomes that assignment.
func (r *Resource) assign(ctx context.Context, plan *model) diag.Diagnostics {
	diags := r.create(ctx, plan)
	if !diags.HasError() {
		r.remains.settle(*plan)
		return diags
	}
	if was, found := r.remains.of(*plan); found {
		*plan = was
		return graphdiag.StillThere(diags)
	}
	plan.ID = types.StringUnknown()
	return diags
}

// create is assign without a thought of what was there before. What planning could not resolve yet is resolved first.
func (r *Resource) create(ctx context.Context, plan *model) diag.Diagnostics {
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if diags.HasError() {
		return diags
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	app := r.roster.Application(plan.ServicePrincipalID.ValueString())
	diags.Append(r.resolvePrincipal(ctx, plan)...)
	diags.Append(resolveRole(ctx, app, plan)...)
	diags.Append(r.forecast.Refused(graph.JobRef{ServicePrincipalID: app.ID}, plan.proposal())...)
	if diags.HasError() {
		return diags
	}
	made, err := app.Assign(ctx, plan.key())
	if err != nil {
		diags.Append(r.explainAssign(ctx, app, *plan, err)...)
		return diags
	}
	plan.fromGraph(app.ID, made)
	return diags
}

// resolvePrincipal looks up a user principal name whose user was not there, or not known, while planning.
func (r *Resource) resolvePrincipal(ctx context.Context, plan *model) diag.Diagnostics {
	if id := plan.PrincipalID.ValueString(); !plan.PrincipalID.IsUnknown() {
		if r.roster.Principals.IsMissing(id) { // which planning has just found
			return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("principal_id"), "No such principal",
				fmt.Sprintf("The directory does not know the principal %s. Nothing was sent for it.", id))}
		}
		return nil
	}
	name := plan.UserPrincipalName.ValueString()
	user, err := r.roster.Principals.NewlyNamed(ctx, name)
	switch {
	case graph.IsNotFound(err):
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("user_principal_name"), "No such user",
			fmt.Sprintf("The directory has no user with the user principal name %q. Check the spelling; for a guest, use the long form with `#EXT#`. %s", name, waited()))}
	case err != nil:
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("user_principal_name"), "Cannot look up the user", err)}
	}
	plan.PrincipalID = types.StringValue(user.ID)
	return nil
}

// resolveRole looks up a role whose application was not there, or not known, while planning.
func resolveRole(ctx context.Context, app *roster.Application, plan *model) diag.Diagnostics {
	if !plan.AppRoleID.IsUnknown() {
		return nil
	}
	declared, err := app.NewRoles(ctx)
	if err != nil {
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err)}
	}
	text := plan.Role.ValueString()
	id, refused := declared.Admit(text)
	if refused != nil {
		return diag.Diagnostics{refusal(path.Root("role"), refused)}
	}
	plan.AppRoleID = types.StringValue(id)
	return warnDefaultAccess(path.Root("role"), id)
}

// errStays stands for an assignment that is not there although its application is.
var errStays = errors.New("the application is there")

// Read finds the assignment in the listing that all instances share.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(state.read(ctx, req.State.Raw)...)
	written, diags := req.Private.GetKey(ctx, writtenKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	before := state
	gone, diags := r.refresh(ctx, &state, written)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	// Without an identity the framework reports a bug, and older Terraform versions do not hand one in.
	state.identity().write(resp.Identity)
	switch {
	case gone:
		resp.State.RemoveResource(ctx)
	case !state.equals(before): // else the response has it already, and setting it costs more than all the rest
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	if !gone && before.Role.IsNull() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptedKey, []byte("true"))...)
	}
}

// refresh brings a state up to date, and reports whether the assignment is gone.
func (r *Resource) refresh(ctx context.Context, state *model, written []byte) (gone bool, diags diag.Diagnostics) {
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if diags.HasError() {
		return false, diags
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	r.remains.know(*state)
	app := r.roster.Application(state.ServicePrincipalID.ValueString())
	_, id, _ := strings.Cut(state.ID.ValueString(), "/") // "" when imported by identity
	recent := justWritten(r.roster.Clock(), written)
	found, ok, err := app.Find(ctx, id, state.key(), recent)
	if graph.IsPermissionDenied(err) && !state.Role.IsNull() && app.Refused.Swap(true) {
		return false, diags // one error ends the plan; a thousand say no more
	}
	if err != nil {
		diags.Append(graphdiag.Error("Cannot read the assignment", err))
		return false, diags
	}
	if !ok && !state.Role.IsNull() { // not just imported
		why, purged := r.roster.Principals.Gone(ctx, state.key().PrincipalID, recent)
		if why != "" && (!purged || r.isTaken(ctx, *state)) && app.ConfirmGone(ctx, errStays) != nil {
			// Its old id prevents the user who has the name now, or gets it next, from getting the access.
			diags.AddWarning(fmt.Sprintf("The principal %s no longer exists", state.key().PrincipalID), why+" The assignment stays in the state, and nothing is sent.")
			return false, diags
		}
	}
	if !ok && state.Role.IsNull() && id != "" { // to be imported by id
		diags.Append(r.noAssignment(ctx, app, id))
		return false, diags
	}
	if !ok {
		app.Lapsed.Add(state.named())
		return true, diags
	}
	app.Managed.Add(found.ID)
	state.fromGraph(app.ID, found)
	if state.Role.IsNull() { // imported, or moved from another provider's state
		declared, err := app.Roles(ctx)
		if err != nil && !graph.IsPermissionDenied(err) {
			diags.Append(graphdiag.Error("Cannot read the roles of the application", err))
			return false, diags
		}
		state.Role = types.StringValue(declared.Label(found.AppRoleID))
	}
	return false, diags
}

// isTaken reports whether the name of a state's user means somebody else now, or may.
func (r *Resource) isTaken(ctx context.Context, state model) bool {
	if state.UserPrincipalName.IsNull() {
		return false
	}
	user, err := r.roster.Principals.Named(ctx, state.UserPrincipalName.ValueString())
	return err != nil || user.Exists && user.ID != state.PrincipalID.ValueString()
}

// Update writes nothing: only equivalent notations can change in place.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan model
	resp.Diagnostics.Append(plan.read(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	plan.identity().write(resp.Identity)
}

// Delete removes the assignment.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(state.read(ctx, req.State.Raw)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	itself := aftermath.ReplacesItself(ctx, req.Private, successorOf(state.ServicePrincipalID.ValueString(), state.key()))
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, nil)...) // if this fails, nothing is about to be removed anymore
	if resp.Diagnostics.HasError() {
		return
	}
	ref, problem := parseReference(state.ID.ValueString())
	if problem != "" {
		resp.Diagnostics.AddError("Invalid id in the state", problem)
		return
	}
	app := r.roster.Application(ref.servicePrincipalID)
	if itself { // nobody's access is interrupted
		app.Hand(state.key())
		r.remains.keep(state)
		return
	}
	if resp.Diagnostics.Append(pauseFirst(ctx, r.data, ref.servicePrincipalID, req.Private, timeout)...); resp.Diagnostics.HasError() {
		return
	}
	app.Writing.RLock() // before the timeout begins, since an exclusive resource may take longer
	defer app.Writing.RUnlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := app.Remove(ctx, ref.assignmentID, state.key()); err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot remove the assignment", err))
	}
}

// ImportState accepts the id, the path that other tools use, or the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !validate.ByIdentity(req) {
		ref, problem := parseReference(req.ID)
		if problem != "" {
			resp.Diagnostics.AddError("Invalid import id", problem)
			return
		}
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), ref.String())...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("service_principal_id"), ref.servicePrincipalID)...)
		return
	}
	var id identityModel
	resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
	if resp.Diagnostics.HasError() {
		return
	}
	for name, value := range map[string]types.String{
		"service_principal_id": id.ServicePrincipalID, "principal_id": id.PrincipalID, "app_role_id": id.AppRoleID,
	} {
		if problem := validate.ObjectIDProblem(value.ValueString()); problem != "" {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Invalid identity", problem)
		}
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
}
