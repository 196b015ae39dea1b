// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

// node is one node of the syntax tree.
type node interface {
	at() span
}

// place is the part that all nodes share.
type place struct {
	span span
}

func (p place) at() span { return p.span }

// attributeNode is an attribute reference such as [mail].
type attributeNode struct {
	place
	name string
}

// textNode is text in double quotes. raw keeps the quotes and escapes; value is what they mean.
type textNode struct {
	place
	raw   string
	value string
}

// numberNode is a number without quotes, decimal or in &H notation.
type numberNode struct {
	place
	raw string
}

// wordNode is a bare word such as vbTextCompare.
type wordNode struct {
	place
	name string
}

// omittedNode is an empty argument; its span is empty and stands where the argument would.
type omittedNode struct {
	place
}

// callNode is a function call. function is nil when the name is not in the table.
type callNode struct {
	place
	name     string
	nameSpan span
	args     []node
	function *Function
	// unclosed says that the closing parenthesis is missing, so that nothing is known about the number of arguments.
	unclosed bool
	regex    regexCache
}

// comparisonNode is two operands and a comparison operator between them.
type comparisonNode struct {
	place
	operator    string
	left, right node
}

// concatNode is two operands joined by the & operator, which only neighbouring products document.
type concatNode struct {
	place
	operator    span
	left, right node
}

// badNode stands where an operand could not be read; the problem has been reported.
type badNode struct {
	place
}

// walk calls visit for n and everything below it, in the order of the text.
func walk(n node, visit func(node)) {
	visit(n)
	switch n := n.(type) {
	case *callNode:
		for _, arg := range n.args {
			walk(arg, visit)
		}
	case *comparisonNode:
		walk(n.left, visit)
		walk(n.right, visit)
	case *concatNode:
		walk(n.left, visit)
		walk(n.right, visit)
	}
}
