// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package expression is the mapping-expression language of Microsoft Entra provisioning: it parses, prints, checks and
// evaluates expressions such as
//
//	Join(" ", [givenName], ToUpper([surname]))
//
// without any connection to the service. The language is described in spec.md next to this file.
//
// [Parse] turns text into an [Expression]; [Check] finds everything in a text that is wrong or doubtful, with its position;
// [Evaluate] computes the result of an expression for given attributes; [Tree] returns the form in which the service stores
// an expression. [Functions] and [FilterOperators] list what a synchronization job offers.
//
// The package never contacts anything and knows nothing of Terraform. If the published documentation does not define
// a detail, Check accepts the text and Evaluate follows the assumption in spec.md.
package expression

import (
	"slices"
	"strings"
	"sync"
)

// Expression is a parsed expression. It is safe for concurrent use.
type Expression struct {
	text string
	root node

	bind    sync.Once
	bindErr *EvalError
}

// Text returns the text as it was written.
func (e *Expression) Text() string { return e.text }

// String returns the canonical text: one blank after each comma and around operators, nothing for an omitted argument,
// names, text and numbers as written.
func (e *Expression) String() string {
	var b strings.Builder
	b.Grow(len(e.text))
	p := printer{b: &b}
	p.print(e.root)
	return b.String()
}

// Attributes returns the names of all attributes that the expression refers to, sorted, each once.
func (e *Expression) Attributes() []string { return e.names(attributeName) }

func attributeName(n node) (string, bool) {
	if a, ok := n.(*attributeNode); ok {
		return a.name, true
	}
	return "", false
}

// Calls returns the names of all functions that the expression calls, as written, sorted, each once.
func (e *Expression) Calls() []string {
	return e.names(func(n node) (string, bool) {
		if c, ok := n.(*callNode); ok {
			return c.name, true
		}
		return "", false
	})
}

// Texts returns the texts in quotes in the expression, sorted, each once.
func (e *Expression) Texts() []string {
	return e.names(func(n node) (string, bool) {
		if t, ok := n.(*textNode); ok {
			return t.value, true
		}
		return "", false
	})
}

func (e *Expression) names(of func(node) (string, bool)) []string {
	names := []string{}
	walk(e.root, func(n node) {
		if name, ok := of(n); ok {
			names = append(names, name)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// BareAttribute returns the name of the attribute if the whole expression is one attribute in brackets.
func (e *Expression) BareAttribute() (name string, ok bool) { return attributeName(e.root) }

// BareConstant returns the value if the whole expression is one text in quotes or one number.
func (e *Expression) BareConstant() (value string, ok bool) { return constant(e.root) }

// Key returns what all notations of an expression share that the service does not tell apart: white space aside, a number
// as an argument is the same as that number in quotes, and arguments left out at the end leave no trace. In comparisons, of
// which the service documents no tree, a number stays a number. Text that cannot be parsed has a key, too.
func Key(text string) string {
	var key []string
	tokens := scan(text, &collector{text: text, muted: true})
	for i, t := range tokens[:len(tokens)-1] {
		part := text[t.span.start:t.span.end]
		switch {
		case t.kind == tokenNumber && part[0] != '&' && i > 0 && tokens[i-1].delimits() && tokens[i+1].delimits():
			part = `"` + part + `"`
		case t.kind == tokenClose:
			for len(key) > 0 && key[len(key)-1] == "," {
				key = key[:len(key)-1]
			}
		}
		key = append(key, part)
	}
	return strings.Join(key, " ")
}

// printer writes canonical text. visit, when set, is told where each node's text lies, so the texts of a whole tree
// can share one string.
type printer struct {
	b     *strings.Builder
	visit func(n node, s span)
}

func (p printer) print(n node) {
	start := p.b.Len()
	switch n := n.(type) {
	case *attributeNode:
		p.b.WriteByte('[')
		p.b.WriteString(n.name)
		p.b.WriteByte(']')
	case *textNode:
		// Escapes have one spelling only, and the meaning of undocumented ones must not be touched.
		p.b.WriteString(n.raw)
	case *numberNode:
		p.b.WriteString(n.raw)
	case *wordNode:
		p.b.WriteString(n.name)
	case *comparisonNode:
		p.print(n.left)
		p.b.WriteString(" " + n.operator + " ")
		p.print(n.right)
	case *concatNode:
		p.print(n.left)
		p.b.WriteString(" & ")
		p.print(n.right)
	case *callNode:
		p.b.WriteString(n.name)
		p.b.WriteByte('(')
		for i, arg := range n.args {
			if i > 0 {
				p.b.WriteString(", ")
			}
			p.print(arg)
		}
		p.b.WriteByte(')')
	}
	if p.visit != nil {
		p.visit(n, span{start, p.b.Len()})
	}
}
