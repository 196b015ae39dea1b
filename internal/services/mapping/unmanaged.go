// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// warnUnmanaged names the attribute mappings that `mappings` does not show, so nobody takes it for the whole.
func warnUnmanaged(m *graph.ObjectMapping) (diags diag.Diagnostics) {
	is := settingsOf(m)
	if len(is.unmanaged) > 0 {
		var lines []string
		for _, target := range slices.Sorted(maps.Keys(is.unmanaged)) {
			lines = append(lines, describe(is.unmanaged[target]))
		}
		diags.AddWarning("Attribute mappings that Terraform does not manage",
			fmt.Sprintf("The mapping %s has attribute mappings that an entry of `mappings` cannot express:\n\n%s\n\n"+
				"`mappings` does not list them, and the provider does not change them. An entry for the same target attribute would replace the existing mapping.",
				m.Objects(), graphdiag.Lines(lines)))
	}
	if targets := slices.Sorted(maps.Keys(is.doubled)); len(targets) > 0 {
		diags.AddWarning("Target attributes that are mapped more than once",
			fmt.Sprintf("The mapping %s has more than one attribute mapping for %s. `mappings` shows the first of them. "+
				"The others stay as they are until the entry of that target attribute changes or is removed, which removes them too.", m.Objects(), quotedList(targets)))
	}
	return diags
}

// describe names an attribute mapping by its target and whatever is unusual about it.
func describe(a *graph.AttributeMapping) string {
	text := fmt.Sprintf("%q", a.Target)
	if a.Source != nil && a.Source.Type != "" {
		text += fmt.Sprintf(", with a source of the type %q", a.Source.Type)
	}
	if !isApply(applyOf(a.FlowType)) {
		text += fmt.Sprintf(", with the flow type %q", a.FlowType)
	}
	return text
}
