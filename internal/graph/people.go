// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Person is a user with exactly the properties that were asked for, by their names; null where there is no value.
type Person struct {
	ID         string
	Properties map[string]json.RawMessage
}

// UnmarshalJSON keeps every property as it was sent.
func (p *Person) UnmarshalJSON(data []byte) error {
	p.Properties = nil
	if err := json.Unmarshal(data, &p.Properties); err != nil {
		return err
	}
	if err := json.Unmarshal(p.Properties["id"], &p.ID); err != nil || p.ID == "" {
		return errors.New("a person without an id")
	}
	return nil
}

// GetPeople reads properties of any number of users, 1,000 a call. Ids that name nobody are missing from the result,
// which is in no particular order. Unlike GetPrincipals it cannot do without $select: most properties are not sent
// unless they are asked for.
func (c *Client) GetPeople(ctx context.Context, ids, properties []string) ([]Person, error) {
	lower := make([]string, len(ids))
	for i, id := range ids {
		lower[i] = strings.ToLower(id)
	}
	slices.Sort(lower)
	chunks := slices.Collect(slices.Chunk(slices.Compact(lower), maxIDs))
	found := make([][]Person, len(chunks))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelByIDs)
	for i, chunk := range chunks {
		group.Go(func() error {
			var err error
			found[i], err = list[Person](ctx, c, call{
				method: http.MethodPost, path: "/directoryObjects/getByIds", needs: readsUsers, reads: true,
				body: map[string]any{"ids": chunk, "types": []string{"user"}}, query: selectPeople(properties),
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// ListPeople reads properties of every user of the directory, asking for 999 a page.
func (c *Client) ListPeople(ctx context.Context, properties []string) ([]Person, error) {
	return list[Person](ctx, c, call{
		method: http.MethodGet, path: "/users", needs: readsUsers, query: selectPeople(properties) + "&" + query("$top", "999"),
	})
}

// ListDeletedPeople reads properties of every user in the directory's recycle bin. The directory puts a deleted user's id,
// without hyphens, before the user principal name; here it is as it was.
func (c *Client) ListDeletedPeople(ctx context.Context, properties []string) ([]Person, error) {
	people, err := list[Person](ctx, c, call{
		method: http.MethodGet, path: "/directory/deletedItems/microsoft.graph.user", needs: readsUsers, query: selectPeople(properties) + "&" + query("$top", "999"),
	})
	for _, p := range people {
		var name string
		if json.Unmarshal(p.Properties["userPrincipalName"], &name) != nil || name == "" {
			continue
		}
		id := strings.ReplaceAll(p.ID, "-", "")
		if len(name) > len(id) && strings.EqualFold(name[:len(id)], id) {
			p.Properties["userPrincipalName"] = encodeJSON(name[len(id):])
		}
	}
	return people, err
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

// selectPeople names the properties, the id among them.
func selectPeople(properties []string) string {
	names := append([]string{"id"}, properties...)
	slices.Sort(names)
	return query("$select", strings.Join(slices.Compact(names), ","))
}
