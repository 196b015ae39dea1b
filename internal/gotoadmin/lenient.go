// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// key is what GoTo names things by: a decimal number of 19 digits or more, which some answers write as text and some as
// a number. It never passes through a floating-point number, which would lose digits.
type key string

func (k *key) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.Equal(data, []byte("null")):
		return nil
	case data[0] == '"' && isDigits(data[1:len(data)-1]):
		*k = key(data[1 : len(data)-1]) // most of what a listing holds: no need for a decoder
		return nil
	case data[0] == '"':
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*k = key(strings.TrimSpace(text))
		return nil
	case !isDigits(data):
		return &json.UnmarshalTypeError{Type: reflect.TypeFor[key]()}
	}
	*k = key(data)
	return nil
}

func isDigits(data []byte) bool {
	for _, b := range data {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(data) > 0
}

// count is a whole number, which may come as text.
type count int64

func (c *count) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" || text == `""` {
		return nil
	}
	if len(text) > 1 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return &json.UnmarshalTypeError{Type: reflect.TypeFor[count]()}
	}
	*c = count(n)
	return nil
}

// decode reads a document. Its errors name what is wrong and where, but no values.
func decode(data []byte, out any) error {
	err := json.Unmarshal(data, out)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return wire.ErrMalformed
	}
	what := e.Field
	if what == "" {
		what = "it"
	}
	return fmt.Errorf("the response does not have the expected form: %s is not %s", what, form(e.Type))
}

// form names a type as people would.
func form(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[key]():
		return "a key, which is text or a whole number"
	case reflect.TypeFor[count]():
		return "a whole number"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// keyTexts returns the keys that are not empty.
func keyTexts(keys []key) []string {
	var texts []string
	for _, k := range keys {
		if k != "" {
			texts = append(texts, string(k))
		}
	}
	return texts
}

// texts returns the texts that are not empty: null decodes into one.
func texts(all []string) []string {
	var some []string
	for _, text := range all {
		if text != "" {
			some = append(some, text)
		}
	}
	return some
}
