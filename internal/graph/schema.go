// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
)

// Schema is a synchronization schema as the service sent it, every member kept; views and edits on it are in this file.
type Schema struct {
	document json.RawMessage
}

// GetSchema returns the effective schema of a job.
func (c *Client) GetSchema(ctx context.Context, ref JobRef) (*Schema, error) { return nil, errNotBuilt }

// GetTemplateSchema returns the default schema of a connector.
func (c *Client) GetTemplateSchema(ctx context.Context, servicePrincipalID, templateID string) (*Schema, error) {
	return nil, errNotBuilt
}

// PutSchema replaces the whole schema of a job.
func (c *Client) PutSchema(ctx context.Context, ref JobRef, schema *Schema) error { return errNotBuilt }

// DeleteSchema drops every customisation of a job's schema.
func (c *Client) DeleteSchema(ctx context.Context, ref JobRef) error { return errNotBuilt }

// ParsedExpression is the service's reading of an expression.
type ParsedExpression struct {
	ParsingSucceeded bool
	Expression       json.RawMessage // attributeMappingSource, null when parsing failed
	ErrorCode        string
	ErrorMessage     string
}

// ParseExpression has the service parse an expression into the tree that a mapping carries.
func (c *Client) ParseExpression(ctx context.Context, ref JobRef, expression string) (ParsedExpression, error) {
	return ParsedExpression{}, errNotBuilt
}

// FilterOperator is an operator of scoping filters.
type FilterOperator struct {
	Name                    string // as the service spells it
	Arity                   string
	SupportedAttributeTypes []string
}

// FilterOperators lists the operators that a job's scoping filters accept.
func (c *Client) FilterOperators(ctx context.Context, ref JobRef) ([]FilterOperator, error) {
	return nil, errNotBuilt
}
