// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// ErrNoMapping says that a schema has no mapping of the directory's users.
var ErrNoMapping = errors.New("the connection's schema has no mapping of the directory's users")

// ReadError says what could not be read. What is merely refused is a problem of the Setup or Survey instead.
type ReadError struct {
	What string // such as "the attribute mappings"
	Err  error
}

func (e *ReadError) Error() string { return "cannot read " + e.What + ": " + e.Err.Error() }

func (e *ReadError) Unwrap() error { return e.Err }

// ReadSetup reads how the provisioning of a job is set up today or, without the id of a job, how that of a new one begins: with the
// template's schema. That also stands in for a schema that does not describe its target.
func ReadSetup(ctx context.Context, client *graph.Client, ref graph.JobRef, templateID string) (*Setup, error) {
	s := &Setup{}
	if err := s.readMapping(ctx, client, ref, templateID); err != nil {
		return nil, &ReadError{"the attribute mappings", err}
	}
	if err := s.readScope(ctx, client, ref.ServicePrincipalID); err != nil {
		return nil, &ReadError{"the connection's scope", err}
	}
	if s.Scope == ScopeAll && !slices.ContainsFunc(compile(s, nil).sources, readsRoles) {
		return s, nil
	}
	return s, s.ReadAssignments(ctx, client, ref.ServicePrincipalID)
}

// ReadAssignments reads who is assigned, which ReadSetup leaves out where nothing depends on it.
func (s *Setup) ReadAssignments(ctx context.Context, client *graph.Client, servicePrincipalID string) error {
	if s.Assignments != nil || s.Roles != nil {
		return nil
	}
	if err := s.readAssignments(ctx, client, servicePrincipalID); err != nil {
		return &ReadError{"who is assigned", err}
	}
	return nil
}

func (s *Setup) readMapping(ctx context.Context, client *graph.Client, ref graph.JobRef, templateID string) error {
	read := func() (*graph.Schema, error) { return client.GetSchema(ctx, ref) }
	if ref.JobID == "" {
		read = func() (*graph.Schema, error) {
			return client.GetTemplateSchema(ctx, ref.ServicePrincipalID, templateID)
		}
	}
	schema, err := read()
	if err != nil {
		return err
	}
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return fmt.Errorf("the service sent a schema that does not have the documented shape: %w", err)
	}
	m := userMapping(schema, mappings)
	if m == nil {
		return ErrNoMapping
	}
	s.Mapping = *m
	s.Target, err = schema.Object(m.Rule.TargetDirectory, m.TargetObject)
	if err == nil && s.Target == nil {
		// A schema may come without its directories; the connector's default describes the same target.
		var standard *graph.Schema
		if standard, err = client.GetTemplateSchema(ctx, ref.ServicePrincipalID, templateID); err == nil {
			s.Target, err = standard.Object(m.Rule.TargetDirectory, m.TargetObject)
		}
	}
	if err != nil || s.Target == nil {
		s.Target = nil
		s.Problems.about(problemNoDefinition, "")
	}
	return nil
}

// userMapping finds the mapping of the directory's users: of several the one that is enabled and comes first.
func userMapping(schema *graph.Schema, mappings []*graph.ObjectMapping) *graph.ObjectMapping {
	users := slices.DeleteFunc(slices.Clone(mappings), func(m *graph.ObjectMapping) bool { return !strings.EqualFold(m.SourceObject, "User") })
	rank := func(m *graph.ObjectMapping) (rank int) {
		if !schema.IsEntra(m.Rule.SourceDirectory) {
			rank += 2
		}
		if !m.Enabled {
			rank++
		}
		return rank
	}
	slices.SortStableFunc(users, func(a, b *graph.ObjectMapping) int {
		return cmp.Or(rank(a)-rank(b), a.Rule.Priority-b.Rule.Priority)
	})
	if len(users) == 0 {
		return nil
	}
	return users[0]
}

func (s *Setup) readScope(ctx context.Context, client *graph.Client, servicePrincipalID string) error {
	settings, err := client.GetSecrets(ctx, servicePrincipalID)
	if graph.IsPermissionDenied(err) {
		s.Problems.about(problemScope, "")
		return nil
	}
	s.Scope = ScopeAssigned
	if graph.ScopeIsAll(settings) {
		s.Scope = ScopeAll
	}
	s.KeepsOutOfScope = graph.IsOn(settings, "SkipOutOfScopeDeletions")
	for _, setting := range settings {
		if setting.Key == "SyncNotificationSettings" {
			s.HeldFrom = heldFrom(setting.Value)
		}
	}
	return err
}

// heldFrom reads the accidental-deletion threshold. The service assumes one where prevention is on without a number.
func heldFrom(raw string) int64 {
	var settings struct {
		DeleteThresholdEnabled bool
		DeleteThresholdValue   int64
	}
	switch err := json.Unmarshal([]byte(raw), &settings); {
	case err != nil || !settings.DeleteThresholdEnabled:
		return 0
	case settings.DeleteThresholdValue <= 0:
		return 500
	}
	return settings.DeleteThresholdValue
}

func (s *Setup) readAssignments(ctx context.Context, client *graph.Client, servicePrincipalID string) error {
	principal, err := client.GetServicePrincipal(ctx, servicePrincipalID)
	if err == nil {
		s.Name, s.Roles = principal.DisplayName, principal.AppRoles
		s.Assignments, err = client.ListAssignments(ctx, servicePrincipalID)
	}
	if graph.IsPermissionDenied(err) {
		s.Problems.about(problemAssignments, "")
		return nil
	}
	return err
}

// ReadSurvey reads the users whom any of the setups concerns, with the properties that its mapping reads and, if named, with
// their names. It reads no accounts, and does not know whether the connection ran before.
func ReadSurvey(ctx context.Context, client *graph.Client, named bool, setups ...*Setup) (*Survey, error) {
	return (&Survey{Now: client.Clock().Now(), Members: map[string][]string{}}).Extend(ctx, client, named, setups...)
}

// Extend reads what a survey lacks for some setups, and returns the whole. A survey that lacks nothing costs no request. With an
// error, the survey is what was read until then, good for counting who is in scope.
func (s *Survey) Extend(ctx context.Context, client *graph.Client, named bool, setups ...*Setup) (*Survey, error) {
	whole := *s
	whole.Members, whole.asked, whole.Problems = maps.Clone(s.Members), maps.Clone(s.asked), slices.Clone(s.Problems)
	whole.unread = maps.Clone(s.unread)
	whole.Users = slices.DeleteFunc(slices.Clone(s.Users), func(u User) bool { return u.linked }) // who may be read now
	if err := whole.readMembers(ctx, client, setups); err != nil {
		return &whole, &ReadError{"the members of an assigned group", err}
	}
	whole.named = named
	if err := whole.readUsers(ctx, client, setups); err != nil {
		return &whole, &ReadError{"the users in scope", err}
	}
	return &whole, nil
}

func (s *Survey) readMembers(ctx context.Context, client *graph.Client, setups []*Setup) error {
	missing := map[string]bool{}
	for _, setup := range setups {
		for _, id := range setup.groups() {
			if _, known := s.Members[id]; !known {
				missing[id] = true
			}
		}
	}
	ids := slices.Sorted(maps.Keys(missing))
	var empty []string
	var failed error
	for i, members := range client.ListMembersOf(ctx, ids) {
		switch {
		case graph.IsPermissionDenied(members.Err):
			s.notRead(problemGroups, ids[i])
		case graph.IsNotFound(members.Err): // deleted a moment ago
		case members.Err != nil:
			failed = errors.Join(failed, members.Err)
			continue
		}
		s.Members[ids[i]] = nil
		if members.Err == nil && len(members.Members) == 0 {
			empty = append(empty, ids[i])
		}
		for _, member := range members.Members {
			if member.Type == "User" { // nested groups are not expanded
				s.Members[ids[i]] = append(s.Members[ids[i]], strings.ToLower(member.ID))
			}
		}
	}
	if failed != nil || len(empty) == 0 {
		return failed
	}
	// Who may not see the members of a group whose membership is hidden is told that there are none.
	groups, err := client.GetPrincipals(ctx, empty)
	if graph.IsPermissionDenied(err) {
		s.notRead(problemGroups, empty...)
		return nil
	}
	for _, group := range groups {
		if group.HidesMembers() {
			s.notRead(problemHidden, strings.ToLower(group.ID))
		}
	}
	return err
}

// notRead notes why the members of groups are not known.
func (s *Survey) notRead(code string, groups ...string) {
	if s.unread == nil {
		s.unread = map[string]string{}
	}
	for _, id := range groups {
		s.unread[id] = code
	}
}

// readUsers reads the users in scope, and those of whom the service told that they have an account.
func (s *Survey) readUsers(ctx context.Context, client *graph.Client, setups []*Setup) error {
	everybody, assigned, sources := s.everybody, map[string]bool{}, slices.Clone(s.sources)
	for id, account := range s.stored.accounts {
		if account != "" {
			assigned[id] = true
		}
	}
	for _, setup := range setups {
		sources = append(sources, compile(setup, nil).sources...)
		everybody = everybody || setup.Scope == ScopeAll
		for id := range setup.holders(s.Members) {
			if setup.Scope != ScopeAll {
				assigned[id] = true
			}
		}
	}
	slices.Sort(sources)
	sources = slices.Compact(sources)
	switch more := len(sources) > len(s.sources) || everybody && !s.everybody; {
	case s.asked == nil || more: // everything anew
		s.Users, s.Missing = nil, nil
		maps.Copy(assigned, s.asked)
	default:
		maps.DeleteFunc(assigned, func(id string, _ bool) bool { return s.asked[id] })
		if len(assigned) == 0 || everybody {
			return nil
		}
	}
	s.sources, s.everybody = sources, everybody
	if s.asked == nil {
		s.asked = map[string]bool{}
	}
	maps.Copy(s.asked, assigned)
	ask := func(properties []string) ([]graph.SelectedUser, error) {
		if everybody {
			return client.ListUsers(ctx, properties)
		}
		return client.GetUsers(ctx, slices.Sorted(maps.Keys(assigned)), properties)
	}
	properties := propertiesOf(sources, s.named)
	found, err := ask(properties)
	if extensions := slices.DeleteFunc(slices.Clone(sources), func(name string) bool { return !isExtension(name) }); graph.IsBadRequest(err) && len(extensions) > 0 {
		// An extension goes with the application that added it, and one that is gone spoils the whole request.
		s.Missing = extensions
		properties = propertiesOf(slices.DeleteFunc(slices.Clone(sources), isExtension), s.named)
		found, err = ask(properties)
	}
	if graph.IsPermissionDenied(err) {
		s.Problems.about(problemUsers, "")
		return nil
	}
	if err != nil {
		return err
	}
	s.UsersRead = true
	users := slices.Clone(s.Users)
	for _, user := range found {
		users = append(users, User{ID: strings.ToLower(user.ID), Properties: user.Properties})
		delete(assigned, strings.ToLower(user.ID))
	}
	s.Users = users
	if len(assigned) == 0 && !everybody {
		return nil
	}
	// Users whom the directory no longer shows may be in its recycle bin. Those who were in scope there are still linked to their accounts.
	deleted, err := client.ListDeletedUsers(ctx, properties)
	if err != nil && !graph.IsPermissionDenied(err) && !graph.IsNotFound(err) && !graph.IsBadRequest(err) {
		return err
	}
	for _, user := range deleted {
		if id := strings.ToLower(user.ID); everybody || assigned[id] {
			s.Users = append(s.Users, User{ID: id, Properties: user.Properties, Deleted: true})
		}
	}
	return nil
}

// propertiesOf are the properties of a user to ask for.
func propertiesOf(sources []string, named bool) []string {
	properties := []string{propertyEnabled}
	if named {
		properties = append(properties, propertyName, propertyDisplayName)
	}
	for _, source := range sources {
		if property, readable := propertyOf(source); readable && property != "" {
			properties = append(properties, property)
		}
	}
	return properties
}
