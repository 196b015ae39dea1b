// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// Owned is an object that has owners of its own.
type Owned struct {
	collection, id string
}

// OwnedApplication is an application registration, by object id.
func OwnedApplication(id string) Owned { return Owned{"applications", id} }

// OwnedServicePrincipal is a service principal, by object id.
func OwnedServicePrincipal(id string) Owned { return Owned{"servicePrincipals", id} }

// ListOwners returns the object ids of the owners, sorted, in lowercase.
//
// https://learn.microsoft.com/graph/api/application-list-owners
func (c *Client) ListOwners(ctx context.Context, of Owned) ([]string, error) {
	owners, err := listWith[Principal](ctx, c, call{method: http.MethodGet, path: pathOf(of.collection, of.id, "owners"), needs: readsApplications}, query("$select", "id"))
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(owners))
	for i, owner := range owners {
		ids[i] = strings.ToLower(owner.ID)
	}
	slices.Sort(ids)
	return ids, nil
}

// AddOwner makes a user or a service principal an owner. The service answers 400 for one that is an owner already.
//
// https://learn.microsoft.com/graph/api/application-post-owners
func (c *Client) AddOwner(ctx context.Context, of Owned, ownerID string) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: pathOf(of.collection, of.id, "owners") + "/$ref", needs: writesOwners,
		body: map[string]string{"@odata.id": strings.TrimRight(c.endpoint.String(), "/") + "/v1.0/directoryObjects/" + ownerID},
	}, nil)
}

// RemoveOwner ends an ownership. Gone already is success.
//
// https://learn.microsoft.com/graph/api/application-delete-owners
func (c *Client) RemoveOwner(ctx context.Context, of Owned, ownerID string) error {
	return c.delete(ctx, pathOf(of.collection, of.id, "owners", ownerID)+"/$ref", writesOwners)
}
