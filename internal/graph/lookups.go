// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/http"
	"net/url"
	"strings"
)

// UserRequest is GetUser as an element of a batch; its answer is a User.
func UserRequest(idOrUPN string) BatchRequest {
	address := "/users/" + url.PathEscape(idOrUPN)
	if strings.HasPrefix(idOrUPN, "$") {
		// A name that starts like a system option is only understood as a key in parentheses.
		address = "/users('" + url.PathEscape(strings.ReplaceAll(idOrUPN, "'", "''")) + "')"
	}
	return BatchRequest{Method: http.MethodGet, URL: address + "?$select=id,userPrincipalName,displayName,accountEnabled,userType"}
}

// MembersPage is the first page of a group's direct members.
type MembersPage struct {
	Value    []Principal `json:"value"`
	NextLink string      `json:"@odata.nextLink"` // "" when these are all
}

// GroupMembersRequest asks, as an element of a batch, for the first members of a group; its answer is a MembersPage.
func GroupMembersRequest(groupID string) BatchRequest {
	return BatchRequest{Method: http.MethodGet, URL: "/groups/" + url.PathEscape(groupID) + "/members?$select=id&$top=999"}
}
