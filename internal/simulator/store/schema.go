// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A schema is kept as the JSON that was written, member by member, so whatever a client sends comes back with its
// exact value, large numbers and unknown members included. Only the few members that the service itself sets are
// touched.

// document is a JSON object whose member values are kept as they were written.
type document map[string]json.RawMessage

func parseDocument(raw []byte) (document, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	if d == nil {
		return nil, fmt.Errorf("not a JSON object")
	}
	return d, nil
}

// list returns the objects of a member, none if it is not there.
func (d document) list(name string) ([]document, error) {
	var list []document
	if raw := d[name]; len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return nil, requestError("InvalidSchema", "%s is not a list of objects.", name)
	}
	return list, nil
}

func (d document) text(name string) string {
	var text string
	_ = json.Unmarshal(d[name], &text) // anything but a string counts as empty
	return text
}

func (d document) set(name string, value any) { d[name] = encode(value) }

// encode writes JSON without escaping what only HTML needs escaped.
func encode(value any) json.RawMessage {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err) // only values made in this package come here
	}
	return bytes.TrimSpace(out.Bytes())
}

func schemaVersion(n int) string { return fmt.Sprintf("v1.%d", n) }

// schemaFor returns a schema with the id and version of a job.
func schemaFor(raw json.RawMessage, id, version string) json.RawMessage {
	d, err := parseDocument(raw)
	if err != nil {
		panic(err) // only checked schemas come here
	}
	d.set("id", id)
	d.set("version", version)
	return encode(d)
}

// SchemaOptions says where services differ in how they write a schema.
type SchemaOptions struct {
	RejectStale   bool // refuses a schema whose version is not the stored one; otherwise the version is ignored
	AcceptDoubled bool // takes more than one attribute mapping of a target, which is otherwise an error
}

// PutSchema replaces the whole schema of a job. Members that the client left out are gone, members that the service
// does not know stay.
func (s *Store) PutSchema(servicePrincipalID, jobID string, raw []byte, opts SchemaOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, err := s.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	d, err := parseDocument(raw)
	if err != nil {
		return requestError("InvalidSchema", "The schema is not a JSON object: %v.", err)
	}
	if sent := d.text("version"); opts.RejectStale && sent != "" && sent != schemaVersion(j.SchemaVersion) {
		return fmt.Errorf("schema version %q: %w", sent, ErrStale)
	}
	for name := range d {
		if strings.Contains(name, "@odata.") {
			delete(d, name)
		}
	}
	if err := s.checkSchema(s.connectors[j.ConnectorID], d, opts); err != nil {
		return err
	}
	j.SchemaVersion++
	j.Schema = schemaFor(encode(d), j.ID, schemaVersion(j.SchemaVersion))
	return nil
}

// ResetSchema drops a job's own schema: it is the connector's default again.
func (s *Store) ResetSchema(servicePrincipalID, jobID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, err := s.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	j.SchemaVersion++
	j.Schema = schemaFor(s.connectors[j.ConnectorID].Schema, j.ID, schemaVersion(j.SchemaVersion))
	return nil
}

// checkSchema refuses what the service would refuse and sorts the attribute mappings by target, as the service does.
func (s *Store) checkSchema(c *Connector, d document, opts SchemaOptions) error {
	known := map[string]bool{}
	base, err := parseDocument(c.Schema)
	if err != nil {
		panic(err) // connectors carry a checked schema
	}
	baseRules, _ := base.list("synchronizationRules")
	for _, rule := range baseRules {
		known[rule.text("id")] = true
	}
	targets, err := targetAttributes(d)
	if err != nil {
		return err
	}
	rules, err := d.list("synchronizationRules")
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if !known[rule.text("id")] {
			return requestError("InvalidSchema", "The synchronization rule %q does not exist.", rule.text("id"))
		}
		mappings, err := rule.list("objectMappings")
		if err != nil {
			return err
		}
		for _, mapping := range mappings {
			object := rule.text("targetDirectoryName") + "/" + mapping.text("targetObjectName")
			if err := checkMapping(mapping, targets[object], opts); err != nil {
				return err
			}
		}
		if len(mappings) > 0 {
			rule.set("objectMappings", mappings)
		}
	}
	if len(rules) > 0 {
		d.set("synchronizationRules", rules)
	}
	return nil
}

// targetAttributes returns the attribute names of each object by directory and object name. A schema without
// directories yields nothing, which checkMapping takes as unknown.
func targetAttributes(d document) (map[string]map[string]bool, error) {
	directories, err := d.list("directories")
	if err != nil {
		return nil, err
	}
	found := map[string]map[string]bool{}
	for _, directory := range directories {
		objects, err := directory.list("objects")
		if err != nil {
			return nil, err
		}
		for _, object := range objects {
			attributes, err := object.list("attributes")
			if err != nil {
				return nil, err
			}
			names := map[string]bool{}
			for _, a := range attributes {
				names[a.text("name")] = true
			}
			found[directory.text("name")+"/"+object.text("name")] = names
		}
	}
	return found, nil
}

func checkMapping(mapping document, targets map[string]bool, opts SchemaOptions) error {
	attributes, err := mapping.list("attributeMappings")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, a := range attributes {
		target := a.text("targetAttributeName")
		if targets != nil && !targets[target] {
			return requestError("SchemaAttributeNotFound", "The target attribute %q is not defined.", target)
		}
		if seen[target] && !opts.AcceptDoubled {
			return requestError("DuplicateAttributeMapping", "The target attribute %q is mapped more than once.", target)
		}
		seen[target] = true
	}
	slices.SortStableFunc(attributes, func(a, b document) int {
		return cmp.Compare(a.text("targetAttributeName"), b.text("targetAttributeName"))
	})
	if len(attributes) > 0 {
		mapping.set("attributeMappings", attributes)
	}
	return nil
}
