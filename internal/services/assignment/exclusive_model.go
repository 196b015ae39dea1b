// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

type exclusiveModel struct {
	ID                  types.String   `tfsdk:"id"`
	ServicePrincipalID  types.String   `tfsdk:"service_principal_id"`
	Assignments         types.Map      `tfsdk:"assignments"`
	Roles               types.Set      `tfsdk:"roles"`
	IgnoredPrincipalIDs types.List     `tfsdk:"ignored_principal_ids"`
	MaxRemovals         types.Int64    `tfsdk:"max_removals"`
	MaxForeignRemovals  types.Int64    `tfsdk:"max_foreign_removals"`
	AllowEmpty          types.Bool     `tfsdk:"allow_empty"`
	ForeignAssignments  types.Map      `tfsdk:"foreign_assignments"`
	RoleIDs             types.Map      `tfsdk:"role_ids"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

type exclusiveIdentity struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
}

// proposal is the key of what is planned for the set: sets of other roles of the application have their own.
func (m exclusiveModel) proposal() string {
	var roles []string
	for _, role := range m.Roles.Elements() {
		roles = append(roles, role.String())
	}
	slices.Sort(roles)
	return exclusiveType + strings.Join(roles, "")
}

func (m exclusiveModel) identity() exclusiveIdentity {
	return exclusiveIdentity{m.ServicePrincipalID}
}

// stringsOf reads a map of strings; known is false when a part of it is not known yet.
func stringsOf(m types.Map) (values map[string]string, known bool) {
	if m.IsUnknown() {
		return nil, false
	}
	known = true
	elements := m.Elements()
	values = make(map[string]string, len(elements))
	for key, element := range elements {
		value, ok := element.(types.String)
		if !ok || value.IsUnknown() {
			known = false
			continue
		}
		values[key] = value.ValueString()
	}
	return values, known
}

// listOf reads the elements of a set or list of strings.
func listOf(elements []attr.Value) (values []string, known bool) {
	known = true
	for _, element := range elements {
		value, ok := element.(types.String)
		if !ok || value.IsUnknown() {
			known = false
			continue
		}
		values = append(values, value.ValueString())
	}
	return values, known
}

func mapOf(values map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(values))
	for key, value := range values {
		elements[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
}

// settings are those of an exclusive model whose values are all known.
type settings struct {
	entries map[string]string
	roles   []string // nil for all
	ignored map[string]bool
}

// values reads what the configuration says, if all of it is known.
func (m exclusiveModel) values() (settings, bool) {
	entries, entriesKnown := stringsOf(m.Assignments)
	s := settings{entries: entries, ignored: map[string]bool{}}
	roles, rolesKnown := listOf(m.Roles.Elements())
	if !m.Roles.IsNull() {
		s.roles = roles
	}
	ignored, ignoredKnown := listOf(m.IgnoredPrincipalIDs.Elements())
	for _, id := range ignored {
		s.ignored[id] = true
	}
	ok := entriesKnown && rolesKnown && ignoredKnown && !m.Roles.IsUnknown() && !m.IgnoredPrincipalIDs.IsUnknown()
	return s, ok
}

// roleTexts returns every role text in use, with the first principal that uses it, "" for one of `roles`.
func (s settings) roleTexts() map[string]string {
	all := distinct(s.entries)
	for _, text := range s.roles {
		all[text] = ""
	}
	return all
}

// scope is what the model is authoritative for, by the ids of its texts.
func (s settings) scope(ids texts) roster.Scope {
	scope := roster.Scope{Ignored: s.ignored}
	if s.roles != nil {
		scope.Roles = map[string]bool{}
		for _, text := range s.roles {
			scope.Roles[ids[text]] = true
		}
	}
	return scope
}

// used keeps of ids what the model names.
func (s settings) used(ids texts) texts {
	used := texts{}
	for text := range s.roleTexts() {
		if id, ok := ids[text]; ok {
			used[text] = id
		}
	}
	return used
}

// entriesFor returns who holds what: with the texts of the first given entries that still apply, otherwise with
// the labels of the roles. New labels are added to ids.
func entriesFor(held map[roster.Key]bool, ids texts, label func(roleID string) string, words ...map[string]string) map[string]string {
	byPrincipal := map[string]map[string]bool{}
	for key := range held {
		if byPrincipal[key.PrincipalID] == nil {
			byPrincipal[key.PrincipalID] = make(map[string]bool, 1)
		}
		byPrincipal[key.PrincipalID][key.RoleID] = true
	}
	textOf := map[string]string{}
	for _, text := range slices.Sorted(maps.Keys(ids)) {
		if _, ok := textOf[ids[text]]; !ok {
			textOf[ids[text]] = text
		}
	}
	entries := make(map[string]string, len(byPrincipal))
next:
	for principalID, roleIDs := range byPrincipal {
		for _, w := range words {
			if text, ok := w[principalID]; ok && ids.means(text, roleIDs) {
				entries[principalID] = text
				continue next
			}
		}
		var parts []string
		for roleID := range roleIDs {
			text, ok := textOf[roleID]
			if !ok {
				text = label(roleID)
				textOf[roleID], ids[text] = text, roleID
			}
			parts = append(parts, text)
		}
		entries[principalID] = joinRoles(parts)
	}
	return entries
}
