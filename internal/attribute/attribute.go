// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package attribute creates values of attributes that several services return.
package attribute

import "github.com/hashicorp/terraform-plugin-framework/types"

// Text is a text of the service; one that it left out is null.
func Text(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
