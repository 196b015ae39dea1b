// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// removable lists the attribute definitions that this resource added and no longer wants. Attributes that the connector
// itself lists are not included.
func (r *run) removable(ctx context.Context, v *review) ([]string, diag.Diagnostics) {
	gone := slices.DeleteFunc(slices.Sorted(maps.Keys(v.prior.custom)), func(name string) bool {
		_, kept := v.want.custom[name]
		return kept
	})
	if len(gone) == 0 {
		return nil, nil
	}
	template, err := r.template(ctx, v.ref, false)
	if err != nil {
		return nil, templateUnreadable(err)
	}
	if template == nil {
		return nil, nil // whose they are cannot be told anymore
	}
	return notListed(template, v.name, gone), nil
}

func templateUnreadable(err error) diag.Diagnostics {
	return diag.Diagnostics{graphdiag.Error("Cannot read the connector's default mapping", err)}
}

// notListed keeps the names of attributes that the connector's default schema does not define.
func notListed(template *graph.Schema, objectMapping string, names []string) []string {
	original, diags := locate(template, objectMapping)
	if diags.HasError() || original.target == nil {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return original.target.Attribute(name) != nil })
}

// restoreDefault restores the connector's default for this object mapping. Once the job is gone there is nothing to do.
func (r *run) restoreDefault(ctx context.Context, ref graph.JobRef, state model) diag.Diagnostics {
	custom, _, diags := state.customAttributes(ctx)
	if diags.HasError() {
		return diags
	}
	template, err := r.template(ctx, ref, false)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return templateUnreadable(err)
	}
	if template == nil {
		return diag.Diagnostics{r.mappingStays(ctx, ref, "The service no longer offers the connector's default mapping of %s, so it could not be restored.")}
	}
	name := state.ObjectMapping.ValueString()
	removed := notListed(template, name, slices.Sorted(maps.Keys(custom)))
	unknown := false
	w := writer{
		run: r, ref: ref, name: name,
		settled: func(at located) bool {
			original, ok := restorable(template, at)
			unknown = !ok
			return !ok || (settingsOf(&original).same(settingsOf(at.mapping)) && !definesAny(at.target, removed))
		},
		edit: func(draft located) ([]string, error) {
			define(draft.target, nil, removed)
			original, _ := restorable(template, draft)
			return nil, restore(draft.mapping, &original)
		},
		lost: func(at located) []string {
			original, _ := restorable(template, at)
			return settingsOf(at.mapping).differences(settingsOf(&original))
		},
	}
	diags = w.bring(ctx)
	if unknown {
		diags.Append(r.mappingStays(ctx, ref, "The default schema of the connector of %s has no such mapping, so there is nothing to restore."))
	}
	if !diags.HasError() {
		return diags
	}
	// A failure is irrelevant if the mapping, or the whole job, was removed in the meantime.
	schema, err := r.graph.GetSchema(ctx, ref)
	if graph.IsNotFound(err) {
		if _, err = r.graph.RequireJob(ctx, ref); isGone(err) {
			return nil
		}
		return diags
	}
	if err == nil {
		at, ambiguous := locate(schema, name)
		switch {
		case at.missing:
			return nil
		case ambiguous.HasError() && at.schema != nil:
			return diag.Diagnostics{warningOf(ambiguous[0], "The mapping stays as it is. Terraform no longer manages it.")}
		}
	}
	return diags
}

// mappingStays is the warning of a destroy that leaves the mapping as it is; why names the application.
func (r *run) mappingStays(ctx context.Context, ref graph.JobRef, why string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The mapping stays as it is",
		fmt.Sprintf(why, graphdiag.ApplicationName(ctx, r.graph, ref.ServicePrincipalID))+" Terraform no longer manages the mapping.")
}

// restorable is the connector's default for a mapping, without target attributes that the schema has lost since: the
// service would refuse the rest with them.
func restorable(template *graph.Schema, at located) (graph.ObjectMapping, bool) {
	found, ok := counterpart(template, at.mapping)
	if !ok {
		return graph.ObjectMapping{}, false
	}
	original := *found.mapping
	original.Attributes = slices.DeleteFunc(slices.Clone(original.Attributes), func(a graph.AttributeMapping) bool {
		return definesAny(found.target, []string{a.Target}) && at.target != nil && at.target.Attribute(a.Target) == nil
	})
	return original, true
}

// isGone reports whether err says that there is no job anymore.
func isGone(err error) bool {
	_, gone := errors.AsType[*graph.NoJobError](err)
	return gone
}

func definesAny(object *graph.ObjectDefinition, names []string) bool {
	return object != nil && slices.ContainsFunc(names, func(name string) bool { return object.Attribute(name) != nil })
}

// handsOver reports whether this plan creates the same mapping that it destroys, as a resource with a new address: the mapping then
// stays as it is until the other resource has taken it over.
func (r *run) handsOver(state model) bool {
	ref, err := state.ref()
	if err != nil {
		return false
	}
	id := importID(ref, state.ObjectMapping.ValueString())
	if r.creating.Has(id) && !r.graph.HasWritten() { // as no plan does
		return true
	}
	r.ending.Add(id)
	return false
}

// refuseGap refuses to create a mapping whose destroy was planned before in the same run: the default mapping would apply in between,
// and the planned destroy cannot be changed anymore.
func (r *run) refuseGap(ctx context.Context, ref graph.JobRef, id string) diag.Diagnostics {
	if r.creating.Add(id); !r.ending.Has(id) {
		return nil
	}
	if job, err := r.job(ctx, ref); err == nil && !job.Schedule.Active() {
		return nil
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("The mapping is destroyed and created again",
		"This plan destroys this mapping as one resource and creates it as another, while provisioning is on. In between, the connector's default mapping applies, and a cycle would write everybody's account according to it. "+
			"If the address of the resource or its `for_each` key changed, add a `moved` block.")}
}

// warnDestroy says what the connector's default mapping does to people if provisioning stays on. Whether this plan also ends
// provisioning may not be known yet, so the text says what it depends on.
func (r *run) warnDestroy(ctx context.Context, state model) diag.Diagnostics {
	ref, err := state.ref()
	if err != nil || r.forecast.Ends(ref) {
		return nil
	}
	job, err := r.job(ctx, ref)
	if err != nil {
		return nil
	}
	if !job.Schedule.Active() {
		return r.foreseeDefaultOn(ctx, ref, state, job)
	}
	answer := r.foreseeDefault(ctx, ref, state, job)
	if answer.Told && answer.Headline != "" {
		return answer.Diagnostics
	}
	who := countOf(job, &graph.ObjectMapping{SourceObject: state.ObjectMapping.ValueString()})
	application := graphdiag.ApplicationName(ctx, r.graph, ref.ServicePrincipalID)
	return append(answer.Diagnostics, diag.NewWarningDiagnostic("The default mapping of "+application+" is restored",
		fmt.Sprintf("Destroying this resource restores the connector's default mapping of %s. Provisioning is on. If nothing in this plan switches it off first, the next "+
			"cycle writes %s according to the default mapping.", application, who)))
}
