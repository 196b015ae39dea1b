// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// EditAttributeDefinitions returns the schema with attribute definitions of one object added, changed (type and
// multivalued) or, by name, removed. This is how connectors that accept it learn of attributes they do not list.
func (s *Schema) EditAttributeDefinitions(directory, object string, want []AttributeDefinition, remove []string) (*Schema, error) {
	document, err := parseObject(s.document)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	found := false
	directories, err := editNamed(document.get("directories"), directory, func(d rawObject) (rawObject, error) {
		objects, err := editNamed(d.get("objects"), object, func(o rawObject) (rawObject, error) {
			found = true
			return editDefinitions(o, want, remove)
		})
		if err != nil {
			return nil, err
		}
		return d.with("objects", objects), nil
	})
	if err != nil {
		return nil, fmt.Errorf("directories: %w", err)
	}
	if !found {
		return nil, fmt.Errorf("directories: no object %s in %s", object, directory)
	}
	return &Schema{document: document.with("directories", directories).encode()}, nil
}

// editNamed applies change to the first element of that name, without regard to case as in Object.
func editNamed(array json.RawMessage, name string, change func(rawObject) (rawObject, error)) (json.RawMessage, error) {
	items, err := parseArray(array)
	if err != nil {
		return nil, err
	}
	for i, raw := range items {
		o, err := parseObject(raw)
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(decodeOr(o.get("name"), ""), name) {
			continue
		}
		if o, err = change(o); err != nil {
			return nil, err
		}
		items[i] = o.encode()
		break
	}
	return encodeArray(items), nil
}

func editDefinitions(o rawObject, want []AttributeDefinition, remove []string) (rawObject, error) {
	live, err := parseArray(o.get("attributes"))
	if err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	pending := slices.Clone(want)
	var out []json.RawMessage
	for i, raw := range live {
		a, err := parseObject(raw)
		if err != nil {
			return nil, fmt.Errorf("attributes[%d]: %w", i, err)
		}
		name := decodeOr(a.get("name"), "")
		if slices.Contains(remove, name) {
			continue
		}
		at := slices.IndexFunc(pending, func(d AttributeDefinition) bool { return d.Name == name })
		if at < 0 {
			out = append(out, raw)
			continue
		}
		if !strings.EqualFold(decodeOr(a.get("type"), "String"), pending[at].Type) {
			a = a.with("type", encodeJSON(pending[at].Type))
		}
		if decodeOr(a.get("multivalued"), false) != pending[at].Multivalued {
			a = a.with("multivalued", encodeJSON(pending[at].Multivalued))
		}
		out = append(out, a.encode())
		pending = slices.Delete(pending, at, at+1)
	}
	for _, d := range pending {
		a := rawObject{}.with("name", encodeJSON(d.Name)).with("type", encodeJSON(d.Type))
		if d.Multivalued {
			a = a.with("multivalued", encodeJSON(true))
		}
		out = append(out, a.encode())
	}
	return o.with("attributes", encodeArray(out)), nil
}
