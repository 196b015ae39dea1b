// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// planning is one ModifyPlan of a single assignment.
type planning struct {
	roster      *roster.Roster
	client      *graph.Client
	ahead       *forecast.Forecast
	remains     *remains
	plan        model  // what the configuration leaves open is filled in
	prior       *model // nil when creating
	was         *resolvedName
	adopted     bool // the role's text in the state is the provider's choice
	leaves      bool // a replacement, if one is asked for, assigns somebody else or another role
	skipped     graphdiag.Skipped
	rolesUnread bool // that the application offers
	replace     path.Paths
	diags       diag.Diagnostics
}

// ModifyPlan resolves the names and refuses, before anything is written, what could not work.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.roster == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, []byte("true"))...)
		var state model
		if resp.Diagnostics.Append(state.read(ctx, req.State.Raw)...); !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(r.planDestroy(ctx, state)...)
			resp.Diagnostics.Append(noteEnds(ctx, r.data, state.ServicePrincipalID.ValueString(), resp.Private)...)
		}
		return
	}
	p := r.newPlanning()
	resp.Diagnostics.Append(p.plan.read(ctx, req.Plan.Raw)...)
	if !req.State.Raw.IsNull() {
		p.prior = &model{}
		resp.Diagnostics.Append(p.prior.read(ctx, req.State.Raw)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	proposed := p.plan
	p.run(ctx, resp.Private)
	resp.Diagnostics.Append(p.diags...)
	// Only what changed is set: setting costs more than all the rest, and most instances of a plan do not change.
	if !proposed.PrincipalID.Equal(p.plan.PrincipalID) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("principal_id"), p.plan.PrincipalID)...)
	}
	if !proposed.AppRoleID.Equal(p.plan.AppRoleID) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("app_role_id"), p.plan.AppRoleID)...)
	}
	if !proposed.Role.Equal(p.plan.Role) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("role"), p.plan.Role)...)
	}
	resp.RequiresReplace = append(resp.RequiresReplace, p.replace...)
}

func (r *Resource) newPlanning() planning {
	return planning{roster: r.roster, client: r.client, ahead: r.forecast, remains: r.remains}
}

// run plans an object that is going to be there.
func (p *planning) run(ctx context.Context, kept private) {
	if p.diags.Append(p.takeOver(ctx, kept)...); p.diags.HasError() {
		return
	}
	p.principal(ctx)
	p.role(ctx)
	advises := p.creates() && !p.diags.HasError() && !p.roster.HasWritten() // advice was given before the apply began
	if advises {
		p.advise(ctx)
		p.lookForExisting(ctx)
	}
	p.diags.Append(p.passOn(ctx, kept)...)
	if p.prior != nil && (p.leaves || p.creates()) {
		p.diags.Append(kept.SetKey(ctx, leavesKey, []byte("true"))...)
	}
	p.lookAround(ctx, advises)
	p.warnReplaced(ctx)
	p.warnInterrupted()
	p.foresee(ctx)
	p.diags.Append(p.skipped.Diagnostics("The service checks again when the assignment is created.")...)
	p.succeed(ctx, kept)
}

// succeed notes what a creation creates, for the deletion that may be the first half of the same replacement. Once that is done, nothing
// keeps the second half from being tried.
func (p *planning) succeed(ctx context.Context, kept private) {
	if p.prior != nil {
		return
	}
	if was, found := p.remains.of(p.plan); found {
		p.plan.PrincipalID, p.plan.AppRoleID = was.PrincipalID, was.AppRoleID
		p.diags = graphdiag.LeftToCreation(p.diags)
	}
	if !p.isOpen() {
		p.diags.Append(kept.SetKey(ctx, aftermath.SuccessorKey, successorJSON(successorOf(p.plan.ServicePrincipalID.ValueString(), p.plan.key())))...)
	}
}

// creates reports whether this plan makes a new assignment, be it as a replacement.
func (p *planning) creates() bool {
	return p.prior == nil || len(p.replace) > 0 ||
		!p.plan.ServicePrincipalID.Equal(p.prior.ServicePrincipalID) || !p.plan.PrincipalID.Equal(p.prior.PrincipalID)
}

// isOpen reports whether the plan does not know yet which assignment it is about.
func (p *planning) isOpen() bool {
	return p.plan.ServicePrincipalID.IsUnknown() || p.plan.PrincipalID.IsUnknown() || p.plan.AppRoleID.IsUnknown()
}

// role resolves the role, or makes sure that a resolved one still means the same.
func (p *planning) role(ctx context.Context) {
	at := path.Root("role")
	if p.plan.ServicePrincipalID.IsUnknown() || p.plan.Role.IsUnknown() {
		p.openRole()
		return
	}
	app := p.roster.Application(p.plan.ServicePrincipalID.ValueString())
	stays := p.prior != nil && p.plan.ServicePrincipalID.Equal(p.prior.ServicePrincipalID)
	text := p.plan.Role.ValueString()
	read := app.PlannedRoles
	if stays {
		read = app.Roles
	}
	declared, err := read(ctx)
	switch {
	case graph.IsPermissionDenied(err):
		p.skipped.Add("the roles that the application offers", err)
		p.rolesUnread = true
		if !stays || !p.plan.Role.Equal(p.prior.Role) {
			p.openRole()
		}
		return
	case graph.IsNotFound(err) && stays:
		return // being deleted as well, or the apply is going to say so
	case graph.IsNotFound(err):
		unknown := graphdiag.UnknownServicePrincipal(ctx, p.client, app.ID)
		p.refuse(path.Root("service_principal_id"), roster.Refusal{Summary: unknown.Summary(), Detail: unknown.Detail()})
		p.openRole()
		return
	case err != nil:
		p.diags.Append(graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err))
		return
	}
	if id, ok := declared.Find(text); stays && ok && id == p.prior.AppRoleID.ValueString() {
		p.plan.AppRoleID = p.prior.AppRoleID
		if p.adopted {
			p.plan.Role = p.prior.Role
		}
		return
	} else if stays && p.plan.Role.Equal(p.prior.Role) {
		p.plan.AppRoleID = p.prior.AppRoleID
		if p.leaves = p.leaves || ok; ok {
			p.diags.Append(roleMoved(at, text, p.prior.AppRoleID.ValueString(), id, p.creates()))
		}
		return
	}
	id, refused := declared.Admit(text)
	if refused != nil {
		p.refuse(at, *refused)
		p.openRole()
		return
	}
	p.plan.AppRoleID = types.StringValue(id)
	p.diags.Append(warnDefaultAccess(at, id)...)
	if p.prior != nil {
		p.replace = append(p.replace, path.Root("app_role_id"))
	}
}

// refuse is an error, or a warning about what was in the state before or may have been: then the apply fails for this
// assignment alone.
func (p *planning) refuse(at path.Path, refused roster.Refusal) {
	app := p.roster.Application(p.plan.ServicePrincipalID.ValueString())
	lapsed := p.prior == nil && p.was == nil && (refused.Lapses || app.Lapsed.Has(p.plan.named()))
	if lapsed {
		refused.Detail += " The apply cannot create this assignment; everything else continues."
	}
	p.diags.Append(diagnosticOf(at, roster.Finding{Summary: refused.Summary, Detail: refused.Detail, Refuses: !lapsed}))
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
	id := p.plan.PrincipalID.ValueString()
	advice := adviseOn(ctx, p.roster, &p.skipped, id)
	for _, f := range advice.Findings {
		if f.Refuses {
			p.refuse(at, roster.Refusal{Summary: f.Summary, Detail: f.Detail, Lapses: f.Lapses})
		} else {
			p.diags.Append(diagnosticOf(at, f))
		}
	}
	if p.plan.AppRoleID.IsUnknown() || p.plan.ServicePrincipalID.IsUnknown() {
		return
	}
	declared, err := p.roster.Application(p.plan.ServicePrincipalID.ValueString()).Roles(ctx)
	if err != nil {
		return // reported already
	}
	if refused := declared.RefuseKind(p.plan.AppRoleID.ValueString(), advice.Principals[id].Type); refused != nil {
		p.refuse(path.Root("role"), *refused)
	}
}

// lookForExisting reports an existing assignment that a create creates again.
func (p *planning) lookForExisting(ctx context.Context) {
	if p.prior != nil || p.isOpen() {
		return
	}
	app := p.roster.Application(p.plan.ServicePrincipalID.ValueString())
	l, err := app.Listing(ctx)
	if err != nil {
		return // the apply notices a duplicate itself
	}
	found, ok := l.Get(p.plan.key())
	if !ok || app.Managed.Has(found.ID) || app.IsHanded(p.plan.key()) {
		return
	}
	p.diags.AddWarning(fmt.Sprintf("The assignment of %s already exists", found.PrincipalID),
		fmt.Sprintf("%s already holds the role %q. The apply removes that assignment and creates it again, in one request. If this configuration also destroys it, as a resource with a different "+
			"address, `for_each` key, or provider configuration, the principal keeps the role, even if a warning about that destroy says otherwise; "+
			"a `moved` block avoids both. If another state also manages it, keep only one of the two.", holder(found), p.plan.Role.ValueString()))
}

// lookAround shows a warning about other plans of this run for the same assignment.
func (p *planning) lookAround(ctx context.Context, creates bool) {
	if p.isOpen() {
		return
	}
	app, key := p.roster.Application(p.plan.ServicePrincipalID.ValueString()), p.plan.key()
	if creates && p.prior == nil {
		if app.Plans.AddCreation(key) {
			p.diags.Append(destroyedAndCreated(app, key))
		}
		p.takeBack(ctx, app, key.PrincipalID)
	}
	if app.Plans.AddSingle(key) {
		p.diags.Append(managedTwice(app, map[roster.Key]bool{key: true}))
	}
}

// takeBack reports that people keep access although a warning said otherwise, because the assignment that keeps it was planned after
// the removal: Terraform plans in any order.
func (p *planning) takeBack(ctx context.Context, app *roster.Application, principalID string) {
	if p.roster.HasWritten() {
		return
	}
	principal, err := p.roster.Principals.One(ctx, principalID, nil)
	if err != nil || !principal.Exists {
		return
	}
	about := principalID
	if principal.Type == roster.KindGroup {
		about = ""
	}
	kept := app.Plans.TakeBack(about, func() []string {
		l, err := app.Listing(ctx)
		if err != nil {
			return nil
		}
		if about != "" {
			l = l.About(about)
		}
		changes := app.Plans.Changes()
		return departuresOf(ctx, p.roster, app, l, changes.Removed, changes.Added).people()
	})
	if len(kept) == 0 {
		return
	}
	summary := kept[0] + " keeps access after all"
	if len(kept) > 1 {
		summary = fmt.Sprintf("%d people keep access after all, through the assignment of %s", len(kept), principalID)
	}
	p.diags.AddWarning(summary, fmt.Sprintf("Another warning in this plan says that they lose access, but this plan also assigns %s to the role %s, through which they keep it:\n%s",
		principalID, app.RoleName(p.plan.AppRoleID.ValueString()), graphdiag.Lines(kept)))
}

// planDestroy shows a warning if this plan also wants to have what it destroys here.
func (r *Resource) planDestroy(ctx context.Context, state model) diag.Diagnostics {
	app, key := r.roster.Application(state.ServicePrincipalID.ValueString()), state.key()
	var diags diag.Diagnostics
	wanted, created := app.Plans.AddDestruction(key)
	if wanted {
		diags.Append(listedAndDestroyed(app, map[roster.Key]bool{key: true}))
	}
	if created && !r.roster.HasWritten() {
		diags.Append(destroyedAndCreated(app, key))
	}
	if !wanted && !created {
		diags.Append(warnRemoved(ctx, r.roster, r.forecast, state, "Destroying", howToKeep)...)
	}
	return diags
}

// warnRemoved says who loses access by the removal of a single assignment, together with what else this run is known to
// remove: of two roles of one person the second to be planned is the last one.
func warnRemoved(ctx context.Context, r *roster.Roster, ahead *forecast.Forecast, state model, action, advice string) diag.Diagnostics {
	if r.HasWritten() {
		return nil // told while planning
	}
	app := r.Application(state.ServicePrincipalID.ValueString())
	l, err := app.Listing(ctx)
	if err != nil {
		return nil // the removal itself says what is wrong
	}
	found, ok := l.Get(state.key())
	if !ok {
		return nil
	}
	if found.PrincipalType != roster.KindGroup {
		l = l.About(found.PrincipalID)
	}
	changes := app.Plans.Changes()
	departing := departuresOf(ctx, r, app, l, changes.Removed, changes.Added).of(state.key().PrincipalID)
	if l.Counts(changes.Removed) > 1 || len(changes.Added) > 0 {
		alone := departuresOf(ctx, r, app, l, map[roster.Key]bool{state.key(): true}, nil).of(state.key().PrincipalID)
		if !slices.Equal(alone.people(), departing.people()) {
			departing.alone = &alone
		}
	}
	app.Plans.Tell(departing.people())
	who := fmt.Sprintf("the assignment of %s to the role %s", holder(found), app.RoleName(state.key().RoleID))
	answer := foresee(ctx, ahead, r, app, l, effect{key: "removed " + state.key().PrincipalID + state.key().RoleID, subject: "assignment", removed: map[roster.Key]bool{state.key(): true}, destroys: true, quiet: true})
	departing.told = answer
	return append(departing.warning(action+" "+who, action+" "+who, strings.TrimSpace(answer.Detail+"\n\n"+advice)), answer.Diagnostics...)
}

// warnInterrupted is about a replacement whose successor is known only while applying: the old assignment is gone by then.
func (p *planning) warnInterrupted() {
	if p.prior == nil || !p.creates() || !p.isOpen() || p.diags.HasError() || p.roster.HasWritten() {
		return
	}
	p.diags.AddWarning(fmt.Sprintf("Access of %s is interrupted", p.prior.PrincipalID.ValueString()),
		"This plan replaces the assignment, and the replacement is known only at apply. Terraform removes the old assignment first, and if the new one then cannot be created, the principal has no access. "+
			"Set `create_before_destroy = true` in the resource's `lifecycle` block, unless it is already set: the old assignment is then removed only after the new one is created.")
}

// warnReplaced says who loses access because another principal or role takes the place of this one.
func (p *planning) warnReplaced(ctx context.Context) {
	if p.prior == nil || !p.creates() || p.diags.HasError() {
		return
	}
	app := p.roster.Application(p.prior.ServicePrincipalID.ValueString())
	app.Plans.AddDestruction(p.prior.key())
	if p.plan.ServicePrincipalID.Equal(p.prior.ServicePrincipalID) && !p.plan.PrincipalID.IsUnknown() {
		key := p.plan.key()
		if p.plan.AppRoleID.IsUnknown() {
			key.RoleID = p.prior.key().RoleID // some role is given again
		}
		app.Plans.AddCreation(key)
		p.takeBack(ctx, app, key.PrincipalID)
	}
	p.diags.Append(warnRemoved(ctx, p.roster, p.ahead, *p.prior, "Replacing", "")...)
}

// foresee says what a new assignment does to accounts.
func (p *planning) foresee(ctx context.Context) {
	if !p.creates() || p.diags.HasError() {
		return
	}
	if p.isOpen() {
		why := principalUnknown
		if p.rolesUnread {
			why = rolesUnread
		}
		p.diags.Append(foreseeUnknown(ctx, p.ahead, p.plan.ServicePrincipalID, forecast.Proposal{Key: "added later", Subject: "assignment", Unknown: why, Adds: true})...)
		return
	}
	app := p.roster.Application(p.plan.ServicePrincipalID.ValueString())
	if p.ahead == nil || p.ahead.MayPass() {
		return
	}
	l := roster.NewListing(nil) // while applying, each write makes the listing out of date; without a connection, nothing depends on it yet
	if !p.roster.HasWritten() && p.ahead.Provisions(ctx, app.ID) {
		var err error
		if l, err = app.Listing(ctx); err != nil {
			p.diags.Append(foreseeUnknown(ctx, p.ahead, p.plan.ServicePrincipalID, forecast.Proposal{Key: "added unread", Subject: "assignment", Unknown: listingUnread, Adds: true})...)
			return // the apply says what is wrong
		}
	}
	key := p.plan.key()
	p.diags.Append(foresee(ctx, p.ahead, p.roster, app, l, effect{key: p.plan.proposal(), subject: "assignment", added: map[roster.Key]bool{key: true},
		repairs: p.prior == nil && app.Lapsed.Has(p.plan.named())}).Diagnostics...)
}

// adviseOn looks at principals, and notes which checks could not run.
func adviseOn(ctx context.Context, r *roster.Roster, skipped *graphdiag.Skipped, ids ...string) roster.Advice {
	advice := r.Principals.Advise(ctx, ids...)
	if advice.Err != nil {
		skipped.Add("whether the principals can be assigned", advice.Err)
	}
	if advice.MembersErr != nil {
		skipped.Add("whether users come into scope by the groups", advice.MembersErr)
	}
	return advice
}

func refusal(at path.Path, r *roster.Refusal) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, r.Summary, r.Detail)
}

func diagnosticOf(at path.Path, f roster.Finding) diag.Diagnostic {
	if f.Refuses {
		return diag.NewAttributeErrorDiagnostic(at, f.Summary, f.Detail)
	}
	return diag.NewAttributeWarningDiagnostic(at, f.Summary, f.Detail)
}

func warnDefaultAccess(at path.Path, roleID string) diag.Diagnostics {
	if roleID != graph.DefaultAccessRoleID {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "Default Access may not provision",
		"The application declares no role for users, so Default Access is the only one. According to GoToMeeting's documentation, people with Default Access are not provisioned; check the result of the first cycle.")}
}

// roleMoved is an error where something is to be assigned by the text, and a warning where it was assigned before.
func roleMoved(at path.Path, text, was, is string, refuses bool) diag.Diagnostic {
	return diagnosticOf(at, roster.Finding{Summary: fmt.Sprintf("%q now refers to a different role", text), Refuses: refuses,
		Detail: fmt.Sprintf("%q was resolved to the role %s when the assignment was created, and now refers to the role %s. Nothing is changed. Use the id of the intended role.", text, was, is)})
}

// explainAssign turns an error of an assignment into a remedy.
func (r *Resource) explainAssign(ctx context.Context, app *roster.Application, plan model, err error) diag.Diagnostics {
	var exists *roster.ExistsError
	var unsettled *roster.UnsettledError
	switch {
	case errors.As(err, &exists):
		return diag.Diagnostics{diag.NewErrorDiagnostic(fmt.Sprintf("The assignment of %s is managed twice", plan.PrincipalID.ValueString()),
			fmt.Sprintf("Another resource of this configuration has just created the same assignment: %s in the role %q. Remove one of the two.", holder(exists.Found), plan.Role.ValueString()))}
	case errors.As(err, &unsettled):
		return diag.Diagnostics{graphdiag.Error("Cannot determine whether the assignment was created", err,
			"Apply again: if the assignment was created, the provider takes it over.")}
	case graph.IsNotFound(err):
		return diag.Diagnostics{r.explainMissing(ctx, app, plan, err)}
	case graph.IsBadRequest(err):
		hint := cmp.Or(r.roster.Principals.Refusal(ctx, plan.PrincipalID.ValueString()),
			"The principal must be a user, a security group, or a service principal, and the role must be allowed for it.")
		return diag.Diagnostics{graphdiag.Error("Cannot assign the role", err, hint)}
	}
	if graph.IsAmbiguous(err) {
		return diag.Diagnostics{graphdiag.Error("Cannot assign the role", err,
			"The assignment was not found afterward. Apply again.")}
	}
	return diag.Diagnostics{graphdiag.Error("Cannot assign the role", err)}
}

// explainMissing says which end of the assignment does not exist.
func (r *Resource) explainMissing(ctx context.Context, app *roster.Application, plan model, err error) diag.Diagnostic {
	if app.ConfirmGone(ctx, err) == nil {
		return graphdiag.AttributeError(path.Root("service_principal_id"), "No such service principal", err,
			fmt.Sprintf("The tenant has no service principal with the object id %s.", app.ID), waited())
	}
	return graphdiag.AttributeError(path.Root("principal_id"), "No such principal", err,
		fmt.Sprintf("The directory does not know the principal %s.", plan.PrincipalID.ValueString()), waited())
}
