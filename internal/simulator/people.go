// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func userText(name string, onDemand bool, get func(*store.User) string) property[store.User] {
	return property[store.User]{name: name, onDemand: onDemand, filter: true, value: func(u *store.User) any { return textOrNil(get(u)) }}
}

var users = &entity[store.User]{kind: "user", set: "users", open: directoryExtension, properties: []property[store.User]{
	{name: "businessPhones", value: func(u *store.User) any { return list(u.BusinessPhones) }},
	userText("displayName", false, func(u *store.User) string { return u.DisplayName }),
	userText("givenName", false, func(u *store.User) string { return u.GivenName }),
	userText("jobTitle", false, func(u *store.User) string { return u.JobTitle }),
	userText("mail", false, func(u *store.User) string { return u.Mail }),
	userText("mobilePhone", false, func(u *store.User) string { return u.MobilePhone }),
	userText("officeLocation", false, func(u *store.User) string { return u.OfficeLocation }),
	userText("preferredLanguage", false, func(u *store.User) string { return u.PreferredLanguage }),
	userText("surname", false, func(u *store.User) string { return u.Surname }),
	userText("userPrincipalName", false, func(u *store.User) string { return u.UserPrincipalName }),
	userText("id", false, func(u *store.User) string { return u.ID }),
	{name: "accountEnabled", onDemand: true, filter: true, value: func(u *store.User) any { return u.AccountEnabled }},
	userText("city", true, func(u *store.User) string { return u.City }),
	userText("companyName", true, func(u *store.User) string { return u.CompanyName }),
	userText("country", true, func(u *store.User) string { return u.Country }),
	{name: "createdDateTime", onDemand: true, filter: true, value: func(u *store.User) any { return timeOrNil(u.CreatedAt) }},
	{name: "deletedDateTime", onDemand: true, value: func(u *store.User) any { return timeOrNil(u.DeletedAt) }},
	userText("department", true, func(u *store.User) string { return u.Department }),
	{name: "employeeHireDate", onDemand: true, filter: true, value: func(u *store.User) any { return timeOrNil(u.EmployeeHireDate) }},
	userText("employeeId", true, func(u *store.User) string { return u.EmployeeID }),
	userText("employeeType", true, func(u *store.User) string { return u.EmployeeType }),
	userText("faxNumber", true, func(u *store.User) string { return u.FaxNumber }),
	userText("mailNickname", true, func(u *store.User) string { return u.MailNickname }),
	{name: "onPremisesExtensionAttributes", onDemand: true, value: extensionAttributes},
	userText("onPremisesImmutableId", true, func(*store.User) string { return "" }),
	{name: "otherMails", onDemand: true, filter: true, value: func(u *store.User) any { return list(u.OtherMails) }},
	userText("postalCode", true, func(u *store.User) string { return u.PostalCode }),
	{name: "proxyAddresses", onDemand: true, filter: true, value: func(u *store.User) any { return list(u.ProxyAddresses) }},
	userText("state", true, func(u *store.User) string { return u.State }),
	userText("streetAddress", true, func(u *store.User) string { return u.StreetAddress }),
	userText("usageLocation", true, func(u *store.User) string { return u.UsageLocation }),
	userText("userType", true, func(u *store.User) string { return u.UserType }),
}}

// directoryExtension is a property that some application of the tenant has added to people.
func directoryExtension(name string) *property[store.User] {
	if !strings.HasPrefix(name, "extension_") {
		return nil
	}
	return &property[store.User]{name: name, onDemand: true, value: func(u *store.User) any { return textOrNil(u.Extensions[name]) }}
}

func extensionAttributes(u *store.User) any {
	o := object{}
	for i := 1; i <= 15; i++ {
		name := "extensionAttribute" + strconv.Itoa(i)
		o = append(o, member{name, textOrNil(u.Extensions[name])})
	}
	return o
}

var groups = &entity[store.Group]{kind: "group", set: "groups", properties: []property[store.Group]{
	{name: "id", filter: true, value: func(g *store.Group) any { return g.ID }},
	{name: "deletedDateTime", value: func(g *store.Group) any { return timeOrNil(g.DeletedAt) }},
	{name: "classification", value: func(*store.Group) any { return nil }},
	{name: "createdDateTime", filter: true, value: func(g *store.Group) any { return timeOrNil(g.CreatedAt) }},
	{name: "description", filter: true, value: func(g *store.Group) any { return textOrNil(g.Description) }},
	{name: "displayName", filter: true, value: func(g *store.Group) any { return textOrNil(g.DisplayName) }},
	{name: "groupTypes", filter: true, value: func(g *store.Group) any { return list(g.GroupTypes) }},
	{name: "isAssignableToRole", value: func(*store.Group) any { return nil }},
	{name: "mail", filter: true, value: func(g *store.Group) any { return textOrNil(g.Mail) }},
	{name: "mailEnabled", filter: true, value: func(g *store.Group) any { return g.MailEnabled }},
	{name: "mailNickname", filter: true, value: func(g *store.Group) any { return textOrNil(g.MailNickname) }},
	{name: "membershipRule", value: func(g *store.Group) any { return textOrNil(g.MembershipRule) }},
	{name: "membershipRuleProcessingState", value: func(g *store.Group) any {
		if g.MembershipRule == "" {
			return nil
		}
		return "On"
	}},
	{name: "onPremisesSyncEnabled", value: func(*store.Group) any { return nil }},
	{name: "proxyAddresses", value: func(*store.Group) any { return []string{} }},
	{name: "securityEnabled", filter: true, value: func(g *store.Group) any { return g.SecurityEnabled }},
	{name: "visibility", value: func(g *store.Group) any { return textOrNil(g.Visibility) }},
}}

func (c *call) listUsers() (*reply, error) {
	var all []store.User
	for u := range c.s.store.EachUser() {
		if u.DeletedAt.IsZero() {
			all = append(all, *u)
		}
	}
	return users.list(c, all)
}

// listDeletedUsers shows the recycle bin, where names carry the id in front so that they can be given to others.
func (c *call) listDeletedUsers() (*reply, error) {
	var deleted []store.User
	for u := range c.s.store.EachUser() {
		if !u.DeletedAt.IsZero() {
			shown := *u
			shown.UserPrincipalName = strings.ReplaceAll(u.ID, "-", "") + u.UserPrincipalName
			deleted = append(deleted, shown)
		}
	}
	return users.list(c, deleted)
}

func (c *call) getUser() (*reply, error) {
	u, err := c.s.store.FindUser(c.r.PathValue("user"))
	if err != nil {
		return nil, err
	}
	return users.one(c, &u)
}

func (c *call) listGroups() (*reply, error) {
	var all []store.Group
	for g := range c.s.store.EachGroup() {
		if g.DeletedAt.IsZero() {
			all = append(all, *g)
		}
	}
	return groups.list(c, all)
}

func (c *call) getGroup() (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	return groups.one(c, &g)
}

// group is the one in the path, unless it was deleted.
func (c *call) group() (store.Group, error) {
	g, err := c.s.store.Group(c.r.PathValue("group"))
	if err == nil && !g.DeletedAt.IsZero() {
		err = notFound(g.ID)
	}
	return g, err
}

// members returns the direct members of the group in the path as they are shown. A client that may not read people sees
// their ids only.
func (c *call) members(usersOnly bool) ([]object, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	selectsUsers := c.r.URL.Query().Get("$select") != ""
	userProperties, err := users.selected(c, groups)
	if err != nil {
		return nil, err
	}
	groupProperties := []*property[store.Group]{groups.find("id"), groups.find("displayName")}
	readable := c.may(readsUsers)
	var shown []object
	if strings.EqualFold(g.Visibility, "HiddenMembership") && !c.may(readsHidden) {
		g.Members = nil
	}
	for _, memberID := range g.Members {
		if u, err := c.s.store.User(memberID); err == nil {
			if !u.DeletedAt.IsZero() {
				continue
			}
			o := object{}
			if !usersOnly {
				o = append(o, member{"@odata.type", "#microsoft.graph.user"})
			}
			for _, m := range users.render(&u, userProperties) {
				if _, isList := m.value.([]string); !readable && m.name != "id" {
					if m.value = nil; isList {
						m.value = []string{}
					}
				}
				o = append(o, m)
			}
			shown = append(shown, o)
			continue
		}
		nested, err := c.s.store.Group(memberID)
		if err != nil || usersOnly {
			continue
		}
		o := object{{"@odata.type", "#microsoft.graph.group"}}
		if selectsUsers {
			o = append(o, member{"id", nested.ID})
		} else {
			o = append(o, groups.render(&nested, groupProperties)...)
		}
		shown = append(shown, o)
	}
	return shown, nil
}

func (c *call) listMembers() (*reply, error) {
	shown, err := c.members(false)
	if err != nil {
		return nil, err
	}
	return c.page("directoryObjects", shown)
}

func (c *call) listUserMembers() (*reply, error) {
	query := c.r.URL.Query()
	if (query.Get("$count") != "" || query.Get("$filter") != "") && !c.eventual() {
		return nil, unsupported("The query needs the header ConsistencyLevel: eventual and $count=true.")
	}
	shown, err := c.members(true)
	if err != nil {
		return nil, err
	}
	return c.page("users", shown)
}

// eligibleMember is somebody who may activate a membership.
type eligibleMember struct{ groupID, principalID string }

var eligibleMembers = &entity[eligibleMember]{kind: "privilegedAccessGroupEligibilityScheduleInstance", set: "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
	properties: []property[eligibleMember]{
		{name: "id", value: func(m *eligibleMember) any { return m.groupID + "_member_" + m.principalID }},
		{name: "accessId", filter: true, value: func(*eligibleMember) any { return "member" }},
		{name: "groupId", filter: true, value: func(m *eligibleMember) any { return m.groupID }},
		{name: "principalId", filter: true, value: func(m *eligibleMember) any { return m.principalID }},
		{name: "memberType", value: func(*eligibleMember) any { return "direct" }},
	}}

func (c *call) listEligibleMembers() (*reply, error) {
	var all []eligibleMember
	for g := range c.s.store.EachGroup() {
		for _, id := range g.Eligible {
			all = append(all, eligibleMember{g.ID, id})
		}
	}
	return eligibleMembers.list(c, all)
}

func (c *call) countMembers() (*reply, error) { return c.count(false) }

func (c *call) countUserMembers() (*reply, error) { return c.count(true) }

func (c *call) count(usersOnly bool) (*reply, error) {
	if !c.eventual() {
		return nil, badRequest("$count is not currently supported without the header ConsistencyLevel: eventual.")
	}
	shown, err := c.members(usersOnly)
	if err != nil {
		return nil, err
	}
	answer := &reply{status: http.StatusOK, body: strconv.AppendInt(nil, int64(len(shown)), 10)}
	return answer.with("Content-Type", "text/plain"), nil
}

// maximumIDs is how many ids one getByIds may name.
const maximumIDs = 1000

func (c *call) getByIDs() (*reply, error) {
	var body struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.IDs) == 0 || len(body.IDs) > maximumIDs {
		return nil, badRequest("The number of ids must be between 1 and %d.", maximumIDs)
	}
	wants := func(kind string) bool {
		return len(body.Types) == 0 || slices.ContainsFunc(body.Types, func(t string) bool {
			return strings.EqualFold(t, kind) || strings.EqualFold(t, "directoryObject")
		})
	}
	userProperties, err := users.selected(c, groups)
	if err != nil {
		return nil, err
	}
	groupProperties, err := groups.selected(c, users)
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, id := range body.IDs {
		if u, err := c.s.store.User(id); err == nil && u.DeletedAt.IsZero() && wants("user") {
			found = append(found, append(object{{"@odata.type", "#microsoft.graph.user"}}, users.render(&u, userProperties)...))
		} else if g, err := c.s.store.Group(id); err == nil && g.DeletedAt.IsZero() && wants("group") {
			found = append(found, append(object{{"@odata.type", "#microsoft.graph.group"}}, groups.render(&g, groupProperties)...))
		} else if p, err := c.s.store.ServicePrincipal(id); err == nil && wants("servicePrincipal") {
			found = append(found, append(object{{"@odata.type", "#microsoft.graph.servicePrincipal"}}, renderPrincipal(&p)...))
		}
	}
	return respond(object{{"@odata.context", c.context("directoryObjects")}, {"value", found}})
}
