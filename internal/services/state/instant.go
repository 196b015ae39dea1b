// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// instant accepts a date and time of RFC 3339.
type instant struct{}

func (instant) Description(context.Context) string {
	return "must be a date and time such as 2030-01-02T03:04:05Z"
}

func (v instant) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v instant) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.RFC3339, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid date and time",
			fmt.Sprintf("%q %s (RFC 3339). Copy it from `gotomeeting_sync_status`.", req.ConfigValue.ValueString(), v.Description(ctx)))
	}
}
