// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// What the simulated GoTo says about an account. The words for accounts that are not active are invented; that of
// active ones is what clients of the real service expect.
const (
	StatusActive    = "ACTIVE"
	StatusSuspended = "SUSPENDED"
	StatusInvited   = "INVITED"
)

// RoleSuperUser is the role that may do everything.
const RoleSuperUser = "SUPER_USER"

// Company is the customer at the simulated GoTo to which accounts and licences belong. GoTo itself calls it an account,
// which here is a person's record.
type Company struct {
	Key, Name string
}

// Licence is a pool of seats.
type Licence struct {
	Key string
	// Company is the key of the owner, that of the seeded one if empty.
	Company     string
	Description string
	Products    []string
	// Seats that were bought. Those of the seeded licence follow SetLicences.
	Seats int
	// Disabled licences are listed but give nothing.
	Disabled bool
}

// RoleSet is a role that the company has put together itself.
type RoleSet struct {
	ID, Name string
	// Company is the key of the owner, that of the seeded one if empty.
	Company string
}

// manySeats stands for as many as anybody wants.
const manySeats = 1_000_000

// AddCompany makes another company known, or renames one.
func (s *Store) AddCompany(c Company) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companies = put(s.companies, c, func(other Company) bool { return other.Key == c.Key })
}

// Companies returns all companies, the seeded ones first.
func (s *Store) Companies() []Company {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.companies)
}

// AddLicence adds a pool of seats, or replaces the one with the key.
func (s *Store) AddLicence(l Licence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.Company, l.Products = companyOrMain(l.Company), slices.Clone(l.Products)
	s.pools = put(s.pools, l, func(other Licence) bool { return other.Key == l.Key })
}

// RemoveLicence removes a pool of seats. Accounts keep the key.
func (s *Store) RemoveLicence(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pools = slices.DeleteFunc(s.pools, func(l Licence) bool { return l.Key == key })
}

// LicencesOf returns the pools of seats of a company.
func (s *Store) LicencesOf(company string) []Licence {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Licence
	for _, l := range s.pools {
		if l.Company != company {
			continue
		}
		if l.Key == MainLicence {
			if l.Seats = s.licences; l.Seats < 0 {
				l.Seats = manySeats
			}
		}
		l.Products = slices.Clone(l.Products)
		list = append(list, l)
	}
	return list
}

// AddRoleSet adds a role, or replaces the one with the id.
func (s *Store) AddRoleSet(r RoleSet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Company = companyOrMain(r.Company)
	s.roleSets = put(s.roleSets, r, func(other RoleSet) bool { return other.ID == r.ID })
}

// RoleSetsOf returns the roles that a company has put together itself.
func (s *Store) RoleSetsOf(company string) []RoleSet {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(s.roleSets), func(r RoleSet) bool { return r.Company != company })
}

// AccountsOf returns the accounts of a company in the order of their creation, complete: status, roles and licences are
// filled in where the record leaves them to the rules.
func (s *Store) AccountsOf(company string) []Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Account
	for a := range s.accounts.all() {
		if companyOrMain(a.Company) == company {
			list = append(list, s.complete(a))
		}
	}
	return list
}

// complete needs the lock.
func (s *Store) complete(a *Account) Account {
	c := a.clone()
	c.Company = companyOrMain(c.Company)
	if c.Status == "" {
		if c.Status = StatusSuspended; c.Active {
			c.Status = StatusActive
		}
	}
	if c.AdminRoles == nil && c.Active {
		if at := s.adminAt(c.Email); at >= 0 && s.admins[at].TeamAdmin {
			c.AdminRoles = []string{RoleSuperUser}
		}
	}
	if c.LicenceKeys == nil && c.Active && c.Company == MainCompany {
		c.LicenceKeys = []string{MainLicence}
	}
	return c
}

// Person returns the complete account of whoever signs in to the simulated GoTo with this name, and the keys of the
// companies that they belong to, the first of which is the primary one. A sign-in of which there is no record
// stands for itself. Nobody can sign in to a suspended account.
func (s *Store) Person(userName string) (account Account, companies []string, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at := s.adminAt(userName)
	a, ok := s.accounts.get(s.accountsBy[strings.ToLower(userName)])
	switch {
	case ok:
		account = s.complete(a)
	case at >= 0:
		account = s.complete(&Account{Key: strconv.FormatInt(firstSignInKey+int64(at), 10), Email: s.admins[at].UserName, Active: true, LicenceKeys: []string{}})
	}
	if !account.Active {
		return Account{}, nil, notFound("sign-in", userName)
	}
	if at >= 0 && len(s.admins[at].Companies) > 0 {
		return account, slices.Clone(s.admins[at].Companies), nil
	}
	return account, []string{account.Company}, nil
}

// adminAt needs the lock.
func (s *Store) adminAt(userName string) int {
	return slices.IndexFunc(s.admins, func(a Admin) bool { return strings.EqualFold(a.UserName, userName) })
}

// put replaces the item that is the same one, or adds it.
func put[T any](list []T, item T, same func(T) bool) []T {
	if at := slices.IndexFunc(list, same); at >= 0 {
		list[at] = item
		return list
	}
	return append(list, item)
}

func companyOrMain(key string) string {
	return cmp.Or(key, MainCompany)
}
