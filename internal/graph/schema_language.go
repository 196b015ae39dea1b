// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
)

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
