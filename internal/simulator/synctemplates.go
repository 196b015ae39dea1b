// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// renderSyncTemplate shows a connector. The schema is big and comes unless the request selects other members.
func (c *call) renderSyncTemplate(t *store.Connector) (object, bool) {
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

func (c *call) listSyncTemplates() {
	p, ok := c.principal()
	if !ok {
		return
	}
	connectors, err := c.s.store.ConnectorsFor(p.ID)
	if err != nil {
		c.fail(err, p.ID)
		return
	}
	if len(connectors) == 0 && c.s.Variants().ErrorsWhenUnconfigured {
		c.syncError(http.StatusNotFound, "TemplateNotFound", "No synchronization template exists for this application.")
		return
	}
	rendered := []object{}
	for i := range connectors {
		o, ok := c.renderSyncTemplate(&connectors[i])
		if !ok {
			return
		}
		rendered = append(rendered, o)
	}
	c.ok(object{{"@odata.context", c.context(syncSet(p.ID, "templates"))}, {"value", rendered}})
}

func syncSet(principalID, rest string) string {
	return "servicePrincipals('" + principalID + "')/synchronization/" + rest
}

// connector returns the synchronization template in the path, or answers that it is not offered.
func (c *call) connector() (store.ServicePrincipal, *store.Connector, bool) {
	p, ok := c.principal()
	if !ok {
		return p, nil, false
	}
	id := c.r.PathValue("template")
	connectors, err := c.s.store.ConnectorsFor(p.ID)
	if err != nil {
		c.fail(err, p.ID)
		return p, nil, false
	}
	for i := range connectors {
		if connectors[i].ID == id {
			return p, &connectors[i], true
		}
	}
	c.missing(id, c.s.Variants().NotFound.Connector, "UnknownError/TemplateNotFound")
	return p, nil, false
}

func (c *call) getSyncTemplate() {
	p, t, ok := c.connector()
	if !ok {
		return
	}
	if o, ok := c.renderSyncTemplate(t); ok {
		c.ok(append(object{{"@odata.context", c.context(syncSet(p.ID, "templates/$entity"))}}, o...))
	}
}

func (c *call) getSyncTemplateSchema() {
	p, t, ok := c.connector()
	if !ok {
		return
	}
	c.writeSchema(p.ID, "templates('"+t.ID+"')/schema/$entity", t.Schema)
}
