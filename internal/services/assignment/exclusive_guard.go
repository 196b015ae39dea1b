// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// refuseForeign refuses to create over assignments that somebody else made.
func refuseForeign(app *application, k known, held map[holding]graph.Assignment, wanted map[holding]bool) diag.Diagnostics {
	var lines []string
	for _, h := range sortedHoldings(held) {
		if !wanted[h] {
			lines = append(lines, describeHolding(app, held[h]))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	id := app.id
	if k.roles != nil {
		id += "/" + joinRoles(k.roles)
	}
	inState := ""
	if app.isRead() {
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
func warnWider(ctx context.Context, app *application, state exclusiveModel, k known, sc scope, wanted map[holding]bool) diag.Diagnostics {
	before, _ := state.known()
	pinned, _ := stringsOf(state.RoleIDs)
	was := before.scope(pinned)
	if was.equals(sc) {
		return nil
	}
	l, err := app.listing.Get(ctx)
	if err != nil {
		return nil // reported where it is needed
	}
	var lines []string
	held := sc.held(l, k.entries)
	for _, h := range sortedHoldings(held) {
		if _, listed := before.entries[h.principalID]; !wanted[h] && !was.covers(held[h], listed) {
			lines = append(lines, describeHolding(app, held[h]))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("The wider scope has assignments that are not listed",
		"With the changed `roles` or `ignored_principal_ids` the resource is authoritative for these as well. This change leaves them, and the next plan removes them, "+
			"unless they are in `assignments` by then:\n"+some(lines))}
}

// describeHolding is a line about who holds what.
func describeHolding(app *application, a graph.Assignment) string {
	h := holdingOf(a)
	who := h.principalID
	if a.PrincipalDisplayName != "" {
		who = fmt.Sprintf("%s (%s)", a.PrincipalDisplayName, h.principalID)
	}
	return fmt.Sprintf("%s, role %s", who, app.roleName(h.roleID))
}

// guard refuses to take access away from too many people. Without skipped (while applying) a group that cannot be
// counted is refused as well.
func (r *ExclusiveResource) guard(ctx context.Context, l *listing, plan exclusiveModel, removed, wanted map[holding]bool, skipped *graphdiag.Skipped) diag.Diagnostics {
	lost := losing(l, removed, wanted)
	if len(lost) == 0 {
		return nil
	}
	if plan.MaxRemovals.IsUnknown() {
		return nil // the apply knows it and counts then
	}
	limit := plan.MaxRemovals.ValueInt64()
	at := path.Root("max_removals")
	who := r.tenant.people.leaving(ctx, l, lost)
	switch {
	case limit >= 0 && int64(who.people) > limit:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Too many people would lose access",
			fmt.Sprintf("This change takes access to the application away from %s, and `max_removals` allows %d. With provisioning on, their accounts are disabled at the next cycle. "+
				"Nothing was changed. If it is meant, raise `max_removals` for this change (-1 for no limit).\n\nWho would lose access:\n%s", peopleCounted(who.people), limit, some(who.names)))}
	case who.err != nil && skipped != nil:
		skipped.Add("how many people lose access with the groups that are removed", who.err)
	case who.err != nil && limit >= 0:
		return diag.Diagnostics{graphdiag.AttributeError(at, "Cannot count who would lose access", who.err,
			"Groups are to be removed whose members cannot be read. Nothing was changed. Set `max_removals = -1` to remove them without counting.")}
	case limit < 0 && who.people > defaultMaxRemovals && skipped != nil:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(at, "Many people lose access",
			fmt.Sprintf("This change takes access to the application away from %s, and `max_removals` sets no limit:\n%s", peopleCounted(who.people), some(who.names)))}
	}
	return nil
}

// warnLeaves tells from how many people a destroy takes access.
func (r *ExclusiveResource) warnLeaves(ctx context.Context, state exclusiveModel, action string) diag.Diagnostics {
	app := r.tenant.application(state.ServicePrincipalID.ValueString())
	l, err := app.listing.Get(ctx)
	if err != nil {
		return nil // the destroy itself says what is wrong
	}
	lost := losing(l, hadHoldings(state), nil)
	if len(lost) == 0 {
		return nil
	}
	who := r.tenant.people.leaving(ctx, l, lost)
	count := peopleCounted(who.people)
	if who.err != nil {
		count = fmt.Sprintf("at least %s (the members of its groups could not be counted)", count)
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("People lose access",
		fmt.Sprintf("%s takes access to the application %s away from %s. While provisioning is on, their accounts are disabled at the next cycle. "+
			"To only stop managing the assignments, use a `removed` block with `destroy = false`; if the resource only gets another address, a `moved` block.", action, app.id, count))}
}
