// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package timeout makes the attribute `timeouts` that resources share. It is that of terraform-plugin-framework-timeouts,
// which describes each operation but not the attribute itself.
package timeout

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// Attribute is the attribute for the operations of a resource.
func Attribute(ctx context.Context, operations timeouts.Opts) schema.Attribute {
	attribute := timeouts.Attributes(ctx, operations)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = "How long operations may take, retries and waits included, as durations such as `30s` or `2h45m`."
		return nested
	}
	return attribute
}
