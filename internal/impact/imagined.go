// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"encoding/json"
	"strings"
)

// Imagine gives a user text as the value of a source attribute. An attribute that users of the directory do not have stays without.
func (u *User) Imagine(attribute, text string) {
	property, readable := propertyOf(attribute)
	switch value, _ := json.Marshal(text); { // texts always encode
	case !readable || property == "":
	case property == propertyExtensions:
		members := map[string]json.RawMessage{}
		_ = json.Unmarshal(u.Properties[property], &members) // there are none yet, or what was imagined before
		members[extensionNumber(strings.ToLower(attribute))] = value
		u.Properties[property], _ = json.Marshal(members)
	default:
		u.Properties[property] = value
	}
}
