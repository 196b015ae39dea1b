// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// refuseForeign refuses to create over assignments that somebody else made.
func refuseForeign(app *roster.Application, s settings, held map[roster.Key]graph.Assignment, wanted map[roster.Key]bool) diag.Diagnostics {
	var lines []string
	for _, key := range roster.SortedKeys(held) {
		if !wanted[key] {
			lines = append(lines, describe(app, held[key]))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	id := app.ID
	if s.roles != nil {
		id += "/" + joinRoles(s.roles)
	}
	inState := ""
	if app.Exclusive.Load() {
		inState = "\n\nIf the resource is already in the state and is only about to be replaced, there is nothing to import: keep it instead, with `terraform untaint` or without `-replace`."
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("The application has assignments that are not listed",
		fmt.Sprintf("Creating this resource would remove these, so nothing was changed:\n%s\n\n"+
			"To manage the whole set from now on, import it, replacing NAME with the name of the resource, and review the changes in the plan:\n\n%s\n\n"+
			"Alternatively, add them to `assignments`, exclude other roles with `roles`, or exclude principals that are managed elsewhere with `ignored_principal_ids`.",
			graphdiag.Lines(lines), importblock.One(exclusiveType, id))+inState)}
}

// warnExisting reports existing assignments that a create creates again.
func warnExisting(app *roster.Application, held map[roster.Key]graph.Assignment) diag.Diagnostics {
	if len(held) == 0 {
		return nil
	}
	var lines []string
	for _, key := range roster.SortedKeys(held) {
		lines = append(lines, describe(app, held[key]))
	}
	summary := fmt.Sprintf("%d assignments of the set already exist", len(lines))
	if len(lines) == 1 {
		summary = "An assignment of the set already exists"
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic(summary,
		"Creating the resource removes and creates these again, in one request for each. If this configuration also destroys them, as a resource with a different address or provider configuration, "+
			"the principals keep their roles, even if a warning about that destroy says otherwise; a `moved` block avoids both. If another state also manages them, use only one of the two.\n\n"+graphdiag.Lines(lines))}
}

// warnWider says what comes into a wider scope without being listed: this change leaves it, so no line of the plan
// shows it, and the next one removes it.
func warnWider(ctx context.Context, app *roster.Application, state exclusiveModel, s settings, scope roster.Scope, wanted map[roster.Key]bool) diag.Diagnostics {
	before, _ := state.values()
	pinned, _ := stringsOf(state.RoleIDs)
	was := before.scope(pinned)
	if was.Equals(scope) {
		return nil
	}
	l, err := app.Listing(ctx)
	if err != nil {
		return nil // reported where it is needed
	}
	var lines []string
	held := scope.Held(l, s.entries)
	for _, key := range roster.SortedKeys(held) {
		if _, listed := before.entries[key.PrincipalID]; !wanted[key] && !was.Covers(held[key], listed) {
			lines = append(lines, describe(app, held[key]))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("The wider scope has assignments that are not listed",
		"With the changed `roles` or `ignored_principal_ids`, the resource is also authoritative for these. This change does not remove them. The next plan removes them, if `max_foreign_removals` allows "+
			"it, unless they are in `assignments` by then:\n"+graphdiag.Lines(lines))}
}

// warnReleased reports assignments that the resource gives up because its scope gets narrower: they stay, although the plan
// shows their entries as removed.
func warnReleased(ctx context.Context, app *roster.Application, had map[roster.Key]bool, wanted map[roster.Key]bool, scope roster.Scope) diag.Diagnostics {
	l, err := app.Listing(ctx)
	if err != nil {
		return nil // reported where it is needed
	}
	var lines []string
	for _, key := range roster.SortedKeys(had) {
		if a, ok := l.Get(key); ok && !wanted[key] && !scope.Covers(a, true) {
			lines = append(lines, describe(app, a))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Left in place, but no longer managed by the resource: "+graphdiag.Counted(len(lines), "assignment"),
		"With the changed `roles` or `ignored_principal_ids`, the resource is no longer authoritative for these. Their entries leave the state, and nobody loses access: the assignments stay, "+
			"and this resource does not remove them later. To remove the access, first remove the entries, apply, and then narrow the resource:\n"+graphdiag.Lines(lines))}
}

// halfFrom is the number of people from which a change that removes access from more than half of them needs an explicit limit.
const halfFrom = 10

// change is what an exclusive resource is about to do. Config says what was given explicitly.
type change struct {
	config, plan                exclusiveModel
	had, removed, added, wanted map[roster.Key]bool
	foreign                     map[roster.Key]bool // found since the last apply, and never part of the configuration
	repairs                     bool                // nothing comes or goes but what others removed and made since the last apply
}

// onlyForeign reports whether everything that goes came from somebody else since the last apply.
func (c change) onlyForeign() bool {
	for key := range c.removed {
		if !c.foreign[key] {
			return false
		}
	}
	return len(c.removed) > 0
}

// isGuarded reports whether something goes, and the limits of the resource for that are known. Otherwise, the apply knows them.
func (c change) isGuarded() bool {
	return len(c.removed) > 0 && !c.plan.MaxRemovals.IsUnknown() && !c.plan.AllowEmpty.IsUnknown() && !c.plan.MaxForeignRemovals.IsUnknown()
}

// guard refuses to empty a set, to remove assignments that others granted, and to remove access from too many people.
// Without skipped (at apply), a group that cannot be counted is also refused.
func (r *ExclusiveResource) guard(ctx context.Context, app *roster.Application, l *roster.Listing, c change, skipped *graphdiag.Skipped) diag.Diagnostics {
	if !c.isGuarded() {
		return nil
	}
	limit, foreignLimit := c.plan.MaxRemovals.ValueInt64(), c.plan.MaxForeignRemovals.ValueInt64()
	at := path.Root("max_removals")
	d := departuresOf(ctx, r.roster, app, l, c.removed, c.wanted)
	people := int64(len(d.people()))
	var diags diag.Diagnostics
	if len(c.wanted) == 0 && !c.plan.AllowEmpty.ValueBool() {
		diags.AddAttributeError(path.Root("assignments"), "The whole set would be emptied",
			d.detail("Removing every entry")+"\n\nNothing was changed. If an input such as a file or a data source is empty by mistake, fix it. If this is intended, set `allow_empty = true`.")
		return diags
	}
	var strangers []string
	for _, key := range roster.SortedKeys(c.removed) {
		if a, ok := l.Get(key); ok && c.foreign[key] {
			strangers = append(strangers, describe(app, a))
		}
	}
	if foreignLimit >= 0 && int64(len(strangers)) > foreignLimit {
		diags.AddAttributeError(path.Root("max_foreign_removals"), fmt.Sprintf("%s that others made would be removed", graphdiag.Counted(len(strangers), "assignment")),
			fmt.Sprintf("These were not part of the last apply: either others, such as an access package or a colleague in the portal, granted them, or `roles` or `ignored_principal_ids` excluded them until now. `max_foreign_removals` allows the removal of "+
				"%d. Nothing was changed. Add them to `assignments`, exclude the principals with `ignored_principal_ids`, or raise `max_foreign_removals`.\n\n%s", foreignLimit, graphdiag.Lines(strangers)))
	}
	switch {
	case limit >= 0 && people > limit:
		diags.AddAttributeError(at, "Too many people would lose access",
			fmt.Sprintf("%s\n\n`max_removals` allows %d. Nothing was changed. If this is intended, raise `max_removals` for this change (-1 for no limit).", d.detail("This change"), limit))
	case d.err != nil && d.atLeast() && skipped != nil:
		skipped.Add("how many people lose access with the groups that are removed", d.err)
	case d.err != nil && d.atLeast() && limit >= 0:
		diags.Append(graphdiag.AttributeError(at, "Cannot count who would lose access", d.err,
			"The change removes groups whose members cannot be read. Nothing was changed. To remove them without counting, set `max_removals = -1`."))
	}
	if all := int64(len(departuresOf(ctx, r.roster, app, l, c.had, nil).people())); c.config.MaxRemovals.IsNull() && !c.plan.AllowEmpty.ValueBool() && all >= halfFrom && 2*people > all && people <= limit {
		diags.AddAttributeError(at, "More than half of the people would lose access",
			fmt.Sprintf("%s\n\nThat is more than half of the %d people who have access through this resource. Nothing was changed. If this is intended, set `max_removals = %d` for this change.", d.detail("This change"), all, people))
	}
	if skipped == nil || diags.HasError() {
		return diags
	}
	loses := len(d.people()) > 0 || d.atLeast()
	answer := foresee(ctx, r.forecast, r.roster, app, l, effect{key: c.plan.proposal(), subject: "assignments", removed: c.removed, added: c.added, quiet: loses, repairs: c.repairs})
	diags.Append(answer.Diagnostics...)
	if !diags.HasError() && !r.roster.HasWritten() {
		advice := answer.Detail
		if limit < 0 {
			advice = strings.TrimSpace(advice + "\n\n`max_removals` sets no limit.")
		}
		if len(strangers) > 0 {
			advice = strings.TrimSpace(advice + "\n\nOf the removed assignments, others created these since the last apply:\n" + graphdiag.Lines(strangers))
		}
		d.told = answer
		diags.Append(d.warning("Changing the assignments of "+d.app.Name(), "This change", advice)...)
	}
	return diags
}

// planLeaving says from how many people a destroy takes access, and notes which assignments it is about, except where listings still
// show what a recent write removed.
func (r *ExclusiveResource) planLeaving(ctx context.Context, state exclusiveModel, recent bool, outdated map[uint32]bool, action string) (leaves []byte, diags diag.Diagnostics) {
	app := r.roster.Application(state.ServicePrincipalID.ValueString())
	goes := keysOf(state)
	l, err := app.ListingWith(ctx, goes, recent)
	if err != nil {
		return leavingJSON(goes, nil, nil), nil // the destroy itself says what is wrong
	}
	leaves = leavingJSON(goes, l, outdated)
	d := departuresOf(ctx, r.roster, app, l, goes, nil)
	answer := foresee(ctx, r.forecast, r.roster, app, l, effect{key: state.proposal(), subject: "assignments", removed: goes, destroys: true, quiet: true})
	d.told = answer
	advice := answer.Detail
	if foreign := foreignOf(state); len(foreign) > 0 {
		advice = strings.TrimSpace(advice + "\n\nOf the removed assignments, others created these since the last apply. To keep them, remove the resource with a `removed` block instead:\n" + describeAll(app, foreign))
	}
	return leaves, append(d.warning(action+" for "+d.app.Name(), action, strings.TrimSpace(advice+"\n\n"+howToKeep)), answer.Diagnostics...)
}
