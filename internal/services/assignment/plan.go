// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// planning is one ModifyPlan of a single assignment.
type planning struct {
	tenant  *tenant
	plan    model  // what the configuration leaves open is filled in
	prior   *model // nil when creating
	was     *resolvedName
	skipped graphdiag.Skipped
	replace path.Paths
	diags   diag.Diagnostics
}

// ModifyPlan resolves the names and refuses, before anything is written, what could not work.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.tenant == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		var state model
		if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(r.planDestroy(state)...)
		}
		return
	}
	p := planning{tenant: r.tenant}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &p.plan)...)
	if !req.State.Raw.IsNull() {
		p.prior = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, p.prior)...)
	}
	resp.Diagnostics.Append(p.passOn(ctx, req, resp)...)
	if resp.Diagnostics.HasError() {
		return
	}
	principalID, roleID := p.plan.PrincipalID, p.plan.AppRoleID
	p.principal(ctx)
	p.role(ctx)
	if p.creates() && !p.diags.HasError() && !r.tenant.directory.HasWritten() { // advice was given before the apply began
		p.advise(ctx)
		p.lookForExisting(ctx)
		p.lookForMoved()
	}
	p.claimedElsewhere()
	resp.Diagnostics.Append(p.diags...)
	resp.Diagnostics.Append(p.skippedOnce()...)
	// Only what changed is set: setting costs more than all the rest, and most instances of a plan do not change.
	if !principalID.Equal(p.plan.PrincipalID) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("principal_id"), p.plan.PrincipalID)...)
	}
	if !roleID.Equal(p.plan.AppRoleID) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("app_role_id"), p.plan.AppRoleID)...)
	}
	resp.RequiresReplace = append(resp.RequiresReplace, p.replace...)
}

// creates reports whether this plan makes a new assignment, be it as a replacement.
func (p *planning) creates() bool {
	return p.prior == nil || len(p.replace) > 0 ||
		!p.plan.ServicePrincipalID.Equal(p.prior.ServicePrincipalID) || !p.plan.PrincipalID.Equal(p.prior.PrincipalID)
}

// role resolves the role, or makes sure that a resolved one still means the same.
func (p *planning) role(ctx context.Context) {
	at := path.Root("role")
	if p.plan.ServicePrincipalID.IsUnknown() || p.plan.Role.IsUnknown() {
		p.openRole()
		return
	}
	app := p.tenant.application(p.plan.ServicePrincipalID.ValueString())
	stays := p.prior != nil && p.plan.ServicePrincipalID.Equal(p.prior.ServicePrincipalID)
	text := p.plan.Role.ValueString()
	read := app.plannedRoles
	if stays {
		read = app.roles.Get
	}
	declared, err := read(ctx)
	switch {
	case graph.IsPermissionDenied(err):
		p.skipped.Add("the roles that the application offers", err)
		if !stays || !p.plan.Role.Equal(p.prior.Role) {
			p.openRole()
		}
		return
	case graph.IsNotFound(err) && stays:
		return // being deleted as well, or the apply is going to say so
	case graph.IsNotFound(err):
		p.diags.AddAttributeError(path.Root("service_principal_id"), "No such service principal",
			noSuchApplication(app.id))
		return
	case err != nil:
		p.diags.Append(graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err))
		return
	}
	if id, ok := declared.find(text); stays && ok && id == p.prior.AppRoleID.ValueString() {
		p.plan.AppRoleID = p.prior.AppRoleID
		return
	} else if stays && p.plan.Role.Equal(p.prior.Role) {
		p.plan.AppRoleID = p.prior.AppRoleID
		if ok {
			p.diags.Append(roleMovedError(at, text, p.prior.AppRoleID.ValueString(), id))
		}
		return
	}
	id, refused := declared.admit(text)
	if refused != nil {
		p.diags.Append(refused.diagnostics(at)...)
		return
	}
	p.plan.AppRoleID = types.StringValue(id)
	p.diags.Append(warnDefaultAccess(at, id)...)
	if p.prior != nil {
		p.replace = append(p.replace, path.Root("app_role_id"))
	}
}

// openRole leaves the role to the apply.
func (p *planning) openRole() {
	p.plan.AppRoleID = types.StringUnknown()
	if p.prior != nil {
		p.replace = append(p.replace, path.Root("app_role_id"))
	}
}

// advise looks at the principal that is going to be assigned.
func (p *planning) advise(ctx context.Context) {
	if p.plan.PrincipalID.IsUnknown() {
		return
	}
	at := path.Root("principal_id")
	if !p.plan.UserPrincipalName.IsNull() {
		at = path.Root("user_principal_name")
	}
	found, findings, err := p.tenant.people.advise(ctx, p.plan.PrincipalID.ValueString())
	if err != nil {
		p.skipped.Add("whether the principals can be assigned", err)
	}
	for _, f := range findings {
		p.diags.Append(f.diagnostic(at))
	}
	if p.plan.AppRoleID.IsUnknown() || p.plan.ServicePrincipalID.IsUnknown() {
		return
	}
	declared, err := p.tenant.application(p.plan.ServicePrincipalID.ValueString()).roles.Get(ctx)
	if err != nil {
		return // reported already
	}
	if refused := declared.refuseKind(p.plan.AppRoleID.ValueString(), found.Type); refused != nil {
		p.diags.Append(refused.diagnostics(path.Root("role"))...)
	}
}

// lookForExisting warns of an assignment that creating would collide with. It cannot be an error: a tainted instance is
// planned like a new one, and its own assignment is still there.
func (p *planning) lookForExisting(ctx context.Context) {
	if p.prior != nil || p.plan.ServicePrincipalID.IsUnknown() || p.plan.PrincipalID.IsUnknown() || p.plan.AppRoleID.IsUnknown() {
		return
	}
	app := p.tenant.application(p.plan.ServicePrincipalID.ValueString())
	l, err := app.listing.Get(ctx)
	if err != nil {
		return // the apply notices a duplicate itself
	}
	found, ok := l.of(p.plan.holding())
	if !ok || app.isManaged(found.ID) {
		return
	}
	p.diags.AddWarning("The assignment exists already", alreadyAssigned(app.id, found, p.plan.Role.ValueString()))
}

// lookForMoved warns of another resource of this plan that gives up the same assignment.
func (p *planning) lookForMoved() {
	if p.prior != nil || p.plan.ServicePrincipalID.IsUnknown() || p.plan.PrincipalID.IsUnknown() || p.plan.AppRoleID.IsUnknown() {
		return
	}
	app := p.tenant.application(p.plan.ServicePrincipalID.ValueString())
	app.come(p.plan.holding())
	p.diags.Append(app.warnMoved(p.plan.holding())...)
}

// claimedElsewhere warns, once, of an exclusive resource that is authoritative for the same.
func (p *planning) claimedElsewhere() {
	if p.plan.ServicePrincipalID.IsUnknown() || p.plan.PrincipalID.IsUnknown() || p.plan.AppRoleID.IsUnknown() {
		return
	}
	app := p.tenant.application(p.plan.ServicePrincipalID.ValueString())
	if warning := app.single(p.plan.holding()); len(warning) > 0 && p.tenant.first("twice "+app.id) {
		p.diags.Append(warning...)
	}
}

// planDestroy warns of what this plan wants to have, although it destroys it here.
func (r *Resource) planDestroy(state model) diag.Diagnostics {
	app := r.tenant.application(state.ServicePrincipalID.ValueString())
	warning := app.leave(state.holding())
	if len(warning) > 0 && !r.tenant.first("leaves "+app.id) {
		warning = nil
	}
	if !r.tenant.directory.HasWritten() {
		warning.Append(app.warnMoved(state.holding())...)
	}
	return warning
}

// skippedOnce is the warning about checks that could not run, from the first instance that meets the cause.
func (p *planning) skippedOnce() diag.Diagnostics {
	diags := p.skipped.Diagnostics("The service checks again when the assignment is made.")
	if len(diags) > 0 && !p.tenant.first(diags[0].Detail()) {
		return nil
	}
	return diags
}

func (r *refusal) diagnostics(at path.Path) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, r.summary, r.detail)}
}

func (f finding) diagnostic(at path.Path) diag.Diagnostic {
	if f.refuses {
		return diag.NewAttributeErrorDiagnostic(at, f.summary, f.detail)
	}
	return diag.NewAttributeWarningDiagnostic(at, f.summary, f.detail)
}

func warnDefaultAccess(at path.Path, roleID string) diag.Diagnostics {
	if roleID != graph.DefaultAccessRoleID {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "Default Access may not provision",
		"The application declares no role for users, so that Default Access is all there is. GoToMeeting's documentation says that people with Default Access are not provisioned; watch the first cycle.")}
}

func roleMovedError(at path.Path, text, was, is string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "The name means another role now",
		fmt.Sprintf("%q was resolved to the role %s when the assignment was made, and means the role %s now. "+
			"Nothing was changed. Write the id of the role that you mean.", text, was, is))
}

func alreadyAssigned(servicePrincipalID string, found graph.Assignment, role string) string {
	who := found.PrincipalID
	if found.PrincipalDisplayName != "" {
		who = fmt.Sprintf("%q (%s)", found.PrincipalDisplayName, found.PrincipalID)
	}
	return fmt.Sprintf("%s holds the role %q already, by an assignment that this new object did not make. If nothing in this configuration manages it, take it over with this block, "+
		"with the resource's address in place of NAME:\n\n%s\n\n"+
		"If another resource of this configuration manages it, use a `moved` block, or remove one of the two. If this resource itself does, and is only about to be replaced "+
		"with `create_before_destroy`, keep it: with `terraform untaint`, or without `-replace`.",
		who, role, importBlock(singleType, reference{servicePrincipalID, found.ID}.String()))
}

// explainAssign turns what went wrong while assigning into what a person can do about it.
func (r *Resource) explainAssign(ctx context.Context, app *application, plan model, err error) diag.Diagnostics {
	var exists *existsError
	var unsettled *unsettledError
	switch {
	case errors.As(err, &exists):
		return diag.Diagnostics{diag.NewErrorDiagnostic("The assignment exists already", alreadyAssigned(app.id, exists.found, plan.Role.ValueString()))}
	case errors.As(err, &unsettled):
		return diag.Diagnostics{graphdiag.Error("Cannot tell whether the assignment was made", err,
			"Apply again: if it was made, the provider finds it and gives you the import block.")}
	case graph.IsNotFound(err):
		return diag.Diagnostics{r.explainMissing(ctx, app, plan, err)}
	case graph.IsBadRequest(err):
		hint := "The principal must be a user, a security group or a service principal, and the role must be open to it."
		if found, lookErr := r.tenant.people.byID.one(ctx, plan.PrincipalID.ValueString(), nil); lookErr == nil {
			for _, f := range judge(plan.PrincipalID.ValueString(), found) {
				if f.refuses {
					hint = f.detail
				}
			}
		}
		return diag.Diagnostics{graphdiag.Error("Cannot assign the role", err, hint)}
	}
	if graph.IsAmbiguous(err) {
		return diag.Diagnostics{graphdiag.Error("Cannot assign the role", err,
			fmt.Sprintf("It was tried %d times, and looking for the assignment found none each time. Apply again.", assignTries))}
	}
	return diag.Diagnostics{graphdiag.Error("Cannot assign the role", err)}
}

// explainMissing says which end of the assignment does not exist.
func (r *Resource) explainMissing(ctx context.Context, app *application, plan model, err error) diag.Diagnostic {
	if _, spErr := r.tenant.directory.GetServicePrincipal(ctx, app.id); graph.IsNotFound(spErr) {
		return graphdiag.AttributeError(path.Root("service_principal_id"), "No such service principal", err,
			fmt.Sprintf("The tenant has no service principal with the object id %s.", app.id), waited())
	}
	return graphdiag.AttributeError(path.Root("principal_id"), "No such principal", err,
		fmt.Sprintf("The directory does not know the principal %s.", plan.PrincipalID.ValueString()), waited())
}

func waited() string {
	return fmt.Sprintf("The provider waited %.0f seconds, because what was just created takes a while to be known everywhere.", replicationPatience.Seconds())
}

func noSuchApplication(servicePrincipalID string) string {
	return fmt.Sprintf("The tenant has no service principal with the object id %s. The client id and the object id of the application registration are other ids.", servicePrincipalID)
}

// sentence makes a full sentence of an error.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
