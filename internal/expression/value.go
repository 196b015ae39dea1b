// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "strconv"

// ValueKind tells what a [Value] holds.
type ValueKind int

const (
	// ValueNull is no value at all, as a missing attribute has.
	ValueNull ValueKind = iota
	// ValueString is one text, which may be empty.
	ValueString
	// ValueList is any number of texts.
	ValueList
	// ValueIgnored says that the target attribute must be left as it is.
	ValueIgnored
)

// Value is an attribute's value or the outcome of an expression. Numbers, Booleans and dates are text. The zero Value is
// null.
type Value struct {
	kind ValueKind
	text string
	list []string
}

// Null returns the value of a missing attribute.
func Null() Value { return Value{} }

// String returns a value of one text.
func String(s string) Value { return Value{kind: ValueString, text: s} }

// List returns a value of any number of texts. It keeps the slice.
func List(values ...string) Value { return Value{kind: ValueList, list: values} }

// Ignored returns the outcome that leaves the target attribute as it is.
func Ignored() Value { return Value{kind: ValueIgnored} }

// Kind returns what the value holds.
func (v Value) Kind() ValueKind { return v.kind }

// Text returns the text of a string, and "" for any other kind.
func (v Value) Text() string { return v.text }

// Values returns all texts of a string or a list, and nil for any other kind. The slice must not be changed.
func (v Value) Values() []string {
	switch v.kind {
	case ValueString:
		return []string{v.text}
	case ValueList:
		return v.list
	default:
		return nil
	}
}

// IsNull reports whether there is no value. An ignored outcome is not null.
func (v Value) IsNull() bool { return v.kind == ValueNull }

// isNullOrEmpty reports whether there is no value or only empty text.
func (v Value) isNullOrEmpty() bool {
	switch v.kind {
	case ValueNull:
		return true
	case ValueString:
		return v.text == ""
	case ValueList:
		return len(v.list) == 0 || len(v.list) == 1 && v.list[0] == ""
	default:
		return false
	}
}

// single returns the only value of a list; an empty list is null.
func (v Value) single() (Value, bool) {
	switch {
	case v.kind != ValueList:
		return v, true
	case len(v.list) == 0:
		return Null(), true
	case len(v.list) == 1:
		return String(v.list[0]), true
	default:
		return v, false
	}
}

// boolean returns the text of a Boolean.
func boolean(b bool) Value {
	if b {
		return String("True")
	}
	return String("False")
}

// number returns a whole number as text.
func number(n int64) Value { return String(strconv.FormatInt(n, 10)) }
