// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "strings"

// dnComponent returns the value of one part of a distinguished name, counted from 1 at the left.
func (c *invocation) dnComponent() (Value, *EvalError) {
	index, err := c.size(1)
	if err != nil {
		return Value{}, err
	}
	name, err := c.one(0)
	if err != nil || name.IsNull() {
		return name, err
	}
	parts := splitName(name.text)
	if index < 1 || index > len(parts) {
		return Value{}, c.failArgument(1, "`DNComponent` is asked for part %d of %d.", index, len(parts))
	}
	_, value, found := strings.Cut(parts[index-1], "=")
	if !found {
		return Value{}, c.failArgument(0, "The argument `dn` of `DNComponent` must be a distinguished name, and %s is none.", c.shown(0, name.text))
	}
	return c.result(strings.TrimSpace(value))
}

// splitName cuts a distinguished name at commas that have no backslash before them.
func splitName(name string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case ',':
			parts = append(parts, name[start:i])
			start = i + 1
		}
	}
	return append(parts, name[min(start, len(name)):])
}
