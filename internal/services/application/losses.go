// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// uses is what would be lost with an application.
type uses struct {
	signOn      string // how single sign-on is set up, empty for none
	jobs        []graph.Job
	assignments []graph.Assignment
}

// usesOf reads what a service principal is used for.
func (r *Resource) usesOf(ctx context.Context, sp graph.ServicePrincipal) (u uses, err error) {
	if mode := sp.PreferredSingleSignOnMode; !strings.EqualFold(mode, "notSupported") {
		u.signOn = mode
	}
	if u.jobs, err = r.data.Graph.ListJobs(ctx, sp.ID); err != nil && !graph.IsNotFound(err) {
		return u, err
	}
	if u.assignments, err = r.data.Graph.ListAssignments(ctx, sp.ID); err != nil && !graph.IsNotFound(err) {
		return u, err
	}
	return u, nil
}

// remaining is what a destroy of everything that depends on the application should have removed.
func (u uses) remaining() (texts []string) {
	if len(u.jobs) > 0 {
		texts = append(texts, graphdiag.Counted(len(u.jobs), "provisioning job"))
	}
	if len(u.assignments) > 0 {
		texts = append(texts, graphdiag.Counted(len(u.assignments), "assignment")+" of users or groups")
	}
	return texts
}

// all is everything that would be lost.
func (u uses) all() []string {
	if u.signOn == "" {
		return u.remaining()
	}
	return append([]string{fmt.Sprintf("single sign-on is set up (%s)", u.signOn)}, u.remaining()...)
}

// whoLoses counts the people who have access by the assignments, and names the principals. The number is empty without any.
func (r *Resource) whoLoses(ctx context.Context, sp graph.ServicePrincipal, assignments []graph.Assignment) (number, detail string) {
	if len(assignments) == 0 {
		return "", ""
	}
	removed := map[roster.Key]bool{}
	for _, a := range assignments {
		removed[roster.KeyOf(a)] = true
	}
	lost, members, _ := roster.New(r.data.Graph).Principals.Losses(ctx, roster.NewListing(assignments), removed, nil, nil)
	number = graphdiag.Counted(len(lost.Users), "person")
	if lost.AtLeast() {
		number = "at least " + number
	}
	var lines []string
	for _, a := range lost.Principals {
		id := roster.KeyOf(a).PrincipalID
		line := id
		if a.PrincipalType == roster.KindGroup { // people are named by the report alone
			line = fmt.Sprintf("%s (%s), a group", a.PrincipalDisplayName, id)
			if ids, known := members[id]; known {
				line += " with " + graphdiag.Counted(len(ids), "direct member")
			}
			if why := lost.Uncounted[id]; why != "" {
				line += ", " + why
			}
		}
		lines = append(lines, line)
	}
	others := "nobody else can sign in"
	if !sp.AppRoleAssignmentRequired {
		others = "others can also sign in, because the application does not require assignment"
	}
	return number, fmt.Sprintf("\n\nThe assignments that exist now give access to %s; %s:\n%s", number, others, graphdiag.Lines(lines))
}
