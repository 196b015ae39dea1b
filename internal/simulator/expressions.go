// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/json"
	"fmt"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

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
	value, err := expression.Evaluate(parsed, expression.Options{Attributes: attributes, Now: new(c.s.clock.Now()), Seed: &c.requestID})
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
