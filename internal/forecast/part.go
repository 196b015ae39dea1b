// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Part is what a resource contributes to a proposal in a configuration, outside a plan: some of its attributes,
// and their effect.
type Part struct {
	Resource   resource.Resource
	Attributes []string
	// Change is what values of these attributes, null where they are left out, make of a setup. Diagnostics point at the
	// attributes as those of the resource do. It is nil where they make no difference.
	Change func(ctx context.Context, data *providerdata.Data, values map[string]attr.Value, today *impact.Setup) (func(*impact.Setup), diag.Diagnostics)
}

// ReportOf is the report about one connection on what a proposal makes of the next cycle or, where nothing is compared, on the next
// cycle as it is. off says that provisioning is off now.
func ReportOf(name string, c *impact.Comparison, off, compared bool, detail string) string {
	s := Section{Name: name, Off: off}.with(c, detail)
	if s.Name == "" {
		s.Name = "The connection"
	}
	var b strings.Builder
	b.WriteString("## Impact on GoTo accounts\n\n")
	s.markdown(&b, compared)
	return strings.TrimRight(strings.ReplaceAll(b.String(), "\n\n\n", "\n\n"), "\n") + "\n"
}
