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
			c.failArgument(1, "The argument `encoding` of `ConvertFromBase64` must be `Unicode`, `ASCII` or `UTF8`.")
			return ""
		}
	})
}

func toUTF8Hex(s string) string { return fmt.Sprintf("%X", s) }
