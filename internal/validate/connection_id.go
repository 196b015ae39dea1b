// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// ConnectionID accepts the id of a gotomeeting_provisioning_connection.
func ConnectionID() validator.String { return connectionID{} }

type connectionID struct{}

func (connectionID) Description(context.Context) string {
	return "must be the id of a provisioning connection: service principal id, a slash, job id"
}

func (v connectionID) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (connectionID) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	ref, err := graph.ParseJobRef(req.ConfigValue.ValueString())
	if err == nil && ref.String() == req.ConfigValue.ValueString() {
		return
	}
	detail := "Expected the `id` of a `gotomeeting_provisioning_connection`, of the form `{service principal id}/{job id}`."
	if err != nil {
		detail += " " + err.Error() + "."
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid connection id", detail)
}
