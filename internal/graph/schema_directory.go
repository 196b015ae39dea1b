// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"strings"
)

// Directory is one of the two sides of a schema: the tenant's, or the target's.
type Directory struct {
	Name    string
	Objects []ObjectDefinition
	kept
}

func (d *Directory) visit(w *walk) {
	text(w, "name", &d.Name, "")
	objects(w, "objects", &d.Objects)
}

// ObjectDefinition is a kind of object in a directory of a schema.
type ObjectDefinition struct {
	Directory  string // name of the directory that it belongs to; not written
	Name       string
	Attributes []AttributeDefinition
	Metadata   map[string]string // keys in lower case; the first of doubled ones; not written
	kept
}

func (d *ObjectDefinition) visit(w *walk) {
	text(w, "name", &d.Name, "")
	objects(w, "attributes", &d.Attributes)
	if !w.writing {
		d.Metadata = readMetadata(w.object.get("metadata"))
	}
}

// Attribute finds an attribute by its exact name; nil when the object has none.
func (d *ObjectDefinition) Attribute(name string) *AttributeDefinition {
	for i := range d.Attributes {
		if d.Attributes[i].Name == name {
			return &d.Attributes[i]
		}
	}
	return nil
}

// AttributeDefinition is an attribute that objects of a directory can have.
type AttributeDefinition struct {
	Name            string
	Type            string // String, Integer, Reference, Binary, Boolean or DateTime, spelt so; another as sent
	Anchor          bool
	CaseExact       bool
	Multivalued     bool
	Required        bool
	Mutability      string // ReadWrite, ReadOnly, Immutable or WriteOnly, spelt so; another as sent
	DefaultValue    string
	CustomerDefined bool // not written
	kept
}

func (a *AttributeDefinition) visit(w *walk) {
	w.start(`{"name":null,"type":"String"}`)
	text(w, "name", &a.Name, "")
	text(w, "type", &a.Type, "String", "String", "Integer", "Reference", "Binary", "Boolean", "DateTime")
	value(w, "anchor", &a.Anchor, false)
	value(w, "caseExact", &a.CaseExact, false)
	value(w, "multivalued", &a.Multivalued, false)
	value(w, "required", &a.Required, false)
	text(w, "mutability", &a.Mutability, "ReadWrite", "ReadWrite", "ReadOnly", "Immutable", "WriteOnly")
	text(w, "defaultValue", &a.DefaultValue, "")
	if !w.writing {
		a.CustomerDefined = strings.EqualFold(readMetadata(w.object.get("metadata"))["iscustomerdefined"], "true")
	}
}

// readMetadata reads a list of keys and values. The service doubles some keys and varies their case.
func readMetadata(raw json.RawMessage) map[string]string {
	entries, err := parseArray(raw)
	if err != nil {
		return nil
	}
	metadata := map[string]string{}
	for _, entry := range entries {
		o, err := parseObject(entry)
		if err != nil {
			continue
		}
		key := strings.ToLower(decodeOr(o.get("key"), ""))
		if _, doubled := metadata[key]; !doubled {
			metadata[key] = strings.Trim(decodeOr(o.get("value"), ""), `"`)
		}
	}
	return metadata
}
