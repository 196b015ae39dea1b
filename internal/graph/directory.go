// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// User is a person in the directory.
type User struct {
	ID                string `json:"id"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	Mail              string `json:"mail"`
	AccountEnabled    *bool  `json:"accountEnabled"` // nil when not asked for
}

// Principal is a directory object of any kind that can be assigned.
type Principal struct {
	ID                string `json:"id"`
	Type              string `json:"-"` // User, Group or ServicePrincipal, from @odata.type
	DisplayName       string `json:"displayName"`
	UserPrincipalName string `json:"userPrincipalName"`
	AccountEnabled    *bool  `json:"accountEnabled"`
	SecurityEnabled   *bool  `json:"securityEnabled"`
	Visibility        string `json:"visibility"` // of a group
}

// UnmarshalJSON reads the kind of the object from its annotation.
func (p *Principal) UnmarshalJSON(data []byte) error {
	type plain Principal
	wire := struct {
		*plain
		ODataType string `json:"@odata.type"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	switch kind := strings.TrimPrefix(wire.ODataType, "#microsoft.graph."); strings.ToLower(kind) {
	case "user":
		p.Type = "User"
	case "group":
		p.Type = "Group"
	case "serviceprincipal":
		p.Type = "ServicePrincipal"
	default:
		p.Type = kind
	}
	return nil
}

// HidesMembers reports whether a group shows its members to nobody without a permission of its own.
func (p Principal) HidesMembers() bool { return strings.EqualFold(p.Visibility, "HiddenMembership") }

// What Principal holds, and of that what the members of a group need. Not every kind of object has every property.
const (
	principalProperties = "id,displayName,userPrincipalName,accountEnabled,securityEnabled,visibility"
	memberProperties    = "id,displayName,userPrincipalName,accountEnabled"
)

// GetUser returns a user by object id or user principal name.
func (c *Client) GetUser(ctx context.Context, idOrUPN string) (User, error) {
	path := pathOf("users", idOrUPN)
	if strings.HasPrefix(idOrUPN, "$") {
		// A name that starts like a system option is only understood as a key in parentheses.
		path = "/users(" + url.PathEscape(quoted(idOrUPN)) + ")"
	}
	var user User
	in := call{method: http.MethodGet, path: path, needs: readsUsers}
	err := withOptions(in, query("$select", "id,userPrincipalName,displayName,mail,accountEnabled"), func(in call) error { return c.do(ctx, in, &user) })
	return user, err
}

// FirstUsers returns users of the directory, in no particular order and no more than asked for, at 999 a page.
func (c *Client) FirstUsers(ctx context.Context, most int) ([]User, error) {
	var users []User
	in := call{method: http.MethodGet, path: "/users", needs: readsUsers}
	err := withOptions(in, query("$select", "id,userPrincipalName,displayName,accountEnabled", "$top", "999"), func(in call) error {
		users = nil
		for user, err := range entries[User](ctx, c, in) {
			if err != nil {
				return err
			}
			if users = append(users, user); len(users) == most {
				break
			}
		}
		return nil
	})
	return users, err
}

// How GetPrincipals divides its work.
const (
	maxIDs         = 1000
	parallelByIDs  = 4
	principalKinds = "user,group,servicePrincipal"
)

// GetPrincipals resolves any number of object ids, 1,000 a call; ids that do not exist are missing from the result.
func (c *Client) GetPrincipals(ctx context.Context, ids []string) ([]Principal, error) {
	seen := make(map[string]bool, len(ids))
	unique := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		key := strings.ToLower(id)
		double := seen[key]
		seen[key] = true
		return double
	})
	chunks := slices.Collect(slices.Chunk(unique, maxIDs))
	found := make([][]Principal, len(chunks))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelByIDs)
	for i, chunk := range chunks {
		group.Go(func() error {
			var err error
			if !c.noByIDs.Load() {
				found[i], err = listWith[Principal](ctx, c, call{
					method: http.MethodPost, path: "/directoryObjects/getByIds", needs: readsGroups, reads: true,
					body: map[string]any{"ids": chunk, "types": strings.Split(principalKinds, ",")},
				}, query("$select", principalProperties))
				if !isNotOffered(err) {
					return err
				}
				c.noByIDs.Store(true)
			}
			found[i], err = eachByID(ctx, chunk, c.principal)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// eachByID looks objects up one by one, for a service that does without getByIds; ids of nothing are missing from the result.
func eachByID[T any](ctx context.Context, ids []string, get func(ctx context.Context, id string) (T, error)) ([]T, error) {
	var found []T
	for _, id := range ids {
		one, err := get(ctx, id)
		switch {
		case err == nil:
			found = append(found, one)
		case !IsNotFound(err):
			return nil, err
		}
	}
	return found, nil
}

// principal looks for an id among the users, then the groups, then the service principals.
func (c *Client) principal(ctx context.Context, id string) (found Principal, err error) {
	ctx = WithReplicationWait(ctx, 0) // it may be another kind of object
	for _, kind := range []struct{ collection, name, properties string }{
		{"users", "User", "id,displayName,userPrincipalName,accountEnabled"},
		{"groups", "Group", "id,displayName,securityEnabled,visibility"},
		{"servicePrincipals", "ServicePrincipal", "id,displayName,accountEnabled"},
	} {
		in := call{method: http.MethodGet, path: pathOf(kind.collection, id), needs: readsGroups, names: id}
		err = withOptions(in, query("$select", kind.properties), func(in call) error { return c.do(ctx, in, &found) })
		if !IsNotFound(err) {
			found.Type = kind.name
			return found, err
		}
	}
	return Principal{}, err
}

// ListGroupMembers returns the direct members of a group.
func (c *Client) ListGroupMembers(ctx context.Context, groupID string) ([]Principal, error) {
	return listWith[Principal](ctx, c, call{method: http.MethodGet, path: pathOf("groups", groupID, "members"), needs: readsGroups},
		query("$select", memberProperties, "$top", "999"))
}
