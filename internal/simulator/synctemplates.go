// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// renderSyncTemplate shows a connector. The schema is big and comes unless the request selects other members.
func (c *call) renderSyncTemplate(t *store.Connector) (object, error) {
	return c.pick("synchronizationTemplate", object{
		{"id", t.ID}, {"applicationId", t.GalleryTemplateID}, {"default", t.Default}, {"description", nil},
		{"discoverable", t.Discoverable}, {"factoryTag", t.FactoryTag}, {"metadata", renderPairs("key", t.Metadata)},
		{"schema", t.Schema},
	})
}

// renderPairs shows named values; the synchronization service calls the name key in some places and name in others.
func renderPairs(name string, pairs []store.KeyValue) []object {
	rendered := make([]object, len(pairs))
	for i, p := range pairs {
		rendered[i] = object{{name, p.Key}, {"value", p.Value}}
	}
	return rendered
}

func (c *call) listSyncTemplates(p store.ServicePrincipal) (*reply, error) {
	connectors, err := c.s.store.ConnectorsFor(p.ID)
	if err != nil {
		return nil, err
	}
	if len(connectors) == 0 && c.s.Variants().ErrorsWhenUnconfigured {
		return nil, refuseSync(http.StatusNotFound, "TemplateNotFound", "No synchronization template exists for this application.")
	}
	rendered := []object{}
	for i := range connectors {
		o, err := c.renderSyncTemplate(&connectors[i])
		if err != nil {
			return nil, err
		}
		rendered = append(rendered, o)
	}
	return respond(object{{"@odata.context", c.context(syncSet(p.ID, "templates"))}, {"value", rendered}})
}

func syncSet(principalID, rest string) string {
	return "servicePrincipals('" + principalID + "')/synchronization/" + rest
}

// ofConnector is an operation on the synchronization template in the path.
func ofConnector(handle func(*call, store.ServicePrincipal, *store.Connector) (*reply, error)) operation {
	return ofPrincipal(func(c *call, p store.ServicePrincipal) (*reply, error) {
		connectors, err := c.s.store.ConnectorsFor(p.ID)
		if err != nil {
			return nil, err
		}
		id := c.r.PathValue("template")
		for i := range connectors {
			if connectors[i].ID == id {
				return handle(c, p, &connectors[i])
			}
		}
		return nil, &store.NotFoundError{Kind: store.MissingConnector, ID: id}
	})
}

func (c *call) getSyncTemplate(p store.ServicePrincipal, t *store.Connector) (*reply, error) {
	o, err := c.renderSyncTemplate(t)
	if err != nil {
		return nil, err
	}
	return respond(append(object{{"@odata.context", c.context(syncSet(p.ID, "templates/$entity"))}}, o...))
}

func (c *call) getSyncTemplateSchema(p store.ServicePrincipal, t *store.Connector) (*reply, error) {
	return c.writeSchema(p.ID, "templates('"+t.ID+"')/schema/$entity", t.Schema)
}
