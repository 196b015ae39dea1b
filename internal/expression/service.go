// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strconv"
	"strings"
)

// SourceType is the type of a node in the service's tree of an expression.
type SourceType string

// The types of nodes that the service has.
const (
	SourceAttribute SourceType = "Attribute"
	SourceConstant  SourceType = "Constant"
	SourceFunction  SourceType = "Function"
)

// Source is a node of an expression as the service stores it (attributeMappingSource in Microsoft Graph).
type Source struct {
	Type       SourceType
	Name       string
	Expression string
	Parameters []SourceParameter
}

// SourceParameter is an argument of a function in the service's tree. Omitted arguments have none; repeated ones share
// their key.
type SourceParameter struct {
	Key   string
	Value *Source
}

// Tree returns the expression as the service stores it. How the service represents comparisons, the & operator, bare
// words and functions that it does not publish is not documented: comparisons and & become functions named like the
// operator with the keys "left" and "right", words become constants, and parameters of unknown functions get the keys
// "parameter1", "parameter2" and so on.
func Tree(e *Expression) *Source {
	var b strings.Builder
	spans := map[node]span{}
	printer{b: &b, visit: func(n node, s span) { spans[n] = s }}.print(e.root)
	t := treeBuilder{text: b.String(), spans: spans}
	return t.build(e.root)
}

// treeBuilder cuts the texts of all nodes out of one canonical text, so deep trees do not copy it again and again.
type treeBuilder struct {
	text  string
	spans map[node]span
}

func (t treeBuilder) build(n node) *Source {
	s := t.spans[n]
	source := &Source{Expression: t.text[s.start:s.end], Parameters: []SourceParameter{}}
	switch n := n.(type) {
	case *attributeNode:
		source.Type, source.Name = SourceAttribute, n.name
	case *textNode:
		source.Type, source.Name = SourceConstant, n.value
	case *numberNode:
		source.Type, source.Name, source.Expression = SourceConstant, n.raw, `"`+n.raw+`"`
	case *wordNode:
		source.Type, source.Name, source.Expression = SourceConstant, n.name, `"`+n.name+`"`
	case *comparisonNode:
		t.operator(source, n.operator, n.left, n.right)
	case *concatNode:
		t.operator(source, "&", n.left, n.right)
	case *callNode:
		source.Type, source.Name = SourceFunction, n.name
		for i, arg := range n.args {
			if !omitted(arg) {
				source.Parameters = append(source.Parameters, SourceParameter{Key: parameterKey(n, i), Value: t.build(arg)})
			}
		}
	}
	return source
}

func (t treeBuilder) operator(source *Source, name string, left, right node) {
	source.Type, source.Name = SourceFunction, name
	source.Parameters = []SourceParameter{{Key: "left", Value: t.build(left)}, {Key: "right", Value: t.build(right)}}
}

// parameterKey returns the key of an argument.
func parameterKey(n *callNode, i int) string {
	if p := n.parameter(i); p != nil {
		return p.Key
	}
	return "parameter" + strconv.Itoa(i+1)
}

// FunctionSchema describes a function as a synchronization job lists it.
type FunctionSchema struct {
	Name       string
	Parameters []ParameterSchema
}

// ParameterSchema describes a parameter of a [FunctionSchema].
type ParameterSchema struct {
	Name string
	// Type is String, Integer, Reference, Binary, Boolean or DateTime.
	Type                     string
	Required                 bool
	AllowMultipleOccurrences bool
}

// Functions returns the functions that a job lists: those of every job and those seen in published listings.
func Functions() []FunctionSchema {
	var out []FunctionSchema
	for _, f := range functionTable {
		if f.Availability == EveryJob || f.Availability == ListedOnly {
			out = append(out, f.schema())
		}
	}
	return out
}

func (f *Function) schema() FunctionSchema {
	schema := FunctionSchema{Name: f.Name, Parameters: []ParameterSchema{}}
	for i, p := range f.Parameters {
		repeated := i >= f.fixed()
		if repeated && i > f.fixed() && p.Key == f.Parameters[f.fixed()].Key {
			// A group whose members share one key is one repeating parameter to the service.
			continue
		}
		kind := "String"
		switch p.Kind {
		case KindInteger:
			kind = "Integer"
		case KindBoolean:
			kind = "Boolean"
		case KindText, KindDate, KindDateText, KindList, KindAny, KindWord:
		}
		schema.Parameters = append(schema.Parameters, ParameterSchema{
			Name: p.Key, Type: kind, Required: !p.Optional, AllowMultipleOccurrences: repeated,
		})
	}
	return schema
}

// FilterOperator describes an operator of scoping filters as a synchronization job lists it.
type FilterOperator struct {
	Name                      string
	Unary                     bool   // Unary operators take no value
	MultivaluedComparisonType string // All or Any
	SupportedAttributeTypes   []string
}

// FilterOperators returns the operators of scoping filters. The first eight are published as the service lists them; the
// spelling of the others is that of the portal's documentation.
func FilterOperators() []FilterOperator {
	textOrNumber := []string{"String", "Integer"}
	all := []string{"String", "Integer", "Binary", "Boolean"}
	boolean := []string{"Boolean"}
	return []FilterOperator{
		{"EQUALS", false, "All", textOrNumber},
		{"NOT EQUALS", false, "All", textOrNumber},
		{"REGEX MATCH", false, "All", textOrNumber},
		{"NOT REGEX MATCH", false, "All", textOrNumber},
		{"IS NULL", true, "All", all},
		{"IS NOT NULL", true, "All", all},
		{"IS TRUE", true, "All", boolean},
		{"IS FALSE", true, "All", boolean},
		{"Greater_Than", false, "All", []string{"Integer"}},
		{"Greater_Than_OR_EQUALS", false, "All", []string{"Integer"}},
		{"Includes", false, "All", []string{"String"}},
		{"ENDS_WITH", false, "All", []string{"String"}},
		{"&", false, "All", textOrNumber},
		{"!&", false, "All", textOrNumber},
	}
}
