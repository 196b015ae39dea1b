// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

var applicationTemplates = &entity[store.GalleryTemplate]{kind: "applicationTemplate", set: "applicationTemplates", properties: []property[store.GalleryTemplate]{
	{name: "id", value: func(t *store.GalleryTemplate) any { return t.ID }},
	{name: "displayName", filter: true, value: func(t *store.GalleryTemplate) any { return t.DisplayName }},
	{name: "homePageUrl", value: func(t *store.GalleryTemplate) any { return textOrNil(t.HomePageURL) }},
	{name: "supportedSingleSignOnModes", value: func(t *store.GalleryTemplate) any { return list(t.SignOnModes) }},
	{name: "supportedProvisioningTypes", value: func(t *store.GalleryTemplate) any { return list(t.ProvisioningTypes) }},
	{name: "logoUrl", value: func(t *store.GalleryTemplate) any { return textOrNil(t.LogoURL) }},
	{name: "categories", filter: true, value: func(t *store.GalleryTemplate) any { return list(t.Categories) }},
	{name: "publisher", value: func(t *store.GalleryTemplate) any { return textOrNil(t.Publisher) }},
	{name: "description", value: func(t *store.GalleryTemplate) any { return textOrNil(t.Description) }},
}}

func (c *call) listTemplates() (*reply, error) {
	return applicationTemplates.list(c, c.s.store.Gallery())
}

func (c *call) getTemplate() (*reply, error) {
	id := c.r.PathValue("template")
	for _, t := range c.s.store.Gallery() {
		if strings.EqualFold(t.ID, id) {
			return applicationTemplates.one(c, &t)
		}
	}
	return nil, notFound(id)
}

func (c *call) instantiate() (*reply, error) {
	var body struct {
		DisplayName string `json:"displayName"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.DisplayName == "" {
		return nil, badRequest("A value is required for property 'displayName' of resource 'Application'.")
	}
	id := c.r.PathValue("template")
	app, principal, err := c.s.store.Instantiate(id, body.DisplayName, c.client.ID)
	if err != nil {
		return nil, err
	}
	c.s.replica.written(KindApplication, app.ID, nil)
	c.s.replica.written(KindServicePrincipal, principal.ID, nil)
	c.s.replica.written(KindSynchronization, principal.ID, nil)
	a, p := renderWhole(applications, &app), renderWhole(servicePrincipals, &principal)
	if c.s.Variants().LegacyObjectID {
		a[0].name, p[0].name = "objectId", "objectId"
	}
	return created(object{
		{"@odata.context", c.context("microsoft.graph.applicationServicePrincipal")}, {"application", a}, {"servicePrincipal", p},
	})
}
