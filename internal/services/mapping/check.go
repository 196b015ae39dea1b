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
)

// The functions that read role assignments. None of them works when everybody is in scope.
var roleFunctions = []string{"SingleAppRoleAssignment", "AppRoleAssignments", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex"}

func at(target string) path.Path { return path.Root("mappings").AtMapKey(target) }

// sourcePath is the attribute that an entry's source is written in.
func (v *review) sourcePath(target string) path.Path {
	if e := v.entries[target]; !e.SourceAttribute.IsNull() {
		return at(target).AtName("source_attribute")
	}
	return at(target).AtName("expression")
}

// changes reports whether an entry differs from what the service, or failing that the state, has. Only such entries are
// judged: what the service accepted before, however odd, is not ours to refuse.
func (v *review) changes(live *settings) func(target string) bool {
	if live == nil {
		live = v.prior
	}
	return func(target string) bool {
		if live == nil {
			return true
		}
		is, had := live.entries[target]
		return !had || !is.same(v.want.entries[target])
	}
}

// checkExpressions judges function names and arguments offline. extra are functions that the connection offers beyond
// the documented ones.
func (v *review) checkExpressions(changed func(string) bool, extra []string) (diags diag.Diagnostics) {
	for _, target := range slices.Sorted(maps.Keys(v.want.entries)) {
		e := v.entries[target]
		if e.Expression.IsNull() || !changed(target) {
			continue
		}
		text := e.Expression.ValueString()
		problems := expression.Check(text, expression.CheckOptions{
			CreateOnly:        strings.EqualFold(v.want.entries[target].flowType, flowAddOnly),
			MatchingAttribute: v.want.entries[target].priority > 0,
			ExtraFunctions:    extra,
		})
		for _, problem := range problems {
			if problem.Severity == expression.SeverityWarning {
				diags.AddAttributeWarning(at(target).AtName("expression"), "Doubtful expression", problem.Render(text))
				continue
			}
			diags.AddAttributeError(at(target).AtName("expression"), summaryExpression, problem.Render(text))
		}
	}
	return diags
}

// checkMatching wants at least one matching attribute and different priorities.
func (v *review) checkMatching() (diags diag.Diagnostics) {
	byPriority := map[int][]string{}
	for _, target := range slices.Sorted(maps.Keys(v.want.entries)) {
		if priority := v.want.entries[target].priority; priority > 0 {
			byPriority[priority] = append(byPriority[priority], target)
		}
	}
	if len(byPriority) == 0 && v.complete && (v.prior == nil || len(v.prior.matching()) > 0) {
		diags.AddAttributeError(path.Root("mappings"), "No matching attribute",
			"No entry has a `matching_priority`, so the service could not tell which account belongs to whom. "+
				"Set `matching_priority = 1` on the attribute that identifies people in both systems, usually the e-mail address.")
	}
	for _, priority := range slices.Sorted(maps.Keys(byPriority)) {
		targets := byPriority[priority]
		for _, target := range targets[1:] {
			if v.prior != nil && v.prior.entries[targets[0]].priority == priority && v.prior.entries[target].priority == priority {
				continue // not this change's doing
			}
			diags.AddAttributeError(at(target).AtName("matching_priority"), "Matching priority used twice",
				fmt.Sprintf("%q and %q both have the matching priority %d. Give each matching attribute a number of its own; the lowest is tried first.", targets[0], target, priority))
		}
	}
	changed := v.changes(nil)
	for _, target := range slices.Sorted(maps.Keys(v.want.entries)) {
		e := v.want.entries[target]
		if changed(target) && e.priority > 0 && (e.source.kind == sourceConstant || e.source.kind == sourceNone) {
			diags.AddAttributeWarning(at(target).AtName("matching_priority"), "Matching attribute without a value of its own",
				fmt.Sprintf("%q has the same value for everybody, so it cannot tell people apart: every person would match the same account.", target))
		}
	}
	return diags
}

// checkTargets judges changed entries against the target's attributes.
func (v *review) checkTargets(live located, changed func(string) bool) (diags diag.Diagnostics) {
	if live.target == nil {
		return nil
	}
	var names []string
	for _, a := range live.target.Attributes {
		names = append(names, a.Name)
	}
	for _, target := range slices.Sorted(maps.Keys(v.entries)) {
		e, known := v.want.entries[target]
		if known && !changed(target) {
			continue
		}
		a := live.target.Attribute(target)
		if c, custom := v.want.custom[target]; custom {
			a = &graph.AttributeDefinition{Name: target, Type: c.kind, Multivalued: c.multivalued}
		}
		switch {
		case a == nil:
			diags.AddAttributeError(at(target), "Unknown target attribute",
				fmt.Sprintf("The connector has no target attribute %q.%s Names are spelt as in the schema; the data source `gotomeeting_attribute_mappings` lists them. "+
					"If the connector accepts attributes that it does not list, declare this one in `custom_target_attributes`.", target, didYouMean(target, names)))
		case a.Anchor:
			diags.AddAttributeError(at(target), "Target attribute is the anchor",
				fmt.Sprintf("%q is the key by which the target knows its objects, and it cannot be written. Remove this entry.", target))
		case a.Mutability == "ReadOnly":
			diags.AddAttributeError(at(target), "Read-only target attribute",
				fmt.Sprintf("The target sets %q itself, and it cannot be written. Remove this entry.", target))
		case known && isAdding(e.flowType) && !a.Multivalued:
			diags.AddAttributeError(at(target).AtName("apply"), "Target attribute takes one value",
				fmt.Sprintf("`apply = %q` adds to the values that are there, but %q takes one value only. Use `%s`, `%s` or `%s`.", applyOf(e.flowType), target, applyAlways, applyOnCreate, applyIfEmpty))
		}
		if a != nil && known {
			diags.Append(v.checkMultivalued(live, target, e, a)...)
		}
	}
	return append(diags, v.checkRequired(live)...)
}

func isAdding(flowType string) bool {
	return flowType == "ValueAddOnly" || flowType == "MultiValueAddOnly"
}

// checkMultivalued refuses to pour many values into an attribute that takes one. Only a plain attribute is certain;
// what an expression yields is not.
func (v *review) checkMultivalued(live located, target string, e entry, a *graph.AttributeDefinition) diag.Diagnostics {
	if e.source.kind != sourceAttribute || a.Multivalued || live.source == nil {
		return nil
	}
	from := live.source.Attribute(e.source.text)
	if from == nil || !from.Multivalued {
		return nil
	}
	return attributeError(v.sourcePath(target), "Source attribute with several values",
		fmt.Sprintf("%q can have several values, but the target attribute %q takes one. Pick one with `expression = \"Item([%s], 1)\"`, or join them with `expression = \"Join(\\\",\\\", [%s])\"`.",
			e.source.text, target, e.source.text, e.source.text))
}

// checkRequired names target attributes without which no account can be created.
func (v *review) checkRequired(live located) (diags diag.Diagnostics) {
	for _, a := range live.target.Attributes {
		_, mapped := v.entries[a.Name]
		if !a.Required || a.Anchor || a.Mutability == "ReadOnly" || a.DefaultValue != "" || mapped || v.plan.Mappings.IsUnknown() {
			continue
		}
		if v.prior != nil {
			if _, had := v.prior.entries[a.Name]; !had {
				continue // not this change's doing
			}
		}
		diags.AddAttributeError(path.Root("mappings"), "Required target attribute is not mapped",
			fmt.Sprintf("The target needs %q to create an account, and no entry writes it. Add an entry for %q.", a.Name, a.Name))
	}
	return diags
}

// checkCustom keeps the connector's own attributes from being redefined.
func (v *review) checkCustom(live located) (diags diag.Diagnostics) {
	if live.target == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(v.want.custom)) {
		c, a := v.want.custom[name], live.target.Attribute(name)
		if v.prior != nil {
			if _, ours := v.prior.custom[name]; ours {
				continue
			}
		}
		if a == nil || a.CustomerDefined || (a.Type == c.kind && a.Multivalued == c.multivalued) {
			continue
		}
		values := "one value"
		if a.Multivalued {
			values = "several values"
		}
		diags.AddAttributeError(path.Root("custom_target_attributes").AtMapKey(name), "The connector has this attribute already",
			fmt.Sprintf("The target attribute %q exists, of the type %s with %s. It is not this resource's to redefine. Remove the entry: a listed attribute needs no declaration.", name, a.Type, values))
	}
	return diags
}

// checkSources judges the attributes that changed entries read.
func (v *review) checkSources(live located, changed func(string) bool) (diags diag.Diagnostics) {
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
	for _, target := range slices.Sorted(maps.Keys(v.want.entries)) {
		if !changed(target) {
			continue
		}
		for _, name := range v.want.entries[target].source.attributes() {
			if !known[name] {
				diags.AddAttributeError(v.sourcePath(target), "Unknown source attribute",
					fmt.Sprintf("Objects of the kind %s in %s have no attribute %q.%s Names are spelt as in the schema, upper and lower case included; the data source `gotomeeting_attribute_mappings` lists them.",
						live.source.Name, live.source.Directory, name, didYouMean(name, names)))
			}
		}
	}
	return diags
}

// deprovisioners names the entries that disable the accounts of people who leave: those that keep following the
// attribute that says so.
func (s settings) deprovisioners(source *graph.ObjectDefinition) []string {
	leaving := map[string]bool{strings.ToLower(softDeleted): true}
	if source != nil && source.Metadata[metadataSoftDel] != "" {
		leaving[strings.ToLower(source.Metadata[metadataSoftDel])] = true
	}
	var targets []string
	for target, e := range s.entries {
		if e.flowType == flowAddOnly {
			continue
		}
		if slices.ContainsFunc(e.source.attributes(), func(name string) bool { return leaving[strings.ToLower(name)] }) {
			targets = append(targets, target)
		}
	}
	slices.Sort(targets)
	return targets
}

// checkDeprovisioning refuses to drop the last entry that disables accounts.
func (v *review) checkDeprovisioning(is settings, source *graph.ObjectDefinition) diag.Diagnostics {
	before := is.deprovisioners(source)
	if len(before) == 0 || len(v.want.deprovisioners(source)) > 0 || !v.complete {
		return nil
	}
	e := is.entries[before[0]]
	if v.plan.AllowNoDeprovisioning.ValueBool() {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("mappings"), "Accounts will not be disabled any more",
			fmt.Sprintf("Today %q follows %s, which disables the accounts of people who leave, are blocked or lose their assignment. This configuration drops that; "+
				"`allow_no_deprovisioning` accepts it. Their accounts stay open until somebody closes them at the target.", before[0], e.source))}
	}
	return attributeError(path.Root("mappings"), "No entry disables accounts any more",
		fmt.Sprintf("Today %q follows %s, which disables the accounts of people who leave, are blocked or lose their assignment. This configuration drops that, and their accounts would stay open. "+
			"Keep the entry, such as `%s = { expression = \"%s\" }`, or set `allow_no_deprovisioning = true` if this is meant.", before[0], e.source, before[0], strings.ReplaceAll(e.source.String(), `"`, `\"`)))
}

// checkEnabled refuses to disable the user mapping, which the service does not support.
func (v *review) checkEnabled(live located) diag.Diagnostics {
	if v.want.enabled || !live.mapping.Enabled || !strings.EqualFold(live.mapping.SourceObject, defaultObject) {
		return nil
	}
	return attributeError(path.Root("enabled"), "The user mapping cannot be disabled",
		"The service only allows other mappings, such as that of groups, to be disabled. To stop provisioning, set `enabled = false` on `gotomeeting_provisioning_state`; to provision fewer people, use `scoping_filters` or the connection's `scope`.")
}

// checkEditable leaves rules alone that the connector protects.
func (v *review) checkEditable(live located) diag.Diagnostics {
	if live.mapping.RuleEditable {
		return nil
	}
	return attributeError(path.Root("object_mapping"), "The mapping cannot be edited",
		fmt.Sprintf("The connector marks the rule %q, to which the mapping %s belongs, as not editable.", live.mapping.RuleName, objectsOf(live.mapping)))
}
