// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
)

// review checks a change against the service.
type review struct {
	change
	run  *run
	ref  graph.JobRef // none as long as the connection's id is unknown
	name string       // object mapping
	// operators are the connection's filter operators, once they were read.
	operators []graph.FilterOperator
	foreseen  diag.Diagnostics // what the change does to people
	repairs   bool             // the configuration is as it was applied
	judged    bool             // the change leaves accounts active, and a message says so
}

// proposal is the key of what the resource proposes.
func (v *review) proposal() string { return "mapping " + v.name }

func newReview(ctx context.Context, run *run, plan model, state *model) (*review, diag.Diagnostics) {
	c, diags := newChange(ctx, plan, state)
	v := &review{change: c, run: run, name: plan.ObjectMapping.ValueString()}
	if !plan.ConnectionID.IsUnknown() {
		var err error
		if v.ref, err = plan.ref(); err != nil {
			diags.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
		}
	}
	return v, diags
}

// succeed notes which mapping a creation writes, for the deletion that may be the first half of the same replacement. Once that is
// done, nothing keeps the second half from being tried.
func (v *review) succeed(ctx context.Context, kept privateWriter) diag.Diagnostics {
	id := importID(v.ref, v.name)
	raw, err := json.Marshal(id)
	if err != nil {
		return nil // a text can always be written
	}
	return kept.SetKey(ctx, aftermath.SuccessorKey, raw)
}

// planTrees are the trees from the plan.
func (v *review) planTrees() treeSet {
	if trees, ok := v.run.trees.Take(treesKey{v.ref, v.name}); ok {
		return trees
	}
	return treeSet{}
}

// spelled are the wanted filters with the operators in the connection's spelling.
func (v *review) spelled() []graph.FilterGroup {
	groups := slices.Clone(v.want.filters)
	for i := range groups {
		groups[i].Clauses = slices.Clone(groups[i].Clauses)
		for j, clause := range groups[i].Clauses {
			for _, operator := range v.operators {
				if strings.EqualFold(operator.Name, clause.Operator) {
					groups[i].Clauses[j].Operator = operator.Name
				}
			}
		}
	}
	return groups
}

// refuseCustomized stops a create that would overwrite what somebody set up elsewhere. template is nil if the
// connector's default is not available.
func (v *review) refuseCustomized(at located, template *graph.Schema) diag.Diagnostics {
	is := settingsOf(at.mapping)
	if is.same(v.want) {
		return nil
	}
	why := "differs from the connector's default, so somebody has set it up elsewhere"
	if template == nil {
		why = "differs from this configuration, and the connector's default, with which it is compared, is no longer available"
	} else if original, ok := counterpart(template, at.mapping); ok {
		if was := settingsOf(original.mapping); was.same(is) && !v.want.replacesUnmanaged(is, was) {
			return nil
		}
	}
	inState := ""
	if v.run.own.Has(importID(v.ref, v.name)) {
		inState = "\n\nIf the resource is already in the state and is only about to be replaced, there is nothing to import: keep it instead, with `terraform untaint` or without `-replace`. If its address or its `for_each` key changed, add a `moved` block."
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("The mapping was customized elsewhere",
		fmt.Sprintf("The mapping %s of the connection %s. Creating this resource would overwrite it. In the existing mapping, these lines would change:\n\n%s\n\n"+
			"To manage it with Terraform, import it with the block below, replacing NAME with the name of the resource; the plan then shows what would change. To start from the connector's default instead, restore the default mappings in the portal first. Nothing was changed.\n\n%s",
			at.mapping.Objects(), why, strings.Join(is.differences(v.want), "\n"), importblock.One("gotomeeting_attribute_mappings", importID(v.ref, v.name)))+inState)}
}
