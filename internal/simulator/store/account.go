// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"cmp"
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
	// LicenseKeys are the licenses assigned. If nil, an active account of the seeded company holds the seeded license.
	LicenseKeys []string
}

func (a *Account) clone() Account {
	c := *a
	c.Attributes = make(map[string][]string, len(a.Attributes))
	for name, values := range a.Attributes {
		c.Attributes[name] = slices.Clone(values)
	}
	c.AdminRoles, c.RoleSets, c.LicenseKeys = slices.Clone(a.AdminRoles), slices.Clone(a.RoleSets), slices.Clone(a.LicenseKeys)
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

// SetLicenses says how many active accounts the simulated GoTo allows; a negative number means any.
func (s *Store) SetLicenses(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.licenses = n
}

// HasFreeLicense says whether the simulated GoTo allows one more active account.
func (s *Store) HasFreeLicense() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.licenses < 0 || s.active < s.licenses
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
	return s.putAccount(a), nil
}

// putAccount needs the lock.
func (s *Store) putAccount(a Account) (key string) {
	if a.Key == "" {
		s.accountSeq++
		a.Key = strconv.FormatInt(firstAccountKey+s.accountSeq, 10)
	}
	s.accounts.put(a.Key, new(a.clone()))
	s.accountsBy[strings.ToLower(a.Email)] = a.Key
	if a.Active {
		s.active++
	}
	return a.Key
}

// UpdateAccount changes a record; changing its e-mail to one that is taken is refused.
func (s *Store) UpdateAccount(key string, change func(*Account)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.accounts.find("account", key)
	if err != nil {
		return err
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
	a, err := s.accounts.find("account", key)
	if err != nil {
		return err
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
	return cloneOf(s.accounts.find("account", key))
}

// AccountByEmail returns a record by e-mail, ignoring case.
func (s *Store) AccountByEmail(email string) (Account, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	key, ok := s.accountsBy[strings.ToLower(email)]
	if !ok {
		return Account{}, notFound("account", email)
	}
	return cloneOf(s.accounts.find("account", key))
}

// Accounts returns all records in the order of their creation.
func (s *Store) Accounts() []Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return clones(s.accounts.all(), func(*Account) bool { return true })
}

// What the simulated GoTo says about an account. The words for accounts that are not active are invented; that of
// active ones is what clients of the real service expect.
const (
	StatusActive    = "ACTIVE"
	StatusSuspended = "SUSPENDED"
	StatusInvited   = "INVITED"
)

// RoleSuperUser is the role that may do everything.
const RoleSuperUser = "SUPER_USER"

// Company is the customer at the simulated GoTo to which accounts and licenses belong. GoTo itself calls it an account,
// which here is a person's record.
type Company struct {
	Key, Name string
}

// License is a pool of seats.
type License struct {
	Key string
	// Company is the key of the owner, that of the seeded one if empty.
	Company     string
	Description string
	Products    []string
	// Seats that were bought. Those of the seeded license follow SetLicenses.
	Seats int
	// Disabled licenses are listed but give nothing.
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

// AddLicense adds a pool of seats, or replaces the one with the key.
func (s *Store) AddLicense(l License) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.Company, l.Products = companyOrMain(l.Company), slices.Clone(l.Products)
	s.pools = put(s.pools, l, func(other License) bool { return other.Key == l.Key })
}

// RemoveLicense removes a pool of seats. Accounts keep the key.
func (s *Store) RemoveLicense(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pools = slices.DeleteFunc(s.pools, func(l License) bool { return l.Key == key })
}

// LicensesOf returns the pools of seats of a company.
func (s *Store) LicensesOf(company string) []License {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []License
	for _, l := range s.pools {
		if l.Company != company {
			continue
		}
		if l.Key == MainLicense {
			if l.Seats = s.licenses; l.Seats < 0 {
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

// AccountsOf returns the accounts of a company in the order of their creation, complete: status, roles and licenses are
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
	if c.LicenseKeys == nil && c.Active && c.Company == MainCompany {
		c.LicenseKeys = []string{MainLicense}
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
		account = s.complete(&Account{Key: strconv.FormatInt(firstSignInKey+int64(at), 10), Email: s.admins[at].UserName, Active: true, LicenseKeys: []string{}})
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

func companyOrMain(key string) string { return cmp.Or(key, MainCompany) }
