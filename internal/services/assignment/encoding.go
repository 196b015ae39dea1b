// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"encoding/binary"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The protocol has objects in MessagePack: a map whose keys are in order. https://github.com/msgpack/msgpack/blob/master/spec.md
const (
	packedNil     = 0xc0
	packedMap     = 0x80 // with the number of members, up to 15
	packedShort   = 0xa0 // a text, with its length, up to 31
	packedText8   = 0xd9
	packedText16  = 0xda
	packedText32  = 0xdb
	packedUnknown = "\xd4\x00\x00"
)

// decode reads an object of the protocol. It is not ok if that has anything but texts, known or not: `timeouts`, or what is
// known of an unknown text.
func (m *model) decode(packed []byte) (ok bool) {
	if len(packed) == 0 || packed[0] != packedMap|byte(len(attributes)) {
		return false
	}
	packed = packed[1:]
	for i, field := range m.members() {
		var name, text string
		if name, packed, ok = takeText(packed); !ok || name != attributes[i] || len(packed) == 0 {
			return false
		}
		switch {
		case packed[0] == packedNil:
			packed = packed[1:]
			if field != nil {
				*field = types.StringNull()
			}
		case field == nil:
			return false
		case len(packed) >= len(packedUnknown) && string(packed[:len(packedUnknown)]) == packedUnknown:
			packed = packed[len(packedUnknown):]
			*field = types.StringUnknown()
		default:
			if text, packed, ok = takeText(packed); !ok {
				return false
			}
			*field = types.StringValue(text)
		}
	}
	return len(packed) == 0
}

// decodeJSON reads an object of a state file, under the same condition.
func (m *model) decodeJSON(raw []byte) (ok bool) {
	var members map[string]*string
	if json.Unmarshal(raw, &members) != nil {
		return false
	}
	for i, field := range m.members() {
		text, found := members[attributes[i]]
		if !found || field == nil && text != nil {
			return false
		}
		if field != nil {
			*field = types.StringPointerValue(text)
		}
	}
	return true
}

// encode writes the object, without `timeouts`.
func (m *model) encode() []byte {
	all := m.members()
	return pack(attributes[:], all[:])
}

func (i identityModel) encode() []byte {
	return pack([]string{"app_role_id", "principal_id", "service_principal_id"}, []*types.String{&i.AppRoleID, &i.PrincipalID, &i.ServicePrincipalID})
}

// pack writes an object with texts; a missing one is null.
func pack(names []string, texts []*types.String) []byte {
	packed := append(make([]byte, 0, 512), packedMap|byte(len(names)))
	for i, name := range names {
		packed = appendText(packed, name)
		switch text := texts[i]; {
		case text == nil || text.IsNull():
			packed = append(packed, packedNil)
		case text.IsUnknown():
			packed = append(packed, packedUnknown...)
		default:
			packed = appendText(packed, text.ValueString())
		}
	}
	return packed
}

func appendText(packed []byte, text string) []byte {
	switch n := len(text); {
	case n < 1<<5:
		packed = append(packed, packedShort|byte(n))
	case n < 1<<8:
		packed = append(packed, packedText8, byte(n))
	case n < 1<<16:
		packed = binary.BigEndian.AppendUint16(append(packed, packedText16), uint16(n))
	default:
		packed = binary.BigEndian.AppendUint32(append(packed, packedText32), uint32(n))
	}
	return append(packed, text...)
}

func takeText(packed []byte) (text string, rest []byte, ok bool) {
	if len(packed) == 0 {
		return "", nil, false
	}
	head, n := 1, -1
	switch kind := packed[0]; {
	case kind&0xe0 == packedShort:
		n = int(kind & 0x1f)
	case kind == packedText8 && len(packed) > 1:
		head, n = 2, int(packed[1])
	case kind == packedText16 && len(packed) > 2:
		head, n = 3, int(binary.BigEndian.Uint16(packed[1:]))
	}
	if n < 0 || len(packed) < head+n {
		return "", nil, false
	}
	return string(packed[head : head+n]), packed[head+n:], true
}
