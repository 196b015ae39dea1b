// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// GalleryTemplate is an entry of the application gallery.
type GalleryTemplate struct {
	ID, DisplayName, Publisher, Description string
	HomePageURL, LogoURL, GalleryKey        string
	Categories, SignOnModes                 []string
	ProvisioningTypes                       []string  // empty: this entry cannot provision
	Roles                                   []AppRole // given to each instance, with ids of its own
}

// Connector is a synchronization template: what a service principal of a gallery entry can synchronize, and how.
type Connector struct {
	ID                string // the templateId to create jobs with
	GalleryTemplateID string
	FactoryTag        string
	Default           bool
	Discoverable      bool
	Metadata          []KeyValue
	Settings          []KeyValue // become the settings of its jobs
	Generation        Generation
	Schema            json.RawMessage // the default schema as JSON
	Retired           bool            // offered no longer, and what was made with it does not answer anymore
	AddressAttribute  string          // the target attribute that holds an account's e-mail address
	TargetName        string          // the name of the target system and of its directory in the schema
	// Properties names the property of an account that a target attribute stands for, where their names differ: connectors of
	// one target call the same thing differently.
	Properties map[string]string
}

func (c *Connector) clone() Connector {
	d := *c
	d.Metadata = slices.Clone(c.Metadata)
	d.Settings = slices.Clone(c.Settings)
	d.Properties = maps.Clone(c.Properties)
	return d
}

// KeyValue is a named piece of text.
type KeyValue struct{ Key, Value string }

// Gallery returns the entries of the gallery.
func (s *Store) Gallery() []GalleryTemplate {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.gallery)
}

// AddGalleryTemplate adds an entry to the gallery.
func (s *Store) AddGalleryTemplate(t GalleryTemplate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gallery = append(s.gallery, t)
}

// UpdateConnector changes a connector, for instance to retire it.
func (s *Store) UpdateConnector(id string, change func(*Connector)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.connector(id)
	if err != nil {
		return err
	}
	change(c)
	return nil
}

// AddConnector adds a connector for the instances of its gallery template.
func (s *Store) AddConnector(c Connector) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connectors[c.ID] = new(c.clone())
}

// Connector returns a connector by its template id.
func (s *Store) Connector(id string) (Connector, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return cloneOf(s.connector(id))
}

// connector needs the lock.
func (s *Store) connector(id string) (*Connector, error) {
	c, ok := s.connectors[id]
	if !ok {
		return nil, notFound(MissingConnector, id)
	}
	return c, nil
}

// ConnectorsFor returns what is offered to a service principal, ordered by id.
func (s *Store) ConnectorsFor(servicePrincipalID string) ([]Connector, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.principal(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	list := clones(maps.Values(s.connectors), func(c *Connector) bool {
		return p.TemplateID != "" && c.GalleryTemplateID == p.TemplateID && !c.Retired
	})
	slices.SortFunc(list, func(a, b Connector) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}
