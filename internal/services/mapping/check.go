// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
)

// The functions that read role assignments. None of them works when everybody is in scope.
var roleFunctions = []string{"SingleAppRoleAssignment", "AppRoleAssignments", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex"}

func at(target string) path.Path { return path.Root("mappings").AtMapKey(target) }

// checkExpressions checks function names and arguments offline. extra are functions that the connection offers beyond
// the documented ones.
func (c *change) checkExpressions(changed func(string) bool, extra []string) (diags diag.Diagnostics) {
	for _, target := range slices.Sorted(maps.Keys(c.want.entries)) {
		e := c.entries[target]
		if e.Expression.IsNull() || !changed(target) {
			continue
		}
		text := e.Expression.ValueString()
		if why := unreadable(text); why != "" {
			diags.AddAttributeWarning(at(target).AtName("expression"), "The provider cannot read the expression",
				why+"\n\nThis notation is not documented, so the provider cannot check its result. The connection's own parser determines whether it can be written.")
			continue
		}
		problems := expression.Check(text, expression.CheckOptions{
			CreateOnly:        strings.EqualFold(c.want.entries[target].flowType, flowAddOnly),
			MatchingAttribute: c.want.entries[target].priority > 0,
			ExtraFunctions:    extra,
		})
		for _, problem := range problems {
			if problem.Severity == expression.SeverityWarning {
				diags.AddAttributeWarning(at(target).AtName("expression"), summaryDoubtful, problem.Render(text))
				continue
			}
			diags.AddAttributeError(at(target).AtName("expression"), summaryExpression, problem.Render(text))
		}
	}
	return diags
}

// checkMatching requires at least one matching attribute and different priorities, unless the prior mapping, such as the
// connector's own default, violated this too. is is nil if that is not known.
func (c *change) checkMatching(is *settings) (diags diag.Diagnostics) {
	byPriority := map[int][]string{}
	for _, target := range slices.Sorted(maps.Keys(c.want.entries)) {
		if priority := c.want.entries[target].priority; priority > 0 {
			byPriority[priority] = append(byPriority[priority], target)
		}
	}
	if len(byPriority) == 0 && c.complete && (is == nil || len(is.matching()) > 0) {
		diags.AddAttributeError(path.Root("mappings"), "No matching attribute",
			"No entry has a `matching_priority`, so the service could not determine which account belongs to whom. "+
				"Set `matching_priority = 1` on the attribute that identifies people in both systems, usually the e-mail address.")
	}
	for _, priority := range slices.Sorted(maps.Keys(byPriority)) {
		targets := byPriority[priority]
		for _, target := range targets[1:] {
			if is != nil && is.entries[targets[0]].priority == priority && is.entries[target].priority == priority {
				continue // not this change's doing
			}
			diags.AddAttributeError(at(target).AtName("matching_priority"), "Matching priority used twice",
				fmt.Sprintf("%q and %q both have the matching priority %d. Use a different number for each matching attribute; the lowest is tried first.", targets[0], target, priority))
		}
	}
	changed := c.changes(is)
	diags.Append(c.warnLeaving(changed)...)
	for _, target := range slices.Sorted(maps.Keys(c.want.entries)) {
		e := c.want.entries[target]
		if changed(target) && e.priority > 0 && (e.source.kind == sourceConstant || e.source.kind == sourceNone) {
			diags.AddAttributeWarning(at(target).AtName("matching_priority"), "Matching attribute with the same value for everybody",
				fmt.Sprintf("%q has the same value for everybody, so it cannot distinguish people: every person would match the same account. Match people by an attribute that is different for each person.", target))
		}
	}
	return diags
}

// checkTargets checks changed entries against the target's attributes.
func (c *change) checkTargets(live located, changed func(string) bool) (diags diag.Diagnostics) {
	if live.target == nil {
		return nil
	}
	var names []string
	for _, a := range live.target.Attributes {
		names = append(names, a.Name)
	}
	for _, target := range slices.Sorted(maps.Keys(c.entries)) {
		e, known := c.want.entries[target]
		if known && !changed(target) {
			continue
		}
		a := live.target.Attribute(target)
		if custom, declared := c.want.custom[target]; declared {
			a = &graph.AttributeDefinition{Name: target, Type: custom.kind, Multivalued: custom.multivalued}
		}
		switch {
		case a == nil:
			diags.AddAttributeError(at(target), "Unknown target attribute",
				fmt.Sprintf("The connector has no target attribute %q.%s Names are spelled as in the schema; the data source `gotomeeting_attribute_mappings` lists them. "+
					"If the connector accepts attributes that it does not list, declare this one in `custom_target_attributes`.", target, suggest.DidYouMean(target, names)))
		case a.Anchor:
			diags.AddAttributeError(at(target), "Target attribute is the anchor",
				fmt.Sprintf("%q is the key by which the target identifies its objects, and it cannot be written. Remove this entry.", target))
		case a.Mutability == "ReadOnly":
			diags.AddAttributeError(at(target), "Read-only target attribute",
				fmt.Sprintf("The target sets %q itself, and it cannot be written. Remove this entry.", target))
		case known && isAdding(e.flowType) && !a.Multivalued:
			diags.AddAttributeError(at(target).AtName("apply"), "Target attribute has a single value",
				fmt.Sprintf("`apply = %q` adds to the existing values, but %q can have only one value. Use `%s`, `%s`, or `%s`.", applyOf(e.flowType), target, applyAlways, applyOnCreate, applyIfEmpty))
		}
		if a != nil && known {
			diags.Append(c.checkMultivalued(live, target, e, a)...)
		}
	}
	return append(diags, c.checkRequired(live)...)
}

func isAdding(flowType string) bool {
	return flowType == "ValueAddOnly" || flowType == "MultiValueAddOnly"
}

// checkMultivalued refuses to map several values to an attribute with a single value. Only a plain attribute is certain;
// the result of an expression is not.
func (c *change) checkMultivalued(live located, target string, e entry, a *graph.AttributeDefinition) diag.Diagnostics {
	if e.source.kind != sourceAttribute || a.Multivalued || live.source == nil {
		return nil
	}
	from := live.source.Attribute(e.source.text)
	if from == nil || !from.Multivalued {
		return nil
	}
	return attributeError(c.sourcePath(target), "Source attribute with several values",
		fmt.Sprintf("%q can have several values, but the target attribute %q can have only one. Select one with `expression = \"Item([%s], 1)\"`, or join them with `expression = \"Join(\\\",\\\", [%s])\"`.",
			e.source.text, target, e.source.text, e.source.text))
}

// checkRequired names target attributes without which no account can be created.
func (c *change) checkRequired(live located) (diags diag.Diagnostics) {
	is := settingsOf(live.mapping)
	for _, a := range live.target.Attributes {
		_, had := is.entries[a.Name]
		_, mapped := c.entries[a.Name]
		// The connector's own default also omits some; then this change is not the cause.
		if !a.Required || a.Anchor || a.Mutability == "ReadOnly" || a.DefaultValue != "" || mapped || !had || c.plan.Mappings.IsUnknown() {
			continue
		}
		diags.AddAttributeError(path.Root("mappings"), "Required target attribute is not mapped",
			fmt.Sprintf("The target requires %q to create an account, and no entry writes it. Add an entry for %q.", a.Name, a.Name))
	}
	return diags
}

// checkCustom keeps the connector's own attributes from being redefined.
func (c *change) checkCustom(live located) (diags diag.Diagnostics) {
	if live.target == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(c.want.custom)) {
		custom, a := c.want.custom[name], live.target.Attribute(name)
		if c.prior != nil {
			if _, ours := c.prior.custom[name]; ours {
				continue
			}
		}
		if a == nil || a.CustomerDefined || (a.Type == custom.kind && a.Multivalued == custom.multivalued) {
			continue
		}
		values := "one value"
		if a.Multivalued {
			values = "several values"
		}
		diags.AddAttributeError(path.Root("custom_target_attributes").AtMapKey(name), "The connector already has this attribute",
			fmt.Sprintf("The target attribute %q already exists, with the type %s and %s. This resource cannot redefine it. Remove the entry: a listed attribute does not need a declaration.", name, a.Type, values))
	}
	return diags
}

// checkSources checks the attributes that changed entries read.
func (c *change) checkSources(live located, changed func(string) bool) (diags diag.Diagnostics) {
	if live.source == nil || len(live.source.Attributes) == 0 {
		return nil
	}
	// Attributes that the schema uses without listing them are evidently accepted.
	known := map[string]bool{softDeleted: true, roleAssignments: true}
	for _, key := range []string{metadataSoftDel, metadataEnabled} {
		known[live.source.Metadata[key]] = true
	}
	for _, a := range live.mapping.Attributes {
		for _, name := range a.Source.Attributes() {
			known[name] = true
		}
	}
	var names []string
	for _, a := range live.source.Attributes {
		known[a.Name] = true
		names = append(names, a.Name)
	}
	for _, target := range slices.Sorted(maps.Keys(c.want.entries)) {
		if !changed(target) {
			continue
		}
		for _, name := range c.want.entries[target].source.attributes() {
			if !known[name] {
				diags.AddAttributeError(c.sourcePath(target), "Unknown source attribute",
					fmt.Sprintf("Objects of the kind %s in %s have no attribute %q.%s Names are spelled as in the schema, including case; the data source `gotomeeting_attribute_mappings` lists them.",
						live.source.Name, live.source.Directory, name, suggest.DidYouMean(attributeMeant(name), names)))
			}
		}
	}
	return diags
}

// checkEnabled refuses to disable the user mapping, which the service does not support.
func (c *change) checkEnabled(live located) diag.Diagnostics {
	if c.want.enabled || !live.mapping.Enabled || !strings.EqualFold(live.mapping.SourceObject, defaultObject) {
		return nil
	}
	return attributeError(path.Root("enabled"), "The user mapping cannot be disabled",
		"The service only allows other mappings, such as that of groups, to be disabled. To stop provisioning, set `enabled = false` on `gotomeeting_provisioning_state`; to provision fewer people, use `scoping_filters` or the connection's `scope`.")
}

// checkEditable refuses to edit rules that the connector protects.
func (c *change) checkEditable(live located) diag.Diagnostics {
	if live.mapping.Rule.Editable {
		return nil
	}
	return attributeError(path.Root("object_mapping"), "The mapping cannot be edited",
		fmt.Sprintf("The connector marks the rule %q, to which the mapping %s belongs, as not editable.", live.mapping.Rule.Name, live.mapping.Objects()))
}
