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

// Schema is a synchronization schema as the service sent it, every member kept.
type Schema struct {
	document json.RawMessage
}

// UnmarshalJSON keeps the document as it is: numbers, unknown members and the order of lists included.
func (s *Schema) UnmarshalJSON(data []byte) error {
	s.document = bytes.Clone(data)
	return nil
}

// MarshalJSON yields the document.
func (s *Schema) MarshalJSON() ([]byte, error) {
	if s.document == nil {
		return []byte("null"), nil
	}
	return s.document, nil
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
	document, err := withoutAnnotations(schema.document)
	if err != nil {
		return err
	}
	return c.do(ctx, call{method: http.MethodPut, path: ref.path("schema"), needs: writesSynchronization, body: document}, nil)
}

// withoutAnnotations copies a document without the members whose names contain "@odata.". Every other literal is copied
// byte by byte, because decoding would lose digits of large numbers and unpaired surrogates.
func withoutAnnotations(document []byte) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var out bytes.Buffer
	if err := copyValue(decoder, document, &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// copyValue copies the next value of decoder, which reads document, to out.
func copyValue(decoder *json.Decoder, document []byte, out *bytes.Buffer) error {
	start := decoder.InputOffset()
	opening, err := decoder.Token()
	if err != nil {
		return err
	}
	delimiter, ok := opening.(json.Delim)
	if !ok {
		out.Write(literal(document[start:decoder.InputOffset()]))
		return nil
	}
	out.WriteString(delimiter.String())
	for first := true; decoder.More(); {
		var name []byte
		if delimiter == '{' {
			start := decoder.InputOffset()
			token, err := decoder.Token()
			if err != nil {
				return err
			}
			if text, ok := token.(string); ok && strings.Contains(text, "@odata.") {
				var skipped json.RawMessage
				if err := decoder.Decode(&skipped); err != nil {
					return err
				}
				continue
			}
			name = literal(document[start:decoder.InputOffset()])
		}
		if !first {
			out.WriteByte(',')
		}
		first = false
		if name != nil {
			out.Write(name)
			out.WriteByte(':')
		}
		if err := copyValue(decoder, document, out); err != nil {
			return err
		}
	}
	closing, err := decoder.Token()
	if err != nil {
		return err
	}
	if end, ok := closing.(json.Delim); ok {
		out.WriteString(end.String())
	}
	return nil
}

// literal is a token without the punctuation and white space before it.
func literal(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n,:") }

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
	Name                    string // as the service spells it
	Arity                   string
	SupportedAttributeTypes []string
}

// FilterOperators lists the operators that a job's scoping filters accept.
func (c *Client) FilterOperators(ctx context.Context, ref JobRef) ([]FilterOperator, error) {
	type wire struct {
		ID                      string   `json:"id"`
		Name                    string   `json:"name"`
		Arity                   string   `json:"arity"`
		SupportedAttributeTypes []string `json:"supportedAttributeTypes"`
	}
	found, err := list[wire](ctx, c, call{method: http.MethodGet, path: ref.path("schema", "filterOperators"), needs: writesSynchronization})
	if err != nil {
		return nil, err
	}
	operators := make([]FilterOperator, len(found))
	for i, w := range found {
		operators[i] = FilterOperator{Name: w.Name, Arity: w.Arity, SupportedAttributeTypes: w.SupportedAttributeTypes}
		if w.Name == "" {
			operators[i].Name = w.ID
		}
	}
	return operators, nil
}

// MappingFunction is a function of the mapping expression language as the service declares it.
type MappingFunction struct {
	Name       string
	Parameters []MappingParameter
}

// MappingParameter is a parameter of a MappingFunction.
type MappingParameter struct {
	Name                     string `json:"name"`
	Type                     string `json:"type"`
	Required                 bool   `json:"required"`
	AllowMultipleOccurrences bool   `json:"allowMultipleOccurrences"`
}

// Functions lists the functions that a job's mapping expressions may use.
func (c *Client) Functions(ctx context.Context, ref JobRef) ([]MappingFunction, error) {
	type wire struct {
		ID         string             `json:"id"`
		Name       string             `json:"name"`
		Parameters []MappingParameter `json:"parameters"`
	}
	found, err := list[wire](ctx, c, call{method: http.MethodGet, path: ref.path("schema", "functions"), needs: writesSynchronization})
	if err != nil {
		return nil, err
	}
	functions := make([]MappingFunction, len(found))
	for i, w := range found {
		functions[i] = MappingFunction{Name: w.Name, Parameters: w.Parameters}
		if w.Name == "" {
			functions[i].Name = w.ID
		}
	}
	return functions, nil
}
