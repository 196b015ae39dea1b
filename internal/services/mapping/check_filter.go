// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
)

// unfilterable are source attributes that the documentation excludes from scoping filters.
var unfilterable = []string{roleAssignments, "userType", "manager", "members", "IsMemberOf"}

// attributeMeant is the name of an attribute without the notation of dynamic groups.
func attributeMeant(name string) string {
	if prefix, rest, ok := strings.Cut(name, "."); ok && strings.EqualFold(prefix, "user") {
		return rest
	}
	return name
}

// documentedOperators are the operators to check against when the connection's own list cannot be read.
func documentedOperators() []graph.FilterOperator {
	var operators []graph.FilterOperator
	for _, o := range expression.FilterOperators() {
		arity := "Binary"
		if o.Unary {
			arity = "Unary"
		}
		operators = append(operators, graph.FilterOperator{Name: o.Name, Arity: arity, SupportedAttributeTypes: o.SupportedAttributeTypes})
	}
	return operators
}

// checkFilters checks scoping filters against the operators that the connection offers; existing clauses
// are not refused. source is nil when the schema could not be read.
func checkFilters(filters, before []graph.FilterGroup, operators []graph.FilterOperator, source *graph.ObjectDefinition) (diags diag.Diagnostics) {
	documented := operators == nil
	if documented {
		operators = documentedOperators()
	}
	for i, group := range filters {
		if len(group.Clauses) == 0 && !slices.ContainsFunc(before, func(g graph.FilterGroup) bool { return len(g.Clauses) == 0 }) {
			diags.AddAttributeError(path.Root("scoping_filters").AtListIndex(i).AtName("clauses"), "Filter group without clauses",
				"The group has no conditions, so everybody would match it. Add a clause, or remove the group.")
		}
		for j, clause := range group.Clauses {
			alone := []graph.FilterGroup{{Clauses: []graph.FilterClause{clause}}}
			if slices.ContainsFunc(before, func(g graph.FilterGroup) bool {
				return slices.ContainsFunc(g.Clauses, func(c graph.FilterClause) bool {
					return graph.SameFilters(alone, []graph.FilterGroup{{Clauses: []graph.FilterClause{c}}})
				})
			}) {
				continue
			}
			at := path.Root("scoping_filters").AtListIndex(i).AtName("clauses").AtListIndex(j)
			if problems := checkFilterAttribute(at.AtName("attribute"), clause, source); problems.HasError() {
				diags.Append(problems...)
				continue
			}
			diags.Append(checkFilterOperator(at, clause, operators, documented, source)...)
		}
	}
	return diags
}

func checkFilterAttribute(at path.Path, clause graph.FilterClause, source *graph.ObjectDefinition) diag.Diagnostics {
	if i := slices.IndexFunc(unfilterable, func(name string) bool { return strings.EqualFold(name, clause.Attribute) }); i >= 0 {
		return attributeError(at, "Attribute cannot be used in a scoping filter",
			fmt.Sprintf("The service does not support %q in scoping filters. Test a different attribute, or scope by assignment.", clause.Attribute))
	}
	if source == nil || len(source.Attributes) == 0 {
		return nil
	}
	a := source.Attribute(clause.Attribute)
	if a == nil {
		var names []string
		for _, a := range source.Attributes {
			names = append(names, a.Name)
		}
		return attributeError(at, "Unknown source attribute",
			fmt.Sprintf("Objects of the kind %s in %s have no attribute %q.%s Names are spelled as in the schema, including case; the data source `gotomeeting_attribute_mappings` lists them.",
				source.Name, source.Directory, clause.Attribute, suggest.DidYouMean(attributeMeant(clause.Attribute), names)))
	}
	what := ""
	switch {
	case a.Multivalued:
		what = "can have several values"
	case a.Type == "Reference":
		what = "refers to another object"
	case a.Type == "DateTime":
		what = "is a date"
	default:
		return nil
	}
	return attributeError(at, "Attribute cannot be used in a scoping filter",
		fmt.Sprintf("%q %s, and the service does not support that in scoping filters. Test a different attribute, or scope by assignment.", clause.Attribute, what))
}

// suits names the operators for a type of attribute.
func suits(attributeType string, operators []graph.FilterOperator) string {
	var names []string
	for _, o := range operators {
		if slices.ContainsFunc(o.SupportedAttributeTypes, func(t string) bool { return strings.EqualFold(t, attributeType) }) {
			names = append(names, o.Name)
		}
	}
	if len(names) == 0 {
		return "No operator accepts that type. Test a different attribute."
	}
	slices.Sort(names)
	return "Use " + strings.Join(names, " or ") + "."
}

// operatorMeant is an operator as the service calls it, for the signs and words of other languages.
func operatorMeant(text string) string {
	switch strings.ToLower(text) {
	case "=", "==", "is", "eq", "-eq":
		return "EQUALS"
	case "!=", "<>", "is not", "ne", "-ne":
		return "NOT EQUALS"
	case ">":
		return "GREATER_THAN"
	case ">=":
		return "GREATER_THAN_OR_EQUALS"
	case "matches", "match", "regex", "~", "=~":
		return "REGEX MATCH"
	case "empty", "is empty", "null":
		return "IS NULL"
	case "not empty", "is not empty", "not null", "is present":
		return "IS NOT NULL"
	case "in", "contains":
		return "INCLUDES"
	}
	return text
}

func checkFilterOperator(at path.Path, clause graph.FilterClause, operators []graph.FilterOperator, documented bool, source *graph.ObjectDefinition) diag.Diagnostics {
	i := slices.IndexFunc(operators, func(o graph.FilterOperator) bool { return strings.EqualFold(o.Name, clause.Operator) })
	if i < 0 {
		names := make([]string, len(operators))
		for i, o := range operators {
			names[i] = o.Name
		}
		slices.Sort(names)
		if documented && suggest.Nearest(clause.Operator, names) == "" {
			return nil // a connection may offer more than is documented, and its own list is checked at apply
		}
		return attributeError(at.AtName("operator"), "Unknown filter operator",
			fmt.Sprintf("The connection's scoping filters have no operator %q.%s It must be one of: %s.", clause.Operator, suggest.DidYouMean(operatorMeant(clause.Operator), names), strings.Join(names, ", ")))
	}
	operator := operators[i]
	unary := strings.EqualFold(operator.Arity, "Unary")
	switch {
	case unary && len(clause.Values) > 0:
		return attributeError(at.AtName("values"), "Filter operator does not accept a value",
			fmt.Sprintf("%s tests only the attribute. Remove `values`.", operator.Name))
	case !unary && len(clause.Values) == 0:
		return attributeError(at.AtName("operator"), "Filter operator needs a value",
			fmt.Sprintf("%s compares the attribute with a value. Set `values`, in this spelling: Terraform drops an attribute with a different name without a message.", operator.Name))
	}
	if strings.HasSuffix(strings.ToUpper(operator.Name), "REGEX MATCH") {
		for k, value := range clause.Values {
			if why := expression.PatternProblem(value); why != "" {
				return attributeError(at.AtName("values").AtListIndex(k), "Invalid regular expression",
					fmt.Sprintf("%s requires a regular expression, and %q is not one: %s. Correct it; in a configuration, write a backslash twice.", operator.Name, value, why))
			}
		}
	}
	integers := slices.Equal(operator.SupportedAttributeTypes, []string{"Integer"})
	if integers {
		for k, value := range clause.Values {
			if _, err := strconv.ParseInt(value, 10, 64); err != nil {
				return attributeError(at.AtName("values").AtListIndex(k), "Filter operator needs a whole number",
					fmt.Sprintf("%s compares whole numbers, and %q is not one.", operator.Name, value))
			}
		}
	}
	if source == nil || integers || len(operator.SupportedAttributeTypes) == 0 {
		return nil // which type numbers have in the directory is not documented well enough to refuse text attributes
	}
	if a := source.Attribute(clause.Attribute); a != nil && !slices.ContainsFunc(operator.SupportedAttributeTypes, func(t string) bool { return strings.EqualFold(t, a.Type) }) {
		return attributeError(at.AtName("operator"), "Filter operator does not suit the attribute",
			fmt.Sprintf("%s accepts attributes of the type %s, and %q is of the type %s. %s", operator.Name, strings.Join(operator.SupportedAttributeTypes, " or "), a.Name, a.Type, suits(a.Type, operators)))
	}
	return nil
}
