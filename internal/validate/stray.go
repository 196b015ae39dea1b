// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// NoStrayCharacters refuses what files and shells leave in a value and nobody sees: a line break at the end, a byte-order mark, UTF-16.
// Quotation marks around, which a password may have, are a warning. The messages never repeat the value, which may be a secret.
func NoStrayCharacters() validator.String { return noStrayCharacters{} }

type noStrayCharacters struct{}

func (noStrayCharacters) Description(context.Context) string {
	return "must not have a line break at the end or a byte-order mark"
}

func (v noStrayCharacters) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (noStrayCharacters) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := textfile.Stray(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Stray characters in the value", problem)
	}
	if problem := textfile.Quoted(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Quotation marks around the value", problem+" If they are part of the value, ignore this warning.")
	}
}
