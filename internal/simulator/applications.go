// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/json"
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
	"passwordCredentials", "requiredResourceAccess", "parentalControlSettings", "publicClient", "serviceManagementReference", "verifiedPublisher", "web",
}

var principalMembers = []string{
	"accountEnabled", "appDisplayName", "alternativeNames", "appOwnerOrganizationId", "appRoleAssignmentRequired",
	"description", "notes", "loginUrl", "logoutUrl", "homepage", "notificationEmailAddresses", "preferredSingleSignOnMode",
	"preferredTokenSigningKeyThumbprint", "replyUrls", "servicePrincipalNames", "servicePrincipalType", "signInAudience",
	"tags", "tokenEncryptionKeyId", "samlSingleSignOnSettings", "addIns", "info", "keyCredentials",
	"oauth2PermissionScopes", "passwordCredentials", "verifiedPublisher",
}

// Members that only the beta version has. The azuread provider reads them there after everything else, and writes the first.
var (
	betaApplicationMembers = []string{"isDisabled", "oauth2RequirePostResponse"}
	betaPrincipalMembers   = []string{"isDisabled", "samlMetadataUrl"}
)

// inVersion returns the entity as the version of the request shows it: beta adds members of its own.
func (e *entity[T]) inVersion(c *call, members []string, properties func(*T) map[string]any) *entity[T] {
	if c.version() != beta {
		return e
	}
	whole := *e
	whole.properties = append(slices.Clone(e.properties), kept(members, properties)...)
	return &whole
}

func (c *call) principals() *entity[store.ServicePrincipal] {
	return servicePrincipals.inVersion(c, betaPrincipalMembers, func(p *store.ServicePrincipal) map[string]any { return p.Properties })
}

func (c *call) registrations() *entity[store.Application] {
	return applications.inVersion(c, betaApplicationMembers, func(a *store.Application) map[string]any { return a.Properties })
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

// principal returns the service principal in the path.
func (c *call) principal() (store.ServicePrincipal, error) {
	p, err := c.resolvePrincipal(c.r.PathValue("id"))
	if err == nil && c.s.replica.hides(KindServicePrincipal, p.ID) {
		err = &store.NotFoundError{Kind: store.MissingPrincipal, ID: p.ID}
	}
	return p, err
}

// ofPrincipal is an operation on the service principal in the path.
func ofPrincipal(handle func(*call, store.ServicePrincipal) (*reply, error)) operation {
	return func(c *call) (*reply, error) {
		p, err := c.principal()
		if err != nil {
			return nil, err
		}
		return handle(c, p)
	}
}

func (c *call) listServicePrincipals() (*reply, error) {
	all := slices.DeleteFunc(c.s.store.ServicePrincipals(false), func(p store.ServicePrincipal) bool {
		return c.s.replica.hides(KindServicePrincipal, p.ID)
	})
	return c.principals().list(c, all)
}

func (c *call) getServicePrincipal(p store.ServicePrincipal) (*reply, error) {
	return c.principals().one(c, &p)
}

func (c *call) listApplications() (*reply, error) {
	all := slices.DeleteFunc(c.s.store.Applications(false), func(a store.Application) bool {
		return c.s.replica.hides(KindApplication, a.ID)
	})
	return c.registrations().list(c, all)
}

func (c *call) getApplication() (*reply, error) {
	id := c.r.PathValue("id")
	a, err := c.s.store.Application(id)
	if err != nil || c.s.replica.hides(KindApplication, a.ID) {
		return nil, notFound(id)
	}
	return c.registrations().one(c, &a)
}

func (c *call) patchServicePrincipal(p store.ServicePrincipal) (*reply, error) {
	changes, err := c.changes(principalMembers, betaPrincipalMembers, []string{"displayName"}, "servicePrincipal")
	if err != nil {
		return nil, err
	}
	return done(c.s.store.UpdateServicePrincipal(p.ID, func(p *store.ServicePrincipal) error {
		for name, raw := range changes {
			if name == "displayName" {
				if json.Unmarshal(raw, &p.DisplayName) != nil {
					return badRequest("Invalid value specified for property 'displayName' of resource 'ServicePrincipal'.")
				}
				continue
			}
			p.Properties[name] = decodeValue(raw)
		}
		return nil
	}))
}

func (c *call) patchApplication() (*reply, error) {
	changes, err := c.changes(applicationMembers, betaApplicationMembers, []string{"displayName", "appRoles"}, "application")
	if err != nil {
		return nil, err
	}
	return done(c.s.store.UpdateApplication(c.r.PathValue("id"), func(a *store.Application) error {
		for name, raw := range changes {
			switch name {
			case "displayName":
				if json.Unmarshal(raw, &a.DisplayName) != nil || a.DisplayName == "" {
					return badRequest("Invalid value specified for property 'displayName' of resource 'Application'.")
				}
			case "appRoles":
				roles, err := patchedRoles(a.Roles, raw)
				if err != nil {
					return err
				}
				a.Roles = roles
			default:
				a.Properties[name] = decodeValue(raw)
			}
		}
		return nil
	}))
}

// changes returns the members of a PATCH body.
func (c *call) changes(members, inBeta, core []string, kind string) (map[string]json.RawMessage, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	readOnly := []string{"appDisplayName", "appOwnerOrganizationId", "servicePrincipalType", "signInAudience", "verifiedPublisher"}
	for name := range body {
		if strings.HasPrefix(name, "@odata.") {
			delete(body, name)
			continue
		}
		known := slices.Contains(members, name) || slices.Contains(core, name) || c.version() == beta && slices.Contains(inBeta, name)
		if !known || kind == "servicePrincipal" && slices.Contains(readOnly, name) {
			return nil, badRequest("Property '%s' is read-only and cannot be set.", name)
		}
	}
	return body, nil
}

func decodeValue(raw json.RawMessage) any {
	var value any
	_ = json.Unmarshal(raw, &value) // it came out of a decoded body
	return value
}

// patchedRoles reads a new list of roles. A role can be removed only after it was disabled.
func patchedRoles(before []store.AppRole, raw json.RawMessage) ([]store.AppRole, error) {
	var body []struct {
		ID                 string   `json:"id"`
		DisplayName        string   `json:"displayName"`
		Description        string   `json:"description"`
		Value              *string  `json:"value"`
		AllowedMemberTypes []string `json:"allowedMemberTypes"`
		IsEnabled          bool     `json:"isEnabled"`
	}
	if json.Unmarshal(raw, &body) != nil {
		return nil, badRequest("Invalid value specified for property 'appRoles' of resource 'Application'.")
	}
	var after []store.AppRole
	seen := map[string]bool{}
	for _, r := range body {
		id, err := uuid.Parse(r.ID)
		if err != nil || seen[id.String()] || r.DisplayName == "" || len(r.AllowedMemberTypes) == 0 {
			return nil, badRequest("Invalid value specified for property 'appRoles' of resource 'Application'.")
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
			return nil, refuse(http.StatusBadRequest, "CannotDeleteOrUpdateEnabledEntitlement",
				"Property value cannot be deleted unless it is disabled first.")
		}
	}
	return after, nil
}

func (c *call) deleteApplication() (*reply, error) {
	return done(c.s.store.DeleteApplication(c.r.PathValue("id")))
}

func (c *call) deleteServicePrincipal(p store.ServicePrincipal) (*reply, error) {
	return done(c.s.store.DeleteServicePrincipal(p.ID))
}

func (c *call) listDeletedItems() (*reply, error) {
	if strings.HasSuffix(c.r.URL.Path, ".application") {
		return applications.list(c, c.s.store.Applications(true))
	}
	return servicePrincipals.list(c, c.s.store.ServicePrincipals(true))
}

// deletedItem shows an object of the recycle bin, nil if there is none, and says who owns it.
func (c *call) deletedItem(id string) (shown object, owners []string) {
	for _, a := range c.s.store.Applications(true) {
		if strings.EqualFold(a.ID, id) {
			return append(object{{"@odata.type", "#microsoft.graph.application"}}, renderWhole(applications, &a)...), a.Owners
		}
	}
	for _, p := range c.s.store.ServicePrincipals(true) {
		if strings.EqualFold(p.ID, id) {
			return append(object{{"@odata.type", "#microsoft.graph.servicePrincipal"}}, renderWhole(servicePrincipals, &p)...), p.Owners
		}
	}
	if g, err := c.s.store.Group(id); err == nil && !g.DeletedAt.IsZero() {
		return append(object{{"@odata.type", "#microsoft.graph.group"}}, renderWhole(groups, &g)...), nil
	}
	return nil, nil
}

func (c *call) getDeletedItem() (*reply, error) {
	id := c.r.PathValue("id")
	item, _ := c.deletedItem(id)
	if item == nil {
		return nil, notFound(id)
	}
	return respond(append(object{{"@odata.context", c.context("directoryObjects/$entity")}}, item...))
}

func (c *call) purgeDeletedItem() (*reply, error) { return done(c.s.store.Purge(c.r.PathValue("id"))) }

func (c *call) restoreDeletedItem() (*reply, error) {
	id := c.r.PathValue("id")
	item, _ := c.deletedItem(id)
	if err := c.s.store.Restore(id); err != nil {
		return nil, err
	}
	for i := range item {
		if item[i].name == "deletedDateTime" {
			item[i].value = nil
		}
	}
	return respond(append(object{{"@odata.context", c.context("directoryObjects/$entity")}}, item...))
}

var applicationTemplates = &entity[store.GalleryTemplate]{kind: "applicationTemplate", set: "applicationTemplates", properties: []property[store.GalleryTemplate]{
	{name: "id", value: func(t *store.GalleryTemplate) any { return t.ID }},
	{name: "displayName", filter: true, value: func(t *store.GalleryTemplate) any { return t.DisplayName }},
	{name: "homePageUrl", value: func(t *store.GalleryTemplate) any { return textOrNil(t.HomePageURL) }},
	{name: "supportedSingleSignOnModes", value: func(t *store.GalleryTemplate) any { return list(t.SignOnModes) }},
	{name: "supportedProvisioningTypes", value: func(t *store.GalleryTemplate) any { return list(t.ProvisioningTypes) }},
	{name: "logoUrl", value: func(t *store.GalleryTemplate) any { return textOrNil(t.LogoURL) }},
	{name: "categories", filter: true, value: func(t *store.GalleryTemplate) any { return list(t.Categories) }},
	{name: "publisher", value: func(t *store.GalleryTemplate) any { return textOrNil(t.Publisher) }},
	{name: "description", value: func(t *store.GalleryTemplate) any { return textOrNil(t.Description) }},
}}

func (c *call) listTemplates() (*reply, error) {
	return applicationTemplates.list(c, c.s.store.Gallery())
}

func (c *call) getTemplate() (*reply, error) {
	id := c.r.PathValue("template")
	gallery := c.s.store.Gallery()
	at := slices.IndexFunc(gallery, func(t store.GalleryTemplate) bool { return strings.EqualFold(t.ID, id) })
	if at < 0 {
		return nil, notFound(id)
	}
	return applicationTemplates.one(c, &gallery[at])
}

func (c *call) instantiate() (*reply, error) {
	var body struct {
		DisplayName string `json:"displayName"`
		Reference   string `json:"serviceManagementReference"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.DisplayName == "" {
		return nil, badRequest("A value is required for property 'displayName' of resource 'Application'.")
	}
	if body.Reference == "" && c.s.Variants().NeedsReference {
		return nil, badRequest("ServiceManagementReference field is required for Create, but is missing in the request.")
	}
	owner := c.client.ID
	if c.s.Variants().NoOwners {
		owner = ""
	}
	app, principal, err := c.s.store.Instantiate(c.r.PathValue("template"), body.DisplayName, owner)
	if err != nil {
		return nil, err
	}
	if body.Reference != "" {
		if err := c.s.store.UpdateApplication(app.ID, func(a *store.Application) error {
			a.Properties["serviceManagementReference"] = body.Reference
			app.Properties = a.Properties
			return nil
		}); err != nil {
			return nil, err
		}
	}
	c.s.replica.written(KindApplication, app.ID, nil)
	c.s.replica.written(KindServicePrincipal, principal.ID, nil)
	c.s.replica.written(KindSynchronization, principal.ID, nil)
	a, p := renderWhole(applications, &app), renderWhole(servicePrincipals, &principal)
	if c.s.Variants().LegacyObjectID {
		a[0].name, p[0].name = "objectId", "objectId"
	}
	return created(object{
		{"@odata.context", c.context("microsoft.graph.applicationServicePrincipal")}, {"application", a}, {"servicePrincipal", p},
	})
}
