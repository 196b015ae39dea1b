// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// renderSyncTemplate shows a connector. The schema is big and comes unless the request selects other members.
func (c *call) renderSyncTemplate(t *store.Connector) (object, error) {
	return c.pick("synchronizationTemplate", object{
		{"id", t.ID}, {"applicationId", t.GalleryTemplateID}, {"default", t.Default}, {"description", nil},
		{"discoverable", t.Discoverable}, {"factoryTag", t.FactoryTag}, {"metadata", renderPairs("key", t.Metadata)},
		{"schema", c.s.Variants().Spelling.of(t.Schema, false)},
	})
}

// renderPairs shows named values; the synchronization service calls the name key in some places and name in others.
func renderPairs(name string, pairs []store.KeyValue) []object {
	rendered := make([]object, len(pairs))
	for i, p := range pairs {
		rendered[i] = object{{name, p.Key}, {"value", p.Value}}
	}
	return rendered
}

func (c *call) listSyncTemplates(p store.ServicePrincipal) (*reply, error) {
	connectors, err := c.s.store.ConnectorsFor(p.ID)
	if err != nil {
		return nil, err
	}
	if len(connectors) == 0 && c.s.Variants().ErrorsWhenUnconfigured {
		return nil, refuseSync(http.StatusNotFound, "TemplateNotFound", "No synchronization template exists for this application.")
	}
	rendered := []object{}
	for i := range connectors {
		o, err := c.renderSyncTemplate(&connectors[i])
		if err != nil {
			return nil, err
		}
		rendered = append(rendered, o)
	}
	return respond(object{{"@odata.context", c.context(syncSet(p.ID, "templates"))}, {"value", rendered}})
}

func syncSet(principalID, rest string) string {
	return "servicePrincipals('" + principalID + "')/synchronization/" + rest
}

// ofConnector is an operation on the synchronization template in the path.
func ofConnector(handle func(*call, store.ServicePrincipal, *store.Connector) (*reply, error)) operation {
	return ofPrincipal(func(c *call, p store.ServicePrincipal) (*reply, error) {
		connectors, err := c.s.store.ConnectorsFor(p.ID)
		if err != nil {
			return nil, err
		}
		id := c.r.PathValue("template")
		for i := range connectors {
			if connectors[i].ID == id {
				return handle(c, p, &connectors[i])
			}
		}
		return nil, &store.NotFoundError{Kind: store.MissingConnector, ID: id}
	})
}

func (c *call) getSyncTemplate(p store.ServicePrincipal, t *store.Connector) (*reply, error) {
	o, err := c.renderSyncTemplate(t)
	if err != nil {
		return nil, err
	}
	return respond(append(object{{"@odata.context", c.context(syncSet(p.ID, "templates/$entity"))}}, o...))
}

func (c *call) getSyncTemplateSchema(p store.ServicePrincipal, t *store.Connector) (*reply, error) {
	return c.writeSchema(p.ID, "templates('"+t.ID+"')/schema/$entity", t.Schema)
}

// writeSchema answers with a schema, adding the annotations that a client has to take away again before writing.
func (c *call) writeSchema(principalID, fragment string, raw json.RawMessage) (*reply, error) {
	raw = c.s.Variants().Spelling.of(raw, false)
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
	err := c.s.store.PutSchema(j.ServicePrincipalID, j.ID, variants.Spelling.of(c.body, true), store.SchemaOptions{RejectStale: variants.RejectStaleSchema, AcceptDoubled: variants.DoubledTargets})
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

// SourceJSON returns the source of an attribute mapping with the expression, as the service writes it after parsing.
func SourceJSON(text string) (json.RawMessage, error) {
	parsed, problems := expression.Parse(text)
	if parsed == nil || problems.HasErrors() {
		return nil, fmt.Errorf("the expression %s cannot be parsed: %s", text, problems.Errors()[0].Message)
	}
	return appendJSON(nil, renderSource(expression.Tree(parsed))), nil
}

func (c *call) parseTemplateExpression(store.ServicePrincipal, *store.Connector) (*reply, error) {
	return c.parseExpression()
}

func (c *call) parseJobExpression(store.Job) (*reply, error) { return c.parseExpression() }

// parseExpression answers 200 for good and bad expressions alike; what is wrong is part of the answer.
func (c *call) parseExpression() (*reply, error) {
	var body struct {
		Expression      *string `json:"expression"`
		TestInputObject *struct {
			Properties []struct {
				Key   string          `json:"key"`
				Value json.RawMessage `json:"value"`
			} `json:"properties"`
		} `json:"testInputObject"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Expression == nil {
		return nil, refuseSync(400, "InvalidRequestBody", "An expression is needed.")
	}
	answer := func(parsed bool, tree any, evaluated bool, result []string, problem any) (*reply, error) {
		return respond(object{
			{"@odata.context", c.context("microsoft.graph.parseExpressionResponse")},
			{"parsingSucceeded", parsed}, {"evaluationSucceeded", evaluated}, {"evaluationResult", list(result)},
			{"error", problem}, {"parsedExpression", tree},
		})
	}
	problems := expression.Check(*body.Expression, expression.CheckOptions{})
	parsed, _ := expression.Parse(*body.Expression)
	if parsed == nil || problems.HasErrors() {
		first := "The expression cannot be parsed."
		if errs := problems.Errors(); len(errs) > 0 {
			first = errs[0].Message
		}
		return answer(false, nil, false, nil, publicError("InvalidExpression", first))
	}
	tree := renderSource(expression.Tree(parsed))
	if body.TestInputObject == nil {
		return answer(true, tree, false, nil, nil)
	}
	attributes := map[string]expression.Value{}
	for _, p := range body.TestInputObject.Properties {
		attributes[p.Key] = inputValue(p.Value)
	}
	value, err := expression.Evaluate(parsed, expression.Options{Attributes: attributes, Now: new(c.s.clock.Now()), Seed: &c.requestID, DefaultDomain: new(store.DefaultDomain)})
	if err != nil {
		return answer(true, tree, false, nil, publicError("EvaluationFailed", err.Error()))
	}
	return answer(true, tree, true, value.Values(), nil)
}

func publicError(code, message string) object {
	return object{{"code", code}, {"message", message}, {"target", nil}, {"details", []any{}}, {"innerError", nil}}
}

// inputValue reads an attribute of the test object: a list of texts, or anything else as its text.
func inputValue(raw json.RawMessage) expression.Value {
	var texts []string
	if json.Unmarshal(raw, &texts) == nil && texts != nil {
		return expression.List(texts...)
	}
	var value any
	if json.Unmarshal(raw, &value) != nil || value == nil {
		return expression.Null()
	}
	return expression.String(fmt.Sprint(value))
}

func renderSource(s *expression.Source) object {
	parameters := []object{}
	for _, p := range s.Parameters {
		parameters = append(parameters, object{{"key", p.Key}, {"value", renderSource(p.Value)}})
	}
	return object{{"type", string(s.Type)}, {"name", s.Name}, {"expression", s.Expression}, {"parameters", parameters}}
}

func (c *call) listFunctions(store.Job) (*reply, error) {
	rendered := []object{}
	for _, f := range expression.Functions() {
		parameters := []object{}
		for _, p := range f.Parameters {
			parameters = append(parameters, object{
				{"name", p.Name}, {"type", p.Type}, {"required", p.Required}, {"allowMultipleOccurrences", p.AllowMultipleOccurrences},
			})
		}
		rendered = append(rendered, object{{"id", f.Name}, {"name", f.Name}, {"parameters", parameters}})
	}
	return respond(object{{"@odata.context", c.context("Collection(microsoft.graph.attributeMappingFunctionSchema)")}, {"value", rendered}})
}
