// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "strings"

// printer writes canonical text. visit, when set, is told where each node's text lies, so that the texts of a whole tree
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
