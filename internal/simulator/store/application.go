// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// AppRole is a role that an application declares.
type AppRole struct {
	ID, DisplayName, Description string
	Value                        string // empty for none
	AllowedMemberTypes           []string
	Enabled                      bool
}

// Allows says whether the role may be given to principals of the member type, User (which covers groups) or
// Application.
func (r AppRole) Allows(memberType string) bool {
	return slices.Contains(r.AllowedMemberTypes, memberType)
}

// Application is a registered application.
type Application struct {
	ID          string
	AppID       string
	TemplateID  string // gallery template, empty if none
	DisplayName string
	CreatedAt   time.Time
	DeletedAt   time.Time // zero unless it is in the recycle bin
	Roles       []AppRole
	Owners      []string       // the client ids of the applications that own this one
	Properties  map[string]any // further members as a client sees and patches them
}

func (a *Application) clone() Application {
	c := *a
	c.Roles = slices.Clone(a.Roles)
	c.Owners = slices.Clone(a.Owners)
	c.Properties = maps.Clone(a.Properties)
	return c
}

// ServicePrincipal is the instance of an application in the tenant.
type ServicePrincipal struct {
	ID          string
	AppID       string
	TemplateID  string
	DisplayName string
	DeletedAt   time.Time
	Roles       []AppRole
	Owners      []string
	Properties  map[string]any
}

func (p *ServicePrincipal) clone() ServicePrincipal {
	c := *p
	c.Roles = slices.Clone(p.Roles)
	c.Owners = slices.Clone(p.Owners)
	c.Properties = maps.Clone(p.Properties)
	return c
}

// Role returns the declared role with the id.
func (p *ServicePrincipal) Role(id string) (AppRole, bool) {
	for _, r := range p.Roles {
		if strings.EqualFold(r.ID, id) {
			return r, true
		}
	}
	return AppRole{}, false
}

// Instantiate makes an application and its service principal from a gallery template. Like the real call it is not
// idempotent: each call makes another pair.
func (s *Store) Instantiate(templateID, displayName, owner string) (Application, ServicePrincipal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.gallery {
		if t := &s.gallery[i]; strings.EqualFold(t.ID, templateID) {
			app, principal := s.addApplication(displayName, t, owner)
			return app.clone(), principal.clone(), nil
		}
	}
	return Application{}, ServicePrincipal{}, notFound("template", templateID)
}

// AddApplication registers an application without a gallery template, which therefore has no connector, and returns
// it with its service principal.
func (s *Store) AddApplication(displayName string) (Application, ServicePrincipal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	app, principal := s.addApplication(displayName, &GalleryTemplate{}, "")
	return app.clone(), principal.clone()
}

func (s *Store) addApplication(displayName string, t *GalleryTemplate, owner string) (*Application, *ServicePrincipal) {
	roles := make([]AppRole, len(t.Roles))
	for i, r := range t.Roles {
		r.ID = newID() // role ids differ per instance
		roles[i] = r
	}
	var owners []string
	if owner != "" {
		owners = []string{owner}
	}
	appID := newID()
	homepage := ""
	if t.GalleryKey != "" {
		homepage = "https://account.example.com/applications/default.aspx?metadata=" + t.GalleryKey + "|ISV9.1|primary|z"
	}
	app := &Application{
		ID: newID(), AppID: appID, TemplateID: t.ID, DisplayName: displayName, CreatedAt: s.now(), Roles: roles,
		Owners: owners, Properties: applicationProperties(displayName, homepage),
	}
	principal := &ServicePrincipal{
		ID: newID(), AppID: appID, TemplateID: t.ID, DisplayName: displayName,
		Roles: slices.Clone(roles), Owners: slices.Clone(owners),
		Properties: principalProperties(displayName, appID, homepage, s.tenantID),
	}
	s.applications.put(app.ID, app)
	s.principals.put(principal.ID, principal)
	return app, principal
}

// applicationProperties are the members of a new application that nothing in the simulator depends on.
func applicationProperties(displayName, homepage string) map[string]any {
	return map[string]any{
		"description": nil, "notes": nil, "groupMembershipClaims": nil, "identifierUris": []string{},
		"isFallbackPublicClient": false, "signInAudience": "AzureADMyOrg", "tags": []string{},
		"tokenEncryptionKeyId": nil, "defaultRedirectUri": nil, "optionalClaims": nil, "addIns": []any{},
		"api": map[string]any{
			"acceptMappedClaims": nil, "knownClientApplications": []any{}, "requestedAccessTokenVersion": nil,
			"oauth2PermissionScopes": []any{map[string]any{
				"adminConsentDescription": "Lets the application act on " + displayName + " for the signed-in person.",
				"adminConsentDisplayName": "Access " + displayName,
				"id":                      newID(), "isEnabled": true, "type": "User",
				"userConsentDescription": "Lets the application act on " + displayName + " for you.",
				"userConsentDisplayName": "Access " + displayName, "value": "user_impersonation",
			}},
			"preAuthorizedApplications": []any{},
		},
		"info":           emptyInfo(),
		"keyCredentials": []any{}, "passwordCredentials": []any{}, "requiredResourceAccess": []any{},
		"parentalControlSettings": map[string]any{"countriesBlockedForMinors": []any{}, "legalAgeGroupRule": "Allow"},
		"publicClient":            map[string]any{"redirectUris": []any{}},
		"verifiedPublisher":       noPublisher(),
		"web":                     map[string]any{"homePageUrl": textOrNil(homepage), "redirectUris": []any{}, "logoutUrl": nil},
	}
}

// principalProperties are the members of a new service principal that nothing in the simulator depends on, apart from
// preferredSingleSignOnMode and accountEnabled, which clients patch.
func principalProperties(displayName, appID, homepage, tenantID string) map[string]any {
	return map[string]any{
		"accountEnabled": true, "appDisplayName": displayName, "alternativeNames": []string{},
		"appOwnerOrganizationId": tenantID, "appRoleAssignmentRequired": true, "description": nil, "notes": nil,
		"loginUrl": nil, "logoutUrl": nil, "homepage": textOrNil(homepage), "notificationEmailAddresses": []string{},
		"preferredSingleSignOnMode": nil, "preferredTokenSigningKeyThumbprint": nil, "replyUrls": []string{},
		"servicePrincipalNames": []string{appID}, "servicePrincipalType": "Application",
		"signInAudience": "AzureADMyOrg", "tags": []string{"WindowsAzureActiveDirectoryIntegratedApp"},
		"tokenEncryptionKeyId": nil, "samlSingleSignOnSettings": nil, "addIns": []any{}, "info": emptyInfo(),
		"keyCredentials": []any{}, "oauth2PermissionScopes": []any{}, "passwordCredentials": []any{},
		"verifiedPublisher": noPublisher(),
	}
}

func emptyInfo() map[string]any {
	return map[string]any{
		"logoUrl": nil, "marketingUrl": nil, "privacyStatementUrl": nil, "supportUrl": nil, "termsOfServiceUrl": nil,
	}
}

func noPublisher() map[string]any {
	return map[string]any{"displayName": nil, "verifiedPublisherId": nil, "addedDateTime": nil}
}

func textOrNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Application returns an application by object id, unless it is deleted.
func (s *Store) Application(id string) (Application, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return cloneOf(s.application(id))
}

// application needs the lock.
func (s *Store) application(id string) (*Application, error) {
	a, ok := s.applications.get(strings.ToLower(id))
	if !ok || !a.DeletedAt.IsZero() {
		return nil, notFound("application", id)
	}
	return a, nil
}

// Applications returns all applications that are deleted or, with deleted false, that are not.
func (s *Store) Applications(deleted bool) []Application {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return clones(s.applications.all(), func(a *Application) bool { return a.DeletedAt.IsZero() != deleted })
}

// UpdateApplication changes an application; name and roles reach its service principal too.
func (s *Store) UpdateApplication(id string, change func(*Application) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.application(id)
	if err != nil {
		return err
	}
	draft := a.clone()
	if err := change(&draft); err != nil {
		return err
	}
	s.revision++ // roles may have changed
	renamed := draft.DisplayName != a.DisplayName
	*a = draft
	for p := range s.principals.all() {
		if p.AppID == a.AppID {
			p.Roles = slices.Clone(a.Roles)
			if renamed {
				p.DisplayName = a.DisplayName
				p.Properties["appDisplayName"] = a.DisplayName
			}
		}
	}
	return nil
}

// ServicePrincipal returns a service principal by object id, unless it is deleted.
func (s *Store) ServicePrincipal(id string) (ServicePrincipal, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return cloneOf(s.principal(id))
}

// principal needs the lock.
func (s *Store) principal(id string) (*ServicePrincipal, error) {
	p, ok := s.principals.get(strings.ToLower(id))
	if !ok || !p.DeletedAt.IsZero() {
		return nil, notFound(MissingPrincipal, id)
	}
	return p, nil
}

// ServicePrincipalByAppID returns a service principal by client id, unless it is deleted.
func (s *Store) ServicePrincipalByAppID(appID string) (ServicePrincipal, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for p := range s.principals.all() {
		if strings.EqualFold(p.AppID, appID) && p.DeletedAt.IsZero() {
			return p.clone(), nil
		}
	}
	return ServicePrincipal{}, notFound(MissingPrincipal, appID)
}

// ServicePrincipals returns all service principals that are deleted or, with deleted false, that are not.
func (s *Store) ServicePrincipals(deleted bool) []ServicePrincipal {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return clones(s.principals.all(), func(p *ServicePrincipal) bool { return p.DeletedAt.IsZero() != deleted })
}

// UpdateServicePrincipal changes a service principal.
func (s *Store) UpdateServicePrincipal(id string, change func(*ServicePrincipal) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.principal(id)
	if err != nil {
		return err
	}
	draft := p.clone()
	if err := change(&draft); err != nil {
		return err
	}
	*p = draft
	return nil
}

// DeleteApplication puts an application and its service principal into the recycle bin. Everything that hangs on the
// service principal stays with it, so a restore brings it back.
func (s *Store) DeleteApplication(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.application(id)
	if err != nil {
		return err
	}
	a.DeletedAt = s.now()
	for p := range s.principals.all() {
		if p.AppID == a.AppID && p.DeletedAt.IsZero() {
			p.DeletedAt = a.DeletedAt
		}
	}
	return nil
}

// DeleteServicePrincipal puts a service principal into the recycle bin and leaves its application behind.
func (s *Store) DeleteServicePrincipal(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.principal(id)
	if err != nil {
		return err
	}
	p.DeletedAt = s.now()
	return nil
}

// Restore takes an application with its service principal, or a service principal alone, out of the recycle bin.
func (s *Store) Restore(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = strings.ToLower(id)
	if a, ok := s.applications.get(id); ok && !a.DeletedAt.IsZero() {
		for p := range s.principals.all() {
			if p.AppID == a.AppID && p.DeletedAt.Equal(a.DeletedAt) {
				p.DeletedAt = time.Time{}
			}
		}
		a.DeletedAt = time.Time{}
		return nil
	}
	if p, ok := s.principals.get(id); ok && !p.DeletedAt.IsZero() {
		p.DeletedAt = time.Time{}
		return nil
	}
	return notFound("deleted item", id)
}

// Purge removes a deleted application or service principal permanently.
func (s *Store) Purge(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = strings.ToLower(id)
	if a, ok := s.applications.get(id); ok && !a.DeletedAt.IsZero() {
		var gone []string
		for p := range s.principals.all() {
			if p.AppID == a.AppID && !p.DeletedAt.IsZero() {
				gone = append(gone, p.ID)
			}
		}
		for _, principal := range gone {
			s.purgePrincipal(principal)
		}
		s.applications.remove(id)
		return nil
	}
	if p, ok := s.principals.get(id); ok && !p.DeletedAt.IsZero() {
		s.purgePrincipal(id)
		return nil
	}
	return notFound("deleted item", id)
}

// purgePrincipal needs the lock.
func (s *Store) purgePrincipal(id string) {
	s.principals.remove(id)
	delete(s.assignments, id)
	delete(s.jobs, id)
	delete(s.secrets, id)
}
