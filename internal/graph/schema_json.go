// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// rawObject is a JSON object whose members keep their order and their values' exact text. A schema is replaced whole, so
// whatever the client does not know must come back as it was sent: numbers beyond 2^53, unknown members, doubled ones.
type rawObject []rawMember

type rawMember struct {
	name  string
	key   json.RawMessage // name as written
	value json.RawMessage
}

var errNoObject = errors.New("not a JSON object")

// parseObject reads one level of a JSON object. JSON null and absence read as an empty object.
func parseObject(raw json.RawMessage) (rawObject, error) {
	if isNull(raw) {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	open, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, errNoObject
	}
	var o rawObject
	for decoder.More() {
		start := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, errNoObject
		}
		key := json.RawMessage(bytes.TrimLeft(raw[start:decoder.InputOffset()], ", \t\r\n"))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		o = append(o, rawMember{name, key, value})
	}
	return o, nil
}

// parseArray reads one level of a JSON array. JSON null and absence read as an empty array.
func parseArray(raw json.RawMessage) ([]json.RawMessage, error) {
	if isNull(raw) {
		return nil, nil
	}
	var items []json.RawMessage
	err := json.Unmarshal(raw, &items)
	return items, err
}

func isNull(raw json.RawMessage) bool {
	trimmed := bytes.TrimSpace(raw)
	return len(trimmed) == 0 || string(trimmed) == "null"
}

// get returns the value of the first member of that name, nil if there is none.
func (o rawObject) get(name string) json.RawMessage {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// with returns a copy in which the member of that name has a new value, in its old place or at the end.
func (o rawObject) with(name string, value json.RawMessage) rawObject {
	out := make(rawObject, len(o), len(o)+1)
	copy(out, o)
	for i := range out {
		if out[i].name == name {
			out[i].value = value
			return out
		}
	}
	return append(out, rawMember{name, encodeJSON(name), value})
}

func (o rawObject) encode() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(m.key)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func encodeArray(items []json.RawMessage) json.RawMessage {
	return append(append(json.RawMessage{'['}, bytes.Join(rawBytes(items), []byte{','})...), ']')
}

func rawBytes(items []json.RawMessage) [][]byte {
	out := make([][]byte, len(items))
	for i, item := range items {
		out[i] = item
	}
	return out
}

// encodeJSON writes a value that always encodes (text, numbers, lists of text) without escaping what only HTML needs
// escaped.
func encodeJSON(value any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSpace(b.Bytes())
}

// decodeOr reads a value and keeps fallback when it is absent, null or of another type.
func decodeOr[T any](raw json.RawMessage, fallback T) T {
	if isNull(raw) {
		return fallback
	}
	var value T
	if json.Unmarshal(raw, &value) != nil {
		return fallback
	}
	return value
}
