// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
	"strconv"
	"strings"
)

// Admin is a sign-in to the simulated GoTo with which provisioning can be attempted.
type Admin struct {
	UserName, Password string
	// TeamAdmin says whether the account has the rights that provisioning needs.
	TeamAdmin bool
	// Companies are the keys of those that the sign-in looks after, the primary one first. If there are none, it is the
	// company of the account with this address, or the seeded one.
	Companies []string
}

// Account is a person's record at the simulated GoTo.
type Account struct {
	Key    string
	Email  string
	Active bool
	// Attributes are the remaining target attributes by their name in the schema.
	Attributes map[string][]string

	// The rest is what only the Admin API shows. The engine leaves it alone.

	// Company is the key of the company that the account belongs to, that of the seeded one if empty.
	Company string
	// Status is shown instead of what follows from Active, until Active changes.
	Status string
	// AdminRoles are the rights of an administrator. If nil, an active account has those of the sign-in with its address.
	AdminRoles []string
	// RoleSets are the ids of role sets.
	RoleSets []string
	// LicenceKeys are the licences assigned. If nil, an active account of the seeded company holds the seeded licence.
	LicenceKeys []string
}

func (a *Account) clone() Account {
	c := *a
	c.Attributes = make(map[string][]string, len(a.Attributes))
	for name, values := range a.Attributes {
		c.Attributes[name] = slices.Clone(values)
	}
	c.AdminRoles, c.RoleSets, c.LicenceKeys = slices.Clone(a.AdminRoles), slices.Clone(a.RoleSets), slices.Clone(a.LicenceKeys)
	return c
}

// Admins returns the sign-ins to the simulated GoTo.
func (s *Store) Admins() []Admin {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.admins)
}

// SetAdmin adds a sign-in to the simulated GoTo or changes it, for instance its password.
func (s *Store) SetAdmin(admin Admin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	admin.Companies = slices.Clone(admin.Companies)
	s.admins = put(s.admins, admin, func(other Admin) bool { return strings.EqualFold(other.UserName, admin.UserName) })
}

// SetDomains says which e-mail domains the simulated GoTo accepts; none means all.
func (s *Store) SetDomains(domains ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.domains = slices.Clone(domains)
}

// AcceptsDomain says whether the simulated GoTo takes an e-mail address of this domain.
func (s *Store) AcceptsDomain(email string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, domain, ok := strings.Cut(email, "@")
	return ok && (len(s.domains) == 0 || slices.ContainsFunc(s.domains, func(d string) bool { return strings.EqualFold(d, domain) }))
}

// SetLicences says how many active accounts the simulated GoTo allows; a negative number means any.
func (s *Store) SetLicences(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.licences = n
}

// HasFreeLicence says whether the simulated GoTo allows one more active account.
func (s *Store) HasFreeLicence() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.licences < 0 || s.active < s.licences
}

// AddAccount puts a record into the simulated GoTo and returns its key, which is made up when it has none. E-mail
// addresses are unique there.
func (s *Store) AddAccount(a Account) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	email := strings.ToLower(a.Email)
	if _, ok := s.accountsBy[email]; ok {
		return "", ErrExists
	}
	if a.Key == "" {
		s.accountSeq++
		a.Key = strconv.FormatInt(firstAccountKey+s.accountSeq, 10)
	}
	s.putAccount(a)
	return a.Key, nil
}

// putAccount needs the lock.
func (s *Store) putAccount(a Account) {
	s.accounts.put(a.Key, new(a.clone()))
	s.accountsBy[strings.ToLower(a.Email)] = a.Key
	if a.Active {
		s.active++
	}
}

// UpdateAccount changes a record; changing its e-mail to one that is taken is refused.
func (s *Store) UpdateAccount(key string, change func(*Account)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accounts.get(key)
	if !ok {
		return notFound("account", key)
	}
	draft := a.clone()
	change(&draft)
	before, after := strings.ToLower(a.Email), strings.ToLower(draft.Email)
	if before != after {
		if _, taken := s.accountsBy[after]; taken {
			return ErrExists
		}
		delete(s.accountsBy, before)
		s.accountsBy[after] = key
	}
	if draft.Active != a.Active {
		if draft.Status == a.Status {
			draft.Status = ""
		}
		if s.active--; draft.Active {
			s.active += 2
		}
	}
	*a = draft
	return nil
}

// DeleteAccount removes a record.
func (s *Store) DeleteAccount(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accounts.get(key)
	if !ok {
		return notFound("account", key)
	}
	s.accounts.remove(key)
	if a.Active {
		s.active--
	}
	delete(s.accountsBy, strings.ToLower(a.Email))
	return nil
}

// Account returns a record by key.
func (s *Store) Account(key string) (Account, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.accounts.get(key)
	if !ok {
		return Account{}, notFound("account", key)
	}
	return a.clone(), nil
}

// AccountByEmail returns a record by e-mail, ignoring case.
func (s *Store) AccountByEmail(email string) (Account, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.accounts.get(s.accountsBy[strings.ToLower(email)])
	if !ok {
		return Account{}, notFound("account", email)
	}
	return a.clone(), nil
}

// Accounts returns all records in the order of their creation.
func (s *Store) Accounts() []Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]Account, 0, s.accounts.len())
	for a := range s.accounts.all() {
		list = append(list, a.clone())
	}
	return list
}
