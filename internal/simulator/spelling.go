// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Spelling is how the service writes what means the same. All of it has been seen in real answers; the zero value is the
// spelling of the documentation. The store keeps that one, whatever was written.
type Spelling struct {
	// EmptyDefaults writes "" for a mapping without a default value, instead of null.
	EmptyDefaults bool
	// NoParameters leaves the parameters of a source out where it has none.
	NoParameters bool
	// UnnamedConstants gives constants no name, so only their expression tells the value.
	UnnamedConstants bool
	// EntraDirectory calls the directory by its newer name.
	EntraDirectory bool
	// LowerCaseCounts begins the kinds of the entry counts with a small letter.
	LowerCaseCounts bool
}

const newerDirectory = "Microsoft Entra ID"

// ofCount writes the kind of an entry count.
func (s Spelling) ofCount(kind string) string {
	if s.LowerCaseCounts && kind != "" {
		return strings.ToLower(kind[:1]) + kind[1:]
	}
	return kind
}

// of writes a schema, as it is read or as it is kept.
func (s Spelling) of(raw json.RawMessage, kept bool) json.RawMessage {
	s.LowerCaseCounts = false
	if s == (Spelling{}) {
		return raw
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var document map[string]any
	if decoder.Decode(&document) != nil || document == nil {
		return raw // which is somebody else's to refuse
	}
	s.respell(document, kept)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		panic(err) // it was JSON a moment ago
	}
	return bytes.TrimSpace(out.Bytes())
}

func (s Spelling) respell(value any, kept bool) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			s.respell(element, kept)
		}
	case map[string]any:
		s.members(value, kept)
		for _, element := range value {
			s.respell(element, kept)
		}
	}
}

// members respells the members of one object.
func (s Spelling) members(o map[string]any, kept bool) {
	swap := func(on bool, name string, documented, seen any) {
		if from, to := documented, seen; on {
			if kept {
				from, to = to, from
			}
			if have, ok := o[name]; ok && have == from {
				o[name] = to
			}
		}
	}
	swap(s.EntraDirectory, "name", store.SourceDirectory, newerDirectory)
	swap(s.EntraDirectory, "sourceDirectoryName", store.SourceDirectory, newerDirectory)
	if _, isMapping := o["targetAttributeName"]; isMapping {
		swap(s.EmptyDefaults, "defaultValue", nil, "")
	}
	text, isSource := o["expression"].(string)
	if !isSource {
		return
	}
	parameters, _ := o["parameters"].([]any)
	switch {
	case s.NoParameters && kept && o["parameters"] == nil:
		o["parameters"] = []any{}
	case s.NoParameters && !kept && len(parameters) == 0:
		delete(o, "parameters")
	}
	switch {
	case !s.UnnamedConstants || o["type"] != "Constant":
	case kept && o["name"] == nil:
		o["name"] = strings.Trim(text, `"`)
	case !kept:
		o["name"] = nil
	}
}
