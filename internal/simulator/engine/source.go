// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// recycleTime is how long a deleted person stays in the recycle bin before being gone permanently.
const recycleTime = 30 * 24 * time.Hour

// subject is a person as a cycle sees them.
type subject struct {
	id       string
	user     *store.User // nil once the person is gone permanently
	assigned bool
	entitled bool     // assigned with a role that provisions
	roles    []string // values of the roles, or their names where they have none
	values   map[string]expression.Value
}

// attributes returns the source attributes of somebody who is to have an account.
func (s *subject) attributes() map[string]expression.Value {
	if s.values == nil {
		s.values = s.sourceAttributes(false)
	}
	return s.values
}

// gone says whether the person is gone permanently.
func (s *subject) gone(now time.Time) bool {
	return s.user == nil || !s.user.DeletedAt.IsZero() && !now.Before(s.user.DeletedAt.Add(recycleTime))
}

// active says whether the person exists and may sign in.
func (s *subject) active() bool {
	return s.user != nil && s.user.DeletedAt.IsZero() && s.user.AccountEnabled
}

// name is what the log calls the person.
func (s *subject) name() string {
	if s.user == nil {
		return ""
	}
	return s.user.UserPrincipalName
}

// sourceAttributes returns the person's attributes by their names in the schema. IsSoftDeleted is true of everybody who
// is no longer to have an account, for whatever reason.
func (s *subject) sourceAttributes(deprovision bool) map[string]expression.Value {
	u := s.user
	values := make(map[string]expression.Value, 40)
	text := func(name, value string) {
		if value != "" {
			values[name] = expression.String(value)
		}
	}
	flag := func(name string, value bool) {
		values[name] = expression.String(boolText(value))
	}
	many := func(name string, list []string) {
		if len(list) > 0 {
			values[name] = expression.List(list...)
		}
	}
	text("objectId", s.id)
	flag(softDeleted, deprovision)
	many("appRoleAssignments", s.roles)
	if u == nil {
		return values
	}
	flag("accountEnabled", u.AccountEnabled)
	text("userPrincipalName", signInName(u))
	text("originalUserPrincipalName", u.UserPrincipalName)
	text("displayName", u.DisplayName)
	text("givenName", u.GivenName)
	text("surname", u.Surname)
	text("mail", u.Mail)
	text("mailNickname", u.MailNickname)
	text("jobTitle", u.JobTitle)
	text("department", u.Department)
	text("companyName", u.CompanyName)
	text("employeeId", u.EmployeeID)
	text("employeeType", u.EmployeeType)
	text("physicalDeliveryOfficeName", u.OfficeLocation)
	text("streetAddress", u.StreetAddress)
	text("city", u.City)
	text("state", u.State)
	text("postalCode", u.PostalCode)
	text("country", u.Country)
	text("usageLocation", u.UsageLocation)
	text("preferredLanguage", u.PreferredLanguage)
	text("mobile", u.MobilePhone)
	text("facsimileTelephoneNumber", u.FaxNumber)
	text("telephoneNumber", strings.Join(u.BusinessPhones, ";"))
	text("manager", u.ManagerID)
	many("proxyAddresses", u.ProxyAddresses)
	many("otherMails", u.OtherMails)
	if !u.EmployeeHireDate.IsZero() {
		text("employeeHireDate", u.EmployeeHireDate.UTC().Format("2006-01-02T15:04:05Z"))
	}
	for name, value := range u.Extensions {
		text(name, value)
	}
	return values
}

// signInName is the user principal name as a source attribute shows it: that of a guest is turned back into the address
// they came with.
func signInName(u *store.User) string {
	name, _, guest := strings.Cut(u.UserPrincipalName, "#EXT#")
	at := strings.LastIndexByte(name, '_')
	if !guest || at < 0 {
		return u.UserPrincipalName
	}
	return name[:at] + "@" + name[at+1:]
}

// assignees returns everybody whom an assignment brings into the job. Groups count with their direct members only, and
// the default access role only where it provisions.
func assignees(world *store.Store, servicePrincipalID string, defaultAccess bool) map[string]*subject {
	found := map[string]*subject{}
	principal, err := world.ServicePrincipal(servicePrincipalID)
	if err != nil {
		return found
	}
	add := func(id string, a store.Assignment) {
		s := found[id]
		if s == nil {
			s = &subject{id: id, assigned: true}
			found[id] = s
		}
		if a.RoleID != store.DefaultAccess || defaultAccess {
			s.entitled = true
		}
		role := "Default Assignment"
		if declared, ok := principal.Role(a.RoleID); ok {
			role = declared.DisplayName
			if declared.Value != "" {
				role = declared.Value
			}
		}
		if !slices.Contains(s.roles, role) {
			s.roles = append(s.roles, role)
		}
	}
	members := map[string][]string{}
	for _, a := range world.Assignments(servicePrincipalID) {
		switch a.PrincipalKind {
		case store.KindUser:
			add(a.PrincipalID, a)
		case store.KindGroup:
			if members[a.PrincipalID] == nil {
				g, err := world.Group(a.PrincipalID)
				if err != nil {
					continue
				}
				members[a.PrincipalID] = g.Members
			}
			for _, member := range members[a.PrincipalID] {
				add(member, a)
			}
		}
	}
	return found
}
