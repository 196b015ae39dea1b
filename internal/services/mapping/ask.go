// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// askFilters judges changed scoping filters by the connection's own operators, or by the documented ones when those may
// not be read.
func (v *review) askFilters(ctx context.Context, live located, is settings, skipped *graphdiag.Skipped) diag.Diagnostics {
	if len(v.want.filters) == 0 || graph.SameFilters(is.filters, v.want.filters) {
		return nil
	}
	operators, err := v.resource.data.Graph.FilterOperators(ctx, v.ref)
	switch {
	case graph.IsPermissionDenied(err) || unreachable(err):
		skipped.Add(checkOperators, err)
		operators = nil
	case err != nil:
		return diag.Diagnostics{graphdiag.Error("Cannot read the filter operators", err)}
	}
	v.operators = operators
	return v.checkFilters(operators, live.source)
}

// askParser has the connection's own parser read the changed expressions.
func (v *review) askParser(ctx context.Context, live located, changed func(string) bool, skipped *graphdiag.Skipped) (diags diag.Diagnostics) {
	trees := treeSet{}
	trees.learnAll(live.schema)
	targets := slices.DeleteFunc(trees.unparsed(v.want.entries), func(target string) bool { return !changed(target) })
	results := parseEach(ctx, v.resource.data.Graph, v.ref, v.want.entries, targets)
	parsed, said := treeSet{}, false
	for _, target := range targets {
		result := results[v.want.entries[target].source.sourceID]
		if graph.IsPermissionDenied(result.err) || unreachable(result.err) {
			if !said {
				skipped.Add(checkParser, result.err)
				said = true
			}
			continue
		}
		if d := result.diagnostic(target); d != nil {
			diags.Append(d)
			continue
		}
		parsed[v.want.entries[target].source.sourceID] = result.tree
	}
	if len(parsed) > 0 {
		v.resource.data.HandOver(treesKey{v.ref, v.name}, parsed)
	}
	return diags
}

// treesKey is under what planning hands over the trees that the service's parser made, for an apply right after.
type treesKey struct {
	ref  graph.JobRef
	name string
}

// planTrees are the trees that planning handed over.
func (v *review) planTrees() treeSet {
	if trees, ok := providerdata.Take[treeSet](v.resource.data, treesKey{v.ref, v.name}); ok {
		return trees
	}
	return treeSet{}
}

// roleReaders names the changed entries that read role assignments, each with the function that does.
func (v *review) roleReaders(changed func(string) bool) map[string]string {
	readers := map[string]string{}
	for target, e := range v.want.entries {
		for _, call := range e.source.calls() {
			if slices.ContainsFunc(roleFunctions, func(name string) bool { return strings.EqualFold(name, call) }) && changed(target) {
				readers[target] = call
			}
		}
	}
	return readers
}

// askRoles refuses functions that read roles while everybody is in scope. Only then are the connection's settings read.
func (v *review) askRoles(ctx context.Context, changed func(string) bool, skipped *graphdiag.Skipped) (diags diag.Diagnostics) {
	readers := v.roleReaders(changed)
	if len(readers) == 0 {
		return nil
	}
	settings, err := v.resource.data.Graph.GetSecrets(ctx, v.ref.ServicePrincipalID)
	if graph.IsPermissionDenied(err) || unreachable(err) {
		skipped.Add(checkScope, err)
		return nil
	}
	if err != nil {
		return diag.Diagnostics{graphdiag.Error("Cannot read the connection's scope", err)}
	}
	all := slices.ContainsFunc(settings, func(kv graph.KeyValue) bool {
		return strings.EqualFold(kv.Key, settingScope) && strings.EqualFold(kv.Value, "true")
	})
	if !all {
		return nil
	}
	for _, target := range slices.Sorted(maps.Keys(readers)) {
		diags.AddAttributeError(at(target).AtName("expression"), "Function needs assigned people",
			fmt.Sprintf("%s reads role assignments, and the service does not support that while the connection's scope is all users and groups. "+
				"Set `scope = \"assigned\"` on the connection and apply that first, or map this attribute from something else.", readers[target]))
	}
	return diags
}
