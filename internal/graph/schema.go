// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
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

// UnmarshalJSON reads a document. One without the documented shape is not an error here, since not every use depends on it;
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

// MappingsNamed lists the object mappings that a name could mean: the kind of their source object, where those of the
// tenant's directory come first, both their kinds, or what they are called. Case does not count.
func (s *Schema) MappingsNamed(name string) []*ObjectMapping {
	all, _ := s.ObjectMappings()
	fitting := func(among []*ObjectMapping, fits func(*ObjectMapping) bool) []*ObjectMapping {
		return slices.DeleteFunc(slices.Clone(among), func(m *ObjectMapping) bool { return !fits(m) })
	}
	found := fitting(all, func(m *ObjectMapping) bool { return strings.EqualFold(m.SourceObject, name) })
	if len(found) > 1 {
		if entra := fitting(found, func(m *ObjectMapping) bool { return s.IsEntra(m.Rule.SourceDirectory) }); len(entra) > 0 {
			found = entra
		}
	}
	if len(found) == 0 {
		found = fitting(all, func(m *ObjectMapping) bool { return strings.EqualFold(m.Objects(), name) })
	}
	if len(found) == 0 {
		found = fitting(all, func(m *ObjectMapping) bool { return strings.EqualFold(m.Name, name) })
	}
	return found
}

// NameOf is the shortest name that means this object mapping alone, "" if no name does.
func (s *Schema) NameOf(m *ObjectMapping) string {
	for _, name := range []string{m.SourceObject, m.Objects(), m.Name} {
		if named := s.MappingsNamed(name); len(named) == 1 && named[0] == m {
			return name
		}
	}
	return ""
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

// Document is the schema as it can be sent back. Annotations of the answer it was read from (@odata.…) are left out; the
// service refuses some of them.
func (s *Schema) Document() (json.RawMessage, error) { return withoutAnnotations(s.encode()) }

// PutSchema replaces the whole schema of a job. An error that IsAmbiguous must be settled by GetSchema: the document carries
// the version that it replaces, and repeated as it is it would be refused, or undo what was written since.
func (c *Client) PutSchema(ctx context.Context, ref JobRef, schema *Schema) error {
	document, err := schema.Document()
	if err != nil {
		return err
	}
	return c.do(ctx, call{method: http.MethodPut, path: ref.path("schema"), needs: writesSynchronization, body: document, once: true}, nil)
}

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
	Metadata   map[string]string // keys in lowercase; the first of doubled ones; not written
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
	Type            string // String, Integer, Reference, Binary, Boolean or DateTime, spelled so; another as sent
	Anchor          bool
	CaseExact       bool
	Multivalued     bool
	Required        bool
	Mutability      string // ReadWrite, ReadOnly, Immutable or WriteOnly, spelled so; another as sent
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

// ParsedExpression is the service's reading of an expression.
type ParsedExpression struct {
	ParsingSucceeded bool
	Expression       json.RawMessage // attributeMappingSource, null when parsing failed
	ErrorCode        string
	ErrorMessage     string
}

// ParseExpression has the service parse an expression into the tree that a mapping carries.
func (c *Client) ParseExpression(ctx context.Context, ref JobRef, expression string) (ParsedExpression, error) {
	var answer struct {
		ParsingSucceeded bool            `json:"parsingSucceeded"`
		ParsedExpression json.RawMessage `json:"parsedExpression"`
		Error            *publicError    `json:"error"`
	}
	err := c.do(ctx, call{
		method: http.MethodPost, path: ref.path("schema", "parseExpression"), needs: writesSynchronization, reads: true,
		body: map[string]any{"expression": expression, "targetAttributeDefinition": nil, "testInputObject": nil},
	}, &answer)
	if err != nil {
		return ParsedExpression{}, err
	}
	parsed := ParsedExpression{ParsingSucceeded: answer.ParsingSucceeded, Expression: answer.ParsedExpression}
	if parsed.Expression == nil {
		parsed.Expression = json.RawMessage("null")
	}
	parsed.ErrorCode, parsed.ErrorMessage = answer.Error.innermost()
	return parsed, nil
}

// publicError is the error of an answer that is itself a success.
type publicError struct {
	Code       string       `json:"code"`
	Message    string       `json:"message"`
	InnerError *publicError `json:"innerError"`
}

func (e *publicError) innermost() (code, message string) {
	for ; e != nil; e = e.InnerError {
		if e.Code != "" {
			code = e.Code
		}
		if e.Message != "" {
			message = e.Message
		}
	}
	return code, message
}

// FilterOperator is an operator of scoping filters.
type FilterOperator struct {
	ID                      string   `json:"id"`
	Name                    string   `json:"name"` // as the service spells it; the id where it sends no name
	Arity                   string   `json:"arity"`
	SupportedAttributeTypes []string `json:"supportedAttributeTypes"`
}

// FilterOperators lists the operators that a job's scoping filters accept.
func (c *Client) FilterOperators(ctx context.Context, ref JobRef) ([]FilterOperator, error) {
	operators, err := list[FilterOperator](ctx, c, call{method: http.MethodGet, path: ref.path("schema", "filterOperators"), needs: writesSynchronization})
	for i := range operators {
		operators[i].Name = cmp.Or(operators[i].Name, operators[i].ID)
	}
	return operators, err
}

// Functions names the functions that a job's mapping expressions may use.
func (c *Client) Functions(ctx context.Context, ref JobRef) ([]string, error) {
	type wire struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	functions, err := list[wire](ctx, c, call{method: http.MethodGet, path: ref.path("schema", "functions"), needs: writesSynchronization})
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = cmp.Or(f.Name, f.ID)
	}
	return names, err
}
