// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// templateKey is under what planning hands over the connector's default schema, which an apply needs again right after.
type templateKey graph.JobRef

// template reads the default schema of the connector that a job runs; nil when the service does not offer it any more.
// wait asks for patience with a job that was created a moment ago.
func (r *Resource) template(ctx context.Context, ref graph.JobRef, wait bool) (*graph.Schema, error) {
	if planned, ok := providerdata.Take[*graph.Schema](r.data, templateKey(ref)); ok {
		return planned, nil
	}
	if wait {
		ctx = graph.WithReplicationWait(ctx, replicationPatience)
	}
	job, err := r.job(ctx, ref)
	if err != nil {
		return nil, err
	}
	schema, err := r.data.Graph.GetTemplateSchema(ctx, ref.ServicePrincipalID, job.TemplateID)
	if graph.IsNotFound(err) {
		return nil, nil
	}
	if err == nil {
		r.data.HandOver(templateKey(ref), schema)
	}
	return schema, err
}

// jobKey is under what one look at a job serves the whole of a plan.
type jobKey graph.JobRef

// job reads a job. A plan asks for it twice, for its connector and for its counters.
func (r *Resource) job(ctx context.Context, ref graph.JobRef) (graph.Job, error) {
	if known, ok := providerdata.Take[graph.Job](r.data, jobKey(ref)); ok {
		return known, nil
	}
	job, err := r.data.Graph.RequireJob(ctx, ref)
	if err == nil {
		r.data.HandOver(jobKey(ref), job)
	}
	return job, err
}

// learnAll adds the expressions of all mappings of a schema, which may be nil.
func (t treeSet) learnAll(schema *graph.Schema) {
	if schema == nil {
		return
	}
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return // whoever edits the schema reports it
	}
	for _, m := range mappings {
		t.learn(m.Attributes)
	}
}

// refuseCustomised stops a create that would overwrite what somebody set up elsewhere. template is nil when the
// connector's default is not to be had.
func (v *review) refuseCustomised(at located, template *graph.Schema) diag.Diagnostics {
	is := settingsOf(at.mapping)
	if is.same(v.want) {
		return nil
	}
	why := "differs from the connector's default, so somebody has set it up elsewhere"
	if template == nil {
		why = "differs from this configuration, and the connector's default, which it is compared with, is not available any more"
	} else if original, ok := counterpart(template, at.mapping); ok && settingsOf(original.mapping).same(is) {
		return nil
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("The mapping was customised elsewhere",
		fmt.Sprintf("The mapping %s of the connection %s. Creating this resource would overwrite it; in the mapping that is there now, these lines would change:\n\n%s\n\n"+
			"To take it over, import it; the plan then shows what would change. To start from the connector's default instead, restore the default mappings in the portal first. Nothing was changed.\n\n%s",
			objectsOf(at.mapping), why, strings.Join(is.differences(v.want), "\n"), importBlock(v.ref, v.name)))}
}

// removable lists the attribute definitions that this resource added and no longer wants. Those that the connector lists
// itself were never ours.
func (r *Resource) removable(ctx context.Context, v *review) ([]string, diag.Diagnostics) {
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
		return nil, nil // whose they are cannot be told any more
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

// restoreDefault puts the connector's default back for this object mapping. Once the job is gone there is nothing to do.
func (r *Resource) restoreDefault(ctx context.Context, ref graph.JobRef, state model) diag.Diagnostics {
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
		return diag.Diagnostics{diag.NewWarningDiagnostic("The mapping stays as it is",
			"The service does not offer the connector's default mapping any more, so it could not be put back. Terraform no longer manages the mapping.")}
	}
	name := state.ObjectMapping.ValueString()
	removed := notListed(template, name, slices.Sorted(maps.Keys(custom)))
	unknown := false
	w := writer{
		graph: r.data.Graph, replaced: r.versions(), ref: ref, name: name,
		check: func(context.Context, located) diag.Diagnostics { return nil },
		parse: func(context.Context, []string) diag.Diagnostics { return nil },
		settled: func(at located) bool {
			original, ok := counterpart(template, at.mapping)
			unknown = !ok
			return !ok || (settingsOf(original.mapping).same(settingsOf(at.mapping)) && !definesAny(at.target, removed))
		},
		edit: func(at located) (*graph.Schema, []string, error) {
			original, _ := counterpart(template, at.mapping)
			edited, err := at.schema.ReplaceObjectMapping(at.mapping.Ref, template, original.mapping.Ref)
			if err == nil && definesAny(at.target, removed) {
				edited, err = edited.EditAttributeDefinitions(at.mapping.TargetDirectory, at.mapping.TargetObject, nil, removed)
			}
			return edited, nil, err
		},
		lost: func(at located) []string {
			original, _ := counterpart(template, at.mapping)
			return settingsOf(at.mapping).differences(settingsOf(original.mapping))
		},
	}
	diags = w.run(ctx)
	if unknown {
		diags.AddWarning("The mapping stays as it is",
			"The connector's default schema has no such mapping, so there is nothing to put back. Terraform no longer manages the mapping.")
	}
	if !diags.HasError() {
		return diags
	}
	// A failure means nothing when the mapping, or the whole job, vanished meanwhile.
	schema, err := r.data.Graph.GetSchema(ctx, ref)
	if graph.IsNotFound(err) {
		if _, err = r.data.Graph.RequireJob(ctx, ref); isGone(err) {
			return nil
		}
		return diags
	}
	if err == nil {
		if at, _ := locate(schema, name); at.missing {
			return nil
		}
	}
	return diags
}

// isGone reports whether err says that there is no job any more.
func isGone(err error) bool {
	_, gone := errors.AsType[*graph.NoJobError](err)
	return gone
}

func definesAny(object *graph.ObjectDefinition, names []string) bool {
	return object != nil && slices.ContainsFunc(names, func(name string) bool { return object.Attribute(name) != nil })
}
