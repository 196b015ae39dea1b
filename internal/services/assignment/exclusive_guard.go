// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
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
		inState = "\n\nIf the resource is in the state already and only about to be replaced, there is nothing to import: keep it instead, with `terraform untaint` or without `-replace`."
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("The application has assignments that are not listed",
		fmt.Sprintf("Creating this resource would take these away, so that nothing was changed:\n%s\n\n"+
			"To manage the whole set from here on, import it, with the resource's address in place of NAME, and see in the plan what would change:\n\n%s\n\n"+
			"Or add them to `assignments`, leave other roles alone with `roles`, or other people's principals with `ignored_principal_ids`.",
			some(lines), importBlock(exclusiveType, id))+inState)}
}

// warnWider tells what comes into a wider scope without being listed: this change leaves it, so that no line of the plan
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
		"With the changed `roles` or `ignored_principal_ids` the resource is authoritative for these as well. This change leaves them, and the next plan removes them, "+
			"unless they are in `assignments` by then:\n"+some(lines))}
}

// guard refuses to take access away from too many people. Without skipped (while applying) a group that cannot be
// counted is refused as well.
func (r *ExclusiveResource) guard(ctx context.Context, l *roster.Listing, plan exclusiveModel, removed, wanted map[roster.Key]bool, skipped *graphdiag.Skipped) diag.Diagnostics {
	if plan.MaxRemovals.IsUnknown() {
		return nil // the apply knows it and counts then
	}
	limit := plan.MaxRemovals.ValueInt64()
	at := path.Root("max_removals")
	losses, members, err := r.roster.Principals.Losses(ctx, l, removed, wanted)
	people := len(losses.Users)
	switch {
	case limit >= 0 && int64(people) > limit:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Too many people would lose access",
			fmt.Sprintf("This change takes access to the application away from %s, and `max_removals` allows %d. With provisioning on, their accounts are disabled at the next cycle. "+
				"Nothing was changed. If it is meant, raise `max_removals` for this change (-1 for no limit).\n\nWho would lose access:\n%s", peopleCounted(people), limit, some(losers(losses, members))))}
	case err != nil && skipped != nil:
		skipped.Add("how many people lose access with the groups that are removed", err)
	case err != nil && limit >= 0:
		return diag.Diagnostics{graphdiag.AttributeError(at, "Cannot count who would lose access", err,
			"Groups are to be removed whose members cannot be read. Nothing was changed. Set `max_removals = -1` to remove them without counting.")}
	case limit < 0 && people > defaultMaxRemovals && skipped != nil:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "Many people lose access",
			fmt.Sprintf("This change takes access to the application away from %s, and `max_removals` sets no limit:\n%s", peopleCounted(people), some(losers(losses, members))))}
	}
	return nil
}

// warnLeaves tells from how many people a destroy takes access.
func (r *ExclusiveResource) warnLeaves(ctx context.Context, state exclusiveModel, action string) diag.Diagnostics {
	app := r.roster.Application(state.ServicePrincipalID.ValueString())
	l, err := app.Listing(ctx)
	if err != nil {
		return nil // the destroy itself says what is wrong
	}
	losses, _, _ := r.roster.Principals.Losses(ctx, l, keysOf(state), nil) // AtLeast says as much as the error
	if len(losses.Principals) == 0 {
		return nil
	}
	count := peopleCounted(len(losses.Users))
	if losses.AtLeast {
		count = fmt.Sprintf("at least %s (the members of its groups could not be counted)", count)
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("People lose access",
		fmt.Sprintf("%s takes access to the application %s away from %s. While provisioning is on, their accounts are disabled at the next cycle. "+
			"To only stop managing the assignments, use a `removed` block with `destroy = false`; if the resource only gets another address, a `moved` block.", action, app.ID, count))}
}

// losers names the principals that lose their last role, and how many members a group has.
func losers(losses roster.Losses, members map[string][]string) []string {
	var lines []string
	for _, a := range losses.Principals {
		line := holder(a)
		if ids, known := members[roster.KeyOf(a).PrincipalID]; known && a.PrincipalType == roster.KindGroup {
			line += fmt.Sprintf(", a group with %s", counted(len(ids), "direct member"))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
