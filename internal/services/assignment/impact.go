// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// Part is what the resource contributes to a written proposal: everybody who is assigned.
func Part() forecast.Part {
	return forecast.Part{Resource: NewExclusiveResource(), Attributes: []string{"assignments"}, Change: written}
}

func written(ctx context.Context, data *providerdata.Data, values map[string]attr.Value, today *impact.Setup) (func(*impact.Setup), diag.Diagnostics) {
	given, _ := values["assignments"].(types.Map)
	entries, _ := stringsOf(given)
	diags := checkEntries(given.Elements())
	if diags.HasError() || today.Roles == nil { // today's setup says that they cannot be read
		return nil, diags
	}
	s := settings{entries: entries}
	resolved := resolveTexts(s.roleTexts(), nil, today.Roles, true)
	diags.Append(resolved.diags...)
	if diags.HasError() {
		return nil, diags
	}
	held, wanted := map[roster.Key]string{}, resolved.ids.keys(entries)
	for _, a := range today.Assignments {
		held[roster.KeyOf(a)] = a.PrincipalType
	}
	added := maps.Clone(wanted)
	maps.DeleteFunc(added, func(key roster.Key, _ bool) bool { return held[key] != "" })
	diags.Append(refuseRoles(today.Roles, s, resolved.ids, added)...)
	var unseen []string
	for _, key := range roster.SortedKeys(added) {
		unseen = append(unseen, key.PrincipalID)
	}
	advice := rosterOf(data).Principals.Advise(ctx, slices.Compact(unseen)...)
	if advice.Err != nil {
		diags.Append(graphdiag.AttributeError(path.Root("assignments"), "Cannot look up who is to be assigned", advice.Err))
	}
	all := slices.DeleteFunc(slices.Clone(today.Assignments), func(a graph.Assignment) bool {
		return a.PrincipalType == roster.KindUser || a.PrincipalType == roster.KindGroup
	})
	for _, key := range roster.SortedKeys(wanted) {
		// A principal that the directory does not show is treated as a user about whom nothing is known.
		kind := cmp.Or(held[key], advice.Principals[key.PrincipalID].Type, roster.KindUser)
		all = append(all, graph.Assignment{PrincipalID: key.PrincipalID, AppRoleID: key.RoleID, PrincipalType: kind})
	}
	return func(s *impact.Setup) { s.Assignments = all }, diags
}

// effect is a planned change of assignments whose effect on accounts is to be foreseen.
type effect struct {
	key, subject   string
	removed, added map[roster.Key]bool
	destroys       bool
	repairs        bool // nobody changed the configuration
	quiet          bool // the resource shows a warning of its own, which takes in the answer
}

// foresee determines what a change of assignments does to people's accounts. l is nil if the assignments cannot be read.
func foresee(ctx context.Context, f *forecast.Forecast, r *roster.Roster, app *roster.Application, l *roster.Listing, e effect) forecast.Answer {
	if f == nil || l == nil || !f.On() || len(e.removed)+len(e.added) == 0 || len(e.removed) == 0 && f.MayPass() {
		return forecast.Answer{}
	}
	p := forecast.Proposal{Key: e.key, Subject: e.subject, Destroys: e.destroys, Repairs: e.repairs, Quiet: e.quiet}
	for _, key := range slices.Concat(roster.SortedKeys(e.removed), roster.SortedKeys(e.added)) {
		p.Principals = append(p.Principals, key.PrincipalID)
	}
	if f.Provisions(ctx, app.ID) {
		p.Change, p.Unknown = changed(ctx, r, l, e)
		p.Adds = p.Unknown != "" && len(e.removed) == 0
	} else {
		p.Later = func(ctx context.Context) (func(*impact.Setup), string) { return changed(ctx, r, l, e) }
	}
	return f.PlanAssignments(ctx, app.ID, p)
}

// foreseeUnknown refuses a proposal of which not all is known if a limit is set. The application may be unknown, too.
func foreseeUnknown(ctx context.Context, f *forecast.Forecast, servicePrincipalID types.String, p forecast.Proposal) diag.Diagnostics {
	switch {
	case f == nil || !f.On() || f.MayPass():
		return nil
	case servicePrincipalID.IsUnknown() && f.CreatesApplication(): // what provisions by it is judged when it is switched on
		return nil
	case servicePrincipalID.IsUnknown():
		p.Unknown, p.Adds = applicationUnknown, true // a set of another application is a new one
		return f.PlanUnidentified(p, false)
	}
	return f.PlanAssignments(ctx, servicePrincipalID.ValueString(), p).Diagnostics
}

// Why the effect of a change of assignments is not known.
const (
	applicationUnknown = "The application is known only at apply."
	principalUnknown   = "Who is assigned, or to which role, is known only at apply."
	listingUnread      = "Who is assigned now cannot be read."
	rolesUnread        = "The roles that the application offers cannot be read."
	principalsUnread   = "The users and groups that are assigned cannot be read."
)

// changed is the effect on a setup, and why it is not completely known, "" if it is.
func changed(ctx context.Context, r *roster.Roster, l *roster.Listing, e effect) (change func(*impact.Setup), unknown string) {
	kinds := map[string]string{}
	for _, a := range l.All {
		kinds[roster.KeyOf(a).PrincipalID] = a.PrincipalType
	}
	var unseen []string
	for _, key := range roster.SortedKeys(e.added) {
		if kinds[key.PrincipalID] == "" && !slices.Contains(unseen, key.PrincipalID) {
			unseen = append(unseen, key.PrincipalID)
		}
	}
	if len(unseen) > 0 {
		advice := r.Principals.Advise(ctx, unseen...)
		if advice.Err != nil {
			unknown = principalsUnread
		}
		for id, principal := range advice.Principals {
			kinds[id] = principal.Type
		}
	}
	var added []graph.Assignment
	for _, key := range roster.SortedKeys(e.added) {
		added = append(added, graph.Assignment{PrincipalID: key.PrincipalID, AppRoleID: key.RoleID, PrincipalType: kinds[key.PrincipalID]})
	}
	return func(s *impact.Setup) { // an addition may be there, and the same plan may destroy it as another resource
		kept := slices.DeleteFunc(slices.Clone(s.Assignments), func(a graph.Assignment) bool { return e.removed[roster.KeyOf(a)] || e.added[roster.KeyOf(a)] })
		s.Assignments = append(kept, added...)
	}, unknown
}
