// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ApplicationTemplate is an entry of the application gallery.
type ApplicationTemplate struct {
	ID                         string   `json:"id"`
	DisplayName                string   `json:"displayName"`
	Publisher                  string   `json:"publisher"`
	SupportedProvisioningTypes []string `json:"supportedProvisioningTypes"`
}

// AppRole is a role that an application declares.
type AppRole struct {
	ID                 string   `json:"id"`
	DisplayName        string   `json:"displayName"`
	Description        string   `json:"description"`
	Value              string   `json:"value"` // "" when the service sends null
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             string   `json:"origin"`
}

// DefaultAccessRoleID is the role id of an assignment without a declared role ("Default Access").
const DefaultAccessRoleID = "00000000-0000-0000-0000-000000000000"

// ServicePrincipal is the tenant's instance of an application.
type ServicePrincipal struct {
	ID                        string    `json:"id"`
	AppID                     string    `json:"appId"`
	DisplayName               string    `json:"displayName"`
	ApplicationTemplateID     string    `json:"applicationTemplateId"`
	AccountEnabled            bool      `json:"accountEnabled"`
	AppRoleAssignmentRequired bool      `json:"appRoleAssignmentRequired"`
	PreferredSingleSignOnMode string    `json:"preferredSingleSignOnMode"`
	AppRoles                  []AppRole `json:"appRoles"`
	Tags                      []string  `json:"tags"`
}

// Application is the registration behind a service principal.
type Application struct {
	ID                    string `json:"id"`
	AppID                 string `json:"appId"`
	DisplayName           string `json:"displayName"`
	ApplicationTemplateID string `json:"applicationTemplateId"`

	ServiceManagementReference string `json:"serviceManagementReference"`
}

// DeletedObject is an entry of the directory's recycle bin.
type DeletedObject struct {
	ID                    string `json:"id"`
	AppID                 string `json:"appId"`
	DisplayName           string `json:"displayName"`
	ApplicationTemplateID string `json:"applicationTemplateId"`
	DeletedDateTime       string `json:"deletedDateTime"`
}

// ServicePrincipalFilter selects service principals; empty members do not filter, all given ones must hold.
type ServicePrincipalFilter struct {
	DisplayName           string
	AppID                 string
	ApplicationTemplateID string
}

// ApplicationPatch holds the members to change; nil leaves a member alone.
type ApplicationPatch struct {
	DisplayName                *string `json:"displayName,omitempty"`
	ServiceManagementReference *string `json:"serviceManagementReference,omitempty"`
}

// ListApplicationTemplates returns the gallery entries with this display name. The service compares without regard to
// case; entries that match exactly displace the others.
func (c *Client) ListApplicationTemplates(ctx context.Context, displayName string) ([]ApplicationTemplate, error) {
	all, err := listWith[ApplicationTemplate](ctx, c, call{method: http.MethodGet, path: "/applicationTemplates", needs: needsNothing}, query("$filter", "displayName eq "+quoted(displayName)))
	if err != nil {
		return nil, err
	}
	exact := slices.DeleteFunc(slices.Clone(all), func(t ApplicationTemplate) bool { return t.DisplayName != displayName })
	if len(exact) > 0 {
		return exact, nil
	}
	return slices.DeleteFunc(all, func(t ApplicationTemplate) bool { return !strings.EqualFold(t.DisplayName, displayName) }), nil
}

// GetApplicationTemplate returns one gallery entry.
func (c *Client) GetApplicationTemplate(ctx context.Context, id string) (ApplicationTemplate, error) {
	var template ApplicationTemplate
	err := c.do(ctx, call{method: http.MethodGet, path: pathOf("applicationTemplates", id), needs: needsNothing, names: id}, &template)
	return template, err
}

// NewApplication is what an application is made with. A tenant can require a reference of its service management.
type NewApplication struct {
	DisplayName                string `json:"displayName"`
	ServiceManagementReference string `json:"serviceManagementReference,omitempty"`
}

// InstantiateApplicationTemplate makes an application and its service principal. It is not idempotent: an error that
// IsAmbiguous must be settled by listing before anything is tried again. Accepts the legacy member objectId.
func (c *Client) InstantiateApplicationTemplate(ctx context.Context, templateID string, as NewApplication) (Application, ServicePrincipal, error) {
	var answer struct {
		Application struct {
			Application
			ObjectID string `json:"objectId"`
		} `json:"application"`
		ServicePrincipal struct {
			ServicePrincipal
			ObjectID string `json:"objectId"`
		} `json:"servicePrincipal"`
	}
	in := call{
		method: http.MethodPost, path: pathOf("applicationTemplates", templateID, "instantiate"), needs: writesApplications,
		body: as,
	}
	if err := c.do(ctx, in, &answer); err != nil {
		return Application{}, ServicePrincipal{}, err
	}
	application, principal := answer.Application.Application, answer.ServicePrincipal.ServicePrincipal
	if application.ID == "" {
		application.ID = answer.Application.ObjectID
	}
	if principal.ID == "" {
		principal.ID = answer.ServicePrincipal.ObjectID
	}
	if application.ID == "" || principal.ID == "" {
		return Application{}, ServicePrincipal{}, in.withoutID()
	}
	c.made.note(pathOf("applications", application.ID), c.clock.Now())
	c.made.note(pathOf("servicePrincipals", principal.ID), c.clock.Now())
	return application, principal, nil
}

// withoutID is the error for a create that was answered with success but without an id.
func (in call) withoutID() error {
	return &Error{
		Method: in.method, Path: "/v1.0" + redactPath(in.path), Needs: in.needs, StatusCode: http.StatusCreated, Ambiguous: true,
		Err: errors.New("the response does not contain an id"),
	}
}

// GetServicePrincipal returns a service principal by object id.
func (c *Client) GetServicePrincipal(ctx context.Context, id string) (ServicePrincipal, error) {
	var principal ServicePrincipal
	err := c.do(ctx, call{method: http.MethodGet, path: pathOf("servicePrincipals", id), needs: readsApplications, names: id}, &principal)
	return principal, err
}

// ListServicePrincipals returns all service principals that match the filter.
func (c *Client) ListServicePrincipals(ctx context.Context, filter ServicePrincipalFilter) ([]ServicePrincipal, error) {
	var terms []string
	for _, term := range []struct{ property, value string }{
		{"displayName", filter.DisplayName},
		{"appId", filter.AppID},
		{"applicationTemplateId", filter.ApplicationTemplateID},
	} {
		if term.value != "" {
			terms = append(terms, term.property+" eq "+quoted(term.value))
		}
	}
	found, err := listWith[ServicePrincipal](ctx, c, call{method: http.MethodGet, path: "/servicePrincipals", needs: readsApplications}, query("$filter", strings.Join(terms, " and ")))
	return slices.DeleteFunc(found, func(p ServicePrincipal) bool { return !filter.selects(p) }), err
}

// selects says of a service principal whether it is one of those that are meant, since a service can ignore a filter.
func (f ServicePrincipalFilter) selects(p ServicePrincipal) bool {
	same := func(wanted, is string) bool { return wanted == "" || strings.EqualFold(wanted, is) }
	return same(f.DisplayName, p.DisplayName) && same(f.AppID, p.AppID) && same(f.ApplicationTemplateID, p.ApplicationTemplateID)
}

// GetApplication returns a registration by object id.
func (c *Client) GetApplication(ctx context.Context, objectID string) (Application, error) {
	var application Application
	err := c.do(ctx, call{method: http.MethodGet, path: pathOf("applications", objectID), needs: readsApplications, names: objectID}, &application)
	return application, err
}

// GetApplicationByAppID returns the registration with this client id; IsNotFound(err) when the tenant has none.
func (c *Client) GetApplicationByAppID(ctx context.Context, appID string) (Application, error) {
	in := call{
		method: http.MethodGet, path: "/applications", needs: readsApplications,
		emptyIsMissing: true,
	}
	found, err := listWith[Application](ctx, c, in, query("$filter", "appId eq "+quoted(appID)))
	found = slices.DeleteFunc(found, func(a Application) bool { return !strings.EqualFold(a.AppID, appID) })
	switch {
	case err != nil:
		return Application{}, err
	case len(found) > 0:
		return found[0], nil
	}
	return Application{}, &Error{
		Method: in.method, Path: "/v1.0" + in.path, Needs: in.needs, StatusCode: http.StatusNotFound, Code: codeNoResource,
		Message: fmt.Sprintf("no application has the client id %s", appID),
	}
}

// UpdateApplication changes the members named in patch.
func (c *Client) UpdateApplication(ctx context.Context, objectID string, patch ApplicationPatch) error {
	return c.do(ctx, call{method: http.MethodPatch, path: pathOf("applications", objectID), needs: writesApplications, body: patch}, nil)
}

// DeleteApplication soft-deletes an application together with its service principal. Gone already is success.
func (c *Client) DeleteApplication(ctx context.Context, objectID string) error {
	return c.delete(ctx, pathOf("applications", objectID), writesApplications)
}

// DeleteServicePrincipal deletes a service principal and leaves its application. Gone already is success.
func (c *Client) DeleteServicePrincipal(ctx context.Context, id string) error {
	return c.delete(ctx, pathOf("servicePrincipals", id), writesApplications)
}

// delete sends a DELETE; gone already is success. When the answer is lost, and the time to ask again is over, a look tells.
func (c *Client) delete(ctx context.Context, path string, needs Permission) error {
	err := c.do(ctx, call{method: http.MethodDelete, path: path, needs: needs}, nil)
	if IsAmbiguous(err) {
		gone, _ := Settle(ctx, c, "the deletion to show", func(ctx context.Context) (bool, error) {
			err := c.do(ctx, call{method: http.MethodGet, path: path, needs: needs, mayBeNone: true}, nil)
			if IsNotFound(err) {
				return true, nil
			}
			return false, err
		})
		if gone {
			err = nil
		}
	}
	if err == nil {
		c.made.forget()
	}
	if IsNotFound(err) {
		return nil
	}
	return err
}

// ListDeletedApplications returns the soft-deleted applications with exactly this display name.
func (c *Client) ListDeletedApplications(ctx context.Context, displayName string) ([]DeletedObject, error) {
	all, err := listWith[DeletedObject](ctx, c,
		call{method: http.MethodGet, path: "/directory/deletedItems/microsoft.graph.application", needs: readsApplications},
		query("$filter", "displayName eq "+quoted(displayName)))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o DeletedObject) bool { return o.DisplayName != displayName }), nil
}

// CanProvision reports whether assigning the role can put people in scope: it is enabled and open to users.
func (r AppRole) CanProvision() bool { return r.IsEnabled && r.AllowsUsers() }

// AllowsUsers reports whether users and groups may hold the role.
func (r AppRole) AllowsUsers() bool {
	return slices.ContainsFunc(r.AllowedMemberTypes, func(kind string) bool { return strings.EqualFold(kind, "User") })
}

// CanProvision reports whether the gallery entry has a provisioning connector. "sync" is the only defined type.
func (t ApplicationTemplate) CanProvision() bool {
	return slices.ContainsFunc(t.SupportedProvisioningTypes, func(kind string) bool { return strings.EqualFold(kind, "sync") })
}
