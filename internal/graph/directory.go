// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import "context"

// User is a person in the directory.
type User struct {
	ID                string `json:"id"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	Mail              string `json:"mail"`
	AccountEnabled    *bool  `json:"accountEnabled"` // nil when not asked for
	UserType          string `json:"userType"`
}

// Group is a group in the directory.
type Group struct {
	ID              string   `json:"id"`
	DisplayName     string   `json:"displayName"`
	SecurityEnabled *bool    `json:"securityEnabled"` // nil when not asked for
	GroupTypes      []string `json:"groupTypes"`
}

// Principal is a directory object of any kind that can be assigned.
type Principal struct {
	ID                string `json:"id"`
	Type              string `json:"-"` // User, Group or ServicePrincipal, from @odata.type
	DisplayName       string `json:"displayName"`
	UserPrincipalName string `json:"userPrincipalName"`
	AccountEnabled    *bool  `json:"accountEnabled"`
	SecurityEnabled   *bool  `json:"securityEnabled"`
}

// GetUser returns a user by object id or user principal name.
func (c *Client) GetUser(ctx context.Context, idOrUPN string) (User, error) {
	return User{}, errNotBuilt
}

// GetGroup returns a group by object id.
func (c *Client) GetGroup(ctx context.Context, id string) (Group, error) { return Group{}, errNotBuilt }

// GetPrincipals resolves any number of object ids, 1,000 a call; ids that do not exist are missing from the result.
func (c *Client) GetPrincipals(ctx context.Context, ids []string) ([]Principal, error) {
	return nil, errNotBuilt
}

// ListGroupMembers returns the direct members of a group.
func (c *Client) ListGroupMembers(ctx context.Context, groupID string) ([]Principal, error) {
	return nil, errNotBuilt
}
