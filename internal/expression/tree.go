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

// treeBuilder cuts the texts of all nodes out of one canonical text, so that deep trees do not copy it again and again.
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
