// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// targetIndex finds accounts by attribute. An index is built the first time an attribute is searched by, so a
// cycle over many people costs one pass over the accounts.
type targetIndex struct {
	store     *store.Store
	connector *store.Connector
	by        map[string]*attributeIndex
}

type attributeIndex struct {
	keys   map[string][]string // by value
	values map[string][]string // by key of the account
}

func (x *attributeIndex) put(key string, values []string) {
	for _, old := range x.values[key] {
		x.keys[old] = slices.DeleteFunc(x.keys[old], func(k string) bool { return k == key })
	}
	x.values[key] = values
	for _, value := range values {
		x.keys[value] = append(x.keys[value], key)
	}
}

// attributesOf returns what an account shows under the names of the schema.
func attributesOf(a *store.Account, c *store.Connector) map[string][]string {
	values := map[string][]string{"id": {a.Key}, c.AddressAttribute: {a.Email}, "active": {boolText(a.Active)}}
	maps.Copy(values, a.Attributes)
	for name, property := range c.Properties {
		if value, ok := a.Attributes[property]; ok {
			values[name] = value
		}
	}
	return values
}

func boolText(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// find returns the keys of the accounts whose attribute has the value.
func (t *targetIndex) find(f *flow, value string) []string {
	index, ok := t.by[f.target.Name]
	if !ok {
		index = &attributeIndex{keys: map[string][]string{}, values: map[string][]string{}}
		for _, a := range t.store.Accounts() {
			index.put(a.Key, indexed(f, attributesOf(&a, t.connector)[f.target.Name]))
		}
		t.by[f.target.Name] = index
	}
	return index.keys[indexed(f, []string{value})[0]]
}

// indexed returns values in the form in which they are compared.
func indexed(f *flow, values []string) []string {
	if f.target.CaseExact {
		return values
	}
	lower := make([]string, len(values))
	for i, v := range values {
		lower[i] = strings.ToLower(v)
	}
	return lower
}

// wrote keeps the index true after values of an account were written, or the account removed with nil values.
func (t *targetIndex) wrote(p *plan, key string, values map[string][]string) {
	for _, f := range p.matching {
		index, built := t.by[f.target.Name]
		written, touched := values[f.target.Name]
		if built && (touched || values == nil) {
			index.put(key, indexed(f, written))
		}
	}
}

// apply writes attributes into an account.
func apply(a *store.Account, c *store.Connector, values map[string][]string) {
	for name, value := range values {
		first := ""
		if len(value) > 0 {
			first = value[0]
		}
		switch name {
		case c.AddressAttribute:
			a.Email = first
		case "active":
			a.Active = strings.EqualFold(first, "true")
		case "id":
		default:
			if a.Attributes == nil {
				a.Attributes = map[string][]string{}
			}
			a.Attributes[cmp.Or(c.Properties[name], name)] = value
		}
	}
}

// acceptable says whether a target attribute can hold the values.
func (a targetAttribute) acceptable(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool {
		switch a.Type {
		case "Integer":
			_, err := strconv.ParseInt(v, 10, 64)
			return err != nil
		case "Boolean":
			return !strings.EqualFold(v, "true") && !strings.EqualFold(v, "false")
		}
		return false
	})
}
