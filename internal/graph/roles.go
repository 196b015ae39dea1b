// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"strings"
)

// CanProvision reports whether assigning the role can put people in scope: it is enabled and open to users.
func (r AppRole) CanProvision() bool { return r.IsEnabled && r.AllowsUsers() }

// AllowsUsers reports whether users and groups may hold the role.
func (r AppRole) AllowsUsers() bool {
	return slices.ContainsFunc(r.AllowedMemberTypes, func(kind string) bool { return strings.EqualFold(kind, "User") })
}

// CanProvision reports whether the gallery entry has a provisioning connector. "sync" is the only defined type.
func (t ApplicationTemplate) CanProvision() bool {
	return slices.ContainsFunc(t.SupportedProvisioningTypes, func(kind string) bool { return strings.EqualFold(kind, "sync") })
}
