// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import "github.com/hashicorp/terraform-plugin-framework/resource"

// ByIdentity reports whether an import names the resource by its identity. An empty id beside no identity is a mistake: of
// a variable or an output that is not set, say.
func ByIdentity(req resource.ImportStateRequest) bool {
	return req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsFullyNull()
}
