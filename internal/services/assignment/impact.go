// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"slices"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// effect is a planned change of assignments whose effect on accounts is to be foreseen.
type effect struct {
	key, subject   string
	removed, added map[roster.Key]bool
	destroys       bool
	quiet          bool // the resource shows a warning of its own, which takes in the answer
}

// foresee says what a change of assignments does to people's accounts. l is nil while nobody may read who is assigned.
func foresee(ctx context.Context, f *forecast.Forecast, r *roster.Roster, app *roster.Application, l *roster.Listing, e effect) forecast.Answer {
	if f == nil || l == nil || len(e.removed)+len(e.added) == 0 || len(e.removed) == 0 && f.MayPass() || !f.Provisions(ctx, app.ID) {
		return forecast.Answer{}
	}
	kinds := map[string]string{}
	for _, a := range l.All {
		kinds[roster.KeyOf(a).PrincipalID] = a.PrincipalType
	}
	var unseen, concerned []string
	for _, key := range slices.Concat(roster.SortedKeys(e.removed), roster.SortedKeys(e.added)) {
		concerned = append(concerned, key.PrincipalID)
		if e.added[key] && kinds[key.PrincipalID] == "" && !slices.Contains(unseen, key.PrincipalID) {
			unseen = append(unseen, key.PrincipalID)
		}
	}
	if len(unseen) > 0 {
		for id, principal := range r.Principals.Advise(ctx, unseen...).Principals {
			kinds[id] = principal.Type
		}
	}
	var added []graph.Assignment
	for _, key := range roster.SortedKeys(e.added) {
		if _, there := l.Get(key); !there {
			added = append(added, graph.Assignment{PrincipalID: key.PrincipalID, AppRoleID: key.RoleID, PrincipalType: kinds[key.PrincipalID]})
		}
	}
	p := forecast.Proposal{Key: e.key, Subject: e.subject, Principals: concerned, Destroys: e.destroys, Quiet: e.quiet, Change: func(s *impact.Setup) {
		kept := slices.DeleteFunc(slices.Clone(s.Assignments), func(a graph.Assignment) bool { return e.removed[roster.KeyOf(a)] && !e.added[roster.KeyOf(a)] })
		s.Assignments = append(kept, added...)
	}}
	return f.PlanAssignments(ctx, app.ID, p)
}
