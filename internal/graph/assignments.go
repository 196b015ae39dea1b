// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"net/http"
)

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
	return listWith[Assignment](ctx, c, call{method: http.MethodGet, path: assignmentsPath(servicePrincipalID), needs: readsApplications}, query("$top", "999"))
}

// GetAssignment returns one assignment by its opaque, case-sensitive id.
func (c *Client) GetAssignment(ctx context.Context, servicePrincipalID, id string) (Assignment, error) {
	var assignment Assignment
	err := c.do(ctx, call{method: http.MethodGet, path: assignmentPath(servicePrincipalID, id), needs: readsApplications, names: id}, &assignment)
	return assignment, err
}

// CreateAssignment assigns a principal. An error that IsAmbiguous must be settled by listing.
func (c *Client) CreateAssignment(ctx context.Context, servicePrincipalID, principalID, appRoleID string) (Assignment, error) {
	request := NewAssignmentRequest(servicePrincipalID, principalID, appRoleID)
	in := call{method: request.Method, path: request.URL, needs: request.needs, body: request.Body}
	var assignment Assignment
	if err := c.do(ctx, in, &assignment); err != nil {
		return Assignment{}, err
	}
	if assignment.ID == "" {
		return Assignment{}, in.withoutID()
	}
	return assignment, nil
}

// NewAssignmentRequest is CreateAssignment as an element of a batch; its answer is an Assignment.
func NewAssignmentRequest(servicePrincipalID, principalID, appRoleID string) BatchRequest {
	return BatchRequest{
		Method: http.MethodPost,
		URL:    assignmentsPath(servicePrincipalID),
		needs:  writesAssignments,
		Body:   map[string]string{"principalId": principalID, "resourceId": servicePrincipalID, "appRoleId": appRoleID},
	}
}

// DeleteAssignment removes an assignment. Gone already is success. The service answers 400 for one that is gone, too,
// so that a look decides.
func (c *Client) DeleteAssignment(ctx context.Context, servicePrincipalID, id string) error {
	err := c.delete(ctx, assignmentPath(servicePrincipalID, id), writesAssignments)
	if !IsBadRequest(err) {
		return err
	}
	if _, getErr := c.GetAssignment(ctx, servicePrincipalID, id); IsNotFound(getErr) {
		return nil
	}
	return err
}

// DeleteAssignmentRequest is DeleteAssignment as an element of a batch: a 404 in its answer means gone already, a 400
// may.
func DeleteAssignmentRequest(servicePrincipalID, id string) BatchRequest {
	return BatchRequest{Method: http.MethodDelete, URL: assignmentPath(servicePrincipalID, id), needs: writesAssignments}
}

func assignmentsPath(servicePrincipalID string) string {
	return pathOf("servicePrincipals", servicePrincipalID, "appRoleAssignedTo")
}

func assignmentPath(servicePrincipalID, id string) string {
	return pathOf("servicePrincipals", servicePrincipalID, "appRoleAssignedTo", id)
}
