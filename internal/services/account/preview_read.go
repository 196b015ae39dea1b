// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Scopes of a connection.
const (
	scopeAssigned = "assigned"
	scopeAll      = "all"
	keySyncAll    = "SyncAll"
)

// survey reads what a preview is computed from. What is refused becomes a problem; other failures end it.
type survey struct {
	graph    *graph.Client
	users    func(context.Context) ([]gotoadmin.User, error)
	ref      graph.JobRef
	names    bool // user principal names and display names are wanted
	problems problems
}

// take reads everything. Scope is "" if it could not be read.
func (s *survey) take(ctx context.Context) (found situation, scope string, failed diag.Diagnostics) {
	job, failed := s.job(ctx)
	if failed.HasError() {
		return found, "", failed
	}
	found.ranBefore = ranBefore(job)
	if found.rules, failed = s.mapping(ctx, job); failed.HasError() {
		return found, "", failed
	}
	scope, err := s.scope(ctx)
	if err != nil {
		return found, "", fail(graphdiag.Error("Cannot read the connection's scope", err))
	}
	var holders map[string]holder
	if sources := found.rules.sources(); scope != scopeAll || slices.ContainsFunc(sources, func(name string) bool { return strings.EqualFold(name, sourceRoles) }) {
		if holders, failed = s.holders(ctx); failed.HasError() {
			return found, "", failed
		}
	}
	if found.people, found.peopleRead, err = s.people(ctx, scope, holders, found.rules); err != nil {
		return found, "", fail(graphdiag.Error("Cannot read the people in scope", err))
	}
	if found.accounts, found.accountsRead, failed = s.accounts(ctx); failed.HasError() {
		return found, "", failed
	}
	return found, scope, nil
}

func fail(d diag.Diagnostic) diag.Diagnostics { return diag.Diagnostics{d} }

// job reads the job, and says what it means when there is none.
func (s *survey) job(ctx context.Context) (graph.Job, diag.Diagnostics) {
	job, err := s.graph.GetJob(ctx, s.ref)
	switch {
	case err == nil:
		return job, nil
	case !graph.IsNotFound(err):
		return job, fail(graphdiag.Error("Cannot preview provisioning", err))
	}
	templates, err := s.graph.ListSyncTemplates(ctx, s.ref.ServicePrincipalID)
	switch {
	case err == nil && len(templates) == 0:
		return job, fail(diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "The connector was retired",
			"The service offers no provisioning connector for this application any more, so that there is nothing to preview. Move to the gallery application `GoTo`."))
	case err != nil && !graph.IsNotFound(err):
		return job, fail(graphdiag.Error("Cannot tell whether the connector was retired", err,
			"The provisioning job is not there any more."))
	}
	return job, fail(diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "No such connection",
		fmt.Sprintf("The service has no provisioning job %q for the service principal %s.", s.ref.JobID, s.ref.ServicePrincipalID)))
}

// ranBefore reports whether the job has completed a cycle.
func ranBefore(job graph.Job) bool {
	status := job.Status
	return status != nil && (status.LastExecution != nil && status.LastExecution.TimeEnded != nil || status.LastSuccessfulExecution != nil || status.SteadyStateFirstAchievedTime != nil)
}

// mapping reads the mapping of users.
func (s *survey) mapping(ctx context.Context, job graph.Job) (*rules, diag.Diagnostics) {
	schema, err := s.graph.GetSchema(ctx, s.ref)
	if err != nil {
		return nil, fail(graphdiag.Error("Cannot read the attribute mappings", err))
	}
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return nil, fail(diag.NewErrorDiagnostic("Cannot understand the synchronization schema",
			"The service sent a schema that does not have the documented shape: "+err.Error()+"."))
	}
	m, found := userMapping(schema, mappings)
	if !found {
		return nil, fail(diag.NewErrorDiagnostic("No mapping of users", "The connection's schema has no mapping of the directory's users, so that there is nothing to preview."))
	}
	target, err := schema.Object(m.Rule.TargetDirectory, m.TargetObject)
	if err == nil && target == nil {
		// A schema may come without its directories; the connector's default describes the same target.
		var standard *graph.Schema
		if standard, err = s.graph.GetTemplateSchema(ctx, s.ref.ServicePrincipalID, job.TemplateID); err == nil {
			target, err = standard.Object(m.Rule.TargetDirectory, m.TargetObject)
		}
	}
	if err != nil || target == nil {
		s.problems.put(problem{problemNoDefinition, severityWarning,
			"The connection's schema does not describe the target's attributes. Which ones GoTo requires, and where case matters, is not known.", true})
	}
	return compile(m, target, s.graph.Clock().Now()), nil
}

// userMapping finds the mapping of the directory's users: of several the one that is enabled and comes first.
func userMapping(schema *graph.Schema, mappings []*graph.ObjectMapping) (graph.ObjectMapping, bool) {
	users := slices.DeleteFunc(slices.Clone(mappings), func(m *graph.ObjectMapping) bool { return !strings.EqualFold(m.SourceObject, "User") })
	if slices.ContainsFunc(users, func(m *graph.ObjectMapping) bool { return schema.IsEntra(m.Rule.SourceDirectory) }) {
		users = slices.DeleteFunc(users, func(m *graph.ObjectMapping) bool { return !schema.IsEntra(m.Rule.SourceDirectory) })
	}
	slices.SortStableFunc(users, func(a, b *graph.ObjectMapping) int {
		if a.Enabled != b.Enabled {
			return sign(b.Enabled) - sign(a.Enabled)
		}
		return a.Rule.Priority - b.Rule.Priority
	})
	if len(users) == 0 {
		return graph.ObjectMapping{}, false
	}
	return *users[0], true
}

// scope reads whether everybody is in scope.
func (s *survey) scope(ctx context.Context) (string, error) {
	settings, err := s.graph.GetSecrets(ctx, s.ref.ServicePrincipalID)
	switch {
	case graph.IsPermissionDenied(err):
		s.problems.put(problem{problemScope, severityWarning,
			"Reading the connection's settings was refused, so that its scope is not known. The preview takes it to be `assigned`. Grant `Synchronization.ReadWrite.All` to the identity that previews.", true})
		return "", nil
	case err != nil:
		return "", err
	}
	for _, setting := range settings {
		if setting.Key == keySyncAll && strings.EqualFold(setting.Value, "true") {
			return scopeAll, nil
		}
	}
	return scopeAssigned, nil
}

// holder is somebody who is assigned, directly or as a member of a group.
type holder struct {
	provisions bool // by at least one role
	roles      []string
}

// holders reads who is assigned, by id in lower case.
func (s *survey) holders(ctx context.Context) (map[string]holder, diag.Diagnostics) {
	principal, err := s.graph.GetServicePrincipal(ctx, s.ref.ServicePrincipalID)
	var assignments []graph.Assignment
	if err == nil {
		assignments, err = s.graph.ListAssignments(ctx, s.ref.ServicePrincipalID)
	}
	switch {
	case graph.IsPermissionDenied(err):
		s.problems.put(problem{problemAssignments, severityError,
			"Reading who is assigned to the application was refused, so that nobody is known to be in scope. Grant `Application.Read.All` to the identity that previews.", true})
		return nil, nil
	case err != nil:
		return nil, fail(graphdiag.Error("Cannot read who is assigned", err))
	}
	found := map[string]holder{}
	groups := map[string][]graph.Assignment{}
	for _, a := range assignments {
		switch a.PrincipalType {
		case "User":
			hold(found, a.PrincipalID, a.AppRoleID, principal.AppRoles)
		case "Group":
			id := strings.ToLower(a.PrincipalID)
			groups[id] = append(groups[id], a)
		}
	}
	ids := slices.Sorted(maps.Keys(groups))
	for i, members := range s.graph.ListMembersOf(ctx, ids) {
		switch {
		case graph.IsPermissionDenied(members.Err):
			s.problems.put(problem{problemGroups, severityError,
				"Reading the members of assigned groups was refused, so that they are missing from the preview. Grant `Group.Read.All` (or `GroupMember.Read.All`) to the identity that previews.", true})
		case graph.IsNotFound(members.Err): // deleted a moment ago
		case members.Err != nil:
			return nil, fail(graphdiag.Error("Cannot read the members of an assigned group", members.Err))
		}
		for _, member := range members.Members {
			if member.Type != "User" {
				continue // nested groups are not expanded
			}
			for _, a := range groups[ids[i]] {
				hold(found, member.ID, a.AppRoleID, principal.AppRoles)
			}
		}
	}
	return found, nil
}

// hold notes that somebody has a role.
func hold(found map[string]holder, principalID, roleID string, declared []graph.AppRole) {
	id := strings.ToLower(principalID)
	h := found[id]
	i := slices.IndexFunc(declared, func(r graph.AppRole) bool { return strings.EqualFold(r.ID, roleID) })
	switch {
	case i >= 0:
		h.provisions = h.provisions || declared[i].CanProvision()
		name := declared[i].Value
		if name == "" {
			name = declared[i].DisplayName
		}
		if !slices.Contains(h.roles, name) {
			h.roles = append(h.roles, name)
		}
	case strings.EqualFold(roleID, graph.DefaultAccessRoleID) && !slices.ContainsFunc(declared, graph.AppRole.CanProvision):
		h.provisions = true
	}
	found[id] = h
}

// people reads the people in scope with the source attributes in use. Read is false when that was refused.
func (s *survey) people(ctx context.Context, scope string, holders map[string]holder, r *rules) (people []*person, read bool, err error) {
	sources := r.sources()
	ask := func(properties []string) ([]graph.Person, error) {
		if scope == scopeAll {
			return s.graph.ListPeople(ctx, properties)
		}
		return s.graph.GetPeople(ctx, slices.Sorted(maps.Keys(holders)), properties)
	}
	properties := s.properties(sources)
	found, err := ask(properties)
	if extensions := slices.DeleteFunc(slices.Clone(sources), func(name string) bool { return !isExtension(name) }); graph.IsBadRequest(err) && len(extensions) > 0 {
		// An extension goes with the application that added it, and one that is gone spoils the whole request.
		for _, name := range extensions {
			r.without(name)
		}
		properties = s.properties(slices.DeleteFunc(slices.Clone(sources), isExtension))
		found, err = ask(properties)
	}
	if graph.IsPermissionDenied(err) {
		s.problems.put(problem{problemPeople, severityError,
			"Reading people from the directory was refused. Grant `User.Read.All` to the identity that previews.", true})
		found = nil
	} else if err != nil {
		return nil, false, err
	}
	read = err == nil
	known := map[string]bool{}
	take := func(shown graph.Person, deleted bool) {
		id := strings.ToLower(shown.ID)
		known[id] = true
		p := &person{id: id, found: true, provisions: scope == scopeAll || holders[id].provisions, attributes: map[string]expression.Value{}}
		p.blocked, p.deleted = deleted || blocked(shown), deleted
		if s.names {
			p.name, p.displayName = textOf(shown, propertyName), textOf(shown, propertyDisplayName)
		}
		for _, source := range sources {
			p.attributes[source] = sourceValue(source, shown, holders[id].roles)
			if deleted && strings.EqualFold(source, sourceSoftDeleted) {
				p.attributes[source] = boolean(true)
			}
		}
		people = append(people, p)
	}
	for _, shown := range found {
		take(shown, false)
	}
	if scope != scopeAll && read && len(known) < len(holders) {
		// Whoever the directory does not show any more may be in its recycle bin.
		deleted, err := s.graph.ListDeletedPeople(ctx, properties)
		if err != nil && !graph.IsPermissionDenied(err) && !graph.IsNotFound(err) && !graph.IsBadRequest(err) {
			return nil, false, err
		}
		for _, shown := range deleted {
			if _, holds := holders[strings.ToLower(shown.ID)]; holds {
				take(shown, true)
			}
		}
	}
	if scope != scopeAll {
		for id, h := range holders {
			if !known[id] {
				people = append(people, &person{id: id, provisions: h.provisions})
			}
		}
		if read && len(known) < len(holders) {
			s.problems.put(problem{problemNotFound, severityWarning,
				"Somebody is assigned whom the directory does not show, neither among its people nor in its recycle bin. Without it nobody can tell whose the accounts are that match nobody.", true})
		}
	}
	slices.SortFunc(people, func(a, b *person) int { return strings.Compare(a.id, b.id) })
	return people, read, nil
}

// properties are what to ask for of people.
func (s *survey) properties(sources []string) []string {
	properties := []string{propertyEnabled}
	if s.names {
		properties = append(properties, propertyName, propertyDisplayName)
	}
	for _, source := range sources {
		if property, known := propertyOf(source); known && property != "" {
			properties = append(properties, property)
		}
	}
	return properties
}

// accounts reads the accounts at GoTo. Read is false when nobody may, or nobody was told to.
func (s *survey) accounts(ctx context.Context) (accounts []gotoadmin.User, read bool, failed diag.Diagnostics) {
	accounts, err := s.users(ctx)
	var none *providerdata.NoGoToError
	var choice *gotoadmin.AccountChoiceError
	var refused *gotoadmin.SignInError
	switch {
	case err == nil:
		return accounts, true, nil
	case errors.As(err, &none):
		s.problems.put(problem{problemNoGoTo, severityWarning,
			fmt.Sprintf("The accounts at GoTo were not read: the provider's `goto` block lacks %s (environment variables %s).", enumerate(none.Missing, ""), enumerate(none.Missing, "GOTO_")), true})
	case errors.As(err, &choice):
		s.problems.put(problem{problemAccounts, severityError,
			"The accounts at GoTo were not read: which account of GoTo is meant is not clear, or its administrator is not the person behind the token. Set `account_key` of the provider's `goto` block.", true})
	case errors.As(err, &refused) && signInAdvice[refused.Code] != "":
		s.problems.put(problem{problemAccounts, severityError, "The accounts at GoTo were not read: the sign-in was refused. " + signInAdvice[refused.Code], true})
	case gotoadmin.IsPermissionDenied(err):
		s.problems.put(problem{problemAccounts, severityError, "The accounts at GoTo were not read: GoTo refused it. " + scope + " " + role, true})
	default:
		return nil, false, fail(diagnose("Cannot read the accounts at GoTo", err))
	}
	return nil, false, nil
}
