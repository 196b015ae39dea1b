// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// SelectedUser is a user with exactly the properties that were asked for, by their names; null where there is no value.
type SelectedUser struct {
	ID         string
	Properties map[string]json.RawMessage
}

// UnmarshalJSON keeps every property as it was sent.
func (u *SelectedUser) UnmarshalJSON(data []byte) error {
	u.Properties = nil
	if err := json.Unmarshal(data, &u.Properties); err != nil {
		return err
	}
	if err := json.Unmarshal(u.Properties["id"], &u.ID); err != nil || u.ID == "" {
		return errors.New("a user without an id")
	}
	return nil
}

// GetUsers reads properties of any number of users, 1,000 a call. Ids of no user are missing from the result,
// which is in no particular order. Unlike GetPrincipals it cannot do without $select: most properties are not sent
// unless they are asked for.
func (c *Client) GetUsers(ctx context.Context, ids, properties []string) ([]SelectedUser, error) {
	lower := make([]string, len(ids))
	for i, id := range ids {
		lower[i] = strings.ToLower(id)
	}
	slices.Sort(lower)
	chunks := slices.Collect(slices.Chunk(slices.Compact(lower), maxIDs))
	found := make([][]SelectedUser, len(chunks))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelByIDs)
	for i, chunk := range chunks {
		group.Go(func() error {
			var err error
			if !c.noByIDs.Load() {
				found[i], err = users(ctx, c, call{
					method: http.MethodPost, path: "/directoryObjects/getByIds", needs: readsUsers, reads: true,
					body: map[string]any{"ids": chunk, "types": []string{"user"}},
				}, properties, "")
				if !isNotOffered(err) {
					return err
				}
				c.noByIDs.Store(true)
			}
			found[i], err = eachByID(ctx, chunk, func(ctx context.Context, id string) (user SelectedUser, err error) {
				in := call{method: http.MethodGet, path: pathOf("users", id), needs: readsUsers}
				err = withOptions(in, selectUsers(properties), func(in call) error { return c.do(ctx, in, &user) })
				return user, err
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// always is a property that the service sends only where it is asked for, so that users who have it have all the others.
const always = "accountEnabled"

// users reads properties of users. A service that does not know $select is asked without, if it then sends everything: else
// what is not among the properties that are sent by default would look empty.
func users(ctx context.Context, c *Client, in call, properties []string, optional string) ([]SelectedUser, error) {
	with := in
	with.query = strings.Trim(selectUsers(properties)+"&"+optional, "&")
	found, err := list[SelectedUser](ctx, c, with)
	if !IsBadRequest(err) {
		return found, err
	}
	all, second := list[SelectedUser](ctx, c, in)
	whole := func(u SelectedUser) bool { return u.Properties[always] != nil }
	if second != nil || len(all) == 0 || slices.ContainsFunc(all, func(u SelectedUser) bool { return !whole(u) }) {
		return found, err
	}
	return all, nil
}

// ListUsers reads properties of every user of the directory, asking for 999 a page.
func (c *Client) ListUsers(ctx context.Context, properties []string) ([]SelectedUser, error) {
	return users(ctx, c, call{method: http.MethodGet, path: "/users", needs: readsUsers}, properties, query("$top", "999"))
}

// ListDeletedUsers reads properties of every user in the directory's recycle bin. The directory puts a deleted user's id,
// without hyphens, before the user principal name; here it is as it was.
func (c *Client) ListDeletedUsers(ctx context.Context, properties []string) ([]SelectedUser, error) {
	found, err := users(ctx, c, call{method: http.MethodGet, path: "/directory/deletedItems/microsoft.graph.user", needs: readsUsers}, properties, query("$top", "999"))
	for _, u := range found {
		var name string
		if json.Unmarshal(u.Properties["userPrincipalName"], &name) != nil || name == "" {
			continue
		}
		id := strings.ReplaceAll(u.ID, "-", "")
		if len(name) > len(id) && strings.EqualFold(name[:len(id)], id) {
			u.Properties["userPrincipalName"] = encodeJSON(name[len(id):])
		}
	}
	return found, err
}

// GetDeleted returns what the recycle bin has under an id, of whatever kind.
//
// https://learn.microsoft.com/graph/api/directory-deleteditems-get
func (c *Client) GetDeleted(ctx context.Context, id string) (DeletedObject, error) {
	var deleted DeletedObject
	err := c.do(ctx, call{method: http.MethodGet, path: pathOf("directory", "deletedItems", id), needs: readsGroups}, &deleted)
	return deleted, err
}

// Members are the direct members of one group, or why they could not be read.
type Members struct {
	Members []Principal
	Err     error
}

// ListMembersOf returns the direct members of several groups, in the order of the groups.
func (c *Client) ListMembersOf(ctx context.Context, groupIDs []string) []Members {
	found := make([]Members, len(groupIDs))
	var group errgroup.Group
	group.SetLimit(parallelByIDs)
	for i, id := range groupIDs {
		group.Go(func() error {
			found[i].Members, found[i].Err = listWith[Principal](ctx, c, call{method: http.MethodGet, path: pathOf("groups", id, "members"), needs: readsGroups},
				query("$select", "id", "$top", "999"))
			return nil // each group's error is its own
		})
	}
	_ = group.Wait() // no call returns an error
	return found
}

// selectUsers names the properties, the id among them.
func selectUsers(properties []string) string {
	names := append([]string{"id"}, properties...)
	slices.Sort(names)
	return query("$select", strings.Join(slices.Compact(names), ","))
}

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

// EligibleMembersRequest asks, as an element of a batch, whether anybody may activate a membership of a group that Privileged
// Identity Management looks after; there is an entry for each. They are not among the members.
//
// https://learn.microsoft.com/graph/api/privilegedaccessgroup-list-eligibilityscheduleinstances
func EligibleMembersRequest(groupID string) BatchRequest {
	return BatchRequest{Method: http.MethodGet, URL: "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?" +
		query("$filter", "groupId eq "+quoted(groupID)+" and accessId eq 'member'", "$select", "id")}
}

// GroupMembersRequest asks, as an element of a batch, for the first members of a group; its answer is a MembersPage.
func GroupMembersRequest(groupID string) BatchRequest {
	return BatchRequest{Method: http.MethodGet, URL: "/groups/" + url.PathEscape(groupID) + "/members?$select=id&$top=999", needs: readsGroups}
}
