// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
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
	root := path.Root("assignments")
	ignored, _ := listOf(config.IgnoredPrincipalIDs.Elements())
	elements := config.Assignments.Elements()
	for _, id := range ignored {
		if _, ok := elements[id]; ok {
			resp.Diagnostics.AddAttributeError(path.Root("ignored_principal_ids"), "Principal both listed and ignored",
				fmt.Sprintf("%s is an entry of `assignments`, and ignored. Remove it from one of them.", id))
		}
	}
	problems := 0
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		at := root.AtMapKey(key)
		summary, problem := "Invalid object id", validate.ObjectIDProblem(key)
		if value, ok := elements[key].(types.String); problem == "" && ok && !value.IsUnknown() {
			summary, problem = "Invalid role", rolesProblem(value.ValueString())
		}
		if problem == "" {
			continue
		}
		if problems++; problems > shownAtMost {
			resp.Diagnostics.AddAttributeError(root, "Further invalid entries", "There are more invalid entries than are listed. Correct these first.")
			return
		}
		resp.Diagnostics.AddAttributeError(at, summary, problem)
	}
}

// resolvedTexts is what role texts mean.
type resolvedTexts struct {
	ids      texts
	complete bool // every text is resolved
	diags    diag.Diagnostics
}

// resolveTexts finds out what texts mean: those resolved before keep their meaning.
func resolveTexts(inUse map[string]string, pinned texts, declared roles, readable bool) resolvedTexts {
	r := resolvedTexts{ids: texts{}, complete: true}
	for _, text := range slices.Sorted(maps.Keys(inUse)) {
		at := path.Root("roles")
		if principalID := inUse[text]; principalID != "" {
			at = path.Root("assignments").AtMapKey(principalID)
		}
		now, found := declared.find(text)
		was, isPinned := pinned[text]
		switch {
		case isPinned && readable && found && now != was:
			r.diags.Append(roleMovedError(at, text, was, now))
			r.ids[text] = was
		case isPinned:
			r.ids[text] = was
		case found:
			r.ids[text] = now
		case !readable:
			r.complete = false
		default:
			if _, refused := declared.admit(text); refused != nil {
				r.diags.Append(refused.diagnostics(at)...)
			}
			r.complete = false
		}
	}
	return r
}

// refuseRoles refuses roles that cannot be assigned, where they are to be.
func refuseRoles(declared roles, k known, ids texts, added map[holding]bool) diag.Diagnostics {
	var diags diag.Diagnostics
	first := map[string]string{}
	for h := range added {
		if id, ok := first[h.roleID]; !ok || h.principalID < id {
			first[h.roleID] = h.principalID
		}
	}
	inUse := k.roleTexts()
	for _, text := range slices.Sorted(maps.Keys(inUse)) {
		id, ok := ids[text]
		principalID, isAdded := first[id]
		if !ok || !isAdded {
			continue
		}
		delete(first, id)
		at := path.Root("assignments").AtMapKey(principalID)
		if now, found := declared.find(text); !found || now != id {
			text = id // renamed since
		}
		if _, refused := declared.admit(text); refused != nil {
			diags.Append(refused.diagnostics(at)...)
		} else {
			diags.Append(warnDefaultAccess(at, id)...)
		}
	}
	return diags
}

// changes is what a plan does to assignments.
type changes struct {
	added, removed map[holding]bool
}

// changesOf compares. What leaves the scope because the scope changes is not removed.
func changesOf(had, wanted map[holding]bool, sc scope) changes {
	c := changes{map[holding]bool{}, map[holding]bool{}}
	for h := range wanted {
		if !had[h] {
			c.added[h] = true
		}
	}
	for h := range had {
		if !wanted[h] && sc.covers(graph.Assignment{PrincipalID: h.principalID, AppRoleID: h.roleID}, true) {
			c.removed[h] = true
		}
	}
	return c
}

// ModifyPlan resolves the roles, and refuses or warns before anything is written.
func (r *ExclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.tenant == nil {
		return
	}
	var plan exclusiveModel
	var state *exclusiveModel
	if !req.State.Raw.IsNull() {
		state = &exclusiveModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, []byte("true"))...)
		if state != nil && !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(r.warnLeaves(ctx, *state, "Destroying this resource")...)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && !plan.ServicePrincipalID.Equal(state.ServicePrincipalID) {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, []byte("true"))...)
		resp.Diagnostics.Append(r.warnLeaves(ctx, *state, "Replacing this resource by one for another application")...)
		return // Terraform asks again for the new object
	}
	ids, diags := r.plan(ctx, plan, state)
	resp.Diagnostics.Append(diags...)
	roleIDs := types.MapUnknown(types.StringType)
	if ids != nil {
		roleIDs = mapOf(ids)
	}
	if !roleIDs.Equal(plan.RoleIDs) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("role_ids"), roleIDs)...)
	}
}

// plan checks a plan and returns the ids of the roles it names, nil when they are not all known.
func (r *ExclusiveResource) plan(ctx context.Context, plan exclusiveModel, state *exclusiveModel) (texts, diag.Diagnostics) {
	k, ok := plan.known()
	if !ok || plan.ServicePrincipalID.IsUnknown() {
		return nil, nil // the apply knows more and checks then
	}
	var skipped graphdiag.Skipped
	app := r.tenant.application(plan.ServicePrincipalID.ValueString())
	declared, err := app.plannedRoles(ctx)
	switch {
	case graph.IsPermissionDenied(err):
		skipped.Add("the roles that the application offers", err)
	case graph.IsNotFound(err):
		return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "No such service principal",
			noSuchApplication(app.id))}
	case err != nil:
		return nil, diag.Diagnostics{graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err)}
	}
	var pinned texts
	had := map[holding]bool{}
	if state != nil {
		pinned, _ = stringsOf(state.RoleIDs)
		had = hadHoldings(*state)
	}
	resolved := resolveTexts(k.roleTexts(), pinned, declared, err == nil)
	diags := resolved.diags
	if !resolved.complete || diags.HasError() {
		diags.Append(r.skippedOnce(skipped)...)
		return nil, diags
	}
	ids := resolved.ids
	wanted := ids.holdings(k.entries)
	sc := k.scope(ids)
	changes := changesOf(had, wanted, sc)
	diags.Append(refuseOutOfScope(k, ids, sc)...)
	if err == nil {
		diags.Append(refuseRoles(declared, k, ids, changes.added)...)
	}
	if !diags.HasError() && len(changes.added)+len(changes.removed) > 0 {
		diags.Append(r.planChanges(ctx, app, plan, state == nil, k, sc, changes, wanted, declared, &skipped)...)
	}
	if state != nil {
		diags.Append(warnWider(ctx, app, *state, k, sc, wanted)...)
	}
	diags.Append(app.claim(sc, wanted)...)
	diags.Append(app.warnTwice(wanted)...)
	diags.Append(app.warnLeaving(wanted)...)
	diags.Append(r.skippedOnce(skipped)...)
	return ids, diags
}

// planChanges checks what is going to change.
func (r *ExclusiveResource) planChanges(ctx context.Context, app *application, plan exclusiveModel, creates bool, k known, sc scope, changes changes,
	wanted map[holding]bool, declared roles, skipped *graphdiag.Skipped) diag.Diagnostics {
	var diags diag.Diagnostics
	l, err := app.listing.Get(ctx)
	switch {
	case graph.IsPermissionDenied(err):
		skipped.Add("who is assigned now", err)
		return nil
	case err != nil:
		return diag.Diagnostics{graphdiag.Error("Cannot read the assignments", err)}
	}
	if creates {
		diags.Append(refuseForeign(app, k, sc.held(l, k.entries), wanted)...)
	}
	diags.Append(r.guard(ctx, l, plan, changes.removed, wanted, skipped)...)
	if !diags.HasError() && !r.tenant.directory.HasWritten() {
		diags.Append(r.advise(ctx, l, changes.added, declared, skipped)...)
	}
	return diags
}

// refuseOutOfScope reports entries that `roles` excludes: the resource would give a role that it does not watch.
func refuseOutOfScope(k known, ids texts, sc scope) diag.Diagnostics {
	if sc.roles == nil {
		return nil
	}
	var diags diag.Diagnostics
	inUse := distinct(k.entries)
	for _, text := range slices.Sorted(maps.Keys(inUse)) {
		if !sc.roles[ids[text]] {
			diags.AddAttributeError(path.Root("assignments").AtMapKey(inUse[text]), "Role not among `roles`",
				fmt.Sprintf("The entry gives the role %q, which is not among the `roles` that this resource is authoritative for. Add it there, or leave the entry out.", text))
		}
	}
	return diags
}

// advise looks at the principals that come in.
func (r *ExclusiveResource) advise(ctx context.Context, l *listing, added map[holding]bool, declared roles, skipped *graphdiag.Skipped) diag.Diagnostics {
	var ids []string
	for _, h := range sortedHoldings(added) {
		if _, ok := l.of(h); !ok && (len(ids) == 0 || ids[len(ids)-1] != h.principalID) {
			ids = append(ids, h.principalID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	const check = "whether the principals can be assigned"
	people, err := r.tenant.people.byID.all(ctx, ids)
	if err != nil {
		skipped.Add(check, err)
		return nil
	}
	var findings []finding
	var groups []string
	for _, id := range ids {
		found := judge(id, people[id])
		findings = append(findings, found...)
		if len(found) == 0 && people[id].Type == kindGroup {
			groups = append(groups, id)
		}
	}
	members, err := r.tenant.people.groups.all(ctx, groups)
	if err != nil {
		skipped.Add("whether people come into scope by the groups", err)
	}
	for _, id := range groups {
		findings = append(findings, judgeGroup(people[id], members[id])...)
	}
	for _, h := range sortedHoldings(added) {
		if refused := declared.refuseKind(h.roleID, people[h.principalID].Type); refused != nil {
			findings = append(findings, finding{h.principalID, refused.summary, refused.detail, true})
		}
	}
	return reported(findings)
}

// reported makes one diagnostic of each kind of finding, on the entry if there is only one.
func reported(findings []finding) diag.Diagnostics {
	root := path.Root("assignments")
	bySummary := map[string][]finding{}
	for _, f := range findings {
		bySummary[f.summary] = append(bySummary[f.summary], f)
	}
	var diags diag.Diagnostics
	for _, summary := range slices.Sorted(maps.Keys(bySummary)) {
		same := bySummary[summary]
		if len(same) == 1 {
			diags.Append(same[0].diagnostic(root.AtMapKey(same[0].principalID)))
			continue
		}
		var lines []string
		for _, f := range same {
			line := f.detail
			if !strings.Contains(line, f.principalID) {
				line = f.principalID + ": " + line
			}
			lines = append(lines, line)
		}
		diags.Append(finding{summary: summary, detail: counted(len(same), "principal") + ":\n" + some(lines), refuses: same[0].refuses}.diagnostic(root))
	}
	return diags
}

func (r *ExclusiveResource) skippedOnce(skipped graphdiag.Skipped) diag.Diagnostics {
	diags := skipped.Diagnostics("The apply checks what it can before it writes.")
	if len(diags) > 0 && !r.tenant.first(diags[0].Detail()) {
		return nil
	}
	return diags
}
