// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"path"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// owners returns who owns the object in the path, and how to change that.
func (c *call) owners() (owners []string, change func([]string) error, err error) {
	id := c.r.PathValue("id")
	if strings.Contains(c.r.URL.Path, "/applications/") {
		a, err := c.s.store.Application(id)
		return a.Owners, func(owners []string) error {
			return c.s.store.UpdateApplication(id, func(a *store.Application) error { a.Owners = owners; return nil })
		}, err
	}
	p, err := c.principal()
	return p.Owners, func(owners []string) error {
		return c.s.store.UpdateServicePrincipal(p.ID, func(p *store.ServicePrincipal) error { p.Owners = owners; return nil })
	}, err
}

func (c *call) listOwners() (*reply, error) {
	owners, _, err := c.owners()
	if err != nil {
		return nil, err
	}
	shown := make([]object, 0, len(owners))
	for _, id := range owners {
		kind := "servicePrincipal"
		if u, err := c.s.store.User(id); err == nil {
			if kind = "user"; !u.DeletedAt.IsZero() {
				continue // a directory link to somebody in the recycle bin is not shown, and comes back with them
			}
		}
		shown = append(shown, object{{"@odata.type", "#microsoft.graph." + kind}, {"id", id}})
	}
	return c.page("directoryObjects", shown)
}

func (c *call) addOwner() (*reply, error) {
	var body map[string]string
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	owners, change, err := c.owners()
	if err != nil {
		return nil, err
	}
	address, id := path.Split(body["@odata.id"])
	_, userErr := c.s.store.FindUser(id)
	_, principalErr := c.s.store.ServicePrincipal(id)
	switch {
	case !strings.HasSuffix(address, "/directoryObjects/"):
		return nil, badRequest("The value of '@odata.id' is not a reference.")
	case userErr != nil && principalErr != nil && id != c.client.ID:
		return nil, notFound(id)
	case slices.Contains(owners, id):
		return nil, badRequest("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	return done(change(append(slices.Clone(owners), id)))
}

func (c *call) removeOwner() (*reply, error) {
	owners, change, err := c.owners()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("owner")
	if !slices.Contains(owners, id) {
		return nil, notFound(id)
	}
	return done(change(slices.DeleteFunc(slices.Clone(owners), func(other string) bool { return other == id })))
}
