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

// source is where a value comes from, whatever notation says so: `source_attribute = "mail"` and `expression = "[mail]"`
// are one source, as are two layouts of an expression.
type source struct {
	sourceID
	text string // attribute name, constant's value, or canonical expression
}

// sourceID is what two notations of the same source share.
type sourceID struct {
	kind sourceKind
	key  string
}

func (s source) same(other source) bool { return s.sourceID == other.sourceID }

func attributeSource(name string) source { return source{sourceID{sourceAttribute, name}, name} }

func constantSource(text string) source { return source{sourceID{sourceConstant, text}, text} }

func functionSource(text string) source {
	return source{sourceID{sourceFunction, expression.Key(text)}, text}
}

// fromExpression reads the text of an expression.
func fromExpression(text string) source {
	parsed, _ := expression.Parse(text)
	if parsed == nil {
		return functionSource(strings.TrimSpace(text))
	}
	if name, ok := parsed.BareAttribute(); ok {
		return attributeSource(name)
	}
	if value, ok := parsed.BareConstant(); ok {
		return constantSource(value)
	}
	return functionSource(parsed.String())
}

// fromTree reads the source of an attribute mapping as the service keeps it.
func fromTree(s *graph.MappingSource) source {
	switch {
	case s == nil:
		return source{}
	case s.Type == graph.SourceAttribute && s.Name != "":
		return attributeSource(s.Name)
	case s.Type == graph.SourceConstant && (s.Name != "" || s.Expression == ""):
		return constantSource(s.Name)
	case s.Expression == "":
		return functionSource(s.Name + "()")
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

// sameExpression reports whether two texts are the same expression.
func sameExpression(a, b string) bool { return a == b || fromExpression(a).same(fromExpression(b)) }
