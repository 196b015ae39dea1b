// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import "context"

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
	Notes                     string    `json:"notes"`
}

// Application is the registration behind a service principal.
type Application struct {
	ID                    string `json:"id"`
	AppID                 string `json:"appId"`
	DisplayName           string `json:"displayName"`
	ApplicationTemplateID string `json:"applicationTemplateId"`
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

// ServicePrincipalPatch holds the members to change; nil leaves a member alone.
type ServicePrincipalPatch struct {
	AccountEnabled            *bool   `json:"accountEnabled,omitempty"`
	AppRoleAssignmentRequired *bool   `json:"appRoleAssignmentRequired,omitempty"`
	Notes                     *string `json:"notes,omitempty"`
}

// ApplicationPatch holds the members to change; nil leaves a member alone.
type ApplicationPatch struct {
	DisplayName *string `json:"displayName,omitempty"`
}

// ListApplicationTemplates returns the gallery entries with exactly this display name.
func (c *Client) ListApplicationTemplates(ctx context.Context, displayName string) ([]ApplicationTemplate, error) {
	return nil, errNotBuilt
}

// GetApplicationTemplate returns one gallery entry.
func (c *Client) GetApplicationTemplate(ctx context.Context, id string) (ApplicationTemplate, error) {
	return ApplicationTemplate{}, errNotBuilt
}

// InstantiateApplicationTemplate makes an application and its service principal. It is not idempotent: an error that
// IsAmbiguous must be settled by listing before anything is tried again. Accepts the legacy member objectId.
func (c *Client) InstantiateApplicationTemplate(ctx context.Context, templateID, displayName string) (Application, ServicePrincipal, error) {
	return Application{}, ServicePrincipal{}, errNotBuilt
}

// GetServicePrincipal returns a service principal by object id.
func (c *Client) GetServicePrincipal(ctx context.Context, id string) (ServicePrincipal, error) {
	return ServicePrincipal{}, errNotBuilt
}

// ListServicePrincipals returns all service principals that match the filter.
func (c *Client) ListServicePrincipals(ctx context.Context, filter ServicePrincipalFilter) ([]ServicePrincipal, error) {
	return nil, errNotBuilt
}

// UpdateServicePrincipal changes the members named in patch.
func (c *Client) UpdateServicePrincipal(ctx context.Context, id string, patch ServicePrincipalPatch) error {
	return errNotBuilt
}

// GetApplicationByAppID returns the registration with this client id; IsNotFound(err) when the tenant has none.
func (c *Client) GetApplicationByAppID(ctx context.Context, appID string) (Application, error) {
	return Application{}, errNotBuilt
}

// UpdateApplication changes the members named in patch.
func (c *Client) UpdateApplication(ctx context.Context, objectID string, patch ApplicationPatch) error {
	return errNotBuilt
}

// DeleteApplication soft-deletes an application together with its service principal. Gone already is success.
func (c *Client) DeleteApplication(ctx context.Context, objectID string) error { return errNotBuilt }

// DeleteServicePrincipal deletes a service principal and leaves its application. Gone already is success.
func (c *Client) DeleteServicePrincipal(ctx context.Context, id string) error { return errNotBuilt }

// ListDeletedApplications returns the soft-deleted applications with exactly this display name.
func (c *Client) ListDeletedApplications(ctx context.Context, displayName string) ([]DeletedObject, error) {
	return nil, errNotBuilt
}
