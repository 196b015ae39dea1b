// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// object is a JSON object whose members keep their order, as the answers of the real service do.
type object []member

type member struct {
	name  string
	value any
}

// get returns the value of a member.
func (o object) get(name string) (any, bool) {
	for _, m := range o {
		if m.name == name {
			return m.value, true
		}
	}
	return nil, false
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) { return appendJSON(nil, o), nil }

// appendJSON writes a value. The types that answers are made of are written directly: lists of many thousand objects
// must be quick.
func appendJSON(out []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(out, "null"...)
	case object:
		out = append(out, '{')
		for i, m := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendText(out, m.name)
			out = append(out, ':')
			out = appendJSON(out, m.value)
		}
		return append(out, '}')
	case []object:
		return appendList(out, v)
	case []any:
		return appendList(out, v)
	case []string:
		return appendList(out, v)
	case string:
		return appendText(out, v)
	case bool:
		return strconv.AppendBool(out, v)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case int64:
		return strconv.AppendInt(out, v, 10)
	case json.RawMessage:
		return append(out, v...)
	case time.Time:
		return appendText(out, timestamp(v))
	default:
		return appendEncoded(out, v)
	}
}

// appendEncoded leaves a value to the standard library, without escaping what only HTML needs escaped.
func appendEncoded(out []byte, value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // only values made in this package come here
	}
	return append(out, bytes.TrimSpace(buffer.Bytes())...)
}

func appendList[T any](out []byte, list []T) []byte {
	out = append(out, '[')
	for i, item := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendJSON(out, item)
	}
	return append(out, ']')
}

// appendText quotes a string; the common case of plain ASCII needs no look at each rune.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			return appendEncoded(out, text)
		}
	}
	out = append(out, '"')
	out = append(out, text...)
	return append(out, '"')
}

// timestamp writes a time as Graph does, with up to seven fractional digits; the zero time stands for never.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return "0001-01-01T00:00:00Z"
	}
	return t.UTC().Format("2006-01-02T15:04:05.9999999Z")
}

// timeOrNil writes a time, and null where there is none.
func timeOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return timestamp(t)
}

func textOrNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// list never is null on the wire.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// reply is what an operation answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// jsonReply answers with a JSON document.
func jsonReply(status int, value any) *reply {
	r := &reply{status: status, body: appendJSON(nil, value)}
	return r.with("Content-Type", "application/json")
}

// with sets a header.
func (r *reply) with(name, value string) *reply {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set(name, value)
	return r
}

func (r *reply) writeTo(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // a client that went away is no concern of the server
}

func respond(value any) (*reply, error) { return jsonReply(http.StatusOK, value), nil }

func created(value any) (*reply, error) { return jsonReply(http.StatusCreated, value), nil }

// done answers without content, unless there is an error.
func done(err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	return &reply{status: http.StatusNoContent}, nil
}
