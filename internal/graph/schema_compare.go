// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// SameRules reports whether two schemas have equal synchronization rules, whatever their ids, versions and directories.
func (s *Schema) SameRules(other *Schema) bool {
	a, errA := s.rules()
	b, errB := other.rules()
	return errA == nil && errB == nil && reflect.DeepEqual(a, b)
}

func (s *Schema) rules() (rules any, err error) {
	var document struct {
		Rules any `json:"synchronizationRules"`
	}
	decoder := json.NewDecoder(bytes.NewReader(s.document))
	decoder.UseNumber()
	err = decoder.Decode(&document)
	return document.Rules, err
}
