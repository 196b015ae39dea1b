// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// ValidateConfig checks the entries. It walks the map itself: validators for each element would cost a good part of
// the time of a plan.
func (r *ExclusiveResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config exclusiveModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.Assignments.IsUnknown() {
		return
	}
	ignored, _ := listOf(config.IgnoredPrincipalIDs.Elements())
	elements := config.Assignments.Elements()
	for _, id := range ignored {
		if _, ok := elements[id]; ok {
			resp.Diagnostics.AddAttributeError(path.Root("ignored_principal_ids"), "Principal both listed and ignored",
				fmt.Sprintf("%s is in both `assignments` and `ignored_principal_ids`. Remove it from one of them.", id))
		}
	}
	resp.Diagnostics.Append(checkEntries(elements)...)
}

// checkEntries says what is wrong with entries alone.
func checkEntries(elements map[string]attr.Value) (diags diag.Diagnostics) {
	root, problems := path.Root("assignments"), 0
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		at := root.AtMapKey(key)
		summary, problem := "Invalid object id", validate.ObjectIDProblem(key)
		if key == "" {
			problem = "The key is empty. Use the object id of a user or group, or remove the entry."
		}
		if value, ok := elements[key].(types.String); problem == "" && ok && !value.IsUnknown() {
			summary, problem = "Invalid role", rolesProblem(value.ValueString())
		}
		if problem == "" {
			continue
		}
		if problems++; problems <= graphdiag.ShownAtMost {
			diags.AddAttributeError(at, summary, problem)
		}
	}
	if more := problems - graphdiag.ShownAtMost; more > 0 {
		diags.AddAttributeError(root, "Further invalid entries", fmt.Sprintf("There are %d more invalid entries than are listed.", more))
	}
	return diags
}

// resolvedTexts is what role texts mean.
type resolvedTexts struct {
	ids      texts
	complete bool // every text is resolved
	diags    diag.Diagnostics
	moved    []movedRole
}

// movedRole is a text that referred to a different role when it was resolved.
type movedRole struct {
	at            path.Path
	text, was, is string
}

// resolveTexts resolves texts: those resolved before keep their meaning.
func resolveTexts(inUse map[string]string, pinned texts, declared roster.Roles, readable bool) resolvedTexts {
	r := resolvedTexts{ids: texts{}, complete: true}
	for _, text := range slices.Sorted(maps.Keys(inUse)) {
		at := path.Root("roles")
		if principalID := inUse[text]; principalID != "" {
			at = path.Root("assignments").AtMapKey(principalID)
		}
		now, found := declared.Find(text)
		was, isPinned := pinned[text]
		switch {
		case isPinned && readable && found && now != was:
			r.moved = append(r.moved, movedRole{at, text, was, now})
			r.ids[text] = was
		case isPinned:
			r.ids[text] = was
		case found:
			r.ids[text] = now
		case !readable:
			r.complete = false
		default:
			if _, refused := declared.Admit(text); refused != nil {
				r.diags.Append(refusal(at, refused))
			}
			r.complete = false
		}
	}
	return r
}

// refuseRoles refuses roles that cannot be assigned, where they are to be.
func refuseRoles(declared roster.Roles, s settings, ids texts, added map[roster.Key]bool) diag.Diagnostics {
	var diags diag.Diagnostics
	first := map[string]string{}
	for key := range added {
		if id, ok := first[key.RoleID]; !ok || key.PrincipalID < id {
			first[key.RoleID] = key.PrincipalID
		}
	}
	inUse := s.roleTexts()
	for _, text := range slices.Sorted(maps.Keys(inUse)) {
		id, ok := ids[text]
		principalID, isAdded := first[id]
		if !ok || !isAdded {
			continue
		}
		delete(first, id)
		at := path.Root("assignments").AtMapKey(principalID)
		if now, found := declared.Find(text); !found || now != id {
			text = id // renamed since
		}
		if _, refused := declared.Admit(text); refused != nil {
			diags.Append(refusal(at, refused))
		} else {
			diags.Append(warnDefaultAccess(at, id)...)
		}
	}
	return diags
}

// ModifyPlan resolves the roles, and refuses or warns before anything is written.
func (r *ExclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.roster == nil {
		return
	}
	var plan exclusiveModel
	var state *exclusiveModel
	if !req.State.Raw.IsNull() {
		state = &exclusiveModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	leave := func(action string) {
		written, diags := req.Private.GetKey(ctx, writtenKey)
		resp.Diagnostics.Append(diags...)
		recent := justWritten(r.roster.Clock(), written)
		outdated, diags := req.Private.GetKey(ctx, outdatedKey)
		resp.Diagnostics.Append(diags...)
		leaves, diags := r.planLeaving(ctx, *state, recent, outdatedFrom(outdated, recent), action)
		resp.Diagnostics.Append(diags...)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, leaves)...)
	}
	if req.Plan.Raw.IsNull() {
		if state != nil && !resp.Diagnostics.HasError() {
			leave("Destroying this resource")
			resp.Diagnostics.Append(noteEnds(ctx, r.data, state.ServicePrincipalID.ValueString(), resp.Private)...)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && !plan.ServicePrincipalID.Equal(state.ServicePrincipalID) {
		leave("Replacing this resource with one for another application")
		return // Terraform asks again for the new object
	}
	var config exclusiveModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	raw, diags := req.Private.GetKey(ctx, lapsedKey)
	resp.Diagnostics.Append(diags...)
	was, replaced := exclusiveModel{}, false // whether the first half of a replacement is done
	if state == nil && !plan.ServicePrincipalID.IsUnknown() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, aftermath.SuccessorKey, successorJSON(plan.ServicePrincipalID.ValueString()))...)
		if was, replaced = r.remains.sets.Look(remnantOf(plan)); replaced {
			state = &was
		}
	}
	ids, diags := r.plan(ctx, config, plan, state, lapsedFrom(raw))
	if replaced {
		diags = graphdiag.LeftToCreation(diags)
	}
	resp.Diagnostics.Append(diags...)
	if !plan.ForeignAssignments.IsNull() { // removed by this plan, or taken over
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("foreign_assignments"), types.MapNull(types.StringType))...)
	}
	roleIDs := types.MapUnknown(types.StringType)
	if ids != nil {
		roleIDs = mapOf(ids)
	}
	if !roleIDs.Equal(plan.RoleIDs) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("role_ids"), roleIDs)...)
	}
}

// plan checks a plan and returns the ids of the roles it names, nil when they are not all known. A reason against
// entries that lapsed is a warning.
func (r *ExclusiveResource) plan(ctx context.Context, config, plan exclusiveModel, state *exclusiveModel, lapsed map[roster.Key]bool) (texts, diag.Diagnostics) {
	s, ok := plan.values()
	if !ok || plan.ServicePrincipalID.IsUnknown() { // the apply knows more and checks then
		return nil, foreseeUnknown(ctx, r.forecast, plan.ServicePrincipalID, forecast.Proposal{Key: plan.proposal(), Subject: "assignments", Unknown: principalUnknown})
	}
	var skipped graphdiag.Skipped
	app := r.roster.Application(plan.ServicePrincipalID.ValueString())
	declared, err := app.PlannedRoles(ctx)
	switch {
	case graph.IsPermissionDenied(err):
		skipped.Add("the roles that the application offers", err)
	case graph.IsNotFound(err):
		unknown := graphdiag.UnknownServicePrincipal(ctx, r.client, app.ID)
		return nil, diag.Diagnostics{diagnosticOf(path.Root("service_principal_id"), roster.Finding{Summary: unknown.Summary(), Detail: unknown.Detail(),
			Refuses: !app.Lapsed.Has(roster.Named{})})}
	case err != nil:
		return nil, diag.Diagnostics{graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err)}
	}
	var pinned texts
	had, foreign := map[roster.Key]bool{}, map[roster.Key]bool(nil)
	if state != nil {
		foreign = foreignOf(*state)
		pinned, _ = stringsOf(state.RoleIDs)
		had = keysOf(*state)
	}
	resolved := resolveTexts(s.roleTexts(), pinned, declared, err == nil)
	diags := resolved.diags
	if !resolved.complete || diags.HasError() {
		if !diags.HasError() {
			diags.Append(foreseeUnknown(ctx, r.forecast, plan.ServicePrincipalID, forecast.Proposal{Key: plan.proposal(), Subject: "assignments", Unknown: rolesUnread})...)
		}
		diags.Append(skipped.Diagnostics("The apply runs the possible checks before it writes.")...)
		return nil, diags
	}
	ids := resolved.ids
	wanted := ids.keys(s.entries)
	scope := s.scope(ids)
	changes := roster.ChangesOf(had, wanted, scope)
	for _, m := range resolved.moved {
		adds := slices.ContainsFunc(slices.Collect(maps.Keys(changes.Added)), func(key roster.Key) bool { return key.RoleID == m.was })
		diags.Append(roleMoved(m.at, m.text, m.was, m.is, adds))
	}
	diags.Append(refuseOutOfScope(s, ids, scope)...)
	if err == nil {
		added, again := split(changes.Added, lapsed)
		diags.Append(refuseRoles(declared, s, ids, added)...)
		diags.Append(softened(refuseRoles(declared, s, ids, again))...)
	}
	if !diags.HasError() && (state == nil || len(changes.Added)+len(changes.Removed) > 0) {
		c := change{config: config, plan: plan, had: had, removed: changes.Removed, added: changes.Added, wanted: wanted, foreign: foreign}
		diags.Append(r.planChanges(ctx, app, c, state == nil, s, scope, changes.Added, lapsed, declared, &skipped)...)
	}
	if state != nil {
		diags.Append(warnWider(ctx, app, *state, s, scope, wanted)...)
		if !r.roster.HasWritten() {
			diags.Append(warnReleased(ctx, app, had, wanted, scope)...)
		}
	}
	diags.Append(clashes(app, app.Plans.AddSet(scope, wanted))...)
	diags.Append(skipped.Diagnostics("The apply runs the possible checks before it writes.")...)
	return ids, diags
}

// planChanges checks what is going to change.
func (r *ExclusiveResource) planChanges(ctx context.Context, app *roster.Application, c change, creates bool, s settings, scope roster.Scope, added, lapsed map[roster.Key]bool,
	declared roster.Roles, skipped *graphdiag.Skipped) diag.Diagnostics {
	var diags diag.Diagnostics
	l, err := app.Listing(ctx)
	switch {
	case graph.IsPermissionDenied(err):
		skipped.Add("who is assigned now", err)
		return foreseeUnknown(ctx, r.forecast, c.plan.ServicePrincipalID, forecast.Proposal{Key: c.plan.proposal(), Subject: "assignments", Unknown: listingUnread, Adds: len(c.removed) == 0, Repairs: c.onlyForeign()})
	case err != nil:
		return diag.Diagnostics{graphdiag.Error("Cannot read the assignments", err)}
	}
	if creates {
		held := scope.Held(l, s.entries)
		diags.Append(refuseForeign(app, s, held, c.wanted)...)
		if !diags.HasError() && !r.roster.HasWritten() && !app.Exclusive.Load() {
			diags.Append(warnExisting(app, held)...)
		}
	}
	fresh, again := split(added, lapsed)
	c.repairs = len(fresh) == 0 && (len(c.removed) == 0 || c.onlyForeign())
	guarded := r.guard(ctx, app, l, c, skipped)
	if c.onlyForeign() {
		// The configuration did not change: an error would prevent Terraform from planning and destroying anything.
		guarded = refusedByApply(guarded)
	}
	diags.Append(guarded...)
	if !c.isGuarded() && !diags.HasError() {
		diags.Append(foresee(ctx, r.forecast, r.roster, app, l, effect{key: c.plan.proposal(), subject: "assignments", removed: c.removed, added: added, repairs: c.repairs}).Diagnostics...)
	}
	if !diags.HasError() && !r.roster.HasWritten() {
		diags.Append(r.advise(ctx, l, fresh, declared, skipped)...)
		diags.Append(softened(r.advise(ctx, l, again, declared, skipped))...)
	}
	return diags
}

// refusedByApply makes warnings of errors that the apply repeats before it writes anything.
func refusedByApply(diags diag.Diagnostics) diag.Diagnostics {
	var soft diag.Diagnostics
	for _, d := range diags {
		located, ok := d.(diag.DiagnosticWithPath)
		if d.Severity() != diag.SeverityError || !ok {
			soft.Append(d)
			continue
		}
		soft.Append(diag.NewAttributeWarningDiagnostic(located.Path(), d.Summary(), d.Detail()+"\n\nThe apply refuses to change this set; everything else can be planned, applied, and destroyed."))
	}
	return soft
}

// split separates new entries from lapsed ones, which are only to be created again.
func split(added, lapsed map[roster.Key]bool) (fresh, again map[roster.Key]bool) {
	fresh, again = map[roster.Key]bool{}, map[roster.Key]bool{}
	for key := range added {
		if lapsed[key] {
			again[key] = true
		} else {
			fresh[key] = true
		}
	}
	return fresh, again
}

// softened makes warnings of errors about entries that lapsed.
func softened(diags diag.Diagnostics) diag.Diagnostics {
	var soft diag.Diagnostics
	for _, d := range diags {
		at := path.Root("assignments")
		if located, ok := d.(diag.DiagnosticWithPath); ok {
			at = located.Path()
		}
		detail := d.Detail()
		if d.Severity() == diag.SeverityError {
			detail += " The entry was applied before, and has been removed since. The apply cannot create it again; everything else continues."
		}
		soft.Append(diag.NewAttributeWarningDiagnostic(at, d.Summary(), detail))
	}
	return soft
}

// refuseOutOfScope reports entries that `roles` excludes: the resource would give a role that it does not watch.
func refuseOutOfScope(s settings, ids texts, scope roster.Scope) diag.Diagnostics {
	if scope.Roles == nil {
		return nil
	}
	var diags diag.Diagnostics
	inUse := distinct(s.entries)
	for _, text := range slices.Sorted(maps.Keys(inUse)) {
		if !scope.Roles[ids[text]] {
			diags.AddAttributeError(path.Root("assignments").AtMapKey(inUse[text]), "Role not among `roles`",
				fmt.Sprintf("The entry has the role %q, which is not among the `roles` for which this resource is authoritative. Add it there, or remove the entry.", text))
		}
	}
	return diags
}

// advise looks at the principals that come in.
func (r *ExclusiveResource) advise(ctx context.Context, l *roster.Listing, added map[roster.Key]bool, declared roster.Roles, skipped *graphdiag.Skipped) diag.Diagnostics {
	var ids []string
	for _, key := range roster.SortedKeys(added) {
		if _, ok := l.Get(key); !ok && (len(ids) == 0 || ids[len(ids)-1] != key.PrincipalID) {
			ids = append(ids, key.PrincipalID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	advice := adviseOn(ctx, r.roster, skipped, ids...)
	findings := advice.Findings
	for _, key := range roster.SortedKeys(added) {
		if refused := declared.RefuseKind(key.RoleID, advice.Principals[key.PrincipalID].Type); refused != nil {
			findings = append(findings, roster.Finding{PrincipalID: key.PrincipalID, Summary: refused.Summary, Detail: refused.Detail, Refuses: true})
		}
	}
	return reported(findings)
}

// reported makes one diagnostic of each kind of finding, on the entry if there is only one.
func reported(findings []roster.Finding) diag.Diagnostics {
	root := path.Root("assignments")
	bySummary := map[string][]roster.Finding{}
	for _, f := range findings {
		bySummary[f.Summary] = append(bySummary[f.Summary], f)
	}
	var diags diag.Diagnostics
	for _, summary := range slices.Sorted(maps.Keys(bySummary)) {
		same := bySummary[summary]
		if len(same) == 1 {
			diags.Append(diagnosticOf(root.AtMapKey(same[0].PrincipalID), same[0]))
			continue
		}
		var lines []string
		for _, f := range same {
			line := f.Detail
			if !strings.Contains(line, f.PrincipalID) {
				line = f.PrincipalID + ": " + line
			}
			lines = append(lines, line)
		}
		diags.Append(diagnosticOf(root, roster.Finding{Summary: summary, Detail: graphdiag.Counted(len(same), "principal") + ":\n" + graphdiag.Lines(lines), Refuses: same[0].Refuses}))
	}
	return diags
}
