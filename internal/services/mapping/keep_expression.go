// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
)

// keepSameExpression plans the text that is in the state when the configuration only lays it out differently. The
// framework compares custom values after create, read and update, but not at plan.
type keepSameExpression struct{}

func (keepSameExpression) Description(context.Context) string {
	return "different white space in the same expression is not a change"
}

func (m keepSameExpression) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (keepSameExpression) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if sameExpression(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
