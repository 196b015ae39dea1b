// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ValidateConfig reports what is wrong in the configuration alone.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	entries, _ := config.entries()
	for _, target := range slices.Sorted(maps.Keys(entries)) {
		resp.Diagnostics.Append(oneSource(target, entries[target])...)
	}
}

// oneSource wants exactly one kind of source, or a default value alone.
func oneSource(target string, e entryModel) diag.Diagnostics {
	given, unknown := []string{}, false
	for _, s := range []struct {
		name          string
		null, unknown bool
	}{
		{"`source_attribute`", e.SourceAttribute.IsNull(), e.SourceAttribute.IsUnknown()},
		{"`constant`", e.Constant.IsNull(), e.Constant.IsUnknown()},
		{"`expression`", e.Expression.IsNull(), e.Expression.IsUnknown()},
	} {
		unknown = unknown || s.unknown // may turn out null
		if !s.null && !s.unknown {
			given = append(given, s.name)
		}
	}
	switch {
	case len(given) > 1:
		return attributeError(at(target), "Several sources for one target attribute",
			"The entry has "+list(given)+". Keep one of them.")
	case len(given) == 0 && !unknown && e.DefaultValue.IsNull():
		return attributeError(at(target), "No source for the target attribute",
			"The entry says nothing about where the value comes from. Give one of `source_attribute`, `constant` and `expression`, or a `default_value`.")
	}
	return nil
}

// list joins names for a sentence.
func list(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	case 2:
		return names[0] + " and " + names[1]
	}
	return names[0] + ", " + list(names[1:])
}
