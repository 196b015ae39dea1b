// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func (c *invocation) appendText() (Value, *EvalError) {
	suffix, err := c.text(1)
	if err != nil {
		return Value{}, err
	}
	if c.args[0].IsNull() {
		return c.result(suffix)
	}
	return c.pure(0, func(s string) string { return s + suffix })
}

func (c *invocation) prependText() (Value, *EvalError) {
	prefix, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	if c.args[1].IsNull() {
		return c.result(prefix)
	}
	return c.pure(1, func(s string) string { return prefix + s })
}

// join puts all values that are not empty together.
func (c *invocation) join() (Value, *EvalError) {
	separator, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	size, count := 0, 0
	for _, v := range c.args[1:] {
		if v.kind == ValueString {
			size, count = size+len(v.text), count+1
			continue
		}
		for _, s := range v.list {
			size, count = size+len(s), count+1
		}
	}
	if err := c.step(c.node, count); err != nil {
		return Value{}, err
	}
	size += count * len(separator)
	if err := c.produce(c.node, size); err != nil {
		return Value{}, err
	}
	b := make([]byte, 0, size)
	add := func(s string) {
		if s == "" {
			return
		}
		if len(b) > 0 {
			b = append(b, separator...)
		}
		b = append(b, s...)
	}
	for _, v := range c.args[1:] {
		add(v.text)
		for _, s := range v.list {
			add(s)
		}
	}
	return String(string(b)), nil
}

func (c *invocation) split() (Value, *EvalError) {
	delimiter, err := c.text(1)
	if err != nil {
		return Value{}, err
	}
	source, err := c.one(0)
	if err != nil || source.IsNull() {
		return source, err
	}
	if delimiter == "" {
		return List(source.text), nil
	}
	if err := c.step(c.node, strings.Count(source.text, delimiter)); err != nil {
		return Value{}, err
	}
	if err := c.produce(c.node, len(source.text)); err != nil {
		return Value{}, err
	}
	return List(strings.Split(source.text, delimiter)...), nil
}

// left returns the first characters. A null text gives empty text.
func (c *invocation) left() (Value, *EvalError) {
	count, err := c.size(1)
	if err != nil {
		return Value{}, err
	}
	if c.args[0].IsNull() {
		return String(""), nil
	}
	return c.pure(0, func(s string) string {
		if count < 0 {
			return s
		}
		return substring(s, 0, count)
	})
}

// mid returns a part of the text. A start or length that makes no sense gives the text unchanged, as the sibling function
// of Entra Connect documents.
func (c *invocation) mid() (Value, *EvalError) {
	start, err := c.size(1)
	if err != nil {
		return Value{}, err
	}
	length, err := c.size(2)
	if err != nil {
		return Value{}, err
	}
	if c.args[0].IsNull() {
		return String(""), nil
	}
	return c.pure(0, func(s string) string {
		switch {
		case length == 0:
			return ""
		case length < 0 || start < 1 || start > utf16Len(s):
			return s
		default:
			return substring(s, start-1, length)
		}
	})
}

// substring cuts a text by UTF-16 units, as .NET counts. Half of a character becomes the replacement character.
func substring(s string, start, count int) string {
	if isASCII(s) {
		start = min(start, len(s))
		return s[start:min(start+count, len(s))]
	}
	units := utf16.Encode([]rune(s))
	start = min(start, len(units))
	return string(utf16.Decode(units[start:min(start+count, len(units))]))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// utf16Len returns the length of a text in UTF-16 units, in which .NET counts.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

func (c *invocation) length() (Value, *EvalError) {
	text, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	return number(int64(utf16Len(text))), nil
}

// inStr returns the position of the second text in the first, in UTF-16 units from 1.
func (c *invocation) inStr() (Value, *EvalError) {
	text, err := c.text(0)
	if err != nil {
		return Value{}, err
	}
	wanted, err := c.text(1)
	if err != nil {
		return Value{}, err
	}
	start := 1
	if c.given(2) {
		if start, err = c.size(2); err != nil {
			return Value{}, err
		}
	}
	if len(c.args) > 3 {
		compare, err := c.text(3)
		if err != nil {
			return Value{}, err
		}
		if strings.EqualFold(compare, "vbTextCompare") {
			text, wanted = mapCase(text, unicode.ToLower), mapCase(wanted, unicode.ToLower)
		}
	}
	if start = max(start, 1); start > utf16Len(text) {
		return number(0), nil
	}
	rest := substring(text, start-1, utf16Len(text))
	at := strings.Index(rest, wanted)
	if at < 0 {
		return number(0), nil
	}
	return number(int64(start + utf16Len(rest[:at]))), nil
}

// mapCase applies a simple case mapping, which never changes the number of characters.
func mapCase(s string, f func(rune) rune) string { return strings.Map(f, s) }

// word returns one of the runs of characters between delimiters.
func (c *invocation) word() (Value, *EvalError) {
	delimiters, err := c.text(2)
	if err != nil {
		return Value{}, err
	}
	index, err := c.size(1)
	if err != nil {
		return Value{}, err
	}
	if c.args[0].IsNull() {
		return String(""), nil
	}
	return c.pure(0, func(s string) string {
		at := 0
		for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
			if at++; at == index {
				return word
			}
		}
		return ""
	})
}

func (c *invocation) stripSpaces() (Value, *EvalError) {
	return c.pure(0, func(s string) string { return strings.ReplaceAll(s, " ", "") })
}

func (c *invocation) trim() (Value, *EvalError) { return c.pure(0, strings.TrimSpace) }
