// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// seed is a directory and the accounts at GoTo, as a file tells them. People carry the names of Graph; members and managers are
// named in the way of WHO.
type seed struct {
	People []struct {
		store.User
		AccountEnabled *bool  // true unless the file says otherwise
		Manager        string // in the way of WHO, of a person above
	}
	Groups []struct {
		store.Group
		Members []string
	}
	Accounts []struct {
		store.Account
		Active *bool // true unless the file says otherwise
	}
	Licenses *int
	Domains  []string
}

// Seed fills the directory and GoTo from a file, which is JSON:
//
//	{
//	  "people":   [{"userPrincipalName": "ana@corp.example", "givenName": "Ana", "surname": "Example", "department": "Sales"}],
//	  "groups":   [{"displayName": "Meetings Users", "members": ["ana"]}],
//	  "accounts": [{"email": "ana@corp.example", "attributes": {"firstName": ["Ana"]}}],
//	  "licenses": 10,
//	  "domains":  ["corp.example"]
//	}
func Seed(server *simulator.Server, raw []byte) error {
	var s seed
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return fmt.Errorf("the seed file: %w", err)
	}
	w := &world{server}
	for _, p := range s.People {
		u := p.User
		if u.UserPrincipalName == "" {
			return fmt.Errorf("the seed file: a person without userPrincipalName")
		}
		if u.AccountEnabled = true; p.AccountEnabled != nil {
			u.AccountEnabled = *p.AccountEnabled
		}
		if u.DisplayName == "" {
			u.DisplayName = u.GivenName + " " + u.Surname
		}
		if p.Manager != "" {
			manager, err := w.person(p.Manager)
			if err != nil {
				return fmt.Errorf("the seed file: manager of %s: %w", u.UserPrincipalName, err)
			}
			u.ManagerID = manager.ID
		}
		w.Store().AddUser(u)
	}
	for _, g := range s.Groups {
		members, err := w.everybody(g.Members)
		if err != nil {
			return fmt.Errorf("the seed file: group %s: %w", g.DisplayName, err)
		}
		group := g.Group
		group.Members, group.SecurityEnabled = members, !group.MailEnabled || group.SecurityEnabled
		w.Store().AddGroup(group)
	}
	for _, a := range s.Accounts {
		account := a.Account
		if account.Active = true; a.Active != nil {
			account.Active = *a.Active
		}
		if _, err := w.Store().AddAccount(account); err != nil {
			return fmt.Errorf("the seed file: account %s: %w", account.Email, err)
		}
	}
	if s.Licenses != nil {
		w.Store().SetLicenses(*s.Licenses)
	}
	w.Store().SetDomains(s.Domains...)
	return nil
}
