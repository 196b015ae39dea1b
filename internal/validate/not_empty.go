// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// NotEmpty refuses "" where the service treats it as absent: leaving the attribute out is the one way to say that.
func NotEmpty() validator.String {
	return Text("must not be empty", func(s string) (summary, detail string) {
		if s != "" {
			return "", ""
		}
		return "Empty value", "The value is empty. Give a value, or leave the attribute out."
	})
}
