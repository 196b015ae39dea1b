// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// writeSchema answers with a schema, adding the annotations that a client has to take away again before writing.
func (c *call) writeSchema(principalID, fragment string, raw json.RawMessage) (*reply, error) {
	annotations := appendJSON(nil, object{
		{"@odata.context", c.context(syncSet(principalID, fragment))},
		{"directories@odata.context", c.context(syncSet(principalID, fragment+"/directories"))},
	})
	body := append(annotations[:len(annotations)-1], ',')
	body = append(body, bytes.TrimPrefix(raw, []byte("{"))...)
	return respond(json.RawMessage(body))
}

func (c *call) getSchema(j store.Job) (*reply, error) {
	raw := j.Schema
	if ghost, stale := c.s.replica.read(KindSchema, j.ID); stale {
		raw, _ = ghost.(json.RawMessage)
	}
	return c.writeSchema(j.ServicePrincipalID, "jobs('"+j.ID+"')/schema/$entity", raw)
}

func (c *call) putSchema(j store.Job) (*reply, error) {
	variants := c.s.Variants()
	err := c.s.store.PutSchema(j.ServicePrincipalID, j.ID, c.body, store.SchemaOptions{RejectStale: variants.RejectStaleSchema, AcceptDoubled: variants.DoubledTargets})
	if err != nil {
		return nil, err
	}
	c.s.replica.written(KindSchema, j.ID, j.Schema)
	return done(nil)
}

func (c *call) deleteSchema(j store.Job) (*reply, error) {
	if err := c.s.store.ResetSchema(j.ServicePrincipalID, j.ID); err != nil {
		return nil, err
	}
	c.s.replica.written(KindSchema, j.ID, j.Schema)
	return done(nil)
}

// discover reads the attributes of a directory anew. The invented connectors always find what is in their schema.
func (c *call) discover(j store.Job) (*reply, error) {
	var schema struct {
		Directories []map[string]json.RawMessage `json:"directories"`
	}
	if err := json.Unmarshal(j.Schema, &schema); err != nil {
		return nil, refuseSync(http.StatusBadRequest, "InvalidSchema", "The stored schema cannot be read.")
	}
	for _, d := range schema.Directories {
		var id, discoverabilities string
		_ = json.Unmarshal(d["id"], &id) // anything but a string is not an id
		_ = json.Unmarshal(d["discoverabilities"], &discoverabilities)
		if id != c.r.PathValue("directory") {
			continue
		}
		if discoverabilities == "" || discoverabilities == "None" {
			return nil, refuseSync(http.StatusBadRequest, "DiscoveryNotSupported", "The directory cannot be discovered.")
		}
		d["discoveryDateTime"] = appendJSON(nil, c.s.clock.Now())
		d["version"] = appendJSON(nil, c.requestID)
		return respond(d)
	}
	return nil, refuseSync(http.StatusNotFound, "DirectoryNotFound", "The schema has no such directory.")
}

// filterOperators are the scoping operators, in the spelling that this simulator settles on.
var filterOperators = []struct {
	name, arity string
	types       []string
}{
	{"EQUALS", "Binary", []string{"String", "Integer"}},
	{"NOT EQUALS", "Binary", []string{"String", "Integer"}},
	{"IS TRUE", "Unary", []string{"Boolean"}},
	{"IS FALSE", "Unary", []string{"Boolean"}},
	{"IS NULL", "Unary", []string{"String", "Integer", "Binary", "Boolean"}},
	{"IS NOT NULL", "Unary", []string{"String", "Integer", "Binary", "Boolean"}},
	{"REGEX MATCH", "Binary", []string{"String", "Integer"}},
	{"NOT REGEX MATCH", "Binary", []string{"String", "Integer"}},
	{"GREATER_THAN", "Binary", []string{"Integer"}},
	{"GREATER_THAN_OR_EQUALS", "Binary", []string{"Integer"}},
	{"INCLUDES", "Binary", []string{"String"}},
	{"ENDS_WITH", "Binary", []string{"String"}},
	{"&", "Binary", []string{"String"}},
	{"!&", "Binary", []string{"String"}},
}

func (c *call) listFilterOperators(store.Job) (*reply, error) {
	rendered := make([]object, len(filterOperators))
	for i, o := range filterOperators {
		rendered[i] = object{
			{"id", o.name}, {"name", o.name}, {"arity", o.arity}, {"multivaluedComparisonType", "All"}, {"supportedAttributeTypes", o.types},
		}
	}
	return respond(object{{"@odata.context", c.context("Collection(microsoft.graph.filterOperatorSchema)")}, {"value", rendered}})
}
