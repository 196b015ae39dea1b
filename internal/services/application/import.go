// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import "strings"

// importID takes the service principal's id out of what people paste: the bare id or a Graph path.
func importID(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "/"), "servicePrincipals/")
}
