// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func attributeSource(name string) *Source {
	return &Source{Type: SourceAttribute, Name: name, Expression: "[" + name + "]", Parameters: []SourceParameter{}}
}

func constantSource(name, expression string) *Source {
	return &Source{Type: SourceConstant, Name: name, Expression: expression, Parameters: []SourceParameter{}}
}

func TestTree_hasTheShapeOfTheService(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want *Source
	}{
		{"attribute", ` [mail] `, attributeSource("mail")},
		{"constant", `"a \"b\""`, constantSource(`a "b"`, `"a \"b\""`)},
		{"omitted arguments are absent", `Replace([preferredLanguage],"-",,,"_",,)`, &Source{
			Type: SourceFunction, Name: "Replace", Expression: `Replace([preferredLanguage], "-", , , "_", , )`,
			Parameters: []SourceParameter{
				{"source", attributeSource("preferredLanguage")}, {"Find", constantSource("-", `"-"`)}, {"Replacement", constantSource("_", `"_"`)},
			}}},
		{"numbers are constants in quotes", `Mid([userPrincipalName],1,8)`, &Source{
			Type: SourceFunction, Name: "Mid", Expression: `Mid([userPrincipalName], 1, 8)`,
			Parameters: []SourceParameter{
				{"source", attributeSource("userPrincipalName")}, {"start", constantSource("1", `"1"`)}, {"length", constantSource("8", `"8"`)},
			}}},
		{"repeated arguments share their key", `Switch([IsSoftDeleted],,"False","True","True","False")`, &Source{
			Type: SourceFunction, Name: "Switch", Expression: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`,
			Parameters: []SourceParameter{
				{"source", attributeSource("IsSoftDeleted")},
				{"switchValue", constantSource("False", `"False"`)}, {"switchValue", constantSource("True", `"True"`)},
				{"switchValue", constantSource("True", `"True"`)}, {"switchValue", constantSource("False", `"False"`)},
			}}},
		{"nested calls", `Join("", ToLower([a]), Now())`, &Source{
			Type: SourceFunction, Name: "Join", Expression: `Join("", ToLower([a]), Now())`,
			Parameters: []SourceParameter{
				{"separator", constantSource("", `""`)},
				{"source", &Source{Type: SourceFunction, Name: "ToLower", Expression: `ToLower([a])`,
					Parameters: []SourceParameter{{"source", attributeSource("a")}}}},
				{"source", &Source{Type: SourceFunction, Name: "Now", Expression: `Now()`, Parameters: []SourceParameter{}}},
			}}},
		{"comparisons", `IIF([a]="b", "x", vbTextCompare)`, &Source{
			Type: SourceFunction, Name: "IIF", Expression: `IIF([a] = "b", "x", vbTextCompare)`,
			Parameters: []SourceParameter{
				{"one", &Source{Type: SourceFunction, Name: "=", Expression: `[a] = "b"`,
					Parameters: []SourceParameter{{"left", attributeSource("a")}, {"right", constantSource("b", `"b"`)}}}},
				{"two", constantSource("x", `"x"`)},
				{"three", constantSource("vbTextCompare", `"vbTextCompare"`)},
			}}},
		{"three-slot FormatDateTime and unknown functions", `FormatDateTime(Custom([a], ,[b]), "y", "yy")`, &Source{
			Type: SourceFunction, Name: "FormatDateTime", Expression: `FormatDateTime(Custom([a], , [b]), "y", "yy")`,
			Parameters: []SourceParameter{
				{"source", &Source{Type: SourceFunction, Name: "Custom", Expression: `Custom([a], , [b])`,
					Parameters: []SourceParameter{{"parameter1", attributeSource("a")}, {"parameter3", attributeSource("b")}}}},
				{"inputFormat", constantSource("y", `"y"`)},
				{"outputFormat", constantSource("yy", `"yy"`)},
			}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Tree(mustParse(t, tt.text))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestFunctions_listsPublishedSignatures(t *testing.T) {
	t.Parallel()
	listed := map[string]FunctionSchema{}
	for _, f := range Functions() {
		listed[f.Name] = f
	}
	tests := []FunctionSchema{
		{"Append", []ParameterSchema{{"source", "String", true, false}, {"suffix", "String", true, false}}},
		{"Join", []ParameterSchema{{"separator", "String", true, false}, {"source", "String", true, true}}},
		{"Mid", []ParameterSchema{{"source", "String", true, false}, {"start", "Integer", true, false}, {"length", "Integer", true, false}}},
		{"Not", []ParameterSchema{{"source", "Boolean", true, false}}},
		{"Replace", []ParameterSchema{{"source", "String", true, false}, {"Find", "String", false, false}, {"RegularExpression", "String", false, false},
			{"RegularExpressionGroupName", "String", false, false}, {"Replacement", "String", false, false},
			{"ReplacementPropertyName", "String", false, false}, {"Template", "String", false, false}}},
		{"Switch", []ParameterSchema{{"source", "String", true, false}, {"defaultValue", "String", false, false}, {"switchValue", "String", false, true}}},
		{"DefaultDomain", []ParameterSchema{}},
		{"Len", []ParameterSchema{{"String", "String", true, false}}},
	}
	for _, want := range tests {
		if diff := cmp.Diff(want, listed[want.Name]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	for _, absent := range []string{"SelectUniqueValue", "Trim"} {
		if _, ok := listed[absent]; ok {
			t.Errorf("%s is listed", absent)
		}
	}
}

func TestFilterOperators_listsPublishedOperators(t *testing.T) {
	t.Parallel()
	operators := FilterOperators()
	if len(operators) != 14 {
		t.Errorf("got %d operators", len(operators))
	}
	unary := map[string]bool{"IS NULL": true, "IS NOT NULL": true, "IS TRUE": true, "IS FALSE": true}
	for _, o := range operators {
		if o.Unary != unary[o.Name] || o.MultivaluedComparisonType != "All" || len(o.SupportedAttributeTypes) == 0 {
			t.Errorf("%+v", o)
		}
	}
	want := FilterOperator{Name: "EQUALS", MultivaluedComparisonType: "All", SupportedAttributeTypes: []string{"String", "Integer"}}
	if diff := cmp.Diff(want, operators[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
