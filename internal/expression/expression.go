// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"sync"
)

// Expression is a parsed expression. It is safe for concurrent use.
type Expression struct {
	text string
	root node

	bind    sync.Once
	bindErr *EvalError
}

func newExpression(text string, root node) *Expression {
	return &Expression{text: text, root: root}
}

// Text returns the text as it was written.
func (e *Expression) Text() string { return e.text }

// Attributes returns the names of all attributes that the expression refers to, sorted, each once.
func (e *Expression) Attributes() []string {
	names := []string{}
	walk(e.root, func(n node) {
		if a, ok := n.(*attributeNode); ok {
			names = append(names, a.name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Calls returns the names of all functions that the expression calls, as written, sorted, each once.
func (e *Expression) Calls() []string {
	names := []string{}
	walk(e.root, func(n node) {
		if c, ok := n.(*callNode); ok {
			names = append(names, c.name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// BareAttribute returns the name of the attribute if the whole expression is one attribute in brackets.
func (e *Expression) BareAttribute() (name string, ok bool) {
	a, ok := e.root.(*attributeNode)
	if !ok {
		return "", false
	}
	return a.name, true
}

// BareConstant returns the value if the whole expression is one text in quotes or one number.
func (e *Expression) BareConstant() (value string, ok bool) {
	switch n := e.root.(type) {
	case *textNode:
		return n.value, true
	case *numberNode:
		return n.raw, true
	default:
		return "", false
	}
}
