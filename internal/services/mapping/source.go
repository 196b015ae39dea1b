// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// sourceKind is how a source reads, whatever notation it was written in.
type sourceKind int

const (
	sourceNone sourceKind = iota // only the default value is written
	sourceAttribute
	sourceConstant
	sourceFunction
)

// source is where a value comes from, in a form that two notations of the same thing share: `source_attribute = "mail"`
// and `expression = "[mail]"` are one source, as are two layouts of an expression.
type source struct {
	kind sourceKind
	text string // attribute name, constant's value, or canonical expression
}

// fromExpression reads the text of an expression.
func fromExpression(text string) source {
	parsed, _ := expression.Parse(text)
	if parsed == nil {
		return source{sourceFunction, strings.TrimSpace(text)}
	}
	if name, ok := parsed.BareAttribute(); ok {
		return source{sourceAttribute, name}
	}
	if value, ok := parsed.BareConstant(); ok {
		return source{sourceConstant, value}
	}
	return source{sourceFunction, parsed.String()}
}

// fromTree reads the source of an attribute mapping as the service keeps it.
func fromTree(s *graph.MappingSource) source {
	switch {
	case s == nil:
		return source{}
	case s.Type == graph.SourceAttribute && s.Name != "":
		return source{sourceAttribute, s.Name}
	case s.Type == graph.SourceConstant && (s.Name != "" || s.Expression == ""):
		return source{sourceConstant, s.Name}
	case s.Expression == "":
		return source{sourceFunction, s.Name + "()"}
	}
	return fromExpression(s.Expression)
}

// attributes names the source attributes that the value depends on.
func (s source) attributes() []string {
	switch s.kind {
	case sourceAttribute:
		return []string{s.text}
	case sourceFunction:
		if parsed, _ := expression.Parse(s.text); parsed != nil {
			return parsed.Attributes()
		}
	}
	return nil
}

// calls names the functions that the source uses.
func (s source) calls() []string {
	if s.kind != sourceFunction {
		return nil
	}
	if parsed, _ := expression.Parse(s.text); parsed != nil {
		return parsed.Calls()
	}
	return nil
}

// String is the source as a person would write it in an expression.
func (s source) String() string {
	switch s.kind {
	case sourceAttribute:
		return "[" + s.text + "]"
	case sourceConstant:
		return graph.ConstantSource(s.text).Expression
	case sourceFunction:
		return s.text
	}
	return "nothing"
}
