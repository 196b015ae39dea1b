// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
)

// defaultAccess is how the portal names an assignment without a declared role.
const defaultAccess = "Default Access"

// Roles are the app roles that a service principal declares.
type Roles []graph.AppRole

// Refusal says why a role cannot be assigned.
type Refusal struct {
	Summary, Detail string
	Lapses          bool // what was assigned before may have come to this
}

// matches returns the roles to which a text can refer: by id, else by value or display name. Disabled ones count only when
// nothing else fits, because a retired role may share its name with its successor.
func (r Roles) matches(text string) []graph.AppRole {
	if i := slices.IndexFunc(r, func(role graph.AppRole) bool { return strings.EqualFold(role.ID, text) }); i >= 0 {
		return r[i : i+1]
	}
	var enabled, disabled []graph.AppRole
	for _, role := range r {
		switch {
		case text == "" || role.Value != text && role.DisplayName != text:
		case role.IsEnabled:
			enabled = append(enabled, role)
		default:
			disabled = append(disabled, role)
		}
	}
	if len(enabled) > 0 {
		return enabled
	}
	return disabled
}

// Find returns the id of the one role to which a text currently refers.
func (r Roles) Find(text string) (id string, found bool) {
	switch matches := r.matches(text); {
	case len(matches) == 1:
		return matches[0].ID, true
	case len(matches) == 0 && meansDefaultAccess(text):
		return graph.DefaultAccessRoleID, true
	}
	return "", false
}

// Admit is Find for a role that is to be assigned: it also refuses what could not work.
func (r Roles) Admit(text string) (id string, refused *Refusal) {
	matches := r.matches(text)
	switch {
	case len(matches) == 0 && meansDefaultAccess(text):
		if slices.ContainsFunc(r, graph.AppRole.CanProvision) {
			return "", &Refusal{Summary: "Default Access does not provision",
				Detail: "The application declares roles, and provisioning then refuses or skips people who are assigned with Default Access. " + r.Valid()}
		}
		return graph.DefaultAccessRoleID, nil
	case len(matches) == 0:
		return "", &Refusal{Summary: "Unknown role", Detail: fmt.Sprintf("The application declares no role %q.%s %s", text, r.suggestion(text), r.Valid())}
	case len(matches) > 1:
		ids := make([]string, len(matches))
		for i, role := range matches {
			ids[i] = fmt.Sprintf("- %s (%s)", role.ID, describe(role))
		}
		slices.Sort(ids)
		return "", &Refusal{Summary: "Ambiguous role", Detail: fmt.Sprintf("%d roles of the application are named %q. Use the id of the intended role:\n%s", len(matches), text, strings.Join(ids, "\n"))}
	case !matches[0].IsEnabled:
		return "", &Refusal{"Disabled role", fmt.Sprintf("The role %q of the application is disabled and cannot be assigned. %s", text, r.Valid()), true}
	}
	return matches[0].ID, nil
}

// RefuseKind refuses a role that is not allowed for a kind of principal.
func (r Roles) RefuseKind(id, kind string) *Refusal {
	i := slices.IndexFunc(r, func(role graph.AppRole) bool { return role.ID == id })
	if i < 0 || kind == "" {
		return nil
	}
	wanted := "User"
	if kind == KindServicePrincipal {
		wanted = "Application"
	}
	if slices.ContainsFunc(r[i].AllowedMemberTypes, func(allowed string) bool { return strings.EqualFold(allowed, wanted) }) {
		return nil
	}
	if wanted == "Application" {
		return &Refusal{Summary: "Role not allowed for applications", Detail: fmt.Sprintf("The role %s is only for users and groups, and the principal is a service principal.", describe(r[i]))}
	}
	return &Refusal{Summary: "Role not allowed for users", Detail: fmt.Sprintf("The role %s is only for applications, and the principal is a %s. %s", describe(r[i]), strings.ToLower(kind), r.Valid())}
}

// Label is the text that a person would write for a role: its name, if that says which one it is. A comma or blanks at
// the ends would not survive the exclusive resource's notation.
func (r Roles) Label(id string) string {
	if id == graph.DefaultAccessRoleID {
		if len(r.matches(defaultAccess)) == 0 {
			return defaultAccess
		}
		return id
	}
	i := slices.IndexFunc(r, func(role graph.AppRole) bool { return role.ID == id })
	if i < 0 {
		return id
	}
	for _, text := range []string{r[i].DisplayName, r[i].Value} {
		if strings.Contains(text, ",") || text != strings.TrimSpace(text) {
			continue
		}
		if found, ok := r.Find(text); ok && found == id {
			return text
		}
	}
	return id
}

// Valid lists what can be assigned.
func (r Roles) Valid() string {
	var names []string
	for _, role := range r {
		if role.CanProvision() {
			names = append(names, describe(role))
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf("It declares no role for users and groups: use %q.", defaultAccess)
	}
	slices.Sort(names)
	return "Valid roles: " + strings.Join(names, ", ") + "."
}

func describe(role graph.AppRole) string {
	switch {
	case role.DisplayName == "" && role.Value == "":
		return role.ID
	case role.DisplayName == "":
		return fmt.Sprintf("%q", role.Value)
	case role.Value == "" || role.Value == role.DisplayName:
		return fmt.Sprintf("%q", role.DisplayName)
	}
	return fmt.Sprintf("%q (value %q)", role.DisplayName, role.Value)
}

// suggestion is a did-you-mean with a blank before it, or nothing.
func (r Roles) suggestion(text string) string {
	var names []string
	for _, role := range r {
		if role.CanProvision() {
			names = append(names, role.DisplayName, role.Value)
		}
	}
	return suggest.DidYouMean(text, names)
}

func meansDefaultAccess(text string) bool {
	return strings.EqualFold(text, defaultAccess) || text == graph.DefaultAccessRoleID
}
