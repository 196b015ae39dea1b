// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// notificationDefault plans notification_enabled from whether an address is given, which no static default can do.
type notificationDefault struct{}

func (notificationDefault) Description(context.Context) string {
	return "defaults to true when notification_email is given"
}

func (m notificationDefault) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (notificationDefault) PlanModifyBool(ctx context.Context, req planmodifier.BoolRequest, resp *planmodifier.BoolResponse) {
	if !req.ConfigValue.IsNull() {
		return
	}
	var address types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("notification_email"), &address)...)
	if address.IsUnknown() {
		resp.PlanValue = types.BoolUnknown()
		return
	}
	resp.PlanValue = types.BoolValue(!address.IsNull())
}
