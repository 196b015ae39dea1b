// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// departures is who a change leaves without any role, and who without one that provisions.
type departures struct {
	app            *roster.Application
	sp             graph.ServicePrincipal // the zero value while it cannot be read
	roles, account roster.Losses
	members        map[string][]string
	err            error           // why members are not known
	onlyCounts     bool            // people are not listed
	told           forecast.Answer // what this change alone does to accounts
	alone          *departures     // who departs by this change without the others of the plan, nil for the same people
}

// departuresOf is the one place that determines who loses access when assignments are removed and others are wanted.
func departuresOf(ctx context.Context, r *roster.Roster, app *roster.Application, l *roster.Listing, removed, wanted map[roster.Key]bool) departures {
	d := departures{app: app, onlyCounts: r.OnlyCounts}
	d.sp, _ = app.Self(ctx) // without it, every role counts
	d.roles, d.members, d.err = r.Principals.Losses(ctx, l, removed, wanted, nil)
	provisions := func(roleID string) bool {
		return roleID != graph.DefaultAccessRoleID || !slices.ContainsFunc(d.sp.AppRoles, graph.AppRole.CanProvision)
	}
	account, members, err := r.Principals.Losses(ctx, l, removed, wanted, provisions)
	if d.account = account; d.members == nil {
		d.members = members
	}
	d.err = cmp.Or(d.err, err)
	return d
}

// of keeps who departs by one principal alone.
func (d departures) of(principalID string) departures {
	keep := func(l roster.Losses) roster.Losses {
		l.Principals = slices.DeleteFunc(slices.Clone(l.Principals), func(a graph.Assignment) bool { return roster.KeyOf(a).PrincipalID != principalID })
		if len(l.Principals) == 0 {
			return roster.Losses{}
		}
		l.Users = slices.DeleteFunc(slices.Clone(l.Users), func(id string) bool { return id != principalID && !d.isMember(id, principalID) })
		why, uncounted := l.Uncounted[principalID]
		if l.Uncounted = nil; uncounted {
			l.Uncounted = map[string]string{principalID: why}
		}
		return l
	}
	d.roles, d.account = keep(d.roles), keep(d.account)
	return d
}

func (d departures) isMember(userID, groupID string) bool {
	return slices.ContainsFunc(d.members[groupID], func(id string) bool { return strings.EqualFold(id, userID) })
}

// people are the ids of those who lose something, sorted.
func (d departures) people() []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(d.roles.Users, d.account.Users))))
}

// atLeast reports whether more people than these may lose access.
func (d departures) atLeast() bool { return d.roles.AtLeast() || d.account.AtLeast() }

func (d departures) counted(users []string) string {
	switch {
	case d.atLeast() && len(users) == 0:
		return "an unknown number of people"
	case d.atLeast():
		return "at least " + graphdiag.Counted(len(users), "person")
	}
	return graphdiag.Counted(len(users), "person")
}

// detail says from how many people an action takes access, what that means for them, and who they are.
func (d departures) detail(action string) string {
	text := fmt.Sprintf("%s removes access to the application %s from %s.", action, d.app.Name(), d.counted(d.people()))
	if d.alone != nil {
		text = fmt.Sprintf("Together with the other changes in this plan, %s removes access to the application %s from %s; alone, it would remove access from %s.",
			strings.ToLower(action[:1])+action[1:], d.app.Name(), d.counted(d.people()), d.alone.counted(d.alone.people()))
	}
	if d.atLeast() {
		text += " Not all members of its groups could be counted."
	}
	switch {
	case d.sp.AppRoleAssignmentRequired:
		text += fmt.Sprintf(" The application requires assignment: %s can no longer sign in, effective immediately.", d.counted(d.roles.Users))
	case d.sp.ID != "":
		text += " The application does not require assignment, so people can still sign in."
	}
	switch {
	case !d.told.Told && d.told.NoCycle != "":
		text += " " + d.told.NoCycle + ", so no cycle disables accounts because of it."
	case !d.told.Told:
		text += fmt.Sprintf(" While provisioning is on with the scope `assigned`, the next cycle disables the accounts of %s.", d.counted(d.account.Users))
	case d.alone != nil:
		text += " The statement about accounts applies to this change alone; the limits and the report in `impact` apply to the whole plan."
	case d.told.Headline == "":
		text += " The next cycle changes no account because of it."
	}
	return text + "\n\nWho loses access:\n" + graphdiag.Lines(d.lines())
}

// lines name the principals that lose their last role; of a group also the members who lose access.
func (d departures) lines() []string {
	principals := map[string]graph.Assignment{}
	for _, a := range slices.Concat(d.roles.Principals, d.account.Principals) {
		principals[roster.KeyOf(a).PrincipalID] = a
	}
	people := d.people()
	var lines []string
	single := 0 // people with an assignment of their own, where they are only counted
	for _, id := range slices.Sorted(maps.Keys(principals)) {
		if d.onlyCounts && principals[id].PrincipalType != roster.KindGroup {
			single++
			continue
		}
		line := id
		if principals[id].PrincipalType == roster.KindGroup { // people are named by the report alone, where its detail allows it
			line = holder(principals[id])
		}
		why := cmp.Or(d.roles.Uncounted[id], d.account.Uncounted[id])
		if ids, known := d.members[id]; principals[id].PrincipalType == roster.KindGroup && (!known || len(ids) == 0 && why != "") {
			line += ", a group " + why
		} else if principals[id].PrincipalType == roster.KindGroup {
			line += fmt.Sprintf(", a group with %s", graphdiag.Counted(len(ids), "direct member"))
			if why != "" {
				line += ", and " + why
			}
			lost := slices.DeleteFunc(slices.Clone(people), func(person string) bool { return !d.isMember(person, id) })
			switch {
			case len(lost) > 0 && d.onlyCounts:
				line += fmt.Sprintf(", %d of whom lose access", len(lost))
			case len(lost) > 0:
				line += ": " + strings.Join(lost[:min(len(lost), graphdiag.ShownAtMost)], ", ")
				if more := len(lost) - graphdiag.ShownAtMost; more > 0 {
					line += fmt.Sprintf(" and %d more", more)
				}
			}
		}
		lines = append(lines, line)
	}
	if single > 0 {
		lines = append(lines, graphdiag.Counted(single, "user"))
	}
	return lines
}

// warning is that of a plan that takes access away; none if nobody loses any.
func (d departures) warning(subject, action, advice string) diag.Diagnostics {
	if len(d.people()) == 0 && !d.atLeast() {
		return nil
	}
	summary := fmt.Sprintf("%s: %s lose access", subject, d.counted(d.people()))
	if len(d.people()) == 1 && !d.atLeast() {
		summary = fmt.Sprintf("%s: 1 person loses access", subject)
	}
	text := strings.ReplaceAll(d.detail(action)+"\n\n"+advice, graphdiag.Incident, "") // once, at the end
	return diag.Diagnostics{diag.NewWarningDiagnostic(summary, strings.TrimSpace(text)+graphdiag.Incident)}
}

const howToKeep = "To only stop managing the assignments, use a `removed` block with `destroy = false`; if only the address of the resource changes, use a `moved` block."
