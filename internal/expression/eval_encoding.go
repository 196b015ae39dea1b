// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func (c *invocation) convertToBase64() (Value, *EvalError) {
	return c.pure(0, func(s string) string {
		var b []byte
		for _, unit := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, unit)
		}
		return base64.StdEncoding.EncodeToString(b)
	})
}

func (c *invocation) convertFromBase64() (Value, *EvalError) {
	encoding := "Unicode"
	if c.given(1) {
		text, err := c.text(1)
		if err != nil {
			return Value{}, err
		}
		encoding = canonicalWord(text)
	}
	return c.each(0, func(s string) (string, *EvalError) {
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
		if err != nil {
			return "", c.failArgument(0, "The argument `source` of `ConvertFromBase64` is not Base64.")
		}
		switch encoding {
		case "Unicode":
			units := make([]uint16, len(data)/2)
			for i := range units {
				units[i] = binary.LittleEndian.Uint16(data[2*i:])
			}
			return string(utf16.Decode(units)), nil
		case "ASCII":
			for i, c := range data {
				if c >= utf8.RuneSelf {
					data[i] = '?'
				}
			}
			return string(data), nil
		case "UTF8":
			return strings.ToValidUTF8(string(data), string(utf8.RuneError)), nil
		default:
			return "", c.failArgument(1, "The argument `encoding` of `ConvertFromBase64` must be `Unicode`, `ASCII` or `UTF8`.")
		}
	})
}

func (c *invocation) convertToUTF8Hex() (Value, *EvalError) {
	return c.pure(0, func(s string) string { return fmt.Sprintf("%X", s) })
}
