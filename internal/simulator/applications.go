// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func renderRoles(roles []store.AppRole) []object {
	rendered := make([]object, len(roles))
	for i, r := range roles {
		rendered[i] = object{
			{"allowedMemberTypes", list(r.AllowedMemberTypes)}, {"description", r.Description}, {"displayName", r.DisplayName},
			{"id", r.ID}, {"isEnabled", r.Enabled}, {"origin", "Application"}, {"value", textOrNil(r.Value)},
		}
	}
	return rendered
}

// Members of an application that are kept as they were written, in the order in which they are shown.
var applicationMembers = []string{
	"description", "groupMembershipClaims", "identifierUris", "isFallbackPublicClient", "notes", "signInAudience", "tags",
	"tokenEncryptionKeyId", "defaultRedirectUri", "optionalClaims", "addIns", "api", "info", "keyCredentials",
	"passwordCredentials", "requiredResourceAccess", "parentalControlSettings", "publicClient", "verifiedPublisher", "web",
}

var principalMembers = []string{
	"accountEnabled", "appDisplayName", "alternativeNames", "appOwnerOrganizationId", "appRoleAssignmentRequired",
	"description", "notes", "loginUrl", "logoutUrl", "homepage", "notificationEmailAddresses", "preferredSingleSignOnMode",
	"preferredTokenSigningKeyThumbprint", "replyUrls", "servicePrincipalNames", "servicePrincipalType", "signInAudience",
	"tags", "tokenEncryptionKeyId", "samlSingleSignOnSettings", "addIns", "info", "keyCredentials",
	"oauth2PermissionScopes", "passwordCredentials", "verifiedPublisher",
}

var applications = &entity[store.Application]{kind: "application", set: "applications", properties: append([]property[store.Application]{
	{name: "id", filter: true, value: func(a *store.Application) any { return a.ID }},
	{name: "deletedDateTime", value: func(a *store.Application) any { return timeOrNil(a.DeletedAt) }},
	{name: "appId", filter: true, value: func(a *store.Application) any { return a.AppID }},
	{name: "applicationTemplateId", filter: true, value: func(a *store.Application) any { return textOrNil(a.TemplateID) }},
	{name: "createdDateTime", value: func(a *store.Application) any { return timeOrNil(a.CreatedAt) }},
	{name: "displayName", filter: true, value: func(a *store.Application) any { return a.DisplayName }},
	{name: "appRoles", value: func(a *store.Application) any { return renderRoles(a.Roles) }},
}, kept(applicationMembers, func(a *store.Application) map[string]any { return a.Properties })...)}

var servicePrincipals = &entity[store.ServicePrincipal]{kind: "servicePrincipal", set: "servicePrincipals", properties: append([]property[store.ServicePrincipal]{
	{name: "id", filter: true, value: func(p *store.ServicePrincipal) any { return p.ID }},
	{name: "deletedDateTime", value: func(p *store.ServicePrincipal) any { return timeOrNil(p.DeletedAt) }},
	{name: "appId", filter: true, value: func(p *store.ServicePrincipal) any { return p.AppID }},
	{name: "applicationTemplateId", filter: true, value: func(p *store.ServicePrincipal) any { return textOrNil(p.TemplateID) }},
	{name: "displayName", filter: true, value: func(p *store.ServicePrincipal) any { return p.DisplayName }},
	{name: "appRoles", value: func(p *store.ServicePrincipal) any { return renderRoles(p.Roles) }},
}, kept(principalMembers, func(p *store.ServicePrincipal) map[string]any { return p.Properties })...)}

func kept[T any](names []string, properties func(*T) map[string]any) []property[T] {
	list := make([]property[T], len(names))
	for i, name := range names {
		filter := slices.Contains([]string{"accountEnabled", "tags", "servicePrincipalType", "preferredSingleSignOnMode"}, name)
		list[i] = property[T]{name: name, filter: filter, value: func(item *T) any { return properties(item)[name] }}
	}
	return list
}

// renderWhole shows all members of an object regardless of what the request selects.
func renderWhole[T any](e *entity[T], item *T) object {
	o := make(object, len(e.properties))
	for i := range e.properties {
		o[i] = member{e.properties[i].name, e.properties[i].value(item)}
	}
	return o
}

func renderPrincipal(p *store.ServicePrincipal) object { return renderWhole(servicePrincipals, p) }

// resolvePrincipal finds a service principal by what a path names it with, object id or client id.
func (c *call) resolvePrincipal(id string) (store.ServicePrincipal, error) {
	if appID, ok := strings.CutPrefix(id, byAppID); ok {
		return c.s.store.ServicePrincipalByAppID(appID)
	}
	return c.s.store.ServicePrincipal(id)
}

// principal returns the service principal in the path, or answers that there is none (yet).
func (c *call) principal() (store.ServicePrincipal, bool) {
	id := c.r.PathValue("id")
	p, err := c.resolvePrincipal(id)
	if err == nil && !c.s.replica.hides(KindServicePrincipal, p.ID) {
		return p, true
	}
	if c.isSynchronization() {
		c.missing(id, c.s.Variants().NotFound.ServicePrincipal)
	} else {
		c.notFound(strings.TrimPrefix(id, byAppID))
	}
	return p, false
}

func (c *call) listServicePrincipals() {
	all := slices.DeleteFunc(c.s.store.ServicePrincipals(false), func(p store.ServicePrincipal) bool {
		return c.s.replica.hides(KindServicePrincipal, p.ID)
	})
	servicePrincipals.list(c, all)
}

func (c *call) getServicePrincipal() {
	if p, ok := c.principal(); ok {
		servicePrincipals.one(c, http.StatusOK, &p)
	}
}

func (c *call) listApplications() {
	all := slices.DeleteFunc(c.s.store.Applications(false), func(a store.Application) bool {
		return c.s.replica.hides(KindApplication, a.ID)
	})
	applications.list(c, all)
}

func (c *call) getApplication() {
	id := c.r.PathValue("id")
	a, err := c.s.store.Application(id)
	if err != nil || c.s.replica.hides(KindApplication, a.ID) {
		c.notFound(id)
		return
	}
	applications.one(c, http.StatusOK, &a)
}

// errAnswered says that a handler has answered already.
var errAnswered = errors.New("answered")

func (c *call) patchServicePrincipal() {
	changes, ok := c.changes(principalMembers, []string{"displayName"}, "servicePrincipal")
	if !ok {
		return
	}
	p, ok := c.principal()
	if !ok {
		return
	}
	err := c.s.store.UpdateServicePrincipal(p.ID, func(p *store.ServicePrincipal) error {
		for name, raw := range changes {
			if name == "displayName" {
				if json.Unmarshal(raw, &p.DisplayName) != nil {
					c.badRequest("Invalid value specified for property 'displayName' of resource 'ServicePrincipal'.")
					return errAnswered
				}
				continue
			}
			p.Properties[name] = decodeValue(raw)
		}
		return nil
	})
	c.finish(err, p.ID)
}

func (c *call) patchApplication() {
	changes, ok := c.changes(applicationMembers, []string{"displayName", "appRoles"}, "application")
	if !ok {
		return
	}
	id := c.r.PathValue("id")
	err := c.s.store.UpdateApplication(id, func(a *store.Application) error {
		for name, raw := range changes {
			switch name {
			case "displayName":
				if json.Unmarshal(raw, &a.DisplayName) != nil || a.DisplayName == "" {
					c.badRequest("Invalid value specified for property 'displayName' of resource 'Application'.")
					return errAnswered
				}
			case "appRoles":
				roles, ok := c.patchedRoles(a.Roles, raw)
				if !ok {
					return errAnswered
				}
				a.Roles = roles
			default:
				a.Properties[name] = decodeValue(raw)
			}
		}
		return nil
	})
	c.finish(err, id)
}

// finish ends a change with 204 unless it failed.
func (c *call) finish(err error, id string) {
	switch {
	case errors.Is(err, errAnswered):
	case err != nil:
		c.fail(err, id)
	default:
		c.noContent()
	}
}

// changes returns the members of a PATCH body, or answers that one cannot be changed.
func (c *call) changes(kept, core []string, kind string) (map[string]json.RawMessage, bool) {
	var body map[string]json.RawMessage
	if !c.decode(&body) {
		return nil, false
	}
	readOnly := []string{"appDisplayName", "appOwnerOrganizationId", "servicePrincipalType", "signInAudience", "verifiedPublisher"}
	for name := range body {
		if strings.HasPrefix(name, "@odata.") {
			delete(body, name)
			continue
		}
		known := slices.Contains(kept, name) || slices.Contains(core, name)
		if !known || kind == "servicePrincipal" && slices.Contains(readOnly, name) {
			c.badRequest("Property '%s' is read-only and cannot be set.", name)
			return nil, false
		}
	}
	return body, true
}

func decodeValue(raw json.RawMessage) any {
	var value any
	_ = json.Unmarshal(raw, &value) // it came out of a decoded body
	return value
}

// patchedRoles reads a new list of roles. A role can be taken away only after it was disabled.
func (c *call) patchedRoles(before []store.AppRole, raw json.RawMessage) ([]store.AppRole, bool) {
	var body []struct {
		ID                 string   `json:"id"`
		DisplayName        string   `json:"displayName"`
		Description        string   `json:"description"`
		Value              *string  `json:"value"`
		AllowedMemberTypes []string `json:"allowedMemberTypes"`
		IsEnabled          bool     `json:"isEnabled"`
	}
	if json.Unmarshal(raw, &body) != nil {
		c.badRequest("Invalid value specified for property 'appRoles' of resource 'Application'.")
		return nil, false
	}
	var after []store.AppRole
	seen := map[string]bool{}
	for _, r := range body {
		id, err := uuid.Parse(r.ID)
		if err != nil || seen[id.String()] || r.DisplayName == "" || len(r.AllowedMemberTypes) == 0 {
			c.badRequest("Invalid value specified for property 'appRoles' of resource 'Application'.")
			return nil, false
		}
		seen[id.String()] = true
		role := store.AppRole{ID: id.String(), DisplayName: r.DisplayName, Description: r.Description, AllowedMemberTypes: r.AllowedMemberTypes, Enabled: r.IsEnabled}
		if r.Value != nil {
			role.Value = *r.Value
		}
		after = append(after, role)
	}
	for _, role := range before {
		if role.Enabled && !seen[strings.ToLower(role.ID)] {
			c.graphError(http.StatusBadRequest, "CannotDeleteOrUpdateEnabledEntitlement",
				"Property value cannot be deleted unless it is disabled first.")
			return nil, false
		}
	}
	return after, true
}

func (c *call) deleteApplication() {
	id := c.r.PathValue("id")
	c.finish(c.s.store.DeleteApplication(id), id)
}

func (c *call) deleteServicePrincipal() {
	if p, ok := c.principal(); ok {
		c.finish(c.s.store.DeleteServicePrincipal(p.ID), p.ID)
	}
}

func (c *call) listDeletedItems() {
	if strings.HasSuffix(c.r.URL.Path, ".application") {
		applications.list(c, c.s.store.Applications(true))
		return
	}
	servicePrincipals.list(c, c.s.store.ServicePrincipals(true))
}

// deletedItem shows an object of the recycle bin.
func (c *call) deletedItem(id string) (object, bool) {
	for _, a := range c.s.store.Applications(true) {
		if strings.EqualFold(a.ID, id) {
			return append(object{{"@odata.type", "#microsoft.graph.application"}}, renderWhole(applications, &a)...), true
		}
	}
	for _, p := range c.s.store.ServicePrincipals(true) {
		if strings.EqualFold(p.ID, id) {
			return append(object{{"@odata.type", "#microsoft.graph.servicePrincipal"}}, renderWhole(servicePrincipals, &p)...), true
		}
	}
	return nil, false
}

func (c *call) getDeletedItem() {
	id := c.r.PathValue("id")
	item, ok := c.deletedItem(id)
	if !ok {
		c.notFound(id)
		return
	}
	c.ok(append(object{{"@odata.context", c.context("directoryObjects/$entity")}}, item...))
}

func (c *call) purgeDeletedItem() {
	id := c.r.PathValue("id")
	c.finish(c.s.store.Purge(id), id)
}

func (c *call) restoreDeletedItem() {
	id := c.r.PathValue("id")
	item, _ := c.deletedItem(id)
	if err := c.s.store.Restore(id); err != nil {
		c.fail(err, id)
		return
	}
	for i := range item {
		if item[i].name == "deletedDateTime" {
			item[i].value = nil
		}
	}
	c.ok(append(object{{"@odata.context", c.context("directoryObjects/$entity")}}, item...))
}
