// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// The exclusive resource writes the roles of a principal as one text, because a map of strings is the only collection
// that stays fast at thousands of entries: "User", or "Organizer,User".

// splitRoles takes a text apart.
func splitRoles(text string) []string {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	return parts
}

// joinRoles is the text for several roles.
func joinRoles(parts []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(parts))), ",")
}

// rolesProblem says what is wrong with a text, or "".
func rolesProblem(text string) string {
	parts := splitRoles(text)
	switch sorted := joinRoles(parts); {
	case text == "":
		return "The role is empty. Set a role, or remove the entry to remove the role."
	case slices.Contains(parts, ""):
		return fmt.Sprintf("%q has an empty role between its commas. For a role whose name contains a comma, use its value or id.", text)
	case len(parts) > strings.Count(sorted, ",")+1:
		return fmt.Sprintf("%q contains a role twice. Use %q.", text, sorted)
	case text != sorted:
		return fmt.Sprintf("%q is not sorted. Write several roles sorted and without spaces, so that they equal the value that is read: %q.", text, sorted)
	}
	return ""
}

// texts says which role each text meant when it was first resolved.
type texts map[string]string

// keys resolves entries (principal id to roles). Every text must be known.
func (t texts) keys(entries map[string]string) map[roster.Key]bool {
	all := make(map[roster.Key]bool, len(entries))
	for principalID, text := range entries {
		for _, part := range splitRoles(text) {
			all[roster.Key{PrincipalID: principalID, RoleID: t[part]}] = true
		}
	}
	return all
}

// means reports whether a text stands for exactly these roles.
func (t texts) means(text string, roleIDs map[string]bool) bool {
	parts := splitRoles(text)
	if len(parts) != len(roleIDs) {
		return false
	}
	return !slices.ContainsFunc(parts, func(part string) bool { return !roleIDs[t[part]] })
}

// distinct returns the role texts of entries, each with the first principal that uses it.
func distinct(entries map[string]string) map[string]string {
	whole := map[string]string{}
	for principalID, text := range entries {
		if first, ok := whole[text]; !ok || principalID < first {
			whole[text] = principalID
		}
	}
	parts := map[string]string{}
	for text, principalID := range whole {
		for _, part := range splitRoles(text) {
			if first, ok := parts[part]; !ok || principalID < first {
				parts[part] = principalID
			}
		}
	}
	return parts
}
