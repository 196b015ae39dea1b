// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// keepSameFilters plans the groups that are in the state when the configuration only orders them differently, or spells
// an operator in another case.
type keepSameFilters struct{}

func (keepSameFilters) Description(context.Context) string {
	return "a different order of groups or clauses is not a change"
}

func (m keepSameFilters) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keepSameFilters) PlanModifyList(ctx context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() {
		return
	}
	state, known, diags := filterGroups(ctx, req.StateValue)
	if diags.HasError() || !known {
		return
	}
	plan, known, diags := filterGroups(ctx, req.PlanValue)
	if diags.HasError() || !known {
		return
	}
	if graph.SameFilters(state, plan) {
		resp.PlanValue = req.StateValue
	}
}
