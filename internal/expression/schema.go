// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

// FunctionSchema describes a function as a synchronization job lists it.
type FunctionSchema struct {
	Name       string
	Parameters []ParameterSchema
}

// ParameterSchema describes a parameter of a [FunctionSchema].
type ParameterSchema struct {
	Name string
	// Type is String, Integer, Reference, Binary, Boolean or DateTime.
	Type                     string
	Required                 bool
	AllowMultipleOccurrences bool
}

// Functions returns the functions that a job lists: those of every job and those seen in published listings.
func Functions() []FunctionSchema {
	var out []FunctionSchema
	for _, f := range functionTable {
		if f.Availability == EveryJob || f.Availability == ListedOnly {
			out = append(out, f.schema())
		}
	}
	return out
}

func (f *Function) schema() FunctionSchema {
	schema := FunctionSchema{Name: f.Name, Parameters: []ParameterSchema{}}
	for i, p := range f.Parameters {
		repeated := i >= f.fixed()
		if repeated && i > f.fixed() && p.Key == f.Parameters[f.fixed()].Key {
			// A group whose members share one key is one repeating parameter to the service.
			continue
		}
		kind := "String"
		switch p.Kind {
		case KindInteger:
			kind = "Integer"
		case KindBoolean:
			kind = "Boolean"
		case KindText, KindDate, KindDateText, KindList, KindAny, KindWord:
		}
		schema.Parameters = append(schema.Parameters, ParameterSchema{
			Name: p.Key, Type: kind, Required: !p.Optional, AllowMultipleOccurrences: repeated,
		})
	}
	return schema
}

// FilterOperator describes an operator of scoping filters as a synchronization job lists it.
type FilterOperator struct {
	Name string
	// Unary operators take no value.
	Unary bool
	// MultivaluedComparisonType is All or Any.
	MultivaluedComparisonType string
	SupportedAttributeTypes   []string
}

// FilterOperators returns the operators of scoping filters. The first eight are published as the service lists them; the
// spelling of the others is that of the portal's documentation.
func FilterOperators() []FilterOperator {
	textOrNumber := []string{"String", "Integer"}
	all := []string{"String", "Integer", "Binary", "Boolean"}
	boolean := []string{"Boolean"}
	operator := func(name string, unary bool, types []string) FilterOperator {
		return FilterOperator{Name: name, Unary: unary, MultivaluedComparisonType: "All", SupportedAttributeTypes: types}
	}
	return []FilterOperator{
		operator("EQUALS", false, textOrNumber),
		operator("NOT EQUALS", false, textOrNumber),
		operator("REGEX MATCH", false, textOrNumber),
		operator("NOT REGEX MATCH", false, textOrNumber),
		operator("IS NULL", true, all),
		operator("IS NOT NULL", true, all),
		operator("IS TRUE", true, boolean),
		operator("IS FALSE", true, boolean),
		operator("Greater_Than", false, []string{"Integer"}),
		operator("Greater_Than_OR_EQUALS", false, []string{"Integer"}),
		operator("Includes", false, []string{"String"}),
		operator("ENDS_WITH", false, []string{"String"}),
		operator("&", false, textOrNumber),
		operator("!&", false, textOrNumber),
	}
}
