// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package timeout makes the attribute `timeouts` that resources share. It is that of terraform-plugin-framework-timeouts,
// which describes each operation but not the attribute itself.
package timeout

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Attribute is the attribute for the operations of a resource.
func Attribute(ctx context.Context, operations timeouts.Opts) schema.Attribute {
	attribute := timeouts.Attributes(ctx, operations)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		for name, one := range nested.Attributes {
			if text, ok := one.(schema.StringAttribute); ok {
				text.Validators = []validator.String{duration()}
				nested.Attributes[name] = text
			}
		}
		nested.MarkdownDescription = "How long operations may take, retries and waits included, as durations such as `30s` or `2h45m`."
		return nested
	}
	return attribute
}

// duration accepts what an operation may be allowed to take.
func duration() validator.String {
	return validate.Text("must be a duration such as 30s or 2h45m", func(text string) (summary, detail string) {
		if allowed, err := time.ParseDuration(text); err == nil && allowed > 0 {
			return "", ""
		}
		return "Invalid duration", fmt.Sprintf("%q is not a duration above zero. Give a number with a unit, such as \"30s\", \"10m\" or \"2h45m\".", text)
	})
}

// Bound ends ctx when an operation has taken as long as its member of `timeouts` allows, such as plan.Timeouts.Create, or by
// default. The caller looks at diags before anything else, and always cancels.
func Bound(ctx context.Context, limit func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), byDefault time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	allowed, problems := limit(ctx, byDefault)
	diags.Append(problems...)
	return context.WithTimeout(ctx, allowed)
}
