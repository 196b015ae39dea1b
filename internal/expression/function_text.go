// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func (c *invocation) appendText() Value {
	suffix := c.text(1)
	if c.args[0].IsNull() {
		return c.result(suffix)
	}
	return c.each(0, func(s string) string { return s + suffix })
}

func (c *invocation) prependText() Value {
	prefix := c.text(0)
	if c.args[1].IsNull() {
		return c.result(prefix)
	}
	return c.each(1, func(s string) string { return prefix + s })
}

// join puts all values that are not empty together.
func (c *invocation) join() Value {
	separator := c.text(0)
	size, count := 0, 0
	for _, v := range c.args[1:] {
		for _, s := range v.Values() {
			size, count = size+len(s), count+1
		}
	}
	size += count * len(separator)
	if !c.step(c.node, count) || !c.produce(c.node, size) {
		return Value{}
	}
	b := make([]byte, 0, size)
	for _, v := range c.args[1:] {
		for _, s := range v.Values() {
			if s == "" {
				continue
			}
			if len(b) > 0 {
				b = append(b, separator...)
			}
			b = append(b, s...)
		}
	}
	return String(string(b))
}

func checkJoin(c *checker, n *callNode) {
	_, separatorFixed := n.constant(0)
	if _, ok := n.constant(1); ok && len(n.args) == 2 && !separatorFixed {
		c.warnf(n.args[0].at(), "The separator is the first argument of `Join`; the other order is for Entra Connect.", "Write `Join(\", \", [a])`.")
	}
}

func (c *invocation) split() Value {
	delimiter, source := c.text(1), c.one(0)
	switch {
	case source.IsNull():
		return source
	case delimiter == "":
		return List(source.text)
	case !c.step(c.node, strings.Count(source.text, delimiter)) || !c.produce(c.node, len(source.text)):
		return Value{}
	}
	return List(strings.Split(source.text, delimiter)...)
}

func checkSplit(c *checker, n *callNode) {
	if value, ok := n.constant(1); ok && value == "" {
		c.warnf(n.args[1].at(), "`Split` needs a delimiter.", "")
	}
}

// left returns the first characters. A null text gives empty text.
func (c *invocation) left() Value {
	count := c.size(1)
	if c.args[0].IsNull() {
		return String("")
	}
	return c.each(0, func(s string) string {
		if count < 0 {
			return s
		}
		return substring(s, 0, count)
	})
}

// mid returns a part of the text. A start or length that makes no sense gives the text unchanged, as the sibling function
// of Entra Connect documents.
func (c *invocation) mid() Value {
	start, length := c.size(1), c.size(2)
	if c.args[0].IsNull() {
		return String("")
	}
	return c.each(0, func(s string) string {
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

func checkMid(c *checker, n *callNode) {
	if start, ok := n.whole(1); ok && start < 1 {
		c.warnf(n.args[1].at(), "`Mid` counts from 1; the effect of a smaller start is not documented.", "")
	}
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

func (c *invocation) length() Value { return number(int64(utf16Len(c.text(0)))) }

// inStr returns the position of the second text in the first, in UTF-16 units from 1.
func (c *invocation) inStr() Value {
	text, wanted := c.text(0), c.text(1)
	start := 1
	if c.given(2) {
		start = max(c.size(2), 1)
	}
	if strings.EqualFold(c.textOr(3, ""), "vbTextCompare") {
		text, wanted = strings.Map(unicode.ToLower, text), strings.Map(unicode.ToLower, wanted)
	}
	if start > utf16Len(text) {
		return number(0)
	}
	rest := substring(text, start-1, utf16Len(text))
	at := strings.Index(rest, wanted)
	if at < 0 {
		return number(0)
	}
	return number(int64(start + utf16Len(rest[:at])))
}

// word returns one of the runs of characters between delimiters.
func (c *invocation) word() Value {
	delimiters, index := c.text(2), c.size(1)
	if c.args[0].IsNull() {
		return String("")
	}
	return c.each(0, func(s string) string {
		at := 0
		for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
			if at++; at == index {
				return word
			}
		}
		return ""
	})
}

func stripSpaces(s string) string { return strings.ReplaceAll(s, " ", "") }

// dnComponent returns the value of one part of a distinguished name, counted from 1 at the left.
func (c *invocation) dnComponent() Value {
	index, name := c.size(1), c.one(0)
	if name.IsNull() {
		return name
	}
	parts := splitName(name.text)
	if index < 1 || index > len(parts) {
		return c.failArgument(1, "`DNComponent` refers to part %d of %d.", index, len(parts))
	}
	_, value, found := strings.Cut(parts[index-1], "=")
	if !found {
		return c.unsuitable(0, "a distinguished name", name.text)
	}
	return c.result(strings.TrimSpace(value))
}

// splitName cuts a distinguished name at commas that have no backslash before them.
func splitName(name string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case ',':
			parts = append(parts, name[start:i])
			start = i + 1
		}
	}
	return append(parts, name[min(start, len(name)):])
}

func toBase64(s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func (c *invocation) convertFromBase64() Value {
	encoding := canonicalWord(c.textOr(1, "Unicode"))
	return c.each(0, func(s string) string {
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
		if err != nil {
			c.failArgument(0, "The argument `source` of `ConvertFromBase64` is not Base64.")
			return ""
		}
		switch encoding {
		case "Unicode":
			units := make([]uint16, len(data)/2)
			for i := range units {
				units[i] = binary.LittleEndian.Uint16(data[2*i:])
			}
			return string(utf16.Decode(units))
		case "ASCII":
			for i, c := range data {
				if c >= utf8.RuneSelf {
					data[i] = '?'
				}
			}
			return string(data)
		case "UTF8":
			return strings.ToValidUTF8(string(data), string(utf8.RuneError))
		default:
			c.failArgument(1, "The argument `encoding` of `ConvertFromBase64` must be `Unicode`, `ASCII`, or `UTF8`.")
			return ""
		}
	})
}

func toUTF8Hex(s string) string { return fmt.Sprintf("%X", s) }
