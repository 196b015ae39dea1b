// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// jsonObject is a JSON object whose members keep their order and their exact text: a schema is replaced whole, so whatever
// the client does not know must go back as it came: numbers beyond 2^53, unknown members, doubled ones.
type jsonObject struct {
	text    json.RawMessage // as it came; nil for an object that is new, or changed
	members []member
}

type member struct {
	name  string
	key   json.RawMessage // name as written
	value json.RawMessage
}

var errNoObject = errors.New("not a JSON object")

// parseObject reads one level of a JSON object. JSON null and absence read as an empty object.
func parseObject(raw json.RawMessage) (jsonObject, error) {
	o := jsonObject{text: raw}
	if isNull(raw) {
		return o, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return o, errors.Join(errNoObject, err)
	}
	for decoder.More() {
		start := decoder.InputOffset()
		token, err := decoder.Token()
		m := member{key: bytes.TrimLeft(raw[start:decoder.InputOffset()], ", \t\r\n")}
		if err == nil {
			m.name, _ = token.(string) // the decoder takes nothing else for a name
			err = decoder.Decode(&m.value)
		}
		if err != nil {
			return o, fmt.Errorf("%s: %w", m.name, err)
		}
		o.members = append(o.members, m)
	}
	return o, nil
}

// get returns the value of the first member of that name, nil if there is none.
func (o jsonObject) get(name string) json.RawMessage {
	if i := o.index(name); i >= 0 {
		return o.members[i].value
	}
	return nil
}

func (o jsonObject) index(name string) int {
	return slices.IndexFunc(o.members, func(m member) bool { return m.name == name })
}

// with returns a copy in which the first member of that name has a new value, in its old place or at the end.
func (o jsonObject) with(name string, value json.RawMessage) jsonObject {
	members := slices.Clone(o.members)
	if i := o.index(name); i >= 0 {
		members[i].value = value
	} else {
		members = append(members, member{name, encodeJSON(name), value})
	}
	return jsonObject{members: members}
}

func (o jsonObject) encode() json.RawMessage {
	if o.text != nil {
		return o.text
	}
	members := make([]json.RawMessage, len(o.members))
	for i, m := range o.members {
		members[i] = slices.Concat(m.key, json.RawMessage(":"), m.value)
	}
	return join('{', members, '}')
}

func join(open byte, items []json.RawMessage, end byte) json.RawMessage {
	out := json.RawMessage{open}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, item...)
	}
	return append(out, end)
}

// kept is embedded in a struct for a JSON object: the object as it came, with the members that no field stands for.
type kept struct{ object jsonObject }

func (k *kept) came() *jsonObject { return &k.object }

// node is a struct for a JSON object.
type node[T any] interface {
	*T
	came() *jsonObject
	// visit names the members that the fields stand for. It serves both directions, so reading and writing agree.
	visit(*walk)
}

// walk is one visit to a JSON object. Reading fills the fields from the members; writing assigns the members whose fields
// mean something else, and leaves all others alone.
type walk struct {
	object  jsonObject
	writing bool
	changed bool
	err     error
}

func read[T any, P node[T]](raw json.RawMessage) (value T, err error) {
	w := &walk{}
	if w.object, err = parseObject(raw); err == nil {
		P(&value).visit(w)
		err = w.err
	}
	*P(&value).came() = w.object
	return value, err
}

func write[T any, P node[T]](value P) json.RawMessage {
	came := *value.came()
	w := &walk{object: came, writing: true}
	value.visit(w)
	if !w.changed && came.text != nil {
		return came.text
	}
	return w.object.encode()
}

// start gives a new object the members that the service expects of one.
func (w *walk) start(text string) {
	if w.writing && len(w.object.members) == 0 {
		w.object, _ = parseObject(json.RawMessage(text))
	}
}

func (w *walk) set(name string, value json.RawMessage) {
	w.object, w.changed = w.object.with(name, value), true
}

func (w *walk) fail(where string, err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("%s: %w", where, err)
	}
}

// value visits a number or a truth value; absent is what it is when the member is not there.
func value[T int | bool](w *walk, name string, field *T, absent T) {
	is := decodeOr(w.object.get(name), absent)
	switch {
	case !w.writing:
		*field = is
	case is != *field:
		w.set(name, encodeJSON(*field))
	}
}

// text visits a text; absent is what it is when the member is not there. Texts that belong to an enumeration, some
// members of which are known, take the known spelling and are compared without regard to case.
func text(w *walk, name string, field *string, absent string, known ...string) {
	is := oneOf(decodeOr(w.object.get(name), absent), known...)
	if !w.writing {
		*field = is
		return
	}
	want := *field
	if want == "" {
		want = absent
	}
	if is != want && (known == nil || !strings.EqualFold(is, want)) {
		w.set(name, textOrNull(want))
	}
}

// texts visits a list of texts.
func texts(w *walk, name string, field *[]string) {
	is := decodeOr[[]string](w.object.get(name), nil)
	switch {
	case !w.writing:
		*field = is
	case !slices.Equal(is, *field):
		w.set(name, encodeJSON(slices.Concat([]string{}, *field)))
	}
}

// objects visits a list of objects.
func objects[T any, P node[T]](w *walk, name string, field *[]T) {
	items, err := parseArray(w.object.get(name))
	w.fail(name, err)
	if !w.writing {
		for i, item := range items {
			element, err := read[T, P](item)
			w.fail(fmt.Sprintf("%s[%d]", name, i), err)
			*field = append(*field, element)
		}
		return
	}
	out := make([]json.RawMessage, len(*field))
	for i := range *field {
		out[i] = write[T, P](&(*field)[i])
	}
	if !slices.EqualFunc(items, out, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
		w.set(name, join('[', out, ']'))
	}
}

// nested visits an object whose members are fields of the same struct.
func (w *walk) nested(name string, visit func(*walk)) {
	o, err := parseObject(w.object.get(name))
	w.fail(name, err)
	inner := &walk{object: o, writing: w.writing}
	visit(inner)
	w.fail(name, inner.err)
	if inner.changed {
		w.set(name, inner.object.encode())
	}
}

// withoutAnnotations copies a document without the members whose names contain "@odata.". Every other literal is copied
// byte by byte, because decoding would lose digits of large numbers and unpaired surrogates.
func withoutAnnotations(raw json.RawMessage) (json.RawMessage, error) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return nil, errNoObject
	case raw[0] == '{':
		o, err := parseObject(raw)
		if err != nil {
			return nil, err
		}
		o.text = nil
		o.members = slices.DeleteFunc(o.members, func(m member) bool { return strings.Contains(m.name, "@odata.") })
		for i := range o.members {
			if o.members[i].value, err = withoutAnnotations(o.members[i].value); err != nil {
				return nil, err
			}
		}
		return o.encode(), nil
	case raw[0] == '[':
		items, err := parseArray(raw)
		for i := range items {
			if items[i], err = withoutAnnotations(items[i]); err != nil {
				return nil, err
			}
		}
		return join('[', items, ']'), err
	}
	return raw, nil
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

// sameJSON reports whether two texts hold the same value, numbers compared by their digits.
func sameJSON(a, b json.RawMessage) bool {
	exact := func(raw json.RawMessage) (value any) {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		_ = decoder.Decode(&value) // parts of a document that was parsed before, or nothing
		return value
	}
	return reflect.DeepEqual(exact(a), exact(b))
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

func textOrNull(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return encodeJSON(text)
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

// oneOf returns the known spelling of an enumeration's member, or the text itself when it is not among them.
func oneOf(text string, known ...string) string {
	for _, k := range known {
		if strings.EqualFold(k, text) {
			return k
		}
	}
	return text
}
