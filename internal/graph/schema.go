// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Schema is a synchronization schema. It is replaced whole, so what the structs do not know stays as the service sent it.
// To change one, edit a Clone.
type Schema struct {
	Version     string // changes with every write
	Rules       []Rule
	Directories []Directory
	kept

	malformed error // why the document could not be read; then it is only kept
}

func (s *Schema) visit(w *walk) {
	text(w, "version", &s.Version, "")
	objects(w, "synchronizationRules", &s.Rules)
	objects(w, "directories", &s.Directories)
}

// UnmarshalJSON reads a document. One without the documented shape is no error here, since not every use depends on it;
// ObjectMappings and Object report it.
func (s *Schema) UnmarshalJSON(data []byte) error {
	schema, err := read[Schema](bytes.Clone(data))
	schema.malformed = err
	for i := range schema.Rules {
		rule := &schema.Rules[i]
		for j := range rule.ObjectMappings {
			rule.ObjectMappings[j].Rule = rule
		}
	}
	for _, directory := range schema.Directories {
		for i := range directory.Objects {
			directory.Objects[i].Directory = directory.Name
		}
	}
	*s = schema
	return nil
}

// MarshalJSON yields the document.
func (s *Schema) MarshalJSON() ([]byte, error) { return s.encode(), nil }

// encode is the document; nothing if there never was one.
func (s *Schema) encode() json.RawMessage {
	if s.malformed != nil || s.object.text == nil {
		return s.object.text
	}
	return write(s)
}

// Clone returns a copy that shares nothing with the schema.
func (s *Schema) Clone() *Schema {
	clone := &Schema{}
	_ = clone.UnmarshalJSON(s.encode()) // never fails
	return clone
}

// ObjectMappings lists the object mappings of all rules in the order as sent.
func (s *Schema) ObjectMappings() ([]*ObjectMapping, error) {
	var found []*ObjectMapping
	for i := range s.Rules {
		for j := range s.Rules[i].ObjectMappings {
			found = append(found, &s.Rules[i].ObjectMappings[j])
		}
	}
	return found, s.malformed
}

// Object finds the definition of an object in a directory; nil when the schema has none. Names of directories and
// objects are compared without regard to case.
func (s *Schema) Object(directory, object string) (*ObjectDefinition, error) {
	for _, d := range s.Directories {
		if !strings.EqualFold(d.Name, directory) {
			continue
		}
		for i := range d.Objects {
			if strings.EqualFold(d.Objects[i].Name, object) {
				return &d.Objects[i], s.malformed
			}
		}
	}
	return nil, s.malformed
}

// IsEntra tells the tenant's directory from a target's. Names and ids of directories differ between tenants, old and
// new, so what its users have decides.
func (s *Schema) IsEntra(directory string) bool {
	user, err := s.Object(directory, "User")
	return err == nil && user != nil && user.Attribute("objectId") != nil && user.Attribute("userPrincipalName") != nil
}

// RuleFor returns the id of the rule that provisions objects of a kind (User or Group) of the tenant's directory, by the
// first of its mappings in the order of the rules' priorities; "" when the schema has none that is enabled.
func (s *Schema) RuleFor(object string) (ruleID string, err error) {
	mappings, err := s.ObjectMappings()
	if err != nil {
		return "", err
	}
	best := &Rule{}
	for _, m := range mappings {
		if m.Enabled && strings.EqualFold(m.SourceObject, object) && s.IsEntra(m.Rule.SourceDirectory) && (best.ID == "" || m.Rule.Priority < best.Priority) {
			best = m.Rule
		}
	}
	return best.ID, nil
}

// SameRules reports whether two schemas have equal synchronization rules, whatever their ids, versions and directories.
func (s *Schema) SameRules(other *Schema) bool {
	return s.malformed == nil && other.malformed == nil && sameJSON(s.object.get("synchronizationRules"), other.object.get("synchronizationRules"))
}

// GetSchema returns the effective schema of a job.
func (c *Client) GetSchema(ctx context.Context, ref JobRef) (*Schema, error) {
	return c.schema(ctx, ref.path("schema"))
}

// GetTemplateSchema returns the default schema of a connector.
func (c *Client) GetTemplateSchema(ctx context.Context, servicePrincipalID, templateID string) (*Schema, error) {
	return c.schema(ctx, syncPath(servicePrincipalID, "templates", templateID, "schema"))
}

func (c *Client) schema(ctx context.Context, path string) (*Schema, error) {
	schema := &Schema{}
	if err := c.do(ctx, call{method: http.MethodGet, path: path, needs: readsSynchronization}, schema); err != nil {
		return nil, err
	}
	return schema, nil
}

// PutSchema replaces the whole schema of a job. Annotations of the answer it was read from (@odata.…) are left out;
// the service refuses some of them.
func (c *Client) PutSchema(ctx context.Context, ref JobRef, schema *Schema) error {
	document, err := withoutAnnotations(schema.encode())
	if err != nil {
		return err
	}
	return c.do(ctx, call{method: http.MethodPut, path: ref.path("schema"), needs: writesSynchronization, body: document}, nil)
}
