// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// instant is a point in time on the wire. What is no time after the year 1, such as the empty text and the placeholder
// 0001-01-01T00:00:00Z, is nil: never.
type instant struct{ time *time.Time }

func (i *instant) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1 {
			i.time = &t
			return nil
		}
	}
	return nil
}

// count is a whole number that some answers write as text.
type count int64

func (c *count) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" || text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a whole number", data)
	}
	*c = count(n)
	return nil
}

// flag is a truth value that some answers write as text, in varying case.
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	*f = flag(strings.EqualFold(strings.Trim(string(data), `"`), "true"))
	return nil
}

// looseText is a text that may come as another type: null is "", anything else its JSON.
type looseText string

func (t *looseText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	*t = looseText(text)
	return nil
}
