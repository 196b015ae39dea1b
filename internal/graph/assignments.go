// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import "context"

// Assignment is one principal in one app role of a service principal.
type Assignment struct {
	ID                   string `json:"id"`
	PrincipalID          string `json:"principalId"`
	PrincipalType        string `json:"principalType"` // User, Group or ServicePrincipal
	PrincipalDisplayName string `json:"principalDisplayName"`
	ResourceID           string `json:"resourceId"`
	AppRoleID            string `json:"appRoleId"`
	CreatedDateTime      string `json:"createdDateTime"`
}

// ListAssignments returns every assignment of a service principal, asking for 999 a page and taking what it gets.
func (c *Client) ListAssignments(ctx context.Context, servicePrincipalID string) ([]Assignment, error) {
	return nil, errNotBuilt
}

// ListPrincipalAssignments returns the assignments of one principal on a service principal.
func (c *Client) ListPrincipalAssignments(ctx context.Context, servicePrincipalID, principalID string) ([]Assignment, error) {
	return nil, errNotBuilt
}

// GetAssignment returns one assignment by its opaque, case-sensitive id.
func (c *Client) GetAssignment(ctx context.Context, servicePrincipalID, id string) (Assignment, error) {
	return Assignment{}, errNotBuilt
}

// CreateAssignment assigns a principal. An error that IsAmbiguous must be settled by listing.
func (c *Client) CreateAssignment(ctx context.Context, servicePrincipalID, principalID, appRoleID string) (Assignment, error) {
	return Assignment{}, errNotBuilt
}

// DeleteAssignment removes an assignment. Gone already is success.
func (c *Client) DeleteAssignment(ctx context.Context, servicePrincipalID, id string) error {
	return errNotBuilt
}

// BatchRequest is one element of a $batch call.
type BatchRequest struct {
	Method string
	URL    string // relative to the version, such as /users/{id}
	Body   any    // nil for none
}

// BatchResponse is the answer to the element of the same index: Body on success, else Err (a *Error).
type BatchResponse struct {
	StatusCode int
	Body       []byte
	Err        error
}

// Batch sends at most 20 requests as one $batch call and returns their answers in the order of the requests. An element
// that was throttled or failed is reported in its own response; nothing inside a batch is retried here.
func (c *Client) Batch(ctx context.Context, requests []BatchRequest) ([]BatchResponse, error) {
	return nil, errNotBuilt
}
