// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strconv"
	"strings"
)

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
	// unclosed says that the closing parenthesis is missing, so nothing is known about the number of arguments.
	unclosed bool
	regex    regexCache
}

// given reports whether an argument exists and is not empty.
func (n *callNode) given(i int) bool { return i < len(n.args) && !omitted(n.args[i]) }

func omitted(n node) bool {
	_, ok := n.(*omittedNode)
	return ok
}

// constant returns the value of an argument that is text or a number.
func (n *callNode) constant(i int) (string, bool) {
	if i >= len(n.args) {
		return "", false
	}
	return constant(n.args[i])
}

// whole returns the value of an argument that is a whole number by itself.
func (n *callNode) whole(i int) (int, bool) {
	value, ok := n.constant(i)
	number, err := strconv.Atoi(strings.TrimSpace(value))
	return number, ok && err == nil
}

// older reports whether a call has as many arguments as the function's older form, which lacks a slot.
func (n *callNode) older() bool {
	return n.function.leavesOut > 0 && len(n.args) == len(n.function.Parameters)-1
}

// parameter returns the declaration of what an argument is for, or nil if there is none.
func (n *callNode) parameter(i int) *Parameter {
	if n.function == nil {
		return nil
	}
	if n.older() && i >= n.function.leavesOut {
		i++
	}
	return n.function.parameter(i)
}

// comparisonNode is two operands and a comparison operator between them.
type comparisonNode struct {
	place
	operator    string
	left, right node
}

// concatNode is two operands joined by the & operator, which only neighboring products document.
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

// constant returns the value of a text or number node.
func constant(n node) (string, bool) {
	switch n := n.(type) {
	case *textNode:
		return n.value, true
	case *numberNode:
		return n.raw, true
	default:
		return "", false
	}
}

// yields returns the kind that a node certainly yields.
func yields(n node) (Kind, bool) {
	switch n := n.(type) {
	case *comparisonNode:
		return KindBoolean, true
	case *callNode:
		if n.function != nil {
			return n.function.Result, true
		}
	}
	return KindAny, false
}

// callOf returns the name of the function if the node is a call of one of the functions.
func callOf(n node, names ...string) (string, bool) {
	call, ok := n.(*callNode)
	if !ok || call.function == nil || !slices.Contains(names, call.function.Name) {
		return "", false
	}
	return call.function.Name, true
}
