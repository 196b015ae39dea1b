// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// User is a person in the simulated directory. An empty string stands for an absent value.
type User struct {
	ID, UserPrincipalName, UserType          string
	DisplayName, GivenName, Surname          string
	Mail, MailNickname                       string
	JobTitle, Department, CompanyName        string
	EmployeeID, EmployeeType, OfficeLocation string
	StreetAddress, City, State, PostalCode   string
	Country, UsageLocation                   string
	PreferredLanguage                        string
	MobilePhone, FaxNumber                   string
	BusinessPhones                           []string
	OtherMails, ProxyAddresses               []string
	ManagerID                                string
	AccountEnabled                           bool
	EmployeeHireDate, CreatedAt, ModifiedAt  time.Time
	DeletedAt                                time.Time         // zero unless the person is in the recycle bin
	Extensions                               map[string]string // directory extensions, by their full case-sensitive name
}

func (u *User) clone() User {
	c := *u
	c.BusinessPhones = slices.Clone(u.BusinessPhones)
	c.OtherMails = slices.Clone(u.OtherMails)
	c.ProxyAddresses = slices.Clone(u.ProxyAddresses)
	c.Extensions = maps.Clone(u.Extensions)
	return c
}

// Group is a group in the simulated directory.
type Group struct {
	ID, DisplayName, Description string
	Mail, MailNickname           string
	MailEnabled, SecurityEnabled bool
	GroupTypes                   []string // Unified, DynamicMembership
	MembershipRule               string
	CreatedAt, DeletedAt         time.Time
	Members                      []string // ids of users and of nested groups
	Eligible                     []string // ids of those who may activate a membership (Privileged Identity Management)
	Visibility                   string   // HiddenMembership shows the members to nobody without a permission of its own
}

func (g *Group) clone() Group {
	c := *g
	c.GroupTypes = slices.Clone(g.GroupTypes)
	c.Members = slices.Clone(g.Members)
	c.Eligible = slices.Clone(g.Eligible)
	return c
}

// AddUser puts a person into the directory and returns the id, which is made up when the user has none.
func (s *Store) AddUser(u User) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addUser(u)
}

func (s *Store) addUser(u User) string {
	s.revision++
	if u.ID == "" {
		u.ID = newID()
	}
	u.ID = strings.ToLower(u.ID)
	if u.UserType == "" {
		u.UserType = "Member"
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = s.now()
	}
	u.ModifiedAt = s.now()
	s.users.put(u.ID, new(u.clone()))
	s.usersByName[strings.ToLower(u.UserPrincipalName)] = u.ID
	return u.ID
}

// AddUsers adds n invented, enabled people with the ids that PersonID gives, counting on from the last call, and
// returns their ids.
func (s *Store) AddUsers(n int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, 0, n)
	for range n {
		i := s.peopleSeq
		s.peopleSeq++
		given, family := givenNames[i%len(givenNames)], familyNames[(i/len(givenNames))%len(familyNames)]
		name := fmt.Sprintf("%s.%s.%d@corp.example", strings.ToLower(given), strings.ToLower(family), i)
		ids = append(ids, s.addUser(User{
			ID: PersonID(i), UserPrincipalName: name, Mail: name, DisplayName: given + " " + family,
			GivenName: given, Surname: family, MailNickname: fmt.Sprintf("person%d", i),
			Department: departments[i%len(departments)], EmployeeID: fmt.Sprintf("P%06d", i),
			PreferredLanguage: "en-US", AccountEnabled: true,
		}))
	}
	return ids
}

// UpdateUser changes a person.
func (s *Store) UpdateUser(id string, change func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.users.find("user", id)
	if err != nil {
		return err
	}
	before := strings.ToLower(u.UserPrincipalName)
	s.revision++
	draft := u.clone() // what was handed out shares nothing with what is changed
	change(&draft)
	draft.ModifiedAt = s.now()
	*u = draft
	if after := strings.ToLower(u.UserPrincipalName); after != before {
		delete(s.usersByName, before)
		s.usersByName[after] = u.ID
	}
	return nil
}

// DeleteUser puts a person into the recycle bin, where look-ups no longer find them.
func (s *Store) DeleteUser(id string) error {
	return s.UpdateUser(id, func(u *User) { u.DeletedAt = s.now() })
}

// PurgeUser removes a person permanently, together with memberships, assignments, and what they own.
func (s *Store) PurgeUser(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.users.find("user", id)
	if err != nil {
		return err
	}
	s.revision++
	s.users.remove(u.ID)
	delete(s.usersByName, strings.ToLower(u.UserPrincipalName))
	for g := range s.groups.all() {
		g.Members = slices.DeleteFunc(g.Members, func(m string) bool { return m == u.ID })
	}
	for _, list := range s.assignments {
		list.removePrincipal(u.ID)
	}
	isUser := func(id string) bool { return id == u.ID }
	for a := range s.applications.all() {
		a.Owners = slices.DeleteFunc(a.Owners, isUser)
	}
	for p := range s.principals.all() {
		p.Owners = slices.DeleteFunc(p.Owners, isUser)
	}
	return nil
}

// User returns a person by id, also one from the recycle bin.
func (s *Store) User(id string) (User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return cloneOf(s.users.find("user", id))
}

// FindUser returns a person who is not deleted, by id or user principal name.
func (s *Store) FindUser(idOrName string) (User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	key := strings.ToLower(idOrName)
	u, ok := s.users.get(key)
	if !ok {
		u, ok = s.users.get(s.usersByName[key])
	}
	if !ok || !u.DeletedAt.IsZero() {
		return User{}, notFound("user", idOrName)
	}
	return u.clone(), nil
}

// EachUser visits all people, deleted ones included. The store is locked meanwhile, and the users must not be changed.
func (s *Store) EachUser() iter.Seq[*User] { return visit(s, &s.users) }

// AddGroup puts a group into the directory and returns its id.
func (s *Store) AddGroup(g Group) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addGroup(g)
}

func (s *Store) addGroup(g Group) string {
	s.revision++
	if g.ID == "" {
		g.ID = newID()
	}
	g.ID = strings.ToLower(g.ID)
	if g.CreatedAt.IsZero() {
		g.CreatedAt = s.now()
	}
	s.groups.put(g.ID, new(g.clone()))
	return g.ID
}

// UpdateGroup changes a group.
func (s *Store) UpdateGroup(id string, change func(*Group)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groups.find("group", id)
	if err != nil {
		return err
	}
	s.revision++
	draft := g.clone()
	change(&draft)
	*g = draft
	return nil
}

// DeleteGroup removes a group together with the assignments that it held.
func (s *Store) DeleteGroup(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groups.find("group", id)
	if err != nil {
		return err
	}
	s.revision++
	s.groups.remove(g.ID)
	for _, list := range s.assignments {
		list.removePrincipal(g.ID)
	}
	return nil
}

// BinGroup puts a group into the recycle bin, without the assignments that it held.
func (s *Store) BinGroup(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groups.find("group", id)
	if err != nil {
		return err
	}
	s.revision++
	draft := g.clone()
	draft.DeletedAt = s.now()
	*g = draft
	for _, list := range s.assignments {
		list.removePrincipal(g.ID)
	}
	return nil
}

// AddMembers puts users or groups into a group.
func (s *Store) AddMembers(groupID string, ids ...string) error {
	return s.UpdateGroup(groupID, func(g *Group) {
		have := make(map[string]bool, len(g.Members))
		for _, m := range g.Members {
			have[m] = true
		}
		for _, id := range ids {
			if id = strings.ToLower(id); !have[id] {
				have[id] = true
				g.Members = append(g.Members, id)
			}
		}
	})
}

// RemoveMembers takes users or groups out of a group.
func (s *Store) RemoveMembers(groupID string, ids ...string) error {
	return s.UpdateGroup(groupID, func(g *Group) {
		drop := make(map[string]bool, len(ids))
		for _, id := range ids {
			drop[strings.ToLower(id)] = true
		}
		g.Members = slices.DeleteFunc(g.Members, func(m string) bool { return drop[m] })
	})
}

// Group returns a group by id.
func (s *Store) Group(id string) (Group, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return cloneOf(s.groups.find("group", id))
}

// EachGroup visits all groups in the manner of EachUser.
func (s *Store) EachGroup() iter.Seq[*Group] { return visit(s, &s.groups) }

func visit[T any](s *Store, items *ordered[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		items.all()(yield)
	}
}
