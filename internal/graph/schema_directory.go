// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ObjectDefinition is a kind of object in a directory of a schema.
type ObjectDefinition struct {
	Directory  string
	Name       string
	Attributes []AttributeDefinition
	Metadata   map[string]string // keys in lower case; the first of doubled ones
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
	CustomerDefined bool
}

// Object finds the definition of an object in a directory; nil when the schema has none. Names of directories and
// objects are compared without regard to case.
func (s *Schema) Object(directory, object string) (*ObjectDefinition, error) {
	document, err := parseObject(s.document)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	directories, err := parseArray(document.get("directories"))
	if err != nil {
		return nil, fmt.Errorf("directories: %w", err)
	}
	for i, raw := range directories {
		d, err := parseObject(raw)
		if err != nil {
			return nil, fmt.Errorf("directories[%d]: %w", i, err)
		}
		if !strings.EqualFold(decodeOr(d.get("name"), ""), directory) {
			continue
		}
		objects, err := parseArray(d.get("objects"))
		if err != nil {
			return nil, fmt.Errorf("directories[%d].objects: %w", i, err)
		}
		for j, raw := range objects {
			o, err := parseObject(raw)
			if err != nil {
				return nil, fmt.Errorf("directories[%d].objects[%d]: %w", i, j, err)
			}
			if !strings.EqualFold(decodeOr(o.get("name"), ""), object) {
				continue
			}
			definition, err := readObjectDefinition(o)
			if err != nil {
				return nil, fmt.Errorf("directories[%d].objects[%d]: %w", i, j, err)
			}
			definition.Directory = decodeOr(d.get("name"), "")
			return definition, nil
		}
	}
	return nil, nil
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

func readObjectDefinition(o rawObject) (*ObjectDefinition, error) {
	attributes, err := parseArray(o.get("attributes"))
	if err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	definition := &ObjectDefinition{Name: decodeOr(o.get("name"), ""), Metadata: readMetadata(o.get("metadata"))}
	for i, raw := range attributes {
		a, err := parseObject(raw)
		if err != nil {
			return nil, fmt.Errorf("attributes[%d]: %w", i, err)
		}
		definition.Attributes = append(definition.Attributes, AttributeDefinition{
			Name:            decodeOr(a.get("name"), ""),
			Type:            oneOf(decodeOr(a.get("type"), "String"), "String", "Integer", "Reference", "Binary", "Boolean", "DateTime"),
			Anchor:          decodeOr(a.get("anchor"), false),
			CaseExact:       decodeOr(a.get("caseExact"), false),
			Multivalued:     decodeOr(a.get("multivalued"), false),
			Required:        decodeOr(a.get("required"), false),
			Mutability:      oneOf(decodeOr(a.get("mutability"), "ReadWrite"), "ReadWrite", "ReadOnly", "Immutable", "WriteOnly"),
			DefaultValue:    decodeOr(a.get("defaultValue"), ""),
			CustomerDefined: strings.EqualFold(readMetadata(a.get("metadata"))["iscustomerdefined"], "true"),
		})
	}
	return definition, nil
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
